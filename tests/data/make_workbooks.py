"""Write workbooks in the official template for the tests and benchmarks.

    python tests/data/make_workbooks.py FOLDER [--seed N] [--pilots N] [--disbursements N]

Writes the four kinds of books for invented pilots, and expected.json with the whole fen that they lead to.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

from openpyxl import Workbook
from stdnum.cn import uscc

Value = str | int | float | date | None

HEADERS: dict[str, tuple[str, ...]] = {
    "designation": (
        *("序号", "试点名称", "试点类型", "统一社会信用代码", "市（州）", "县（市、区）", "融合方向"),
        *("项目名称", "项目代码", "项目总投资", "计划开工", "计划竣工", "认定文号", "认定日期"),
    ),
    "awards": (
        *("序号", "市（州）", "试点名称", "统一社会信用代码", "项目代码"),
        *("安排金额", "资金年度", "安排文号", "安排日期"),
    ),
    "allocations": (
        *("序号", "指标文号", "下达日期", "市（州）", "试点名称", "统一社会信用代码"),
        *("项目代码", "下达金额"),
    ),
    "disbursements": (
        *("序号", "拨付日期", "试点名称", "统一社会信用代码", "项目代码", "收款单位"),
        *("收款账号", "指标文号", "支付凭证号", "拨付金额"),
    ),
}
AMOUNTS = {"designation": "项目总投资", "awards": "安排金额", "allocations": "下达金额", "disbursements": "拨付金额"}
UNITS = {"designation": "万元", "awards": "万元", "allocations": "万元", "disbursements": "元"}
TENANTS = (
    *(("220100", "长春市", "220122", "农安县"), ("220200", "吉林市", "220281", "蛟河市")),
    *(("222400", "延边朝鲜族自治州", "222401", "延吉市"), ("JL-CBS", "长白山保护开发区", "222426", "")),
)
ALLOCATED_ON = date(2026, 4, 28)
DOCUMENT_NO = "吉财建指〔2026〕118号"


@dataclass(frozen=True)
class MadePilot:
    """An invented pilot with a right credit code; `award_fen` is all it is given."""

    tenant: str
    tenant_name: str
    county: str
    name: str
    kind: str
    uscc: str
    direction: str
    project_code: str
    investment_wan: int
    award_fen: int


def make_pilots(count: int, seed: int) -> list[MadePilot]:
    """`count` pilots, the same ones for the same seed."""
    chance = random.Random(seed)
    return [_pilot(chance, number) for number in range(1, count + 1)]


def _pilot(chance: random.Random, number: int) -> MadePilot:
    tenant, tenant_name, area, county = TENANTS[number % len(TENANTS)]
    is_region = number % 5 == 0
    body = "91" + area + "".join(chance.choice("0123456789ABCDEFGHJKLMNPQRTUWXY") for _ in range(9))
    cap = 500_000_000 if is_region else 100_000_000
    return MadePilot(
        tenant=tenant,
        tenant_name=tenant_name,
        county=county,
        name=f"{tenant_name}第{number}试点" + ("产业园区" if is_region else "科技有限公司"),
        kind="试点区域" if is_region else "试点企业",
        uscc=body + uscc.calc_check_digit(body),
        direction=chance.choice(("M1", "M5", "M9", "A1", "A5")),
        project_code=f"2601-{area}-04-01-{number:06d}",
        investment_wan=chance.randrange(800, 30_000),
        award_fen=chance.choice((cap, cap * 6 // 10, cap // 2 + 50)),
    )


def designation_rows(pilots: Sequence[MadePilot]) -> list[list[Value]]:
    """One row for each pilot and its project."""
    return [
        [
            *(number, p.name, p.kind, p.uscc, p.tenant_name, p.county or None, p.direction, f"{p.name}融合项目"),
            *(p.project_code, p.investment_wan, date(2026, 4, 1), date(2027, 11, 28)),
            *("吉发改服务〔2026〕21号", date(2026, 3, 16)),
        ]
        for number, p in enumerate(pilots, start=1)
    ]


def award_rows(pilots: Sequence[MadePilot]) -> list[list[Value]]:
    """All of each pilot's award, in 万元."""
    return [
        [
            *(number, p.tenant_name, p.name, p.uscc, p.project_code, p.award_fen / 1_000_000),
            *(2026, "吉发改服务〔2026〕35号", date(2026, 4, 10)),
        ]
        for number, p in enumerate(pilots, start=1)
    ]


def allocation_rows(pilots: Sequence[MadePilot]) -> list[list[Value]]:
    """The whole award allocated at once, in 万元."""
    return [
        [
            *(number, DOCUMENT_NO, ALLOCATED_ON, p.tenant_name, p.name, p.uscc, p.project_code),
            p.award_fen / 1_000_000,
        ]
        for number, p in enumerate(pilots, start=1)
    ]


def disbursement_rows(pilots: Sequence[MadePilot], count: int) -> list[list[Value]]:
    """`count` equal disbursements over the pilots in turn, in yuan; what does not divide stays with the fund."""
    each = -(-count // len(pilots))
    rows: list[list[Value]] = []
    for number in range(1, count + 1):
        p = pilots[(number - 1) % len(pilots)]
        rows.append(
            [
                *(number, ALLOCATED_ON + timedelta(days=number % 90), p.name, p.uscc, p.project_code, p.name),
                *(f"2200{number % len(pilots):011d}", DOCUMENT_NO, f"ZF2026{number:08d}", p.award_fen // each / 100),
            ]
        )
    return rows


def book(kind: str, rows: Sequence[Sequence[Value]], title: str = "测试用表") -> bytes:
    """The rows in the official template: title, version and unit, headers, rows, total, signature."""
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet("表")
    headers = HEADERS[kind]
    at = headers.index(AMOUNTS[kind])
    sheet.append([title])
    sheet.append(["模板版本：2026", *[None] * (len(headers) - 2), f"单位：{UNITS[kind]}"])
    sheet.append(headers)
    total = 0.0
    for row in rows:
        sheet.append(row)
        amount = row[at]
        total += amount if isinstance(amount, int | float) else 0
    places = 2 if UNITS[kind] == "元" else 6
    sheet.append(["合计", *[None] * (at - 1), round(total, places)])
    sheet.append(["填表单位（盖章）："])
    out = BytesIO()
    workbook.save(out)
    return out.getvalue()


def expected(pilots: Sequence[MadePilot], disbursements: Sequence[Sequence[Value]]) -> dict[str, object]:
    """Whole fen per pilot after all four books."""
    sums: dict[str, dict[str, str | int]] = {
        p.uscc: {"tenant": p.tenant, "awarded": p.award_fen, "allocated": p.award_fen, "disbursed": 0} for p in pilots
    }
    for row in disbursements:
        amount, code = row[9], row[3]
        if isinstance(amount, int | float) and isinstance(code, str):
            sums[code]["disbursed"] = int(sums[code]["disbursed"]) + round(amount * 100)
    return {"unit": "fen", "pilots": sums}


def main() -> None:
    """Write one set of books into a folder."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--pilots", type=int, default=20)
    parser.add_argument("--disbursements", type=int, default=60)
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    pilots = make_pilots(given.pilots, given.seed)
    disbursements = disbursement_rows(pilots, given.disbursements)
    books = {
        "01-designation.xlsx": book("designation", designation_rows(pilots)),
        "02-awards.xlsx": book("awards", award_rows(pilots)),
        "03-allocations.xlsx": book("allocations", allocation_rows(pilots)),
    }
    for tenant, *_ in TENANTS:
        own = {p.uscc for p in pilots if p.tenant == tenant}
        rows = [row for row in disbursements if row[3] in own]
        books[f"04-disbursements-{tenant}.xlsx"] = book("disbursements", rows)
    for name, content in books.items():
        (given.folder / name).write_bytes(content)
    text = json.dumps(expected(pilots, disbursements), ensure_ascii=False, indent=1)
    (given.folder / "expected.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
