"""The command line: what each command answers, and its exit codes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask

import config
from ledger import cli, dispatch, faces
from ledger.domain.access import SYSTEM
from ledger.pilots.commands_policy import OpenPolicy
from tests.postgres import Server, running_server

BOOKS = config.ROOT / "demo" / "books"
EXPECTED = json.loads((BOOKS / "expected.json").read_text(encoding="utf-8"))
FAULTS = BOOKS / "05-disbursements-220100-faults.xlsx"
SUMS = ("awarded", "allocated", "disbursed")
Run = Callable[..., Result]


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faces, "register", lambda app: app.cli.add_command(cli.ledger))


@pytest.fixture
def run(app: Flask) -> Run:
    return lambda *words: app.test_cli_runner().invoke(args=["ledger", *map(str, words)])


def answer(result: Result, code: int = 0) -> Any:
    assert result.exit_code == code, result.output
    return json.loads(result.stdout)


@pytest.fixture
def demo(run: Run) -> Run:
    done = answer(run("init", "--demo", "--json"))
    assert [book["refused"] for book in done["books"]] == [[]] * 14
    return run


def import_faults(run: Run, *words: str) -> Result:
    return run("import", "disbursements", FAULTS, "--as", "220100.finance_officer", "--json", *words)


def test_the_demo_leads_to_the_expected_totals(demo: Run) -> None:
    totals = answer(demo("totals", "--json"))
    for group in ("tenants", "pilots"):
        wanted = {key: {name: line[name] for name in SUMS} for key, line in EXPECTED[group].items()}
        assert {key: {name: line[name] for name in SUMS} for key, line in totals[group].items()} == wanted
    assert answer(demo("totals", "--as-of", "2026-12-31", "--json"))["tenants"] == totals["tenants"]
    uscc, pilot = next(iter(EXPECTED["pilots"].items()))
    position = answer(demo("position", uscc, "--json"))
    assert {name: position[name] for name in SUMS} == {name: pilot[name] for name in SUMS}
    assert position["available"] == pilot["allocated"] - pilot["disbursed"]


def test_a_demo_that_is_there_is_left_as_it_is(demo: Run, tmp_path: Path) -> None:
    before = answer(demo("verify", "--json"))["streams"]
    again = answer(demo("init", "--demo", "--json"))
    assert all(book["skipped"] for book in again["books"])
    streams = answer(demo("verify", "--json"))["streams"]
    # Only the reading itself was recorded since, in the province's own stream.
    assert {code for code in before if before[code] != streams[code]} <= {"220000"}


def test_the_books_hold_and_the_journal_verifies(demo: Run, tmp_path: Path) -> None:
    assert answer(demo("check", "--json"))["ok"] is True
    checkpoint = tmp_path / "checkpoint.json"
    checkpoint.write_text(demo("verify", "--json").stdout, encoding="utf-8")
    assert answer(demo("verify", "--checkpoint", checkpoint, "--json"))["ok"] is True
    export = tmp_path / "journal.jsonl"
    answer(demo("export-journal", export, "--json"))
    done = subprocess.run(
        [sys.executable, config.ROOT / "verify_journal.py", export, "--checkpoint", checkpoint],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_book_with_faults_exits_with_one_and_its_report(demo: Run) -> None:
    report = answer(import_faults(demo), 1)
    assert (report["rows"], report["accepted"], report["stored"]) == (22, 4, 0)
    wanted = [(fault["excel_row"], fault["column"], fault["code"]) for fault in EXPECTED["faults"]]
    assert [(one["row"], one["column"], one["code"]) for one in report["refused"]] == wanted
    assert set(report["refused"][0]) == {"row", "column", "code", "message", "value"}
    assert answer(import_faults(demo, "--dry-run"), 1)["stored"] == 0
    assert answer(import_faults(demo, "--only-good"), 1)["stored"] == 4
    totals = answer(demo("totals", "--tenant", "220100", "--json"))["tenants"]
    assert totals["220100"]["waiting"] == sum(EXPECTED["fault_book_good_rows"]["amounts_fen"])
    assert list(totals) == ["220100"]
    text = demo("import", "disbursements", FAULTS, "--as", "220100.finance_officer")
    assert text.exit_code == 1
    assert "第 7 行 拨付金额“5万”" in text.output


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("import", "payments", FAULTS, "--as", "220100.finance_officer"), "usage"),
        (("import", "disbursements", "missing.xlsx", "--as", "220100.finance_officer"), "usage"),
        (("import", "disbursements", FAULTS), "usage"),
        (("import", "disbursements", FAULTS, "--as", "nobody"), "usage"),
        (("import", "disbursements", FAULTS, "--as", "220100.finance_officer", "--checked-by", "nobody"), "usage"),
        (("totals", "--as-of", "2026-13-01"), "usage"),
        (("fund-line", "2026", "1", "--as", "province.officer"), "usage"),
        (("token", "nobody"), "usage"),
    ],
)
def test_a_wrong_call_exits_with_two(words: tuple[Any, ...], code: str, run: Run) -> None:
    assert answer(run(*words, "--json"), 2)["error"]["code"] == code
    assert run(*words).exit_code == 2


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("import", "awards", FAULTS, "--as", "220100.finance_officer"), "not_permitted"),
        (("import", "disbursements", FAULTS, "--as", "220100.finance_officer", "--tenant", "220200"), "not_found"),
        (("import", "awards", FAULTS, "--as", "province.officer"), "invalid"),
        (
            ("fund-line", "2027", "5万", "--as", "province.officer", "--checked-by", "province.reviewer"),
            "amount_format",
        ),
        (("fund-line", "2027", "5", "--as", "province.reviewer", "--checked-by", "province.officer"), "not_permitted"),
        (("position", "91220112CT9B8WL17D"), "not_found"),
        (("token", "province.officer", "--days", "9999"), "invalid"),
    ],
)
def test_a_refusal_exits_with_one(words: tuple[Any, ...], code: str, run: Run) -> None:
    dispatch.execute(OpenPolicy(), SYSTEM)
    assert answer(run(*words, "--json"), 1)["error"]["code"] == code
    plain = run(*words)
    assert plain.exit_code == 1
    assert plain.stdout == ""


def test_a_fund_line_is_set_by_two_people(run: Run) -> None:
    done = run(
        "fund-line", "2027", "1,250,000.50", "--as", "province.officer", "--checked-by", "province.reviewer", "--json"
    )
    assert answer(done) == {"year": 2027, "total_fen": 125_000_050}


def test_a_token_opens_the_api(run: Run) -> None:
    made = answer(run("token", "220100.finance_officer", "--json"))
    assert made["token"].startswith("220100.")
    assert run("token", "220100.finance_officer").stdout.strip().startswith("220100.")


def test_production_has_no_demo(run: Run, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config.Settings, "is_production", property(lambda _self: True))
    assert answer(run("init", "--accounts", "--json"), 1)["error"]["code"] == "not_permitted"


@pytest.fixture(scope="module")
def server() -> Any:
    with running_server() as started:
        yield started


def flask(*words: str, cwd: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LEDGER", "DATABASE", "FLASK"))}
    return subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", *words],
        check=False, capture_output=True, text=True, cwd=cwd, env=kept | environ,
    )  # fmt: skip


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A copy of the code where nothing was set up yet."""
    for name in ("ledger", "migrations", "demo"):
        shutil.copytree(config.ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("config.py", "wsgi.py"):
        shutil.copy(config.ROOT / name, tmp_path)
    return tmp_path


@pytest.mark.postgres
def test_a_database_is_made_before_there_are_settings(server: Server, clone: Path) -> None:
    words = ("ledger", "create-database", "--admin-url", server.admin_url, "--name", "fresh", "--json")
    made = flask(*words, cwd=clone)
    assert made.returncode == 0, made.stderr
    urls = json.loads(made.stdout)
    assert set(urls) == {
        "DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_PROVINCE_URL", "DATABASE_AUDIT_URL", "DATABASE_SIGNER_URL",
    }  # fmt: skip
    again = flask(*words, cwd=clone)
    assert (again.returncode, json.loads(again.stdout)["error"]["code"]) == (1, "exists")
    unset = flask("ledger", "totals", "--json", cwd=clone)
    assert (unset.returncode, json.loads(unset.stdout)["error"]["code"]) == (2, "usage")
    assert not (clone / "instance").exists()


def test_without_settings_nothing_is_served(clone: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import wsgi"], check=False, capture_output=True, text=True, cwd=clone, env={}
    )
    assert done.returncode != 0
    assert "LEDGER_SECRET_KEY" in done.stderr
    assert flask("run", "--port", "1", cwd=clone).returncode != 0
