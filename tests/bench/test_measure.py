"""How figures are measured, judged and shown."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from bench.__main__ import conclude, main
from bench.measure import Figure, interleaved, percentile, ratio, rounds, shown
from bench.results import page, table


def figure(measured: float, **changes: Any) -> Figure:
    values: dict[str, Any] = {
        "name": "posting ÷ the ceiling",
        "ratio": measured,
        "must": 0.2,
        "aim": 0.45,
        "at_least": True,
        "sides": "ours 100, theirs 400 acts a second",
        "bound": "Python's work bounds it.",
    }
    return Figure(**(values | changes))


def test_sides_take_turns_and_turns_at_going_first() -> None:
    order: list[str] = []

    def side(name: str) -> float:
        order.append(name)
        return float(len(order))

    first, second = interleaved(lambda: side("a"), lambda: side("b"), 4)
    assert "".join(order) == "abbaabba"
    assert first == [1, 4, 5, 8]
    assert second == [2, 3, 6, 7]


def test_a_side_has_five_slices_unless_told() -> None:
    assert [len(given) for given in rounds([lambda: 1.0, lambda: 2.0, lambda: 3.0])] == [5, 5, 5]


def test_a_ratio_is_that_of_the_medians() -> None:
    assert ratio([1, 2, 900], [4, 4, 4]) == 0.5
    assert math.isnan(ratio([1, 2, 3], [0, 0, 0]))


def test_a_percentile_is_one_of_the_values() -> None:
    assert percentile(list(range(1, 101)), 95) == 95
    assert percentile([3, 1, 2], 50) == 2
    assert percentile([7], 95) == 7


@pytest.mark.parametrize(
    ("measured", "verdict"),
    [(0.1999, "MISSED"), (0.2, "must"), (0.4499, "must"), (0.45, "aim"), (math.nan, "not measured")],
)
def test_a_figure_that_must_be_high_is_judged_at_its_limits(measured: float, verdict: str) -> None:
    assert figure(measured).verdict == verdict


@pytest.mark.parametrize(("measured", "verdict"), [(20.01, "MISSED"), (20, "must"), (5.01, "must"), (5, "aim")])
def test_a_figure_that_must_be_low_is_judged_at_its_limits(measured: float, verdict: str) -> None:
    assert figure(measured, must=20, aim=5, at_least=False).verdict == verdict


def test_what_was_not_measured_misses_what_it_must_be() -> None:
    assert not figure(math.nan).meets_must
    assert not figure(math.nan, at_least=False).meets_must


@pytest.mark.parametrize(
    ("number", "text"),
    [(0.01237, "0.0124"), (0.2, "0.20"), (1.254, "1.25"), (12.54, "12.5"), (1249.7, "1,250"), (0, "0.00")],
)
def test_numbers_are_shown_with_the_digits_that_count(number: float, text: str) -> None:
    assert shown(number) == text


def test_the_page_has_the_table_both_sides_and_what_bounds_them() -> None:
    made = page([figure(0.3), figure(0.1)], "2 cores")
    assert table([figure(0.3), figure(0.1)]) in made
    assert "| posting ÷ the ceiling | 0.30  | ≥ 0.20 | ≥ 0.45 | must   |" in made
    assert made.count("ours 100, theirs 400 acts a second. Python's work bounds it.") == 2


def test_a_full_run_leaves_its_page_and_a_part_does_not(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    results = tmp_path / "results.md"
    assert conclude([figure(0.3)], "2 cores", None) == 0
    assert not results.exists()
    assert conclude([figure(0.3), figure(0.1)], "2 cores", results) == 1
    assert "MISSED" in results.read_text(encoding="utf-8")
    assert capsys.readouterr().out.count("| figure ") == 2


def test_an_unknown_topic_is_a_wrong_call(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["acts", "speed"]) == 2
    assert "no figures are called speed; there are acts, chain" in capsys.readouterr().err
