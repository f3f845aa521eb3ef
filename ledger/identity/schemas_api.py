"""Tenants as the JSON API shows them."""

from __future__ import annotations

from marshmallow import fields

from ledger.http.api import AnswerSchema


class TenantSchema(AnswerSchema):
    """A tenant: a prefecture-level unit, or one that reports to the province directly."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    short_name = fields.String(required=True)
    kind = fields.String(required=True)
