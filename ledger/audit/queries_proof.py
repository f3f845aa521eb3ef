"""That an entry is in the journal, shown by a few hashes up to a signed checkpoint: to be kept by whom it concerns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from ledger.audit.store_signing import covering_checkpoint
from ledger.audit.store_tree import StoredTree, TreeBroken
from ledger.desk import Desk
from ledger.domain import merkle, notes
from ledger.domain.access import Permission
from ledger.domain.errors import Conflict, NotFound
from ledger.journal import Fact
from ledger.tenancy import Constant

_ENTRY = Constant("SELECT seq, hash, payload FROM journal_entry WHERE tenant_code = :tenant_code AND seq = :seq")
_NOT_COVERED = "该条记录尚未被检查点覆盖。签名进程写出下一个检查点之后再下载证明。"
_BROKEN = "该条记录与已签名的检查点不符，不能出具证明。请立即报告审计人员，并用 ledger verify 核验。"


@dataclass(frozen=True, slots=True)
class InclusionProof:
    """An entry, the path from it to a checkpoint's root, and the checkpoint's signed note.

    `hash` are 64 hex digits; `leaf`, `path` and `root` are hashes of RFC 6962; `key` names who signed.
    """

    stream: str
    seq: int
    hash: str
    payload: str
    leaf: bytes
    path: tuple[bytes, ...]
    size: int
    root: bytes
    note: str
    key: str
    signed_at: datetime


@dataclass(frozen=True, slots=True)
class ProveInclusion:
    """Prove that an entry is in its stream, up to the newest checkpoint; the proof is an entry of its own.

    Raises:
        NotFound: there is no such entry, it is another tenant's, or no checkpoint covers it yet.
        Conflict: the entry does not lead to the checkpoint's root: it was changed.
    """

    permission: ClassVar[Permission] = Permission.JOURNAL_READ
    one_snapshot: ClassVar[bool] = True
    tenant_code: str
    seq: int

    def run(self, desk: Desk) -> InclusionProof:
        entry = desk.first(_ENTRY, seq=self.seq)
        if entry is None:
            raise NotFound()
        checkpoint = covering_checkpoint(desk, self.seq)
        if checkpoint is None:
            raise NotFound(_NOT_COVERED)
        leaf, root = merkle.leaf_hash(entry.payload.encode()), bytes.fromhex(checkpoint.root)
        try:
            path = merkle.inclusion_path(self.seq - 1, checkpoint.size, StoredTree(desk).node)
        except TreeBroken as broken:
            raise Conflict(_BROKEN) from broken
        if not merkle.verify_inclusion(leaf, self.seq - 1, checkpoint.size, path, root):
            raise Conflict(_BROKEN)
        return InclusionProof(
            stream=self.tenant_code,
            seq=entry.seq,
            hash=entry.hash,
            payload=entry.payload,
            leaf=leaf,
            path=tuple(path),
            size=checkpoint.size,
            root=root,
            note=checkpoint.note,
            key=" ".join(notes.signers(checkpoint.note)),
            signed_at=checkpoint.signed_at,
        )

    def fact(self, answer: InclusionProof) -> Fact:
        """The entry that says who took which proof away."""
        after = {"seq": str(answer.seq), "size": str(answer.size)}
        return Fact("proof_made", "journal", self.tenant_code, after=after)
