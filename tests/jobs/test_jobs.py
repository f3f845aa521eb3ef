"""Jobs: claimed by one worker, told of as they go, ended once; a worker that dies loses nothing but time."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from ledger import clock, database
from ledger.audit.commands_chain import StartVerification
from ledger.audit.queries_chain import GetVerification
from ledger.dispatch import ask, execute
from ledger.domain.access import PROVINCE, SYSTEM, Actor
from ledger.domain.errors import Conflict, NotFound, NotPermitted
from ledger.identity.commands import DeactivatePerson
from ledger.jobs import schemas, store, web_worker
from ledger.jobs.commands import ClaimJob, EndJob, KeepJob
from ledger.jobs.queries import ClaimedJob, StoredJob, TenantsDue
from ledger.jobs.schemas import Result, Task
from ledger.jobs.web_worker import work_off
from tests.faults.raw import refused, session_of

Who = Callable[[str], Actor]
KIND = "verification"


@pytest.fixture
def handler() -> Iterator[Callable[[schemas.Handler], None]]:
    """Put another handler in the place of the verification's for one test."""
    known = schemas.handler_of(KIND)
    assert known is not None
    yield lambda other: (schemas.handles(KIND)(other), None)[1]
    schemas.handles(KIND)(known)


def started(who: Who, tenant_code: str = PROVINCE, username: str = "province.auditor") -> int:
    return execute(StartVerification(tenant_code), who(username)).subject_id


def job_of(job_id: int, tenant_code: str = PROVINCE) -> StoredJob:
    return ask(GetVerification(tenant_code, job_id), SYSTEM)


def later(by: timedelta) -> None:
    """Let time go by: the clock is set on."""
    clock.configure(clock.now() + by)


def test_a_job_waits_is_done_once_and_says_what_it_found(actor: Who) -> None:
    job_id = started(actor)
    before = job_of(job_id)
    assert (before.state, before.result, before.made_by_name) == ("waiting", None, actor("province.auditor").name)
    (ended,) = work_off()
    assert (ended.id, ended.state, ended.kind) == (job_id, "done", KIND)
    after = job_of(job_id)
    assert after.result is not None
    assert after.result["ok"] is True
    assert len(after.result["streams"]) == 12
    assert after.done == after.out_of > 0
    assert after.is_over
    assert work_off() == []


def test_a_tenants_own_verification_reads_its_stream_alone(actor: Who) -> None:
    job_id = started(actor, "220100", "220100.drc_officer")
    work_off()
    result = job_of(job_id, "220100").result
    assert result is not None
    assert list(result["streams"]) == ["220100"]
    by_province = started(actor, "220300", "province.officer")
    work_off()
    result = job_of(by_province, "220300").result
    assert result is not None
    assert list(result["streams"]) == ["220300"]


def test_a_second_one_is_refused_while_one_is_under_way_and_another_tenants_is_not_found(actor: Who) -> None:
    job_id = started(actor)
    with pytest.raises(Conflict):
        started(actor)
    with pytest.raises(NotFound):
        execute(StartVerification("220200"), actor("220100.drc_officer"))
    with pytest.raises(NotFound):
        ask(GetVerification(PROVINCE, job_id), actor("220100.drc_officer"))
    with pytest.raises(NotFound):
        ask(GetVerification("220100", job_id), actor("province.auditor"))
    with pytest.raises(NotPermitted):
        execute(StartVerification(PROVINCE), actor("admin"))


def test_two_workers_never_have_the_same_job(app: Flask, actor: Who) -> None:
    codes = ("220100", "220200", "220300", PROVINCE)
    for code in codes:
        started(actor, code)
    seen: list[tuple[str, str]] = []
    gate = threading.Barrier(6)

    def claim(number: int) -> None:
        with app.app_context():
            gate.wait()
            for code in codes:
                mark = f"{number}-{code}"
                execute(ClaimJob(code, mark), SYSTEM)
                if ask(ClaimedJob(code, mark), SYSTEM) is not None:
                    seen.append((code, mark))

    threads = [threading.Thread(target=claim, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(code for code, _mark in seen) == sorted(codes)
    assert ask(TenantsDue(), SYSTEM) == []


def test_a_claim_that_ran_out_is_taken_again_and_its_first_worker_can_write_no_more(actor: Who) -> None:
    job_id = started(actor)
    execute(ClaimJob(PROVINCE, "first"), SYSTEM)
    assert ask(TenantsDue(), SYSTEM) == []
    execute(KeepJob(PROVINCE, job_id, "first", 3, 10), SYSTEM)
    assert (job_of(job_id).done, job_of(job_id).out_of) == (3, 10)
    later(store.LEASE + timedelta(seconds=1))
    assert ask(TenantsDue(), SYSTEM) == [PROVINCE]
    execute(ClaimJob(PROVINCE, "second"), SYSTEM)
    assert job_of(job_id).attempts == 2
    for command in (
        KeepJob(PROVINCE, job_id, "first", 4, 10),
        EndJob(PROVINCE, job_id, "first", "done", (10, 10), {}),
    ):
        with pytest.raises(Conflict):
            execute(command, SYSTEM)
    execute(EndJob(PROVINCE, job_id, "second", "done", (10, 10), {"ok": True}), SYSTEM)
    assert job_of(job_id).result == {"ok": True}


def test_a_job_that_kills_its_workers_fails_in_the_end(actor: Who) -> None:
    job_id = started(actor)
    for number in range(store.MOST_ATTEMPTS):
        execute(ClaimJob(PROVINCE, f"worker-{number}"), SYSTEM)
        later(store.LEASE + timedelta(seconds=1))
    assert work_off() == []
    job = job_of(job_id)
    assert job.state == "failed"
    assert job.result is not None
    assert job.result["error"]["code"] == "interrupted"


def test_a_handlers_fault_ends_its_job_in_words_and_no_other_one(
    actor: Who, handler: Callable[[schemas.Handler], None]
) -> None:
    def breaks(task: Task) -> Result:
        task.progress(2, 5)
        raise RuntimeError("a secret detail")

    handler(breaks)
    job_id, other = started(actor), started(actor, "220100")
    assert [one.state for one in work_off()] == ["failed", "failed"]
    job = job_of(job_id)
    assert (job.done, job.out_of) == (2, 5)
    assert "secret" not in json.dumps(job.result)
    assert job_of(other, "220100").state == "failed"


def test_a_job_runs_with_the_rights_its_asker_still_has(actor: Who) -> None:
    person = actor("220100.drc_officer")
    job_id = started(actor, "220100", "220100.drc_officer")
    execute(DeactivatePerson("220100", person.person_id), actor("admin"))
    assert [one.state for one in work_off()] == ["failed"]
    result = job_of(job_id, "220100").result
    assert result is not None
    assert result["error"]["code"] == "not_found"


def test_a_worker_that_is_told_to_stop_gives_its_job_back(
    actor: Who, handler: Callable[[schemas.Handler], None]
) -> None:
    stop = threading.Event()

    def goes_on(task: Task) -> Result:
        stop.set()
        task.progress(1, 2)
        raise AssertionError("it went on")

    handler(goes_on)
    job_id = started(actor)
    assert [one.state for one in work_off(stop)] == ["waiting"]
    assert (job_of(job_id).state, job_of(job_id).attempts) == ("waiting", 0)


def test_progress_is_told_while_the_handler_is_at_work(
    actor: Who, handler: Callable[[schemas.Handler], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web_worker, "BEAT", 0.05)
    seen: list[int] = []
    job_id = started(actor)

    def slow(task: Task) -> Result:
        task.progress(7, 20)
        deadline = time.monotonic() + 20
        while not seen and time.monotonic() < deadline:
            time.sleep(0.05)
            if (told := job_of(job_id).done) > 0:
                seen.append(told)
        return {}

    handler(slow)
    assert [one.state for one in work_off()] == ["done"]
    assert seen == [7]
    assert job_of(job_id).done == 20


def test_the_command_runs_what_waits(app: Flask, actor: Who) -> None:
    job_id = started(actor)
    done = app.test_cli_runner().invoke(args=["ledger", "work", "--once", "--json"])
    assert done.exit_code == 0, done.output
    told: dict[str, Any] = json.loads(done.output)
    assert told == {"jobs": [{"tenant": PROVINCE, "id": str(job_id), "kind": KIND, "state": "done"}]}
    assert json.loads(app.test_cli_runner().invoke(args=["ledger", "work", "--once", "--json"]).output) == {"jobs": []}


@pytest.mark.rule("RX.3")
def test_the_database_keeps_a_job_that_has_ended(app: Flask, actor: Who) -> None:
    job_id = started(actor, "220100", "220100.drc_officer")
    work_off()
    with session_of(app, "220100") as connection:
        assert refused(connection, "UPDATE job SET state = 'waiting', ended_at = NULL WHERE id = :id", id=job_id)
        assert refused(connection, "UPDATE job SET result = '{}' WHERE id = :id", id=job_id)
        assert refused(connection, "DELETE FROM job WHERE id = :id", id=job_id)
    if not database.is_sqlite():
        with session_of(app, "220200") as connection:
            assert connection.execute(text("SELECT count(*) FROM job")).scalar_one() == 0
