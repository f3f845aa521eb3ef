"""A notice over several pilots in the making: its rows with what is left of each, its totals, what is found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import request
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from ledger import clock
from ledger.dispatch import ask
from ledger.domain.errors import LedgerError
from ledger.domain.funds import check_allocation
from ledger.domain.money import ZERO, Money, total, yuan
from ledger.funds.commands_notice import RecordNotice
from ledger.funds.queries_notice import (
    MOST_FOUND,
    MOST_LINES,
    FindLines,
    FoundLine,
    GetLines,
    ListNoticeYears,
    MatchLines,
    TryNotice,
)
from ledger.funds.schemas_notice import TypedRow, key_of, notice_form, pasted_rows, typed_rows
from ledger.funds.web_looks import typed_amount
from ledger.http import actor, forms
from ledger.http.fields import Fault
from ledger.http.locale import say


@dataclass(frozen=True, slots=True)
class Row:
    """A row as the page shows it: `after` is what the amount leaves of the line; `fault` says what is wrong."""

    place: int
    key: str
    input: str
    line: FoundLine
    amount: Money | None
    after: Money | None
    fault: str
    is_over: bool


class NoticePage:
    """The notice of one request."""

    def __init__(self, form: forms.Form) -> None:
        self.form = form
        self.focus = "h1"
        self.matches: Sequence[FoundLine] = ()
        """What a search found, to choose from."""
        self.more = False
        self.rows: Sequence[Row] = ()
        self.total = ZERO
        self.over = 0
        """Rows above what their line has left."""
        self.faults = 0
        """Rows with something to mend."""
        self.is_ready = False
        self.years = ask(ListNoticeYears(), actor.current())
        self.typed_rows: list[TypedRow] = typed_rows(form.typed)
        lines = ask(GetLines(keys=tuple((one.tenant_code, one.line_id) for one in self.typed_rows)), actor.current())
        self._found = {one.key: one for one in lines}
        self.typed_rows = [one for one in self.typed_rows if one.key in self._found]

    @classmethod
    def opened(cls) -> NoticePage:
        """The page as a link opens it: with the lines that its `line` parameters name."""
        keys = [key for text in request.args.getlist("line")[:MOST_LINES] if (key := key_of(text))]
        typed = {f"line_{place}": f"{code}-{line_id}" for place, (code, line_id) in enumerate(keys)}
        page = cls(forms.Form(typed))
        years = [page.line(one).fiscal_year for one in page.typed_rows]
        newest = next((one.fiscal_year for one in page.years), clock.today().year)
        page.form.typed["fiscal_year"] = str(years[0] if years else newest)
        return page

    @classmethod
    def sent(cls) -> NoticePage:
        """The page as the form was sent."""
        return cls(forms.Form.sent())

    @property
    def options(self) -> list[tuple[str, str]]:
        """The years as the select shows them."""
        return [
            (
                str(one.fiscal_year),
                str(
                    _(
                        "%(year)s 年省级服务业发展专项资金（余 %(left)s）",
                        year=one.fiscal_year,
                        left=yuan(one.available),
                    )
                ),
            )
            for one in self.years
        ]

    @property
    def year(self) -> int:
        """The year that is chosen, or 0."""
        text = self.form.typed.get("fiscal_year", "")
        return int(text) if text.isascii() and text.isdecimal() and len(text) == 4 else 0

    def line(self, row: TypedRow) -> FoundLine:
        """The line that a row is of."""
        return self._found[row.key]

    def load(self, source: MultiDict[str, str] | None = None) -> RecordNotice | None:
        """The command that the form (or `source`) asks for; None where it is not whole, and the form knows why."""
        if not self.typed_rows:
            self.form.add("q", Fault(_("请至少添加一个试点项目。"), "required"))
        try:
            schema = notice_form(self.typed_rows)
            command: RecordNotice = forms.load(
                schema, request.form if source is None else source, rows=self.typed_rows, found=self._found
            )
        except forms.FormRefused as refused:
            self.form.errors |= refused.form.errors
            return None
        return command if self.typed_rows else None

    def refused(self, entered: RecordNotice) -> bool:
        """Put what the rules refuse beside its row or field; whether there is any."""
        for row, refusal in zip(self.typed_rows, ask(TryNotice(entered), actor.current()), strict=True):
            if refusal is None:
                continue
            field = refusal.field if refusal.field in ("document_no", "allocated_on") else row.input
            if Fault.of(refusal) not in self.form.errors.get(field, []):
                self.form.add(field, Fault.of(refusal))
        return bool(self.form.errors)

    def look(self) -> None:
        """Count what is typed so far, row by row; advice, but for what `refused` found."""
        faults = self._tried()
        self.rows = [self._row(row, faults) for row in self.typed_rows]
        self.total = total([row.amount for row in self.rows if row.amount is not None])
        self.over = sum(row.is_over for row in self.rows)
        self.faults = sum(bool(row.fault) for row in self.rows)
        self.is_ready = bool(self.rows) and not self.faults and all(row.amount for row in self.rows)

    def _tried(self) -> dict[str, str]:
        """The rules' answers to a whole form, by input; nothing while it is not whole."""
        if self.form.errors or not self.typed_rows or request.method != "POST":
            return {}
        trial = NoticePage(forms.Form(self.form.typed))
        entered = trial.load(MultiDict(self.form.typed))
        if entered is None or not trial.refused(entered):
            return {}
        return {name: " ".join(words) for name, words in trial.form.errors.items()}

    def _row(self, typed: TypedRow, faults: dict[str, str]) -> Row:
        line, problems = self.line(typed), list[LedgerError]()
        amount = typed_amount(self.form, typed.input, problems)
        after = None if amount is None else line.position.available - amount
        try:
            if amount is not None:
                check_allocation(line.position, amount)
        except LedgerError as refusal:
            problems.append(refusal)
        is_over = after is not None and after < ZERO
        found = self.form.errors.get(typed.input, ())
        words = " ".join(found) or (say(problems[0]) if problems else faults.get(typed.input, ""))
        if is_over:
            # The whole arithmetic stands in the summary; the row itself says what it may be.
            words = str(_("最多 %(left)s", left=yuan(line.position.available)))
        return Row(typed.place, typed.key, typed.input, line, amount, after, words, is_over)

    def changed(self) -> NoticePage:
        """The notice with the row added or removed that the button asks for."""
        typed = self.form.typed
        add, remove = typed.pop("add", ""), typed.pop("remove", "")
        if remove:
            typed.pop(f"line_{remove}", None)
            typed.pop(f"amount_{remove}", None)
            self.focus = "#add"
        elif add == "paste":
            self._paste()
        elif (key := key_of(add)) is not None:
            self._add(ask(GetLines(keys=(key,)), actor.current()))
        else:
            self._search()
        made = NoticePage(self.form)
        made.focus, made.matches, made.more = self.focus, self.matches, self.more
        return made

    def _search(self) -> None:
        words = self.form.typed.get("q", "").strip()[:80]
        there = {row.key for row in self.typed_rows}
        found = ask(FindLines(fiscal_year=self.year, words=words), actor.current())
        free = [one for one in found if one.key not in there]
        if not free:
            self.form.add("q", Fault(_("没有找到可以下达的项目。请换个名称、项目代码或信用代码，或核对来源年度。")))
        elif len(free) == 1:
            self._add(free)
        else:
            self.matches, self.more, self.focus = free[:MOST_FOUND], len(free) > MOST_FOUND, "#matches"

    def _add(self, lines: Sequence[FoundLine], amounts: Sequence[str] = ()) -> None:
        typed = self.form.typed
        there = {row.key: row for row in self.typed_rows}
        place = max((row.place for row in self.typed_rows), default=-1) + 1
        for number, line in enumerate(lines):
            amount = amounts[number] if amounts else ""
            if line.key in there:
                self.focus = f"#{there[line.key].input}"
                typed[there[line.key].input] = typed.get(there[line.key].input) or amount
            elif len(there) < MOST_LINES:
                typed[f"line_{place}"], typed[f"amount_{place}"] = line.key, amount
                there[line.key] = TypedRow(place, line.tenant_code, line.line_id)
                self.focus = f"#amount_{place}"
                place += 1
        typed["q"] = ""

    def _paste(self) -> None:
        """Rows for what is pasted; what no line answers to stays in the box, with the reason."""
        pairs = pasted_rows(self.form.typed.get("pasted", ""))
        query = MatchLines(fiscal_year=self.year, names=tuple(name for name, _amount in pairs))
        matched = list(zip(pairs, ask(query, actor.current()), strict=True))
        self._add(
            [one[0] for _pair, one in matched if len(one) == 1], [pair[1] for pair, one in matched if len(one) == 1]
        )
        left = [(pair, len(one)) for pair, one in matched if len(one) != 1]
        self.form.typed["pasted"] = "\n".join("\t".join(pair) for pair, _found in left)
        unknown = "、".join(pair[0] for pair, found in left if not found)
        several = "、".join(pair[0] for pair, found in left if found)
        if unknown:
            self.form.add("pasted", Fault(_("没有找到：%(names)s。请核对项目代码或试点名称。", names=unknown)))
        if several:
            words = _("有几个项目可以下达：%(names)s。请改用项目代码。", names=several)
            self.form.add("pasted", Fault(words))
        if not pairs:
            self.form.add("pasted", Fault(_("请粘贴两列：项目代码（或试点名称）和金额，一行一个。"), "required"))
