"""The journal as it is read: page by page for a program, and a pilot's timeline for people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar

from ledger.audit.queries_record_entries import (
    COLUMNS,
    JOINED,
    Change,
    Event,
    actor_tenant,
    body_of,
    completed,
    event_of,
)
from ledger.audit.queries_record_kinds import GROUPS
from ledger.desk import Desk
from ledger.domain.access import Permission
from ledger.domain.documents import DocumentKind
from ledger.domain.errors import NotFound
from ledger.domain.money import Money
from ledger.journal import Fact
from ledger.pilots.store import load_pilot
from ledger.tenancy import Constant, Reading, Row

__all__ = ["Change", "Event", "JournalItem", "JournalPage", "ListJournal", "Timeline", "TimelinePage"]

LARGEST_PAGE = 200
_COLUMNS = (
    "SELECT e.seq, e.hash, e.payload, e.recorded_at, e.kind, e.subject_type, e.subject_id, e.pilot_id, e.actor_id,"
    " e.actor_name, o.name AS office_name, e.total, e.business_date FROM journal_entry e"
    " LEFT JOIN office o ON o.tenant_code = e.tenant_code AND o.id = e.office_id"
    " WHERE e.tenant_code = :tenant_code"
)
_HEAD = Constant("SELECT seq, hash FROM journal_head WHERE tenant_code = :tenant_code")
_AFTER = Constant(f"{_COLUMNS} AND e.seq > :after ORDER BY e.seq LIMIT :count")
_OF_PILOT = (
    f"SELECT {COLUMNS} FROM journal_entry e{JOINED} WHERE e.tenant_code = :tenant_code"
    " AND e.pilot_id = :pilot_id AND e.seq < :before{} ORDER BY e.seq DESC LIMIT :count"
)


def _acts(*verbs: str) -> str:
    """SQL of the kinds of these acts on any document: `award_approved` and on."""
    return ", ".join(f"'{kind.value}_{verb}'" for kind in DocumentKind for verb in verbs)


_CHANGES, _FILES = (", ".join(f"'{kind}'" for kind in GROUPS[group]) for group in ("change", "file"))
_PARTS = {
    "": Constant(_OF_PILOT.format("")),
    "money": Constant(_OF_PILOT.format(f" AND e.subject_type IN ({', '.join(repr(k.value) for k in DocumentKind)})")),
    "changes": Constant(
        _OF_PILOT.format(f" AND e.kind IN ({_acts('amended', 'withdrawn', 'reversed')}, {_CHANGES}, {_FILES})")
    ),
    "checks": Constant(
        _OF_PILOT.format(f" AND e.kind IN ({_acts('approved', 'returned')}, 'pilot_confirmed', 'pilot_returned')")
    ),
}
TIMELINE_PARTS = tuple(part for part in _PARTS if part)
"""What a timeline may be narrowed to: acts on money, changes of what was sent, decisions of the second person."""
_NO_END = 2**62


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalItem:
    """An entry with what a verifier needs: `payload` is the text that `hash` covers, with `prev` inside.

    `office_name` is None where the actor is of another tenant (`actor_tenant`) or the system.
    """

    seq: int
    hash: str
    prev: str
    payload: str
    recorded_at: datetime
    kind: str
    subject_type: str
    subject_id: str
    pilot_id: int | None
    actor_id: int
    actor_name: str
    actor_tenant: str | None
    office_name: str | None
    amount: Money | None
    business_date: date | None


@dataclass(frozen=True, slots=True)
class JournalPage:
    """Entries of one stream in sequence order; `size` and `hash` are those of the stream's head."""

    stream: str
    size: int
    hash: str
    entries: tuple[JournalItem, ...]


@dataclass(frozen=True, slots=True)
class TimelinePage:
    """The newest first; `next_before` is the `before_seq` of the older page, or None at the end."""

    items: tuple[Event, ...]
    next_before: int | None


@dataclass(frozen=True, slots=True)
class ListJournal:
    """Entries of a stream after a sequence number; reading them is an entry of its own.

    Raises:
        NotFound: there is no such stream, or it is another tenant's.
    """

    permission: ClassVar[Permission] = Permission.JOURNAL_READ
    tenant_code: str
    after: int = 0
    limit: int = LARGEST_PAGE

    def run(self, desk: Desk) -> JournalPage:
        head = desk.first(_HEAD)
        if head is None:
            raise NotFound(field="stream")
        rows = desk.rows(_AFTER, after=self.after, count=min(max(self.limit, 1), LARGEST_PAGE))
        return JournalPage(self.tenant_code, head.seq, head.hash, tuple(_item(row) for row in rows))

    def fact(self, answer: JournalPage) -> Fact:
        """The entry that says who read which part."""
        read = {"after": str(self.after), "entries": str(len(answer.entries))}
        return Fact("journal_read", "journal", self.tenant_code, after=read)


@dataclass(frozen=True, slots=True)
class Timeline:
    """Every act on a pilot and its money (or one of `TIMELINE_PARTS`), the newest first, before `before_seq`.

    Raises:
        NotFound: the pilot is unknown, or another tenant's.
    """

    permission: ClassVar[Permission] = Permission.JOURNAL_READ
    tenant_code: str
    pilot_id: int
    before_seq: int | None = None
    limit: int = 20
    part: str = ""

    def run(self, desk: Desk) -> TimelinePage:
        load_pilot(desk, self.pilot_id)
        return self.page(desk, desk.read_all(self.reading())[0])

    def reading(self) -> Reading:
        """The reading of the acts alone, for one who finds the pilot by another."""
        before = _NO_END if self.before_seq is None else self.before_seq
        # One more than is shown says whether there is an older page.
        return _PARTS[self.part], {"pilot_id": self.pilot_id, "before": before, "count": self._count + 1}

    def page(self, desk: Desk, rows: Sequence[Row], *, has_files: bool = True) -> TimelinePage:
        """The rows of that reading as a page, with what they name looked up; no files where none were attached."""
        events = completed(desk, [event_of(row) for row in rows[: self._count]], has_files=has_files)
        return TimelinePage(events, events[-1].seq if len(rows) > self._count else None)

    @property
    def _count(self) -> int:
        return min(max(self.limit, 1), LARGEST_PAGE)


def _item(row: Any) -> JournalItem:
    body = body_of(row.payload)
    values = {name: value for name, value in row._mapping.items() if name != "total"}
    return JournalItem(**values, prev=str(body.get("prev", "")), amount=row.total, actor_tenant=actor_tenant(body))
