"""The pages of change reports: lists, the entry, one report and its acts, the decision, baselines and holds."""

from __future__ import annotations

from ledger.changes import (
    web_acts,
    web_baselines,
    web_decide,
    web_holds,
    web_lists,
    web_new,
    web_report,
)
from ledger.changes.web_pages import pages

__all__ = ["pages", "web_acts", "web_baselines", "web_decide", "web_holds", "web_lists", "web_new", "web_report"]
