"""The eleven tenants, the province and the divisions of GB/T 2260: packaged, and loaded by the owner."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import create_engine, insert, select
from sqlalchemy.engine import Connection

from ledger import database
from ledger.domain import chain
from ledger.domain.access import PROVINCE, Role
from ledger.identity.models import Division, Tenant
from ledger.journal import JournalHead

_FILE: Final = Path(__file__).resolve().parent.parent / "data" / "divisions.csv"
_SHORT: Final = {"222400": "延边州", "JL-CBS": "长白山"}


@dataclass(frozen=True, slots=True)
class DivisionRow:
    """A unit of the list; `tenant_code` is the tenant that it reports to, None for the province itself."""

    code: str
    name: str
    level: str
    tenant_code: str | None
    is_tenant: bool
    note: str


@dataclass(frozen=True, slots=True)
class TenantRow:
    """A tenant, or the province; `position` is its place in every list, 0 for the province."""

    code: str
    name: str
    short_name: str
    kind: str
    position: int


def _read() -> tuple[DivisionRow, ...]:
    with _FILE.open(encoding="utf-8", newline="") as stream:
        return tuple(
            DivisionRow(
                row["code"],
                row["name"],
                row["level"],
                row["tenant_code"] or None,
                row["is_tenant"] == "yes",
                row["note"] or "",
            )
            for row in csv.DictReader(stream)
        )


DIVISIONS: Final = _read()
"""Every division, in the order of the packaged list."""

TENANTS: Final = tuple(
    TenantRow(row.code, row.name, _SHORT.get(row.code, row.name), row.level, position)
    for position, row in enumerate((row for row in DIVISIONS if row.is_tenant), start=1)
)
"""The eleven tenants in division-code order; 长白山 and 梅河口, which report directly, come last."""

TENANT_CODES: Final = frozenset(row.code for row in TENANTS)
PROVINCE_ROW: Final = TenantRow(PROVINCE, "吉林省", "吉林省", "province", 0)
STREAMS: Final = (PROVINCE, *(row.code for row in TENANTS))
"""The journal's streams: the province's and one for each tenant."""


LOCAL_ACCOUNTS = (Role.FINANCE_OFFICER, Role.FINANCE_REVIEWER, Role.DRC_OFFICER, Role.DRC_REVIEWER)
PROVINCE_ACCOUNTS = {
    "province.officer": Role.PROVINCE_OFFICER,
    "province.reviewer": Role.PROVINCE_REVIEWER,
    "province.auditor": Role.PROVINCE_AUDITOR,
    "admin": Role.ADMINISTRATOR,
    "admin.second": Role.ADMINISTRATOR,
}
"""The accounts of the demo; a production system refuses to start while one of them is active."""


def divisions_of(tenant_code: str) -> dict[str, str]:
    """Names of a tenant's divisions by code, the tenant itself first; of the province, itself alone."""
    own = [row for row in DIVISIONS if (row.tenant_code or PROVINCE) == tenant_code]
    return {row.code: row.name for row in sorted(own, key=lambda row: (row.code != tenant_code, row.code))}


def demo_usernames() -> list[str]:
    """Every user name of the demo."""
    return [*PROVINCE_ACCOUNTS, *(f"{row.code}.{role}" for row in TENANTS for role in LOCAL_ACCOUNTS)]


def load_reference(owner_url: str) -> None:
    """Insert what is missing of tenants, divisions and journal heads, as the owner; safe to repeat."""
    engine = create_engine(owner_url)
    database.prepare_engine(engine)
    try:
        with (
            database.write_turn(engine),
            engine.connect().execution_options(**database.WRITING) as connection,
            connection.begin(),
        ):
            _insert_missing(connection)
    finally:
        engine.dispose()


def _insert_missing(connection: Connection) -> None:
    tenants = set(connection.scalars(select(Tenant.code)))
    divisions = set(connection.scalars(select(Division.code)))
    heads = set(connection.scalars(select(JournalHead.tenant_code)))
    for tenant in (PROVINCE_ROW, *TENANTS):
        if tenant.code not in tenants:
            connection.execute(
                insert(Tenant).values(
                    code=tenant.code,
                    name=tenant.name,
                    short_name=tenant.short_name,
                    kind=tenant.kind,
                    position=tenant.position,
                )
            )
    for row in DIVISIONS:
        if row.code not in divisions:
            connection.execute(
                insert(Division).values(
                    code=row.code, name=row.name, level=row.level, tenant_code=row.tenant_code, note=row.note
                )
            )
    for stream in STREAMS:
        if stream not in heads:
            connection.execute(insert(JournalHead).values(tenant_code=stream, seq=0, hash=chain.GENESIS, lock_mark=0))
