"""The forms of the second person on a designation."""

from __future__ import annotations

from typing import Any

from marshmallow import post_load

from ledger.http.fields import FormSchema, TextField
from ledger.pilots.commands import ConfirmDesignation, ReturnDesignation


class ConfirmDesignationSchema(FormSchema):
    """The button 认定通过, which sends nothing of its own."""

    def __init__(self, *, tenant_code: str, pilot_id: int, **options: Any) -> None:
        super().__init__(**options)
        self.tenant_code, self.pilot_id = tenant_code, pilot_id

    @post_load
    def _as_command(self, _loaded: dict[str, Any], **_kw: Any) -> ConfirmDesignation | ReturnDesignation:
        return ConfirmDesignation(tenant_code=self.tenant_code, pilot_id=self.pilot_id)


class ReturnDesignationSchema(ConfirmDesignationSchema):
    """What the page 退回认定 sends."""

    reason = TextField(200, lines=True, typed=True, load_default="")

    @post_load
    def _as_command(self, loaded: dict[str, Any], **_kw: Any) -> ReturnDesignation:
        return ReturnDesignation(tenant_code=self.tenant_code, pilot_id=self.pilot_id, reason=loaded["reason"])
