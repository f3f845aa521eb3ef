"""What a benchmark gives: figures, each the ratio of two sides that took turns in one run."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

SLICES = 5
"""How many slices a side has at the least: the median of fewer says little."""

Side = Callable[[], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One ratio with what it must be and what it aims at.

    `sides` names the two sides with their medians, `bound` says in one sentence what
    bounds the figure. A ratio that is not a number was not measured, and misses.
    """

    name: str
    ratio: float
    must: float
    aim: float
    at_least: bool
    """Whether more is better: the ratio is held from below; else from above."""
    sides: str
    bound: str
    unit: str = ""

    @property
    def meets_must(self) -> bool:
        return self._holds(self.must)

    @property
    def meets_aim(self) -> bool:
        return self._holds(self.aim)

    @property
    def verdict(self) -> str:
        """The word of the table's last column."""
        if math.isnan(self.ratio):
            return "not measured"
        if self.meets_must:
            return "aim" if self.meets_aim else "must"
        return "MISSED"

    def limit(self, bound: float) -> str:
        """A limit as the table shows it: `≥ 0.20`."""
        return f"{'≥' if self.at_least else '≤'} {shown(bound)}{self.unit}"

    def _holds(self, bound: float) -> bool:
        # Not rounded: 0.896 is shown as 0.90 and misses it.
        return self.ratio >= bound if self.at_least else self.ratio <= bound


def interleaved(first: Side, second: Side, slices: int = SLICES) -> tuple[list[float], list[float]]:
    """What each side gave in `slices` slices; the sides take turns, and turns at going first."""
    one, other = rounds([first, second], slices)
    return one, other


def rounds(sides: Sequence[Side], slices: int = SLICES) -> list[list[float]]:
    """What each of several sides gave in `slices` rounds; every second round goes backwards.

    So that a machine which grows slower or faster meanwhile does so for every side.
    """
    given: list[list[float]] = [[] for _ in sides]
    order = list(range(len(sides)))
    for _ in range(slices):
        for place in order:
            given[place].append(sides[place]())
        order.reverse()
    return given


def ratio(first: Sequence[float], second: Sequence[float]) -> float:
    """The first side's median over the second's; not a number where the second's is zero."""
    below = statistics.median(second)
    return statistics.median(first) / below if below else math.nan


def percentile(values: Sequence[float], percent: int) -> float:
    """The smallest value that at least `percent` of a hundred of `values` do not exceed.

    Raises:
        ValueError: there are no values.
    """
    if not values:
        raise ValueError("no values have no percentile")
    return sorted(values)[max(0, math.ceil(len(values) * percent / 100) - 1)]


def shown(number: float) -> str:
    """A number with three digits that count, whole from a hundred on: 0.0124, 1.25, 12.5, 1,250."""
    if math.isnan(number):
        return "–"
    if abs(number) >= 100:
        return f"{number:,.0f}"
    if abs(number) >= 10:
        return f"{number:.1f}"
    return f"{number:.2f}" if abs(number) >= 0.1 or number == 0 else f"{number:.3g}"


def medians(name: str, first: Sequence[float], other: str, second: Sequence[float], unit: str = "a second") -> str:
    """The two sides with their medians in words, for `Figure.sides`."""
    return f"{name} {shown(statistics.median(first))}, {other} {shown(statistics.median(second))} {unit}"
