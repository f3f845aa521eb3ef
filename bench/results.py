"""How figures are shown: the table of a run, and the page that a full run leaves."""

from __future__ import annotations

from collections.abc import Sequence

from bench.measure import Figure, shown

_HOW = "both sides of each were measured in slices that took turns in one run; a number is the median of its slices."
_HEAD = ("figure", "ratio", "must", "aim", "met")


def table(figures: Sequence[Figure]) -> str:
    """The figures as a Markdown table whose columns line up in a terminal."""
    rows = [_HEAD, *(_row(figure) for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    lines = [_line(row, widths) for row in rows]
    return "\n".join([lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:]])


def page(figures: Sequence[Figure], where: str) -> str:
    """The text of `results.md`; `where` says what the run ran on."""
    parts = [
        "# Benchmarks",
        f"What `make bench` last printed, on {where}.\nOnly the ratios count: {_HOW}",
        table(figures),
        "`met`: *aim* and *must* say which limit the ratio keeps.",
        "## The two sides of each, and what bounds it",
        "\n".join(f"- **{figure.name}**: {figure.sides}. {figure.bound}" for figure in figures),
    ]
    return "\n\n".join(parts) + "\n"


def _row(figure: Figure) -> tuple[str, ...]:
    ratio = f"{shown(figure.ratio)}{figure.unit}"
    return figure.name, ratio, figure.limit(figure.must), figure.limit(figure.aim), figure.verdict


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
    return f"| {' | '.join(cells)} |"
