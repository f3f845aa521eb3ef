"""试点页: what holds its money, and its acts narrowed and page by page."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.audit.conftest import Books
from tests.conftest import Browser
from tests.factories import Factory

SignIn = Callable[[str], Browser]
OFFICER = "220100.finance_officer"
HELD = (
    "INSERT INTO subject_hold (uscc, kind, starts_on, ends_on, document_no)"
    " VALUES (:uscc, :kind, '2026-01-01', {}, '吉发改服务〔2026〕99号')"
)


def page_of(browser: Browser, books: Books, query: str = "") -> str:
    answer = browser.get(f"/t/220100/pilots/{books.pilot.id}{query}")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("kind", "ends_on", "words"),
    [
        ("ban", "'2029-06-30'", "限制申报至 2029-06-30（第十二条）"),
        ("ban", "NULL", "限制申报（第十二条）"),
        ("freeze", "NULL", "资金已冻结，待省级作出决定（第十二条）"),
        ("freeze", "'2029-06-30'", "资金已冻结，至 2029-06-30（第十二条）"),
    ],
)
def test_a_hold_is_said_on_top_and_takes_the_buttons_away(
    sign_in: SignIn, books: Books, tamper: Callable[..., None], kind: str, ends_on: str, words: str
) -> None:
    browser = sign_in(OFFICER)
    assert "登记拨付</a>" in page_of(browser, books)
    tamper("subject_hold", HELD.format(ends_on), uscc=books.pilot.uscc, kind=kind)
    page = page_of(browser, books)
    assert words in page
    assert "吉发改服务〔2026〕99号" in page
    assert "登记拨付</a>" not in page
    assert ("暂停拨付</span>" in re.sub(r"\s+", " ", page)) is (kind == "freeze")


def test_the_acts_are_narrowed_in_the_url(sign_in: SignIn, books: Books) -> None:
    browser = sign_in(OFFICER)

    def acts(part: str) -> str:
        page = page_of(browser, books, f"?show={part}" if part else "")
        return page[page.index('id="timeline"') :]

    assert "登记认定" in acts("")
    assert "登记认定" not in acts("money")
    assert "登记拨付" in acts("money")
    assert "拨付被冲销" in acts("changes")
    assert "复核通过拨付" not in acts("changes")
    assert "认定复核通过" in acts("checks")
    assert "登记拨付" not in acts("checks")
    assert "登记认定" in acts("anything")


def test_older_acts_keep_what_they_are_narrowed_to(sign_in: SignIn, make: Factory, books: Books) -> None:
    for _each in range(8):
        make.disbursed(books.pilot, 100_00)
    browser = sign_in(OFFICER)
    page = page_of(browser, books, "?show=money")
    older = re.search(r'id="timeline-older" href="([^"]+)"', page)
    assert older is not None
    assert "show=money" in older[1]
    link = older[1].replace("&amp;", "&")
    alone = browser.get(link, htmx=True, headers={"HX-Target": "timeline"}).get_data(as_text=True)
    assert "登记资金核定" in alone
    assert "登记认定" not in alone
    # Without script the same link is a page, and leads back.
    whole = browser.get(link).get_data(as_text=True)
    assert "回到最新的记录" in whole
    assert "登记资金核定" in whole
