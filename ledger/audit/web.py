"""Pages that join money and journal: my work, pilots, totals, search, status."""

from __future__ import annotations

from ledger.audit import (
    web_chain,
    web_entry,
    web_pilot,
    web_pilots,
    web_record,
    web_search,
    web_status,
    web_totals,
    web_work,
)
from ledger.audit.web_pages import pages

__all__ = [
    "pages",
    "web_chain",
    "web_entry",
    "web_pilot",
    "web_pilots",
    "web_record",
    "web_search",
    "web_status",
    "web_totals",
    "web_work",
]
