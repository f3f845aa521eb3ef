"""The JSON API of evidence files: which there are, with their hashes."""

from __future__ import annotations

from typing import Any

from flask import Response

from ledger.dispatch import ask
from ledger.domain.access import Permission
from ledger.files.queries import ListAttachments
from ledger.files.schemas_api import FileSchema, file_json
from ledger.http.actor import current
from ledger.http.api import ApiBlueprint, ListQuery, list_answer, list_of

api = ApiBlueprint("files", __name__, "Evidence files (附件)")


@api.endpoint(
    "/t/<tenant:tenant_code>/files/<string:subject_type>/<id:subject_id>",
    Permission.PILOT_READ,
    list_of(FileSchema),
    query=ListQuery,
)
def list_files(asked: dict[str, Any], tenant_code: str, subject_type: str, subject_id: int) -> Response:
    """The files of a document, a change report or a pilot, the oldest first."""
    query = ListAttachments(tenant_code=tenant_code, subject_type=subject_type, subject_id=subject_id, is_read=False)
    items, page, per_page = ask(query, current()).items, asked["page"], asked["per_page"]
    shown = [file_json(one) for one in items[(page - 1) * per_page : page * per_page]]
    return list_answer(shown, len(items), page, per_page)
