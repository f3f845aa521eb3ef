"""How much waits for one person's check."""

from __future__ import annotations

from ledger.desk import Desk
from ledger.domain.access import Permission
from ledger.domain.documents import PERMISSIONS, DocumentKind
from ledger.tenancy import Constant

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


def waiting_for_asker(desk: Desk) -> int:
    """How many documents and designations wait for the asker's check; of every tenant for the province's people."""
    actor = desk.actor
    if not any(actor.may(check) for _record, check in PERMISSIONS.values()):
        return 0
    rows = desk.rows(_WAITING_ACROSS if actor.is_province else _WAITING, person_id=actor.person_id)
    found = sum(int(row.found) for row in rows if actor.may(PERMISSIONS[DocumentKind(row.collection)][1]))
    if actor.is_province and actor.may(Permission.DESIGNATION_CHECK):
        waiting = desk.first(_UNCONFIRMED_ACROSS, person_id=actor.person_id)
        found += int(waiting.found) if waiting is not None else 0
    return found
