"""Positions: cumulative fen of an allocation, an award's line, a fund line and a pilot."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.domain.money import ZERO, Money


@dataclass(frozen=True, slots=True)
class AllocationPosition:
    """Cumulative fen of one allocation; `waiting` is what documents under check reserve of it."""

    allocated: Money
    waiting: Money = ZERO
    disbursed: Money = ZERO
    recovered_undisbursed: Money = ZERO
    spent: Money = ZERO
    accepted: Money = ZERO
    recovered_disbursed: Money = ZERO

    @property
    def available(self) -> Money:
        """What may still be disbursed, or recovered before disbursement."""
        return self.allocated - self.disbursed - self.waiting - self.recovered_undisbursed

    @property
    def unspent(self) -> Money:
        """Disbursed, and neither spent nor recovered."""
        return self.disbursed - self.spent - self.recovered_disbursed

    @property
    def unaccepted(self) -> Money:
        """Spent, and not yet accepted."""
        return self.spent - self.accepted


@dataclass(frozen=True, slots=True)
class LinePosition:
    """Cumulative fen of an award's line for one project; `waiting` are allocations under check."""

    awarded: Money
    allocated: Money = ZERO
    waiting: Money = ZERO

    @property
    def available(self) -> Money:
        """What may still be allocated."""
        return self.awarded - self.allocated - self.waiting


@dataclass(frozen=True, slots=True)
class FundLinePosition:
    """Cumulative fen of one year's fund line; `waiting` are awards under check."""

    total: Money
    awarded: Money = ZERO
    waiting: Money = ZERO

    @property
    def available(self) -> Money:
        """What may still be awarded from the line."""
        return self.total - self.awarded - self.waiting


@dataclass(frozen=True, slots=True)
class PilotPosition:
    """Cumulative fen of one pilot under its cap; `waiting` are awards under check."""

    cap: Money
    awarded: Money = ZERO
    waiting: Money = ZERO

    @property
    def available(self) -> Money:
        """What the cap leaves; the one-time right may be used although this is not zero."""
        return self.cap - self.awarded - self.waiting
