"""Which documents a few words find: by how a number begins or by their pilot, each by an index.

Numbers, voucher numbers and 文号 are found by how they begin; pilots, who are few, by any part of their name or code.
Operators of plain order are leakproof: under row-level security no other may choose the rows of an index.
"""

from __future__ import annotations

from ledger.desk import Desk
from ledger.tenancy import Constant, containing

MOST_FOUND = 10_000
"""Up to so many documents are looked up by key; what finds more is met all over a list, and that is read."""
_PAST = "\U0010ffff"

_VOUCHERS = (
    "x.kind = 'disbursement' AND x.status {status} AND x.voucher_no >= :{first} AND x.voucher_no < :past_{first}"
)
_PAPERS = (
    "{x}.kind IN ('award', 'allocation', 'acceptance', 'recovery', 'reduction')"
    " AND {x}.document_no >= :typed AND {x}.document_no < :past_typed"
)
# Letters sort behind digits and hyphens in every collation; what lies between is looked at itself.
_NUMBERS = "x.number >= :capital AND x.number <= :last_number AND substr(x.number, 1, length(:capital)) = :capital"


def _found(reach: str) -> str:
    documents = f"SELECT x.id FROM tenant c JOIN document x ON x.tenant_code = c.code WHERE {reach} AND "
    vouchers = [
        documents + _VOUCHERS.format(status=status, first=first)
        for status in ("IN ('waiting', 'posted')", "<> 'posted'")
        for first in ("typed", "capital")
    ]
    paid = (
        "SELECT x.id FROM tenant c JOIN document a ON a.tenant_code = c.code"
        f" JOIN document x ON x.tenant_code = a.tenant_code AND x.allocation_id = a.id WHERE {reach}"
        f" AND {_PAPERS.format(x='a')}"
    )
    of_pilots = (
        "SELECT x.id FROM tenant c JOIN pilot p ON p.tenant_code = c.code"
        f" JOIN document x ON x.tenant_code = p.tenant_code AND x.pilot_id = p.id WHERE {reach}"
        " AND (lower(p.name) LIKE :like ESCAPE '!' OR lower(p.uscc) LIKE :like ESCAPE '!')"
    )
    papers = documents + _PAPERS.format(x="x")
    return " UNION ALL ".join([documents + _NUMBERS, *vouchers, papers, paid, of_pilots])


def _on_postgresql(sql: str) -> str:
    """With the operators of the indexes that beginnings are found by, whatever the database's collation."""
    for column in ("voucher_no", "document_no"):
        sql = sql.replace(f"{column} >=", f"{column} ~>=~").replace(f"{column} <", f"{column} ~<~")
    return sql


_REACHES = {False: "c.code = :tenant_code", True: "c.code <> ''"}
_BEGINNINGS = {wide: _found(reach) for wide, reach in _REACHES.items()}


def _counted(sql: str) -> str:
    return f"SELECT count(*) AS found FROM (SELECT h.id FROM ({sql}) h LIMIT :most_found + 1) i ORDER BY found"


HOW_MANY = {
    wide: Constant(_counted(_on_postgresql(sql)), sqlite=_counted(sql), across=wide)
    for wide, sql in _BEGINNINGS.items()
}
"""How many the words find in the tenant, or in all: at most one more than `MOST_FOUND`."""


def narrowed(words: str, *, wide: bool, sqlite: bool) -> str:
    """The condition on a document `d`: among the `few` that the words find, or row by row where they find `many`."""
    if not words:
        return ""
    if words == "many":
        return _EACH.format(reach="p.id > 0" if wide else "p.tenant_code = :tenant_code")
    if sqlite:
        return f" AND d.id IN ({_BEGINNINGS[wide]})"
    return f" AND d.id = ANY(ARRAY({_on_postgresql(_BEGINNINGS[wide])}))"


_EACH = (
    " AND ((d.tenant_code, d.pilot_id) IN (SELECT p.tenant_code, p.id FROM pilot p WHERE {reach}"
    " AND (lower(p.name) LIKE :like ESCAPE '!' OR lower(p.uscc) LIKE :like ESCAPE '!'))"
    " OR substr(d.number, 1, length(:capital)) = :capital OR substr(d.document_no, 1, length(:typed)) = :typed"
    " OR substr(d.voucher_no, 1, length(:typed)) = :typed OR substr(d.voucher_no, 1, length(:capital)) = :capital)"
)


def words_find(desk: Desk, words: str, *, wide: bool) -> str:
    """Whether `words` find `few` documents or `many`; nothing where there are no words."""
    if not words:
        return ""
    counted = desk.first(HOW_MANY[wide], **chosen_by(words))
    return "many" if counted is not None and counted.found > MOST_FOUND else "few"


def chosen_by(words: str) -> dict[str, object]:
    """The parameters that `words` are for these statements."""
    capital = words.upper()
    return {
        "like": containing(words),
        "typed": words,
        "past_typed": words + _PAST,
        "capital": capital,
        "past_capital": capital + _PAST,
        "last_number": capital + "ZZZZ",
        "most_found": MOST_FOUND,
    }
