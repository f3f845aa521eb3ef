"""The forms of the money pages: what is typed becomes the command that it asks for."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from marshmallow import ValidationError, post_load

from ledger.domain.amounts import BLANKS
from ledger.domain.documents import DocumentKind
from ledger.funds.commands_check import ApproveDocument, ReturnDocument, ReverseDocument, WithdrawDocument
from ledger.funds.commands_disbursement import AmendDisbursement, RecordDisbursement
from ledger.http.fields import DayField, Fault, FormSchema, IdField, MoneyField, TextField, WholeField

TRAVELLERS = ("step", "pilot", "room_seen", "confirm_small", "version")
"""What the steps of an entry carry along beside the disbursement itself."""
_LARGEST_VERSION = 10**9


class NamedField(TextField):
    """A text that must be there; `missing` says by its name what is not, since a summary lists it among others."""

    def __init__(self, limit: int, *, missing: Any, **options: Any) -> None:
        super().__init__(limit, typed=True, required=True, **options)
        self.missing = missing

    def blank(self) -> Fault:
        return Fault(str(self.missing), "required")

    def read(self, text: str) -> str:
        if not text.strip(BLANKS):
            raise ValidationError([self.blank()])
        return super().read(text)


class DisbursementFormSchema(FormSchema):
    """A disbursement as the form sends it; `draft` keeps it out of the queue."""

    allocation_id = IdField(typed=True, required=True)
    amount = MoneyField(typed=True, required=True)
    paid_on = DayField(typed=True, required=True)
    voucher_no = NamedField(60, missing=_("请填写支付凭证号。"))
    payee_name = NamedField(120, missing=_("请填写收款单位。"))
    payee_account = NamedField(40, missing=_("请填写收款账号。"))
    note = TextField(200, lines=True, typed=True, load_default="")
    step = TextField(40, typed=True, load_default="")
    pilot = TextField(20, typed=True, load_default="")
    room_seen = TextField(30, typed=True, load_default="")
    confirm_small = TextField(30, typed=True, load_default="")
    version = WholeField(least=1, most=_LARGEST_VERSION, typed=True, load_default=None)

    def __init__(self, *, tenant_code: str, draft: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self.tenant_code, self.draft = tenant_code, draft

    @post_load
    def _as_command(self, loaded: dict[str, Any], **_kw: Any) -> RecordDisbursement:
        entered = {name: value for name, value in loaded.items() if name not in TRAVELLERS}
        return RecordDisbursement(tenant_code=self.tenant_code, draft=self.draft, **entered)


class AmendmentFormSchema(DisbursementFormSchema):
    """A returned or drafted disbursement, mended by its maker."""

    def __init__(self, *, tenant_code: str, document_id: int, **options: Any) -> None:
        super().__init__(tenant_code=tenant_code, **options)
        self.document_id = document_id

    @post_load
    def _as_command(self, loaded: dict[str, Any], **_kw: Any) -> AmendDisbursement:
        entered = {name: value for name, value in loaded.items() if name not in TRAVELLERS}
        # A form without its version is as stale as one can be.
        version = loaded["version"] or 0
        return AmendDisbursement(tenant_code=self.tenant_code, document_id=self.document_id, version=version, **entered)


class _ActSchema(FormSchema):
    """An act on one document, at the version that was on the screen."""

    version = WholeField(least=1, most=_LARGEST_VERSION, typed=True, required=True)

    def __init__(self, *, tenant_code: str, kind: DocumentKind, document_id: int, **options: Any) -> None:
        super().__init__(**options)
        self.place: dict[str, Any] = {"tenant_code": tenant_code, "kind": kind, "document_id": document_id}


class ApproveSchema(_ActSchema):
    """The button 复核通过."""

    @post_load
    def _as_command(self, loaded: dict[str, Any], **_kw: Any) -> ApproveDocument:
        return ApproveDocument(**self.place, **loaded)


class WithdrawSchema(_ActSchema):
    """The button 撤回."""

    @post_load
    def _as_command(self, loaded: dict[str, Any], **_kw: Any) -> WithdrawDocument:
        return WithdrawDocument(**self.place, **loaded)


class ReturnSchema(_ActSchema):
    """The form 退回经办人."""

    reason = TextField(200, lines=True, typed=True, load_default="")

    @post_load
    def _as_command(self, loaded: dict[str, Any], **_kw: Any) -> ReturnDocument:
        return ReturnDocument(**self.place, **loaded)


class ReverseSchema(_ActSchema):
    """The form 冲销."""

    reason = TextField(200, lines=True, typed=True, load_default="")
    reversed_on = DayField(typed=True, required=True)

    @post_load
    def _as_command(self, loaded: dict[str, Any], **_kw: Any) -> ReverseDocument:
        return ReverseDocument(**self.place, **loaded)
