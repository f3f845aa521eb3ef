"""Merkle trees over a journal stream: roots, and proofs that an entry or an older root is in one. Source: RFC 6962.

Hashes are 32 bytes. A tree is never held whole: whoever asks gives `node(level, place)`, the hash of
the perfect subtree over the leaves `place * 2**level` up to `(place + 1) * 2**level - 1`, counted from 0.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from typing import Final

Node = Callable[[int, int], bytes]
Completed = tuple[int, int, bytes]
"""A perfect subtree whose last leaf was added: level, place, hash."""

EMPTY: Final = hashlib.sha256(b"").digest()
"""The root of a tree without leaves."""


def leaf_hash(payload: bytes) -> bytes:
    """The hash of a leaf: an entry's payload as it is stored."""
    return hashlib.sha256(b"\x00" + payload).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of a node above two others; its first byte keeps it from being taken for a leaf."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Frontier:
    """The right edge of a growing tree: one hash for each bit of its size, however many leaves there are."""

    __slots__ = ("_edge", "size")

    def __init__(self, size: int = 0, node: Node | None = None) -> None:
        """Go on with a tree of `size` leaves whose perfect subtrees `node` knows."""
        if size and node is None:
            raise ValueError("a tree that has leaves is continued from its nodes")
        self.size = size
        self._edge = [] if node is None else [node(level, place) for level, place in edge(size)]

    def add(self, leaf: bytes) -> list[Completed]:
        """Add a leaf's hash; the perfect subtrees above it that are complete now, the lowest first."""
        completed: list[Completed] = []
        level, place, found = 0, self.size, leaf
        while place & 1:
            found = node_hash(self._edge.pop(), found)
            level, place = level + 1, place >> 1
            completed.append((level, place, found))
        self._edge.append(found)
        self.size += 1
        return completed

    def root(self) -> bytes:
        """The root over all leaves that were added."""
        return _folded(self._edge)


def edge(size: int) -> Iterator[tuple[int, int]]:
    """Level and place of the perfect subtrees that make up a tree of `size` leaves, the largest first."""
    for level in reversed(range(size.bit_length())):
        if size >> level & 1:
            yield level, (size >> level) - 1


def root(size: int, node: Node) -> bytes:
    """The root over the first `size` leaves."""
    return _folded([node(level, place) for level, place in edge(size)])


def inclusion_path(index: int, size: int, node: Node) -> list[bytes]:
    """The hashes that lead from leaf `index` (from 0) to the root over `size` leaves. Source: RFC 6962 2.1.1.

    Raises:
        ValueError: the tree has no such leaf.
    """
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} in a tree of {size}")
    path: list[bytes] = []
    begin, end = 0, size
    while end - begin > 1:
        middle = begin + _split(end - begin)
        if index < middle:
            path.append(_over(middle, end, node))
            end = middle
        else:
            path.append(_over(begin, middle, node))
            begin = middle
    return path[::-1]


def consistency_path(old: int, new: int, node: Node) -> list[bytes]:
    """The hashes that show a tree of `old` leaves to be the beginning of one of `new`. Source: RFC 6962 2.1.2.

    Raises:
        ValueError: the older tree is the larger one.
    """
    if not 0 <= old <= new:
        raise ValueError(f"a tree of {new} has no beginning of {old}")
    path: list[bytes] = []
    begin, end, is_known = 0, new, True
    while 0 < old - begin < end - begin:
        middle = begin + _split(end - begin)
        if old <= middle:
            path.append(_over(middle, end, node))
            end = middle
        else:
            path.append(_over(begin, middle, node))
            begin, is_known = middle, False
    if old and not is_known:
        path.append(_over(begin, end, node))
    return path[::-1]


def root_of_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """The root that `path` leads to from the leaf's hash.

    Raises:
        ValueError: there is no such leaf, or the path has another length than its place demands.
    """
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} in a tree of {size}")
    place, last, found = index, size - 1, leaf
    for beside in path:
        if last == 0:
            raise ValueError("the path is too long")
        if place & 1 or place == last:
            found = node_hash(beside, found)
            # At the right edge levels without a neighbour are passed over.
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, beside)
        place, last = place >> 1, last >> 1
    if last:
        raise ValueError("the path is too short")
    return found


def verify_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], expected: bytes) -> bool:
    """Whether `path` leads from the leaf's hash at `index` to the root `expected` over `size` leaves."""
    try:
        return root_of_inclusion(leaf, index, size, path) == expected
    except ValueError:
        return False


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]) -> bool:
    """Whether `path` shows that the tree of `old` leaves is the beginning of the tree of `new`."""
    if not 0 <= old <= new or (old and old != new and not path):
        return False
    if old in (0, new):
        return not path and old_root == (new_root if old == new else EMPTY)
    # A perfect older tree is a node of the newer one: its own root begins the path.
    hashes = [old_root, *path] if old & (old - 1) == 0 else list(path)
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    older = newer = hashes[0]
    for beside in hashes[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            older, newer = node_hash(beside, older), node_hash(beside, newer)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            newer = node_hash(newer, beside)
        place, last = place >> 1, last >> 1
    return last == 0 and (older, newer) == (old_root, new_root)


def _folded(hashes: Sequence[bytes]) -> bytes:
    if not hashes:
        return EMPTY
    found = hashes[-1]
    for left in reversed(hashes[:-1]):
        found = node_hash(left, found)
    return found


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << (size - 1).bit_length() - 1


def _over(begin: int, end: int, node: Node) -> bytes:
    """The root over the leaves from `begin` up to `end`; the split of a larger tree made `begin` fit its size."""
    return _folded([node(level, (begin >> level) + place) for level, place in edge(end - begin)])
