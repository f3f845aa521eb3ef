"""Baselines against the journal, and the columns of pilots and projects against their newest baselines."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from ledger.desk import Desk
from ledger.domain.money import Money
from ledger.tenancy import Constant

RULE = "R10.3"
_TENANTS = Constant("SELECT code FROM tenant ORDER BY position, code", province_wide=True)
_FACTS = Constant(
    "SELECT e.kind, e.subject_type, e.subject_id, e.payload FROM journal_entry e WHERE e.tenant_code = :of_tenant"
    " AND e.subject_type IN ('pilot', 'project') AND e.kind IN ('pilot_designated', 'baseline_changed') ORDER BY e.seq",
    across=True,
)
_VERSIONS = Constant(
    "SELECT b.tenant_code, b.id, b.subject_type, b.subject_id, b.version, b.content FROM baseline_version b"
    " WHERE b.tenant_code = :of_tenant ORDER BY b.subject_type, b.subject_id, b.version",
    across=True,
)
_SUBJECTS = {
    "pilot": Constant(
        "SELECT p.tenant_code, p.id, p.name AS unit_name, p.uscc FROM pilot p WHERE p.tenant_code = :of_tenant"
        " ORDER BY p.id",
        across=True,
    ),
    "project": Constant(
        "SELECT j.tenant_code, j.id, j.name, j.code, j.no_code_reason, j.owner_name, j.owner_uscc, j.investment,"
        " CAST(j.start_on AS text) AS first_day, CAST(j.finish_on AS text) AS last_day FROM project j"
        " WHERE j.tenant_code = :of_tenant ORDER BY j.id",
        across=True,
    ),
}
_NAMED = {"first_day": "start_on", "last_day": "finish_on"}

Finding = tuple[str, str, str, str, str]
"""Table, row, field, expected, found."""
Subject = tuple[str, str]
"""Pilot or project, and its id."""
Values = Mapping[str, Any]


def findings(desk: Desk) -> Iterator[Finding]:
    """Every version that is not as the journal made it, and every subject unlike its newest version; all tenants."""
    for tenant in desk.rows(_TENANTS):
        newest: dict[Subject, Values] = {}
        yield from _versions(desk, tenant.code, newest)
        for subject, statement in _SUBJECTS.items():
            for row in desk.rows(statement, of_tenant=tenant.code):
                columns = {_NAMED.get(name, name): value for name, value in row._mapping.items()}
                known, place = newest.get((subject, str(row.id))), f"{row.tenant_code}/{row.id}"
                if known is None:
                    yield subject, place, "id", "a baseline", "none"
                for name in sorted({*(known or {})} & {*columns}):
                    column = "name" if name == "unit_name" else name
                    yield from _differing(subject, place, column, (known or {})[name], _plain(columns[name]))


def _versions(desk: Desk, tenant_code: str, newest: dict[Subject, Values]) -> Iterator[Finding]:
    told = _told(desk, tenant_code)
    for row in desk.rows(_VERSIONS, of_tenant=tenant_code):
        subject, place = (row.subject_type, str(row.subject_id)), f"{row.tenant_code}/{row.id}"
        found = newest[subject] = _object(row.content)
        changed = told.get(subject, {}).pop(row.version, None)
        if changed is None:
            # What was designated before baselines were kept: the journal tells its first version in other words.
            told.setdefault(subject, {}).setdefault(0, found)
            if row.version > 1:
                yield "baseline_version", place, "version", "a journal entry", "none"
            continue
        before = told[subject].get(0, {})
        expected = told[subject][0] = {**before, **changed}
        for name in sorted({*expected, *found}):
            yield from _differing("baseline_version", place, name, expected.get(name), found.get(name))
    for (subject_type, subject_id), versions in told.items():
        for version in sorted({*versions} - {0}):
            place = f"{tenant_code}/{subject_type}/{subject_id}"
            yield "baseline_version", place, "version", str(version), "no row"


def _told(desk: Desk, tenant_code: str) -> dict[Subject, dict[int, Values]]:
    """What each version changed, by the journal; under 0 comes what is known when versions are gone through."""
    told: dict[Subject, dict[int, Values]] = {}
    for row in desk.rows(_FACTS, of_tenant=tenant_code):
        after = _object(row.payload).get("after", {})
        made = after.get("baselines", [])
        if row.kind == "baseline_changed":
            made = [{**after, "subject": row.subject_type, "id": row.subject_id}]
        for one in made:
            told.setdefault((one["subject"], one["id"]), {})[int(one["version"])] = one["values"]
    return told


def _differing(table: str, place: str, field: str, expected: object, found: object) -> Iterator[Finding]:
    if expected != found:
        yield table, place, field, str(expected), str(found)


def _plain(value: object) -> object:
    return str(value.fen) if isinstance(value, Money) else value


def _object(stored: str) -> dict[str, Any]:
    # A text that cannot be read says nothing here: then every field of it is missed.
    try:
        found = json.loads(stored)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
