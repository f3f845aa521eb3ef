"""The disposition of a change report, as far as money is concerned: a reduction by two people of the province."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from ledger import dispatch
from ledger.desk import Desk
from ledger.domain.access import Actor, Permission
from ledger.domain.money import Money
from ledger.funds.store_reductions import reduce_award
from ledger.journal import Fact
from ledger.pilots.queries_projects import GetDesignation
from tests.factories import Factory, MadePilot

REDUCED_ON = date(2026, 10, 12)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reduce:
    """Bring the award of a project down; the asker checks what `maker` disposed."""

    permission: ClassVar[Permission] = Permission.AWARD_CHECK
    tenant_code: str
    project_id: int
    new_amount: Money
    maker: Actor
    document_no: str = "吉发改服务〔2026〕77号"
    reason: str = "投资缩减"
    decided_on: date = REDUCED_ON

    def run(self, desk: Desk) -> Sequence[Fact]:
        return reduce_award(
            desk,
            project_id=self.project_id,
            new_amount=self.new_amount,
            document_no=self.document_no,
            reason=self.reason,
            decided_on=self.decided_on,
            maker=self.maker,
            checker=desk.actor,
        )


def projects_of(make: Factory, pilot: MadePilot) -> list[int]:
    """The ids of a pilot's projects, the oldest first."""
    query = GetDesignation(tenant_code=pilot.tenant_code, pilot_id=pilot.id)
    return [one.id for one in dispatch.ask(query, make.actor("province.officer")).projects]


def reduced(make: Factory, pilot: MadePilot, new_amount: int, *, project: int = 0, **changes: Any) -> int:
    """Bring the line of the pilot's `project`-th project down to `new_amount` fen; the reduction's id."""
    values: dict[str, Any] = {
        "tenant_code": pilot.tenant_code,
        "project_id": projects_of(make, pilot)[project],
        "new_amount": Money(new_amount),
        "maker": make.actor("province.officer"),
    }
    return dispatch.execute(Reduce(**(values | changes)), make.actor("province.reviewer")).subject_id
