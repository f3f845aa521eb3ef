"""What people do beside the way: click twice, answer a question, go back, copy a link."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from ledger.dispatch import ask
from ledger.domain.documents import DocumentKind
from ledger.funds.queries_lists import ListDocuments
from tests.browser.conftest import Browse
from tests.browser.visits import Books, Mode, Visit
from tests.factories import Factory

pytestmark = pytest.mark.browser

OFFICER = "220100.finance_officer"
NEW = "/t/220100/disbursements/new"
ONE_DATABASE = pytest.mark.parametrize("database_urls", ["sqlite"], indirect=True)
"""What the browser alone decides is tried on one database."""


def fills_in(visit: Visit, books: Books, amount: str) -> None:
    visit.open(f"{NEW}?pilot={books.region.id}")
    for label, text in (("拨付日期", "2026-05-20"), ("支付凭证号", "PZ-1"), ("收款账号", "220012345678901")):
        visit.page.get_by_label(label).fill(text)
    visit.page.locator("#amount").fill(amount)
    visit.press("下一步：核对")


@pytest.mark.parametrize("mode", [Mode.CDN, Mode.NO_SCRIPT])
def test_a_double_click_makes_one_document(browse: Browse, books: Books, make: Factory, mode: Mode) -> None:
    with browse(mode) as visit:
        visit.sign_in(OFFICER)
        fills_in(visit, books, "800000")
        expect(visit.page.get_by_role("heading", level=1)).to_have_text("核对拨付")
        visit.page.get_by_role("button", name="确认无误，送复核").dblclick()
        visit.says("已送复核")
    found = ask(ListDocuments(tenant_code="220100", kind=DocumentKind.DISBURSEMENT), make.actor(OFFICER)).items
    assert [one.document.pilot_id for one in found].count(books.region.id) == 1


@ONE_DATABASE
def test_the_answer_to_the_question_outlives_the_next_live_check(browse: Browse, books: Books) -> None:
    with browse(Mode.CDN) as visit:
        visit.sign_in(OFFICER)
        fills_in(visit, books, "")
        expect(visit.page.locator("#errors")).to_be_focused()
        visit.page.locator("#amount").press_sequentially("500")
        answer = visit.page.get_by_label("就是 500.00 元")
        expect(answer).to_be_visible()
        # Leaving the field for the box is a change of the field: its check must not take the tick away.
        answer.click()
        visit.page.wait_for_timeout(800)
        expect(answer).to_be_checked()
        visit.press("下一步：核对")
        expect(visit.page.get_by_role("heading", level=1)).to_have_text("核对拨付")


@ONE_DATABASE
def test_back_after_sign_out_shows_no_page_and_a_copied_link_no_fragment(browse: Browse, books: Books) -> None:
    with browse(Mode.CDN) as visit:
        visit.sign_in(OFFICER)
        visit.open("/t/220100/pilots")
        visit.page.get_by_label("类型").select_option(label="试点企业")
        visit.says("共 1 个")
        filtered = visit.page.url
        assert "kind=enterprise" in filtered
        visit.open(f"/t/220100/pilots/{books.region.id}")
        visit.page.go_back()
        visit.says("共 1 个")
        expect(visit.page.get_by_role("navigation", name="主导航")).to_be_visible()
        visit.sign_out()
        visit.page.go_back()
        expect(visit.page.get_by_label("用户名")).to_be_visible()
        assert books.firm.name not in visit.page.content()
        visit.page.goto(filtered)
        expect(visit.page.get_by_label("用户名")).to_be_visible()
