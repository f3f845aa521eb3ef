"""The books checked as a whole: balances counted again, every invariant, and each row against the journal."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from ledger.audit import queries_check_baselines, queries_check_files
from ledger.audit.queries_check_rows import ROWS
from ledger.audit.queries_check_rules import BALANCES
from ledger.desk import Desk
from ledger.domain.access import Permission
from ledger.funds import store
from ledger.tenancy import Constant

BATCH = 1000
_PAGE = " AND (d.tenant_code > :tenant OR d.tenant_code = :tenant AND d.id > :after) ORDER BY d.tenant_code, d.id"
_DOCUMENTS = Constant(
    f"SELECT d.tenant_code, {store.LISTED}, p.uscc, j.code AS project_code,"
    " (SELECT e.payload FROM journal_entry e WHERE e.tenant_code = d.tenant_code AND e.subject_type = d.kind"
    " AND e.subject_id = CAST(d.id AS text) AND e.kind NOT IN ('file_attached', 'file_retired')"
    " ORDER BY e.seq DESC LIMIT 1) AS payload FROM document d"
    " JOIN pilot p ON p.tenant_code = d.tenant_code AND p.id = d.pilot_id"
    " LEFT JOIN project j ON j.tenant_code = d.tenant_code AND j.id = d.project_id"
    f" WHERE d.id > 0{_PAGE} LIMIT :count",
    across=True,
)
_PILOTS = Constant(
    "SELECT d.tenant_code, d.id, d.uscc, d.name, d.kind, d.direction, d.batch, d.county_name,"
    " d.designation_document_no, CAST(d.designated_on AS text) AS designation_day, d.status, d.policy_version_id,"
    " d.made_by, e.payload FROM pilot d LEFT JOIN journal_entry e ON e.tenant_code = d.tenant_code"
    " AND e.subject_type = 'pilot' AND e.subject_id = CAST(d.id AS text)"
    " WHERE d.tenant_code = :of_tenant ORDER BY d.id, e.seq",
    across=True,
)
_TENANTS = Constant("SELECT code FROM tenant ORDER BY position, code", province_wide=True)
_PILOT_FIELDS = (
    *("kind", "direction", "batch", "county_name", "designation_document_no", "status"),
    *("policy_version_id", "made_by"),
)
# What the journal says in other words or once and for all, and what was then the pilot's and the project's own.
_NOT_COMPARED = frozenset({"lines", "uscc", "project_code"})


@dataclass(frozen=True, slots=True)
class Failure:
    """A row that breaks a rule; `row` is `tenant/id`."""

    rule: str
    table: str
    row: str
    field: str
    expected: str
    found: str


@dataclass(frozen=True, slots=True)
class CheckBooks:
    """Check the whole ledger; no failures means that everything holds. Source: invariants of the rule table, §9."""

    permission: ClassVar[Permission] = Permission.SYSTEM
    across: ClassVar[bool] = True
    one_snapshot: ClassVar[bool] = True

    def run(self, desk: Desk) -> tuple[Failure, ...]:
        files = (Failure(queries_check_files.RULE, *found) for found in queries_check_files.findings(desk))
        baselines = (Failure(queries_check_baselines.RULE, *found) for found in queries_check_baselines.findings(desk))
        return (*_invariants(desk), *_documents(desk), *_pilots(desk), *baselines, *files)


def _invariants(desk: Desk) -> Iterator[Failure]:
    for one in (*BALANCES, *ROWS):
        for row in desk.rows(one.statement):
            place = f"{row.tenant_code}/{row.id}"
            yield Failure(one.rule, one.table, place, one.field, str(row.expected), str(row.found))


def _documents(desk: Desk) -> Iterator[Failure]:
    """Every document against what its last journal entry says it is."""
    tenant, after = "", 0
    while rows := desk.rows(_DOCUMENTS, tenant=tenant, after=after, count=BATCH):
        for row in rows:
            if row.payload is not None:
                told = _after(row.payload)
                found = store.snapshot(store.stored_document(row))
                yield from _differences("document", row, told, found)
        tenant, after = rows[-1].tenant_code, rows[-1].id


def _pilots(desk: Desk) -> Iterator[Failure]:
    """Every pilot against what its journal entries, one after another, made of it."""
    for tenant in desk.rows(_TENANTS):
        told: dict[int, dict[str, Any]] = {}
        rows = {}
        for row in desk.rows(_PILOTS, of_tenant=tenant.code):
            rows[row.id] = row
            told.setdefault(row.id, {}).update(_after(row.payload) if row.payload else {})
        for pilot_id, row in rows.items():
            if "status" not in told[pilot_id]:
                yield Failure("RX.3", "pilot", f"{row.tenant_code}/{pilot_id}", "id", "a journal entry", "none")
                continue
            found = {name: str(getattr(row, name)) for name in _PILOT_FIELDS}
            found["designated_on"] = row.designation_day
            yield from _differences("pilot", row, {name: told[pilot_id].get(name) for name in found}, found)


def _differences(table: str, row: Any, told: Mapping[str, Any], found: Mapping[str, Any]) -> Iterator[Failure]:
    for name in sorted({*told, *found} - _NOT_COMPARED):
        if told.get(name) != found.get(name):
            place = f"{row.tenant_code}/{row.id}"
            yield Failure("RX.3", table, place, _column(name), str(told.get(name)), str(found.get(name)))


def _column(name: str) -> str:
    return name.removesuffix("_fen")


def _after(payload: str) -> dict[str, Any]:
    # A payload that cannot be read says nothing here; verifying the journal names it.
    try:
        body = json.loads(payload)
    except ValueError:
        return {}
    after = body.get("after") if isinstance(body, dict) else None
    return after if isinstance(after, dict) else {}
