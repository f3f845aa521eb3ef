"""登记拨付: a disbursement of one allocation, to its project's owner."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date
from typing import Any, ClassVar

from flask import Response
from flask_babel import gettext as _

from ledger.dispatch import Command, ask
from ledger.domain import identifiers
from ledger.domain.documents import DocumentKind
from ledger.domain.errors import BadValue, LedgerError
from ledger.domain.money import Money, yuan
from ledger.funds.commands_disbursement import AmendDisbursement, DisbursementDraft, RecordDisbursement
from ledger.funds.queries import OpenAllocation, ShownDocument
from ledger.funds.queries_entry import ChooseAllocation, PreviewDisbursement
from ledger.funds.schemas_entry import DisbursementFormSchema
from ledger.funds.web_looks import Look, Sum, chosen_id, typed_amount, typed_day
from ledger.funds.web_money import MoneyPage, Words
from ledger.funds.web_pages import pages
from ledger.funds.web_steps import advanced, opened
from ledger.http import actor, forms
from ledger.http.paging import path

_NEW = "/t/<tenant:code>/disbursements/new"
_MOST_COMPARED = 200
"""Characters of a typed text that is compared with the ledger's own."""


@pages.get(_NEW)
def new_disbursement(code: str) -> Response:
    """登记拨付, empty but for what is known: the one allocation there is, and its project's owner."""
    return opened(DisbursementPage(code))


@pages.post(_NEW)
def record_disbursement(code: str) -> Response:
    """The steps of 登记拨付."""
    return advanced(DisbursementPage(code))


class DisbursementPage(MoneyPage):
    """A disbursement of one posted allocation, of a pilot or of any of the tenant's."""

    kind = DocumentKind.DISBURSEMENT
    template = "funds/_disbursement_fields.html"
    inputs: ClassVar = {
        "amount_fen": "amount",
        "business_date": "paid_on",
        "voucher_no": "voucher_no",
        "payee_name": "payee_name",
        "payee_account": "payee_account",
        "note": "note",
    }

    def __init__(self, code: str, shown: ShownDocument | None = None) -> None:
        super().__init__(code, shown)
        self.cancel_url = path("t", code, "disbursements")
        pilot_id = self.asked("pilot")
        found = ask(ChooseAllocation(tenant_code=code, pilot_id=pilot_id), actor.current())
        own = self.document.allocation_id if self.document else None
        self.allocations: list[OpenAllocation] = [one for one in found if own in (None, one.allocation_id)]
        self.pilot_id = pilot_id if self.allocations else 0
        self.is_open = bool(self.allocations)
        if self.pilot_id:
            self.about = {"pilot": str(pilot_id)}
            self.of_pilot(pilot_id, self.allocations[0].pilot_name)
        else:
            self.crumbs = [(_("拨付"), self.cancel_url)]
        self.of_itself()

    @property
    def words(self) -> Words:
        return Words(
            title=_("登记拨付"),
            check=_("核对拨付"),
            amount=_("本次拨付金额"),
            room=_("可拨余额"),
            note=_("请与支付凭证逐项核对。送出后由另一人复核，复核前不入账，但会占用可拨余额。"),
            empty=_("没有可以拨付的指标。先由省级下达指标，才能登记拨付。"),
            to_whom=_("本单位财务复核"),
        )

    @property
    def options(self) -> list[tuple[str, str]]:
        """The allocations as the select shows them, with what each has left."""
        return [(str(one.allocation_id), self._label(one)) for one in self.allocations]

    def _label(self, one: OpenAllocation) -> str:
        name = one.project_name if self.pilot_id else f"{one.pilot_name} · {one.project_name}"
        left = yuan(one.position.available)
        return str(_("%(no)s · %(name)s · 可拨 %(left)s", no=one.document_no, name=name, left=left))

    def blank(self) -> forms.Form:
        typed = {"allocation_id": "", "amount": "", "payee_name": ""}
        with_room = [one for one in self.allocations if one.position.available]
        if self.pilot_id and len(with_room) == 1:
            typed |= {"allocation_id": str(with_room[0].allocation_id), "payee_name": with_room[0].owner_name}
        return forms.Form(typed)

    def chosen(self) -> dict[str, str]:
        return {"allocation_id": str(self.asked("allocation"))}

    def load(self) -> RecordDisbursement:
        offered = {one.allocation_id for one in self.allocations}
        command: RecordDisbursement = self.loaded(DisbursementFormSchema, allocations=offered)
        return command

    def drafted(self, entered: RecordDisbursement) -> Command:
        return replace(entered, draft=True)

    def amended(self, entered: RecordDisbursement, document_id: int, version: int) -> Command:
        values: dict[str, Any] = {one.name: getattr(entered, one.name) for one in fields(DisbursementDraft)}
        return AmendDisbursement(tenant_code=entered.tenant_code, document_id=document_id, version=version, **values)

    def rests_on(self, form: forms.Form, /) -> dict[str, int]:
        return {"allocation_id": chosen_id(form, "allocation_id")}

    def look(self, form: forms.Form) -> Look:
        problems: list[LedgerError] = []
        amount, paid_on = typed_amount(form, "amount", problems), typed_day(form, "paid_on", problems)
        chosen = chosen_id(form, "allocation_id")
        if not any(one.allocation_id == chosen for one in self.allocations):
            return Look(amount=amount, sums=(), room=None, problems=problems)
        return self._preview(form, chosen, amount, paid_on, problems)

    def _preview(
        self, form: forms.Form, chosen: int, amount: Money | None, paid_on: date | None, problems: list[LedgerError]
    ) -> Look:
        query = PreviewDisbursement(
            tenant_code=self.tenant.code,
            allocation_id=chosen,
            amount=amount,
            paid_on=paid_on,
            voucher_no=_text(form, "voucher_no"),
            payee_name=_text(form, "payee_name"),
            except_id=self.document.id if self.document else 0,
        )
        preview = ask(query, actor.current())
        position = preview.context.position
        rows = [(_("下达"), position.allocated), (_("已拨付"), position.disbursed), (_("待复核"), position.waiting)]
        if position.recovered_undisbursed:
            rows.append((_("收回"), position.recovered_undisbursed))
        left = Sum("", rows, _("可拨余额"), position.available, _("本次之后"))
        return Look(amount=amount, sums=[left], room=position.available, problems=[*problems, *preview.problems])

    def rows(self, entered: RecordDisbursement) -> list[tuple[str, str, object]]:
        labels = {one.allocation_id: self._label(one) for one in self.allocations}
        return [
            ("allocation_id", _("指标文号、项目"), labels[entered.allocation_id]),
            ("paid_on", _("拨付日期"), entered.paid_on),
            ("voucher_no", _("支付凭证号"), entered.voucher_no),
            ("payee_name", _("收款单位"), entered.payee_name),
            ("payee_account", _("收款账号"), entered.payee_account),
            ("note", _("说明"), entered.note or None),
        ]


def _text(form: forms.Form, name: str) -> str:
    try:
        return identifiers.clean_text(form.typed.get(name, ""), name, _MOST_COMPARED)
    except BadValue:
        # Its own field says what is wrong with it; no other text can be like it.
        return ""
