"""The table of jobs."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from ledger.database import Base
from ledger.tenancy import TenantOwned

UNFINISHED = text("state IN ('waiting', 'running')")


class Job(TenantOwned, Base):
    """Work that somebody asked for and that a worker does: `done` of `out_of` steps.

    `arguments` and `result` are JSON. A worker holds it by `claim` until `claimed_until_at`;
    who dies holds it no longer than that.
    """

    __tablename__ = "job"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_code"], ["tenant.code"]),
        CheckConstraint("state IN ('waiting', 'running', 'done', 'failed')", name="state_known"),
        CheckConstraint("(state = 'running') = (claim IS NOT NULL)", name="claimed_while_running"),
        CheckConstraint("(claim IS NULL) = (claimed_until_at IS NULL)", name="claim_ends"),
        CheckConstraint("(state IN ('done', 'failed')) = (ended_at IS NOT NULL)", name="ended_once"),
        CheckConstraint("done >= 0 AND done <= out_of", name="done_within"),
        Index("ix_job_unfinished", "tenant_code", "id", sqlite_where=UNFINISHED, postgresql_where=UNFINISHED),
        Index("ix_job_kind", "tenant_code", "kind", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str]
    arguments: Mapped[str]
    state: Mapped[str]
    done: Mapped[int]
    out_of: Mapped[int]
    result: Mapped[str | None]
    attempts: Mapped[int]
    claim: Mapped[str | None]
    claimed_until_at: Mapped[datetime | None]
    made_by: Mapped[int]
    made_by_name: Mapped[str]
    made_in: Mapped[str]
    made_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
