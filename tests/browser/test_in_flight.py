"""What is typed while an answer is on its way: it stays, wherever the answer lands."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.house import House
from tests.browser.places import PROVINCE_OFFICER, REVIEWER
from tests.browser.visits import Mode, Visit
from tests.browser.windows import opened

pytestmark = pytest.mark.browser


class Held:
    """Requests of a page that htmx sends for one element: held back until they are let go."""

    def __init__(self, page: Page, target: str) -> None:
        self.page, self.target = page, target
        self.routes: list[Route] = []
        page.route("**/allocations/new", lambda route: self._take(route))  # noqa: PLW0108

    def _take(self, route: Route) -> None:
        if route.request.headers.get("hx-target") == self.target:
            self.routes.append(route)
        else:
            route.continue_()

    def wait(self) -> None:
        """Until one is on its way."""
        for _ in range(100):
            if self.routes:
                return
            self.page.wait_for_timeout(50)
        pytest.fail(f"nothing was asked for #{self.target}")

    def let_go(self) -> None:
        """Answer what is held, and hold nothing more."""
        self.target = ""
        for route in self.routes:
            route.continue_()


@pytest.fixture
def notice(house: House) -> Iterator[Visit]:
    """A notice of the province with one row."""
    with opened(house.chromium, house.base, Mode.LOCAL, b"") as visit:
        # A live check that is replaced, or whose field goes, is broken off.
        visit.watch.expected += ["htmx:sendAbort", "htmx:afterRequest"]
        visit.sign_in(PROVINCE_OFFICER)
        visit.open("/allocations/new")
        add_a_row(visit.page)
        yield visit
        assert visit.watch.complaints == []


def add_a_row(page: Page) -> None:
    page.locator("#add").click()
    page.locator("#matches button").first.click()
    expect(page.locator("#matches")).to_have_count(0)


def test_an_amount_typed_while_a_row_is_on_its_way_stays_and_is_counted(notice: Visit) -> None:
    page = notice.page
    page.locator("#add").click()
    expect(page.locator("#matches")).to_be_visible()
    held = Held(page, "form")
    page.locator("#matches button").first.click()
    held.wait()
    amount = page.locator("#amount_0")
    amount.press_sequentially("1234")
    held.let_go()
    expect(page.locator("table.notice tbody tr")).to_have_count(2)
    # The cursor is where the reader went, not in the new row: the next digits belong to the same amount.
    expect(amount).to_be_focused()
    page.keyboard.type("5")
    expect(amount).to_have_value("12345")
    expect(page.locator("#amount_1")).to_have_value("")
    expect(page.locator("#totals")).to_contain_text("12,345.00")


def test_without_another_key_what_was_kept_is_counted(notice: Visit) -> None:
    page = notice.page
    held = Held(page, "form")
    page.locator("#add").click()
    held.wait()
    page.locator("#document_no").fill("吉财建指〔2026〕77号")
    page.locator("#amount_0").fill("700")
    held.let_go()
    expect(page.locator("#matches")).to_be_visible()
    expect(page.locator("#document_no")).to_have_value("吉财建指〔2026〕77号")
    expect(page.locator("#amount_0")).to_have_value("700")
    expect(page.locator("#totals")).to_contain_text("700.00")


def test_a_live_check_that_answers_late_takes_nothing_back(notice: Visit) -> None:
    page = notice.page
    held = Held(page, "totals")
    page.locator("#amount_0").fill("100")
    held.wait()
    add_a_row(page)
    page.locator("#amount_0").fill("250")
    page.locator("#amount_1").fill("50")
    held.let_go()
    expect(page.locator("#totals")).to_contain_text("300.00")
    expect(page.locator("#amount_0")).to_have_value(re.compile(r"^250(\.00)?$"))
    expect(page.locator("#amount_1")).to_have_value("50")


def test_an_act_in_a_row_is_counted_over_the_list_and_in_the_navigation(house: House) -> None:
    with opened(house.chromium, house.base, Mode.LOCAL, b"") as visit:
        page = visit.page
        visit.sign_in(REVIEWER)
        visit.open("/")
        rows, count = page.locator("#list tbody tr"), page.locator("#count-todo")
        before = int(count.inner_text())
        said = page.locator("#list-sum").inner_text()
        assert f"共 {before} 件" in said
        rows.nth(1).locator("summary").click()
        rows.nth(0).locator("summary").click()
        reason = rows.nth(1).locator("input[name=reason]")
        reason.fill("账号有误")
        for box in rows.nth(0).locator("fieldset input[type=checkbox]").all():
            box.check()
        rows.nth(0).get_by_role("button", name="复核通过").click()
        expect(rows).to_have_count(before - 1)
        expect(page.locator("#list-sum")).to_contain_text(f"共 {before - 1} 件")
        expect(page.locator("#list-sum")).not_to_have_text(said)
        expect(count).to_have_text(str(before - 1))
        expect(page.locator("#todo-count")).to_contain_text(str(before - 1))
        expect(page.locator("#live")).to_contain_text("已复核通过")
        # What is typed in another row stays.
        expect(rows.nth(0).locator("input[name=reason]")).to_have_value("账号有误")
        assert visit.watch.complaints == []
