"""What a signer reads and writes: heads, checkpoints, what it refused, and the gaps that an operator recorded."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ledger import database
from ledger.audit.store_keys import opened_by_any
from ledger.desk import Desk
from ledger.domain import notes
from ledger.domain.chain import GENESIS
from ledger.domain.notes import Gap, NoteRefused, VerifierKey
from ledger.tenancy import Constant, Row

SIGNER: Final = database.SIGNER
"""The database role that alone may write what stands here."""
GAP_KIND: Final = "gap_recorded"

_HEAD = Constant("SELECT seq, hash FROM journal_head WHERE tenant_code = :tenant_code")
_LOCKED_HEAD = Constant("SELECT seq, hash FROM journal_head WHERE tenant_code = :tenant_code FOR UPDATE")
_HASH = Constant("SELECT hash FROM journal_entry WHERE tenant_code = :tenant_code AND seq = :seq")
_NEWEST = Constant(
    "SELECT size, root, hash, note, signed_at FROM checkpoint WHERE tenant_code = :tenant_code"
    " ORDER BY size DESC, tenant_code LIMIT 1"
)
_COVERING = Constant(
    "SELECT size, root, hash, note, signed_at FROM checkpoint WHERE tenant_code = :tenant_code AND size >= :seq"
    " ORDER BY size DESC, tenant_code LIMIT 1"
)
_GAPS = Constant(
    "SELECT seq, payload FROM journal_entry WHERE tenant_code = :tenant_code AND subject_type = 'journal'"
    " AND subject_id = :stream AND kind = :kind ORDER BY seq"
)
_REFUSAL = Constant(
    "SELECT number, reason FROM signing_refusal WHERE tenant_code = :tenant_code"
    " ORDER BY number DESC, tenant_code LIMIT 1"
)
_REFUSE = Constant(
    "INSERT INTO signing_refusal (tenant_code, number, reason, expected, found, refused_at)"
    " VALUES (:tenant_code, :number, :reason, :expected, :found, :refused_at)"
)
_SIGN = Constant(
    "INSERT INTO checkpoint (tenant_code, size, root, hash, note, signed_at)"
    " VALUES (:tenant_code, :size, :root, :hash, :note, :signed_at)"
)
_ADD_NODE = Constant(
    "INSERT INTO journal_node (tenant_code, level, place, hash) VALUES (:tenant_code, :level, :place, :hash)"
)


@dataclass(frozen=True, slots=True)
class StreamHead:
    """How many entries a stream has, and the hash of the last."""

    size: int
    hash: str


@dataclass(frozen=True, slots=True)
class Node:
    """A node of the tree as it is stored; `hash` are 64 hex digits."""

    level: int
    place: int
    hash: str


def head_of(desk: Desk, *, locked: bool = False) -> StreamHead:
    """The head of the desk's stream; nothing follows it meanwhile when it is locked."""
    row = desk.first(_LOCKED_HEAD if locked else _HEAD)
    return StreamHead(0, GENESIS) if row is None else StreamHead(row.seq, row.hash)


def hash_at(desk: Desk, seq: int) -> str | None:
    """The hash of an entry, or None where there is none."""
    if seq == 0:
        return GENESIS
    row = desk.first(_HASH, seq=seq)
    return None if row is None else str(row.hash)


def newest_checkpoint(desk: Desk) -> Row | None:
    """The stream's newest checkpoint."""
    return desk.first(_NEWEST)


def covering_checkpoint(desk: Desk, seq: int) -> Row | None:
    """The newest checkpoint that covers an entry."""
    return desk.first(_COVERING, seq=seq)


def gaps_of(desk: Desk, keys: Sequence[VerifierKey]) -> list[Gap]:
    """The gaps that were recorded in the desk's stream and signed by one of `keys`."""
    found = []
    for row in desk.rows(_GAPS, stream=desk.tenant_code, kind=GAP_KIND):
        try:
            note = json.loads(row.payload)["after"]["note"]
            gap = notes.parse_gap(opened_by_any(str(note), keys))
        except (NoteRefused, ValueError, KeyError, TypeError):
            # Anybody who may write an entry could write such a kind: without the signature it excuses nothing.
            continue
        if gap.missing.stream == desk.tenant_code:
            found.append(gap)
    return found


def last_refusal(desk: Desk) -> tuple[int, str]:
    """Number and reason of what was last noted about signing; 0 and none before the first."""
    row = desk.first(_REFUSAL)
    return (0, "") if row is None else (row.number, row.reason)


def note_refusal(desk: Desk, number: int, reason: str, expected: str, found: str) -> None:
    """Note that signing was refused, or with an empty reason that it went on."""
    desk.write(_REFUSE, number=number, reason=reason, expected=expected, found=found, refused_at=desk.now)


def write_checkpoint(
    desk: Desk, *, size: int, root: bytes, head: str, note: str, signed_at: datetime, nodes: Sequence[Node]
) -> None:
    """Store a signed checkpoint and the nodes below it."""
    desk.write(_SIGN, size=size, root=root.hex(), hash=head, note=note, signed_at=signed_at)
    desk.write_many(_ADD_NODE, [{"level": one.level, "place": one.place, "hash": one.hash} for one in nodes])
