"""支出登记 and 收回: what follows a disbursement, each with what is left to enter."""

from __future__ import annotations

from typing import ClassVar

from flask import Response
from flask_babel import gettext as _

from ledger.dispatch import ask
from ledger.domain.documents import DocumentKind
from ledger.domain.errors import LedgerError
from ledger.domain.money import Money
from ledger.funds.commands_spending import RecordExpenditure, RecordRecovery
from ledger.funds.queries import ShownDocument
from ledger.funds.queries_demands import ListDemands
from ledger.funds.queries_spending import AskExpenditureStanding, AskRecoveryStanding, SpendingStanding
from ledger.funds.schemas_spending import ExpenditureFormSchema, RecoveryFormSchema
from ledger.funds.web_looks import Look, Sum, typed_amount, typed_day
from ledger.funds.web_money import MoneyPage, Words
from ledger.funds.web_pages import pages
from ledger.funds.web_steps import advanced, opened
from ledger.http import actor, forms

_TENANT = "/t/<tenant:code>"


@pages.get(f"{_TENANT}/expenditures/new")
def new_expenditure(code: str) -> Response:
    """登记支出 of a disbursement."""
    return opened(ExpenditurePage(code))


@pages.post(f"{_TENANT}/expenditures/new")
def record_expenditure(code: str) -> Response:
    """The steps of 登记支出."""
    return advanced(ExpenditurePage(code))


@pages.get(f"{_TENANT}/recoveries/new")
def new_recovery(code: str) -> Response:
    """收回, of an allocation or of a disbursement."""
    return opened(RecoveryPage(code))


@pages.post(f"{_TENANT}/recoveries/new")
def record_recovery(code: str) -> Response:
    """The steps of 收回."""
    return advanced(RecoveryPage(code))


def _unspent(standing: SpendingStanding, total: str) -> list[Sum]:
    """What is left of a disbursement; and of its allocation, where that is the smaller."""
    paid, position = standing.disbursement, standing.context.position
    if paid is None:
        return []
    rows = [
        (_("本笔拨付"), paid.amount),
        (_("已支出"), paid.spent),
        (_("已收回"), paid.recovered),
        (_("待复核"), standing.waiting),
    ]
    left = paid.amount - paid.spent - paid.recovered - standing.waiting
    sums = [Sum(paid.number, rows, total, left, _("本次之后"))]
    if position.unspent < left:
        rows = [
            (_("本指标已拨付"), position.disbursed),
            (_("已支出"), position.spent),
            (_("已收回"), position.recovered_disbursed),
        ]
        sums.append(Sum(standing.context.document_no, rows, total, position.unspent, _("本次之后")))
    return sums


class ExpenditurePage(MoneyPage):
    """What the project unit spent of one posted disbursement."""

    kind = DocumentKind.EXPENDITURE
    template = "funds/_expenditure_fields.html"
    inputs: ClassVar = {"amount_fen": "amount", "business_date": "spent_on", "purpose": "purpose"}

    def __init__(self, code: str, shown: ShownDocument | None = None) -> None:
        super().__init__(code, shown)
        self.disbursement_id = self.asked("disbursement")
        if not self.disbursement_id:
            return
        self.about = {"disbursement": str(self.disbursement_id)}
        standing = ask(AskExpenditureStanding(tenant_code=code, disbursement_id=self.disbursement_id), actor.current())
        paid = standing.disbursement
        self.of_pilot(standing.context.pilot_id, standing.context.pilot_name)
        self.subject = f"{standing.context.pilot_name} · {standing.context.project_name}"
        if paid is not None:
            self.of_document(DocumentKind.DISBURSEMENT, paid.id, _("拨付 %(no)s", no=paid.number))
        self.is_open = True
        self.of_itself()

    @property
    def words(self) -> Words:
        return Words(
            title=_("登记支出"),
            check=_("核对支出"),
            amount=_("本次支出金额"),
            room=_("可登记支出"),
            note=_("请与支出凭证逐项核对。送出后由另一人复核，复核前不入账。"),
            empty=_("支出按拨付单登记。请从已入账的拨付单进入。"),
            to_whom=_("本单位财务复核"),
        )

    def rests_on(self, _form: forms.Form, /) -> dict[str, int]:
        return {"disbursement_id": self.disbursement_id}

    def load(self) -> RecordExpenditure:
        command: RecordExpenditure = self.loaded(ExpenditureFormSchema, disbursement_id=self.disbursement_id)
        return command

    def look(self, form: forms.Form) -> Look:
        problems: list[LedgerError] = []
        amount = typed_amount(form, "amount", problems)
        standing = ask(
            AskExpenditureStanding(
                tenant_code=self.tenant.code,
                disbursement_id=self.disbursement_id,
                amount=amount,
                spent_on=typed_day(form, "spent_on", problems),
            ),
            actor.current(),
        )
        sums = _unspent(standing, _("可登记支出"))
        return Look(amount=amount, sums=sums, room=standing.available, problems=[*problems, *standing.problems])

    def rows(self, entered: RecordExpenditure) -> list[tuple[str, str, object]]:
        return [("spent_on", _("支出日期"), entered.spent_on), ("purpose", _("用途"), entered.purpose)]


class RecoveryPage(MoneyPage):
    """Money taken back: of an allocation before it is disbursed, or of a disbursement before it is spent."""

    kind = DocumentKind.RECOVERY
    template = "funds/_recovery_fields.html"
    inputs: ClassVar = {
        "amount_fen": "amount",
        "business_date": "recovered_on",
        "document_no": "document_no",
        "reason": "reason",
    }

    def __init__(self, code: str, shown: ShownDocument | None = None) -> None:
        super().__init__(code, shown)
        self.disbursement_id = self.asked("disbursement") or None
        # The narrower of the two decides where a link carries both.
        self.allocation_id = None if self.disbursement_id else self.asked("allocation") or None
        if not (self.disbursement_id or self.allocation_id):
            return
        given = {"disbursement": self.disbursement_id, "allocation": self.allocation_id}
        self.about = {name: str(value) for name, value in given.items() if value}
        standing = self._ask(forms.Form(), [])
        context, paid = standing.context, standing.disbursement
        self.of_pilot(context.pilot_id, context.pilot_name)
        self.subject = f"{context.pilot_name} · {context.project_name}"
        if paid is not None:
            self.of_document(DocumentKind.DISBURSEMENT, paid.id, _("拨付 %(no)s", no=paid.number))
        else:
            self.of_document(DocumentKind.ALLOCATION, context.allocation_id, _("下达 %(no)s", no=context.document_no))
        self.is_open = True
        self.of_itself()

    def _ask(self, form: forms.Form, problems: list[LedgerError]) -> SpendingStanding:
        query = AskRecoveryStanding(
            tenant_code=self.tenant.code,
            allocation_id=self.allocation_id,
            disbursement_id=self.disbursement_id,
            amount=typed_amount(form, "amount", problems),
            recovered_on=typed_day(form, "recovered_on", problems),
        )
        return ask(query, actor.current())

    @property
    def words(self) -> Words:
        return Words(
            title=_("收回已拨资金") if self.disbursement_id else _("收回未拨资金"),
            check=_("核对收回"),
            amount=_("本次收回金额"),
            room=_("可收回金额"),
            note=_("请与收回文件逐项核对。送出后由另一人复核，复核前不入账。收回不恢复一次性支持的资格。"),
            empty=_("收回按指标或拨付单办理。请从已入账的下达或拨付单进入。"),
            to_whom=_("本单位财务复核"),
        )

    def rests_on(self, _form: forms.Form, /) -> dict[str, int]:
        return {"disbursement_id": self.disbursement_id or 0, "allocation_id": self.allocation_id or 0}

    def load(self) -> RecordRecovery:
        command: RecordRecovery = self.loaded(
            RecoveryFormSchema, allocation_id=self.allocation_id, disbursement_id=self.disbursement_id
        )
        return command

    def look(self, form: forms.Form) -> Look:
        problems: list[LedgerError] = []
        standing = self._ask(form, problems)
        amount: Money | None = typed_amount(form, "amount", [])
        sums = _unspent(standing, _("可收回")) or [self._undisbursed(standing)]
        sums += self._demanded(standing)
        return Look(amount=amount, sums=sums, room=standing.available, problems=[*problems, *standing.problems])

    @staticmethod
    def _undisbursed(standing: SpendingStanding) -> Sum:
        position = standing.context.position
        rows = [
            (_("下达"), position.allocated),
            (_("已拨付"), position.disbursed),
            (_("待复核拨付"), position.waiting),
            (_("已收回"), position.recovered_undisbursed),
            (_("待复核收回"), standing.waiting),
        ]
        return Sum(standing.context.document_no, rows, _("可收回"), standing.available, _("本次之后"))

    def _demanded(self, standing: SpendingStanding) -> list[Sum]:
        """What the province asked back of the project and has not had yet: told beside the limits, and no limit."""
        context = standing.context
        query = ListDemands(tenant_code=self.tenant.code, pilot_id=context.pilot_id, project_id=context.project_id)
        return [
            Sum(
                _("省级要求收回 %(report)s（%(no)s）", report=one.report_number, no=one.document_no),
                [(_("要求收回"), one.amount), (_("已收回"), one.recovered)],
                _("还须收回"),
                one.left,
                _("本次之后还须收回"),
            )
            for one in ask(query, actor.current())
            if one.left
        ]

    def rows(self, entered: RecordRecovery) -> list[tuple[str, str, object]]:
        return [
            ("document_no", _("收回文号"), entered.document_no),
            ("recovered_on", _("收回日期"), entered.recovered_on),
            ("reason", _("收回原因"), entered.reason),
        ]
