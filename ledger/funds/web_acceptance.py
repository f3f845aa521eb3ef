"""登记验收金额: what an acceptance recognised of a project's expenditure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from flask import Response
from flask_babel import gettext as _

from ledger.dispatch import ask
from ledger.domain.documents import DocumentKind
from ledger.domain.errors import LedgerError
from ledger.domain.money import yuan
from ledger.funds.commands_spending import RecordAcceptance
from ledger.funds.queries import ShownDocument
from ledger.funds.queries_spending import AskAcceptanceStanding, SpentProject
from ledger.funds.schemas_spending import AcceptanceFormSchema
from ledger.funds.web_looks import Look, Sum, chosen_id, typed_amount, typed_day
from ledger.funds.web_money import MoneyPage, Words
from ledger.funds.web_pages import pages
from ledger.funds.web_steps import advanced, opened
from ledger.http import actor, forms

_TENANT = "/t/<tenant:code>"


@pages.get(f"{_TENANT}/acceptances/new")
def new_acceptance(code: str) -> Response:
    """验收金额 of a pilot's projects."""
    return opened(AcceptancePage(code))


@pages.post(f"{_TENANT}/acceptances/new")
def record_acceptance(code: str) -> Response:
    """The steps of 验收金额."""
    return advanced(AcceptancePage(code))


class AcceptancePage(MoneyPage):
    """What an acceptance recognised of a project's expenditure."""

    kind = DocumentKind.ACCEPTANCE
    template = "funds/_acceptance_fields.html"
    inputs: ClassVar = {"amount_fen": "amount", "business_date": "accepted_on", "document_no": "document_no"}

    def __init__(self, code: str, shown: ShownDocument | None = None) -> None:
        super().__init__(code, shown)
        self.pilot_id = self.asked("pilot")
        self.projects: Sequence[SpentProject] = ()
        if not self.pilot_id:
            return
        self.about = {"pilot": str(self.pilot_id)}
        standing = ask(AskAcceptanceStanding(tenant_code=code, pilot_id=self.pilot_id), actor.current())
        self.of_pilot(self.pilot_id, standing.pilot.name)
        own = self.document.project_id if self.document else None
        self.projects = [one for one in standing.projects if own in (None, one.project_id)]
        self.is_open = any(one.spent for one in self.projects)
        self.of_itself()

    @property
    def words(self) -> Words:
        return Words(
            title=_("登记验收金额"),
            check=_("核对验收金额"),
            amount=_("验收认定金额"),
            room=_("可验收金额"),
            note=_("请与验收意见书逐项核对。送出后由另一人审核，审核前不入账。"),
            empty=_("没有可以验收的支出。先登记支出并复核入账，才能登记验收金额。"),
            to_whom=_("本单位发改审核"),
        )

    @property
    def options(self) -> list[tuple[str, str]]:
        """The projects as the select shows them."""
        words = [_("%(name)s · 可验收 %(left)s", name=one.name, left=yuan(one.available)) for one in self.projects]
        return [(str(one.project_id), label) for one, label in zip(self.projects, words, strict=True)]

    def blank(self) -> forms.Form:
        with_room = [one for one in self.projects if one.available]
        return forms.Form({"project_id": str(with_room[0].project_id)} if len(with_room) == 1 else {"project_id": ""})

    def chosen(self) -> dict[str, str]:
        return {"project_id": str(self.asked("project"))}

    def rests_on(self, form: forms.Form, /) -> dict[str, int]:
        return {"project_id": chosen_id(form, "project_id")}

    def load(self) -> RecordAcceptance:
        codes = {one.project_id: one.code for one in self.projects}
        command: RecordAcceptance = self.loaded(AcceptanceFormSchema, pilot_id=self.pilot_id, projects=codes)
        return command

    def look(self, form: forms.Form) -> Look:
        problems: list[LedgerError] = []
        amount = typed_amount(form, "amount", problems)
        standing = ask(
            AskAcceptanceStanding(
                tenant_code=self.tenant.code,
                pilot_id=self.pilot_id,
                project_id=chosen_id(form, "project_id"),
                amount=amount,
                accepted_on=typed_day(form, "accepted_on", problems),
            ),
            actor.current(),
        )
        problems += standing.problems
        if (chosen := standing.chosen) is None:
            return Look(amount=amount, sums=(), room=None, problems=problems)
        rows = [(_("已支出"), chosen.spent), (_("已验收"), chosen.accepted), (_("待复核"), chosen.waiting)]
        left = Sum(chosen.name, rows, _("可验收"), chosen.available, _("本次之后"))
        return Look(amount=amount, sums=[left], room=chosen.available, problems=problems)

    def rows(self, entered: RecordAcceptance) -> list[tuple[str, str, object]]:
        names = {one.code: one.name for one in self.projects}
        return [
            ("project_id", _("项目"), names[entered.project_code]),
            ("document_no", _("验收文号"), entered.document_no),
            ("accepted_on", _("验收日期"), entered.accepted_on),
        ]

    def field_of(self, name: str) -> str:
        return "project_id" if name == "project_code" else name
