"""The JSON API of what the books say: positions, a pilot's ledger, totals, and the journal."""

from __future__ import annotations

from typing import Any

from flask import Response

from ledger.audit.queries_journal import ListJournal
from ledger.audit.queries_statement import Statement
from ledger.audit.queries_totals import PilotPositionOf, Totals
from ledger.audit.schemas import journal_json, position_yuan, statement_yuan, totals_json
from ledger.audit.schemas_api import (
    EntriesQuery,
    JournalQuery,
    JournalSchema,
    LedgerSchema,
    PositionSchema,
    TotalsQuery,
    TotalsSchema,
)
from ledger.dispatch import ask
from ledger.domain.access import Permission
from ledger.http.actor import current
from ledger.http.api import ApiBlueprint, answer

api = ApiBlueprint("audit", __name__, "Positions, totals and the journal (账目)")
_PILOT = "/t/<tenant:tenant_code>/pilots/<id:pilot_id>"


@api.endpoint(f"{_PILOT}/position", Permission.MONEY_READ, PositionSchema)
def get_position(tenant_code: str, pilot_id: int) -> Response:
    """A pilot's money now, in yuan."""
    return answer(position_yuan(ask(PilotPositionOf(tenant_code, pilot_id), current())))


@api.endpoint(f"{_PILOT}/entries", Permission.MONEY_READ, LedgerSchema, query=EntriesQuery)
def list_entries(asked: dict[str, Any], tenant_code: str, pilot_id: int) -> Response:
    """A pilot's ledger, the oldest entry first, each with the balances after it, in yuan."""
    page, per_page = asked.pop("page"), asked.pop("per_page")
    shown = statement_yuan(ask(Statement(tenant_code, pilot_id, **asked), current()))
    items = shown["items"][(page - 1) * per_page : page * per_page]
    return answer({**shown, "items": items, "page": page, "per_page": per_page})


@api.endpoint("/totals", Permission.MONEY_READ, TotalsSchema, query=TotalsQuery)
def get_totals(asked: dict[str, Any]) -> Response:
    """Sums of tenants and pilots in whole fen; of all tenants for the province's people."""
    return answer(totals_json(ask(Totals(asked["as_of"], asked["tenant"]), current())))


@api.endpoint("/journal", Permission.JOURNAL_READ, JournalSchema, query=JournalQuery)
def list_journal(asked: dict[str, Any]) -> Response:
    """Journal entries in sequence order, with what a verifier needs; the reading is recorded."""
    stream = asked["stream"] or current().tenant_code
    return answer(journal_json(ask(ListJournal(stream, asked["after"], asked["limit"]), current())))
