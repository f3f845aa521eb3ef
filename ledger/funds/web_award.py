"""资金核定: the one-time right, the cap and the year's fund line beside an amount for each project."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from flask import Response
from flask_babel import gettext as _

from ledger import clock
from ledger.dispatch import ask
from ledger.domain.documents import DocumentKind
from ledger.domain.errors import LedgerError
from ledger.domain.money import Money, total, yuan
from ledger.domain.pilots import KIND_NAMES
from ledger.funds.commands_award import RecordAward
from ledger.funds.queries import ShownDocument
from ledger.funds.queries_award import AskAwardStanding, AwardStanding
from ledger.funds.schemas_award import award_form
from ledger.funds.schemas_shown import document_url, status_name
from ledger.funds.web_looks import Look, Sum, typed_amount, typed_day
from ledger.funds.web_money import MoneyPage, Words
from ledger.funds.web_pages import pages
from ledger.funds.web_steps import advanced, opened
from ledger.http import actor, forms
from ledger.http.locale import say

_NEW = "/t/<tenant:code>/awards/new"


@pages.get(_NEW)
def new_award(code: str) -> Response:
    """核定, empty but for the year; a pilot that may not be awarded is told why."""
    return opened(AwardPage(code))


@pages.post(_NEW)
def record_award(code: str) -> Response:
    """The steps of 核定."""
    return advanced(AwardPage(code))


@dataclass(frozen=True, slots=True)
class Right:
    """A line of the one-time check: whether it holds, in words, and where to read on."""

    ok: bool
    words: str
    url: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class ProjectInput:
    """A project with the input of its amount."""

    input: str
    code: str
    name: str
    owner_name: str


class AwardPage(MoneyPage):
    """An award of one pilot, a line for each of its projects."""

    kind = DocumentKind.AWARD
    template = "funds/_award_fields.html"
    inputs: ClassVar = {"business_date": "decided_on", "document_no": "document_no", "fiscal_year": "fiscal_year"}

    def __init__(self, code: str, shown: ShownDocument | None = None) -> None:
        super().__init__(code, shown)
        pilot_id = self.asked("pilot")
        self.standing: AwardStanding | None = None
        self.projects: list[ProjectInput] = []
        if not pilot_id:
            return
        self.about = {"pilot": str(pilot_id)}
        self.standing = ask(AskAwardStanding(tenant_code=code, pilot_id=pilot_id), actor.current())
        self.projects = [
            ProjectInput(f"amount_{one.id}", one.code or one.name, one.name, one.owner_name)
            for one in self.standing.projects
        ]
        self.of_pilot(pilot_id, self.standing.pilot.name)
        self.is_open = bool(self.projects)
        self.of_itself()

    @property
    def words(self) -> Words:
        return Words(
            title=_("资金核定"),
            check=_("核对核定"),
            amount=_("核定金额"),
            room=_("可核定金额"),
            note=_("请与核定文件逐项核对。送出后由另一人复核；一次性支持的资格从送出起即被占用。"),
            empty=_("请从试点页进入资金核定；试点须先认定并登记项目。"),
            to_whom=_("省级复核"),
        )

    @property
    def rights(self) -> list[Right]:
        """The one-time check, line by line."""
        standing = self.standing
        if standing is None:
            return []
        pilot = standing.pilot
        return [
            _refused(standing.not_pilot)
            or Right(
                True,
                _(
                    "%(day)s 认定为%(kind)s（%(no)s）。",
                    day=pilot.designated_on.isoformat(),
                    kind=_(KIND_NAMES[pilot.kind]),
                    no=pilot.designation_document_no,
                ),
            ),
            self._used(standing) or Right(True, _("该单位（信用代码 %(uscc)s）此前没有核定记录。", uscc=pilot.uscc)),
            _refused(standing.held) or Right(True, _("不在限制申报期内，资金没有冻结。")),
        ]

    def _used(self, standing: AwardStanding) -> Right | None:
        if standing.used is None:
            return None
        earlier, words = standing.earlier, say(standing.used)
        if earlier is None:
            return Right(False, words)
        told = _(
            "%(number)s：%(day)s 核定 %(amount)s 元，%(status)s。",
            number=earlier.number,
            day=earlier.decided_on.isoformat(),
            amount=yuan(earlier.amount),
            status=status_name(earlier.status),
        )
        url = document_url(self.tenant.code, DocumentKind.AWARD, earlier.id)
        return Right(False, f"{words}{told}", url, _("查看原核定"))

    @property
    def is_barred(self) -> bool:
        """Whether no amount can be awarded at all."""
        return self.standing is not None and bool(self.standing.barred)

    def blank(self) -> forms.Form:
        return forms.Form({"fiscal_year": str(clock.today().year)})

    def chosen(self) -> dict[str, str]:
        amounts = dict(self.document.lines) if self.document else {}
        return {one.input: yuan(amounts[one.code]) if one.code in amounts else "" for one in self.projects}

    def load(self) -> RecordAward:
        codes = {one.input: one.code for one in self.projects}
        command: RecordAward = self.loaded(award_form(codes), pilot_id=self.asked("pilot"), projects=codes)
        return command

    def look(self, form: forms.Form) -> Look:
        problems: list[LedgerError] = []
        typed = [(one, typed_amount(form, one.input, problems)) for one in self.projects]
        lines = tuple((one.code, amount) for one, amount in typed if amount is not None)
        year = form.typed.get("fiscal_year", "").strip()
        standing = ask(
            AskAwardStanding(
                tenant_code=self.tenant.code,
                pilot_id=self.asked("pilot"),
                fiscal_year=int(year) if year.isascii() and year.isdecimal() and len(year) == 4 else 0,
                decided_on=typed_day(form, "decided_on", problems),
                lines=lines,
            ),
            actor.current(),
        )
        sums = [Sum(_("一次性上限（第八条）"), [(_("上限"), standing.cap)], "", standing.cap, _("距上限还有"))]
        room = standing.cap
        if (line := standing.fund_line) is not None:
            rows = [(_("资金总额"), line.total), (_("已核定"), line.awarded)]
            title = _("%(year)s 年专项资金", year=year)
            sums.append(Sum(title, rows, _("还可核定"), line.available, _("本次之后")))
            room = min(room, line.available)
        amount: Money | None = total([each for _code, each in lines]) if lines else None
        return Look(amount=amount, sums=sums, room=room, problems=[*problems, *standing.barred, *standing.problems])

    def rows(self, entered: RecordAward) -> list[tuple[str, str, object]]:
        inputs = {one.code: one for one in self.projects}
        lines = [
            (inputs[line.project_code].input, inputs[line.project_code].name, line.amount) for line in entered.lines
        ]
        return [
            *lines,
            ("document_no", _("核定文号"), entered.document_no),
            ("decided_on", _("核定日期"), entered.decided_on),
            ("fiscal_year", _("预算年度"), str(entered.fiscal_year)),
        ]

    def field_of(self, name: str) -> str:
        # With one project its amount is the sum that a limit speaks of; with several, the whole form is.
        only = self.projects[0].input if len(self.projects) == 1 else ""
        return only if name in ("amount", "lines", "project_code") else name


def _refused(refusal: LedgerError | None) -> Right | None:
    return None if refusal is None else Right(False, say(refusal))
