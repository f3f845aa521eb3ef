"""The workbook of errors: the same sheet, inert, with the faults beside their rows."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any, cast

from openpyxl import Workbook, load_workbook
from python_calamine import CalamineSheet

from ledger.exchange.errors_book import ACTIVE_STARTS, write_errors_book
from ledger.exchange.words import Fault, Words
from ledger.exchange.workbook import Cell, Sheet, read_sheet
from tests.exchange.reading import read_rows

BOOKS = Path(__file__).parents[2] / "demo" / "books"
FAULTS_BOOK = (BOOKS / "05-disbursements-220100-faults.xlsx").read_bytes()
TODAY = date(2026, 11, 23)


class Cells:
    """Stands for the reader's sheet, to hold values no workbook on disk would."""

    start = (0, 0)

    def __init__(self, *rows: list[Cell]) -> None:
        self.rows = rows

    def iter_rows(self) -> Iterator[list[Cell]]:
        return iter(self.rows)


def faults() -> list[Fault]:
    rows = read_rows("disbursements", read_sheet(FAULTS_BOOK), TODAY).rows
    return [row.fault for row in rows if row.fault]


def opened(data: bytes) -> Any:
    return load_workbook(BytesIO(data)).active


def test_each_fault_stands_beside_its_own_row() -> None:
    sheet = opened(write_errors_book(FAULTS_BOOK, faults()))
    assert sheet["K3"].value == "错误说明"
    assert "50,000.00" in sheet["K7"].value
    assert sheet["K7"].value.startswith("拨付金额：")
    assert sheet["K4"].value is None
    assert sheet["A26"].value == "填表单位（盖章）："


def test_values_keep_their_types_and_formula_texts_stay_texts() -> None:
    data = write_errors_book(FAULTS_BOOK, faults())
    sheet = opened(data)
    assert sheet["B6"].value == datetime.fromisoformat("2026-09-03")
    assert sheet["J9"].value == -500
    assert sheet["F20"].value == '=HYPERLINK("http://x","y")'
    assert sheet["F20"].data_type == "s"
    assert sheet["F20"].quotePrefix
    assert read_sheet(data).formulas == frozenset()


def test_every_active_beginning_is_written_as_a_quoted_text() -> None:
    texts: list[Cell] = [f"{start}1+1" for start in ACTIVE_STARTS]
    odd: list[Cell] = [math.nan, math.inf, True, "\u202e反", "A" * 40_000, date(1899, 12, 30), "http://x/", "007"]
    source = cast("CalamineSheet", Cells(texts, odd))
    data = write_errors_book(
        Sheet("表", len(texts), frozenset(), source), [Fault(1, "", "invalid", Words("=1", None), "")]
    )
    sheet = opened(data)
    assert [cell.data_type for cell in sheet[1]] == ["s"] * 12
    assert {cell.data_type for cell in sheet[2][: len(odd)]} == {"s"}
    assert sheet["H2"].value == "007"
    assert read_sheet(data).formulas == frozenset()


def test_a_formula_leaves_only_its_shown_value() -> None:
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet["A1"], sheet["A2"] = "x", "=1+1"
    workbook.save(out := BytesIO())
    assert read_sheet(write_errors_book(out.getvalue(), [])).formulas == frozenset()


def test_the_mended_errors_book_can_be_sent_again() -> None:
    first = write_errors_book(FAULTS_BOOK, faults())
    again = read_rows("disbursements", read_sheet(first), TODAY)
    assert [row.fault for row in again.rows if row.fault] == faults()
    second = opened(write_errors_book(first, faults()[:1]))
    assert second["K7"].value.startswith("拨付金额：")
    assert second["K8"].value is None
    assert second["L3"].value is None
