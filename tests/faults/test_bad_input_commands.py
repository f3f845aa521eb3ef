"""Every argument and file of the command line is answered: exit 0, 1 or 2, and with `--json` one object alone."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask

from tests.exchange.test_workbook_rows import made
from tests.factories import Factory
from tests.faults.bad_input import OFFICER, nothing_stored, stored

Run = Callable[..., Result]
PROVINCE = "province.officer"


@pytest.fixture
def run(app: Flask) -> Run:
    return lambda *words: app.test_cli_runner().invoke(args=["ledger", *map(str, words)])


def answer_of(result: Result, codes: tuple[int, ...] = (1, 2)) -> Any:
    assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
    assert result.exit_code in codes, (result.exit_code, result.output)
    return json.loads(result.stdout)


ODD = ("", " ", "nobody", "' OR '1'='1", "\ud800", "\x00", "x" * 10_000, "𠮷", "{0}", "%s", "../..")


def test_odd_arguments_of_a_command_are_answered_in_json_with_one_or_two(
    run: Run, make: Factory, tmp_path: Path
) -> None:
    book = tmp_path / "book.xlsx"
    book.write_bytes(made())
    as_maker = ("--as", OFFICER, "--json")
    with nothing_stored():
        for odd in ODD:
            for words in (
                ("import", "disbursements", book, "--as", odd, "--json"),
                ("import", "disbursements", book, *as_maker, "--checked-by", odd),
                ("import", "disbursements", book, *as_maker, "--tenant", odd),
                ("import", odd, book, *as_maker),
                ("import", "disbursements", tmp_path / "no" / odd.replace("\x00", "0"), *as_maker),
                ("totals", "--tenant", odd, "--json"),
                ("totals", "--as-of", odd, "--json"),
                ("position", odd, "--json"),
                ("token", odd, "--json"),
                ("token", OFFICER, "--days", odd, "--json"),
                ("fund-line", odd, "5", "--as", PROVINCE, "--checked-by", "province.reviewer", "--json"),
                ("fund-line", "2027", odd, "--as", PROVINCE, "--checked-by", "province.reviewer", "--json"),
                ("fund-line", "2027", "5", "--as", odd, "--checked-by", "province.reviewer", "--json"),
                ("fund-line", "2027", "5", "--as", PROVINCE, "--checked-by", odd, "--json"),
                ("export-journal", tmp_path / "out", "--tenant", odd, "--json"),
                ("create-database", "--admin-url", odd, "--json"),
            ):
                result = run(*words)
                assert result.exit_code in (1, 2), words
                assert answer_of(result)["error"]["message"], words
        for days in ("0", "-1", "367", "9" * 30, "1.5", "NaN"):
            answer_of(run("token", OFFICER, "--days", days, "--json"))
        for year in ("1999", "3000", "-1", "2026.0", "9" * 30):
            answer_of(
                run("fund-line", year, "5", "--as", PROVINCE, "--checked-by", "province.reviewer", "--json"), (2,)
            )
        for total in ("NaN", "1e3", "0", "0.001", "9" * 40, "9" * 5000, "500万", "+5", "0x10", "💰"):
            words = ("fund-line", "2027", total, "--as", PROVINCE, "--checked-by", "province.reviewer", "--json")
            assert answer_of(run(*words), (1,))["error"]["code"].startswith("amount_"), total
        for day in ("2026-02-30", "2026-13-01", "0000-00-00", "99999-01-01", "2026/3/5"):
            assert answer_of(run("totals", "--as-of", day, "--json"), (2,))["error"]["code"] == "usage"


CHECKPOINTS = (
    b"", b"[]", b"1", b"null", b"{", b"\xff\xfe", b'{"heads": 1}', b'{"streams": []}', b"[" * 100_000,
    b'{"streams": {"220100": {}}}', b'{"streams": {"220100": {"size": "x", "hash": 1}}}',
)  # fmt: skip


def test_odd_files_of_a_command_are_answered_in_json_with_one_or_two(run: Run, make: Factory, tmp_path: Path) -> None:
    with nothing_stored():
        assert (
            answer_of(run("import", "awards", tmp_path, "--as", PROVINCE, "--json"), (2,))["error"]["code"] == "usage"
        )
        for name, code in (
            (b"\xff\xfe.xlsx", 2),
            (b"a\nb.xlsx", 2),
            (b"a\x1bb.xlsx", 2),
            ("\u202ecod.xlsx".encode(), 1),
        ):
            path = Path(os.fsdecode(bytes(tmp_path) + b"/" + name))
            path.write_bytes(made())
            error = answer_of(run("import", "disbursements", path, "--as", OFFICER, "--json"), (code,))["error"]
            assert "字符" in error["message"], name
        for content in CHECKPOINTS:
            checkpoint = tmp_path / "checkpoint.json"
            checkpoint.write_bytes(content)
            answer_of(run("verify", "--checkpoint", checkpoint, "--json"))
        pipe = tmp_path / "pipe"
        os.mkfifo(pipe)
        for place in (tmp_path / "no" / "journal.jsonl", tmp_path, "/proc/no", pipe):
            answer_of(run("export-journal", place, "--json"))


def test_a_book_of_nothing_is_an_import_of_nothing(run: Run, make: Factory, tmp_path: Path) -> None:
    book = tmp_path / "book.xlsx"
    book.write_bytes(made())
    before = stored()
    report = answer_of(run("import", "disbursements", book, "--as", OFFICER, "--json"), (0,))
    assert (report["rows"], report["stored"], report["refused"]) == (0, 0, [])
    assert {**stored(), "journal": 0} == {**before, "journal": 0}
