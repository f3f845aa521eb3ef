"""What the rows of a made book lead to: groups, tenants, notices, and refused rows that reserve nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

import config
from ledger import dispatch, faces
from ledger.audit.queries_check import CheckBooks
from ledger.audit.queries_totals import PositionOf, Totals
from ledger.domain.access import SYSTEM, Actor
from ledger.domain.money import Money
from ledger.exchange.commands import ImportBook, NotStored
from ledger.exchange.queries import ImportReport
from ledger.exchange.report import Report, Upload
from ledger.exchange.templates import Kind
from ledger.funds.commands_fund_line import SetFundLine
from ledger.pilots.commands_policy import OpenPolicy
from tests.data import make_workbooks
from tests.factories import credit_code

People = Callable[[str], Actor]
ON = date(2026, 3, 16)
CHANGCHUN, JILIN = "长春市", "吉林市"
PROJECTS = tuple(f"2601-220122-04-01-{number:06d}" for number in range(1, 9))


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faces, "register", lambda _app: None)


@pytest.fixture
def people(app: Flask, actor: People) -> People:
    dispatch.execute(OpenPolicy(), SYSTEM)
    order = SetFundLine(fiscal_year=2026, total=Money(20_000_000_00), checker=actor("province.reviewer"))
    dispatch.execute(order, actor("province.officer"))
    return actor


def load(kind: str, content: bytes, maker: Actor, checker: Actor | None, **how: Any) -> Report:
    order = ImportBook(kind=Kind(kind), upload=Upload(f"{kind}.xlsx", content), checker=checker, **how)
    try:
        done = dispatch.execute(order, maker)
    except NotStored as refused:
        return refused.report
    return dispatch.ask(ImportReport(done.subject_id), maker).report


def province(people: People, kind: str, rows: Sequence[Sequence[Any]], **how: Any) -> Report:
    content = make_workbooks.book(kind, rows, title="2026年第二批")
    return load(kind, content, people("province.officer"), people("province.reviewer"), **how)


def pilot_row(uscc: str, project: str | None, tenant: str = CHANGCHUN, **changes: Any) -> list[Any]:
    row = {
        "n": 1, "name": f"试点{uscc[8:]}有限公司", "kind": "试点企业", "uscc": uscc, "tenant": tenant, "county": None,
        "direction": "M1", "project": "融合项目", "code": project, "investment": 1000, "start": None, "finish": None,
        "no": "吉发改服务〔2026〕21号", "on": ON,
    }  # fmt: skip
    return list((row | {"start": date(2026, 4, 1), "finish": date(2027, 11, 28)} | changes).values())


def award_row(uscc: str, project: str, wan: Any, tenant: str = CHANGCHUN, **changes: Any) -> list[Any]:
    row = {
        "n": 1, "tenant": tenant, "name": f"试点{uscc[8:]}有限公司", "uscc": uscc, "code": project, "wan": wan,
        "year": 2026, "no": "吉发改服务〔2026〕35号", "on": date(2026, 4, 10),
    }  # fmt: skip
    return list((row | changes).values())


def allocation_row(uscc: str, project: str, wan: Any, **changes: Any) -> list[Any]:
    row = {
        "n": 1, "no": "吉财建指〔2026〕118号", "on": date(2026, 4, 28), "tenant": CHANGCHUN,
        "name": f"试点{uscc[8:]}有限公司", "uscc": uscc, "code": project, "wan": wan,
    }  # fmt: skip
    return list((row | changes).values())


def faults(report: Report) -> list[tuple[int, str, str]]:
    return [(fault.row, fault.column, fault.code) for fault in report.refused]


def awarded(uscc: str) -> list[int]:
    return [position.sums.awarded.fen for position in dispatch.ask(PositionOf(uscc), SYSTEM)]


@pytest.mark.parametrize("seed", [2, 11])
def test_other_books_of_the_same_shape_lead_to_their_fen(seed: int, people: People, tmp_path: Path) -> None:
    script = config.ROOT / "tests" / "data" / "make_workbooks.py"
    subprocess.run([sys.executable, script, tmp_path, "--seed", str(seed), "--pilots", "12"], check=True)
    order = SetFundLine(fiscal_year=2026, total=Money(500_000_000_00), checker=people("province.reviewer"))
    dispatch.execute(order, people("province.officer"))
    for path in sorted(tmp_path.glob("*.xlsx")):
        kind = path.stem.split("-", 2)[1]
        code = path.stem.split("-", 2)[2] if kind == "disbursements" else None
        maker, checker = (
            (f"{code}.finance_officer", f"{code}.finance_reviewer")
            if code
            else ("province.officer", "province.reviewer")
        )
        report = load(kind, path.read_bytes(), people(maker), people(checker))
        assert report.refused == ()
        assert report.rows == report.stored
    wanted = json.loads((tmp_path / "expected.json").read_text(encoding="utf-8"))["pilots"]
    book = dispatch.ask(Totals(), SYSTEM)
    found = {
        pilot.uscc: {
            "tenant": pilot.tenant_code,
            **{name: getattr(pilot.sums, name).fen for name in ("awarded", "allocated", "disbursed")},
        }
        for pilot in book.pilots
    }
    assert found == wanted
    assert dispatch.ask(CheckBooks(), SYSTEM) == ()


def test_rows_of_one_number_are_one_award_with_several_lines(people: People) -> None:
    one = credit_code()
    designated = province(people, "designation", [pilot_row(one, code) for code in PROJECTS[:3]])
    assert (designated.stored, designated.refused) == (3, ())
    report = province(people, "awards", [award_row(one, PROJECTS[0], 40), award_row(one, PROJECTS[1], "60")])
    assert (report.stored, report.refused) == (2, ())
    assert awarded(one) == [1_000_000_00]
    again = province(people, "awards", [award_row(one, PROJECTS[2], 1, no="吉发改服务〔2026〕99号")])
    assert faults(again) == [(4, "统一社会信用代码", "already_awarded")]


def test_the_line_that_breaks_an_award_is_the_one_refused(people: People) -> None:
    one, two = credit_code(), credit_code()
    rows = [pilot_row(one, PROJECTS[0]), pilot_row(one, PROJECTS[1]), pilot_row(two, PROJECTS[2])]
    province(people, "designation", rows)
    report = province(
        people,
        "awards",
        [
            award_row(one, PROJECTS[0], 60),
            award_row(two, PROJECTS[2], 100),
            award_row(one, PROJECTS[1], 40.000001),
            award_row(one, PROJECTS[0], 1),
            award_row(one, PROJECTS[5], 1),
            award_row(one, PROJECTS[1], 40, on=date(2026, 4, 11)),
            award_row(one, PROJECTS[1], 40),
        ],
        only_good=True,
    )
    assert faults(report) == [
        (6, "安排金额", "cap_exceeded"),
        (7, "项目代码", "project"),
        (8, "项目代码", "project"),
        (9, "安排日期", "invalid"),
    ]
    assert (report.accepted, report.stored) == (3, 3)
    assert any("同属一项核定" in str(warning) for warning in report.warnings)
    assert (awarded(one), awarded(two)) == ([1_000_000_00], [1_000_000_00])


def test_the_year_s_fund_line_stops_at_its_last_fen(people: People) -> None:
    codes = [credit_code() for _ in range(6)]
    rows = [pilot_row(code, PROJECTS[at], kind="试点区域") for at, code in enumerate(codes)]
    province(people, "designation", rows)
    awards = [award_row(code, PROJECTS[at], 400) for at, code in enumerate(codes)]
    report = province(people, "awards", awards, only_good=True)
    assert faults(report) == [(9, "安排金额", "exceeds_fund_line")]
    assert report.stored == 5


def test_the_tenant_is_the_row_s_by_name_and_the_order_of_faults_holds(people: People) -> None:
    one, two = credit_code(), credit_code()
    report = province(
        people,
        "designation",
        [
            pilot_row(one, PROJECTS[0], tenant="延边州"),
            pilot_row(two, PROJECTS[1], tenant="沈阳市"),
            pilot_row(two, None, tenant="220100"),
            pilot_row(two[:-1] + ("0" if two[-1] != "0" else "1"), PROJECTS[1], tenant="沈阳市"),
            pilot_row(two, PROJECTS[1], tenant="沈阳市", direction="X9"),
            pilot_row(two, PROJECTS[1], on="2026-02-30"),
        ],
        only_good=True,
    )
    assert faults(report) == [
        (5, "市（州）", "not_found"),
        (6, "项目代码", "required"),
        (7, "统一社会信用代码", "uscc_check"),
        (8, "市（州）", "not_found"),
        (9, "认定日期", "date"),
    ]
    assert [position.tenant_code for position in dispatch.ask(PositionOf(one), SYSTEM)] == ["222400"]


def test_a_second_tenant_may_designate_too_but_the_right_stays_one(people: People) -> None:
    one = credit_code()
    rows = [pilot_row(one, PROJECTS[0]), pilot_row(one, PROJECTS[1], tenant=JILIN)]
    report = province(people, "designation", rows)
    assert report.stored == 2
    assert any("别的市（州）" in str(warning) for warning in report.warnings)
    awards = [award_row(one, PROJECTS[0], 10), award_row(one, PROJECTS[1], 10, tenant=JILIN, no="另一文号")]
    refused = province(people, "awards", awards)
    assert faults(refused) == [(5, "统一社会信用代码", "already_awarded")]
    assert refused.stored == 0
    again = province(people, "designation", [pilot_row(one, PROJECTS[2])])
    assert faults(again) == [(4, "统一社会信用代码", "conflict")]


def test_one_pilot_s_rows_agree(people: People) -> None:
    one = credit_code()
    rows = [
        pilot_row(one, PROJECTS[0]),
        pilot_row(one, PROJECTS[1], kind="试点区域"),
        pilot_row(one, PROJECTS[0]),
    ]
    report = province(people, "designation", rows)
    assert faults(report) == [(5, "试点类型", "invalid"), (6, "项目代码", "project")]


def test_refused_allocations_reserve_neither_number_nor_project(people: People) -> None:
    one = credit_code()
    province(people, "designation", [pilot_row(one, PROJECTS[0])])
    assert faults(province(people, "allocations", [allocation_row(one, PROJECTS[0], 10)])) == [
        (4, "下达金额", "exceeds_awarded")
    ]
    province(people, "awards", [award_row(one, PROJECTS[0], 50)])
    report = province(
        people,
        "allocations",
        [
            allocation_row(one, PROJECTS[0], 50.000001, on=date(2026, 5, 1)),
            allocation_row(one, PROJECTS[0], 30),
            allocation_row(one, PROJECTS[0], 10),
            allocation_row(one, PROJECTS[0], 10, on=date(2026, 4, 9), no="吉财建指〔2026〕119号"),
            allocation_row(one, PROJECTS[0], 20, no="吉财建指[2026]120号"),
            allocation_row(one, PROJECTS[1], 1, no="吉财建指[2026]121号"),
        ],
        only_good=True,
    )
    assert faults(report) == [
        (4, "下达金额", "exceeds_awarded"),
        (6, "项目代码", "conflict"),
        (7, "下达日期", "before_allocation"),
        (9, "项目代码", "project"),
    ]
    assert report.stored == 2


def test_a_book_without_rows_is_an_import_of_nothing(people: People) -> None:
    report = province(people, "designation", [])
    assert (report.rows, report.stored, report.refused) == (0, 0, ())
