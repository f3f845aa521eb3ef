"""汇总: the province in figures, or one's own tenant."""

from __future__ import annotations

from flask import render_template, request

from ledger.audit.queries_totals import TenantTotals
from ledger.audit.web_pages import pages
from ledger.dispatch import ask
from ledger.domain.dates import parse_typed_date
from ledger.domain.errors import BadValue
from ledger.http import actor


@pages.get("/totals")
def totals() -> str:
    """Sums by tenant in division order, as of now or of a business date; each leads to its pilots."""
    text = request.args.get("as_of", "").strip()
    try:
        as_of = parse_typed_date(text, "as_of") if text else None
        fault = ""
    except BadValue as refusal:
        as_of, fault = None, str(refusal)
    table = ask(TenantTotals(as_of=as_of), actor.current())
    return render_template(
        "audit/totals.html",
        as_of=table.as_of,
        fault=fault,
        read_at=table.read_at,
        is_province=actor.current().is_province,
        figures=table.figures,
        rows=table.rows,
        journal=None,
        export_url=None,
    )
