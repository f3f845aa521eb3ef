"""The money pages: lists and documents of each kind, and the entry of each."""

from __future__ import annotations

from ledger.funds import (
    web_acceptance,
    web_acts,
    web_allocation,
    web_award,
    web_batch,
    web_change,
    web_disbursements,
    web_documents,
    web_lists,
    web_notice,
    web_spending,
)
from ledger.funds.web_pages import pages

__all__ = [
    "pages",
    "web_acceptance",
    "web_acts",
    "web_allocation",
    "web_award",
    "web_batch",
    "web_change",
    "web_disbursements",
    "web_documents",
    "web_lists",
    "web_notice",
    "web_spending",
]
