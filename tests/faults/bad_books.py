"""Workbooks for the tests of bad input: rows of the made pilot, uploads by API, and what a refused one gives back."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from datetime import date
from io import BytesIO
from typing import Any

import openpyxl

from tests.api.conftest import Answer, Caller
from tests.conftest import Browser
from tests.exchange.test_workbook_safety import SHEET
from tests.factories import MadePilot
from tests.faults.bad_input import OFFICER, stored

SignIn = Callable[[str], Browser]


def row_of(pilot: MadePilot, number: int = 1, **changes: Any) -> list[Any]:
    values: dict[str, Any] = {
        "序号": number,
        "拨付日期": date(2026, 9, 1),
        "试点名称": pilot.name,
        "统一社会信用代码": pilot.uscc,
        "项目代码": pilot.project_codes[0],
        "收款单位": pilot.name,
        "收款账号": "220012345678901",
        "指标文号": "吉财建指〔2026〕118号",
        "支付凭证号": f"ZF-{number}",
        "拨付金额": 10000.5,
    }
    return list((values | changes).values())


def upload(caller: Caller, content: bytes, name: str = "book.xlsx", kind: str = "disbursements") -> Answer:
    return caller.post(f"/imports/{kind}", key=None, data={"file": (BytesIO(content), name)})


def money() -> dict[str, int]:
    """What an import that is only checked must leave as it was: its own notice in the journal apart."""
    return {name: count for name, count in stored().items() if name != "journal"}


def swapped(book: bytes, old: str, new: str, part: str = SHEET) -> bytes:
    """The book with one text of a part's XML replaced."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(book)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name == part:
                assert old.encode() in content, old
                content = content.replace(old.encode(), new.encode())
            target.writestr(name, content)
    return out.getvalue()


def refused_rows(clerk: Caller, sign_in: SignIn, content: bytes) -> list[dict[str, Any]]:
    """The refused rows of a checked book; its confirm stores nothing, and its workbook of errors cannot run."""
    before = money()
    report = upload(clerk, content)
    assert report.status_code == 201, report.json
    done = clerk.post(f"/imports/{report.json['id']}/confirm", {})
    assert (done.status_code, done.json["stored"]) == (422, 0)
    book = sign_in(OFFICER).get(f"/imports/{report.json['id']}/errors.xlsx")
    assert book.status_code == 200
    with zipfile.ZipFile(BytesIO(book.get_data())) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
        assert b"<f>" not in sheet
        assert b"<hyperlink" not in sheet
        assert not [name for name in archive.namelist() if "external" in name.lower() or "vba" in name.lower()]
    opened = openpyxl.load_workbook(BytesIO(book.get_data())).active
    said = {cell.row: str(cell.value) for cell in opened["K"] if cell.value}
    found: list[dict[str, Any]] = report.json["refused"]
    # What reads the book may unfold an escape that stands in a message as plain text.
    assert all(
        said[fault["row"]] == f"{fault['column']}：{fault['message']}" or "_x" in fault["message"] for fault in found
    )
    assert money() == before
    return found
