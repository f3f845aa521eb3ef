"""What a record is narrowed to, and the index that finds it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from ledger.audit.queries_record_kinds import EVERYTHING, GROUPS, QUIET, kinds_chosen
from ledger.domain.money import Money

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 12, 31)
FIRST_INSTANT, LAST_INSTANT = datetime(2000, 1, 1, tzinfo=UTC), datetime(2101, 1, 1, tzinfo=UTC)
LEAST, MOST = Money(-(2**53)), Money(2**53)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What a record is narrowed to; what is not asked for is as it stands here. Amounts are in fen.

    `kind` is a group, one kind, `EVERYTHING`, or "" for every act that changes something.
    `recorded_from` is included, `recorded_until` is not.
    """

    office_id: int = 0
    person_id: int = 0
    pilot_id: int = 0
    kind: str = ""
    first_on: date = FIRST_DAY
    last_on: date = LAST_DAY
    least: Money = LEAST
    most: Money = MOST
    recorded_from: datetime = FIRST_INSTANT
    recorded_until: datetime = LAST_INSTANT

    @property
    def is_dated(self) -> bool:
        return (self.first_on, self.last_on) != (FIRST_DAY, LAST_DAY)

    @property
    def is_priced(self) -> bool:
        return (self.least, self.most) != (LEAST, MOST)

    @property
    def is_recorded(self) -> bool:
        return (self.recorded_from, self.recorded_until) != (FIRST_INSTANT, LAST_INSTANT)

    @property
    def kinds(self) -> tuple[str, ...]:
        return kinds_chosen(self.kind)

    def leads(self) -> tuple[str, ...]:
        """The indexes to read along, the first of them first; a range leads while it finds little."""
        if self.pilot_id:
            return ("pilot",)
        if self.person_id:
            return ("person",)
        if self.kinds:
            return (self.kind,) if self.kind in GROUPS else ("kind",)
        if self.office_id:
            return ("office",)
        walk = "every" if self.kind == EVERYTHING else "acts"
        # What changes nothing has neither a day nor an amount: it need not be left out here.
        if self.is_dated:
            return ("day" if self.is_priced or self.is_recorded else "day_alone", walk)
        if self.is_priced:
            return ("amount" if self.is_recorded else "amount_alone", walk)
        return (walk,)

    def parameters(self) -> dict[str, Any]:
        """The parameters of the statements."""
        quiet = () if self.kinds or self.kind == EVERYTHING else sorted(QUIET)
        return {
            "office_id": self.office_id,
            "person_id": self.person_id,
            "pilot_id": self.pilot_id,
            "kind": self.kind,
            "kinds": _listed(self.kinds),
            "quiet": _listed(quiet),
            "is_dated": int(self.is_dated),
            "first_on": self.first_on,
            "last_on": self.last_on,
            "is_priced": int(self.is_priced),
            "least_amount": self.least,
            "most_amount": self.most,
            "from_at": self.recorded_from,
            "until_at": self.recorded_until,
        }

    def asked(self) -> dict[str, str]:
        """What was asked for, as the entry of a reading says it."""
        named: dict[str, Any] = {
            "office": self.office_id or None,
            "person": self.person_id or None,
            "pilot": self.pilot_id or None,
            "kind": self.kind or None,
            "first_on": self.first_on.isoformat() if self.first_on != FIRST_DAY else None,
            "last_on": self.last_on.isoformat() if self.last_on != LAST_DAY else None,
            "least_fen": self.least.fen if self.least != LEAST else None,
            "most_fen": self.most.fen if self.most != MOST else None,
            "recorded_from": self.recorded_from.isoformat() if self.recorded_from != FIRST_INSTANT else None,
            "recorded_until": self.recorded_until.isoformat() if self.recorded_until != LAST_INSTANT else None,
        }
        return {name: str(value) for name, value in named.items() if value is not None}


def _listed(kinds: Sequence[str]) -> str:
    return f",{','.join(kinds)}," if kinds else ""
