"""Odd cells of a workbook are refused one by one in its own rows and columns, and given back inert."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from flask.testing import FlaskClient

from tests.api.conftest import Caller
from tests.conftest import Browser
from tests.exchange.test_workbook_rows import made
from tests.factories import Factory, MadePilot
from tests.faults.bad_books import refused_rows, row_of, swapped, upload
from tests.faults.bad_input import LIVELY, OFFICER
from tests.faults.test_bad_input_pages import AMOUNTS, DATES

SignIn = Callable[[str], Browser]


@pytest.fixture
def pilot(make: Factory) -> MadePilot:
    return make.allocated(1_000_000_00)


@pytest.fixture
def clerk(api: Callable[[str], FlaskClient]) -> Caller:
    return Caller(api(OFFICER))


CODES = {"负数": "amount_sign", "两位小数": "amount_scale", "不能是零": "amount_zero", "请填写金额": "required"}


def test_odd_amounts_in_cells_are_refused_one_by_one(clerk: Caller, sign_in: SignIn, pilot: MadePilot) -> None:
    cells: list[tuple[Any, str]] = [
        (text, CODES.get(words, "amount_format")) for text, words in AMOUNTS.items() if "\x00" not in text
    ]
    cells += [
        (True, "amount_format"), (date(2026, 1, 1), "amount_format"), (-5, "amount_sign"), (0, "amount_zero"),
        (0.001, "amount_scale"), (100.005, "amount_scale"), (1e20, "amount_format"), (1e308, "amount_format"),
        (5e-324, "amount_scale"), (-0.0, "amount_zero"), (None, "required"), ("=1+1", "amount_format"), ("#N/A",
        "amount_format"),
    ]  # fmt: skip
    rows = [row_of(pilot, number, 拨付金额=cell) for number, (cell, _code) in enumerate(cells, 1)]
    refused = refused_rows(clerk, sign_in, made(*rows))
    found = {fault["row"] - 3: (fault["column"], fault["code"]) for fault in refused}
    for number, (cell, code) in enumerate(cells, 1):
        wanted = {("拨付金额", code)} | ({("拨付金额", "amount_sign")} if cell == 0 else set())
        assert found.get(number) in wanted, ascii(cell)[:40]


@pytest.mark.parametrize(
    "value", ["NaN", "inf", "-inf", "1e999", "-1e999", "1e-999", "0x10", "1_000", "", "١", "1 2", "1e15"]
)
def test_a_number_cell_that_holds_no_number_is_refused(
    value: str, clerk: Caller, sign_in: SignIn, pilot: MadePilot
) -> None:
    book = swapped(made(row_of(pilot, 拨付金额=7654321.25)), "<v>7654321.25</v>", f"<v>{value}</v>")
    answer = upload(clerk, book)
    if answer.status_code == 422:
        assert answer.json["errors"][0]["field"] == "file"
        return
    (fault,) = refused_rows(clerk, sign_in, book)
    assert fault["column"] == "拨付金额"


@pytest.mark.parametrize(
    "value", ["0", "-5", "-1e9", "60", "0.5", "2958466", "1e10", "1e300", "NaN", "inf", "46266.99999999"]
)
def test_a_date_cell_beyond_the_calendar_is_refused(
    value: str, clerk: Caller, sign_in: SignIn, pilot: MadePilot
) -> None:
    book = swapped(made(row_of(pilot, 拨付日期=date(2026, 9, 1))), "<v>46266</v>", f"<v>{value}</v>")
    if value.startswith("46266"):
        assert upload(clerk, book).json["accepted"] == 1
        return
    (fault,) = refused_rows(clerk, sign_in, book)
    assert (fault["column"], fault["code"]) == ("拨付日期", "date")


def test_odd_dates_in_cells_are_refused_one_by_one(clerk: Caller, sign_in: SignIn, pilot: MadePilot) -> None:
    cells: list[Any] = [text for text in DATES if "\x00" not in text]
    cells += [True, 46266, 1.5, date(1999, 12, 31), date(2101, 1, 1), date(2026, 11, 24), "=TODAY()"]
    rows = [row_of(pilot, number, 拨付日期=cell) for number, cell in enumerate(cells, 1)]
    refused = refused_rows(clerk, sign_in, made(*rows))
    assert [fault["row"] - 3 for fault in refused] == list(range(1, len(cells) + 1))
    assert {fault["column"] for fault in refused} == {"拨付日期"}
    assert {fault["code"] for fault in refused} == {"date", "future", "required", "before_allocation"}


HIDING = ("_x0000_", "_x001B_", "_xD800_", "_xFFFE_", "\u200b", "\u202e", "\u200f", "\u2066")


@pytest.mark.parametrize(
    "column", ["试点名称", "统一社会信用代码", "项目代码", "收款单位", "收款账号", "指标文号", "支付凭证号"]
)
def test_a_cell_that_hides_something_is_refused(column: str, clerk: Caller, sign_in: SignIn, pilot: MadePilot) -> None:
    values = [*(f"甲{hidden}乙" for hidden in HIDING), "长" * 10_000, "", " \u3000"]
    rows = [row_of(pilot, number, **{column: value}) for number, value in enumerate(values, 1)]
    refused = refused_rows(clerk, sign_in, made(*rows))
    columns = {fault["row"] - 3: fault["column"] for fault in refused}
    taken = [ascii(value[:9]) for number, value in enumerate(values, 1) if columns.get(number) != column]
    # An escape that the reader leaves as it stands is plain text, and a name is only compared.
    assert [value for value in taken if "_x" not in value] == []


def test_what_looks_like_an_instruction_is_text_in_cells_too(clerk: Caller, sign_in: SignIn, pilot: MadePilot) -> None:
    values = (*LIVELY, "+1", "@SUM(1)", "-1", "＝1", "\t=1", "𠮷野家")
    rows = [row_of(pilot, number, 收款单位=value) for number, value in enumerate(values, 1)]
    book = made(*rows)
    refused = refused_rows(clerk, sign_in, book)
    assert [fault["row"] - 3 for fault in refused] == list(range(1, len(values) + 1))
    assert {fault["code"] for fault in refused} <= {"payee", "invalid"}


def test_rows_of_another_tenant_are_answered_as_rows_of_nobody(
    clerk: Caller, sign_in: SignIn, make: Factory, pilot: MadePilot
) -> None:
    foreign = make.allocated(1000_00, tenant_code="220200")
    nobody = MadePilot("220100", 0, "91220100999999999J", "没有的公司", ("2601-220100-04-01-999999",))
    faults = refused_rows(clerk, sign_in, made(row_of(foreign, 1), row_of(nobody, 2)))
    theirs, none = faults
    assert theirs["code"] == "not_found"
    assert {theirs["column"], none["column"]} == {"统一社会信用代码"}
    if none["code"] == "not_found":
        assert theirs["message"] == none["message"]


def test_merged_cells_give_their_value_to_the_first_row_alone(clerk: Caller, sign_in: SignIn, pilot: MadePilot) -> None:
    workbook = openpyxl.load_workbook(BytesIO(made(row_of(pilot, 1), row_of(pilot, 2))))
    sheet = workbook.active
    sheet.merge_cells("J4:J5")
    sheet.merge_cells("B4:B5")
    out = BytesIO()
    workbook.save(out)
    (fault,) = refused_rows(clerk, sign_in, out.getvalue())
    assert (fault["row"], fault["code"]) == (5, "required")
