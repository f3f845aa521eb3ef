"""How much waits for one person's check."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.desk import Desk
from ledger.domain.access import Actor, Permission
from ledger.domain.documents import PERMISSIONS
from ledger.tenancy import Constant, Reading, Row

# SQLite takes a partial index only where its own condition is said as well.
_COUNT = (
    "SELECT coalesce(o.kind, d.kind) AS collection, count(*) AS found FROM document d"
    " LEFT JOIN document o ON o.tenant_code = d.tenant_code AND o.id = d.reverses_id"
    " WHERE d.status = 'waiting' AND d.status <> 'posted' AND d.made_by <> :person_id"
)
_GROUPED = " GROUP BY coalesce(o.kind, d.kind)"
# What waits of change reports travels with it: the number beside 我的工作 is asked for on every page.
_REPORTS = (
    " UNION ALL SELECT 'report_' || r.status, count(*) FROM change_report r"
    " WHERE r.status IN ('reviewing', 'checking', 'reported', 'proposed')"
    " AND (CASE r.status WHEN 'proposed' THEN r.disposed_by ELSE r.made_by END) <> :person_id"
)
_RELEASES = (
    " UNION ALL SELECT 'hold_release', count(*) FROM project_hold h"
    " WHERE h.released_at IS NULL AND h.release_made_by <> :person_id"
)
_WAITING = Constant(
    f"{_COUNT} AND d.tenant_code = :tenant_code{_GROUPED}"
    f"{_REPORTS} AND r.tenant_code = :tenant_code GROUP BY r.status"
    f"{_RELEASES} AND h.tenant_code = :tenant_code ORDER BY collection"
)
_WAITING_ACROSS = Constant(
    f"{_COUNT}{_GROUPED}{_REPORTS} GROUP BY r.status{_RELEASES} ORDER BY collection", across=True
)
_UNCONFIRMED_ACROSS = Constant(
    "SELECT count(*) AS found FROM pilot WHERE status = 'waiting' AND made_by <> :person_id", across=True
)


_NEEDED = {
    **{kind.value: check for kind, (_record, check) in PERMISSIONS.items()},
    "report_reviewing": Permission.CHANGE_CHECK,
    "report_checking": Permission.ACCOUNT_CHECK,
    "report_reported": Permission.CHANGE_DISPOSE,
    "report_proposed": Permission.CHANGE_CONFIRM,
    "hold_release": Permission.CHANGE_CONFIRM,
}
"""What settles each kind of thing that waits."""


def waits_for(actor: Actor) -> bool:
    """Whether anything can wait for the actor at all."""
    return any(actor.may(needed) for needed in set(_NEEDED.values()))


def waiting_reading(actor: Actor) -> Reading | None:
    """What says how many documents and reports wait for the actor; None where nothing ever does."""
    if not waits_for(actor):
        return None
    return _WAITING_ACROSS if actor.is_province else _WAITING, {"person_id": actor.person_id}


def waiting_count(actor: Actor, rows: Sequence[Row]) -> int:
    """How many of what that reading found the actor may settle."""
    return sum(int(row.found) for row in rows if actor.may(_NEEDED[row.collection]))


def waiting_for_asker(desk: Desk) -> int:
    """How many documents, reports and designations wait for the asker; of every tenant for the province's people."""
    actor = desk.actor
    reading = waiting_reading(actor)
    if reading is None:
        return 0
    readings = [reading]
    if actor.is_province and actor.may(Permission.DESIGNATION_CHECK):
        readings.append((_UNCONFIRMED_ACROSS, {"person_id": actor.person_id}))
    documents, *designations = desk.read_all(*readings)
    return waiting_count(actor, documents) + sum(int(row.found) for rows in designations for row in rows)
