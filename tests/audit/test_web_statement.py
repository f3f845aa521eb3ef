"""台账: the statement of an account over a period, its check against the vouchers, and the form that is printed."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.audit.conftest import Books
from tests.conftest import Browser
from tests.factories import Factory

SignIn = Callable[[str], Browser]
OFFICER = "220100.finance_officer"


@pytest.fixture
def ledger(sign_in: SignIn, books: Books) -> Callable[[str], str]:
    """The statement's tab of the pilot with money in every stage, with `query` after it."""
    browser = sign_in(OFFICER)

    def shown(query: str = "") -> str:
        answer = browser.get(f"/t/220100/pilots/{books.pilot.id}?tab=ledger{query}")
        assert answer.status_code == 200
        return re.sub(r"\s+", " ", answer.get_data(as_text=True))

    return shown


def test_the_closing_balance_is_what_may_be_disbursed_and_what_waits(ledger: Callable[[str], str]) -> None:
    page = ledger("")
    assert "期末余额 550,000.00 ＝ 可拨余额 550,000.00 ＋ 待复核 0.00" in page
    assert "与支付凭证合计核对一致：拨付 400,000.00" in page


@pytest.mark.parametrize(
    ("account", "total"),
    [
        ("awarded", "1,000,000.00"),
        ("allocated", "1,000,000.00"),
        ("disbursed", "400,000.00"),
        ("spent", "300,000.00"),
        ("accepted", "250,000.00"),
        ("recovered", "50,000.00"),
    ],
)
def test_an_account_ends_at_its_bar(ledger: Callable[[str], str], account: str, total: str) -> None:
    page = ledger(f"&account={account}")
    foot = page[page.index("<tfoot>") : page.index("</tfoot>")]
    assert foot.count(total) == 2, foot
    bars = page[page.index('id="moneybar"') : page.index('class="tabs"')]
    assert total in bars


def test_a_bar_leads_to_its_account(ledger: Callable[[str], str], books: Books) -> None:
    assert f"/t/220100/pilots/{books.pilot.id}?tab=ledger&amp;account=disbursed" in ledger("")


def test_a_period_opens_with_what_stood_before_it(ledger: Callable[[str], str]) -> None:
    page = ledger("&from=2026-06-22&to=2026-06-30")
    opening = page[page.index("期初余额") :]
    # The recovery of 2026-06-25 is within, the reversal of 2026-07-01 is not yet known.
    assert opening.index("500,000.00") < opening.index("450,000.00")
    assert "〔冲销〕" not in page
    assert "请按 年-月-日 填写日期" in ledger("&from=soon")
    assert "这个期间没有发生额" in ledger("&from=2027-01-01")


def test_a_reversal_is_hidden_with_what_it_undoes(ledger: Callable[[str], str]) -> None:
    page = ledger("&reversals=hidden")
    assert "〔冲销〕" not in page
    assert "−100,000.00" not in page
    assert "550,000.00" in page
    assert "与支付凭证合计核对一致" in page


def test_a_longer_statement_carries_its_balance_from_page_to_page(sign_in: SignIn, make: Factory, books: Books) -> None:
    for _each in range(20):
        make.disbursed(books.pilot, 100_00)
    url = f"/t/220100/pilots/{books.pilot.id}?tab=ledger&per_page=20"
    first, second = (sign_in(OFFICER).get(f"{url}&page={number}").get_data(as_text=True) for number in (1, 2))
    assert "承前页" not in first
    assert "承前页" in second
    assert "548,000.00" in second
    alone = sign_in(OFFICER).get(f"{url}&page=2", htmx=True, headers={"HX-Target": "ledger"}).get_data(as_text=True)
    assert alone.lstrip().startswith('<section class="card" id="ledger"')
    assert "承前页" in alone
    assert "<html" not in alone


def test_the_printed_form_is_in_chinese_and_in_yuan(sign_in: SignIn, books: Books) -> None:
    browser = sign_in(OFFICER)
    pilot = f"/t/220100/pilots/{books.pilot.id}?tab=ledger&lang=en&unit=wan"
    for url, title in (
        (pilot, "服务业发展专项资金对账单"),
        (f"/t/220100/disbursements/{books.disbursement_id}?lang=en&unit=wan", "服务业发展专项资金拨付审批单"),
    ):
        page = browser.get(url).get_data(as_text=True)
        assert '<html lang="en"' in page
        form = page[page.index('class="paper"') :]
        assert form.startswith('class="paper" hidden lang="zh-CN"')
        for words in (
            title,
            "单位：元",
            "人民币",
            "经办",
            "复核",
            "负责人",
            "公章",
            "打印人：",
            "打印时间：",
            "记录 #",
        ):
            assert words in form, (url, words)
        assert "400,000.00" in form
        assert "拨付" in form
        assert 'class="with-paper"' in page
