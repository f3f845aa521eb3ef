"""The empty templates are what the reader reads."""

from __future__ import annotations

from io import BytesIO

import openpyxl
import pytest

from ledger.exchange.blank_book import write_blank_book
from ledger.exchange.templates import Kind, Unit
from ledger.exchange.workbook import read_sheet
from tests.exchange.reading import read_rows


@pytest.mark.parametrize("kind", list(Kind))
def test_an_empty_template_is_read_as_a_book_without_rows(kind: Kind) -> None:
    read = read_rows(kind, read_sheet(write_blank_book(kind, ["长春市", "吉林市"])))
    assert (read.rows, read.warnings) == ([], [])
    assert read.unit is (Unit.YUAN if kind is Kind.DISBURSEMENTS else Unit.WAN)


def test_codes_are_text_and_tenants_are_chosen_from_a_list() -> None:
    sheet = openpyxl.load_workbook(BytesIO(write_blank_book(Kind.ALLOCATIONS, ["长春市", "吉林市"]))).active
    headers = {cell.value: cell for cell in sheet[3]}
    code_at = headers["统一社会信用代码"].column
    formats = [one.number_format for one in sheet.column_dimensions.values() if one.min <= code_at <= one.max]
    assert formats == ["@"]
    (chosen,) = (one for one in sheet.data_validations.dataValidation if one.type == "list")
    assert chosen.formula1 == '"长春市,吉林市"'
    assert str(chosen.sqref).startswith(headers["市（州）"].column_letter)


def test_excel_itself_refuses_words_for_an_amount_and_asks_about_an_odd_date_or_code() -> None:
    sheet = openpyxl.load_workbook(BytesIO(write_blank_book(Kind.DESIGNATION, ["长春市"]))).active
    letters = {cell.value: cell.column_letter for cell in sheet[3]}
    rules = {str(one.sqref)[0]: one for one in sheet.data_validations.dataValidation}
    amount, day, code = (rules[letters[name]] for name in ("项目总投资", "认定日期", "统一社会信用代码"))
    # A stop is Excel's own default and is not written.
    assert (amount.type, amount.operator, amount.errorStyle) == ("decimal", "greaterThan", None)
    assert (day.type, day.errorStyle, code.type, code.errorStyle) == ("date", "warning", "textLength", "warning")
    assert rules[letters["融合方向"]].formula1.strip('"').split(",")[:2] == ["M1", "M2"]
