"""The fund line of a year, as it stands. R8.6."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ledger.desk import Desk
from ledger.domain.access import Permission
from ledger.domain.money import Money
from ledger.tenancy import Constant

_TOTAL = Constant("SELECT total FROM fund_line WHERE fiscal_year = :fiscal_year", province_wide=True)


@dataclass(frozen=True, slots=True)
class FundLineTotal:
    """A year's total, or None where it is not set."""

    permission: ClassVar[Permission] = Permission.MONEY_READ
    fiscal_year: int

    def run(self, desk: Desk) -> Money | None:
        row = desk.first(_TOTAL, fiscal_year=self.fiscal_year)
        return None if row is None else row.total
