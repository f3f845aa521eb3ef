"""The worker: takes jobs one after another; a process of its own, or a thread of the demo's server.

A handler runs in the worker's thread. Beside it a second thread tells how far it is every
other second, and so holds the claim: a job of an hour needs no help of its handler for that.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import threading
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask, current_app

from ledger.dispatch import ask, execute
from ledger.domain.access import SYSTEM
from ledger.domain.errors import Conflict, LedgerError
from ledger.jobs.commands import ClaimJob, EndJob, KeepJob, ReleaseJob
from ledger.jobs.queries import ClaimedJob, StoredJob, TenantsDue, WhoAsked
from ledger.jobs.schemas import Interrupted, Task, handler_of

BEAT = 2.0
"""Seconds between two signs of life."""
REMEMBERED = 100
"""Jobs that a worker tells of at its end, at most."""
PAUSE = 1.0
"""Seconds before a worker without work looks again."""
_FAULT = "系统没有完成这项任务，请稍后重新发起。若仍不行，请告诉管理员。"
_UNKNOWN = "本程序不会办理这种任务。请告诉管理员。"


@dataclass(frozen=True, slots=True)
class Ended:
    """A job that this worker had, and how it stands since: done, failed, waiting again, or lost to another one."""

    tenant_code: str
    id: int
    kind: str
    state: str


def work_off(stop: threading.Event | None = None) -> list[Ended]:
    """Run jobs until none is free or `stop` is set; what became of each. Needs an application context."""
    stop = stop or threading.Event()
    ended: list[Ended] = []
    while not stop.is_set() and (taken := _take()) is not None:
        ended.append(_run(*taken, stop))
    return ended


def work_on(stop: threading.Event) -> list[Ended]:
    """Run jobs as they come until `stop` is set; the last of them. A database that is away is waited for."""
    ended: deque[Ended] = deque(maxlen=REMEMBERED)
    while not stop.is_set():
        pause = PAUSE
        try:
            ended.extend(work_off(stop))
        except Exception:
            # Before the first migration there is no table, and a server may be away for a while.
            current_app.logger.exception("no job was looked for")
            pause = PAUSE * 10
        stop.wait(pause)
    return list(ended)


def _take() -> tuple[StoredJob, str] | None:
    """Claim the job that has waited longest; None when there is none, or others were faster."""
    for tenant_code in ask(TenantsDue(), SYSTEM):
        claim = secrets.token_hex(16)
        execute(ClaimJob(tenant_code, claim), SYSTEM)
        job = ask(ClaimedJob(tenant_code, claim), SYSTEM)
        if job is not None:
            return job, claim
    return None


def _run(job: StoredJob, claim: str, stop: threading.Event) -> Ended:
    task: Task | None = None
    try:
        actor = ask(WhoAsked(job.made_in, job.made_by), SYSTEM)
        task = Task(actor, job.tenant_code, job.arguments)
        state, result = _handled(job, claim, task, stop)
    except Interrupted:
        return _released(job, claim)
    except LedgerError as refusal:
        state, result = "failed", {"error": {"code": refusal.code, "message": str(refusal)}}
    except Exception:
        # Whatever it was: the next job must not suffer from it, and who asked must be told.
        current_app.logger.exception("job %s of %s failed", job.kind, job.tenant_code)
        state, result = "failed", {"error": {"code": "fault", "message": _FAULT}}
    steps = (0, 0) if task is None else (task.done, task.out_of)
    try:
        execute(EndJob(job.tenant_code, job.id, claim, state, steps, result), SYSTEM)
    except Conflict:
        state = "lost"
    return Ended(job.tenant_code, job.id, job.kind, state)


def _handled(job: StoredJob, claim: str, task: Task, stop: threading.Event) -> tuple[str, Any]:
    handler = handler_of(job.kind)
    if handler is None:
        return "failed", {"error": {"code": "unknown", "message": _UNKNOWN}}
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    beating = _Beating(app, job, claim, task)
    task.stop_when(lambda: stop.is_set() or beating.is_lost)
    beating.start()
    try:
        result = handler(task)
    finally:
        beating.over.set()
        beating.join()
    task.done = task.out_of
    return "done", result


def _released(job: StoredJob, claim: str) -> Ended:
    try:
        execute(ReleaseJob(job.tenant_code, job.id, claim), SYSTEM)
    except Conflict:
        return Ended(job.tenant_code, job.id, job.kind, "lost")
    return Ended(job.tenant_code, job.id, job.kind, "waiting")


class _Beating(threading.Thread):
    """Signs of life of one job, in a context of their own: the handler may be in the middle of a use case."""

    def __init__(self, app: Flask, job: StoredJob, claim: str, task: Task) -> None:
        super().__init__(name=f"job-{job.id}", daemon=True)
        self.over = threading.Event()
        self.is_lost = False
        self._app, self._job, self._claim, self._task = app, job, claim, task

    def run(self) -> None:
        while not self.over.wait(BEAT):
            job, task = self._job, self._task
            beat = KeepJob(job.tenant_code, job.id, self._claim, task.done, task.out_of)
            try:
                with self._app.app_context():
                    execute(beat, SYSTEM)
            except Conflict:
                self.is_lost = True
                return
            except Exception:
                # The database may be back before the claim ends.
                self._app.logger.exception("a job's progress was not noted")


class Embedded(threading.Thread):
    """The worker within a server's process: of several processes one has the lock file, and with it the work."""

    def __init__(self, app: Flask, lock: Path) -> None:
        super().__init__(name="jobs", daemon=True)
        self.stopped = threading.Event()
        self._app, self._lock = app, lock

    def run(self) -> None:
        self._lock.parent.mkdir(parents=True, exist_ok=True)
        # Opened after the fork, by each process for itself: a lock that is inherited would be shared.
        descriptor = os.open(self._lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            while not self.stopped.is_set() and not _has_lock(descriptor):
                self.stopped.wait(PAUSE)
            with self._app.app_context():
                work_on(self.stopped)
        finally:
            os.close(descriptor)

    def stop(self, seconds: float = 5.0) -> None:
        """Let the job in hand go back to those that wait, and end."""
        self.stopped.set()
        self.join(seconds)


def _has_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def embed(app: Flask) -> Embedded | None:
    """Start the worker within this process; None in production, where `ledger work` is a process of its own."""
    settings = app.config["SETTINGS"]
    if settings.is_production:
        return None
    worker = Embedded(app, settings.instance / "worker.lock")
    worker.start()
    return worker
