"""The forms of evidence files, and where the thing that a file belongs to is shown."""

from __future__ import annotations

from marshmallow import fields

from ledger.domain.evidence import LONGEST_LABEL
from ledger.http.fields import FormSchema, TextField
from ledger.http.paging import path

_PLACES = {"change_report": "changes", "pilot": "pilots"}


class UploadSchema(FormSchema):
    """A file and what it is; the file itself is no text, and the page reads it apart."""

    file = fields.Raw(load_default=None)
    file_label = TextField(LONGEST_LABEL, typed=True, load_default="")


class RetireSchema(FormSchema):
    """Why a file no longer counts."""

    reason = TextField(200, typed=True, required=True)


def subject_url(tenant_code: str, subject_type: str, subject_id: int | str) -> str:
    """The page of the document, the report or the pilot that files are attached to."""
    return path("t", tenant_code, _PLACES.get(subject_type, "documents"), subject_id)
