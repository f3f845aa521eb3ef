"""Whether an older backup was restored: checkpoints that are kept outside, held against the journal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ledger.audit.queries_signing import is_excused
from ledger.audit.store_signing import hash_at, head_of
from ledger.desk import Desk
from ledger.domain.access import Permission
from ledger.domain.notes import Checkpoint, VerifierKey


@dataclass(frozen=True, slots=True)
class MissingEntries:
    """A checkpoint that its stream does not hold: `size` entries are there, and another hash stands at its place."""

    checkpoint: Checkpoint
    size: int


@dataclass(frozen=True, slots=True)
class HoldsCheckpoint:
    """Whether a stream holds a checkpoint, or a signed gap excuses it; None where it does."""

    permission: ClassVar[Permission] = Permission.SYSTEM
    tenant_code: str
    checkpoint: Checkpoint
    keys: tuple[VerifierKey, ...]

    def run(self, desk: Desk) -> MissingEntries | None:
        if hash_at(desk, self.checkpoint.size) == self.checkpoint.head:
            return None
        if is_excused(desk, self.checkpoint, self.keys):
            return None
        return MissingEntries(self.checkpoint, head_of(desk).size)
