"""The tenant border: reads filtered, writes checked, and without a scope nothing at all.

A session is opened for one scope (`session.info`). An ORM query is given the tenant's
predicate here; a constant statement carries its own and is bound here; every other
statement is refused, since a border that looks for tenant tables in a statement
misses some. On PostgreSQL row-level security says the same again below us.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar, cast

from sqlalchemy import Select, Table, TextClause, event
from sqlalchemy.engine import Connection, Engine
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

from ledger import database
from ledger.domain.access import PROVINCE
from ledger.drivers import Answer
from ledger.statements import (
    REGISTERED,
    TENANT,
    Constant,
    OutOfScope,
    Parameters,
    Row,
    Variant,
    containing,
    rows_in_json,
)

__all__ = [
    "ENTRANCE",
    "REGISTERED",
    "WHOLE_PROVINCE",
    "Constant",
    "OutOfScope",
    "Parameters",
    "Reading",
    "Row",
    "Scope",
    "TenantOwned",
    "Transaction",
    "containing",
    "scope_of",
]


T = TypeVar("T")
Reading = tuple[Constant, Parameters]
"""A constant statement and what it is given."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose rows a session sees: one tenant's, or (reading alone) every tenant's."""

    tenant_code: str
    every_tenant: bool = False


ENTRANCE = Scope("")
"""Nobody's rows: what a person who has not signed in yet may reach."""
WHOLE_PROVINCE = Scope(PROVINCE, every_tenant=True)


MOST_IN_ONE = 1_000
"""Rows that one statement of a batch inserts: none comes near the time that a statement is given."""
MANY = 200
"""Rows from which on the plans of a batch are its own."""


class TenantOwned:
    """A table whose rows belong to a tenant; its key and its foreign keys carry the tenant's code."""

    tenant_code: Mapped[str] = mapped_column(primary_key=True, sort_order=-1)


class Transaction:
    """One database transaction in one scope: constant statements at once, an ORM session where one is asked for."""

    __slots__ = ("_ahead", "_connection", "_driver", "_orm", "_writing", "following", "scope")

    def __init__(self, engine: Engine, scope: Scope, *, writing: bool = False, one_snapshot: bool = False) -> None:
        self.scope = scope
        self.following: Iterable[Any] = ()
        self._writing = writing
        self._orm: Session | None = None
        self._ahead: tuple[Reading, Callable[[list[Row]], None]] | None = None
        self._connection = engine.connect()
        self._driver = database.driver_of(self._connection)
        tenant_code = None if scope.every_tenant else scope.tenant_code
        try:
            self._do(partial(self._driver.begin, tenant_code, writing=writing, one_snapshot=one_snapshot))
        except BaseException:
            self._connection.close()
            raise

    @property
    def session(self) -> Session:
        """The ORM session of this transaction, made when it is first asked for."""
        self.settle()
        self._do(self._driver.flush)
        if self._orm is None:
            info = {"scope": self.scope} | ({"writer": True} if self._writing else {})
            # The driver's transaction is begun already: the session goes on in it.
            self._orm = Session(self._connection, expire_on_commit=False, autoflush=False, info=info)
        return self._orm

    def ahead(self, reading: Reading, take: Callable[[list[Row]], None]) -> None:
        """Let a reading travel with the first statement that follows; `take` is given its rows before anything else.

        What `take` raises stops the act: nothing that came with its rows has been used.
        """
        if self._is_postgresql:
            self._ahead = (reading, take)
        else:
            take(self.read_all([reading])[0])

    def settle(self) -> None:
        """Send the reading that goes ahead, if nothing has followed it yet."""
        if self._ahead is not None:
            self.read_all([])

    def rows(self, statement: Constant, parameters: Parameters) -> list[Row]:
        """All rows of a constant statement in the transaction's scope, typed by column name."""
        return self.read_all([(statement, parameters)])[0]

    def read_all(self, readings: Sequence[Reading]) -> list[list[Row]]:
        """All rows of each constant statement; on PostgreSQL they travel together and are answered together."""
        variants = [self._variant(statement) for statement, _parameters in readings]
        answers = self._execute(readings, variants)
        return [variant.rows(answer.columns, answer.rows) for variant, answer in zip(variants, answers, strict=True)]

    def first(self, statement: Constant, parameters: Parameters) -> Row | None:
        """The first row of a constant statement, or None."""
        variant = self._variant(statement)
        (answer,) = self._execute([(statement, parameters)], [variant])
        return variant.rows(answer.columns, answer.rows[:1])[0] if answer.rows else None

    def write(self, statement: Constant, parameters: Parameters) -> int:
        """Execute a writing statement; how many rows it touched."""
        return self._execute([(statement, parameters)], [self._variant(statement)])[0].count

    def write_many(self, statement: Constant, rows: Sequence[Parameters]) -> None:
        """Execute a constant statement once a row, in one batch; no rows, no statement."""
        self.settle()
        if len(rows) == 1:
            variant = self._variant(statement)
            self._do(self._driver.later, variant.sql, variant.values({**rows[0], **self._own(statement)}))
        elif rows and statement.batch is not None and self._is_postgresql:
            self._write_batch(statement.batch, rows, self._own(statement))
        elif rows:
            variant = self._variant(statement)
            own = self._own(statement)
            values = [variant.values({**row, **own}) for row in rows]
            self._do(self._driver.execute_many, variant.sql, values)

    def _write_batch(self, sql: str, rows: Sequence[Parameters], own: Parameters) -> None:
        """Insert rows by few statements: what triggers do for one statement, they do for all of its rows."""
        for start in range(0, len(rows), MOST_IN_ONE):
            part = [{**row, **own} for row in rows[start : start + MOST_IN_ONE]]
            self._do(self._driver.later, sql, (rows_in_json(part),))
            if len(part) >= MANY:
                # The plans in triggers were made for many rows; for the next single one they would be slow.
                self._do(self._driver.execute, [("DISCARD PLANS", ())])

    def _execute(self, readings: Sequence[Reading], variants: Sequence[Variant]) -> list[Answer]:
        statements = [
            (variant.sql, variant.values({**self._own(statement), **parameters}))
            for variant, (statement, parameters) in zip(variants, readings, strict=True)
        ]
        if self._ahead is None:
            return self._do(self._driver.execute, statements)
        (reading, take), self._ahead = self._ahead, None
        variant = self._variant(reading[0])
        first = (variant.sql, variant.values({**self._own(reading[0]), **reading[1]}))
        answer, *answers = self._do(self._driver.execute, [first, *statements])
        take(variant.rows(answer.columns, answer.rows))
        return answers

    def _variant(self, statement: Constant) -> Variant:
        if statement.across and not self.scope.every_tenant:
            raise OutOfScope("a reading of every tenant in one tenant's scope")
        if statement.writes and not self._writing:
            raise OutOfScope("rows change inside execute alone")
        if not self._is_postgresql:
            return statement.sqlite
        return statement.postgresql if self._writing else statement.unlocked

    def _own(self, statement: Constant) -> Parameters:
        return {TENANT: self.scope.tenant_code} if statement.takes_tenant else {}

    @property
    def _is_postgresql(self) -> bool:
        return self._connection.dialect.name == "postgresql"

    def _do(self, act: Callable[..., T], *given: Any) -> T:
        """Let the driver act; its errors are SQLAlchemy's to everybody else."""
        try:
            return act(*given)
        except Exception as error:
            raise database.refused(self._connection, error) from error

    def enter(self, scope: Scope) -> None:
        """Go on under another tenant: for a provincial act that spans several of them."""
        # What goes ahead was asked for in the tenant that is left.
        self.settle()
        if self._orm is not None:
            self.flush()
            self._orm.expunge_all()
            self._orm.info["scope"] = scope
        self.scope = scope
        self._do(self._driver.bind, scope.tenant_code)

    def flush(self) -> None:
        """Write what was added to the ORM session."""
        self.settle()
        if self._orm is not None:
            self._do(self._driver.flush)
            self._orm.flush()

    def commit(self) -> None:
        """Make it durable."""
        self.flush()
        self._do(self._driver.commit)

    def close(self) -> None:
        """Give the connection back; what was not committed is undone."""
        if self._orm is not None:
            self._orm.close()
        self._do(self._driver.end)
        self._connection.close()


def scope_of(session: Session) -> Scope:
    """The scope that the session was opened for.

    Raises:
        OutOfScope: none is bound.
    """
    scope = session.info.get("scope")
    if not isinstance(scope, Scope):
        raise OutOfScope("no scope is bound: only dispatch opens a session")
    return scope


@event.listens_for(Session, "after_begin")
def _after_begin(session: Session, _transaction: SessionTransaction, connection: Connection) -> None:
    scope = scope_of(session)
    if connection.dialect.name == "postgresql" and not scope.every_tenant:
        connection.exec_driver_sql("SELECT set_config('app.tenant', %s, true)", (scope.tenant_code,))


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
