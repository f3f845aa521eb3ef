"""Change reports as they are stored: named loads, the one write of every move, and what the journal is told."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from ledger.desk import Desk
from ledger.domain.baselines import FIELDS, BaselineField, BaselineSubject, Value, from_json
from ledger.domain.chain import Json, canonical
from ledger.domain.changes import RULES, ChangeType, Disposition, ReportStatus
from ledger.domain.errors import NotFound
from ledger.domain.money import Money
from ledger.funds.store import next_numbers
from ledger.journal import Fact
from ledger.tenancy import Constant, Reading, Row

PREFIX = "BG"
"""What the number of a report begins with: BG-2026-0003."""
CHANGED_REPORT = "这份变更报告刚被他人处理。请刷新后查看最新状态。"


@dataclass(frozen=True, slots=True)
class StoredChange:
    """One field of a report, before and after as plain JSON; a personal value is {"commitment": hash}."""

    field: str
    before: Json
    after: Json

    @property
    def about(self) -> BaselineField:
        """The field's own description."""
        return FIELDS[self.field]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredReport:
    """A change report as it stands. `project_id` is None where the pilot's own baseline changes."""

    id: int
    number: str
    pilot_id: int
    project_id: int | None
    type: ChangeType
    status: ReportStatus = ReportStatus.DRAFT
    version: int = 1
    occurred_on: date
    told_on: date
    filed_on: date | None = None
    late_days: int | None = None
    reason: str
    changes: tuple[StoredChange, ...]
    seen_version: int
    province_first: bool = False
    policy_version_id: int | None = None
    disposition: Disposition | None = None
    disposition_document_no: str | None = None
    disposed_on: date | None = None
    opinion: str | None = None
    reduced_to: Money | None = None
    recover_amount: Money | None = None
    return_reason: str | None = None
    office_id: int
    office_name: str
    made_by: int
    made_by_name: str
    made_at: datetime
    passed_by: int | None = None
    passed_by_name: str | None = None
    passed_at: datetime | None = None
    checked_by: int | None = None
    checked_by_name: str | None = None
    checked_at: datetime | None = None
    disposed_by: int | None = None
    disposed_by_name: str | None = None
    disposed_at: datetime | None = None
    confirmed_by: int | None = None
    confirmed_by_name: str | None = None
    confirmed_at: datetime | None = None

    @property
    def subject(self) -> BaselineSubject:
        """Whose baseline it changes."""
        return RULES[self.type].subject

    @property
    def subject_id(self) -> int:
        """The project, or the pilot itself."""
        return self.pilot_id if self.project_id is None else self.project_id

    @property
    def before(self) -> dict[str, Value]:
        """What the maker saw, by field; a personal value reads as None."""
        return {one.field: from_json(one.about, one.before) for one in self.changes}

    @property
    def after(self) -> dict[str, Value]:
        """What it is to become, by field; a personal value reads as None."""
        return {one.field: from_json(one.about, one.after) for one in self.changes}


COLUMNS = tuple(StoredReport.__dataclass_fields__)
LISTED = ", ".join(f"r.{name}" for name in COLUMNS)
"""The columns of `change_report r` for a statement of `queries`."""
_NOT_RECORDED = frozenset(name for name in COLUMNS if name.endswith("_name") and name != "office_name")
_FIXED = frozenset({"id", "number", "version", "office_id", "office_name", "made_by", "made_by_name", "made_at"})
_INSERT = Constant(
    f"INSERT INTO change_report (tenant_code, {', '.join(COLUMNS)})"
    f" VALUES (:tenant_code, {', '.join(f':{name}' for name in COLUMNS)})"
)
_LOAD = f"SELECT {LISTED} FROM change_report r WHERE r.tenant_code = :tenant_code AND r.id = :id"
_REPORT, _LOCKED = Constant(_LOAD), Constant(f"{_LOAD} FOR UPDATE OF r")
_MOVE = Constant(
    "UPDATE change_report SET version = version + 1,"
    f" {', '.join(f'{name} = :{name}' for name in COLUMNS if name not in _FIXED)}"
    " WHERE tenant_code = :tenant_code AND id = :id AND version = :version"
)
_OTHERS = Constant(
    f"SELECT {LISTED} FROM change_report r WHERE r.tenant_code = :tenant_code AND r.pilot_id = :pilot_id"
    " AND r.status IN ('reviewing', 'returned', 'reported', 'checking', 'proposed', 'supplement') ORDER BY r.id"
)


def load_report(desk: Desk, report_id: int, *, lock: bool = False) -> StoredReport:
    """One report of the scope's tenant.

    Raises:
        NotFound: unknown, or another tenant's.
    """
    row = desk.first(_LOCKED if lock else _REPORT, id=report_id)
    return report_found([] if row is None else [row])


def report_reading(report_id: int) -> Reading:
    """How a report is read and locked, for who reads more in the same exchange; `report_found` takes it."""
    return _LOCKED, {"id": report_id}


def report_found(rows: Sequence[Row]) -> StoredReport:
    """The report among what was read.

    Raises:
        NotFound: unknown, or another tenant's.
    """
    if not rows:
        raise NotFound()
    return stored_report(rows[0])


def stored_report(row: Row) -> StoredReport:
    """A row of `LISTED` as a report."""
    values = {name: getattr(row, name) for name in COLUMNS}
    values["type"], values["status"] = ChangeType(row.type), ReportStatus(row.status)
    values["disposition"] = None if row.disposition is None else Disposition(row.disposition)
    values["changes"] = tuple(
        StoredChange(one["field"], one["before"], one["after"]) for one in json.loads(row.changes)
    )
    return StoredReport(**values)


def insert_report(desk: Desk, report: StoredReport) -> StoredReport:
    """Store a new draft; it gets its number here."""
    (number,) = next_numbers(desk, PREFIX, desk.today.year)
    stored = replace(report, number=number)
    desk.write(_INSERT, **_values(stored))
    return stored


def move(desk: Desk, before: StoredReport, **changed: Any) -> StoredReport:
    """Store what an act changed of a report that it loaded with its lock, and its next version."""
    after = replace(before, version=before.version + 1, **changed)
    values = {name: value for name, value in _values(after).items() if name == "id" or name not in _FIXED}
    # Locked since it was read at this version: the row is there, and nobody waits to hear that it was written.
    desk.write_many(_MOVE, [{**values, "version": before.version}])
    return after


def other_open(desk: Desk, report: StoredReport) -> list[StoredReport]:
    """Other filed, unsettled reports on a field that this one changes, of the same subject. R10.2."""
    fields = {one.field for one in report.changes}
    found = [stored_report(row) for row in desk.rows(_OTHERS, pilot_id=report.pilot_id)]
    return [
        one
        for one in found
        if one.id != report.id
        and (one.subject, one.subject_id) == (report.subject, report.subject_id)
        and fields & {each.field for each in one.changes}
    ]


def _values(report: StoredReport) -> dict[str, Any]:
    values: dict[str, Any] = {name: getattr(report, name) for name in COLUMNS}
    values["changes"] = canonical(plain_changes(report.changes))
    return values


def plain_changes(changes: Sequence[StoredChange]) -> list[dict[str, Json]]:
    """The changes as they are stored and recorded."""
    return [{"field": one.field, "before": one.before, "after": one.after} for one in changes]


def fact(report: StoredReport, verb: str, *, before: StoredReport | None = None) -> Fact:
    """What happened to a report: `change_report_sent`, with its state before and after. RX.3."""
    return Fact(
        f"change_report_{verb}",
        "change_report",
        report.id,
        before={} if before is None else snapshot(before),
        after=snapshot(report),
        pilot_id=report.pilot_id,
        business_date=report.occurred_on,
    )


def snapshot(report: StoredReport) -> dict[str, Json]:
    """A report's own columns as plain JSON: ids and fen as strings, dates in ISO; empty ones and names left out."""
    plain: dict[str, Json] = {}
    for name in COLUMNS:
        value = getattr(report, name)
        if value is None or name in _NOT_RECORDED:
            continue
        if name == "changes":
            plain[name] = plain_changes(report.changes)
        elif isinstance(value, Money):
            plain[f"{name}_fen"] = str(value.fen)
        elif isinstance(value, bool):
            plain[name] = value
        elif isinstance(value, date | datetime):
            plain[name] = value.isoformat()
        else:
            plain[name] = str(value)
    return plain
