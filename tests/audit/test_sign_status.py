"""系统状态 on checkpoints: how old each stream's is, and what raises an alarm."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from ledger import clock, database, dispatch
from ledger.audit.queries_journal import ListJournal
from ledger.audit.queries_status import Signing, StreamState, SystemStatus
from ledger.dispatch import ask
from ledger.domain.access import SYSTEM, Actor
from tests.conftest import Browser

TENANT = "220100"
Run = Callable[..., Result]
Who = Callable[[str], Actor]
SignIn = Callable[[str], Browser]


@pytest.fixture
def run(app: Flask, tmp_path: Path) -> Run:
    def made(*words: object) -> Result:
        return app.test_cli_runner().invoke(args=["ledger", *map(str, words)])

    assert made("signer-key", tmp_path / "signer.key").exit_code == 0
    return made


def stream(code: str = TENANT) -> StreamState:
    return next(one for one in ask(SystemStatus(), SYSTEM).streams if one.code == code)


def grow(actor: Who) -> None:
    ask(ListJournal(TENANT, limit=1), actor(f"{TENANT}.finance_officer"))


def later(**time: float) -> None:
    clock.configure(clock.now() + timedelta(**time))


def page(sign_in: SignIn) -> str:
    return sign_in("admin").get("/status").get_data(as_text=True)


def test_before_the_first_checkpoint_the_page_says_how_to_get_one(app: Flask, sign_in: SignIn) -> None:
    assert "ledger sign" in page(sign_in)
    assert stream().signing is Signing.NONE


def test_the_age_of_each_streams_checkpoint_is_shown(run: Run, sign_in: SignIn) -> None:
    run("sign", "--once")
    later(hours=3)
    found = page(sign_in)
    assert "3 小时前" in found
    assert "正常" in found
    assert stream().signing is Signing.CURRENT


def test_a_stream_that_rests_is_not_old_and_one_that_grew_is(run: Run, actor: Who, sign_in: SignIn) -> None:
    run("sign", "--once")
    later(hours=25)
    assert stream().signing is Signing.CURRENT
    grow(actor)
    assert stream().signing is Signing.OLD
    assert stream("220300").signing is Signing.CURRENT
    found = page(sign_in)
    assert "超过 24 小时没有新的检查点" in found
    assert "需要处理" in found
    run("sign", "--once")
    assert stream().signing is Signing.CURRENT


def test_the_interval_is_the_settings_own(run: Run, actor: Who) -> None:
    run("sign", "--once")
    later(minutes=61)
    grow(actor)
    assert ask(SystemStatus(), SYSTEM).alarms == []
    assert [one.code for one in ask(SystemStatus(timedelta(hours=1)), SYSTEM).alarms] == [TENANT]


def test_what_a_signer_refused_is_an_alarm_until_it_signs_again(run: Run, actor: Who, sign_in: SignIn) -> None:
    run("sign", "--once")
    grow(actor)
    later(hours=-2)
    assert run("sign", "--once").exit_code == 1
    assert run("sign", "--once").exit_code == 1
    assert stream().signing is Signing.REFUSED
    assert "签名进程拒绝签名：时间倒退" in page(sign_in)
    later(hours=3)
    assert run("sign", "--once").exit_code == 0
    assert stream().signing is Signing.CURRENT
    with database.engine(database.AUDIT).connect() as connection:
        said = connection.exec_driver_sql("SELECT reason FROM signing_refusal ORDER BY tenant_code, number").all()
    # Said once, not at each try.
    assert [row[0] for row in said if row[0]] == ["time"]


def test_the_ledger_is_written_while_nobody_signs(run: Run, actor: Who) -> None:
    run("sign", "--once")
    size = stream().entries
    later(hours=1)
    grow(actor)
    dispatch.ask(ListJournal(TENANT, limit=1), actor(f"{TENANT}.drc_officer"))
    assert (stream().entries, stream().signed_size) == (size + 2, size)
    run("sign", "--once")
    assert stream().signed_size == size + 2
