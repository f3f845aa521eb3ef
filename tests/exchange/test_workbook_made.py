"""Books that the generator makes lead to the fen that it expects, and stay flat in memory."""

from __future__ import annotations

import json
import subprocess
import sys
import tracemalloc
from collections import defaultdict
from datetime import date
from io import BytesIO
from pathlib import Path

import xlsxwriter

from ledger.domain.money import Money
from ledger.exchange.rows import BookReader
from ledger.exchange.workbook import read_sheet
from tests.exchange.reading import read_rows

ROOT = Path(__file__).parents[2]
TODAY = date(2026, 11, 23)


def test_made_books_of_the_same_shape_lead_to_their_expected_fen(tmp_path: Path) -> None:
    script = ROOT / "tests" / "data" / "make_workbooks.py"
    subprocess.run([sys.executable, str(script), str(tmp_path), "--seed", "7"], check=True)
    wanted = json.loads((tmp_path / "expected.json").read_text(encoding="utf-8"))["pilots"]
    sums: dict[str, int] = defaultdict(int)
    for path in sorted(tmp_path.glob("04-*.xlsx")):
        for row in read_rows("disbursements", read_sheet(path.read_bytes()), TODAY).rows:
            amount = row.values["amount"]
            assert isinstance(amount, Money)
            sums[str(row.values["uscc"])] += amount.fen
    assert sums == {code: pilot["disbursed"] for code, pilot in wanted.items()}
    designation = read_rows("designation", read_sheet((tmp_path / "01-designation.xlsx").read_bytes()), TODAY)
    assert len(designation.rows) == len(wanted)
    assert all(row.fault is None for row in designation.rows)


def long_book(count: int) -> bytes:
    out = BytesIO()
    with xlsxwriter.Workbook(out, {"constant_memory": True}) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, ["模板版本：2026", "单位：元"])
        sheet.write_row(1, 0, ["拨付日期", "试点名称", "统一社会信用代码", "项目代码", "收款单位"])
        sheet.write_row(1, 5, ["收款账号", "指标文号", "支付凭证号", "拨付金额"])
        for number in range(count):
            sheet.write_row(number + 2, 0, ["2026-09-01", "甲", "912201227F17R4KDCX", "P", "甲", "1", "文", "证"])
            sheet.write_number(number + 2, 8, 0.01)
    return out.getvalue()


def test_reading_row_by_row_needs_no_more_memory_for_more_rows() -> None:
    peaks = []
    for count in (500, 5_000):
        reader = BookReader("disbursements", read_sheet(long_book(count)))
        tracemalloc.start()
        assert sum(1 for row in reader if row.fault is None) == count
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 100_000
