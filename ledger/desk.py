"""The desk: what a use case is given to work with, and nothing more."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import Row, Select
from sqlalchemy.orm import Session

from ledger import tenancy
from ledger.clock import BEIJING, business_date
from ledger.domain.access import Actor
from ledger.domain.errors import NotPermitted
from ledger.tenancy import Constant, Parameters, Scope

T = TypeVar("T")


class Desk:
    """The session within its scope, who asks, and the instant that counts as now."""

    def __init__(self, session: Session, actor: Actor, now: datetime) -> None:
        self.session = session
        self.actor = actor
        self.now = now
        # 42 bits of milliseconds, 21 of chance: ordered by time, made without asking the database.
        self._last_id = (int(now.timestamp() * 1000) << 21) | secrets.randbits(20)

    @property
    def today(self) -> date:
        """Today in Asia/Shanghai."""
        return business_date(self.now)

    def clock_time(self, instant: datetime) -> str:
        """An instant as people in Jilin read it: `11-20 10:32`."""
        return instant.astimezone(BEIJING).strftime("%m-%d %H:%M")

    @property
    def tenant_code(self) -> str:
        return tenancy.scope_of(self.session).tenant_code

    def new_id(self) -> int:
        """A new id, larger than every other that this desk gave."""
        self._last_id += 1
        return self._last_id

    def rows(self, statement: Constant, **parameters: Any) -> Sequence[Row[Any]]:
        """All rows of a constant statement."""
        return tenancy.run(self.session, statement, parameters).all()

    def first(self, statement: Constant, **parameters: Any) -> Row[Any] | None:
        """The first row of a constant statement, or None."""
        return tenancy.run(self.session, statement, parameters).first()

    def write(self, statement: Constant, **parameters: Any) -> int:
        """Execute a writing statement; how many rows it touched."""
        return tenancy.run(self.session, statement, parameters).rowcount

    def write_many(self, statement: Constant, rows: Sequence[Parameters]) -> None:
        """Execute a writing statement once a row, in one batch."""
        tenancy.run_many(self.session, statement, rows)

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
        tenancy.enter(self.session, Scope(tenant_code))
