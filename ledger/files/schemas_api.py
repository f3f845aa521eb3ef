"""What the JSON API says of evidence files."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from ledger.files.queries import StoredFile
from ledger.http.api import AnswerSchema


class FileSchema(AnswerSchema):
    """An attached file: `size` in bytes, `sha256` as the journal has it; a retired one has its reason."""

    id = fields.String(required=True)
    subject_type = fields.String(required=True)
    subject_id = fields.String(required=True)
    name = fields.String(required=True)
    label = fields.String(required=True)
    size = fields.Integer(required=True)
    media_type = fields.String(required=True)
    sha256 = fields.String(required=True)
    made_by = fields.String(required=True)
    made_at = fields.String(required=True, metadata={"format": "date-time"})
    retired_at = fields.String(required=True, allow_none=True, metadata={"format": "date-time"})
    retired_reason = fields.String(required=True, allow_none=True)


def file_json(file: StoredFile) -> dict[str, Any]:
    """An attached file as plain JSON."""
    return {
        "id": str(file.id),
        "subject_type": file.subject_type,
        "subject_id": file.subject_id,
        "name": file.name,
        "label": file.label,
        "size": file.size,
        "media_type": file.media_type,
        "sha256": file.sha256,
        "made_by": str(file.made_by),
        "made_at": file.made_at.isoformat(),
        "retired_at": None if file.retired_at is None else file.retired_at.isoformat(),
        "retired_reason": file.retired_reason,
    }
