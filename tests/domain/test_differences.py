"""What changed in a text: whole words, nothing lost, nothing torn, and never dear."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.differences import Mark, Piece, difference, replaced

KEPT, REMOVED, ADDED = Mark.KEPT, Mark.REMOVED, Mark.ADDED


def told(before: str, after: str) -> str:
    marks = {KEPT: "{}", REMOVED: "[-{}]", ADDED: "[+{}]"}
    return "".join(marks[one.mark].format(one.text) for one in difference(before, after))


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ("建设三条产线", "建设两条产线、检测中心", "建设[-三][+两]条产线[+、检测中心]"),
        ("2026-12-31", "2027-06-30", "[-2026-12-31][+2027-06-30]"),
        ("设备 1,250,000.00 元", "设备 1,300,000.00 元", "设备 [-1,250,000.00][+1,300,000.00] 元"),
        ("", "新增", "[+新增]"),
        ("取消", "", "[-取消]"),
        ("一样", "一样", "一样"),
        ("", "", ""),
        ("甲的乙的丙", "子的丑的寅", "[-甲的乙的丙][+子的丑的寅]"),
        ("line one\nline two", "line one\nline three", "line one\nline [-two][+three]"),
    ],
)
def test_a_difference_is_told_in_whole_words(before: str, after: str, shown: str) -> None:
    assert told(before, after) == shown


TEXTS = st.text(alphabet="甲乙丙12.,-\n ab", max_size=60)


@given(before=TEXTS, after=TEXTS)
def test_nothing_is_lost_and_nothing_invented(before: str, after: str) -> None:
    pieces = difference(before, after)
    assert "".join(one.text for one in pieces if one.mark is not ADDED) == before
    assert "".join(one.text for one in pieces if one.mark is not REMOVED) == after
    assert all(one.text for one in pieces)
    assert all(one.mark is not other.mark for one, other in pairwise(pieces))


def test_a_text_of_one_repeated_word_costs_no_more_than_another() -> None:
    started = time.perf_counter()
    pieces = difference("的" * 2000 + "甲", "的" * 1999 + "乙")
    assert time.perf_counter() - started < 0.5
    assert pieces[-1] == Piece(ADDED, "乙")


def test_values_that_cannot_be_compared_take_each_other_s_place() -> None:
    assert replaced("在建", "停建") == (Piece(REMOVED, "在建"), Piece(ADDED, "停建"))
    assert replaced("在建", "在建") == (Piece(KEPT, "在建"),)
    assert replaced("", "停建") == (Piece(ADDED, "停建"),)
    assert replaced("", "") == ()
