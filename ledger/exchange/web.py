"""Pages of the import: the official templates, and the error workbook of an upload."""

from __future__ import annotations

from io import BytesIO

from flask import Blueprint, Response, send_file

from ledger import dispatch
from ledger.exchange.blank_book import write_blank_book
from ledger.exchange.queries import ErrorsBook
from ledger.exchange.templates import TEMPLATES, VERSION, Kind
from ledger.http import actor
from ledger.identity.queries import TENANTS

pages = Blueprint("exchange", __name__)

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_KINDS = ", ".join(kind.value for kind in Kind)


@pages.get(f"/templates/<any({_KINDS}):kind>.xlsx")
def blank_book(kind: str) -> Response:
    """The official template, empty."""
    book = write_blank_book(Kind(kind), [tenant.name for tenant in TENANTS])
    name = f"{TEMPLATES[Kind(kind)].title}-模板{VERSION}.xlsx"
    return send_file(BytesIO(book), XLSX, as_attachment=True, download_name=name)


@pages.get("/imports/<id:import_id>/errors.xlsx")
def errors_book(import_id: int) -> Response:
    """The uploaded sheet with what is wrong beside each row."""
    book = dispatch.ask(ErrorsBook(import_id), actor.current())
    return send_file(BytesIO(book.content), XLSX, as_attachment=True, download_name=book.file_name)
