"""The fund line of a year: its total, set by two people of the province. R8.6."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ledger.desk import Desk
from ledger.domain.access import PROVINCE, Actor, Permission, check_permission, check_second_person
from ledger.domain.errors import ExceedsFundLine
from ledger.domain.money import Money
from ledger.journal import Fact
from ledger.tenancy import Constant

NAME = "省级服务业发展专项资金"

_FIND = Constant(
    "SELECT total, awarded, version FROM fund_line WHERE fiscal_year = :fiscal_year FOR UPDATE", province_wide=True
)
_INSERT = Constant(
    "INSERT INTO fund_line (fiscal_year, name, total, awarded, version, made_by, checked_by, recorded_at)"
    " VALUES (:fiscal_year, :name, :total, 0, 1, :made_by, :checked_by, :recorded_at)",
    province_wide=True,
)
_UPDATE = Constant(
    "UPDATE fund_line SET total = :total, version = version + 1, made_by = :made_by, checked_by = :checked_by,"
    " recorded_at = :recorded_at WHERE fiscal_year = :fiscal_year",
    province_wide=True,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetFundLine:
    """Set a year's total, in one act of a maker and a checker; never below what is awarded."""

    permission: ClassVar[Permission] = Permission.FUND_LINE_SET
    records_refusal: ClassVar[bool] = True
    fiscal_year: int
    total: Money
    checker: Actor
    tenant_code: str = PROVINCE

    def run(self, desk: Desk) -> list[Fact]:
        check_permission(self.checker, Permission.FUND_LINE_CHECK)
        check_second_person(desk.actor.person_id, self.checker.person_id)
        found = desk.first(_FIND, fiscal_year=self.fiscal_year)
        who = {"made_by": desk.actor.person_id, "checked_by": self.checker.person_id, "recorded_at": desk.now}
        if found is None:
            desk.write(_INSERT, fiscal_year=self.fiscal_year, name=NAME, total=self.total, **who)
        elif self.total < found.awarded:
            raise ExceedsFundLine(
                "{year} 年已核定 {used} 元，总额不能低于该数。请先核对。",
                year=self.fiscal_year,
                used=found.awarded,
                requested=self.total,
                limit=found.total,
            )
        else:
            desk.write(_UPDATE, fiscal_year=self.fiscal_year, total=self.total, **who)
        before = {} if found is None else {"total_fen": str(found.total.fen)}
        after = {"total_fen": str(self.total.fen), "checked_by": str(self.checker.person_id)}
        return [Fact("fund_line_set", "fund_line", self.fiscal_year, before=before, after=after, amount=self.total)]
