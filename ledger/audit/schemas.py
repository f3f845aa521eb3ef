"""The audit's read models as plain JSON: whole fen for the command line, yuan as text for the API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime
from typing import Any

from ledger.audit.queries_check import Failure
from ledger.audit.queries_export import Exported
from ledger.audit.queries_journal import JournalPage
from ledger.audit.queries_statement import PilotStatement
from ledger.audit.queries_totals import Position, Sums, TotalsBook
from ledger.audit.queries_verify import Head, Verification
from ledger.domain.money import Money, plain

Object = dict[str, Any]


def totals_json(book: TotalsBook) -> Object:
    """Sums of tenants by code and of pilots by credit code, in whole fen.

    A credit code designated in a second tenant stands there as `USCC@CODE`.
    """
    pilots: Object = {}
    for pilot in book.pilots:
        key = f"{pilot.uscc}@{pilot.tenant_code}" if pilot.uscc in pilots else pilot.uscc
        pilots[key] = {"tenant": pilot.tenant_code, **_fen(pilot.sums)}
    return {
        "as_of": None if book.as_of is None else book.as_of.isoformat(),
        "tenants": {tenant.code: _fen(tenant.sums) for tenant in book.tenants},
        "pilots": pilots,
    }


def positions_json(positions: Sequence[Position]) -> Object | list[Object]:
    """One pilot's money in whole fen; a list where its credit code is designated in several tenants."""
    found = [position_json(position) for position in positions]
    return found[0] if len(found) == 1 else found


def position_json(position: Position) -> Object:
    """A position in whole fen."""
    amounts = {**_fen(position.sums), "cap": position.cap.fen, "available": position.available.fen}
    return {"uscc": position.uscc, "name": position.name, "tenant": position.tenant_code, **amounts}


def position_yuan(position: Position) -> dict[str, str]:
    """A position in yuan as the API answers it."""
    amounts = {name: plain(getattr(position.sums, name)) for name in _names(position.sums)}
    return {"cap": plain(position.cap), **amounts, "available": plain(position.available)}


def statement_yuan(statement: PilotStatement) -> Object:
    """The pilot's entries, the oldest first, each with the balances after it, in yuan."""
    items = [
        {**_plain_fields(line), "running": _plain_fields(line.running), "balance": plain(line.running.balance)}
        for line in statement.lines
    ]
    return {
        "as_of": _plain_value(statement.as_of),
        "known_at": _plain_value(statement.known_at),
        "items": items,
        "total": len(items),
        "closing": _plain_fields(statement.closing),
    }


def check_json(failures: Sequence[Failure]) -> Object:
    """Whether the books hold, and each row that does not."""
    return {"ok": not failures, "failures": [_plain_fields(failure) for failure in failures]}


def verification_json(verification: Verification) -> Object:
    """How the verification ended; its `streams` are a checkpoint, here and for `verify_journal.py`."""
    broken = verification.first_break
    return {
        "ok": verification.sound,
        "entries": verification.entries,
        "streams": _heads(verification.streams),
        "first_break": None if broken is None else _plain_fields(broken) | {"seq": broken.seq},
        "flags": [_plain_fields(flag) | {"seq": flag.seq} for flag in verification.flags],
    }


def exported_json(exported: Exported) -> Object:
    """What an export holds."""
    counts = {name: getattr(exported, name) for name in ("entries", "positions", "documents")}
    return {"file": str(exported.path), "streams": _heads(exported.streams), **counts}


def checkpoint_heads(checkpoint: object) -> tuple[Head, ...]:
    """The heads that a checkpoint file's JSON notes.

    Raises:
        ValueError: it is no checkpoint.
    """
    streams = checkpoint.get("streams") if isinstance(checkpoint, Mapping) else None
    if not isinstance(streams, Mapping) or not streams:
        raise ValueError("not a checkpoint: no streams")
    try:
        return tuple(Head(str(code), int(head["size"]), str(head["hash"])) for code, head in streams.items())
    except (KeyError, TypeError) as error:
        raise ValueError("not a checkpoint: each stream has a size and a hash") from error


def journal_json(page: JournalPage) -> Object:
    """Entries with what a verifier needs, and the head of their stream."""
    items = [_plain_fields(entry) | {"seq": entry.seq} for entry in page.entries]
    return {"stream": page.stream, "size": page.size, "hash": page.hash, "items": items}


def _heads(heads: Sequence[Head]) -> Object:
    return {head.stream: {"size": head.size, "hash": head.hash} for head in heads}


def _fen(sums: Sums) -> dict[str, int]:
    return {name: getattr(sums, name).fen for name in _names(sums)}


def _names(row: Any) -> list[str]:
    return [field.name for field in fields(row)]


def _plain_fields(row: Any) -> Object:
    return {name: _plain_value(getattr(row, name)) for name in _names(row) if name != "running"}


def _plain_value(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, Money):
        return plain(value)
    return value.isoformat() if isinstance(value, date | datetime) else str(value)
