"""What is signed next: how far a stream has come since its last checkpoint, and whether it only went on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

from ledger.audit import store_signing
from ledger.audit.store_keys import opened_by_any
from ledger.audit.store_signing import Node, StreamHead, gaps_of, hash_at, head_of, newest_checkpoint
from ledger.audit.store_tree import LOWEST, StoredTree, TreeBroken, entries
from ledger.desk import Desk
from ledger.domain import chain, merkle, notes
from ledger.domain.access import Permission
from ledger.domain.chain import GENESIS, Link
from ledger.domain.notes import Checkpoint, NoteRefused, VerifierKey
from ledger.tenancy import Constant

MOST = 1 << 18
"""Entries that one checkpoint adds at most: a longer stream is signed in several steps."""

_STREAMS = Constant("SELECT tenant_code, seq FROM journal_head ORDER BY tenant_code", across=True)


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a stream is not signed: `reason` is shorter, differs, root, chain, key, time or tree."""

    reason: str
    expected: str
    found: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A stream as it is to be signed, shown to go on from its last checkpoint; `head` are 64 hex digits."""

    stream: str
    size: int
    root: bytes
    head: str
    entries: int
    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class NothingNew:
    """A stream that did not grow; `note` is the text of its last checkpoint, if it has one."""

    note: str | None


@dataclass(frozen=True, slots=True)
class StreamsToSign:
    """The code of every stream that was opened, in order."""

    permission: ClassVar[Permission] = Permission.SYSTEM
    across: ClassVar[bool] = True
    role: ClassVar[str] = store_signing.SIGNER

    def run(self, desk: Desk) -> tuple[str, ...]:
        return tuple(row.tenant_code for row in desk.rows(_STREAMS) if row.seq)


@dataclass(frozen=True, slots=True)
class DraftCheckpoint:
    """Prove that a stream goes on from its last checkpoint, and make the next one's draft.

    `keys` are the signer's own and those before it; `kept` is the newest note that is kept outside.
    The chain is hashed again from the last checkpoint on. A checkpoint that the journal does not hold is
    passed over where a signed gap excuses it.
    """

    permission: ClassVar[Permission] = Permission.SYSTEM
    one_snapshot: ClassVar[bool] = True
    database_role: ClassVar[str] = store_signing.SIGNER
    tenant_code: str
    keys: tuple[VerifierKey, ...]
    kept: Checkpoint | None = None

    def run(self, desk: Desk) -> Draft | Refused | NothingNew:
        head, row = head_of(desk), newest_checkpoint(desk)
        last = None
        if row is not None:
            try:
                last = notes.parse_checkpoint(opened_by_any(row.note, self.keys))
            except NoteRefused as refused:
                return Refused("key", self.keys[0].label, _signers(row.note) or str(refused))
        known = [one for one in (last, self.kept) if one is not None]
        for one in known:
            if (found := contradiction(desk, head, one)) is not None and not self._is_excused(desk, one):
                return found
        if head.size == (0 if last is None else last.size):
            return NothingNew(None if row is None else row.note)
        if known and desk.now <= (latest := max(one.signed_at for one in known)):
            return Refused("time", f"> {notes.instant(latest)}", notes.instant(desk.now))
        try:
            return _Step(desk, last, self.kept).draft(head)
        except TreeBroken as broken:
            return Refused("tree", str(broken), "none")

    def _is_excused(self, desk: Desk, checkpoint: Checkpoint) -> bool:
        return is_excused(desk, checkpoint, self.keys)


def contradiction(desk: Desk, head: StreamHead, checkpoint: Checkpoint) -> Refused | None:
    """What speaks against the journal's holding a checkpoint: it is shorter, or another entry stands there."""
    if head.size < checkpoint.size:
        return Refused("shorter", str(checkpoint.size), str(head.size))
    found = hash_at(desk, checkpoint.size)
    if found != checkpoint.head:
        return Refused("differs", f"{checkpoint.size} {checkpoint.head}", str(found))
    return None


def is_excused(desk: Desk, checkpoint: Checkpoint, keys: tuple[VerifierKey, ...]) -> bool:
    """Whether a signed gap says that an older backup was restored after this checkpoint."""
    return any(gap.missing.signed_at >= checkpoint.signed_at for gap in gaps_of(desk, keys))


@dataclass(slots=True)
class _Step:
    """One stream from its last checkpoint to its head, or to as many entries as one step takes."""

    desk: Desk
    last: Checkpoint | None
    kept: Checkpoint | None
    added: dict[tuple[int, int], bytes] = field(default_factory=dict)
    head: str = GENESIS
    other_root: bool = False

    def draft(self, head: StreamHead) -> Draft | Refused:
        old = 0 if self.last is None else self.last.size
        old_root = merkle.EMPTY if self.last is None else self.last.root
        tree = StoredTree(self.desk, self.added)
        if (found := merkle.root(old, tree.node)) != old_root:
            return Refused("root", old_root.hex(), found.hex())
        frontier = merkle.Frontier(old, tree.node)
        until = min(head.size, old + MOST)
        self.head = GENESIS if self.last is None else self.last.head
        links = self._links(frontier, old, until)
        if (broken := chain.first_break(links, self.desk.tenant_code, old, self.head)) is not None:
            return Refused("chain", f"{broken.seq} {broken.reason} {broken.expected}", broken.found)
        if (frontier.size, self.head) != (until, head.hash if until == head.size else self.head):
            return Refused("chain", f"{head.size} head {head.hash}", f"{frontier.size} {self.head}")
        new_root = frontier.root()
        path = merkle.consistency_path(old, until, StoredTree(self.desk, self.added).node)
        is_consistent = merkle.verify_consistency(old, until, old_root, new_root, path)
        if self.kept is not None and self.kept.size <= old and contradiction(self.desk, head, self.kept) is None:
            self.other_root = merkle.root(self.kept.size, tree.node) != self.kept.root
        if not is_consistent or self.other_root:
            return Refused("root", old_root.hex(), new_root.hex())
        nodes = tuple(Node(level, place, one.hex()) for (level, place), one in sorted(self.added.items()))
        return Draft(self.desk.tenant_code, until, new_root, self.head, until - old, nodes)

    def _links(self, frontier: merkle.Frontier, old: int, until: int) -> Iterator[Link]:
        for row in entries(self.desk, old, until):
            yield Link(self.desk.tenant_code, row.seq, row.hash, row.payload)
            self.head = row.hash
            for level, place, found in frontier.add(merkle.leaf_hash(row.payload.encode())):
                if level >= LOWEST:
                    self.added[level, place] = found
            if self.kept is not None and (self.kept.size, self.kept.head) == (row.seq, row.hash):
                self.other_root = frontier.root() != self.kept.root


def _signers(note: str) -> str:
    try:
        return " ".join(notes.signers(note))
    except NoteRefused:
        return ""
