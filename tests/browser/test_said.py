"""What a screen reader is told, what paper shows, and what the browser keeps after its person has left."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser import acts, looks
from tests.browser.house import House
from tests.browser.places import AUDITOR, OFFICER, REVIEWER
from tests.browser.visits import Mode, Visit
from tests.browser.windows import opened

pytestmark = pytest.mark.browser

LIST = "/pilots?per_page=20"


@pytest.fixture
def officer(house: House) -> Iterator[Visit]:
    """The officer's window, at home."""
    with opened(house.chromium, house.base, Mode.LOCAL, b"") as visit:
        visit.sign_in(OFFICER)
        yield visit
        assert visit.watch.complaints == []


def test_a_page_has_its_parts_by_name(house: House, officer: Visit) -> None:
    officer.open(house.places.path("/t/220100/pilots/{pilot}"))
    page = officer.page
    expect(page.get_by_role("banner")).to_have_count(1)
    expect(page.get_by_role("main")).to_have_count(1)
    expect(page.get_by_role("contentinfo")).to_have_count(1)
    expect(page.get_by_role("search")).to_have_count(1)
    expect(page.get_by_role("navigation", name="主导航")).to_have_count(1)
    expect(page.get_by_role("navigation", name="位置")).to_have_count(1)
    current = page.get_by_role("navigation", name="主导航").locator("[aria-current=page]")
    expect(current).to_have_accessible_name(re.compile("^试点"))
    expect(page.get_by_role("heading", level=1)).to_have_count(1)


def test_paging_is_said_and_leaves_the_reader_in_the_list(house: House) -> None:
    with opened(house.chromium, house.base, Mode.LOCAL, b"") as visit:
        page, live = visit.page, visit.page.locator("#live")
        visit.sign_in(AUDITOR)
        visit.open(LIST)
        expect(live).to_have_attribute("role", "status")
        expect(live).to_have_text("")
        page.locator("#list .pager a[href*='&page=2']").first.click()
        expect(live).to_have_text(re.compile(r"^共 \d+ 个试点，第 2 页"))
        assert page.evaluate("document.getElementById('list').contains(document.activeElement)")
        expect(page).to_have_url(re.compile("page=2"))


def test_a_refusal_is_said_and_leads_to_its_field(house: House, officer: Visit) -> None:
    page = officer.page
    officer.open(house.places.path("/t/220100/disbursements/new?pilot={pilot}"))
    acts.fill(page, {**acts.DISBURSEMENT, "#amount": "9000000"}, house.places)
    page.locator("#next").click()
    errors = page.locator("#errors")
    expect(errors).to_be_focused()
    expect(errors).to_have_accessible_name("有 1 处需要修改")
    expect(page).to_have_title(re.compile("^错误："))
    amount = page.locator("#amount")
    expect(amount).to_have_attribute("aria-invalid", "true")
    expect(amount).to_have_accessible_description(re.compile("最多还可填"))
    errors.get_by_role("link").first.click()
    expect(amount).to_be_focused()
    expect(page.locator("#capcheck")).to_have_attribute("aria-live", "polite")


def hidden_on_paper(page: Page) -> None:
    for part in ("header.top", ".nav-main", "footer.foot", ".skip", ".crumb", "#session-notice", "#page-notice"):
        for one in page.locator(part).all():
            expect(one).to_be_hidden()


@pytest.mark.parametrize(
    "path",
    [
        "/t/220100/pilots/{pilot}?tab=ledger",
        "/t/220100/disbursements/{posted}",
        "/t/220100/disbursements/{waiting}",
        "/totals",
    ],
)
def test_paper_shows_the_matter_alone_in_black_on_white(house: House, officer: Visit, path: str) -> None:
    page = officer.page
    officer.open(house.places.path(path))
    page.emulate_media(media="print", color_scheme="dark")
    hidden_on_paper(page)
    expect(page.locator("main")).to_be_visible()
    for button in page.get_by_role("button").all():
        expect(button).to_be_hidden()
    colours = page.evaluate(
        "(() => { const s = getComputedStyle(document.body); return [s.color, s.backgroundColor]; })()"
    )
    assert colours == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]
    assert page.pdf(format="A4").startswith(b"%PDF")


def test_a_voucher_on_paper_has_places_for_its_signatures(house: House, officer: Visit) -> None:
    officer.open(house.places.path("/t/220100/disbursements/{posted}"))
    officer.page.emulate_media(media="print")
    signs = officer.page.locator(".signs").first
    expect(signs).to_be_visible()
    for name in ("经办", "复核", "负责人", "公章"):
        expect(signs).to_contain_text(name)


def test_nothing_of_a_session_stays_in_the_browser(house: House) -> None:
    with opened(house.chromium, house.base, Mode.LOCAL, b"") as visit:
        page = visit.page
        visit.sign_in(AUDITOR)
        session = next(one["value"] for one in page.context.cookies() if one["name"] == "ledger")
        for path in ("/totals", "/pilots", house.places.path("/t/220100/pilots/{pilot}?tab=ledger")):
            visit.open(path)
        visit.sign_out()
        assert looks.kept(page) == []
        page.go_back()
        expect(page.get_by_label("用户名")).to_be_visible()
        assert "长春市" not in page.content()
        page.context.add_cookies([{"name": "ledger", "value": session, "url": house.base}])
        visit.open("/totals")
        expect(page.get_by_label("用户名")).to_be_visible()


def test_a_row_that_is_passed_is_said_and_leads_to_the_next_one(house: House) -> None:
    with opened(house.chromium, house.base, Mode.LOCAL, b"") as visit:
        visit.sign_in(REVIEWER)
        visit.open("/t/220100/approvals")
        row = visit.page.locator(house.places.path("#row-{recovery}"))
        following = row.locator("xpath=following-sibling::tr[1]").get_attribute("id")
        row.locator("summary").click()
        for box in row.locator("form[action$='/approve'] input[type=checkbox]").all():
            box.check()
        row.get_by_role("button", name="复核通过").click()
        expect(row).to_have_count(0)
        expect(visit.page.locator("#live")).to_contain_text("复核通过")
        stop = visit.page.locator(f"#{following}")
        assert stop.evaluate("e => e.contains(document.activeElement)")
