"""Every constant statement carries its own tenant predicate, and only the border touches a connection."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ledger import tenancy
from ledger.database import Base
from ledger.tenancy import Constant, OutOfScope, TenantOwned

LEDGER = Path(__file__).resolve().parents[2] / "ledger"
TENANT_TABLES = {
    str(mapper.persist_selectable) for mapper in Base.registry.mappers if issubclass(mapper.class_, TenantOwned)
}


def _tables(sql: str) -> set[str]:
    return set(re.findall(r"(?:FROM|JOIN|INTO|UPDATE)\s+(\w+)", sql)) & TENANT_TABLES


def test_a_statement_on_a_tenant_table_names_the_tenant_or_reads_across() -> None:
    for constant in tenancy.REGISTERED:
        if _tables(constant.sql):
            assert constant.across or ":tenant_code" in constant.sql, constant.sql


def test_a_statement_without_a_tenant_predicate_cannot_be_registered() -> None:
    with pytest.raises(OutOfScope):
        Constant("SELECT id FROM document")


def test_sql_stands_in_store_and_queries_and_commands_alone_and_connections_in_the_seams() -> None:
    allowed = {"tenancy.py", "dispatch.py", "database.py", "schema.py", "cli_database.py", "store_reference.py"}
    for path in LEDGER.rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        if path.name not in allowed:
            assert not re.search(r"\.connection\(|exec_driver_sql|\bengine\(", source), path
        if re.search(r"\bcommit\(\)", source):
            assert path.name in {"dispatch.py", "drivers.py", "schema.py", "tenancy.py"}, path


def test_no_list_ends_without_an_order() -> None:
    for constant in tenancy.REGISTERED:
        if " LIMIT " in constant.sql:
            assert " ORDER BY " in constant.sql, constant.sql


def test_time_is_read_in_the_clock_alone() -> None:
    clocks = re.compile(r"datetime\.(now|utcnow|today)\(|date\.today\(|time\.time\(")
    for path in LEDGER.rglob("*.py"):
        if path.name != "clock.py":
            assert not clocks.search(path.read_text("utf-8")), path
    for path in (LEDGER.parent / "migrations").rglob("*.sql"):
        assert not re.search(r"\bnow\(\)|current_timestamp", path.read_text("utf-8"), re.IGNORECASE), path
