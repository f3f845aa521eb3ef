"""Pages of the import: the official templates, uploads and their reports."""

from __future__ import annotations

from io import BytesIO

from flask import Response, send_file

from ledger.exchange import web_confirm, web_imports, web_record
from ledger.exchange.blank_book import write_blank_book
from ledger.exchange.templates import TEMPLATES, VERSION, Kind
from ledger.exchange.web_pages import XLSX, pages
from ledger.identity.queries import TENANTS

__all__ = ["pages", "web_confirm", "web_imports", "web_record"]

_KINDS = ", ".join(kind.value for kind in Kind)


@pages.get(f"/templates/<any({_KINDS}):kind>.xlsx")
def blank_book(kind: str) -> Response:
    """The official template, empty."""
    book = write_blank_book(Kind(kind), [tenant.name for tenant in TENANTS])
    name = f"{TEMPLATES[Kind(kind)].title}-模板{VERSION}.xlsx"
    return send_file(BytesIO(book), XLSX, as_attachment=True, download_name=name)
