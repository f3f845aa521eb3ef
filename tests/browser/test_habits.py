"""What people do beside the way: click twice, go back, read on a narrow screen, in the dark, with a screen reader."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from ledger.dispatch import ask
from ledger.domain.documents import DocumentKind
from ledger.funds.queries import ListDocuments
from tests.browser.conftest import Browse
from tests.browser.visits import NARROW, WIDE, Books, Mode, Visit
from tests.factories import Factory

pytestmark = pytest.mark.browser

OFFICER, REVIEWER, AUDITOR = "220100.finance_officer", "220100.finance_reviewer", "province.auditor"
NEW = "/t/220100/disbursements/new"


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


def test_typed_text_outlives_the_session(browse: Browse, books: Books) -> None:
    with browse(Mode.CDN) as visit:
        visit.sign_in(OFFICER)
        visit.open(f"{NEW}?pilot={books.region.id}")
        visit.page.get_by_label("说明").fill("第一期")
        visit.page.context.clear_cookies()
        visit.watch.expects("401")
        visit.press("下一步：核对")
        expect(visit.page.locator("#session-notice")).to_contain_text("您填的内容没有丢")
        expect(visit.page.get_by_label("说明")).to_have_value("第一期")
        with visit.page.context.expect_page() as window:
            visit.follow("在新窗口登录")
        Visit(window.value, visit.base, visit.mode, visit.watch).sign_in(OFFICER)
        visit.press("重试")
        expect(visit.page.locator("#errors")).to_contain_text("请填写金额")
        expect(visit.page.get_by_label("说明")).to_have_value("第一期")


def paths(books: Books, waiting: int, posted: int) -> dict[str, list[str]]:
    """The pages that each person of the way comes to."""
    tenant, region = "/t/220100", f"/t/220100/pilots/{books.region.id}"
    documents = f"{tenant}/disbursements"
    return {
        OFFICER: [
            "/",
            "/?box=sent",
            f"{tenant}/pilots",
            f"{tenant}/pilots?q=无此名称",
            region,
            f"{region}?tab=ledger",
            f"{region}?tab=projects",
            documents,
            f"{NEW}?pilot={books.region.id}",
            f"{documents}/{waiting}",
            f"{documents}/{posted}",
            f"{documents}/{posted}/reverse",
            "/me",
            "/t/220100/pilots/1",
        ],
        REVIEWER: ["/", f"{tenant}/approvals", f"{documents}/{waiting}"],
        AUDITOR: ["/", "/totals", "/pilots", f"{region}?unit=wan", f"{region}?theme=dark&unit=yuan"],
    }


def test_no_page_of_the_way_fails_axe_or_scrolls_sideways(browse: Browse, books: Books, make: Factory) -> None:
    waiting, posted = make.waiting(books.region, 700_000_00), make.disbursed(books.region, 1_200_000_00)
    found: list[str] = []
    with browse(Mode.CDN) as visit:
        visit.watch.expects("status of 404")
        visit.open("/login")
        found += faults(visit)
        for username, pages in paths(books, waiting, posted).items():
            visit.sign_in(username)
            for path in pages:
                visit.open(path)
                found += faults(visit)
            visit.sign_out()
        visit.sign_in(OFFICER)
        visit.open("/?theme=auto")
        fills_in(visit, books, "9,000,000.00")
        expect(visit.page.locator("#errors")).to_be_visible()
        found += faults(visit)
        fills_in(visit, books, "300")
        expect(visit.page.get_by_label("就是 300.00 元")).to_be_visible()
        found += faults(visit)
        fills_in(visit, books, "300,000.00")
        expect(visit.page.get_by_role("heading", level=1)).to_have_text("核对拨付")
        found += faults(visit)
    assert not found, "\n".join(found)


def faults(visit: Visit) -> list[str]:
    """What is wrong with the page as it stands: in light, in the dark, and on a narrow screen."""
    page, path = visit.page, visit.page.url.removeprefix(visit.base)
    found = [f"{path} light {each}" for each in visit.violations()]
    page.emulate_media(color_scheme="dark")
    found += [f"{path} dark {each}" for each in visit.violations()]
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": NARROW, "height": 700})
    if visit.is_wider_than_the_screen():
        found.append(f"{path} scrolls sideways at {NARROW} px: {visit.widest()}")
    page.set_viewport_size({"width": WIDE, "height": 900})
    return found
