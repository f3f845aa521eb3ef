"""The SQL of jobs: one is added by a command of its slice, claimed by one worker at a time, ended once."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ledger.desk import Desk
from ledger.domain.errors import NotFound
from ledger.jobs.models import Job
from ledger.tenancy import Constant, Row

WAITING, RUNNING, DONE, FAILED = "waiting", "running", "done", "failed"
LEASE = timedelta(seconds=30)
"""How long a worker holds a job without a sign of life."""
MOST_ATTEMPTS = 3
"""How often a job is taken again from a worker that died of it."""

_COLUMNS = (
    "tenant_code, id, kind, arguments, state, done, out_of, result, attempts, made_by, made_by_name, made_in, made_at,"
    " started_at, ended_at"
)
_FREE = "(state = 'waiting' OR (state = 'running' AND claimed_until_at < :due_at))"
_DUE = Constant(
    f"SELECT tenant_code, min(id) AS first_id FROM job WHERE state IN ('waiting', 'running') AND {_FREE}"
    " GROUP BY tenant_code ORDER BY first_id, tenant_code",
    across=True,
)
_FIRST = (
    "SELECT id FROM job WHERE tenant_code = :tenant_code AND state IN ('waiting', 'running')"
    f" AND {_FREE} ORDER BY id LIMIT 1"
)
_TAKE = (
    "UPDATE job SET state = 'running', done = 0, attempts = attempts + 1, claim = :claim,"
    " claimed_until_at = :claimed_until_at, started_at = :started_at"
    " WHERE tenant_code = :tenant_code AND id = ({first})"
)
# Skipped where another worker is just taking it. SQLite's writers take turns.
_CLAIM = Constant(_TAKE.format(first=f"{_FIRST} FOR UPDATE SKIP LOCKED"), sqlite=_TAKE.format(first=_FIRST))
_GIVE_UP = Constant(
    "UPDATE job SET state = 'failed', result = :result, claim = NULL, claimed_until_at = NULL, ended_at = :ended_at"
    " WHERE tenant_code = :tenant_code AND state = 'running' AND claimed_until_at < :due_at AND attempts >= :most"
)
_HELD = "WHERE tenant_code = :tenant_code AND id = :id AND state = 'running' AND claim = :claim"
_PROGRESS = Constant(f"UPDATE job SET done = :done, out_of = :out_of, claimed_until_at = :claimed_until_at {_HELD}")
_END = Constant(
    "UPDATE job SET state = :state, done = :done, out_of = :out_of, result = :result, claim = NULL,"
    f" claimed_until_at = NULL, ended_at = :ended_at {_HELD}"
)
_RELEASE = Constant(
    "UPDATE job SET state = 'waiting', done = 0, attempts = attempts - 1, claim = NULL, claimed_until_at = NULL,"
    f" started_at = NULL {_HELD}"
)
_CLAIMED = Constant(f"SELECT {_COLUMNS} FROM job WHERE tenant_code = :tenant_code AND claim = :claim")
_ONE = Constant(f"SELECT {_COLUMNS} FROM job WHERE tenant_code = :tenant_code AND id = :id AND kind = :kind")
_NEWEST = Constant(
    f"SELECT {_COLUMNS} FROM job WHERE tenant_code = :tenant_code AND kind = :kind ORDER BY id DESC LIMIT :count"
)
_UNFINISHED = Constant(
    "SELECT id FROM job WHERE tenant_code = :tenant_code AND kind = :kind AND state IN ('waiting', 'running')"
    " ORDER BY id LIMIT 1"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredJob:
    """A job as it stands; `result` is None before its end."""

    tenant_code: str
    id: int
    kind: str
    arguments: Mapping[str, Any]
    state: str
    done: int
    out_of: int
    result: Mapping[str, Any] | None
    attempts: int
    made_by: int
    made_by_name: str
    made_in: str
    made_at: datetime
    started_at: datetime | None
    ended_at: datetime | None

    @property
    def is_over(self) -> bool:
        """Whether it was done or failed: nothing about it changes any more."""
        return self.state in (DONE, FAILED)


def add_job(desk: Desk, kind: str, arguments: Mapping[str, Any]) -> int:
    """Let a job of the desk's tenant wait for its worker, who runs it as the asker; its id."""
    job_id = desk.new_id()
    desk.add(
        Job(
            tenant_code=desk.tenant_code,
            id=job_id,
            kind=kind,
            arguments=json.dumps(arguments, ensure_ascii=False),
            state=WAITING,
            done=0,
            out_of=0,
            result=None,
            attempts=0,
            claim=None,
            claimed_until_at=None,
            made_by=desk.actor.person_id,
            made_by_name=desk.actor.name,
            made_in=desk.actor.tenant_code,
            made_at=desk.now,
            started_at=None,
            ended_at=None,
        )
    )
    return job_id


def tenants_due(desk: Desk) -> list[str]:
    """The tenants that have a job to take, the longest waiting first."""
    return [row.tenant_code for row in desk.rows(_DUE, due_at=desk.now)]


def claim_next(desk: Desk, claim: str) -> bool:
    """Take the tenant's oldest free job by `claim`; False when there is none."""
    taken = desk.write(_CLAIM, claim=claim, claimed_until_at=desk.now + LEASE, started_at=desk.now, due_at=desk.now)
    return taken == 1


def give_up(desk: Desk, result: Mapping[str, Any]) -> int:
    """Fail the tenant's jobs whose workers died of them too often; how many."""
    text = json.dumps(result, ensure_ascii=False)
    return desk.write(_GIVE_UP, result=text, ended_at=desk.now, due_at=desk.now, most=MOST_ATTEMPTS)


def keep(desk: Desk, job_id: int, claim: str, done: int, out_of: int) -> bool:
    """Note how far a claimed job is and hold it on; False when it is no longer this worker's."""
    until = desk.now + LEASE
    return desk.write(_PROGRESS, id=job_id, claim=claim, done=done, out_of=out_of, claimed_until_at=until) == 1


def end(desk: Desk, job_id: int, claim: str, state: str, steps: tuple[int, int], result: Mapping[str, Any]) -> bool:
    """End a claimed job at `steps` (done, of how many); False when it is no longer this worker's."""
    text = json.dumps(result, ensure_ascii=False)
    done, out_of = steps
    values = {"state": state, "done": done, "out_of": out_of, "result": text, "ended_at": desk.now}
    return desk.write(_END, id=job_id, claim=claim, **values) == 1


def release(desk: Desk, job_id: int, claim: str) -> bool:
    """Let another worker take a claimed job; False when it is no longer this worker's."""
    return desk.write(_RELEASE, id=job_id, claim=claim) == 1


def claimed_job(desk: Desk, claim: str) -> StoredJob | None:
    """The job that is held by `claim`."""
    row = desk.first(_CLAIMED, claim=claim)
    return None if row is None else _stored(row)


def load_job(desk: Desk, job_id: int, kind: str) -> StoredJob:
    """One job of a kind.

    Raises:
        NotFound: unknown, of another kind, or another tenant's.
    """
    row = desk.first(_ONE, id=job_id, kind=kind)
    if row is None:
        raise NotFound()
    return _stored(row)


def newest_jobs(desk: Desk, kind: str, count: int) -> Sequence[StoredJob]:
    """The newest jobs of a kind."""
    return [_stored(row) for row in desk.rows(_NEWEST, kind=kind, count=count)]


def unfinished_job(desk: Desk, kind: str) -> int | None:
    """The id of a job of this kind that has not ended."""
    row = desk.first(_UNFINISHED, kind=kind)
    return None if row is None else int(row.id)


def _stored(row: Row) -> StoredJob:
    values = row._mapping
    result = None if row.result is None else json.loads(row.result)
    return StoredJob(**{**values, "arguments": json.loads(row.arguments), "result": result})
