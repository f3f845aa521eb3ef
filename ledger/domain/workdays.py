"""Working days: weekdays moved by the State Council's yearly notice on holidays. Source: rules §14, Q18."""

from __future__ import annotations

from datetime import date, timedelta

_FREE: dict[int, tuple[tuple[str, str], ...]] = {
    2025: (
        ("01-01", "01-01"),
        ("01-28", "02-04"),
        ("04-04", "04-06"),
        ("05-01", "05-05"),
        ("05-31", "06-02"),
        ("10-01", "10-08"),
    ),
    2026: (
        ("01-01", "01-03"),
        ("02-15", "02-23"),
        ("04-04", "04-06"),
        ("05-01", "05-05"),
        ("06-19", "06-21"),
        ("09-25", "09-27"),
        ("10-01", "10-07"),
    ),
}
_WORKED: dict[int, tuple[str, ...]] = {
    2025: ("01-26", "02-08", "04-27", "09-28", "10-11"),
    2026: ("01-04", "02-14", "02-28", "05-09", "09-20", "10-10"),
}
KNOWN_YEARS = frozenset(_FREE)
"""Years whose notice is published; of any other year every Monday to Friday counts, and the pages say so."""


def _days(year: int) -> tuple[frozenset[date], frozenset[date]]:
    free: set[date] = set()
    for first, last in _FREE[year]:
        day = date.fromisoformat(f"{year}-{first}")
        while day <= date.fromisoformat(f"{year}-{last}"):
            free.add(day)
            day += timedelta(days=1)
    return frozenset(free), frozenset(date.fromisoformat(f"{year}-{one}") for one in _WORKED[year])


_BY_YEAR = {year: _days(year) for year in KNOWN_YEARS}


def is_workday(day: date) -> bool:
    """Whether offices work on `day`; Monday to Friday in a year that is not published."""
    free, worked = _BY_YEAR.get(day.year, (frozenset(), frozenset()))
    return day in worked or (day.weekday() < 5 and day not in free)
