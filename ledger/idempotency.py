"""Idempotency keys: the same key and body answer the first result again. Keys belong to a tenant."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from ledger.database import Base
from ledger.desk import Desk
from ledger.domain import chain
from ledger.domain.errors import IdempotencyMismatch
from ledger.journal import Fact
from ledger.tenancy import Constant, Row, TenantOwned


class IdempotencyKey(TenantOwned, Base):
    """A key that was used, the fingerprint of what it asked, and what it was answered."""

    __tablename__ = "idempotency_key"

    idempotency_key: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[str]
    answer: Mapped[str | None]
    recorded_at: Mapped[datetime]


_LOOK = Constant(
    "SELECT fingerprint, answer FROM key_taken(:tenant_code, :key) WHERE fingerprint IS NOT NULL",
    sqlite="SELECT fingerprint, answer FROM idempotency_key"
    " WHERE tenant_code = :tenant_code AND idempotency_key = :key",
)
_KEEP = Constant(
    "INSERT INTO idempotency_key (tenant_code, idempotency_key, fingerprint, answer, recorded_at)"
    " VALUES (:tenant_code, :key, :fingerprint, :answer, :recorded_at)"
)


class Answered(Exception):
    """Not an error: the key and body were used before, and this is what they were answered."""

    def __init__(self, facts: tuple[Fact, ...]) -> None:
        super().__init__()
        self.facts = facts


def begin(desk: Desk, key: str, fingerprint: str) -> None:
    """Hold `key`, after whoever holds it; this is asked together with the first thing that the command reads.

    Raises, then or with that reading:
        Answered: the key was used for the same body.
        IdempotencyMismatch: the key was used for another body.
    """

    def take(rows: Sequence[Row]) -> None:
        if not rows:
            return
        if rows[0].fingerprint != fingerprint:
            raise IdempotencyMismatch("这个幂等键已用于另一项内容。请换一个新的键再提交。", field="Idempotency-Key")
        raise Answered(tuple(_fact(one) for one in json.loads(rows[0].answer or "[]")))

    desk.ahead((_LOOK, {"key": key}), take)


def finish(desk: Desk, key: str, fingerprint: str, facts: Sequence[Fact]) -> None:
    """Keep what the key was answered."""
    answer = chain.canonical(
        [
            {
                "kind": f.kind,
                "type": str(f.subject_type),
                "id": str(f.subject_id),
                "after": dict(f.after),
                "beside": dict(f.beside),
            }
            for f in facts
        ]
    )
    desk.write_many(_KEEP, [{"key": key, "fingerprint": fingerprint, "answer": answer, "recorded_at": desk.now}])


def _fact(stored: dict[str, chain.Json]) -> Fact:
    after, beside = stored["after"], stored["beside"]
    if not (isinstance(after, dict) and isinstance(beside, dict)):
        raise TypeError("a stored answer is a list of facts")
    return Fact(str(stored["kind"]), str(stored["type"]), str(stored["id"]), after=after, beside=beside)
