"""Every tenant table, by ORM and by raw SQL: another tenant sees nothing, and without a scope nobody does."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import exists, func, select, text
from sqlalchemy.orm import Session, aliased

from ledger import database, schema
from ledger.funds.models import Document
from ledger.pilots.models import Pilot
from ledger.tenancy import OutOfScope, Scope, TenantOwned
from tests.factories import Factory
from tests.faults.raw import session_of

TABLES: list[Any] = sorted(
    (mapper.class_ for mapper in database.Base.registry.mappers if issubclass(mapper.class_, TenantOwned)),
    key=lambda table: str(table.__tablename__),
)
PROVINCE_WIDE = {
    "allocation_notice", "award_right", "division", "entity", "fund_line", "funded_project", "login_name",
    "policy_version", "sign_in_throttle", "subject_hold", "tenant",
}  # fmt: skip


@pytest.mark.rule("RX.4")
def test_every_table_is_either_a_tenants_or_declared_province_wide() -> None:
    names = set(schema.metadata().tables)
    assert names == {table.__tablename__ for table in TABLES} | PROVINCE_WIDE


def test_every_tenant_table_has_the_tenant_first_in_its_key_and_in_every_foreign_key() -> None:
    for table in TABLES:
        assert next(iter(table.__table__.primary_key)).name == "tenant_code", table
        for constraint in table.__table__.foreign_key_constraints:
            referred = constraint.referred_table.name
            if referred not in PROVINCE_WIDE:
                assert "tenant_code" in constraint.column_keys, (table, referred)


def _session(scope: Scope | None) -> Session:
    return Session(database.engine(), info={} if scope is None else {"scope": scope})


@pytest.mark.rule("RX.4")
def test_another_tenant_sees_no_row_of_any_table_by_orm(app: Flask, make: Factory) -> None:
    make.disbursed(make.allocated(1000), 400)
    for table in TABLES:
        with _session(Scope("220100")) as session:
            own = session.scalars(select(table)).all()
        assert all(row.tenant_code == "220100" for row in own), table
        with _session(Scope("220300")) as session:
            assert all(row.tenant_code == "220300" for row in session.scalars(select(table))), table


@pytest.mark.rule("RX.4")
def test_no_shape_of_query_leaks_another_tenants_rows(app: Flask, make: Factory) -> None:
    make.disbursed(make.allocated(1000), 400)
    other = aliased(Document)
    shapes = [
        select(func.count()).select_from(Document),
        select(func.count(Document.id)),
        select(exists().where(Document.id > 0)),
        select(select(func.sum(Document.amount)).scalar_subquery()),
        select(func.count()).select_from(Pilot).join(Document, Document.pilot_id == Pilot.id),
        select(func.count(other.id)),
        select(func.count()).select_from(select(Document.id).subquery()),
    ]
    for shape in shapes:
        with _session(Scope("220300")) as session:
            try:
                found = session.execute(shape).scalar()
            except OutOfScope:
                continue
            assert not found, str(shape)


def test_a_statement_without_a_scope_or_below_the_orm_is_refused(app: Flask) -> None:
    with _session(None) as session, pytest.raises(OutOfScope):
        session.scalars(select(Document)).all()
    below: list[Any] = [text("SELECT 1"), Document.__table__.select(), select(Document.__table__.c.id)]
    for statement in below:
        with _session(Scope("220100")) as session, pytest.raises(OutOfScope):
            session.execute(statement)


def test_rows_change_inside_execute_alone_and_in_their_own_tenant(app: Flask) -> None:
    with _session(Scope("220100")) as session:
        session.add(Pilot(tenant_code="220100", id=1))
        with pytest.raises(OutOfScope):
            session.flush()
    with _session(Scope("220100")) as session:
        session.info["writer"] = True
        session.add(Pilot(tenant_code="220200", id=1))
        with pytest.raises(OutOfScope):
            session.flush()


@pytest.mark.rule("RX.4")
@pytest.mark.parametrize("database_urls", ["postgresql"], indirect=True)
def test_another_tenant_sees_no_row_of_any_table_by_raw_sql(app: Flask, make: Factory) -> None:
    make.disbursed(make.allocated(1000), 400)
    for table in TABLES:
        name = table.__tablename__
        with session_of(app, "220300") as connection:
            codes = set(connection.execute(text(f"SELECT DISTINCT tenant_code FROM {name}")).scalars())
            assert codes <= {"220300"}, name
        with session_of(app, None) as connection:
            assert connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one() == 0, name


@pytest.mark.parametrize("database_urls", ["postgresql"], indirect=True)
def test_every_tenant_table_has_forced_row_security_without_a_sub_select(app: Flask) -> None:
    with session_of(app, None, database.PROVINCE) as connection:
        secured = {
            row.relname
            for row in connection.execute(
                text("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")
            )
        }
        policies = connection.execute(text("SELECT tablename, roles::text, qual, with_check FROM pg_policies")).all()
        roles = connection.execute(
            text("SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname LIKE 'ledger\\_%'")
        ).all()
    assert {table.__tablename__ for table in TABLES} <= secured
    assert all("SELECT" not in f"{policy.qual}{policy.with_check}".upper() for policy in policies)
    assert not any(role.rolsuper or role.rolbypassrls for role in roles)
