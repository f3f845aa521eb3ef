"""The journal's streams with their checkpoints, and the verifications that were asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from ledger.audit.queries_reach import Reaching
from ledger.desk import Desk
from ledger.domain.access import Permission
from ledger.domain.chain import GENESIS
from ledger.jobs.store import StoredJob, load_job, newest_jobs

KIND = "verification"
"""The kind of job that `commands_chain` adds."""
RUNS = 20
"""Earlier verifications that are shown at most."""
_STREAMS = Reaching(
    "SELECT t.code, t.name, h.seq, h.hash, c.size AS signed_size, c.hash AS signed_hash, c.root, c.signed_at"
    " FROM tenant t"
    " LEFT JOIN journal_head h ON h.tenant_code = t.code"
    " LEFT JOIN checkpoint c ON c.tenant_code = t.code"
    " AND c.size = (SELECT max(k.size) FROM checkpoint k WHERE k.tenant_code = t.code)"
    " WHERE t.code {reach} ORDER BY t.position, t.code"
)


@dataclass(frozen=True, slots=True)
class StreamShown:
    """A stream's head, and its newest checkpoint: signed over the first `signed_size` entries (None: never).

    `signed_hash` is what the last of those had then.
    """

    code: str
    name: str
    size: int
    hash: str
    signed_size: int | None
    signed_hash: str | None
    root: str | None
    signed_at: datetime | None


@dataclass(frozen=True, slots=True)
class StreamsWithCheckpoints:
    """The streams in reach in tenant order, or one tenant's."""

    permission: ClassVar[Permission] = Permission.JOURNAL_READ
    across: ClassVar[bool] = True
    of_tenant: str | None = None

    def run(self, desk: Desk) -> Sequence[StreamShown]:
        return [
            StreamShown(
                row.code,
                row.name,
                row.seq or 0,
                row.hash or GENESIS,
                row.signed_size,
                row.signed_hash,
                row.root,
                row.signed_at,
            )
            for row in _STREAMS.rows(desk, self.of_tenant)
        ]


@dataclass(frozen=True, slots=True)
class Verifications:
    """The newest verifications that were asked for in one place, the newest first."""

    permission: ClassVar[Permission] = Permission.JOURNAL_VERIFY
    tenant_code: str

    def run(self, desk: Desk) -> Sequence[StoredJob]:
        return newest_jobs(desk, KIND, RUNS)


@dataclass(frozen=True, slots=True)
class GetVerification:
    """One verification as it stands. Raises NotFound."""

    permission: ClassVar[Permission] = Permission.JOURNAL_VERIFY
    tenant_code: str
    job_id: int

    def run(self, desk: Desk) -> StoredJob:
        return load_job(desk, self.job_id, KIND)
