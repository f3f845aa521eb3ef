"""变更台账: every act on record, of an office, a tenant or the whole province, read from the journal itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar, Final

from ledger.audit.queries_record_entries import Event, completed
from ledger.audit.queries_record_filters import Filters
from ledger.audit.queries_record_kinds import EVERYTHING
from ledger.audit.queries_record_reading import Edge, Reader, Touched, spans_of, streams_in_reach
from ledger.audit.queries_record_sql import LAST_OF_PERSON, MOST_COUNTED, OFFICES, PEOPLE, PILOTS
from ledger.desk import Desk
from ledger.domain.access import PROVINCE, Permission
from ledger.domain.errors import TooLarge
from ledger.domain.money import Money
from ledger.journal import Fact, Json

MOST_EXPORTED: Final = 5_000
"""Entries that one file takes; more are taken in parts."""
LARGEST_PAGE: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPage:
    """Entries, the newest first, and the edges of the pages beside this one; None where there is none.

    `total` and `touched` are of the whole filter; with `is_more` there are more than are counted.
    """

    events: tuple[Event, ...]
    total: int
    is_more: bool
    touched: tuple[Touched, ...]
    older: Edge | None
    newer: Edge | None

    @property
    def amount(self) -> Money:
        """What all the documents come to."""
        return Money(sum(one.amount.fen for one in self.touched))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Record:
    permission: ClassVar[Permission] = Permission.JOURNAL_READ
    filters: Filters = field(default_factory=Filters)
    limit: int = 50
    older: Edge | None = None
    newer: Edge | None = None

    def run(self, desk: Desk) -> RecordPage:
        return self._page(desk, self._streams(desk), self.filters, min(max(self.limit, 1), LARGEST_PAGE))

    def _streams(self, desk: Desk) -> tuple[str, ...]:
        return (desk.tenant_code,)

    def _page(self, desk: Desk, streams: Sequence[str], filters: Filters, limit: int) -> RecordPage:
        reader = Reader(desk, filters, spans_of(desk, streams, filters.recorded_from, filters.recorded_until))
        page = None if self.newer is None else reader.newer(self.newer, limit)
        if page is None or page.is_last:
            # The newest page is always a full one.
            page = reader.older(self.older if self.newer is None else None, limit)
        total, touched = reader.sums()
        return RecordPage(
            events=completed(desk, page.events),
            total=min(total, MOST_COUNTED),
            is_more=total > MOST_COUNTED,
            touched=touched,
            older=page.lower if page.has_older else None,
            newer=page.upper if page.has_newer else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnRecord(_Record):
    """What the asker's own office has on record in one tenant; reading one's own leaves no entry."""

    tenant_code: str

    def run(self, desk: Desk) -> RecordPage:
        own = replace(self.filters, office_id=desk.actor.office_id)
        return self._page(desk, self._streams(desk), own, min(max(self.limit, 1), LARGEST_PAGE))


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantRecord(_Record):
    """The record of one tenant, or of an office of it; the reading is an entry of its own."""

    tenant_code: str

    def fact(self, answer: RecordPage) -> Fact:
        """The entry that says who read which part of whose record."""
        return _reading("record_read", self.tenant_code, self.filters, len(answer.events))


@dataclass(frozen=True, slots=True, kw_only=True)
class _WideRecord(_Record):
    across: ClassVar[bool] = True
    of_tenant: str = ""

    def _streams(self, desk: Desk) -> tuple[str, ...]:
        return streams_in_reach(desk, self.of_tenant)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvinceRecord(_WideRecord):
    """The record of every tenant and of the province, or of one of them; one's own tenant's for others.

    Raises:
        NotFound: `of_tenant` has no record.
    """

    def fact(self, answer: RecordPage) -> Fact:
        """The entry that says who read which part of whose record."""
        return _reading("record_read", self.of_tenant or EVERYTHING, self.filters, len(answer.events))


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnProvinceRecord(_WideRecord):
    """What the asker's own office has on record in every tenant; reading one's own leaves no entry."""

    def run(self, desk: Desk) -> RecordPage:
        own = replace(self.filters, office_id=desk.actor.office_id)
        return self._page(desk, self._streams(desk), own, min(max(self.limit, 1), LARGEST_PAGE))


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportRecord:
    """The entries that a file takes away, the newest first; the taking is an entry of its own.

    Raises:
        TooLarge: more than `MOST_EXPORTED` entries. NotFound: `of_tenant` has no record.
    """

    permission: ClassVar[Permission] = Permission.JOURNAL_READ
    tenant_code: str
    filters: Filters = field(default_factory=Filters)
    format: str = "xlsx"

    def run(self, desk: Desk) -> tuple[Event, ...]:
        return self._events(desk, (desk.tenant_code,))

    def _events(self, desk: Desk, streams: Sequence[str]) -> tuple[Event, ...]:
        filters = self.filters
        reader = Reader(desk, filters, spans_of(desk, streams, filters.recorded_from, filters.recorded_until))
        page = reader.older(None, MOST_EXPORTED)
        if page.has_older:
            raise TooLarge("超过 {limit} 条，一次导不完。请加条件缩小范围，分几次导出。", limit=f"{MOST_EXPORTED:,}")
        return completed(desk, page.events)

    def fact(self, answer: Sequence[Event]) -> Fact:
        """The entry that says who took which part of whose record away."""
        return _reading("record_exported", self.tenant_code, self.filters, len(answer), format=self.format)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportProvinceRecord(ExportRecord):
    """The same of every tenant and of the province, or of one of them."""

    across: ClassVar[bool] = True
    tenant_code: str = PROVINCE
    of_tenant: str = ""

    def run(self, desk: Desk) -> tuple[Event, ...]:
        return self._events(desk, streams_in_reach(desk, self.of_tenant))

    def fact(self, answer: Sequence[Event]) -> Fact:
        """The entry that says who took which part of whose record away."""
        whose = self.of_tenant or EVERYTHING
        return _reading("record_exported", whose, self.filters, len(answer), format=self.format)


def _reading(kind: str, whose: str, filters: Filters, entries: int, **more: str) -> Fact:
    after: dict[str, Json] = {"record": whose, "entries": str(entries), "asked": filters.asked(), **more}
    return Fact(kind, "record", whose, after=after)


@dataclass(frozen=True, slots=True)
class RecordChoices:
    """What a record of one stream may be narrowed to, and what a chosen person is called."""

    offices: tuple[tuple[int, str], ...] = ()
    people: tuple[tuple[int, str, str], ...] = ()
    pilots: tuple[tuple[int, str], ...] = ()
    person: str = ""


def _choices(desk: Desk, stream: str, person_id: int) -> RecordChoices:
    asked = [statement.reading(desk, stream) for statement in (OFFICES, PEOPLE, PILOTS)]
    offices, people, pilots, last = desk.read_all(*asked, LAST_OF_PERSON.reading(desk, stream, person_id=person_id))
    return RecordChoices(
        tuple((row.id, row.name) for row in offices),
        tuple((row.id, row.name, row.office_name) for row in people),
        tuple((row.id, row.name) for row in pilots),
        last[0].actor_name if last else "",
    )


@dataclass(frozen=True, slots=True)
class ListRecordChoices:
    """Offices, people and pilots of a tenant for the filters of its record."""

    permission: ClassVar[Permission] = Permission.JOURNAL_READ
    tenant_code: str
    person_id: int = 0

    def run(self, desk: Desk) -> RecordChoices:
        return _choices(desk, desk.tenant_code, self.person_id)
