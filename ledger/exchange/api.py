"""The JSON API of imports: a workbook is checked first, and stored by a confirm."""

from __future__ import annotations

from typing import Any

from flask import Response

from ledger.dispatch import ask, execute
from ledger.domain.access import Permission
from ledger.domain.identifiers import clean_text
from ledger.exchange.commands import CheckImport, ConfirmImport, NotStored
from ledger.exchange.queries import ImportReport
from ledger.exchange.report import Upload
from ledger.exchange.schemas_api import ConfirmSchema, ImportSchema, UploadSchema, import_json, report_json
from ledger.exchange.templates import Kind
from ledger.http.actor import current
from ledger.http.api import ApiBlueprint, answer, sent_key
from ledger.http.errors import problem, status_of
from ledger.http.locale import say

api = ApiBlueprint("imports", __name__, "Imports of workbooks (导入)")
_KINDS = ", ".join(kind.value for kind in Kind)


@api.endpoint(f"/imports/<any({_KINDS}):kind>", Permission.IMPORT, ImportSchema, status=201, body=UploadSchema)
def check_import(sent: dict[str, Any], kind: str) -> Response:
    """Check every row of a workbook; nothing is stored before the confirm."""
    file = sent["file"]
    upload = Upload(clean_text(file.filename or "", "file", 200, required=True), file.read())
    made = execute(CheckImport(kind=Kind(kind), upload=upload), current()).subject_id
    return answer(import_json(ask(ImportReport(made), current())), 201)


@api.endpoint("/imports/<id:import_id>", Permission.IMPORT, ImportSchema)
def get_import(import_id: int) -> Response:
    """The report of an import of the asker's own."""
    return answer(import_json(ask(ImportReport(import_id), current())))


@api.endpoint("/imports/<id:import_id>/confirm", Permission.IMPORT, ImportSchema, body=ConfirmSchema, keyed=True)
def confirm_import(sent: dict[str, Any], import_id: int) -> Response:
    """Store a checked workbook, all rows or none; with `only_good` its faultless rows. They wait for their check."""
    try:
        execute(ConfirmImport(import_id=import_id, only_good=sent["only_good"]), current(), sent_key())
    except NotStored as refusal:
        return problem(status_of(refusal), refusal.code, say(refusal), **report_json(refusal.report))
    return answer(import_json(ask(ImportReport(import_id), current())))
