"""Every workbook that is none of ours, by API and by command: refused in words, and stored in no part."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskClient

from tests.api.conftest import Caller
from tests.conftest import Browser
from tests.exchange.test_workbook_rows import HEADER, made
from tests.exchange.test_workbook_safety import repacked, replaced, sheet_of, with_sheet
from tests.factories import Factory, MadePilot
from tests.faults.bad_books import money, refused_rows, row_of, upload
from tests.faults.bad_input import OFFICER, stored

Run = Callable[..., Result]
SignIn = Callable[[str], Browser]
MACRO = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
PLAIN = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"


@pytest.fixture
def pilot(make: Factory) -> MadePilot:
    return make.allocated(1_000_000_00)


@pytest.fixture
def run(app: Flask) -> Run:
    return lambda *words: app.test_cli_runner().invoke(args=["ledger", *map(str, words)])


@pytest.fixture
def clerk(api: Callable[[str], FlaskClient]) -> Caller:
    return Caller(api(OFFICER))


def answer_of(result: Result, code: int) -> Any:
    assert result.exit_code == code, result.output
    assert not isinstance(result.exception, Exception) or isinstance(result.exception, SystemExit), result.exception
    return json.loads(result.stdout)


def zipped(**members: bytes) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


FILES: dict[str, tuple[Callable[[], bytes], int, str]] = {
    "an empty file": (lambda: b"", 422, ".xlsx"),
    "a renamed zip": (lambda: zipped(**{"word/document.xml": b"<w/>"}), 422, "不是 Excel 工作簿"),
    "a renamed text table": (lambda: "序号,拨付金额\n1,5\n".encode("gbk"), 422, "另存为 .xlsx"),
    "an old or locked workbook": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 4096, 422, "加密"),
    "a picture": (lambda: b"\x89PNG\r\n\x1a\n" + b"\0" * 99, 422, "另存为 .xlsx"),
    "a truncated zip": (lambda: repacked()[:-40], 422, "损坏"),
    "macros": (lambda: replaced("[Content_Types].xml", PLAIN, MACRO), 422, "宏"),
    "a macro part": (lambda: repacked(extra={"xl/vbaProject.bin": b"x"}), 422, "宏"),
    "a zip bomb": (lambda: repacked(extra={"xl/media/a.bin": b"\0" * (80 * 1024 * 1024)}), 413, "拆成多个文件"),
    "a million rows by number": (
        lambda: with_sheet(sheet_of(b'<row r="1000000"><c r="A1000000"><v>1</v></c></row>')), 413, "行",
    ),
    "a million rows by count": (lambda: with_sheet(sheet_of(b"<row/>" * 1_000_000)), 413, "拆成多个文件"),
    "an outside entity": (
        lambda: with_sheet(b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><worksheet/>'), 422, "DOCTYPE",
    ),
    "no sheet with content": (lambda: with_sheet(sheet_of(b"")), 422, "没有内容"),
    "no header": (lambda: made(header=["甲", "乙"]), 422, "表头"),
    "the template of 2025": (lambda: made(marks=("模板版本：2025", "单位：元")), 422, "2026 版"),
    "no version": (lambda: made(marks=("单位：元",)), 422, "模板版本"),
    "no unit": (lambda: made(marks=("模板版本：2026",)), 422, "单位：元"),
    "two units": (lambda: made(marks=("模板版本：2026", "单位：元", "单位：万元")), 422, "单位"),
    "a foreign unit": (lambda: made(marks=("模板版本：2026", "单位：美元")), 422, "美元"),
    "a column twice": (lambda: made(header=[*HEADER, "拨付金额"]), 422, "两次"),
    "an unknown column": (lambda: made(header=[*HEADER, "<script>{0}"]), 422, "<script>{0}"),
    "a missing column": (lambda: made(header=HEADER[:-1]), 422, "拨付金额"),
    "another kind": (lambda: made(header=["序号", "市（州）", "安排金额", "资金年度", "安排文号", "安排日期"]), 422,
    "表头"),
    "too many columns": (lambda: made(header=[*HEADER, *map(str, range(60))]), 422, "列"),
}  # fmt: skip


@pytest.mark.parametrize("case", FILES)
def test_a_file_that_is_no_book_of_ours_is_refused_by_api_and_command(
    case: str, clerk: Caller, run: Run, make: Factory, tmp_path: Path
) -> None:
    build, status, words = FILES[case]
    content, before = build(), stored()
    said: dict[str, Any] = {}
    for name in ("book.xlsx", "book.xlsm", "=1+1.xlsx", "../../book.xlsx", "长" * 60 + ".xlsx"):
        answer = upload(clerk, content, name)
        assert (answer.status_code, answer.mimetype) == (status, "application/problem+json"), answer.raw[:200]
        assert [one["field"] for one in answer.json["errors"]] == ["file"] or status == 413
        said = answer.json
        assert words in said["detail"]
        assert "请" in said["detail"]
    path = tmp_path / "book.xlsx"
    path.write_bytes(content)
    for more in ((), ("--dry-run",), ("--only-good",), ("--checked-by", "220100.finance_reviewer")):
        error = answer_of(run("import", "disbursements", path, "--as", OFFICER, "--json", *more), 1)["error"]
        assert (error["code"], error["message"]) == (said["code"], said["detail"])
    plain = run("import", "disbursements", path, "--as", OFFICER)
    assert (plain.exit_code, plain.stdout) == (1, "")
    assert words in plain.stderr
    assert stored() == before


def test_the_same_book_twice_is_warned_of_and_refused_by_its_vouchers(
    clerk: Caller, sign_in: SignIn, run: Run, pilot: MadePilot, tmp_path: Path
) -> None:
    book = made(row_of(pilot, 1), row_of(pilot, 2))
    path = tmp_path / "book.xlsx"
    path.write_bytes(book)
    first = answer_of(run("import", "disbursements", path, "--as", OFFICER, "--json"), 0)
    assert (first["stored"], first["refused"]) == (2, [])
    before = stored()
    again = answer_of(run("import", "disbursements", path, "--as", OFFICER, "--json"), 1)
    assert [fault["code"] for fault in again["refused"]] == ["voucher_duplicate"] * 2
    assert "导入过" in again["warnings"][0]
    assert answer_of(run("import", "disbursements", path, "--as", OFFICER, "--json", "--only-good"), 1)["stored"] == 0
    assert stored() == before
    assert {fault["code"] for fault in refused_rows(clerk, sign_in, book)} == {"voucher_duplicate"}
    twice = made(row_of(pilot, 8), row_of(pilot, 8))
    (fault,) = refused_rows(clerk, sign_in, twice)
    assert (fault["row"], fault["code"]) == (5, "voucher_duplicate")


def test_a_file_s_name_is_text_or_refused(clerk: Caller, pilot: MadePilot, sign_in: SignIn) -> None:
    before = money()
    book = made(row_of(pilot, 拨付金额="x"))
    for name in (
        "<script>.xlsx",
        "=1+1.xlsx",
        "../../../etc/passwd",
        "C:\\a\\b.xlsx",
        ".",
        "..",
        "/",
        "𠮷.xlsx",
        'a;b".xlsx',
    ):
        answer = upload(clerk, book, name)
        assert answer.status_code == 201, (name, answer.json)
        given = sign_in(OFFICER).get(f"/imports/{answer.json['id']}/errors.xlsx").headers["Content-Disposition"]
        assert given.startswith("attachment;")
        assert "\r" not in given
        assert ".." not in given.replace("..-", "")
    for name in ("\u202excod.xlsx", "x" * 300 + ".xlsx", "a\x00.xlsx", ""):
        answer = upload(clerk, book, name)
        assert answer.status_code == 422, (ascii(name), answer.json)
        assert answer.json["errors"][0]["field"] == "file"
    assert money() == before


def test_an_upload_that_is_none_is_refused(clerk: Caller, make: Factory) -> None:
    before = stored()
    multipart = "multipart/form-data; boundary=b"
    bodies: tuple[tuple[bytes, str], ...] = (
        (b"", multipart), (b"--b--", multipart), (b"x", "application/json"), (b"PK\x03\x04", "application/zip"),
        (b"--b\r\nContent-Disposition: form-data\r\n\r\n1\r\n--b--", multipart), (b"\xff" * 99, multipart),
        (b'--b\r\nContent-Disposition: form-data; filename="a.xlsx"\r\n\r\n1\r\n--b--', multipart), (b"", "text/plain"),
        (b'--b\r\nContent-Disposition: form-data; name="other"; filename="a.xlsx"\r\n\r\n1\r\n--b--', multipart),
    )  # fmt: skip
    for body, kind in bodies:
        answer = clerk.post("/imports/disbursements", key=None, data=body, content_type=kind)
        assert (answer.status_code, answer.mimetype) == (422, "application/problem+json"), (body[:40], kind)
        assert [one["field"] for one in answer.json["errors"]] == ["file"]
    opening = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.xlsx"\r\n\r\nPK\x03\x04'
    for size in (11_000_000, 13_000_000):
        raw = opening + b"\0" * size + b"\r\n--b--\r\n"
        answer = clerk.post("/imports/disbursements", key=None, data=raw, content_type=multipart)
        assert (answer.status_code, answer.json["code"]) == (413, "too_large")
    flags: tuple[Any, ...] = (1, 0, 1.0, "yes", "true", None, [])
    confirms: tuple[Any, ...] = ({"kind": "awards"}, {"checker": "1"}, [], "x")
    for sent in (*({"only_good": flag} for flag in flags), *confirms):
        assert clerk.post("/imports/7/confirm", sent).status_code in (400, 422), sent
    for place in ("0", "-1", "x", "9" * 19, "9" * 30):
        assert clerk.post(f"/imports/{place}/confirm", {}).status_code == 404
        assert clerk.get(f"/imports/{place}").status_code == 404
    assert stored() == before
