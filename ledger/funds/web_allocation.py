"""指标下达: a notice passes down what an award's lines have left, one line at a time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import ClassVar

from flask import Response
from flask_babel import gettext as _

from ledger.dispatch import ask
from ledger.domain.documents import DocumentKind
from ledger.domain.errors import LedgerError
from ledger.domain.money import Money, yuan
from ledger.funds.commands_allocation import RecordAllocation
from ledger.funds.queries import ShownDocument
from ledger.funds.queries_award import AllocationStanding, AskAllocationStanding, AwardLine
from ledger.funds.schemas_award import AllocationFormSchema
from ledger.funds.web_looks import Look, Sum, chosen_id, typed_amount, typed_day
from ledger.funds.web_money import MoneyPage, Words
from ledger.funds.web_pages import pages
from ledger.funds.web_steps import advanced, opened
from ledger.http import actor, forms

_NEW = "/t/<tenant:code>/allocations/new"


@pages.get(_NEW)
def new_allocation(code: str) -> Response:
    """下达, with the lines of the award and what each has left."""
    return opened(AllocationPage(code))


@pages.post(_NEW)
def record_allocation(code: str) -> Response:
    """The steps of 下达."""
    return advanced(AllocationPage(code))


class AllocationPage(MoneyPage):
    """One line of a notice, of an award or of all awards of a pilot."""

    kind = DocumentKind.ALLOCATION
    template = "funds/_allocation_fields.html"
    inputs: ClassVar = {"amount_fen": "amount", "business_date": "allocated_on", "document_no": "document_no"}

    def __init__(self, code: str, shown: ShownDocument | None = None) -> None:
        super().__init__(code, shown)
        self.award_id, self.pilot_id = self.asked("award"), self.asked("pilot")
        self.lines: Sequence[AwardLine] = ()
        if not (self.award_id or self.pilot_id):
            return
        own = self.document.line_id if self.document else None
        self.lines = [one for one in self._ask().lines if own in (None, one.line_id)]
        given = {"award": self.award_id, "pilot": self.pilot_id}
        self.about = {name: str(value) for name, value in given.items() if value}
        self.is_open = bool(self.lines)
        if self.lines:
            first = self.lines[0]
            self.of_pilot(first.pilot_id, first.pilot_name)
        if self.lines and self.award_id:
            self.of_document(DocumentKind.AWARD, self.award_id, _("核定 %(no)s", no=self.lines[0].award_number))
        self.of_itself()

    def _ask(
        self, line_id: int = 0, amount: Money | None = None, allocated_on: date | None = None
    ) -> AllocationStanding:
        query = AskAllocationStanding(
            tenant_code=self.tenant.code,
            award_id=self.award_id,
            pilot_id=self.pilot_id,
            line_id=line_id,
            amount=amount,
            allocated_on=allocated_on,
        )
        return ask(query, actor.current())

    @property
    def words(self) -> Words:
        return Words(
            title=_("指标下达"),
            check=_("核对下达"),
            amount=_("本次下达金额"),
            room=_("可下达金额"),
            note=_("请与指标文件逐项核对。送出后由另一人复核，复核前不入账，但会占用可下达金额。"),
            empty=_("没有可以下达的核定。先核定资金并复核入账，才能下达指标。"),
            to_whom=_("省级复核"),
        )

    @property
    def options(self) -> list[tuple[str, str]]:
        """The lines as the select shows them."""
        return [(str(one.line_id), self._label(one)) for one in self.lines]

    @staticmethod
    def _label(one: AwardLine) -> str:
        left = yuan(one.position.available)
        no, name = one.award_document_no, one.project_name
        # What differs comes first: a narrow screen cuts the end off.
        return str(_("%(name)s · 可下达 %(left)s · %(no)s", name=name, left=left, no=no))

    def blank(self) -> forms.Form:
        with_room = [one for one in self.lines if one.position.available]
        return forms.Form({"line_id": str(with_room[0].line_id)} if len(with_room) == 1 else {"line_id": ""})

    def chosen(self) -> dict[str, str]:
        return {"line_id": str(self.asked("line"))}

    def rests_on(self, form: forms.Form, /) -> dict[str, int]:
        return {"line_id": chosen_id(form, "line_id")}

    def load(self) -> RecordAllocation:
        lines = {one.line_id: (one.award_id, one.code) for one in self.lines}
        command: RecordAllocation = self.loaded(AllocationFormSchema, lines=lines)
        return command

    def look(self, form: forms.Form) -> Look:
        problems: list[LedgerError] = []
        amount = typed_amount(form, "amount", problems)
        standing = self._ask(chosen_id(form, "line_id"), amount, typed_day(form, "allocated_on", problems))
        if standing.chosen is None:
            return Look(amount=amount, sums=(), room=None, problems=problems)
        position = standing.chosen.position
        rows = [
            (_("核定"), position.awarded),
            (_("已下达"), position.allocated),
            (_("待复核"), position.waiting),
        ]
        left = Sum(standing.chosen.project_name, rows, _("可下达"), position.available, _("本次之后"))
        return Look(amount=amount, sums=[left], room=position.available, problems=[*problems, *standing.problems])

    def rows(self, entered: RecordAllocation) -> list[tuple[str, str, object]]:
        named = {(one.award_id, one.code): one for one in self.lines}
        line = named[(entered.award_id, entered.project_code)]
        return [
            ("line_id", _("项目"), f"{line.project_name} · {line.award_document_no}"),
            ("document_no", _("指标文号"), entered.document_no),
            ("allocated_on", _("下达日期"), entered.allocated_on),
        ]

    def field_of(self, name: str) -> str:
        return "line_id" if name in ("project_code", "award_id") else name
