"""An older backup is recognised by a checkpoint that was kept outside: read-only until a signed gap is recorded."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.engine import make_url

from ledger import clock, database, dispatch, serving
from ledger.app import create_app
from ledger.audit import store_kept, store_keys
from ledger.audit.queries_journal import ListJournal
from ledger.audit.queries_verify import VerifyJournal
from ledger.domain.access import SYSTEM, Actor
from ledger.domain.errors import ReadOnly
from ledger.domain.notes import Checkpoint
from ledger.identity.queries import FindActor
from tests.conftest import Browser, Client, Postgres, make_settings
from tests.factories import Factory, MadePilot

TENANT = "220100"
PAYEE = {"payee_name": "长春市试点有限公司", "payee_account": "220012345678901"}


def actor(username: str) -> Actor:
    return dispatch.ask(FindActor(username), SYSTEM)


@contextmanager
def serving_on(urls: dict[str, str], instance: Path, **changes: str) -> Iterator[Flask]:
    made = create_app(make_settings(urls, instance, **changes))
    made.testing = True
    made.test_client_class = Client
    with made.app_context():
        yield made
        database.dispose()
    clock.configure(None)


@pytest.fixture
def backup(database_urls: dict[str, str], request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    """Copies of the database as it stands: the addresses of each."""
    names: list[str] = []

    def copy() -> dict[str, str]:
        database.dispose()
        url = database_urls["DATABASE_URL"]
        if url.startswith("sqlite"):
            file = Path(url.removeprefix("sqlite:///"))
            other = file.with_name(f"backup-{len(list(tmp_path.glob('backup-*.db')))}.db")
            shutil.copyfile(file, other)
            return dict.fromkeys(database_urls, f"sqlite:///{other}")
        name = f"backup_{os.getpid()}_{len(names)}"
        names.append(name)
        say(f'CREATE DATABASE "{name}" TEMPLATE "{make_url(url).database}" OWNER ledger_owner')
        return {
            variable: make_url(one).set(database=name).render_as_string(hide_password=False)
            for variable, one in database_urls.items()
        }

    def say(statement: str) -> None:
        postgres: Postgres = request.getfixturevalue("postgres")
        with psycopg.connect(postgres.server.admin_url, autocommit=True) as connection:
            connection.execute(statement.encode())

    yield copy
    for name in names:
        say(f'DROP DATABASE "{name}" WITH (FORCE)')


def ledger(app: Flask, *words: object, code: int = 0) -> Any:
    done: Result = app.test_cli_runner().invoke(args=["ledger", *map(str, words), "--json"])
    assert done.exit_code == code, done.output
    return json.loads(done.stdout)


def notes_of(folder: Path, stream: str = TENANT) -> list[Path]:
    return sorted((folder / "checkpoints" / stream).glob("*.note"))


@pytest.fixture
def restored(
    app: Flask, make: Factory, backup: Callable[[], dict[str, str]], tmp_path: Path
) -> tuple[dict[str, str], MadePilot]:
    """The addresses of yesterday's backup, beside the notes that were signed after it."""
    pilot = make.allocated(100_000_00)
    ledger(app, "signer-key", tmp_path / "signer.key")
    ledger(app, "sign", "--once")
    older = backup()
    make.disbursed(pilot, 10_000_00)
    clock.configure(clock.now() + timedelta(hours=1))
    ledger(app, "sign", "--once")
    make.disbursed(pilot, 10_000_00)
    clock.configure(clock.now() + timedelta(hours=1))
    ledger(app, "sign", "--once")
    database.dispose()
    return older, pilot


@pytest.mark.rule("RX.3")
def test_an_older_backup_is_read_only_until_a_signed_gap_is_recorded(
    restored: tuple[dict[str, str], MadePilot], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "LOOKS_AGAIN", 0.0)
    urls, pilot = restored
    with serving_on(urls, tmp_path) as app:
        clock.configure(clock.now() + timedelta(hours=4))
        make = Factory(actor)
        with pytest.raises(ReadOnly, match=TENANT) as refused:
            make.disbursed(pilot, 1_000_00)
        assert refused.value.code == "read_only"
        assert dispatch.ask(VerifyJournal(), SYSTEM).sound
        _pages_say_so(app)
        assert ledger(app, "sign", "--once", code=1)["streams"][TENANT]["refused"]["reason"] == "shorter"
        gap = (
            "--checkpoint",
            notes_of(tmp_path)[-1],
            "--reason",
            "磁盘损坏，恢复了昨日备份",
            "--key",
            tmp_path / "signer.key",
        )
        assert ledger(app, "record-gap", *gap, "--as", "province.officer", code=1)["error"]["code"] == "not_permitted"
        told = ledger(app, "record-gap", *gap, "--as", "admin")["streams"]
        # Every stream whose newest note is missed is recorded with the one that was named.
        assert set(told) == {TENANT}
        make.disbursed(pilot, 1_000_00)
        entry = next(e for e in dispatch.ask(ListJournal(TENANT), SYSTEM).entries if e.kind == "gap_recorded")
        assert json.loads(entry.payload)["after"]["kept"] == str(entry.seq - 1)
        signed = ledger(app, "sign", "--once")["streams"][TENANT]
        assert signed["written"] == 1
        make.disbursed(pilot, 1_000_00)
        clock.configure(clock.now() + timedelta(hours=1))
        assert ledger(app, "sign", "--once")["streams"][TENANT]["written"] == 1
        assert dispatch.ask(VerifyJournal(), SYSTEM).sound


def _pages_say_so(app: Flask) -> None:
    browser = Browser(app.test_client())
    assert browser.sign_in("220100.finance_officer").status_code == 303
    page = browser.get("/t/220100/disbursements")
    assert page.status_code == 200
    assert "账目现在只能查看" in page.get_data(as_text=True)
    out = browser.post("/logout")
    assert out.status_code == 303


def test_pages_answer_an_act_with_503_and_what_to_do(
    restored: tuple[dict[str, str], MadePilot], tmp_path: Path
) -> None:
    urls, _pilot = restored
    with serving_on(urls, tmp_path) as app:
        browser = Browser(app.test_client())
        assert browser.sign_in("admin").status_code == 303
        answer = browser.post("/me/tokens", {"days": "10"})
        assert answer.status_code == 503
        assert "record-gap" in answer.get_data(as_text=True)
        assert "登记缺口" in answer.get_data(as_text=True)


def test_a_gap_that_another_key_signed_excuses_nothing(
    restored: tuple[dict[str, str], MadePilot], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "LOOKS_AGAIN", 0.0)
    urls, pilot = restored
    with serving_on(urls, tmp_path) as app:
        clock.configure(clock.now() + timedelta(hours=4))
        ledger(app, "signer-key", tmp_path / "other.key")
        gap = ("--checkpoint", notes_of(tmp_path)[-1], "--reason", "恢复备份", "--key", tmp_path / "other.key")
        ledger(app, "record-gap", *gap, "--as", "admin")
        with pytest.raises(ReadOnly):
            Factory(actor).disbursed(pilot, 1_000_00)
        assert ledger(app, "sign", "--once", code=1)["streams"][TENANT]["refused"]["reason"] == "shorter"


def test_a_checkpoint_that_the_journal_holds_is_no_gap(app: Flask, tmp_path: Path) -> None:
    ledger(app, "signer-key", tmp_path / "signer.key")
    ledger(app, "sign", "--once")
    gap = ("--checkpoint", notes_of(tmp_path)[-1], "--reason", "试一下", "--key", tmp_path / "signer.key")
    assert ledger(app, "record-gap", *gap, "--as", "admin", code=1)["error"]["code"] == "conflict"


def test_a_note_whose_signature_does_not_hold_stops_nothing(
    app: Flask, make: Factory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "LOOKS_EVERY", 0.0)
    ledger(app, "signer-key", tmp_path / "signer.key")
    ledger(app, "sign", "--once")
    (path,) = notes_of(tmp_path)
    lines = path.read_text(encoding="utf-8").split("\n")
    forged = path.with_name(path.name.replace("2026", "2027"))
    forged.write_text("\n".join([lines[0], "9999", *lines[2:]]), encoding="utf-8")
    make.pilot()


def test_a_checkpoint_that_is_missed_while_the_ledger_runs_stops_it_and_lets_it_go_again(
    app: Flask, make: Factory, api: Callable[[str], FlaskClient], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, pilot = api("220100.finance_officer"), make.allocated(100_000_00)
    key = store_keys.make_signer(tmp_path / "signer.key", "fund-ledger")
    later = Checkpoint("fund-ledger/220100", 10_000, bytes(32), "0" * 64, clock.now())
    folder = tmp_path / "checkpoints"
    store_kept.keep_key(folder, key.verifier)
    path = store_kept.keep(folder, later, key.signed(later.text))
    # It was looked at just now, and is again after a minute.
    make.waiting(pilot, 1_00)
    monkeypatch.setattr(serving, "LOOKS_EVERY", 0.0)
    monkeypatch.setattr(serving, "LOOKS_AGAIN", 0.0)
    sent = {"allocation_id": str(pilot.allocation_id), "amount": "1.00", "paid_on": "2026-05-20", "voucher_no": "Z1"}
    answer = client.post("/api/v1/t/220100/disbursements", json=sent | PAYEE, headers={"Idempotency-Key": "a"})
    assert (answer.status_code, answer.get_json()["code"]) == (503, "read_only")
    assert client.get("/api/v1/t/220100/disbursements").status_code == 200
    path.unlink()
    make.waiting(pilot, 1_00)


def test_verify_takes_a_signed_note_with_its_key(
    restored: tuple[dict[str, str], MadePilot], app: Flask, tmp_path: Path
) -> None:
    key = (next((tmp_path / "checkpoints").glob("*.vkey"))).read_text(encoding="utf-8").strip()
    first, *_, last = notes_of(tmp_path)
    assert ledger(app, "verify", "--checkpoint", first, "--checkpoint", last, "--key", key)["ok"] is True
    ledger(app, "verify", "--checkpoint", last, code=2)
    other = ledger(app, "signer-key", tmp_path / "other.key")["key"]
    ledger(app, "verify", "--checkpoint", last, "--key", other, code=2)
    with serving_on(restored[0], tmp_path) as older:
        broken = ledger(older, "verify", "--checkpoint", last, "--key", key, code=1)["first_break"]
        assert (broken["stream"], broken["reason"]) == (TENANT, "checkpoint")
