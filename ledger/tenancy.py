"""The tenant border: reads filtered, writes checked, and without a scope nothing at all.

A session is opened for one scope (`session.info`). An ORM query is given the tenant's
predicate here; a constant statement carries its own and is bound here; every other
statement is refused, since a border that looks for tenant tables in a statement
misses some. On PostgreSQL row-level security says the same again below us.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Date, Executable, Select, Table, TextClause, bindparam, event, text
from sqlalchemy.engine import Connection, CursorResult
from sqlalchemy.orm import (
    Mapped,
    ORMExecuteState,
    Session,
    SessionTransaction,
    UOWTransaction,
    mapped_column,
    with_loader_criteria,
)
from sqlalchemy.sql.visitors import iterate
from sqlalchemy.types import Boolean, TypeEngine

from ledger.database import MoneyType, UtcInstant
from ledger.domain.access import PROVINCE

TENANT = "tenant_code"


class OutOfScope(RuntimeError):
    """A programmer's mistake: a statement without a scope, or one that leaves it."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose rows a session sees: one tenant's, or (reading alone) every tenant's."""

    tenant_code: str
    every_tenant: bool = False


ENTRANCE = Scope("")
"""Nobody's rows: what a person who has not signed in yet may reach."""
WHOLE_PROVINCE = Scope(PROVINCE, every_tenant=True)


class TenantOwned:
    """A table whose rows belong to a tenant; its key and its foreign keys carry the tenant's code."""

    tenant_code: Mapped[str] = mapped_column(primary_key=True, sort_order=-1)


class Constant:
    """One constant SQL statement of a slice's store or queries, for both databases.

    It names `:tenant_code` unless it is declared `province_wide` (a table without
    tenants) or `across` (a reading of every tenant by the province's role). Types of
    parameters and columns follow from their names, as style demands of names.
    """

    def __init__(
        self, sql: str, *, sqlite: str | None = None, province_wide: bool = False, across: bool = False
    ) -> None:
        if not province_wide and not across and f":{TENANT}" not in sql:
            raise OutOfScope(f"a statement without its tenant predicate: {sql}")
        self.sql = sql
        self.across = across
        self.takes_tenant = f":{TENANT}" in sql
        self._variants = {
            "postgresql": _typed(sql),
            "sqlite": _typed(re.sub(r"\s+FOR (UPDATE|SHARE)( OF \w+)?", "", sqlite or sql)),
        }
        REGISTERED.append(self)

    def on(self, dialect: str) -> Executable:
        return self._variants[dialect]


def containing(words: str) -> str:
    """The pattern of `lower(column) LIKE :like ESCAPE '!'`: `words` anywhere in it, whatever they hold."""
    escaped = words.lower().replace("!", "!!").replace("%", "!%").replace("_", "!_")
    return f"%{escaped}%"


REGISTERED: list[Constant] = []
"""Every constant statement, for the test that reads their SQL."""

_MONEY = frozenset(
    [
        "amount",
        "cap",
        "awarded",
        "allocated",
        "waiting",
        "disbursed",
        "spent",
        "accepted",
        "recovered",
        "recovered_undisbursed",
        "recovered_disbursed",
        "total",
        "investment",
        "available",
        "region_cap",
        "enterprise_cap",
        "balance",
    ]
)


def _type_of(name: str) -> TypeEngine[Any] | None:
    if name in _MONEY or name.endswith("_amount"):
        return MoneyType()
    if name.endswith(("_on", "_from")) or name in ("business_date", "as_of"):
        return Date()
    if name.endswith("_at"):
        return UtcInstant()
    return Boolean() if name in ("active", "taken") else None


def _typed(sql: str) -> Executable:
    made = text(sql)
    for name in re.findall(r"(?<![:\w]):(\w+)", sql):
        kind = _type_of(name)
        if kind is not None:
            made = made.bindparams(bindparam(name, type_=kind))
    if not re.match(r"\s*(SELECT|WITH)\b", sql) and " RETURNING " not in sql:
        return made
    # Matched by name: a word that is no column of the result is simply never met.
    return made.columns(**{word: kind for word in set(re.findall(r"\w+", sql)) if (kind := _type_of(word))})


Parameters = Mapping[str, Any]


def run(session: Session, statement: Constant, parameters: Parameters | None = None) -> CursorResult[Any]:
    """Execute a constant statement in the session's scope; rows come back typed by column name."""
    scope = scope_of(session)
    if statement.across and not scope.every_tenant:
        raise OutOfScope("a reading of every tenant in one tenant's scope")
    given = {**_bound(statement, scope), **(parameters or {})}
    connection = session.connection()
    return connection.execute(statement.on(connection.dialect.name), given)


def run_many(session: Session, statement: Constant, rows: Sequence[Parameters]) -> None:
    """Execute a constant statement once a row, in one batch; no rows, no statement."""
    if rows:
        own = _bound(statement, scope_of(session))
        connection = session.connection()
        connection.execute(statement.on(connection.dialect.name), [{**row, **own} for row in rows])


def _bound(statement: Constant, scope: Scope) -> Parameters:
    return {TENANT: scope.tenant_code} if statement.takes_tenant else {}


def scope_of(session: Session) -> Scope:
    """The scope that the session was opened for.

    Raises:
        OutOfScope: none is bound.
    """
    scope = session.info.get("scope")
    if not isinstance(scope, Scope):
        raise OutOfScope("no scope is bound: only dispatch opens a session")
    return scope


def enter(session: Session, scope: Scope) -> None:
    """Bind `session` to `scope`; an open transaction goes on under the new tenant.

    Only dispatch calls this: once when it opens a session, and once a tenant when a
    provincial act spans several of them.
    """
    session.flush()
    session.expunge_all()
    session.info["scope"] = scope
    if session.in_transaction():
        _tell_database(scope, session.connection())


def _tell_database(scope: Scope, connection: Connection) -> None:
    if connection.dialect.name == "postgresql" and not scope.every_tenant:
        # Local to the transaction: a pooled connection carries no tenant to its next user.
        connection.exec_driver_sql("SELECT set_config('app.tenant', %s, true)", (scope.tenant_code,))


@event.listens_for(Session, "after_begin")
def _after_begin(session: Session, _transaction: SessionTransaction, connection: Connection) -> None:
    _tell_database(scope_of(session), connection)


@event.listens_for(Session, "do_orm_execute")
def _filter_reads(state: ORMExecuteState) -> None:
    scope = scope_of(state.session)
    if state.is_column_load or state.is_relationship_load:
        raise OutOfScope("a use case loads what it needs by name: no lazy loading")
    if not (state.is_select and state.is_orm_statement):
        raise OutOfScope("neither an ORM query nor a registered constant statement")
    _refuse_tables(state)
    if not scope.every_tenant:
        code = scope.tenant_code
        state.statement = state.statement.options(
            with_loader_criteria(TenantOwned, lambda cls: cls.tenant_code == code, include_aliases=True)
        )


def _refuse_tables(state: ORMExecuteState) -> None:
    """Refuse tables named below the ORM (`Pilot.__table__`): no criterion would reach them."""
    for element in iterate(cast("Select[Any]", state.statement)):
        if isinstance(element, Table) and "parententity" not in element._annotations:
            raise OutOfScope(f"table {element.name} is named below the ORM")
        if isinstance(element, TextClause):
            raise OutOfScope("text inside an ORM query: register a constant statement")


@event.listens_for(Session, "before_flush")
def _check_writes(session: Session, _context: UOWTransaction, _instances: object) -> None:
    scope = scope_of(session)
    for row in (*session.new, *session.dirty, *session.deleted):
        if isinstance(row, TenantOwned) and (scope.every_tenant or row.tenant_code != scope.tenant_code):
            raise OutOfScope(f"a row of {row.tenant_code} in the scope of {scope.tenant_code}")
    if "writer" not in session.info and (session.new or session.dirty or session.deleted):
        raise OutOfScope("rows change inside execute alone")
