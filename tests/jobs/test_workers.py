"""Workers as processes and threads: killed for real, and taken over by the next one."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

from flask import Flask

from ledger import database
from ledger.jobs import schemas, store
from ledger.jobs.schemas import Result, Task
from ledger.jobs.web_worker import Embedded, work_off
from tests.jobs.test_jobs import KIND, Who, job_of, later, started


def _hang(urls: dict[str, str], folder: str) -> None:
    """A worker process that takes the job, says so on disk, and never ends it."""
    from ledger.app import create_app
    from tests.conftest import make_settings

    app = create_app(make_settings(urls, Path(folder)))

    def hangs(task: Task) -> Result:
        task.progress(1, 100)
        Path(folder, "taken").touch()
        while True:
            time.sleep(1)

    schemas.handles(KIND)(hangs)
    with app.app_context():
        work_off()


def test_a_worker_killed_at_work_loses_the_job_to_the_next_one(
    actor: Who, database_urls: dict[str, str], tmp_path: Path
) -> None:
    job_id = started(actor)
    database.dispose()
    process = multiprocessing.get_context("spawn").Process(target=_hang, args=(database_urls, str(tmp_path)))
    process.start()
    deadline = time.monotonic() + 60
    while not (tmp_path / "taken").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert (tmp_path / "taken").exists()
    os.kill(process.pid or 0, signal.SIGKILL)
    process.join()
    assert job_of(job_id).state == "running"
    assert work_off() == []
    later(store.LEASE * 2)
    assert [one.state for one in work_off()] == ["done"]
    assert job_of(job_id).attempts == 2


def test_of_a_servers_processes_one_works_and_another_takes_over(app: Flask, actor: Who, tmp_path: Path) -> None:
    first, second = (Embedded(app, tmp_path / "worker.lock") for _ in range(2))
    first.start()
    _until((tmp_path / "worker.lock").exists)
    time.sleep(0.2)
    second.start()
    job_id = started(actor)
    _until(lambda: job_of(job_id).is_over)
    first.stop()
    again = started(actor)
    _until(lambda: job_of(again).is_over)
    second.stop()
    assert not first.is_alive()
    assert not second.is_alive()


def _until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)
