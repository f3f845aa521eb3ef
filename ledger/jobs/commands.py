"""What a worker does with a job. None of it is an act on the books: what the job itself does is in the journal.

While the ledger is read-only verifications go on; a job that writes is refused where it writes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from ledger.desk import Desk
from ledger.domain.access import Permission
from ledger.domain.errors import Conflict
from ledger.jobs import store
from ledger.journal import Fact

_LOST = "这项任务已由另一个进程接手。"
_BROKEN = "处理这项任务的进程多次中断，已停止重试。请重新发起；仍不行请告诉管理员。"


@dataclass(frozen=True, slots=True)
class ClaimJob:
    """Take a tenant's oldest free job by `claim`; whose workers died of it too often has failed."""

    permission: ClassVar[Permission] = Permission.SYSTEM
    works_read_only: ClassVar[bool] = True
    tenant_code: str
    claim: str

    def run(self, desk: Desk) -> Sequence[Fact]:
        store.give_up(desk, {"error": {"code": "interrupted", "message": _BROKEN}})
        store.claim_next(desk, self.claim)
        return ()


@dataclass(frozen=True, slots=True)
class KeepJob:
    """Note how far a job is: a sign of life. Raises Conflict when it is another worker's by now."""

    permission: ClassVar[Permission] = Permission.SYSTEM
    works_read_only: ClassVar[bool] = True
    tenant_code: str
    job_id: int
    claim: str
    done: int
    out_of: int

    def run(self, desk: Desk) -> Sequence[Fact]:
        if not store.keep(desk, self.job_id, self.claim, self.done, self.out_of):
            raise Conflict(_LOST)
        return ()


@dataclass(frozen=True, slots=True)
class EndJob:
    """Note how a job ended. Raises Conflict when it is another worker's by now."""

    permission: ClassVar[Permission] = Permission.SYSTEM
    works_read_only: ClassVar[bool] = True
    tenant_code: str
    job_id: int
    claim: str
    state: str
    steps: tuple[int, int]
    result: Mapping[str, Any]

    def run(self, desk: Desk) -> Sequence[Fact]:
        if not store.end(desk, self.job_id, self.claim, self.state, self.steps, self.result):
            raise Conflict(_LOST)
        return ()


@dataclass(frozen=True, slots=True)
class ReleaseJob:
    """Let another worker take a job: this one stops. Raises Conflict when it is another worker's by now."""

    permission: ClassVar[Permission] = Permission.SYSTEM
    works_read_only: ClassVar[bool] = True
    tenant_code: str
    job_id: int
    claim: str

    def run(self, desk: Desk) -> Sequence[Fact]:
        if not store.release(desk, self.job_id, self.claim):
            raise Conflict(_LOST)
        return ()
