"""The statements of the record: one for each index that it may be read along, older and newer, and its sums.

The index that narrows most leads; every other filter is asked of the rows that it finds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ledger.audit.queries_record_entries import COLUMNS, JOINED, Pair
from ledger.audit.queries_record_kinds import GROUPS, OLDEST_QUIET
from ledger.domain.documents import DocumentKind
from ledger.tenancy import Constant, Reading

MOST_COUNTED: Final = 10_000
"""Up to how many entries a record counts and adds up; beyond it says that there are more."""

# Without a filter its parameter is neutral: the statement, and its plan, stay the same.
_ASKED = (
    " AND (:office_id = 0 OR e.office_id = :office_id) AND (:person_id = 0 OR e.actor_id = :person_id)"
    " AND (:pilot_id = 0 OR e.pilot_id = :pilot_id) AND (:kinds = '' OR {within}(:kinds, ',' || e.kind || ',') > 0)"
    " AND {within}(:quiet, ',' || e.kind || ',') = 0"
    " AND (:is_dated = 0 OR e.business_date BETWEEN :first_on AND :last_on)"
    " AND (:is_priced = 0 OR e.total BETWEEN :least_amount AND :most_amount)"
    " AND e.recorded_at >= :from_at AND e.recorded_at < :until_at"
)


def _literals(kinds: tuple[str, ...]) -> str:
    return ", ".join(f"'{kind}'" for kind in kinds)


_LED: Final = {
    "acts": f" AND e.kind NOT IN ({_literals(OLDEST_QUIET)})",
    "every": "",
    "pilot": " AND e.pilot_id = :pilot_id",
    "person": " AND e.actor_id = :person_id",
    "office": " AND e.office_id = :office_id",
    "day": " AND e.business_date BETWEEN :first_on AND :last_on",
    "amount": " AND e.total BETWEEN :least_amount AND :most_amount",
    "day_alone": " AND e.business_date BETWEEN :first_on AND :last_on",
    "amount_alone": " AND e.total BETWEEN :least_amount AND :most_amount",
    "kind": " AND e.kind = :kind",
}
"""What makes each index lead; a group is led by the index of kinds, kind by kind."""
_ALONE: Final = frozenset({"day_alone", "amount_alone"})
"""Narrowed by their range and nothing else: the index answers by itself, and no row of a long range is looked at."""
SORTED: Final = frozenset({"day", "amount", *_ALONE})
"""Led by a range, which is not in the order of entries: what it finds is sorted."""


def _found(lead: str, columns: str, end: str, *, sqlite: bool) -> str:
    """The entries that a lead finds, each alike narrowed by the rest."""
    asked = "" if lead in _ALONE else _ASKED.replace("{within}", "instr" if sqlite else "strpos")
    edge = " AND e.seq >= :first_seq AND e.seq <= :last_seq"
    start = f"SELECT {columns} FROM journal_entry e WHERE e.tenant_code = {{of}}"
    if lead in GROUPS:
        parts = [f"SELECT * FROM ({start} AND e.kind = '{kind}'{edge}{asked}{end}) k" for kind in GROUPS[lead]]
        return " UNION ALL ".join(parts)
    if lead in SORTED:
        # An expression is no key: the planner does not walk the stream in its order for a range.
        edge, end = edge.replace("e.seq", "(e.seq + 0)"), end.replace("e.seq", "(e.seq + 0)")
    return start + _LED[lead] + edge + asked + end


def _page(lead: str, *, newer: bool, sqlite: bool) -> str:
    order = "ASC" if newer else "DESC"
    found = _found(lead, "e.seq", f" ORDER BY e.seq {order} LIMIT :limit", sqlite=sqlite)
    return (
        f"SELECT {COLUMNS} FROM (SELECT u.seq FROM ({found}) u ORDER BY u.seq {order} LIMIT :limit) x"
        f" JOIN journal_entry e ON e.tenant_code = {{of}} AND e.seq = x.seq{JOINED} ORDER BY e.seq {order}"
    )


def _count(lead: str, *, sqlite: bool) -> str:
    found = _found(lead, "e.seq", " LIMIT :limit", sqlite=sqlite)
    # The order of a count is nobody's; it says so, as every list does.
    return f"SELECT count(*) AS found FROM (SELECT u.seq FROM ({found}) u LIMIT :limit) y ORDER BY found"


def _sums(lead: str, *, sqlite: bool) -> str:
    documents = _literals(tuple(DocumentKind))
    found = _found(lead, "e.seq, e.subject_type, e.subject_id, e.total", " LIMIT :limit", sqlite=sqlite)
    return (
        "SELECT w.subject_type, count(*) AS documents, sum(w.total) AS total FROM (SELECT v.subject_type, v.total,"
        " row_number() OVER (PARTITION BY v.subject_type, v.subject_id ORDER BY v.seq DESC) AS place"
        f" FROM ({found}) v WHERE v.subject_type IN ({documents}) AND v.total IS NOT NULL) w WHERE w.place = 1"
        " GROUP BY w.subject_type ORDER BY w.subject_type"
    )


@dataclass(frozen=True, slots=True)
class Statements:
    """A lead's statements: the page before (`older`) or after an edge, how many, and the money of their documents."""

    older: Pair
    newer: Pair
    count: Pair
    sums: Pair


def _made(lead: str) -> Statements:
    def page(*, newer: bool) -> Pair:
        return Pair(_page(lead, newer=newer, sqlite=False), sqlite=_page(lead, newer=newer, sqlite=True))

    return Statements(
        page(newer=False),
        page(newer=True),
        Pair(_count(lead, sqlite=False), sqlite=_count(lead, sqlite=True)),
        Pair(_sums(lead, sqlite=False), sqlite=_sums(lead, sqlite=True)),
    )


STATEMENTS: Final = {lead: _made(lead) for lead in (*_LED, *GROUPS)}
"""Every lead's statements, made when the module is loaded."""

ALONG: Final[Reading] = (
    Constant(
        "SELECT set_config('enable_sort', 'off', true) AS sorting, set_config('enable_bitmapscan', 'off', true) AS map,"
        " set_config('jit', 'off', true) AS compiling ORDER BY sorting",
        sqlite="SELECT 'off' AS sorting, 'off' AS map, 'off' AS compiling ORDER BY sorting",
        province_wide=True,
    ),
    {},
)
"""Goes before readings whose lead is in the order of entries: they walk along its index and stop at their limit.

A plan made for any filters expects next to no row behind them, and would fetch and sort the whole stream.
What is to be sorted all the same is taken for dear, and not worth compiling for that.
"""
HEAD: Final = Pair("SELECT seq FROM journal_head WHERE tenant_code = {of}")
RECORDED: Final = Pair("SELECT recorded_at FROM journal_entry WHERE tenant_code = {of} AND seq = :seq")
OFFICES: Final = Pair(
    "SELECT o.id, o.name, o.active AS in_use FROM office o WHERE o.tenant_code = {of}"
    " AND EXISTS (SELECT 1 FROM person p WHERE p.tenant_code = o.tenant_code AND p.office_id = o.id)"
    " ORDER BY o.division_code, o.kind, o.id"
)
PEOPLE: Final = Pair(
    "SELECT p.id, p.name, o.name AS office_name FROM person p"
    " JOIN office o ON o.tenant_code = p.tenant_code AND o.id = p.office_id WHERE p.tenant_code = {of}"
    " ORDER BY o.division_code, o.kind, p.name, p.id"
)
PILOTS: Final = Pair("SELECT id, name FROM pilot WHERE tenant_code = {of} ORDER BY name, id")
LAST_OF_PERSON: Final = Pair(
    "SELECT actor_name FROM journal_entry WHERE tenant_code = {of} AND actor_id = :person_id ORDER BY seq DESC LIMIT 1"
)
