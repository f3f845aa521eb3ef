"""Reads and back-dated postings at a million entries beside the same at ten thousand: flat is one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import cycle

from flask import current_app
from psycopg import sql

from bench.crew import Act, Crew
from bench.disbursing import disbursing
from bench.fill import CODES, PER_PAGE, Filled, fill
from bench.measure import Figure, interleaved, medians, percentile, ratio
from bench.server import Database, Place, actor
from ledger.app import create_app
from ledger.audit.queries_journal import Timeline
from ledger.audit.queries_totals import PilotPositionOf, TenantTotals
from ledger.dispatch import ask
from tests.conftest import PASSWORD, Browser, Client
from tests.factories import Factory, MadePilot

SMALL, LARGE = 10_000, 1_000_000
SLICES = 7
SECONDS = 1.5
ACT_SLICES = 9
ACTS_SECONDS = 2.0
WARMING = 4
"""Slices of each side that are not counted, before postings."""
MILLISECONDS = 1_000.0
CODE = CODES[0]
READER = f"{CODE}.finance_reviewer"

Side = tuple[Database, Filled]


def figures(place: Place) -> list[Figure]:
    """Pages and positions, then postings of the past, each at both sizes in turns."""
    large, small = _database(place, "reads_large", LARGE), _database(place, "reads_small", SMALL)
    found = [_read(name, large, small, is_page=is_page) for name, (_made, is_page) in READS.items()]
    return [*found, _backdated(place, large, small)]


def _database(place: Place, name: str, entries: int) -> Side:
    made = place.database(name)
    return made, fill(place, made, entries)


def _read(name: str, large: Side, small: Side, *, is_page: bool) -> Figure:
    """How long a read takes: of a page the slowest of twenty, of a position the middle one."""
    percent = 95 if is_page else 50

    def taken(crew: Crew) -> float:
        return percentile(crew.slice(SECONDS).latencies[0], percent) * MILLISECONDS

    with Crew(large[0], 1, reading, name, large[1]) as many, Crew(small[0], 1, reading, name, small[1]) as few:
        first, second = interleaved(lambda: taken(many), lambda: taken(few), SLICES)
    return Figure(
        name=f"{name}, {'p95' if is_page else 'median'} at {LARGE:,} ÷ at {SMALL:,} entries",
        ratio=ratio(first, second),
        must=1.3,
        aim=1.1,
        at_least=False,
        sides=medians(f"{LARGE:,}", first, f"{SMALL:,}", second, "ms"),
        bound="Bounded by what one page shows: each statement reads a range of an index, and no list is counted."
        if is_page
        else "Bounded by the positions, whose number is that of the pilots' allocations.",
    )


def _backdated(place: Place, large: Side, small: Side) -> Figure:
    """Disbursements of half a year ago, recorded and approved, over new pilots in all tenants."""
    pilots = [_pilots(side[0]) for side in (large, small)]
    with Crew(large[0], 1, disbursing, pilots[0]) as many, Crew(small[0], 1, disbursing, pilots[1]) as few:

        def taken(crew: Crew) -> float:
            return MILLISECONDS / crew.slice(ACTS_SECONDS).acts_a_second

        # A page that is written for the first time since the fill's checkpoint goes to the log whole: no side's cost
        # of an act. Both are warmed on the pilots, and to the pages, that are measured.
        interleaved(lambda: taken(many), lambda: taken(few), WARMING)
        # Plans made while a table was empty: autovacuum would come to each side at a time of its own.
        for database, _filled in (large, small):
            place.say(sql.SQL("VACUUM (ANALYZE)"), database_name=database.name)
        interleaved(lambda: taken(many), lambda: taken(few), 2)
        first, second = interleaved(lambda: taken(many), lambda: taken(few), ACT_SLICES)
    return Figure(
        name=f"a back-dated posting at {LARGE:,} ÷ at {SMALL:,} entries",
        ratio=ratio(first, second),
        must=1.2,
        aim=1.0,
        at_least=False,
        sides=medians(f"{LARGE:,}", first, f"{SMALL:,}", second, "ms an act"),
        bound=(
            "Bounded by the commit; a posting adds to its positions and recomputes nothing that is later. What grows is"
            " the depth of the indexes that it is written to."
        ),
    )


def _pilots(database: Database) -> list[MadePilot]:
    with database.opened():
        make = Factory(actor)
        return [make.allocated(1_000_000, tenant_code=code) for code in CODES]


def reading(_number: int, name: str, filled: Filled) -> Act:
    """One of `READS` over and over in the opened application, in a worker."""
    made, _is_page = READS[name]
    return made(filled)


def _pages(urls: Sequence[str]) -> Act:
    """A signed-in reader who turns to one URL after the other."""
    app = create_app(current_app.config["SETTINGS"])
    app.test_client_class = Client
    browser = Browser(app.test_client())
    answer = browser.sign_in(READER, PASSWORD)
    if answer.status_code != 303:
        raise RuntimeError(f"{READER} cannot sign in: {answer.status}")
    turns: Iterator[str] = cycle(urls)

    def act() -> None:
        page = browser.get(next(turns))
        if page.status_code != 200:
            raise RuntimeError(f"{page.request.path}: {page.status}")

    return act


def _pilot_pages(filled: Filled) -> Act:
    return _pages([f"/t/{CODE}/pilots/{pilot_id}" for pilot_id in filled.busy_pilots[CODE]])


def _timelines(filled: Filled) -> Act:
    asker = actor(READER)
    pilots = cycle(filled.busy_pilots[CODE])
    return lambda: ask(Timeline(CODE, next(pilots)), asker)


def _record(_filled: Filled) -> Act:
    return _pages([f"/t/{CODE}/record"])


def _list_page(place: Callable[[int], int]) -> Callable[[Filled], Act]:
    """The page of the tenant's disbursements that `place` chooses of so many."""

    def made(filled: Filled) -> Act:
        page = place(filled.disbursements[CODE] // PER_PAGE)
        return _pages([f"/t/{CODE}/disbursements?page={page}"])

    return made


def _position(filled: Filled) -> Act:
    asker = actor(READER)
    pilots = cycle(filled.busy_pilots[CODE])
    return lambda: ask(PilotPositionOf(tenant_code=CODE, pilot_id=next(pilots)), asker)


def _totals(_filled: Filled) -> Act:
    asker = actor("province.auditor")
    return lambda: ask(TenantTotals(), asker)


READS: dict[str, tuple[Callable[[Filled], Act], bool]] = {
    "a pilot's page": (_pilot_pages, True),
    "a pilot's timeline, first page": (_timelines, True),
    "a tenant's record of changes, first page": (_record, True),
    "the first page of disbursements": (_list_page(lambda _pages: 1), True),
    "the middle page of disbursements": (_list_page(lambda pages: pages // 2 + 1), True),
    "the last page of disbursements": (_list_page(lambda pages: pages), True),
    "one pilot's position": (_position, False),
    "totals of all tenants": (_totals, False),
}
"""What is read: how a worker is made that reads it, and whether it is a page."""
