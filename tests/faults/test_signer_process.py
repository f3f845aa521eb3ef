"""The signer as a process of its own: killed, away, with another key; postings go on, and it covers what it missed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

import config
from ledger import database
from ledger.audit import store_kept
from ledger.audit.queries_status import SystemStatus
from ledger.audit.queries_verify import VerifyJournal
from ledger.dispatch import ask
from ledger.domain.access import SYSTEM
from ledger.domain.notes import Checkpoint, parse_verifier
from tests.conftest import SECRET_KEY
from tests.factories import Factory

TENANT = "220100"
PATIENCE = 60.0
Ledger = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def ledger(database_urls: dict[str, str], tmp_path: Path) -> Iterator[Ledger]:
    """Start commands of the ledger as processes on the test's database; those still running are ended."""
    started: list[subprocess.Popen[str]] = []
    environ = {
        **os.environ,
        **database_urls,
        "LEDGER_ENV": "test",
        "LEDGER_SECRET_KEY": SECRET_KEY,
        "LEDGER_CHECKPOINTS": str(tmp_path / "checkpoints"),
        "HTMX_CDN": "off",
    }

    def start(*words: object) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "flask", "--app", "wsgi", "ledger", *map(str, words)]
        process = subprocess.Popen(
            command, cwd=config.ROOT, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def ended(process: subprocess.Popen[str], code: int = 0) -> Any:
    out, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == code, out + said
    return json.loads(out)


def newest(folder: Path) -> Checkpoint | None:
    kept = store_kept.newest(folder / "checkpoints", store_kept.keys(folder / "checkpoints"))
    return next((one for one in kept.checkpoints if one.stream == TENANT), None)


def until(seen: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not seen():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def size() -> int:
    return next(head.size for head in ask(VerifyJournal(), SYSTEM).streams if head.stream == TENANT)


def covers(folder: Path, entries: int) -> Callable[[], bool]:
    return lambda: (found := newest(folder)) is not None and found.size >= entries


@pytest.mark.rule("RX.3")
def test_postings_go_on_while_the_signer_is_down_and_it_covers_what_it_missed(
    app: Flask, make: Factory, ledger: Ledger, tmp_path: Path
) -> None:
    key_file = tmp_path / "signer.key"
    key = ended(ledger("signer-key", key_file, "--json"))["key"]
    pilot = make.allocated(100_000_00)
    signer = ledger("sign", "--key", key_file, "--every", 1)
    until(covers(tmp_path, size()))
    make.disbursed(pilot, 1_000_00)
    until(covers(tmp_path, size()))
    signer.send_signal(signal.SIGKILL)
    signer.wait()
    before = newest(tmp_path)
    assert before is not None
    make.disbursed(pilot, 1_000_00)
    make.disbursed(pilot, 1_000_00)
    assert newest(tmp_path) == before
    other = tmp_path / "other.key"
    ended(ledger("signer-key", other, "--json"))
    refused = ended(ledger("sign", "--key", other, "--once", "--json"), 1)
    assert refused["streams"][TENANT]["refused"]["reason"] == "key"
    assert {one.code for one in ask(SystemStatus(), SYSTEM).alarms} == set(refused["streams"])
    again = ended(ledger("sign", "--key", key_file, "--once", "--json"))
    assert again["streams"][TENANT] == {"size": size(), "written": 1, "refused": None}
    assert ask(SystemStatus(), SYSTEM).alarms == []
    after = newest(tmp_path)
    assert after is not None
    assert (after.size, after.origin) == (size(), f"{parse_verifier(key).name}/{TENANT}")
    proof = tmp_path / "proof.json"
    told = ended(ledger("proof", TENANT, before.size + 1, proof, "--json"))
    assert told["size"] == after.size
    assert json.loads(proof.read_text(encoding="utf-8"))["key"] == parse_verifier(key).label
    database.dispose()


def test_two_signers_at_once_leave_one_chain_of_checkpoints(
    app: Flask, make: Factory, ledger: Ledger, tmp_path: Path
) -> None:
    key_file = tmp_path / "signer.key"
    ended(ledger("signer-key", key_file, "--json"))
    pilot = make.allocated(100_000_00)
    signers = [ledger("sign", "--key", key_file, "--every", 1) for _ in range(2)]
    for _ in range(3):
        make.disbursed(pilot, 1_000_00)
        until(covers(tmp_path, size()))
    assert [signer.poll() for signer in signers] == [None, None]
    for signer in signers:
        signer.terminate()
        signer.wait()
    assert ended(ledger("sign", "--key", key_file, "--once", "--json"))["ok"] is True
    database.dispose()
