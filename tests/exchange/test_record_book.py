"""A table as xlsx and csv: nothing in it can run, and numbers, days and instants keep their types."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime
from io import BytesIO, StringIO

import openpyxl
import pytest

from ledger.domain.money import Money
from ledger.exchange.record_book import Cell, is_active, write_table_book, write_table_csv

ACTIVE = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", " =1+1", "\u3000＝1"]
ROW: list[Cell] = ["文字", Money(-80000050), 7, date(2026, 3, 5), datetime(2026, 11, 23, 2, 0, 5, tzinfo=UTC), None]


@pytest.mark.parametrize("text", ACTIVE)
def test_no_text_can_run(text: str) -> None:
    assert is_active(text)
    sheet = openpyxl.load_workbook(BytesIO(write_table_book("表", ["列"], [[text]]))).active
    cell = sheet.cell(2, 1)
    assert (cell.data_type, cell.quotePrefix) == ("s", True)
    rows = list(csv.reader(StringIO(write_table_csv(["列"], [[text]]).decode("utf-8-sig"), newline="")))
    assert rows[1][0].startswith("'")


def test_numbers_days_and_instants_keep_their_types() -> None:
    sheet = openpyxl.load_workbook(BytesIO(write_table_book("表", list("abcdef"), [ROW]))).active
    cells = [sheet.cell(2, at) for at in range(1, 7)]
    assert [cell.value for cell in cells] == [
        "文字",
        -800000.5,
        7,
        datetime.fromisoformat("2026-03-05"),
        datetime.fromisoformat("2026-11-23 10:00:05"),
        None,
    ]
    assert (cells[1].number_format, cells[3].is_date, cells[4].is_date) == ("#,##0.00", True, True)


def test_a_csv_carries_its_mark_and_a_negative_amount_as_a_number() -> None:
    content = write_table_csv(list("abcdef"), [ROW])
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.decode("utf-8-sig").splitlines()[1] == "文字,-800000.50,7,2026-03-05,2026-11-23 10:00:05,"


def test_what_no_workbook_can_hold_is_left_out() -> None:
    text = "好\x00\x0b\ud800了" + "长" * 40_000
    value = openpyxl.load_workbook(BytesIO(write_table_book("表", ["列"], [[text]]))).active.cell(2, 1).value
    assert value.startswith("好了长")
    assert len(value) == 32_767
