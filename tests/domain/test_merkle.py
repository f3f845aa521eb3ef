"""Merkle trees: RFC 6962's own values, a second implementation, and every size up to a hundred."""

from __future__ import annotations

import hashlib

import pymerkle
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain import merkle

HEX = ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
LEAVES = [bytes.fromhex(one) for one in HEX]
ROOTS = {
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    5: "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}
"""Roots of the trees that Certificate Transparency's own tests build."""


def payload(number: int) -> bytes:
    return f"entry {number}".encode()


class Tree:
    """A small tree that is held whole: what the proofs are checked against."""

    def __init__(self, size: int) -> None:
        self.frontier = merkle.Frontier()
        self.nodes: dict[tuple[int, int], bytes] = {}
        for number in range(size):
            self.add(payload(number))

    def add(self, content: bytes) -> None:
        leaf = merkle.leaf_hash(content)
        self.nodes[0, self.frontier.size] = leaf
        for level, place, found in self.frontier.add(leaf):
            self.nodes[level, place] = found

    def node(self, level: int, place: int) -> bytes:
        return self.nodes[level, place]


def second(size: int) -> pymerkle.InmemoryTree:
    tree = pymerkle.InmemoryTree(algorithm="sha256")
    for number in range(size):
        tree.append_entry(payload(number))
    return tree


def test_an_empty_tree_has_the_hash_of_nothing() -> None:
    assert merkle.Frontier().root() == hashlib.sha256(b"").digest() == merkle.root(0, Tree(0).node)


def test_the_roots_are_those_of_certificate_transparency() -> None:
    tree = Tree(0)
    for size, leaf in enumerate(LEAVES, start=1):
        tree.add(leaf)
        if size in ROOTS:
            assert tree.frontier.root().hex() == ROOTS[size]


def test_roots_and_paths_are_those_of_another_implementation() -> None:
    size = 70
    tree, other = Tree(size), second(size)
    for until in range(1, size + 1):
        found = merkle.root(until, tree.node)
        assert found == other.get_root(until)
        for index in (0, until // 2, until - 1):
            proof = other.prove_inclusion(index + 1, until)
            path = merkle.inclusion_path(index, until, tree.node)
            # It has the leaf's own hash too, and its own order.
            assert sorted([tree.node(0, index), *path]) == sorted(map(bytes.fromhex, proof.serialize()["path"]))
            pymerkle.verify_inclusion(tree.node(0, index), found, proof)


@given(st.integers(1, 300), st.data())
def test_a_path_leads_to_the_root_from_its_own_place_alone(size: int, data: st.DataObject) -> None:
    tree = Tree(size)
    index = data.draw(st.integers(0, size - 1))
    expected, leaf = tree.frontier.root(), tree.node(0, index)
    path = merkle.inclusion_path(index, size, tree.node)
    assert merkle.verify_inclusion(leaf, index, size, path, expected)
    assert not merkle.verify_inclusion(merkle.leaf_hash(b"other"), index, size, path, expected)
    wrong = data.draw(st.integers(-1, size + 1).filter(lambda other: other != index))
    assert not merkle.verify_inclusion(leaf, wrong, size, path, expected)
    assert not merkle.verify_inclusion(leaf, index, size, [*path, leaf], expected)
    assert not merkle.verify_inclusion(leaf, index, size, path[:-1], expected) or not path


@given(st.integers(1, 300), st.data())
def test_an_older_tree_is_shown_to_be_the_beginning(new: int, data: st.DataObject) -> None:
    tree = Tree(new)
    old = data.draw(st.integers(1, new))
    older, newer = merkle.root(old, tree.node), tree.frontier.root()
    path = merkle.consistency_path(old, new, tree.node)
    assert merkle.verify_consistency(old, new, older, newer, path)
    other = merkle.node_hash(older, older)
    assert not merkle.verify_consistency(old, new, other, newer, path)
    assert not merkle.verify_consistency(old, new, older, other, path)
    assert not merkle.verify_consistency(old, new, older, newer, [*path, other])
    if path:
        assert not merkle.verify_consistency(old, new, older, newer, path[:-1])
        assert not merkle.verify_consistency(old, new, older, newer, [other, *path[1:]])


def test_consistency_is_that_of_another_implementation() -> None:
    size = 40
    tree, other = Tree(size), second(size)
    for new in range(1, size + 1):
        for old in range(1, new + 1):
            path = merkle.consistency_path(old, new, tree.node)
            older, newer = merkle.root(old, tree.node), merkle.root(new, tree.node)
            assert merkle.verify_consistency(old, new, older, newer, path)
            pymerkle.verify_consistency(older, newer, other.prove_consistency(old, new))


@given(st.integers(0, 300), st.integers(0, 60))
def test_a_tree_that_is_continued_is_the_tree_that_was_built_at_once(size: int, more: int) -> None:
    whole, part = Tree(size + more), Tree(size)
    going = merkle.Frontier(size, part.node)
    completed = [one for number in range(size, size + more) for one in going.add(whole.node(0, number))]
    assert (going.size, going.root()) == (size + more, whole.frontier.root())
    assert all(whole.node(level, place) == found for level, place, found in completed)


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_a_leaf_that_is_not_there_has_no_path(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="no leaf"):
        merkle.inclusion_path(index, size, Tree(size).node)
    with pytest.raises(ValueError, match="no leaf"):
        merkle.root_of_inclusion(b"", index, size, [])


def test_an_empty_tree_is_the_beginning_of_every_tree() -> None:
    tree = Tree(5)
    assert merkle.consistency_path(0, 5, tree.node) == []
    assert merkle.verify_consistency(0, 5, merkle.EMPTY, tree.frontier.root(), [])
    assert not merkle.verify_consistency(0, 5, tree.node(0, 0), tree.frontier.root(), [])


def test_a_larger_tree_is_no_beginning() -> None:
    with pytest.raises(ValueError, match="no beginning"):
        merkle.consistency_path(4, 3, Tree(4).node)
    assert not merkle.verify_consistency(4, 3, merkle.EMPTY, merkle.EMPTY, [])


def test_a_tree_with_leaves_is_not_continued_from_nothing() -> None:
    with pytest.raises(ValueError, match="from its nodes"):
        merkle.Frontier(3)
