"""The only reader of the system clock: instants in UTC, business dates in Asia/Shanghai."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

BEIJING = ZoneInfo("Asia/Shanghai")


class Clock:
    """The system clock, or one that was set to start at `start` and runs on from there."""

    def __init__(self, start: datetime | None = None) -> None:
        self._start = start
        self._began = time.monotonic()

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        if self._start is None:
            return datetime.now(UTC)
        return self._start.astimezone(UTC) + timedelta(seconds=time.monotonic() - self._began)

    def not_before(self, instant: datetime) -> None:
        """Never run behind `instant`: a set clock starts after the last record at the earliest."""
        if self._start is not None and self.now() < instant:
            self._start, self._began = instant + timedelta(microseconds=1), time.monotonic()


_clock = Clock()


def configure(start: datetime | None) -> Clock:
    """Set the clock's start (demo and test only), or give it back to the system."""
    global _clock  # noqa: PLW0603  one clock for the process, replaced only here
    _clock = Clock(start)
    return _clock


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return _clock.now()


def today() -> date:
    """Today's date in Asia/Shanghai."""
    return business_date(now())


def business_date(instant: datetime) -> date:
    """The date in Asia/Shanghai on which `instant` falls."""
    return instant.astimezone(BEIJING).date()


def not_before(instant: datetime) -> None:
    """Keep a set clock from running behind the last recorded entry."""
    _clock.not_before(instant)
