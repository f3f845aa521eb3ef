"""One entry of the journal with everything that proves it: its text, its hashes, and the checkpoint that covers it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from ledger.audit.queries_record_entries import COLUMNS, JOINED, Event, body_of, completed, event_of
from ledger.desk import Desk
from ledger.domain import chain
from ledger.domain.access import Permission
from ledger.domain.errors import NotFound
from ledger.journal import Fact
from ledger.tenancy import Constant

_ENTRY = Constant(f"SELECT {COLUMNS} FROM journal_entry e{JOINED} WHERE e.tenant_code = :tenant_code AND e.seq = :seq")
_HEAD = Constant("SELECT seq FROM journal_head WHERE tenant_code = :tenant_code")
# The newest, as the proof takes it.
_COVER = Constant(
    "SELECT size, root, signed_at FROM checkpoint WHERE tenant_code = :tenant_code AND size >= :seq"
    " ORDER BY size DESC LIMIT 1"
)
_NEWEST = Constant(
    "SELECT size, root, signed_at FROM checkpoint WHERE tenant_code = :tenant_code ORDER BY size DESC LIMIT 1"
)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A signed root over the first `size` entries of a stream."""

    size: int
    root: str
    signed_at: datetime


@dataclass(frozen=True, slots=True)
class EntryShown:
    """An entry; `holds` says that its text has its hash, `is_others` that another office recorded it."""

    event: Event
    hash: str
    prev: str
    payload: str
    last_seq: int
    cover: Checkpoint | None
    is_others: bool

    @property
    def holds(self) -> bool:
        return chain.entry_hash(self.payload) == self.hash


@dataclass(frozen=True, slots=True)
class GetEntry:
    """One entry of a stream; reading another office's is an entry of its own. Raises NotFound."""

    permission: ClassVar[Permission] = Permission.JOURNAL_READ
    tenant_code: str
    seq: int

    def run(self, desk: Desk) -> EntryShown:
        rows, heads, covers = desk.read_all((_ENTRY, {"seq": self.seq}), (_HEAD, {}), (_COVER, {"seq": self.seq}))
        if not rows:
            raise NotFound()
        row, who = rows[0], desk.actor
        (event,) = completed(desk, [event_of(row)])
        return EntryShown(
            event,
            row.hash,
            str(body_of(row.payload).get("prev", "")),
            row.payload,
            heads[0].seq if heads else self.seq,
            Checkpoint(covers[0].size, covers[0].root, covers[0].signed_at) if covers else None,
            is_others=row.office_id not in (0, who.office_id),
        )

    def fact(self, answer: EntryShown) -> Fact | None:
        """The entry that says who read another office's entry."""
        if not answer.is_others:
            return None
        read = {"after": str(self.seq - 1), "entries": "1"}
        return Fact("journal_read", "journal", self.tenant_code, after=read)


@dataclass(frozen=True, slots=True)
class NewestCheckpoint:
    """The newest checkpoint of a stream, as printed forms carry it, or None."""

    permission: ClassVar[Permission] = Permission.JOURNAL_READ
    tenant_code: str

    def run(self, desk: Desk) -> Checkpoint | None:
        row = desk.first(_NEWEST)
        return None if row is None else Checkpoint(row.size, row.root, row.signed_at)
