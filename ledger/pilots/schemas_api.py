"""Pilots and their projects as the JSON API shows them; what it takes to check a designation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from marshmallow import fields

from ledger.http.api import AnswerSchema
from ledger.http.fields import DayField, FormSchema, IdField, MoneyField, TextField


class ProjectSchema(AnswerSchema):
    """A project that the pilot applied with; `code` is null where it has none."""

    id = IdField(required=True)
    name = fields.String(required=True)
    code = fields.String(required=True, allow_none=True)
    no_code_reason = fields.String(required=True, allow_none=True)
    owner_name = fields.String(required=True)
    owner_uscc = fields.String(required=True)
    investment = MoneyField(required=True)
    start_on = DayField(required=True, allow_none=True)
    finish_on = DayField(required=True, allow_none=True)


class PilotSchema(AnswerSchema):
    """A pilot: a region or an enterprise, with its projects."""

    id = IdField(required=True)
    name = fields.String(required=True)
    kind = fields.String(required=True, metadata={"enum": ["region", "enterprise"]})
    uscc = fields.String(required=True)
    status = fields.String(required=True)
    direction = fields.String(required=True)
    batch = fields.String(required=True)
    county_name = fields.String(required=True)
    designation_document_no = fields.String(required=True)
    designated_on = DayField(required=True)
    projects = fields.List(fields.Nested(ProjectSchema), required=True)


class ConfirmDesignationSchema(FormSchema):
    """The check of a designation takes nothing but its place."""


class ReturnDesignationSchema(FormSchema):
    """A designation goes back, with the reason."""

    reason = TextField(200, lines=True, required=True)


def pilot_json(pilot: object, projects: Sequence[object], **changes: Any) -> dict[str, Any]:
    """A pilot with its projects as plain JSON; `changes` stand in the place of what is stored now."""
    shown: dict[str, Any] = PilotSchema(exclude=["projects"]).dump(pilot)
    return shown | {"projects": ProjectSchema(many=True).dump(projects)} | changes
