"""The money pages: lists and documents of each kind, and the entry of each."""

from __future__ import annotations

from ledger.funds import web_allocation, web_award, web_disbursements, web_documents, web_lists, web_spending
from ledger.funds.web_pages import pages

__all__ = [
    "pages",
    "web_allocation",
    "web_award",
    "web_disbursements",
    "web_documents",
    "web_lists",
    "web_spending",
]
