"""Offices end and return; they are never deleted, since their names stand on what they recorded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from ledger.desk import Desk
from ledger.domain.access import Permission
from ledger.domain.errors import Conflict, Invalid
from ledger.identity import store
from ledger.journal import Fact


@dataclass(frozen=True, slots=True)
class DeactivateOffice:
    """End an office nobody works for any more: no new person can be registered there.

    Raises:
        Invalid: people with an account still work there. Conflict: it has ended already.
    """

    permission: ClassVar[Permission] = Permission.PERSON_MANAGE
    tenant_code: str
    office_id: int

    def run(self, desk: Desk) -> Sequence[Fact]:
        office = store.office_to_change(desk, self.office_id)
        if not office.active:
            raise Conflict("该单位已经停用。")
        if people := store.people_of_office(desk, office.id):
            raise Invalid("该单位还有 {people} 位在用人员。请先停用他们的账号。", field="office_id", people=str(people))
        office.active = False
        return [_fact(desk, "office_deactivated", office.id, is_active=False)]


@dataclass(frozen=True, slots=True)
class ReactivateOffice:
    """Let an ended office have people again.

    Raises:
        Conflict: it has not ended.
    """

    permission: ClassVar[Permission] = Permission.PERSON_MANAGE
    tenant_code: str
    office_id: int

    def run(self, desk: Desk) -> Sequence[Fact]:
        office = store.office_to_change(desk, self.office_id)
        if office.active:
            raise Conflict("该单位没有停用。")
        office.active = True
        return [_fact(desk, "office_reactivated", office.id, is_active=True)]


def _fact(desk: Desk, kind: str, office_id: int, *, is_active: bool) -> Fact:
    before, after = {"active": not is_active}, {"active": is_active}
    return Fact(kind, "office", office_id, before=before, after=after, stream=desk.tenant_code)
