"""Offices as administrators see them, ended ones too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from ledger.desk import Desk
from ledger.domain.access import Permission
from ledger.identity.store_reference import divisions_of
from ledger.tenancy import Constant

__all__ = ["ListManagedOffices", "OfficeRow", "divisions_of"]

_OFFICES = Constant(
    "SELECT o.id, o.name, o.kind, o.division_code, o.active, count(p.id) AS people FROM office o"
    " LEFT JOIN person p ON p.tenant_code = o.tenant_code AND p.office_id = o.id AND p.active"
    " WHERE o.tenant_code = :tenant_code GROUP BY o.id, o.name, o.kind, o.division_code, o.active"
    " ORDER BY o.active DESC, o.division_code, o.kind, o.id"
)


@dataclass(frozen=True, slots=True)
class OfficeRow:
    """An office of the list; `people` have an account, `kind` is drc or finance."""

    office_id: int
    name: str
    kind: str
    division_name: str
    people: int
    active: bool


@dataclass(frozen=True, slots=True)
class ListManagedOffices:
    """Every office of a tenant, those in use first, by division and kind."""

    permission: ClassVar[Permission] = Permission.PERSON_MANAGE
    tenant_code: str

    def run(self, desk: Desk) -> Sequence[OfficeRow]:
        names = divisions_of(desk.tenant_code)
        return [
            OfficeRow(
                row.id,
                row.name,
                row.kind,
                names.get(row.division_code, row.division_code),
                int(row.people),
                bool(row.active),
            )
            for row in desk.rows(_OFFICES)
        ]
