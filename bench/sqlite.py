"""The embedded database: one writer beside the bare driver, and how evenly eight writers are served."""

from __future__ import annotations

import shutil
import statistics
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from sqlalchemy import make_url

from bench.crew import Crew
from bench.disbursing import COUNTED, begin, disbursing
from bench.measure import SLICES, Figure, interleaved, medians, percentile, ratio
from bench.raw_sqlite import raw_disbursing
from bench.rows import check_same, written
from bench.server import Database, Place
from tests.factories import MadePilot

PILOTS_A_TENANT = 10
WRITERS = 8


def figures(place: Place) -> list[Figure]:
    """Posting beside the raw loop, and the tail of eight writers."""
    books, pilots = make_books(place, PILOTS_A_TENANT)
    return [_beside_raw(place, books, pilots), _tail(books, pilots)]


def make_books(place: Place, pilots_a_tenant: int) -> tuple[Database, list[MadePilot]]:
    """A file of pilots with money in all tenants, and one disbursement of the first of them."""
    books = place.sqlite("sqlite_books")
    with books.opened():
        return books, begin(pilots_a_tenant)


def path_of(database: Database) -> Path:
    """The file of a database on SQLite."""
    return Path(str(make_url(database.url).database))


def copy_of(books: Database, name: str) -> Database:
    """Another file with the rows of `books`, which nobody has open."""
    path = path_of(books).with_name(f"{name}.db")
    shutil.copyfile(path_of(books), path)
    return replace(books, name=name, urls=dict.fromkeys(books.urls, f"sqlite:///{path}"))


def check_rows(place: Place, ledger: Database, raw: Database, pilots: list[MadePilot]) -> None:
    """Refuse to go on when the raw loop writes other rows than the product.

    Raises:
        RowsDiffer: it does.
    """
    with ledger.opened():
        act = disbursing(COUNTED, pilots[:1])
        ours = written(place, ledger, lambda: (act(), act()))
    bare = raw_disbursing(COUNTED, str(path_of(raw)), first_only=True)
    check_same(ours, written(place, raw, lambda: (bare(), bare())))


def _beside_raw(place: Place, books: Database, pilots: list[MadePilot]) -> Figure:
    ledger, raw = copy_of(books, "sqlite_ledger"), copy_of(books, "sqlite_raw")
    check_rows(place, ledger, raw, pilots)
    with Crew(ledger, 1, disbursing, pilots) as ours, Crew(raw, 1, raw_disbursing, str(path_of(raw))) as bare:
        first, second = interleaved(ours.rate, bare.rate, SLICES)
    return Figure(
        name="posting on SQLite ÷ a raw sqlite3 loop",
        ratio=ratio(first, second),
        must=0.2,
        aim=0.5,
        at_least=True,
        sides=medians("dispatch.execute", first, "the loop", second, "acts a second"),
        bound=(
            "Each act is one commit that is synced to the disk (WAL, synchronous=FULL) of the same rows on both sides"
            " (counted before the run), with the same triggers and foreign keys, one process each; what the loop does"
            " not do is Python's work for the rules, the session and the journal's canonical text."
        ),
    )


def _tail(books: Database, pilots: list[MadePilot]) -> Figure:
    with Crew(copy_of(books, "sqlite_writers"), WRITERS, disbursing, pilots) as crew:
        slices = [crew.slice() for _ in range(SLICES)]
    tails, halves = [worst_p95(done.latencies) for done in slices], [_median(done.latencies) for done in slices]
    return Figure(
        name="eight SQLite writers: worst p95 ÷ median of an act",
        ratio=statistics.median(tail / half for tail, half in zip(tails, halves, strict=True)),
        must=20,
        aim=5,
        at_least=False,
        sides=medians("the worst writer's p95", scaled(tails), "the median act", scaled(halves), "milliseconds"),
        bound=(
            "SQLite has one writer at a time, and the processes stand in line for it, first come first served: an act"
            " takes as long as eight commits, and the tail is what the disk and the scheduler add to that."
        ),
    )


def worst_p95(latencies: Sequence[Sequence[float]]) -> float:
    """The highest p95 of any writer: one that starves is not hidden by the acts of the others."""
    return max(percentile(of_one, 95) for of_one in latencies)


def scaled(seconds: Sequence[float]) -> list[float]:
    """Seconds as milliseconds."""
    return [each * 1000 for each in seconds]


def _median(latencies: Sequence[Sequence[float]]) -> float:
    return percentile([latency for of_one in latencies for latency in of_one], 50)
