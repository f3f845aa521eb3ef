"""The money pages: lists and documents of each kind, and the entry of disbursements."""

from __future__ import annotations

from ledger.funds import web_disbursements, web_documents, web_lists
from ledger.funds.web_pages import pages

__all__ = ["pages", "web_disbursements", "web_documents", "web_lists"]
