"""The journal's integrity: every stream's chain, its head, and an earlier checkpoint held elsewhere."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from ledger import database
from ledger.audit.queries_reach import Reaching
from ledger.database import instant_text
from ledger.desk import Desk
from ledger.domain import chain
from ledger.domain.access import Permission
from ledger.domain.chain import GENESIS, Link
from ledger.domain.documents import DocumentKind
from ledger.domain.money import Money
from ledger.journal import Fact

BATCH = 1000
_DOCUMENTS = frozenset(kind.value for kind in DocumentKind)
_STREAMS = Reaching(
    "SELECT t.code, h.seq, h.hash FROM tenant t LEFT JOIN journal_head h ON h.tenant_code = t.code"
    " WHERE t.code {reach} ORDER BY t.code"
)
_ENTRIES = Reaching(
    "SELECT seq, hash, payload, recorded_at, kind, subject_type, subject_id, pilot_id, office_id, actor_id, total,"
    " business_date FROM journal_entry WHERE tenant_code {reach} AND seq > :after ORDER BY seq LIMIT :count"
)


@dataclass(frozen=True, slots=True)
class Head:
    """How many entries a stream has, and the hash of the last."""

    stream: str
    size: int
    hash: str


@dataclass(frozen=True, slots=True)
class BrokenEntry:
    """The first entry that does not hold, by the place at which it should stand."""

    stream: str
    seq: int
    reason: str
    expected: str
    found: str


@dataclass(frozen=True, slots=True)
class Flag:
    """An entry that is worth a look although the chain holds: the clock had gone back."""

    stream: str
    seq: int
    reason: str


@dataclass(frozen=True, slots=True)
class Verification:
    """What was read, stream by stream in code order, and the first entry that does not hold."""

    streams: tuple[Head, ...]
    first_break: BrokenEntry | None
    flags: tuple[Flag, ...]

    @property
    def sound(self) -> bool:
        return self.first_break is None

    @property
    def entries(self) -> int:
        """How many entries were read."""
        return sum(head.size for head in self.streams)


@dataclass(frozen=True, slots=True)
class VerifyJournal:
    """Check every stream in reach (one's own, for people of a tenant); the result is an entry of its own.

    `checkpoint` are heads that were noted earlier: a stream that is shorter, or that has
    another hash at that place, was cut or rewritten. `of_tenant` keeps to one stream.
    `progress` is told how many entries are behind, of how many, a batch at a time.
    """

    permission: ClassVar[Permission] = Permission.JOURNAL_READ
    across: ClassVar[bool] = True
    one_snapshot: ClassVar[bool] = True
    role: ClassVar[str] = database.AUDIT
    checkpoint: tuple[Head, ...] = ()
    of_tenant: str | None = None
    progress: Callable[[int, int], None] | None = None

    def run(self, desk: Desk) -> Verification:
        known = {head.stream: head for head in self.checkpoint}
        heads, flags, breaks = [], [], []
        rows = stream_heads(desk, self.of_tenant)
        tell = _counting(self.progress, sum(row.size for row in rows))
        for row in rows:
            walk = _Walk(desk, row.stream, known.get(row.stream), tell)
            found = walk.broken(row)
            if found is not None:
                breaks.append(found)
            heads.append(Head(row.stream, walk.size, walk.hash))
            flags += walk.flags
        return Verification(tuple(heads), breaks[0] if breaks else None, tuple(flags))

    def fact(self, answer: Verification) -> Fact:
        """The entry that says how the verification ended."""
        after: dict[str, chain.Json] = {"sound": answer.sound, "entries": str(answer.entries)}
        if (broken := answer.first_break) is not None:
            after["first_break"] = {"stream": broken.stream, "seq": str(broken.seq), "reason": broken.reason}
        return Fact("journal_verified", "journal", ",".join(head.stream for head in answer.streams), after=after)


def _counting(progress: Callable[[int, int], None] | None, out_of: int) -> Callable[[], None]:
    """What is called for each entry that is read: it counts, and tells each whole batch."""
    count = 0

    def read() -> None:
        nonlocal count
        count += 1
        if progress is not None and count % BATCH == 0:
            progress(count, out_of)

    if progress is not None:
        progress(0, out_of)
    return read


def stream_heads(desk: Desk, of_tenant: str | None = None) -> list[Head]:
    """The heads of the streams in reach, one a tenant in code order; one whose head is gone counts as empty."""
    rows = _STREAMS.rows(desk, of_tenant)
    return [Head(row.code, row.seq or 0, row.hash or GENESIS) for row in rows]


def entries_of(desk: Desk, stream: str) -> Iterator[Any]:
    """All entries of a stream in sequence order, read a batch at a time."""
    after = -1
    while rows := _ENTRIES.rows(desk, stream, after=after, count=BATCH):
        yield from rows
        after = rows[-1].seq


@dataclass(slots=True)
class _Walk:
    """One pass over a stream, entry by entry."""

    desk: Desk
    stream: str
    known: Head | None
    tell: Callable[[], None]
    size: int = 0
    hash: str = GENESIS
    flags: list[Flag] = field(default_factory=list)
    beside: BrokenEntry | None = None

    def broken(self, head: Head) -> BrokenEntry | None:
        """The first entry that does not hold against the chain, its own columns, the head or the checkpoint."""
        found = chain.first_break(self._links(), self.stream)
        if found is not None and (self.beside is None or found.seq <= self.beside.seq):
            return BrokenEntry(self.stream, found.seq, found.reason, found.expected, found.found)
        if self.beside is not None:
            return self.beside
        if self.size == 0:
            return self._differs(1, "stream", "its first entry", "none")
        if (self.size, self.hash) != (head.size, head.hash):
            place = min(self.size, head.size) + 1 if self.size != head.size else self.size
            return self._differs(place, "head", f"{head.size} {head.hash}", f"{self.size} {self.hash}")
        if self.known is not None and self.size < self.known.size:
            return self._differs(self.size + 1, "checkpoint", f"{self.known.size} entries", str(self.size))
        return None

    def _links(self) -> Iterator[Link]:
        last = None
        for row in entries_of(self.desk, self.stream):
            yield Link(self.stream, row.seq, row.hash, row.payload)
            self.tell()
            self.size, self.hash = row.seq, row.hash
            if last is not None and row.recorded_at < last:
                self.flags.append(Flag(self.stream, row.seq, "recorded_at"))
            last = row.recorded_at
            if self.beside is None:
                self.beside = self._column_break(row) or self._checkpoint_break(row)

    def _column_break(self, row: Any) -> BrokenEntry | None:
        for name, expected in _told(json.loads(row.payload)).items():
            shown = _shown(getattr(row, name))
            if shown != expected:
                return self._differs(row.seq, f"column {name}", str(expected), str(shown))
        return None

    def _checkpoint_break(self, row: Any) -> BrokenEntry | None:
        if self.known is not None and row.seq == self.known.size and row.hash != self.known.hash:
            return self._differs(row.seq, "checkpoint", self.known.hash, row.hash)
        return None

    def _differs(self, seq: int, reason: str, expected: str, found: str) -> BrokenEntry:
        return BrokenEntry(self.stream, seq, reason, expected, found)


def _told(body: dict[str, Any]) -> dict[str, str | None]:
    """What the columns beside a payload must say; a person's name is in the column alone."""
    subject, actor, after = (_fields(body, name) for name in ("subject", "actor", "after"))
    told = {
        "recorded_at": body.get("at"),
        "kind": body.get("kind"),
        "subject_type": subject.get("type"),
        "subject_id": subject.get("id"),
        "pilot_id": body.get("pilot"),
        "business_date": body.get("on"),
        "actor_id": actor.get("person", "0"),
        "office_id": actor.get("office", "0"),
    }
    return told | (
        {"total": after["amount_fen"]} if subject.get("type") in _DOCUMENTS and "amount_fen" in after else {}
    )


def _fields(body: dict[str, Any], name: str) -> dict[str, Any]:
    found = body.get(name)
    return found if isinstance(found, dict) else {}


def _shown(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, datetime):
        return instant_text(value)
    return str(value.fen if isinstance(value, Money) else value)
