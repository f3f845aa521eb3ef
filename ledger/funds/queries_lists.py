"""The lists of documents: a page, how many there are and how much, without reading the rest of the list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, ClassVar

from ledger.desk import Desk
from ledger.domain.access import Permission
from ledger.domain.documents import DocumentKind, Status
from ledger.domain.money import ZERO, Money
from ledger.funds.queries import ShownDocument, shown_document
from ledger.funds.queries_lists_sql import MOST_COUNTED, OPEN, PLACED, SERIES, STATEMENTS, WHOLE, Narrowing
from ledger.funds.store import PREFIXES
from ledger.funds.store_words import chosen_by, words_find
from ledger.tenancy import Constant

EARLIEST, LATEST = date(2000, 1, 1), date(2100, 12, 31)
NO_END = 2**63 - 1
"""Above every id."""

_NEAR = 100
_TRIES = 8
_LINES = Constant(
    "SELECT l.award_id, coalesce(l.project_code, j.name) AS code, l.amount FROM award_line l"
    " JOIN project j ON j.tenant_code = l.tenant_code AND j.id = l.project_id"
    " WHERE l.tenant_code = :tenant_code AND l.award_id BETWEEN :first_id AND :last_id ORDER BY l.award_id, l.id"
)
_ROOM = Constant(
    "SELECT allocation_id, allocated - waiting - disbursed - recovered_undisbursed AS available"
    " FROM allocation_position WHERE tenant_code = :tenant_code AND allocation_id BETWEEN :first_id AND :last_id"
    " ORDER BY allocation_id"
)


@dataclass(frozen=True, slots=True)
class DocumentPage:
    """One page of documents, the newest first; the total is of the whole filter, reversals taken off.

    Without a status it is of what is posted: drafts and what waits are no money yet.
    """

    items: Sequence[ShownDocument]
    total: int
    """How many there are; at least so many where `is_more`."""
    page: int
    per_page: int
    amount_total: Money | None
    """None where there are more than are counted."""
    is_more: bool = False
    may_jump: bool = True
    """Whether every page of the list is near by its number, and not the neighbouring ones alone."""


@dataclass(frozen=True, slots=True)
class _Size:
    found: int
    amount: Money | None
    is_more: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Documents:
    permission: ClassVar[Permission] = Permission.MONEY_READ
    kind: DocumentKind
    status: str = ""
    words: str = ""
    first_on: date = EARLIEST
    last_on: date = LATEST
    page: int = 1
    per_page: int = 50
    after: int = 0
    """An id: the page goes on with what was recorded before it, whatever its number says."""
    before: int | None = None
    """An id: the page ends with what was recorded after it; 0 for the last page."""
    is_exact: bool = False
    """Whether all are counted, however many; for programs, which read on without looking."""

    def _narrowing(self, desk: Desk, *, wide: bool, pilot_id: bool) -> Narrowing:
        return Narrowing(
            wide,
            self.status if self.status in ("", Status.POSTED) else "open",
            dates=self.first_on > EARLIEST or self.last_on < LATEST,
            words=words_find(desk, self.words, wide=wide),
            pilot_id=pilot_id,
        )

    def _run(self, desk: Desk, reach: str, of_tenant: str = "", pilot_id: int = 0) -> DocumentPage:
        by = self._narrowing(desk, wide=reach != "own", pilot_id=bool(pilot_id))
        chosen: dict[str, Any] = {
            "kind": self.kind.value,
            "status": self.status,
            **chosen_by(self.words),
            "first_on": self.first_on,
            "last_on": self.last_on,
            "pilot_id": pilot_id,
            "of_tenant": of_tenant,
        }
        size = self._counted(desk, reach, chosen) if by.is_counted else self._count(desk, by, chosen)
        numbered = reach == "own" and by.is_counted and not self.status
        may_jump = numbered or (size.found <= MOST_COUNTED and not size.is_more)
        page = self.page
        if not (self.is_exact or self.after or self.before is not None):
            near = size.found if may_jump else MOST_COUNTED
            page = min(page, max(1, -(-near // self.per_page)) + size.is_more)
        asked = replace(self, page=page)
        rows = asked._rows(desk, by, chosen, size, numbered=numbered)
        items = [shown_document(row) for row in rows]
        return DocumentPage(items, size.found, page, self.per_page, size.amount, size.is_more, may_jump)

    def _rows(self, desk: Desk, by: Narrowing, chosen: dict[str, Any], size: _Size, *, numbered: bool) -> Sequence[Any]:
        statements, limit = STATEMENTS[by], self.per_page
        if self.before is not None:
            if self.before == 0 and size.found and not size.is_more:
                limit = (size.found - 1) % self.per_page + 1
            return desk.rows(statements.newer, edge=self.before, upto=limit, limit=limit, skip=0, **chosen)
        edge, skip = self.after or NO_END, 0
        if not self.after:
            edge, skip = self._place(desk, (self.page - 1) * self.per_page, size, numbered=numbered)
        return desk.rows(statements.older, edge=edge, upto=skip + limit, limit=limit, skip=skip, **chosen)

    def _place(self, desk: Desk, skip: int, size: _Size, *, numbered: bool) -> tuple[int, int]:
        """The id after which a page begins that `skip` documents come before, and how many to pass over from there.

        Numbers have no gaps: the k-th newest document is found by its number. Reversals stand
        between them; a few steps find the document that has as many newer than itself as are asked for.
        """
        if skip == 0:
            return NO_END, 0
        if skip >= size.found:
            return 0, 0
        newest = skip
        years = desk.rows(SERIES, prefix=PREFIXES[self.kind]) if numbered else []
        for _try in range(_TRIES):
            number = _number(self.kind, years, newest)
            placed = None if number is None else desk.first(PLACED, kind=self.kind.value, number=number)
            if placed is None:
                break
            gap = skip - newest - int(placed.newer)
            if 0 <= gap <= _NEAR:
                return placed.id, gap
            newest += gap
        return NO_END, skip

    def _counted(self, desk: Desk, reach: str, chosen: dict[str, Any]) -> _Size:
        """The size of a list of one kind, from what the database keeps; by status less what is not posted."""
        open_ones = {row.status: row for row in desk.rows(OPEN[reach], **chosen)} if self.status else {}
        if self.status not in ("", Status.POSTED):
            one = open_ones.get(self.status)
            return _Size(0, ZERO) if one is None else _Size(int(one.found), one.amount)
        whole = desk.first(WHOLE[self.kind][reach], prefix=PREFIXES[self.kind], **chosen)
        found, amount = (int(whole.found), whole.total) if whole is not None else (0, ZERO)
        if self.status:
            found -= sum(int(row.found) for row in open_ones.values())
            reversed_ones = open_ones.get(Status.REVERSED)
            amount -= ZERO if reversed_ones is None else reversed_ones.amount
        return _Size(found, amount)

    def _count(self, desk: Desk, by: Narrowing, chosen: dict[str, Any]) -> _Size:
        most = NO_END if self.is_exact else MOST_COUNTED + 1
        counted = desk.first(STATEMENTS[by].count, most=most, **chosen)
        found, amount = (int(counted.found), counted.total) if counted is not None else (0, ZERO)
        return _Size(MOST_COUNTED, None, is_more=True) if found == most else _Size(found, amount)


def _number(kind: DocumentKind, years: Sequence[Any], newest: int) -> str | None:
    """The number of the `newest`-th document from the end, or None beyond the first."""
    if newest < 1:
        return None
    for row in years:
        if newest <= row.last:
            return f"{PREFIXES[kind]}-{row.year}-{row.last - newest + 1:04d}"
        newest -= row.last
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListDocuments(_Documents):
    """Documents of one kind, with the reversals of that kind, by status, pilot, business date and words."""

    tenant_code: str
    pilot_id: int = 0

    def run(self, desk: Desk) -> DocumentPage:
        found = self._run(desk, "own", pilot_id=self.pilot_id)
        if not (self.is_exact and self.kind is DocumentKind.AWARD and found.items):
            return found
        ids = [one.document.id for one in found.items]
        lines: dict[int, list[tuple[str, Money]]] = {}
        for row in desk.rows(_LINES, first_id=min(ids), last_id=max(ids)):
            lines.setdefault(row.award_id, []).append((row.code, row.amount))
        items = [
            replace(one, document=replace(one.document, lines=tuple(lines.get(one.document.id, ()))))
            for one in found.items
        ]
        return replace(found, items=items)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListProvinceDocuments(_Documents):
    """Documents of one kind in every tenant, or in the one named, for the province; their own for others."""

    across: ClassVar[bool] = True
    of_tenant: str = ""

    def run(self, desk: Desk) -> DocumentPage:
        if not desk.actor.is_province:
            return self._run(desk, "own")
        return self._run(desk, "one" if self.of_tenant else "all", self.of_tenant)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomOfAllocations:
    """What may still be disbursed of each allocation with an id in a range."""

    permission: ClassVar[Permission] = Permission.MONEY_READ
    tenant_code: str
    first_id: int
    last_id: int

    def run(self, desk: Desk) -> dict[int, Money]:
        rows = desk.rows(_ROOM, first_id=self.first_id, last_id=self.last_id)
        return {row.allocation_id: row.available for row in rows}
