"""`python -m bench [topic …]`: measure, print the table, and after a full run write `results.md`."""

from __future__ import annotations

import importlib
import os
import platform
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import psycopg

from bench.measure import Figure
from bench.results import page, table
from bench.server import DURABLE, Place

TOPICS = ("acts", "chain", "dispositions", "sqlite", "reads", "pages", "imports", "verifier")
"""Each is a module `bench/<topic>.py` with `figures(place) -> list[Figure]`."""
RESULTS = Path(__file__).resolve().parent / "results.md"


def main(asked: Sequence[str]) -> int:
    """Measure the topics `asked` for (none: all); 1 when a figure misses what it must be, 2 for a wrong call."""
    unknown = [topic for topic in asked if topic not in TOPICS]
    if unknown:
        _say(f"no figures are called {', '.join(unknown)}; there are {', '.join(TOPICS)}")
        return 2
    # A run that is told to end stops its server and throws its folders away, as one that fails does.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    with Place.started() as place:
        figures = list(_measured(place, asked or TOPICS))
        where = (
            f"{os.cpu_count()} cores, PostgreSQL {_version(place)} ({_settings()}), Python {platform.python_version()}"
        )
    return conclude(figures, where, None if asked else RESULTS)


def conclude(figures: Sequence[Figure], where: str, results: Path | None) -> int:
    """Print the table, write the page to `results` after a full run; 1 when a figure misses what it must be."""
    sys.stdout.write(f"{table(figures)}\n")
    if results is not None:
        results.write_text(page(figures, where), encoding="utf-8")
    return 0 if all(figure.meets_must for figure in figures) else 1


def _measured(place: Place, topics: Sequence[str]) -> Iterator[Figure]:
    for topic in topics:
        _say(f"measuring {topic} …")
        began = time.monotonic()
        for figure in importlib.import_module(f"bench.{topic}").figures(place):
            _say(f"  {figure.name}: {figure.ratio:.4g} ({figure.verdict}); {figure.sides}")
            yield figure
        _say(f"  in {time.monotonic() - began:.0f} s")


def _version(place: Place) -> int:
    with psycopg.connect(place.server.admin_url) as connection:
        return connection.info.server_version // 10000


def _settings() -> str:
    return ", ".join(f"{name} {value}" for name, value in DURABLE.items())


def _say(text: str) -> None:
    # Standard output is the table's alone.
    sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
