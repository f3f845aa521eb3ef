"""How much waits for one person's check."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.desk import Desk
from ledger.domain.access import Actor, Permission
from ledger.domain.documents import PERMISSIONS, DocumentKind
from ledger.tenancy import Constant, Reading, Row

# SQLite takes a partial index only where its own condition is said as well.
_COUNT = (
    "SELECT coalesce(o.kind, d.kind) AS collection, count(*) AS found FROM document d"
    " LEFT JOIN document o ON o.tenant_code = d.tenant_code AND o.id = d.reverses_id"
    " WHERE d.status = 'waiting' AND d.status <> 'posted' AND d.made_by <> :person_id"
)
_GROUPED = " GROUP BY coalesce(o.kind, d.kind) ORDER BY collection"
_WAITING = Constant(f"{_COUNT} AND d.tenant_code = :tenant_code{_GROUPED}")
_WAITING_ACROSS = Constant(f"{_COUNT}{_GROUPED}", across=True)
_UNCONFIRMED_ACROSS = Constant(
    "SELECT count(*) AS found FROM pilot WHERE status = 'waiting' AND made_by <> :person_id", across=True
)


def waiting_reading(actor: Actor) -> Reading | None:
    """What says how many documents wait for the actor's check; None where they check nothing."""
    if not any(actor.may(check) for _record, check in PERMISSIONS.values()):
        return None
    return _WAITING_ACROSS if actor.is_province else _WAITING, {"person_id": actor.person_id}


def waiting_count(actor: Actor, rows: Sequence[Row]) -> int:
    """How many of the rows of that reading the actor may check."""
    return sum(int(row.found) for row in rows if actor.may(PERMISSIONS[DocumentKind(row.collection)][1]))


def waiting_for_asker(desk: Desk) -> int:
    """How many documents and designations wait for the asker's check; of every tenant for the province's people."""
    actor = desk.actor
    reading = waiting_reading(actor)
    if reading is None:
        return 0
    readings = [reading]
    if actor.is_province and actor.may(Permission.DESIGNATION_CHECK):
        readings.append((_UNCONFIRMED_ACROSS, {"person_id": actor.person_id}))
    documents, *designations = desk.read_all(*readings)
    return waiting_count(actor, documents) + sum(int(row.found) for rows in designations for row in rows)
