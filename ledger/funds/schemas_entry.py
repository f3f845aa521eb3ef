"""The forms of the money pages: what is typed becomes the command that it asks for."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from marshmallow import ValidationError, post_load

from ledger.domain.documents import DocumentKind
from ledger.funds.commands_check import ApproveDocument, ReturnDocument, ReverseDocument, WithdrawDocument
from ledger.funds.commands_disbursement import RecordDisbursement
from ledger.funds.schemas_money import MoneyFormSchema, NamedField, entered, unlisted
from ledger.http.fields import DayField, Fault, FormSchema, IdField, MoneyField, TextField, WholeField

CHECKS = ("check_1", "check_2", "check_3")
"""The inputs of a checker's list."""
_LARGEST_VERSION = 10**9


class DisbursementFormSchema(MoneyFormSchema):
    """A disbursement as the form sends it; `allocations` are the ids that the page offers."""

    allocation_id = IdField(typed=True, required=True)
    amount = MoneyField(typed=True, required=True)
    paid_on = DayField(typed=True, required=True)
    voucher_no = NamedField(60, missing=_("请填写支付凭证号。"))
    payee_name = NamedField(120, missing=_("请填写收款单位。"))
    payee_account = NamedField(40, missing=_("请填写收款账号。"))
    note = TextField(200, lines=True, typed=True, load_default="")

    def __init__(self, *, tenant_code: str, allocations: Collection[int], **options: Any) -> None:
        super().__init__(**options)
        self.tenant_code, self.allocations = tenant_code, allocations

    @post_load
    def _as_command(self, loaded: dict[str, Any], **_kw: Any) -> RecordDisbursement:
        if loaded["allocation_id"] not in self.allocations:
            raise ValidationError([unlisted()], field_name="allocation_id")
        return RecordDisbursement(tenant_code=self.tenant_code, **entered(loaded))


class _ActSchema(FormSchema):
    """An act on one document, at the version that was on the screen."""

    version = WholeField(least=1, most=_LARGEST_VERSION, typed=True, required=True)
    back = TextField(40, typed=True, load_default="")

    def __init__(self, *, tenant_code: str, kind: DocumentKind, document_id: int, **options: Any) -> None:
        super().__init__(**options)
        self.place: dict[str, Any] = {"tenant_code": tenant_code, "kind": kind, "document_id": document_id}

    def act(self, loaded: dict[str, Any]) -> dict[str, Any]:
        """What the command takes of what was sent."""
        return self.place | {
            name: value for name, value in loaded.items() if name not in ("back", "checklist", *CHECKS)
        }


class ApproveSchema(_ActSchema):
    """The button 复核通过; a form that shows the checklist is taken with every line of it ticked."""

    checklist = TextField(1, typed=True, load_default="")
    check_1 = TextField(1, typed=True, load_default="")
    check_2 = TextField(1, typed=True, load_default="")
    check_3 = TextField(1, typed=True, load_default="")

    @post_load
    def _as_command(self, loaded: dict[str, Any], **_kw: Any) -> ApproveDocument:
        left = [name for name in CHECKS if not loaded[name]]
        if loaded["checklist"] and left:
            raise ValidationError([Fault(gettext("请逐项核对，勾选后再复核通过。"), "required")], field_name=left[0])
        return ApproveDocument(**self.act(loaded))


class WithdrawSchema(_ActSchema):
    """The button 撤回."""

    @post_load
    def _as_command(self, loaded: dict[str, Any], **_kw: Any) -> WithdrawDocument:
        return WithdrawDocument(**self.act(loaded))


class ReturnSchema(_ActSchema):
    """The form 退回经办人."""

    reason = TextField(200, lines=True, typed=True, load_default="")

    @post_load
    def _as_command(self, loaded: dict[str, Any], **_kw: Any) -> ReturnDocument:
        return ReturnDocument(**self.act(loaded))


class ReverseSchema(_ActSchema):
    """The form 冲销."""

    reason = TextField(200, lines=True, typed=True, load_default="")
    reversed_on = DayField(typed=True, required=True)

    @post_load
    def _as_command(self, loaded: dict[str, Any], **_kw: Any) -> ReverseDocument:
        return ReverseDocument(**self.act(loaded))
