"""THE WAY of a change through a real browser, with and without a script: filed, passed, disposed of, and seen."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Browse
from tests.browser.keyboard import Typist
from tests.browser.visits import Books, Mode, Visit
from tests.files.samples import PDF

pytestmark = pytest.mark.browser

MAKER, REVIEWER, OFFICER = "220100.drc_officer", "220100.drc_reviewer", "province.officer"


@pytest.mark.parametrize("database_urls", ["sqlite"], indirect=True)
@pytest.mark.parametrize("mode", [Mode.CDN, Mode.NO_SCRIPT, Mode.KEYBOARD, Mode.NARROW])
@pytest.mark.rule("C06")
def test_the_way_of_a_change(browse: Browse, books: Books, mode: Mode) -> None:
    with browse(mode) as visit:
        visit.sign_in(MAKER)
        chooses(visit, books)
        number = fills_in(visit)
        attaches(visit)
        sends(visit)
        visit.sign_out()
        visit.sign_in(REVIEWER)
        finds(visit, number)
        visit.press("审核通过")
        visit.says("审核通过", "已报省", "2027-06-28")
        visit.sign_out()
        visit.sign_in(OFFICER)
        finds(visit, number)
        disposes(visit)
        shows(visit, books)
        entries = [by_htmx for path, by_htmx in visit.watch.posts if path.endswith("/changes/new")]
        assert set(entries) == {mode.has_script}


def chooses(visit: Visit, books: Books) -> None:
    page = visit.page
    visit.open(f"/t/220100/pilots/{books.region.id}")
    visit.follow("报备变更")
    visit.settle()
    page.locator("#type").select_option("C06")
    if visit.mode.has_script:
        visit.says("超过 6 个月的须省级先处置")
    visit.press("下一步：填写")
    expect(page.locator("#new_finish_on")).to_be_visible()
    visit.says("2027-06-28")
    visit.settle()


def fills_in(visit: Visit) -> str:
    """First with a fault: what was typed stays. Answer the report's number."""
    page = visit.page
    visit.tick(page.locator("#tick_finish_on"))
    visit.put(page.locator("#new_finish_on"), "2028年6月30日")
    if visit.mode.has_script:
        expect(page.locator("#diff ins")).to_contain_text("2028-06-30")
        expect(page.locator("#diff del")).to_contain_text("2027-06-28")
        expect(page.locator("#diff")).to_contain_text("须省级先处置")
    visit.put(page.locator("#occurred_on"), "2026-10-09")
    visit.put(page.locator("#told_on"), "2026-10-12")
    visit.press("下一步：核对")
    expect(page.locator("#errors")).to_contain_text("请填写变更原因")
    expect(page).to_have_title(re.compile("^错误："))
    expect(page.locator("#new_finish_on")).to_have_value("2028年6月30日")
    expect(page.locator("#tick_finish_on")).to_be_checked()
    visit.put(page.locator("#reason"), "主要设备到货推迟")
    visit.press("下一步：核对")
    expect(page.get_by_role("heading", level=1)).to_have_text("核对变更")
    visit.says("迟报", "+368 天", "变更原因说明", "〔删〕", "〔增〕")
    found = re.search(r"BG-\d+-\d+", page.locator("p.meta").inner_text())
    assert found
    return found[0]


def attaches(visit: Visit) -> None:
    visit.settle()
    page = visit.page
    page.locator("#file").set_input_files({"name": "说明.pdf", "mimeType": "application/pdf", "buffer": PDF})
    visit.press("上传附件")
    visit.says("附件已上传：说明.pdf")


def sends(visit: Visit) -> None:
    page = visit.page
    if page.locator("#check").count():
        visit.activate(page.locator("#check"))
    visit.press("确认无误，送审核")
    visit.says("已送审核", "待属地审核", "说明.pdf")


def finds(visit: Visit, number: str) -> None:
    visit.open("/")
    visit.follow(number)
    expect(visit.page.get_by_role("heading", level=1)).to_contain_text(number)
    visit.settle()


def disposes(visit: Visit) -> None:
    page = visit.page
    visit.activate(page.locator("#decide"))
    visit.settle()
    visit.says("资金状态", "5,000,000.00")
    agree = page.locator("#disposition-agree")
    if isinstance(visit, Typist):
        # One stop for the group; the arrows go on within it.
        visit.reach(page.locator("#disposition-file"))
        page.keyboard.press("ArrowDown")
    else:
        visit.tick(agree)
    expect(agree).to_be_checked()
    visit.put(page.locator("#document_no"), "吉发改服务函[2026]31号")
    visit.press("下一步：核对")
    expect(page.get_by_role("heading", level=1)).to_contain_text("核对处置")
    visit.press("确认无误，办结")
    visit.says("已办结", "吉发改服务函〔2026〕31号", "2028-09-30")


def shows(visit: Visit, books: Books) -> None:
    """The timeline has old and new without a click; the baseline has its second version."""
    page = visit.page
    visit.open(f"/t/220100/pilots/{books.region.id}")
    expect(page.locator("#timeline del").first).to_be_visible()
    visit.says("2027-06-28", "2028-06-30")
    visit.open(f"/t/220100/pilots/{books.region.id}?tab=changes")
    visit.activate(page.locator("#baselines-title ~ ul a").last)
    visit.says("第 2 版", "吉发改服务函〔2026〕31号", "2028-06-30")
