"""THE WAY of a disbursement through a real browser, with htmx from the CDN, from the fallback, and with no script."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

import config
from ledger.domain.money import Money, yuan
from tests.browser.conftest import Browse
from tests.browser.visits import Books, Mode, Visit

pytestmark = pytest.mark.browser

OFFICER, REVIEWER, AUDITOR = "220100.finance_officer", "220100.finance_reviewer", "province.auditor"
NEW = "/t/220100/disbursements/new"


ON_SQLITE = [pytest.param("sqlite", mode, id=f"sqlite-{mode}") for mode in Mode]
ON_POSTGRESQL = [
    pytest.param("postgresql", mode, id=f"postgresql-{mode}", marks=pytest.mark.postgres)
    for mode in (Mode.CDN, Mode.NO_SCRIPT)
]


@pytest.mark.parametrize(("database_urls", "mode"), [*ON_SQLITE, *ON_POSTGRESQL], indirect=["database_urls"])
def test_the_way_of_a_disbursement(browse: Browse, books: Books, mode: Mode) -> None:
    with browse(mode) as visit:
        visit.open("/login")
        loads_htmx(visit)
        visit.sign_in(OFFICER)
        goes_to_the_pilot(visit, books)
        visit.follow("登记拨付")
        visit.settle()
        refuses_more_than_the_room(visit, books)
        asks_about_wan(visit)
        number = sends(visit)
        visit.sign_out()
        visit.sign_in(REVIEWER)
        approves(visit, number)
        shows_the_money(visit, books, disbursed="1,250,000.50", available="3,749,999.50")
        visit.sign_out()
        visit.sign_in(OFFICER)
        reversal = reverses(visit, number)
        visit.sign_out()
        visit.sign_in(REVIEWER)
        approves(visit, reversal)
        shows_the_money(visit, books, disbursed="0.00", available="5,000,000.00")
        visit.sign_out()
        visit.sign_in(AUDITOR)
        sums_up(visit, books)
        entries = [by_htmx for path, by_htmx in visit.watch.posts if path == NEW]
        assert len(entries) >= 6
        assert set(entries) == {mode.has_script}


def loads_htmx(visit: Visit) -> None:
    if not visit.mode.has_script:
        return
    assert visit.page.evaluate("htmx.version") == "2.0.11"
    tag = visit.page.locator(f"script[src='{config.HTMX_URL}']")
    if visit.mode is not Mode.LOCAL:
        expect(tag).to_have_attribute("integrity", config.HTMX_INTEGRITY)
    local = visit.page.locator("script[src$='/static/vendor/htmx.min.js']")
    failed = visit.mode in (Mode.UNREACHABLE, Mode.TAMPERED, Mode.LOCAL)
    expect(local).to_have_count(1 if failed else 0)
    policy = visit.page.request.get(f"{visit.base}/login").headers["content-security-policy"]
    assert (urlsplit(config.HTMX_URL).netloc in policy) is (visit.mode is not Mode.LOCAL)
    assert visit.watch.foreign == (set() if visit.mode is Mode.LOCAL else {config.HTMX_URL})


def goes_to_the_pilot(visit: Visit, books: Books) -> None:
    visit.go_to("试点")
    visit.says("共 2 个", "6,000,000.00")
    visit.follow(books.region.name)
    expect(visit.page.locator("#moneybar")).to_be_visible()
    visit.says(books.region.uscc)
    assert [visit.money(stage) for stage in ("上限", "核定", "下达", "拨付")] == ["5,000,000.00"] * 3 + ["0.00"]


def refuses_more_than_the_room(visit: Visit, books: Books) -> None:
    page, words = visit.page, "最多还可填 5,000,000.00 元。下达 5,000,000.00，已拨 0.00，待复核 0.00"
    expect(page.get_by_label("收款单位")).to_have_value(books.region.name)
    visit.fill("拨付日期", "2026-05-20")
    visit.fill("支付凭证号", "PZ-2026-0001")
    visit.fill("收款账号", "220012345678901")
    visit.fill("说明", "一期“融合”<b>款</b>")
    visit.put(page.locator("#amount"), "5000000.01")
    if visit.mode.has_script:
        expect(page.locator("#capcheck")).to_contain_text("人民币伍佰万元零壹分")
        expect(page.locator("#capcheck")).to_contain_text(words)
    visit.press("下一步：核对")
    expect(page.locator("#errors")).to_contain_text(words)
    expect(page).to_have_title(re.compile("^错误："))
    expect(page.locator("#errors")).to_be_focused() if visit.mode.has_script else None
    kept = ("5,000,000.01", "5000000.01")
    assert page.locator("#amount").input_value() == kept[0 if visit.mode.has_script else 1]
    expect(page.get_by_label("支付凭证号")).to_have_value("PZ-2026-0001")
    expect(page.get_by_label("收款账号")).to_have_value("220012345678901")
    expect(page.get_by_label("说明")).to_have_value("一期“融合”<b>款</b>")


def asks_about_wan(visit: Visit) -> None:
    page = visit.page
    visit.put(page.locator("#amount"), "500")
    if visit.mode.has_script:
        expect(page.locator("#capcheck")).to_contain_text("如果想填 500 万元，请改成 5,000,000.00")
    visit.press("下一步：核对")
    expect(page.locator("#errors")).to_contain_text("如果是 500 万元，请填 5,000,000.00")
    visit.tick(page.get_by_label("就是 500.00 元"))
    visit.press("下一步：核对")
    expect(page.get_by_role("heading", level=1)).to_have_text("核对拨付")
    visit.says("人民币伍佰元整", "4,999,500.00")
    visit.press("更改 本次拨付金额")
    expect(page.locator("#amount")).to_have_value("500.00")
    expect(page).not_to_have_title(re.compile("^错误："))


def sends(visit: Visit) -> str:
    """Amount of the way: 1,250,000.50. Answer the number that the document was given."""
    page = visit.page
    visit.put(page.locator("#amount"), "１２５００００．５")
    if visit.mode.has_script:
        expect(page.locator("#capcheck")).to_contain_text("人民币壹佰贰拾伍万元零伍角整")
        expect(page.locator("#capcheck")).to_contain_text("可以提交")
    visit.press("下一步：核对")
    expect(page.get_by_role("heading", level=1)).to_have_text("核对拨付")
    visit.says("人民币壹佰贰拾伍万元零伍角整", "1,250,000.50", "3,749,999.50", "一期“融合”<b>款</b>")
    visit.press("确认无误，送复核")
    visit.says("已送复核", "待复核")
    expect(page).to_have_url(re.compile(r"/t/220100/disbursements/\d+$"))
    return page.get_by_role("heading", level=1).inner_text().split()[-1]


def approves(visit: Visit, number: str) -> None:
    """Find it in 待办, read it, approve it."""
    page = visit.page
    visit.says("共 1 件", "1,250,000.50")
    visit.follow(number)
    visit.says("人民币壹佰贰拾伍万元零伍角整", "无变化")
    for line in page.locator(".checklist input[type=checkbox]").all():
        visit.tick(line)
    visit.press("复核通过")
    visit.says(f"{number} 已复核通过")
    expect(page.get_by_role("button", name="复核通过")).to_have_count(0)


def shows_the_money(visit: Visit, books: Books, *, disbursed: str, available: str) -> None:
    visit.follow(books.region.name)
    visit.says(f"可拨余额 {available} ＝ 下达 5,000,000.00 − 已拨付 {disbursed} − 待复核 0.00")
    assert visit.money("拨付") == disbursed


def reverses(visit: Visit, number: str) -> str:
    """Ask for the reversal of what was approved. Answer the reversal's own number."""
    page = visit.page
    visit.go_to("拨付")
    visit.follow(number)
    expect(page.get_by_role("button", name="复核通过")).to_have_count(0)
    visit.follow("冲销")
    visit.says("−1,250,000.50", "人民币壹佰贰拾伍万元零伍角整")
    visit.press("送复核")
    expect(page.locator("#errors")).to_contain_text("请写明原因")
    visit.fill("冲销原因", "凭证金额录错")
    visit.press("送复核")
    visit.says("冲销已送复核")
    return page.get_by_role("heading", level=1).inner_text().split()[-1]


def sums_up(visit: Visit, books: Books) -> None:
    """The province's sums to the fen, then down to the tenant and the pilot."""
    page = visit.page
    visit.go_to("汇总")
    expect(page.get_by_role("heading", level=1)).to_have_text("全省汇总")
    sums = {"220100": (6_000_000_00, 400_000_37), "220581": (900_000_00, 123_456_78)}
    for code, (allocated, disbursed) in sums.items():
        row = page.locator("#regions tr").filter(has=page.locator(f"a[href^='/t/{code}/pilots']").first)
        cells = [text.strip() for text in row.locator("td.num").all_inner_texts()]
        assert cells[1:4] == [yuan(Money(allocated)), yuan(Money(allocated)), yuan(Money(disbursed))]
    foot = [text.strip() for text in page.locator("#regions tfoot td.num").all_inner_texts()]
    assert foot[:4] == ["3", "6,900,000.00", "6,900,000.00", "523,457.15"]
    visit.activate(page.locator("#regions th a[href^='/t/220100/pilots']").first)
    visit.follow(books.region.name)
    expect(page.locator("#moneybar")).to_be_visible()
    assert visit.money("拨付") == "0.00"
    expect(page.get_by_role("main").get_by_role("link", name="登记拨付")).to_have_count(0)
