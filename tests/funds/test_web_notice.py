"""指标下达 over several pilots and tenants: rows found, pasted and removed, all of them sent or none."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from ledger.audit.queries_verify import VerifyJournal
from ledger.dispatch import ask
from ledger.domain.access import SYSTEM
from ledger.domain.documents import DocumentKind
from ledger.domain.money import Money
from ledger.funds.queries import ShownDocument
from ledger.funds.queries_lists import ListDocuments
from tests.conftest import Browser
from tests.factories import Factory, MadePilot

SignIn = Callable[[str], Browser]
NEW = "/allocations/new"
OFFICER = "province.officer"
HEAD = {"fiscal_year": "2026", "document_no": "吉财建指[2026]201号", "allocated_on": "2026-05-08"}


@pytest.fixture
def pilots(make: Factory) -> tuple[MadePilot, MadePilot]:
    """One pilot in each of two tenants, with 1,000,000.00 and 600,000.00 awarded."""
    return make.awarded(1_000_000_00), make.awarded(600_000_00, tenant_code="220200")


def stored(make: Factory, code: str) -> list[ShownDocument]:
    return list(ask(ListDocuments(tenant_code=code, kind=DocumentKind.ALLOCATION), make.actor(OFFICER)).items)


def row_keys(page: str) -> list[str]:
    return re.findall(r'name="line_\d+" value="([\w-]+)"', page)


def pasted(browser: Browser, *rows: str, **changes: Any) -> str:
    answer = browser.post(NEW, HEAD | {"add": "paste", "pasted": "\n".join(rows), "q": ""} | changes)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def notice(browser: Browser, pilots: tuple[MadePilot, ...], *amounts: str, **changes: Any) -> dict[str, Any]:
    """The form of a notice with a row for each pilot."""
    page = pasted(browser, *(pilot.project_codes[0] for pilot in pilots))
    rows: dict[str, Any] = {}
    for place, (key, amount) in enumerate(zip(row_keys(page), amounts, strict=True)):
        rows |= {f"line_{place}": key, f"amount_{place}": amount}
    return HEAD | {"q": "", "pasted": "", "step": "check"} | rows | changes


def test_a_pilot_is_found_by_words_and_added_by_a_submit_button(
    sign_in: SignIn, pilots: tuple[MadePilot, MadePilot]
) -> None:
    browser = sign_in(OFFICER)
    found = browser.post(NEW, HEAD | {"add": "find", "q": pilots[1].name[5:]}).get_data(as_text=True)
    assert len(row_keys(found)) == 1
    assert "吉林市" in found
    assert "600,000.00" in found
    several = browser.post(NEW, HEAD | {"add": "find", "q": ""}).get_data(as_text=True)
    assert row_keys(several) == []
    choices = re.findall(r'name="add" value="([\w-]+-\d+)"', several)
    assert len(choices) == 2
    chosen = browser.post(NEW, HEAD | {"add": choices[0], "q": ""}).get_data(as_text=True)
    assert row_keys(chosen) == [choices[0]]
    nothing = browser.post(NEW, HEAD | {"add": "find", "q": "没有这个试点"}).get_data(as_text=True)
    assert "没有找到可以下达的项目" in nothing


def test_rows_of_a_workbook_are_pasted_and_one_that_is_unknown_stays_with_its_reason(
    sign_in: SignIn, pilots: tuple[MadePilot, MadePilot]
) -> None:
    first, second = pilots
    page = pasted(sign_in(OFFICER), f"{first.project_codes[0]}\t400,000", f"{second.name}\t250000.50", "不明项目\t1")
    assert len(row_keys(page)) == 2
    assert 'name="amount_0" value="400,000"' in page
    assert 'name="amount_1" value="250000.50"' in page
    assert "没有找到：不明项目" in page
    assert "不明项目\t1</textarea>" in page
    assert "650,000.50" in page


def test_a_row_is_removed_and_the_others_stay(sign_in: SignIn, pilots: tuple[MadePilot, MadePilot]) -> None:
    browser = sign_in(OFFICER)
    form = notice(browser, pilots, "400000", "250000")
    page = browser.post(NEW, {**form, "remove": "0"}).get_data(as_text=True)
    assert row_keys(page) == [form["line_1"]]
    assert 'name="amount_1" value="250000"' in page


def test_a_notice_over_two_tenants_is_sent_as_one_with_a_document_in_each(
    sign_in: SignIn, make: Factory, pilots: tuple[MadePilot, MadePilot]
) -> None:
    browser = sign_in(OFFICER)
    form = notice(browser, pilots, "４００，０００", "250000.5")
    check = browser.post(NEW, form)
    page = check.get_data(as_text=True)
    assert check.status_code == 200
    assert "人民币陆拾伍万元零伍角整" in page
    assert "共 2 行" in page
    assert stored(make, "220100") == []
    sent = browser.post(NEW, form | {"step": "send", "idempotency_key": "k-1"})
    assert sent.status_code == 303
    ours, theirs = stored(make, "220100")[0].document, stored(make, "220200")[0].document
    assert (ours.status, ours.amount, ours.document_no) == ("waiting", Money(400_000_00), "吉财建指〔2026〕201号")
    assert (theirs.status, theirs.amount) == ("waiting", Money(250_000_50))
    receipt = browser.get(sent.location).get_data(as_text=True)
    assert f"/t/220100/allocations/{ours.id}" in receipt
    assert f"/t/220200/allocations/{theirs.id}" in receipt
    assert "已送复核，共 2 笔" in receipt
    again = browser.post(NEW, form | {"step": "send", "idempotency_key": "k-1"})
    assert again.location == sent.location
    assert len(stored(make, "220100")) == 1
    assert ask(VerifyJournal(), SYSTEM).sound
    make.approve("220200", DocumentKind.ALLOCATION, theirs.id, "province.reviewer")


def test_of_a_notice_with_one_wrong_row_nothing_is_stored(
    sign_in: SignIn, make: Factory, pilots: tuple[MadePilot, MadePilot]
) -> None:
    browser = sign_in(OFFICER)
    for step in ("check", "send"):
        answer = browser.post(NEW, notice(browser, pilots, "400000", "600000.01", step=step), htmx=True)
        page = answer.get_data(as_text=True)
        assert answer.status_code == 422
        assert "有 1 行超出，不能送审" in page
        assert 'href="#amount_1"' in page
        assert 'name="amount_0" value="400000"' in page
        assert 'name="document_no" aria-required="true"' in page
    assert stored(make, "220100") == stored(make, "220200") == []


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"document_no": " "}, "document_no", "请填写文号"),
        ({"allocated_on": "2026-02-30"}, "allocated_on", "没有 2 月 30 日"),
        ({"allocated_on": "2026-01-01"}, "allocated_on", "下达日期不能早于核定日期"),
        ({"amount_1": ""}, "amount_1", "请填写金额"),
        ({"amount_1": "25万"}, "amount_1", "单位是元"),
        ({"fiscal_year": "2025"}, "amount_0", "分开下达"),
    ],
)
def test_a_fault_stands_beside_its_row_or_field(
    sign_in: SignIn, pilots: tuple[MadePilot, MadePilot], changes: dict[str, str], field: str, words: str
) -> None:
    browser = sign_in(OFFICER)
    answer = browser.post(NEW, notice(browser, pilots, "400000", "250000", **changes))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert words in page
    assert f'href="#{field}"' in page


def test_a_number_of_another_date_and_a_project_twice_are_told_at_the_check(
    sign_in: SignIn, make: Factory, pilots: tuple[MadePilot, MadePilot]
) -> None:
    browser = sign_in(OFFICER)
    form = notice(browser, pilots, "100000", "100000")
    assert browser.post(NEW, form | {"step": "send"}).status_code == 303
    other_day = browser.post(NEW, form | {"allocated_on": "2026-05-09"}).get_data(as_text=True)
    assert "一个文号不能用于两份指标文件" in other_day
    twice = browser.post(NEW, form)
    assert twice.status_code == 422
    assert "该项目已有一笔下达" in twice.get_data(as_text=True)


def test_the_live_totals_come_with_what_each_row_leaves(sign_in: SignIn, pilots: tuple[MadePilot, MadePilot]) -> None:
    browser = sign_in(OFFICER)
    form = notice(browser, pilots, "400000", "700000") | {"document_no": ""}
    page = browser.post(NEW, form, htmx=True, headers={"HX-Target": "totals"}).get_data(as_text=True)
    assert "<form" not in page
    assert "1,100,000.00" in page
    assert "人民币壹佰壹拾万元整" in page
    assert "有 1 行超出，不能送审" in page
    assert re.search(r'id="after_1" class="bad-text"[^>]*>−100,000.00', page)


def test_a_notice_is_the_province_s_and_needs_a_row(sign_in: SignIn, pilots: tuple[MadePilot, MadePilot]) -> None:
    assert sign_in("220100.finance_officer").get(NEW).status_code == 403
    assert sign_in("province.reviewer").get(NEW).status_code == 403
    assert sign_in("220100.finance_officer").get("/allocations/notice?no=x").status_code == 403
    officer = sign_in(OFFICER)
    assert "2026 年省级服务业发展专项资金" in officer.get(NEW).get_data(as_text=True)
    empty = officer.post(NEW, HEAD | {"step": "check", "q": "", "pasted": ""})
    assert empty.status_code == 422
    assert "请至少添加一个试点项目" in empty.get_data(as_text=True)
    assert officer.get("/allocations/notice?no=没有").status_code == 404


def test_a_tenant_whose_code_is_no_number_takes_part(sign_in: SignIn, make: Factory) -> None:
    browser, pilot = sign_in(OFFICER), make.awarded(300_000_00, tenant_code="JL-CBS")
    form = notice(browser, (pilot,), "100000")
    assert form["line_0"].startswith("JL-CBS-")
    assert "长白山" in browser.get(NEW, query_string={"line": form["line_0"]}).get_data(as_text=True)
    assert browser.post(NEW, form | {"step": "send"}).status_code == 303
    assert stored(make, "JL-CBS")[0].document.amount == Money(100_000_00)
