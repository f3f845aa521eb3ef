"""Reading one or more streams by one set of filters: pages that go on where the last one ended, and sums."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias

from ledger.audit.queries_record_entries import Event, event_of
from ledger.audit.queries_record_filters import FIRST_INSTANT, LAST_INSTANT, Filters
from ledger.audit.queries_record_sql import ALONG, HEAD, MOST_COUNTED, RECORDED, SORTED, STATEMENTS
from ledger.desk import Desk
from ledger.domain.documents import DocumentKind
from ledger.domain.errors import NotFound
from ledger.domain.money import ZERO, Money
from ledger.identity.store_reference import STREAMS
from ledger.tenancy import Reading, Row

Edge: TypeAlias = Mapping[str, int]
"""A place in each stream: what has a smaller number is older."""
_LEEWAY: Final = timedelta(hours=1)
"""An act takes its instant when it begins and its number when it ends: entries may stand so far out of order."""


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a stream, both ends included; `last_seq` under `first_seq` is nothing."""

    stream: str
    first_seq: int
    last_seq: int


@dataclass(frozen=True, slots=True)
class Touched:
    """The documents of one kind in a record, each counted once with the amount that it had last."""

    kind: DocumentKind
    documents: int
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPage:
    """Entries, the newest first. An edge is a place in each stream: `older` begins the page after, None at the end.

    `total` and `touched` are of the whole filter; with `is_more` there are more than are counted.
    """

    events: tuple[Event, ...]
    total: int
    is_more: bool
    touched: tuple[Touched, ...]
    older: Mapping[str, int] | None
    newer: Mapping[str, int] | None

    @property
    def amount(self) -> Money:
        """What all the documents come to."""
        return Money(sum(one.amount.fen for one in self.touched))


@dataclass(frozen=True, slots=True)
class Part:
    """Events, the newest first, between two edges."""

    events: tuple[Event, ...]
    upper: Edge
    lower: Edge
    has_newer: bool
    has_older: bool

    @property
    def is_last(self) -> bool:
        """Whether nothing is newer than these."""
        return not self.has_newer


def streams_in_reach(desk: Desk, of_tenant: str) -> tuple[str, ...]:
    """Every stream that the desk reads, or the one that is named.

    Raises:
        NotFound: it is no stream, or another tenant's.
    """
    own = tuple(STREAMS) if desk.scope.every_tenant else (desk.tenant_code,)
    if of_tenant and of_tenant not in own:
        raise NotFound(field="tenant")
    return (of_tenant,) if of_tenant else own


def spans_of(desk: Desk, streams: Sequence[str], from_at: datetime, until_at: datetime) -> list[Span]:
    """The part of each stream that was recorded between two instants, with a leeway on both sides.

    Numbers grow with time: the part is found by halving, for all streams at once.
    """
    heads = desk.read_all(*[HEAD.reading(desk, stream) for stream in streams])
    sizes = {stream: int(rows[0].seq) if rows else 0 for stream, rows in zip(streams, heads, strict=True)}
    first, last = dict.fromkeys(streams, 1), dict(sizes)
    if from_at > FIRST_INSTANT:
        first = _first_at(desk, sizes, from_at - _LEEWAY)
    if until_at < LAST_INSTANT:
        last = {stream: seq - 1 for stream, seq in _first_at(desk, sizes, until_at + _LEEWAY).items()}
    return [Span(stream, first[stream], last[stream]) for stream in streams]


def _first_at(desk: Desk, sizes: Mapping[str, int], instant: datetime) -> dict[str, int]:
    """The number of each stream's first entry that was recorded at `instant` or later, or one past its end."""
    low, high = dict.fromkeys(sizes, 1), {stream: size + 1 for stream, size in sizes.items()}
    while searched := [stream for stream in sizes if low[stream] < high[stream]]:
        middle = {stream: (low[stream] + high[stream]) // 2 for stream in searched}
        found = desk.read_all(*[RECORDED.reading(desk, stream, seq=middle[stream]) for stream in searched])
        for stream, rows in zip(searched, found, strict=True):
            # A row that is gone counts as old: what follows it is still found.
            if rows and rows[0].recorded_at >= instant:
                high[stream] = middle[stream]
            else:
                low[stream] = middle[stream] + 1
    return low


class Reader:
    """Reads by one set of filters along the index that narrows most."""

    def __init__(self, desk: Desk, filters: Filters, spans: Sequence[Span]) -> None:
        self._desk, self._spans, self._given = desk, spans, filters.parameters()
        leads = filters.leads()
        self._lead = leads[0]
        self._total = self._count()
        if len(leads) > 1 and self._total > MOST_COUNTED and filters.last_on >= desk.today:
            # A range that finds much is met soon on the way back from the newest entry.
            self._lead = leads[1]

    def older(self, edge: Edge | None, limit: int) -> Part:
        """Up to `limit` events before an edge, or the newest ones."""
        upper = {span.stream: self._under(span, edge) for span in self._spans}
        spans = [Span(span.stream, span.first_seq, upper[span.stream] - 1) for span in self._spans]
        rows = self._rows(spans, limit, newest_first=True)
        lower = dict(upper)
        for row in rows[:limit]:
            lower[row.stream] = min(lower[row.stream], row.seq)
        events = tuple(event_of(row) for row in rows[:limit])
        return Part(events, upper, lower, has_newer=edge is not None, has_older=len(rows) > limit)

    def newer(self, edge: Edge, limit: int) -> Part:
        """Up to `limit` events from an edge on, those next to it."""
        lower = {span.stream: max(self._under(span, edge), span.first_seq) for span in self._spans}
        spans = [Span(span.stream, lower[span.stream], span.last_seq) for span in self._spans]
        rows = self._rows(spans, limit, newest_first=False)
        upper = dict(lower)
        for row in rows[:limit]:
            upper[row.stream] = max(upper[row.stream], row.seq + 1)
        events = tuple(event_of(row) for row in reversed(rows[:limit]))
        return Part(events, upper, lower, has_newer=len(rows) > limit, has_older=True)

    @staticmethod
    def _under(span: Span, edge: Edge | None) -> int:
        return min(span.last_seq + 1, (edge or {}).get(span.stream, span.last_seq + 1))

    def _rows(self, spans: Sequence[Span], limit: int, *, newest_first: bool) -> list[Row]:
        statements = STATEMENTS[self._lead]
        statement = statements.older if newest_first else statements.newer
        readings = [
            statement.reading(self._desk, span.stream, **self._given, **_within(span), limit=limit + 1)
            for span in spans
            if span.first_seq <= span.last_seq
        ]
        found = self._read(readings) if readings else []
        return _merged(found, limit + 1, newest_first=newest_first)

    def sums(self) -> tuple[int, tuple[Touched, ...]]:
        """How many entries there are, and the money of their documents where they are counted."""
        if self._total > MOST_COUNTED:
            return self._total, ()
        statement = STATEMENTS[self._lead].sums
        readings = [
            statement.reading(self._desk, span.stream, **self._given, **_within(span), limit=MOST_COUNTED)
            for span in self._spans
        ]
        rows = [row for part in self._read(readings) for row in part]
        return self._total, _touched(rows)

    def _count(self) -> int:
        found = 0
        # One stream after the other: the first long one ends it.
        for span in self._spans:
            limit = MOST_COUNTED + 1 - found
            counting = STATEMENTS[self._lead].count
            reading = counting.reading(self._desk, span.stream, **self._given, **_within(span), limit=limit)
            found += int(self._read([reading])[0][0].found)
            if found > MOST_COUNTED:
                break
        return found

    def _read(self, readings: Sequence[Reading]) -> list[list[Row]]:
        if self._lead in SORTED:
            return self._desk.read_all(*readings)
        return self._desk.read_all(ALONG, *readings)[1:]


def _within(span: Span) -> dict[str, Any]:
    return {"first_seq": span.first_seq, "last_seq": span.last_seq}


def _merged(found: Sequence[Sequence[Row]], most: int, *, newest_first: bool) -> list[Row]:
    """Rows of several streams, each in its own order, as one list by the instant of recording."""
    places = [0] * len(found)
    merged: list[Row] = []
    while len(merged) < most:
        heads = [(rows[at].recorded_at, which) for which, (rows, at) in enumerate(zip(found, places, strict=True))
                 if at < len(rows)]  # fmt: skip
        if not heads:
            break
        _instant, which = max(heads) if newest_first else min(heads)
        merged.append(found[which][places[which]])
        places[which] += 1
    return merged


def _touched(rows: Sequence[Row]) -> tuple[Touched, ...]:
    sums: dict[str, tuple[int, Money]] = {}
    for row in rows:
        count, amount = sums.get(row.subject_type, (0, ZERO))
        sums[row.subject_type] = (count + int(row.documents), amount + (row.total or ZERO))
    return tuple(Touched(kind, *sums[kind]) for kind in DocumentKind if kind in sums)
