"""Documents that a few words find: by pilot, credit code, number, document number or voucher number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from ledger.audit.queries_reach import reaches_all
from ledger.desk import Desk
from ledger.domain.access import Permission
from ledger.domain.documents import DocumentKind
from ledger.domain.money import Money
from ledger.funds.store_words import chosen_by, narrowed, words_find
from ledger.tenancy import Constant

_FOUND = (
    " FROM document d JOIN tenant t ON t.code = d.tenant_code"
    " JOIN pilot p ON p.tenant_code = d.tenant_code AND p.id = d.pilot_id"
    " LEFT JOIN document o ON o.tenant_code = d.tenant_code AND o.id = d.reverses_id WHERE "
)
_ROWS = (
    "SELECT d.id, d.tenant_code, t.name AS tenant_name, d.kind, coalesce(o.kind, d.kind) AS collection, d.number,"
    " d.business_date, d.amount, d.status, d.document_no, d.voucher_no, d.pilot_id, p.name AS pilot_name"
    f"{_FOUND}{{}} ORDER BY d.id DESC LIMIT :limit"
)
_PLACES = (
    "SELECT d.tenant_code, t.name AS tenant_name, coalesce(o.kind, d.kind) AS collection, count(*) AS found"
    f"{_FOUND}{{}} GROUP BY t.position, d.tenant_code, t.name, coalesce(o.kind, d.kind)"
    " ORDER BY t.position, d.tenant_code, coalesce(o.kind, d.kind)"
)


def _made(sql: str, words: str, *, wide: bool) -> Constant:
    # The words of ListDocuments, so that the list behind "more" holds as many.
    reach = "d.tenant_code <> ''" if wide else "d.tenant_code = :tenant_code"
    on_postgresql, on_sqlite = (reach + narrowed(words, wide=wide, sqlite=sqlite) for sqlite in (False, True))
    return Constant(sql.format(on_postgresql), sqlite=sql.format(on_sqlite), across=wide)


_STATEMENTS = {
    (words, wide): (_made(_ROWS, words, wide=wide), _made(_PLACES, words, wide=wide))
    for words in ("few", "many")
    for wide in (False, True)
}
_ORDER = {kind: at for at, kind in enumerate(DocumentKind)}


@dataclass(frozen=True, slots=True)
class FoundDocument:
    """A document; `collection` is the kind whose pages it has, for a reversal that of its original."""

    id: int
    tenant_code: str
    tenant_name: str
    kind: DocumentKind
    collection: DocumentKind
    number: str
    business_date: date
    amount: Money
    status: str
    document_no: str | None
    voucher_no: str | None
    pilot_id: int
    pilot_name: str


@dataclass(frozen=True, slots=True)
class FoundPlace:
    """How many were found in one list of documents: one kind of one tenant."""

    tenant_code: str
    tenant_name: str
    collection: DocumentKind
    found: int


@dataclass(frozen=True, slots=True)
class FoundDocuments:
    """The newest documents found, and how many there are in each list."""

    items: Sequence[FoundDocument]
    places: Sequence[FoundPlace]

    @property
    def total(self) -> int:
        return sum(place.found for place in self.places)


@dataclass(frozen=True, slots=True, kw_only=True)
class FindDocuments:
    """Documents of the asker's tenant, or of every tenant for the province, the newest first."""

    permission: ClassVar[Permission] = Permission.MONEY_READ
    across: ClassVar[bool] = True
    words: str
    limit: int = 20

    def run(self, desk: Desk) -> FoundDocuments:
        wide = reaches_all(desk)
        newest, counted = _STATEMENTS[words_find(desk, self.words, wide=wide), wide]
        chosen = chosen_by(self.words)
        rows = [row._mapping for row in desk.rows(newest, limit=self.limit, **chosen)]
        places = [row._mapping for row in desk.rows(counted, **chosen)]
        found = [FoundPlace(**{**place, "collection": DocumentKind(place["collection"])}) for place in places]
        return FoundDocuments(
            [
                FoundDocument(
                    **{**row, "kind": DocumentKind(row["kind"]), "collection": DocumentKind(row["collection"])}
                )
                for row in rows
            ],
            # As money goes: kinds in their own order, and within each the tenants in division order.
            sorted(found, key=lambda place: _ORDER[place.collection]),
        )
