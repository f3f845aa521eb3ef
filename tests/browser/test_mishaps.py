"""What goes wrong between typing and sending: whatever it is, what was typed is still there afterwards."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, expect

from tests.browser import acts
from tests.browser.house import House
from tests.browser.places import OFFICER
from tests.browser.served import FAULT_HEADER
from tests.browser.visits import Mode, Visit
from tests.browser.windows import opened

pytestmark = pytest.mark.browser

ENTRY = "/t/220100/disbursements/new?pilot={pilot}"
TYPED = {**acts.DISBURSEMENT, "#note": "一期“融合”<b>款</b>"}


@contextmanager
def entering(house: House, mode: Mode, amount: str = "300000") -> Iterator[Visit]:
    """A window of the officer's own, with a disbursement typed and not yet sent."""
    with opened(house.chromium, house.base, mode, b"") as visit:
        visit.sign_in(OFFICER)
        visit.open(house.places.path(ENTRY))
        acts.fill(visit.page, {**TYPED, "#amount": amount}, house.places)
        yield visit


def is_kept(house: House, page: Page, amount: str = r"300,?000(\.00)?") -> None:
    for field, text in TYPED.items():
        wanted = re.compile(f"^{amount}$") if field == "#amount" else house.places.path(text)
        expect(page.locator(field)).to_have_value(wanted)


@pytest.mark.parametrize("mode", [Mode.LOCAL, Mode.NO_SCRIPT])
def test_a_refusal_keeps_what_was_typed(house: House, mode: Mode) -> None:
    with entering(house, mode, "9000000") as visit:
        visit.page.locator("#next").click()
        expect(visit.page.locator("#errors")).to_be_visible()
        expect(visit.page).to_have_title(re.compile("^错误："))
        is_kept(house, visit.page, r"9,?000,?000(\.00)?")


def test_a_fault_of_the_server_keeps_what_was_typed_and_gives_its_number(house: House) -> None:
    with entering(house, Mode.LOCAL) as visit:
        page = visit.page
        page.set_extra_http_headers({FAULT_HEADER: "500"})
        page.locator("#next").click()
        expect(page.locator("#page-notice")).to_contain_text("系统没有保存这次操作")
        expect(page.locator("#page-notice [data-number]")).to_have_text(re.compile("^[0-9A-F]{4}-[0-9A-F]{4}$"))
        is_kept(house, page)
        page.set_extra_http_headers({})
        page.locator("#next").click()
        expect(page.locator("#send")).to_be_visible()


@pytest.mark.parametrize(("status", "words"), [(429, "请稍等一分钟再试"), (503, "没有保存")])
def test_a_ledger_that_is_busy_keeps_what_was_typed(house: House, status: int, words: str) -> None:
    with entering(house, Mode.LOCAL) as visit:
        visit.page.set_extra_http_headers({FAULT_HEADER: str(status)})
        visit.page.locator("#next").click()
        expect(visit.page.locator("#page-notice")).to_contain_text(words)
        is_kept(house, visit.page)


def test_a_network_that_is_away_keeps_what_was_typed_and_sends_it_again(house: House) -> None:
    with entering(house, Mode.LOCAL) as visit:
        page = visit.page
        page.context.set_offline(True)
        page.locator("#next").click()
        expect(page.locator("#page-notice")).to_contain_text("没有连上服务器，您填的内容还在")
        is_kept(house, page)
        page.context.set_offline(False)
        visit.press("重试")
        expect(page.locator("#send")).to_be_visible()


@pytest.mark.parametrize("mode", [Mode.LOCAL, Mode.NO_SCRIPT])
def test_somebody_who_was_first_leaves_what_was_typed(house: House, mode: Mode) -> None:
    with opened(house.chromium, house.base, mode, b"") as visit:
        page = visit.page
        visit.sign_in(OFFICER)
        visit.open(house.places.path("/t/220100/disbursements/{returned}/change"))
        page.locator("#amount").fill("61000.07")
        page.locator("#note").fill("改过账号")
        acts.outrun(page, house.places)
        expect(page.get_by_role("heading", level=1)).to_have_text("内容已被修改")
        page.locator("#form button[name=step]").click()
        expect(page.locator("#send")).to_be_visible()
        visit.says("61,000.07", "改过账号")


def test_a_session_that_is_over_keeps_what_was_typed(house: House) -> None:
    with entering(house, Mode.LOCAL) as visit:
        page = visit.page
        page.context.clear_cookies()
        page.locator("#next").click()
        expect(page.locator("#session-notice")).to_contain_text("您填的内容没有丢")
        is_kept(house, page)
        with page.context.expect_page() as window:
            visit.follow("在新窗口登录")
        Visit(window.value, visit.base, visit.mode, visit.watch).sign_in(OFFICER)
        visit.press("重试")
        expect(page.locator("#send")).to_be_visible()


def test_a_session_that_is_over_keeps_what_was_typed_without_a_script(house: House) -> None:
    with entering(house, Mode.NO_SCRIPT) as visit:
        page = visit.page
        page.context.clear_cookies()
        page.locator("#next").click()
        visit.says("登录已超时", "您填的内容没有丢")
        with page.context.expect_page() as window:
            visit.follow("在新窗口登录")
        Visit(window.value, visit.base, visit.mode, visit.watch).sign_in(OFFICER)
        visit.press("重试")
        # The form's token was the ended session's: the page says so, and carries one of the new session.
        visit.says("这个页面已过期", "您填的内容没有丢")
        visit.press("重试")
        expect(page.locator("#send")).to_be_visible()
        visit.says("300,000.00", "一期“融合”<b>款</b>")


def test_a_fault_of_the_server_keeps_what_was_typed_without_a_script(house: House) -> None:
    with entering(house, Mode.NO_SCRIPT) as visit:
        visit.page.set_extra_http_headers({FAULT_HEADER: "500"})
        visit.page.locator("#next").click()
        visit.says("系统没有保存这次操作", "您填的内容没有丢")
        visit.page.set_extra_http_headers({})
        visit.press("重试")
        expect(visit.page.locator("#send")).to_be_visible()
        visit.says("300,000.00", "一期“融合”<b>款</b>")


def test_typed_text_is_asked_about_before_it_is_left(house: House) -> None:
    with entering(house, Mode.LOCAL) as visit:
        asked: list[str] = []

        def stay(dialog: object) -> None:
            asked.append(dialog.type)  # type: ignore[attr-defined]
            dialog.dismiss()  # type: ignore[attr-defined]

        visit.page.on("dialog", stay)
        visit.page.locator("#note").press_sequentially("。")
        visit.go_to("试点")
        expect(visit.page.locator("#next")).to_be_visible()
        assert asked == ["beforeunload"]
