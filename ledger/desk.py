"""The desk: what a use case is given to work with, and nothing more."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import Select
from sqlalchemy.orm import Session

from ledger.clock import BEIJING, business_date
from ledger.domain.access import Actor
from ledger.domain.errors import NotPermitted
from ledger.tenancy import Constant, Parameters, Reading, Row, Scope, Transaction

T = TypeVar("T")


class Desk:
    """The transaction within its scope, who asks, and the instant that counts as now."""

    def __init__(self, transaction: Transaction, actor: Actor, now: datetime) -> None:
        self._transaction = transaction
        self.actor = actor
        self.now = now
        # 42 bits of milliseconds, 21 of chance: ordered by time, made without asking the database.
        self._last_id = (int(now.timestamp() * 1000) << 21) | secrets.randbits(20)

    @property
    def today(self) -> date:
        """Today in Asia/Shanghai."""
        return business_date(self.now)

    def day_of(self, instant: datetime) -> date:
        """The business date of an instant, in Asia/Shanghai."""
        return business_date(instant)

    def clock_time(self, instant: datetime) -> str:
        """An instant as people in Jilin read it: `11-20 10:32`."""
        return instant.astimezone(BEIJING).strftime("%m-%d %H:%M")

    @property
    def tenant_code(self) -> str:
        return self._transaction.scope.tenant_code

    @property
    def scope(self) -> Scope:
        """Whose rows the desk sees."""
        return self._transaction.scope

    @property
    def session(self) -> Session:
        """The ORM session, filtered to the scope; made when it is first asked for."""
        return self._transaction.session

    def new_id(self) -> int:
        """A new id, larger than every other that this desk gave."""
        self._last_id += 1
        return self._last_id

    def new_ids(self, count: int) -> int:
        """The first of `count` new ids in a row."""
        first = self._last_id + 1
        self._last_id += count
        return first

    def follow(self, facts: Iterable[Any]) -> None:
        """Let many facts of the asker's tenant follow the command's own into the journal.

        They are made as they are written and let go at once: no receipt holds them.
        """
        self._transaction.following = facts

    def rows(self, statement: Constant, **parameters: Any) -> Sequence[Row]:
        """All rows of a constant statement."""
        return self._transaction.rows(statement, parameters)

    def first(self, statement: Constant, **parameters: Any) -> Row | None:
        """The first row of a constant statement, or None."""
        return self._transaction.first(statement, parameters)

    def read_all(self, *readings: Reading) -> list[list[Row]]:
        """All rows of several constant statements, asked in one exchange with the database."""
        return self._transaction.read_all(readings)

    def ahead(self, reading: Reading, take: Callable[[list[Row]], None]) -> None:
        """Let a reading travel with the first statement that follows; `take` is given its rows before anything else."""
        self._transaction.ahead(reading, take)

    def write(self, statement: Constant, **parameters: Any) -> int:
        """Execute a writing statement; how many rows it touched."""
        return self._transaction.write(statement, parameters)

    def write_many(self, statement: Constant, rows: Sequence[Parameters]) -> None:
        """Execute a writing statement once a row, in one batch."""
        self._transaction.write_many(statement, rows)

    def all(self, query: Select[T]) -> Sequence[T]:
        """All results of an ORM query, filtered to the scope."""
        return self.session.scalars(query).all()

    def one_or_none(self, query: Select[T]) -> T | None:
        """The one result of an ORM query, or None."""
        return self.session.scalars(query).one_or_none()

    def add(self, row: object) -> None:
        """Add a new row; it is written when the command ends."""
        self.session.add(row)

    def go_to(self, tenant_code: str) -> None:
        """Go on in another tenant within the same transaction: for provincial acts over several tenants.

        Raises:
            NotPermitted: the actor is not of the province.
        """
        if tenant_code == self.tenant_code:
            return
        if not (self.actor.is_province or self.actor.is_system):
            raise NotPermitted("只有省级人员可以办理跨市州的事项。")
        self._transaction.enter(Scope(tenant_code))
