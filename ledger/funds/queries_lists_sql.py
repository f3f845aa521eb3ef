"""The statements of the document lists: one for each way of narrowing, so that each page is a range of an index.

A list has two sources, each in the order of ids (the order of recording): the documents
of its kind, and the reversals of that kind by `reversal_listing`. A page takes what it
needs from the end of each, and looks its rows up by key.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

from ledger.funds.store import LISTED
from ledger.funds.store_words import narrowed
from ledger.tenancy import Constant

SHOWN = (
    f"SELECT {LISTED}, d.tenant_code, t.name AS tenant_name, p.uscc, p.name AS pilot_name, j.code AS project_code,"
    " o.number AS reverses_number, o.kind AS reverses_kind"
)
JOINED = (
    " JOIN pilot p ON p.tenant_code = d.tenant_code AND p.id = d.pilot_id"
    " JOIN tenant t ON t.code = d.tenant_code"
    " LEFT JOIN project j ON j.tenant_code = d.tenant_code AND j.id = d.project_id"
    " LEFT JOIN document o ON o.tenant_code = d.tenant_code AND o.id = d.reverses_id"
)
MOST_COUNTED = 10_000
"""Up to how many documents a narrowed list counts; beyond it says that there are more."""

_NARROWED = {
    "dates": " AND d.business_date BETWEEN :first_on AND :last_on",
    "pilot_id": " AND d.pilot_id = :pilot_id",
}
# The literal lets the index of what is not posted serve a status that is a parameter.
_STATUSES = {"": "", "open": " AND d.status = :status AND d.status <> 'posted'", "posted": " AND d.status = 'posted'"}


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What a list is narrowed by. `status` is "", "posted" or "open" (one of the others, a parameter)."""

    wide: bool
    """Every tenant's (one of them by `:of_tenant`, or all where that is blank)."""
    status: str = ""
    dates: bool = False
    words: str = ""
    """Whether they find `few` or `many`, where there are any."""
    pilot_id: bool = False

    @property
    def is_counted(self) -> bool:
        """Whether its size is known without counting: by kind and status alone."""
        return not (self.dates or self.words or self.pilot_id)


@dataclass(frozen=True, slots=True)
class Statements:
    """A narrowing's statements: the page before (`older`) or after an id, and the count."""

    older: Constant
    newer: Constant
    count: Constant


def _where(by: Narrowing, alias: str, *, sqlite: bool) -> str:
    chosen = "".join(sql for name, sql in _NARROWED.items() if getattr(by, name))
    kind = f" AND {alias}.kind = :kind" + (" AND d.kind = 'reversal'" if alias == "r" else "")
    return kind + _STATUSES[by.status] + chosen + narrowed(by.words, wide=by.wide, sqlite=sqlite)


_SOURCES = {
    "d": "document d",
    "r": "reversal_listing r JOIN document d ON d.tenant_code = r.tenant_code AND d.id = r.id",
}


def _source(by: Narrowing, alias: str, columns: str, end: str, *, sqlite: bool) -> str:
    """One source's rows, for every tenant by itself on PostgreSQL where the list is wide."""
    where = _where(by, alias, sqlite=sqlite)
    body = f"SELECT {columns} FROM {_SOURCES[alias]} WHERE {alias}.tenant_code = {{}}{where}{end}"
    if not by.wide:
        return f"SELECT * FROM ({body.format(':tenant_code')}) s_{alias}"
    if sqlite:
        own = f"(CASE :of_tenant WHEN '' THEN {alias}.tenant_code ELSE :of_tenant END)"
        return f"SELECT * FROM ({body.format(own)}) s_{alias}"
    return (
        f"SELECT s_{alias}.* FROM tenant c_{alias} CROSS JOIN LATERAL ({body.format(f'c_{alias}.code')}) s_{alias}"
        f" WHERE :of_tenant IN ('', c_{alias}.code)"
    )


def _page(by: Narrowing, *, newer: bool, sqlite: bool) -> str:
    order, edge = ("ASC", ">") if newer else ("DESC", "<")
    ids = " UNION ALL ".join(
        _source(
            by, alias, f"{alias}.tenant_code, {alias}.id",
            f" AND {alias}.id {edge} :edge ORDER BY {alias}.id {order} LIMIT :upto", sqlite=sqlite,
        )
        for alias in _SOURCES
    )  # fmt: skip
    own = "" if by.wide else " AND d.tenant_code = :tenant_code"
    return (
        f"{SHOWN} FROM (SELECT u.tenant_code, u.id FROM ({ids}) u ORDER BY u.id {order} LIMIT :limit OFFSET :skip) x"
        f" JOIN document d ON d.tenant_code = x.tenant_code AND d.id = x.id{own}{JOINED} ORDER BY d.id DESC"
    )


def _count(by: Narrowing, *, sqlite: bool) -> str:
    """How many, and how much: reversals taken off; without a status what is posted alone."""
    # The order costs nothing: it is that of the index which the narrowing reads.
    order = "d.business_date DESC, d.id DESC" if by.dates else "{}.id DESC"
    counted = " UNION ALL ".join(
        _source(
            by, alias, "d.kind, d.status, d.amount", f" ORDER BY {order.format(alias)} LIMIT :most", sqlite=sqlite
        )
        for alias in _SOURCES
    )  # fmt: skip
    left_out = "" if by.status else " WHEN u.status NOT IN ('posted', 'reversed') THEN 0"
    return (
        f"SELECT count(*) AS found, coalesce(sum(CASE{left_out} WHEN u.kind = 'reversal' THEN -u.amount"
        f" ELSE u.amount END), 0) AS total FROM (SELECT * FROM ({counted}) v LIMIT :most) u"
    )


def _made(by: Narrowing) -> Statements:
    def page(*, newer: bool) -> Constant:
        sqlite = _page(by, newer=newer, sqlite=True)
        return Constant(_page(by, newer=newer, sqlite=False), sqlite=sqlite, across=by.wide)

    count = Constant(_count(by, sqlite=False), sqlite=_count(by, sqlite=True), across=by.wide)
    return Statements(page(newer=False), page(newer=True), count)


_BOTH = (False, True)
STATEMENTS = {
    by: _made(by)
    for by in (
        Narrowing(wide, status, dates, words, pilot_id)
        for wide, status, dates, words, pilot_id in product(_BOTH, _STATUSES, _BOTH, ("", "few", "many"), _BOTH)
        if not (wide and pilot_id)
    )
}
"""Every narrowing's statements, made when the module is loaded."""

_REDUCED = "SELECT tenant_code, amount FROM document WHERE kind = 'reduction' AND status = 'posted'"
_NET = {
    # What was given, as the documents say it: the position is less by what was taken back.
    "award": f"SELECT sum(awarded) FROM (SELECT tenant_code, awarded FROM pilot_position UNION ALL {_REDUCED}) a",
    "allocation": "SELECT sum(allocated) FROM allocation_position",
    "disbursement": "SELECT sum(disbursed) FROM allocation_position",
    "expenditure": "SELECT sum(spent) FROM allocation_position",
    "acceptance": "SELECT sum(accepted) FROM allocation_position",
    "recovery": "SELECT sum(recovered_undisbursed + recovered_disbursed) FROM allocation_position",
    "reduction": f"SELECT sum(amount) FROM ({_REDUCED}) a",
}


def _whole(net: str, reach: str) -> str:
    return (
        f"SELECT coalesce((SELECT sum(last) FROM document_number WHERE {reach} AND prefix = :prefix), 0)"
        f" + (SELECT count(*) FROM reversal_listing WHERE {reach} AND kind = :kind) AS found,"
        f" coalesce(({net} WHERE {reach}), 0) AS total"
    )


_OWN = "tenant_code = :tenant_code"
_OF_ONE = "tenant_code = :of_tenant"
WHOLE = {
    kind: {
        "own": Constant(_whole(net, _OWN)),
        "one": Constant(_whole(net, _OF_ONE), across=True),
        "all": Constant(_whole(net, "tenant_code <> ''"), across=True),
    }
    for kind, net in _NET.items()
}
"""A list's whole size from the last numbers given, and its money from the positions, which hold it."""


def _open(reach: str) -> str:
    return (
        "SELECT s.status, sum(s.found) AS found, sum(s.amount) AS amount FROM ("
        " SELECT d.status, count(*) AS found, sum(d.amount) AS amount FROM document d"
        f" WHERE d.{reach} AND d.kind = :kind AND d.status <> 'posted' GROUP BY d.status"
        " UNION ALL SELECT d.status, count(*), -sum(d.amount) FROM document d"
        " JOIN reversal_listing r ON r.tenant_code = d.tenant_code AND r.id = d.id AND r.kind = :kind"
        f" WHERE d.{reach} AND d.kind = 'reversal' AND d.status <> 'posted' GROUP BY d.status"
        ") s GROUP BY s.status ORDER BY s.status"
    )


OPEN = {
    "own": Constant(_open(_OWN)),
    "one": Constant(_open(_OF_ONE), across=True),
    "all": Constant(_open("tenant_code <> ''"), across=True),
}
"""What is not posted, by status: little beside the rest, and an index of its own."""

SERIES = Constant(
    "SELECT year, last FROM document_number WHERE tenant_code = :tenant_code AND prefix = :prefix ORDER BY year DESC"
)
PLACED = Constant(
    "SELECT d.id, (SELECT count(*) FROM reversal_listing r WHERE r.tenant_code = d.tenant_code AND r.kind = :kind"
    " AND r.id > d.id) AS newer FROM document d WHERE d.tenant_code = :tenant_code AND d.number = :number"
)
"""Where a number stands: numbers have no gaps, so the page of any place is found without counting to it."""
