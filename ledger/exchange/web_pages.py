"""The blueprint of the workbooks: official templates and imports."""

from __future__ import annotations

from flask import Blueprint

from ledger.exchange.words import Words
from ledger.http.locale import tell

pages = Blueprint("exchange", __name__)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pages.app_template_filter("said")
def said(words: Words) -> str:
    """What a report tells, in the reader's language."""
    return tell(words.template, words.values)
