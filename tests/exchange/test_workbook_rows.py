"""The four templates read into typed rows, and one fault a row."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from ledger.domain.errors import Invalid
from ledger.domain.money import ZERO, Money
from ledger.exchange.rows import BookReader
from ledger.exchange.words import Fault, Words, first_fault, words
from ledger.exchange.workbook import Sheet, read_sheet
from tests.exchange.reading import ReadBook, read_rows

ROOT = Path(__file__).parents[2]
BOOKS = ROOT / "demo" / "books"
EXPECTED = json.loads((BOOKS / "expected.json").read_text(encoding="utf-8"))
TODAY = date(2026, 11, 23)
ARRIVES_LATER = {
    "exceeds_allocated",
    "not_found",
    "voucher_duplicate",
    "before_allocation",
    "document_unknown",
    "payee",
}

HEADER = [
    *("序号", "拨付日期", "试点名称", "统一社会信用代码", "项目代码"),
    *("收款单位", "收款账号", "指标文号", "支付凭证号", "拨付金额"),
]
GOOD = [
    *(1, date(2026, 9, 1), "长春市启衡产业园区", "912201227F17R4KDCX", "2511-220122-07-02-514540"),
    *("长春市启衡产业园区", "220012345678901", "吉财建指〔2026〕118号", "ZF2026X0001", 10000.5),
]


def book(name: str) -> Sheet:
    return read_sheet((BOOKS / name).read_bytes())


def made(
    *rows: list[Any],
    header: list[str] | None = None,
    marks: tuple[str, ...] = ("模板版本：2026", "单位：元"),
    blank_rows: int = 0,
) -> bytes:
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    for _ in range(blank_rows):
        sheet.append([])
    sheet.append(["拨付台账"])
    sheet.append(list(marks))
    sheet.append(header or HEADER)
    for row in rows:
        sheet.append(row)
    out = BytesIO()
    workbook.save(out)
    return out.getvalue()


def good(**changes: Any) -> list[Any]:
    return [changes.get(name, value) for name, value in zip(HEADER, GOOD, strict=True)]


def read(*rows: list[Any], **options: Any) -> ReadBook:
    return read_rows("disbursements", read_sheet(made(*rows, **options)), TODAY)


def only_fault(row: list[Any], **options: Any) -> Fault:
    (read_row,) = read(row, **options).rows
    assert read_row.fault is not None
    return read_row.fault


def test_the_sample_books_add_up_to_the_expected_fen() -> None:
    sums: dict[str, dict[str, Money]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    kinds = {"02": ("awards", "awarded"), "03": ("allocations", "allocated"), "04": ("disbursements", "disbursed")}
    for path in sorted(BOOKS.glob("0[234]-*.xlsx")):
        kind, key = kinds[path.name[:2]]
        read_book = read_rows(kind, read_sheet(path.read_bytes()), TODAY)
        assert read_book.warnings == []
        for row in read_book.rows:
            assert row.fault is None
            amount, code = row.values["amount"], row.values["uscc"]
            assert isinstance(amount, Money)
            sums[str(code)][key] += amount
    for code, pilot in EXPECTED["pilots"].items():
        for key in ("awarded", "allocated", "disbursed"):
            assert sums[code][key].fen == pilot[key]


def test_the_sample_list_is_read_with_its_projects() -> None:
    rows = read_rows("designation", book("01-designation.xlsx"), TODAY).rows
    assert {row.values["uscc"] for row in rows} == set(EXPECTED["pilots"])
    assert all(row.fault is None for row in rows)
    assert {row.values["kind"] for row in rows} == {"region", "enterprise"}
    assert rows[0].values["investment"] == Money(14175 * 1_000_000)
    assert rows[0].number == 4


def test_every_fault_of_form_in_the_fault_book_is_found_where_it_is() -> None:
    rows = read_rows("disbursements", book("05-disbursements-220100-faults.xlsx"), TODAY).rows
    found = {(row.fault.row, row.fault.column, row.fault.code) for row in rows if row.fault}
    wanted = {
        (fault["excel_row"], fault["column"], fault["code"])
        for fault in EXPECTED["faults"]
        if fault["code"] not in ARRIVES_LATER
    }
    assert found == wanted


def test_the_good_rows_of_the_fault_book_are_read_as_meant() -> None:
    rows = {
        row.number: row for row in read_rows("disbursements", book("05-disbursements-220100-faults.xlsx"), TODAY).rows
    }
    wanted = EXPECTED["fault_book_good_rows"]
    for number, fen in zip(wanted["excel_rows"], wanted["amounts_fen"], strict=True):
        assert rows[number].values["amount"] == Money(fen)
        assert rows[number].fault is None
    assert rows[4].normalised == {
        "paid_on": ("2026年9月1日", "2026-09-01"),
        "amount": ("１０，０００.５０", "10,000.50"),
    }
    assert rows[25].normalised == {"document_no": ("吉财建指[2026]118号", "吉财建指〔2026〕118号")}


def test_a_text_that_looks_like_a_formula_is_a_text() -> None:
    rows = read_rows("disbursements", book("05-disbursements-220100-faults.xlsx"), TODAY).rows
    row = next(row for row in rows if row.number == 20)
    assert row.fault is None
    assert row.values["payee_name"] == '=HYPERLINK("http://x","y")'


@pytest.mark.parametrize("blank_rows", [0, 1, 5])
def test_row_numbers_are_the_sheets_own(blank_rows: int) -> None:
    rows = read(good(), [], good(), blank_rows=blank_rows).rows
    assert [row.number for row in rows] == [blank_rows + 4, blank_rows + 6]


def test_a_sheet_that_starts_in_another_column_is_read_alike() -> None:
    shifted = made([None, None, *GOOD], header=[None, None, *HEADER], marks=(None, None, "模板版本：2026", "单位：元"))  # type: ignore[list-item,arg-type]
    workbook = load_workbook(BytesIO(shifted))
    sheet = workbook.active
    assert sheet is not None
    sheet["A1"], sheet["C1"] = None, "拨付台账"
    out = BytesIO()
    workbook.save(out)
    (row,) = read_rows("disbursements", read_sheet(out.getvalue()), TODAY).rows
    assert (row.number, row.fault, row.values["amount"]) == (4, None, Money(1000050))


@pytest.mark.parametrize(
    ("changes", "column", "code"),
    [
        ({"拨付金额": "５万", "试点名称": " "}, "试点名称", "required"),
        ({"拨付金额": "5万", "拨付日期": "2026-02-30"}, "拨付金额", "amount_format"),
        ({"拨付日期": "2026-02-30", "统一社会信用代码": "1"}, "拨付日期", "date"),
        ({"拨付日期": date(2026, 11, 24), "统一社会信用代码": "1"}, "拨付日期", "future"),
        ({"拨付日期": 46268}, "拨付日期", "date"),
        ({"拨付日期": date(1999, 1, 1)}, "拨付日期", "date"),
        ({"拨付金额": date(2026, 1, 1)}, "拨付金额", "amount_format"),
        ({"拨付金额": True}, "拨付金额", "amount_format"),
        ({"拨付金额": -0.01}, "拨付金额", "amount_sign"),
        ({"拨付金额": "-0"}, "拨付金额", "amount_sign"),
        ({"拨付金额": 0.001}, "拨付金额", "amount_scale"),
        ({"拨付金额": "1_000"}, "拨付金额", "amount_format"),
        ({"收款账号": 6222021234567890123}, "收款账号", "invalid"),
        ({"支付凭证号": date(2026, 9, 1)}, "支付凭证号", "invalid"),
        ({"收款单位": "某\u200b公司"}, "收款单位", "invalid"),
        ({"统一社会信用代码": 912201227012345678}, "统一社会信用代码", "uscc_check"),
    ],
)
def test_one_fault_a_row_the_first_in_the_contracts_order(changes: dict[str, Any], column: str, code: str) -> None:
    fault = only_fault(good(**changes))
    assert (fault.row, fault.column, fault.code) == (4, column, code)


@pytest.mark.parametrize(
    ("column", "words"),
    [
        ("拨付金额", "请填写金额，例如 1,250,000.00。"),
        ("拨付日期", "请填写日期，例如 2026-03-05。"),
        ("统一社会信用代码", "请填写统一社会信用代码（18 位）。"),
        ("指标文号", "请填写指标文号，例如 吉财建指〔2026〕118号。没有文号？请先联系省级登记指标。"),
        ("收款账号", "请填写收款账号。"),
    ],
)
def test_a_blank_cell_is_asked_for_in_the_words_of_the_forms(column: str, words: str) -> None:
    fault = only_fault(good(**{column: "\u3000"}))
    assert (fault.column, fault.code, fault.message) == (column, "required", words)


def test_the_refusal_of_a_unit_in_the_cell_writes_the_number_out() -> None:
    fault = only_fault(good(拨付金额="5万"))
    assert "50,000.00" in fault.message
    assert fault.value == "5万"


@pytest.mark.parametrize(
    ("column", "code"), [("拨付金额", "amount_format"), ("拨付日期", "date"), ("收款单位", "invalid")]
)
def test_a_formula_is_refused_and_never_evaluated(column: str, code: str) -> None:
    fault = only_fault(good(**{column: "=1+1"}))
    assert (fault.column, fault.code) == (column, code)


def test_numbers_and_instants_are_taken_where_excel_made_them() -> None:
    typed = datetime.fromisoformat("2026-09-03 14:30")
    (row,) = read(good(拨付日期=typed, 收款账号=220012345678901)).rows
    assert row.fault is None
    assert row.values["paid_on"] == date(2026, 9, 3)
    assert row.values["payee_account"] == "220012345678901"


def test_without_today_later_dates_are_left_to_the_recording() -> None:
    sheet = read_sheet(made(good(拨付日期=date(2027, 12, 31))))
    assert read_rows("disbursements", sheet).rows[0].fault is None


def test_wan_yuan_is_read_by_declaration_alone() -> None:
    (row,) = read(good(拨付金额="1.000001"), marks=("模板版本：2026", "单位：万元")).rows
    assert row.values["amount"] == Money(1_000_001)
    assert only_fault(good(拨付金额=1.0000001), marks=("模板版本：2026", "单位：万元")).code == "amount_scale"


def test_headers_may_differ_in_brackets_spaces_and_named_unit() -> None:
    header = ["序 号", *HEADER[1:-1], "拨付金额\n(元)"]
    (row,) = read(good(), header=header).rows
    assert row.values["amount"] == Money(1000050)
    assert only_fault(good(拨付金额=0), header=header).column == "拨付金额\n(元)"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"marks": ("模板版本：2025", "单位：元")}, "这是 2025 版模板。请下载 2026 版，把数据粘贴过去再传。"),
        ({"marks": ("单位：元",)}, "模板版本：2026"),
        ({"marks": ("模板版本：2026",)}, "没有写明金额单位"),
        ({"marks": ("模板版本：2026", "填表单位：元")}, "没有写明金额单位"),
        ({"marks": ("模板版本：2026", "单位：千元")}, "千元"),
        ({"marks": ("模板版本：2026", "单位：元", "单位：万元")}, "万元、元"),
        ({"header": [*HEADER[:-1], "拨付金额（万元）"]}, "同一个单位"),
        ({"header": [*HEADER, "经手人"]}, "经手人"),
        ({"header": [*HEADER[:7], *HEADER[8:]]}, "指标文号"),
        ({"header": [*HEADER, "拨付 金额"]}, "出现了两次"),
        ({"header": ["甲", "乙"]}, "没有“拨付台账”的表头"),
    ],
)
def test_a_sheet_of_another_format_is_refused_with_the_mend(options: dict[str, Any], words: str) -> None:
    with pytest.raises(Invalid) as refusal:
        read(good(), **options)
    assert words in str(refusal.value)
    assert refusal.value.field == "file"


def test_total_and_signature_lines_are_no_rows_and_the_total_is_compared() -> None:
    total = ["合 计", *[None] * 8, 20001]
    signature = ["填表单位（盖章）：", None, "填表人："]
    assert read(good(), good(支付凭证号="2"), total, signature).warnings == []
    book_read = read(good(), total, signature)
    assert len(book_read.rows) == 1
    (warning,) = book_read.warnings
    assert "20,001.00" in warning
    assert "10,000.50" in warning


def test_a_row_with_money_is_never_taken_for_a_signature() -> None:
    rows = read(["说明", *GOOD[1:]], ["合计", *GOOD[1:]], ["备注", *[None] * 8, 5]).rows
    assert [row.fault.code if row.fault else None for row in rows] == [None, None, "required"]


def test_a_row_after_the_total_is_still_read() -> None:
    assert len(read(good(), ["合计", *[None] * 8, 10000.5], good()).rows) == 2


def test_a_column_without_a_header_is_warned_of() -> None:
    (warning,) = read([*good(), "另付"]).warnings
    assert "K" in warning


def test_the_reader_reads_again_and_again() -> None:
    reader = BookReader("disbursements", read_sheet(made(good(), good())))
    assert len(list(reader)) == len(list(reader)) == 2


def test_a_later_fault_is_ranked_among_the_earlier() -> None:
    (row,) = read(good()).rows
    unknown = Fault(4, "统一社会信用代码", "not_found", Words("", None), "")
    limit = Fault(4, "拨付金额", "exceeds_allocated", Words("", None), "")
    assert first_fault(limit, None, unknown) is unknown
    assert first_fault(None, row.fault) is None
    assert row.fault_at("amount", Invalid("x")) == Fault(4, "拨付金额", "invalid", words("x"), "10000.5")
