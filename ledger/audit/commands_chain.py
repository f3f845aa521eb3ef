"""核验: asking for the journal to be verified; a worker does it, and its outcome is an entry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from ledger.desk import Desk
from ledger.domain.access import Permission
from ledger.domain.errors import Conflict
from ledger.jobs.store import add_job, unfinished_job
from ledger.journal import Fact

VERIFICATION: Final = "verification"
"""The kind of job; `queries_chain` reads it."""


@dataclass(frozen=True, slots=True)
class StartVerification:
    """Ask for every stream (in the province's own place), or for one tenant's, to be verified.

    Raises:
        Conflict: one is under way already.
    """

    permission: ClassVar[Permission] = Permission.JOURNAL_VERIFY
    # An older backup is just when one wants to know what is left.
    works_read_only: ClassVar[bool] = True
    tenant_code: str

    def run(self, desk: Desk) -> Sequence[Fact]:
        if unfinished_job(desk, VERIFICATION) is not None:
            raise Conflict("已有一项核验正在进行。请等它结束，再重新核验。")
        job_id = add_job(desk, VERIFICATION, {})
        return [Fact("job_asked", "job", job_id, after={"job": VERIFICATION})]
