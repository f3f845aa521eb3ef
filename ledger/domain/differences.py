"""What changed in a text, word by word, for pages and paper."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

_WORD = re.compile(r"[0-9][0-9,.\-〔〕]*[0-9]|[A-Za-z0-9]+|\s+|.", re.DOTALL)
"""A number, an amount or a date is one word, as is a Latin word; a hanzi stands alone."""
_MOST_PAIRS = 100_000
"""Pairs of equal words from which on the changed middle is shown whole: one repeated word must not cost more."""
_SHORTEST_KEPT = 2
"""Characters between two changes from which on they are kept: a lone 的 in the middle only tears a sentence apart."""


class Mark(StrEnum):
    """What became of a piece of text."""

    KEPT = "kept"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text with one mark."""

    mark: Mark
    text: str


def difference(before: str, after: str) -> tuple[Piece, ...]:
    """How `after` came from `before`, in reading order; what was removed stands before what took its place.

    The kept and removed pieces together are `before`, the kept and added ones `after`.
    """
    pieces: list[Piece] = []
    for mark, text in _torn(_WORD.findall(before), _WORD.findall(after)):
        _append(pieces, mark, text)
    return tuple(_mended(pieces))


def replaced(before: str, after: str) -> tuple[Piece, ...]:
    """One value in the place of another, where nothing within them can be compared: a date, an amount, a choice."""
    if before == after:
        return (Piece(Mark.KEPT, before),) if before else ()
    pair = (Piece(Mark.REMOVED, before), Piece(Mark.ADDED, after))
    return tuple(piece for piece in pair if piece.text)


def _torn(old: Sequence[str], new: Sequence[str]) -> list[tuple[Mark, str]]:
    found: list[tuple[Mark, str]] = []
    counts = Counter(new)
    if sum(counts[word] for word in old) > _MOST_PAIRS:
        return _whole(old, new)
    for _tag, i, until_i, j, until_j in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if old[i:until_i] == new[j:until_j]:
            found.append((Mark.KEPT, "".join(old[i:until_i])))
        else:
            found += [(Mark.REMOVED, "".join(old[i:until_i])), (Mark.ADDED, "".join(new[j:until_j]))]
    return found


def _whole(old: Sequence[str], new: Sequence[str]) -> list[tuple[Mark, str]]:
    least = min(len(old), len(new))
    head = next((n for n in range(least) if old[n] != new[n]), least)
    tail = next((n for n in range(least - head) if old[-1 - n] != new[-1 - n]), least - head)
    return [
        (Mark.KEPT, "".join(old[:head])),
        (Mark.REMOVED, "".join(old[head : len(old) - tail])),
        (Mark.ADDED, "".join(new[head : len(new) - tail])),
        (Mark.KEPT, "".join(old[len(old) - tail :])),
    ]


def _mended(pieces: Sequence[Piece]) -> list[Piece]:
    """Two changes with less than a word between them are one."""
    mended: list[Piece] = []
    removed = added = ""
    for number, piece in enumerate(pieces):
        is_torn = piece.mark is Mark.KEPT and 0 < number < len(pieces) - 1 and len(piece.text) < _SHORTEST_KEPT
        if piece.mark is Mark.REMOVED or is_torn:
            removed += piece.text
        if piece.mark is Mark.ADDED or is_torn:
            added += piece.text
        if piece.mark is Mark.KEPT and not is_torn:
            mended += replaced(removed, added)
            removed = added = ""
            _append(mended, Mark.KEPT, piece.text)
    return [*mended, *replaced(removed, added)]


def _append(pieces: list[Piece], mark: Mark, text: str) -> None:
    if text and pieces and pieces[-1].mark is mark:
        pieces[-1] = Piece(mark, pieces[-1].text + text)
    elif text:
        pieces.append(Piece(mark, text))
