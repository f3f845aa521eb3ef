"""Which tenants a person reaches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from ledger.desk import Desk
from ledger.domain.access import Permission
from ledger.identity.store_reference import TENANTS, TenantRow


@dataclass(frozen=True, slots=True)
class ListTenants:
    """The tenants that the asker reaches, in division order: all of them for the province's people."""

    permission: ClassVar[Permission] = Permission.SIGNED_IN

    def run(self, desk: Desk) -> Sequence[TenantRow]:
        actor = desk.actor
        return [row for row in TENANTS if actor.is_province or row.code == actor.tenant_code]
