"""Questions about pilots with their money: the list with totals, and one pilot with its projects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from ledger.desk import Desk
from ledger.domain.access import Permission
from ledger.domain.money import ZERO, Money
from ledger.pilots.store import StoredPilot, StoredProject, load_pilot, load_projects
from ledger.tenancy import Constant, containing

_SUMS = (
    " FROM pilot p JOIN tenant t ON t.code = p.tenant_code"
    " JOIN pilot_position c ON c.tenant_code = p.tenant_code AND c.pilot_id = p.id"
    " LEFT JOIN (SELECT tenant_code, pilot_id, sum(allocated) AS allocated, sum(waiting) AS waiting,"
    " sum(disbursed) AS disbursed, sum(recovered_undisbursed) AS recovered_undisbursed, sum(spent) AS spent,"
    " sum(recovered_disbursed) AS recovered_disbursed, sum(accepted) AS accepted FROM allocation_position"
    " {where} GROUP BY tenant_code, pilot_id) q ON q.tenant_code = p.tenant_code AND q.pilot_id = p.id"
)
_ROW = (
    "SELECT p.id, p.tenant_code, t.name AS tenant_name, p.name, p.kind, p.uscc, p.status, p.direction, p.batch,"
    " p.county_name, p.designation_document_no, p.designated_on, c.cap, c.awarded, q.allocated, q.waiting,"
    " q.disbursed, q.recovered_undisbursed, q.recovered_disbursed, q.spent, q.accepted"
)
_FILTER = (
    " AND (:kind = '' OR p.kind = :kind) AND (:status = '' OR p.status = :status"
    " OR (:status = 'designated' AND p.status NOT IN ('waiting', 'returned')))"
    " AND (:direction = '' OR p.direction = :direction) AND (:batch = '' OR p.batch = :batch)"
    " AND (:words = '' OR lower(p.name) LIKE :like ESCAPE '!' OR lower(p.uscc) LIKE :like ESCAPE '!'"
    " OR lower(p.designation_document_no) LIKE :like ESCAPE '!')"
)
DESIGNATED = "designated"
"""As a status: any that a pilot has once its designation was confirmed."""
_TOTALS = (
    "SELECT count(*) AS found, sum(c.awarded) AS awarded, sum(q.allocated) AS allocated,"
    " sum(q.waiting) AS waiting, sum(q.disbursed) AS disbursed"
)
_OWN = _SUMS.format(where="WHERE tenant_code = :tenant_code") + " WHERE p.tenant_code = :tenant_code" + _FILTER
_ALL = _SUMS.format(where="") + " WHERE p.id > 0" + _FILTER
_ORDERS = {
    "": "t.position, p.id",
    "name": "p.name, p.id",
    "-name": "p.name DESC, p.id",
    "awarded": "c.awarded, p.id",
    "-awarded": "c.awarded DESC, p.id",
    "disbursed": "coalesce(q.disbursed, 0), p.id",
    "-disbursed": "coalesce(q.disbursed, 0) DESC, p.id",
}
_LISTS = {
    sort: (
        Constant(f"{_ROW}{_OWN} ORDER BY {order} LIMIT :limit OFFSET :skip"),
        Constant(f"{_ROW}{_ALL} ORDER BY {order} LIMIT :limit OFFSET :skip", across=True),
    )
    for sort, order in _ORDERS.items()
}
_TOTAL, _TOTAL_ACROSS = Constant(_TOTALS + _OWN), Constant(_TOTALS + _ALL, across=True)
_BATCHES = Constant("SELECT DISTINCT batch FROM pilot WHERE tenant_code = :tenant_code AND batch <> '' ORDER BY batch")
_BATCHES_ACROSS = Constant("SELECT DISTINCT batch FROM pilot WHERE batch <> '' ORDER BY batch", across=True)
_PROJECT_MONEY = Constant(
    "SELECT l.project_id, sum(n.awarded) AS awarded FROM award_line l"
    " JOIN line_position n ON n.tenant_code = l.tenant_code AND n.line_id = l.id"
    " WHERE l.tenant_code = :tenant_code AND n.pilot_id = :pilot_id GROUP BY l.project_id ORDER BY l.project_id"
)
_PROJECT_ALLOCATED = Constant(
    "SELECT d.project_id, sum(q.allocated) AS allocated, sum(q.waiting) AS waiting, sum(q.disbursed) AS disbursed,"
    " sum(q.recovered_undisbursed) AS recovered_undisbursed, sum(q.spent) AS spent, sum(q.accepted) AS accepted"
    # From the pilot's few positions: its documents are many.
    " FROM allocation_position q JOIN document d ON d.tenant_code = q.tenant_code AND d.id = q.allocation_id"
    " WHERE q.tenant_code = :tenant_code AND q.pilot_id = :pilot_id"
    " GROUP BY d.project_id ORDER BY d.project_id"
)


@dataclass(frozen=True, slots=True)
class PilotMoney:
    """Cumulative fen of a pilot (or of one of its projects); `available` may still be disbursed."""

    awarded: Money = ZERO
    allocated: Money = ZERO
    waiting: Money = ZERO
    disbursed: Money = ZERO
    recovered_undisbursed: Money = ZERO
    recovered_disbursed: Money = ZERO
    spent: Money = ZERO
    accepted: Money = ZERO

    @property
    def available(self) -> Money:
        return self.allocated - self.disbursed - self.waiting - self.recovered_undisbursed

    @property
    def recovered(self) -> Money:
        return self.recovered_undisbursed + self.recovered_disbursed


@dataclass(frozen=True, slots=True)
class ListedPilot:
    """A pilot of a list, with its cap and its money."""

    id: int
    tenant_code: str
    tenant_name: str
    name: str
    kind: str
    uscc: str
    status: str
    direction: str
    batch: str
    county_name: str
    designation_document_no: str
    designated_on: date
    cap: Money
    money: PilotMoney


@dataclass(frozen=True, slots=True)
class PilotPage:
    """One page of pilots; `totals` are of the whole filter, `batches` what it may be narrowed to."""

    items: Sequence[ListedPilot]
    total: int
    page: int
    per_page: int
    totals: PilotMoney
    batches: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pilots:
    permission: ClassVar[Permission] = Permission.PILOT_READ
    kind: str = ""
    status: str = ""
    direction: str = ""
    batch: str = ""
    words: str = ""
    sort: str = ""
    page: int = 1
    per_page: int = 50

    def _run(self, desk: Desk, *, wide: bool) -> PilotPage:
        chosen: dict[str, Any] = {
            name: getattr(self, name) for name in ("kind", "status", "direction", "batch", "words")
        }
        chosen["like"] = containing(self.words)
        statement = _LISTS.get(self.sort, _LISTS[""])[wide]
        rows, (sums,), batches = desk.read_all(
            (statement, {**chosen, "limit": self.per_page, "skip": (self.page - 1) * self.per_page}),
            (_TOTAL_ACROSS if wide else _TOTAL, chosen),
            (_BATCHES_ACROSS if wide else _BATCHES, {}),
        )
        return PilotPage(
            [_listed(row) for row in rows],
            sums.found,
            self.page,
            self.per_page,
            _money(sums, "awarded", "allocated", "waiting", "disbursed"),
            [row.batch for row in batches],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPilots(_Pilots):
    """The pilots of one tenant, with their money."""

    tenant_code: str

    def run(self, desk: Desk) -> PilotPage:
        return self._run(desk, wide=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListProvincePilots(_Pilots):
    """The pilots of every tenant for the province; of their own for others."""

    across: ClassVar[bool] = True

    def run(self, desk: Desk) -> PilotPage:
        return self._run(desk, wide=desk.actor.is_province)


@dataclass(frozen=True, slots=True)
class PilotDetail:
    """A pilot with its projects and the money of each."""

    tenant_code: str
    pilot: StoredPilot
    projects: Sequence[tuple[StoredProject, PilotMoney]]


@dataclass(frozen=True, slots=True, kw_only=True)
class GetPilot:
    """One pilot of a tenant with its projects.

    Raises:
        NotFound: unknown, or another tenant's.
    """

    permission: ClassVar[Permission] = Permission.PILOT_READ
    tenant_code: str
    pilot_id: int

    def run(self, desk: Desk) -> PilotDetail:
        pilot = load_pilot(desk, self.pilot_id)
        awarded = {row.project_id: row.awarded for row in desk.rows(_PROJECT_MONEY, pilot_id=pilot.id)}
        rest = {row.project_id: row for row in desk.rows(_PROJECT_ALLOCATED, pilot_id=pilot.id)}
        projects = [
            (one, _project_money(awarded.get(one.id, ZERO), rest.get(one.id))) for one in load_projects(desk, pilot.id)
        ]
        return PilotDetail(self.tenant_code, pilot, projects)


def _project_money(awarded: Money, row: Any) -> PilotMoney:
    names = ("allocated", "waiting", "disbursed", "recovered_undisbursed", "spent", "accepted")
    return PilotMoney(awarded=awarded, **({} if row is None else {name: getattr(row, name) for name in names}))


def _money(row: Any, *names: str) -> PilotMoney:
    return PilotMoney(**{name: (getattr(row, name) if row else None) or ZERO for name in names})


def _listed(row: Any) -> ListedPilot:
    same = [name for name in ListedPilot.__dataclass_fields__ if name != "money"]
    return ListedPilot(
        **{name: getattr(row, name) for name in same}, money=_money(row, *PilotMoney.__dataclass_fields__)
    )
