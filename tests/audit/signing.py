"""A signer in the tests: its key, its rounds, and what it keeps."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import text

import config
from ledger import clock, database, dispatch
from ledger.audit import store_keys
from ledger.audit.queries_journal import ListJournal
from ledger.domain import notes
from ledger.domain.notes import Checkpoint
from tests.audit.conftest import TENANT
from tests.factories import Factory

Run = Callable[..., Result]
Tamper = Callable[..., None]


@pytest.fixture
def run(app: Flask) -> Run:
    return lambda *words: app.test_cli_runner().invoke(args=["ledger", *map(str, words)])


@pytest.fixture
def key(run: Run, tmp_path: Path) -> str:
    """The verifier key of a signer whose key lies in the instance folder, where it is looked for."""
    return str(run("signer-key", tmp_path / "signer.key").stdout.strip())


def script(*words: object) -> int:
    command = [sys.executable, str(config.ROOT / "verify_journal.py"), *map(str, words)]
    return subprocess.run(command, check=False, capture_output=True).returncode


def answer(result: Result, code: int = 0) -> Any:
    assert result.exit_code == code, result.output
    return json.loads(result.stdout)


def sign(run: Run, *words: object, code: int = 0) -> Any:
    return answer(run("sign", "--once", "--json", *words), code)["streams"]


def refusal(streams: Any, stream: str = TENANT) -> str:
    return str((streams[stream]["refused"] or {}).get("reason"))


def kept(folder: Path, stream: str = TENANT) -> list[Path]:
    return sorted((folder / "checkpoints" / stream).glob("*.note"))


def opened(path: Path, key: str) -> Checkpoint:
    text_of = notes.opened(path.read_text(encoding="utf-8"), notes.parse_verifier(key), store_keys.verify)
    return notes.parse_checkpoint(text_of)


def grow(make: Factory, times: int = 1, stream: str = TENANT) -> None:
    for _ in range(times):
        dispatch.ask(ListJournal(stream, limit=1), make.actor(f"{stream}.finance_officer"))


def later(**time: float) -> None:
    clock.configure(clock.now() + timedelta(**time))


def payloads(stream: str = TENANT) -> list[str]:
    with database.engine(database.AUDIT).connect() as connection:
        query = text("SELECT payload FROM journal_entry WHERE tenant_code = :code ORDER BY seq")
        return list(connection.execute(query, {"code": stream}).scalars())
