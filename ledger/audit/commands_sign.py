"""What a signer writes: a checkpoint, or why there is none; and what an operator writes after an older backup."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from ledger.audit import store_signing
from ledger.audit.store_signing import GAP_KIND, Node, head_of, last_refusal, note_refusal
from ledger.desk import Desk
from ledger.domain.access import Permission
from ledger.domain.errors import Conflict
from ledger.domain.notes import Checkpoint, Gap
from ledger.journal import Fact


@dataclass(frozen=True, slots=True)
class WriteCheckpoint:
    """Store a signed checkpoint with the nodes that it adds; it is in no journal, or every one would make another.

    Raises:
        Conflict: another signer was first.
    """

    permission: ClassVar[Permission] = Permission.SYSTEM
    database_role: ClassVar[str] = store_signing.SIGNER
    works_read_only: ClassVar[bool] = True
    tenant_code: str
    size: int
    root: bytes
    head: str
    note: str
    signed_at: datetime
    nodes: tuple[Node, ...]

    def run(self, desk: Desk) -> Sequence[Fact]:
        store_signing.write_checkpoint(
            desk,
            size=self.size,
            root=self.root,
            head=self.head,
            note=self.note,
            signed_at=self.signed_at,
            nodes=self.nodes,
        )
        return []


@dataclass(frozen=True, slots=True)
class NoteSigning:
    """Note how signing a stream ended: the `reason` it was refused for, or none. Said once, not at each try."""

    permission: ClassVar[Permission] = Permission.SYSTEM
    database_role: ClassVar[str] = store_signing.SIGNER
    works_read_only: ClassVar[bool] = True
    tenant_code: str
    reason: str = ""
    expected: str = ""
    found: str = ""

    def run(self, desk: Desk) -> Sequence[Fact]:
        number, reason = last_refusal(desk)
        if reason != self.reason:
            note_refusal(desk, number + 1, self.reason, self.expected, self.found)
        return []


@dataclass(frozen=True, slots=True)
class RecordGap:
    """Say in each stream concerned that an older backup was restored, signed; after it the ledger is written again.

    `sign` makes the signed note of a text.

    Raises:
        Conflict: a stream holds its checkpoint after all.
    """

    permission: ClassVar[Permission] = Permission.GAP_RECORD
    works_read_only: ClassVar[bool] = True
    missing: tuple[Checkpoint, ...]
    reason: str
    sign: Callable[[str], str] = field(repr=False)

    def run(self, desk: Desk) -> Sequence[Fact]:
        return [self._fact(desk, one) for one in sorted(self.missing, key=lambda one: one.stream)]

    def _fact(self, desk: Desk, missing: Checkpoint) -> Fact:
        desk.go_to(missing.stream)
        # Locked: the gap says exactly how far the stream had come before it.
        head = head_of(desk, locked=True)
        if store_signing.hash_at(desk, missing.size) == missing.head:
            raise Conflict("留痕 {stream} 与该检查点相符，没有缺口，不需要登记。", stream=missing.stream)
        gap = Gap(missing.origin, head.size, head.hash, missing, desk.now)
        after = {
            "note": self.sign(gap.text),
            "reason": self.reason,
            "kept": str(head.size),
            "missing": str(missing.size),
        }
        return Fact(GAP_KIND, "journal", missing.stream, after=after, stream=missing.stream)
