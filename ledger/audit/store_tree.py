"""The Merkle tree of a stream, read node by node: large perfect subtrees are stored, small ones made from entries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ledger.desk import Desk
from ledger.domain import merkle
from ledger.tenancy import Constant

LOWEST: Final = 8
"""The lowest level that is stored: 256 entries are hashed again to find what is below it."""
BLOCK: Final = 1 << LOWEST
BATCH: Final = 1000

_NODE = Constant("SELECT hash FROM journal_node WHERE tenant_code = :tenant_code AND level = :level AND place = :place")
_ENTRIES = Constant(
    "SELECT seq, hash, payload FROM journal_entry WHERE tenant_code = :tenant_code AND seq > :after AND seq <= :until"
    " ORDER BY seq LIMIT :count"
)
_HELD = 4
"""Blocks whose leaves are held at one time: a proof touches two."""


class TreeBroken(Exception):
    """A node that must be there is not, or an entry below one."""


class StoredTree:
    """A stream's tree in the desk's tenant; `added` are nodes that are not stored yet."""

    def __init__(self, desk: Desk, added: Mapping[tuple[int, int], bytes] | None = None) -> None:
        self._desk = desk
        self._added = {} if added is None else added
        self._blocks: dict[int, list[bytes]] = {}

    def node(self, level: int, place: int) -> bytes:
        """The hash of the perfect subtree over the leaves from `place * 2**level`.

        Raises:
            TreeBroken: it is not stored, or an entry below it is gone.
        """
        if level < LOWEST:
            return self._below(level, place)
        if (found := self._added.get((level, place))) is not None:
            return found
        row = self._desk.first(_NODE, level=level, place=place)
        if row is None:
            raise TreeBroken(f"node {level}/{place}")
        return bytes.fromhex(row.hash)

    def _below(self, level: int, place: int) -> bytes:
        block, begin = (place << level) >> LOWEST, (place << level) % BLOCK
        if block not in self._blocks:
            if len(self._blocks) == _HELD:
                self._blocks.clear()
            rows = entries(self._desk, block * BLOCK, (block + 1) * BLOCK)
            self._blocks[block] = [merkle.leaf_hash(row.payload.encode()) for row in rows]
        leaves = self._blocks[block][begin : begin + (1 << level)]
        if len(leaves) != 1 << level:
            raise TreeBroken(f"entry {block * BLOCK + begin + len(leaves) + 1}")
        part = merkle.Frontier()
        for leaf in leaves:
            part.add(leaf)
        return part.root()


def entries(desk: Desk, after: int, until: int) -> Iterator[Any]:
    """The entries after one place up to another, in sequence order, read a batch at a time."""
    while rows := desk.rows(_ENTRIES, after=after, until=until, count=BATCH):
        yield from rows
        after = rows[-1].seq
