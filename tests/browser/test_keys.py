"""Without a mouse: the way into a page, through it, and out of it again; shortcuts; and a browser without dialogs."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.house import House
from tests.browser.keyboard import MOST_STOPS, Typist, next_stop
from tests.browser.places import AUDITOR, OFFICER, REVIEWER
from tests.browser.visits import Mode
from tests.browser.windows import opened

pytestmark = pytest.mark.browser

STOPS = [
    (OFFICER, "/"),
    (OFFICER, "/t/220100/pilots"),
    (OFFICER, "/t/220100/pilots/{pilot}"),
    (OFFICER, "/t/220100/disbursements/new?pilot={pilot}"),
    (OFFICER, "/imports/{faulty_import}?per_page=20"),
    (REVIEWER, "/t/220100/disbursements/{waiting}"),
    (AUDITOR, "/totals"),
]


def test_the_first_stop_leads_past_the_head_of_the_page(house: House) -> None:
    with opened(house.chromium, house.base, Mode.LOCAL, b"") as visit:
        visit.sign_in(OFFICER)
        visit.open("/t/220100/pilots")
        stop = next_stop(visit.page)
        assert "跳到正文" in stop["what"]
        visit.page.keyboard.press("Enter")
        expect(visit.page.get_by_role("main")).to_be_focused()
        next_stop(visit.page)
        assert visit.page.evaluate("document.getElementById('main').contains(document.activeElement)")


@pytest.mark.parametrize("mode", [Mode.LOCAL, Mode.ZOOMED])
def test_every_stop_is_seen_and_none_is_a_trap(house: House, mode: Mode) -> None:
    with opened(house.chromium, house.base, mode, b"") as visit:
        now = ""
        for who, path in STOPS:
            if who != now:
                visit.page.context.clear_cookies()
                visit.sign_in(who)
            now = who
            visit.open(house.places.path(path))
            stops = [next_stop(visit.page) for _ in range(3)]
            first = stops[0]["what"]
            while (stop := next_stop(visit.page))["what"] != first:
                stops.append(stop)
                assert len(stops) < MOST_STOPS, f"{path}: {[one['what'] for one in stops[-4:]]}"


def test_a_list_follows_the_arrows_of_its_filter(house: House) -> None:
    with opened(house.chromium, house.base, Mode.KEYBOARD, b"") as visit:
        assert isinstance(visit, Typist)
        visit.sign_in(OFFICER)
        visit.open("/t/220100/pilots")
        kind = visit.page.get_by_label("类型")
        visit.reach(kind)
        visit.page.keyboard.press("ArrowDown")
        expect(visit.page).to_have_url(re.compile("kind=region"))
        expect(visit.page.locator("#live")).to_have_text(re.compile("^共 2 个试点，第 1 页"))
        expect(kind).to_be_focused()
        expect(kind).to_have_value("region")


def test_shortcuts_lead_where_the_help_says(house: House) -> None:
    with opened(house.chromium, house.base, Mode.LOCAL, b"") as visit:
        page = visit.page
        visit.sign_in(OFFICER)
        page.keyboard.press("?")
        expect(page.get_by_role("dialog")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
        page.keyboard.press("/")
        expect(page.locator("#search")).to_be_focused()
        page.keyboard.type("g")
        expect(page.locator("#search")).to_have_value("g")
        page.locator("#search").evaluate("e => e.blur()")
        page.keyboard.type("gp")
        expect(page).to_have_url(re.compile("/t/220100/pilots$"))


def test_a_browser_without_dialogs_misses_the_help_alone(house: House) -> None:
    with opened(house.chromium, house.base, Mode.LOCAL, b"") as visit:
        visit.page.add_init_script("delete HTMLDialogElement.prototype.showModal; delete window.HTMLDialogElement;")
        visit.sign_in(OFFICER)
        visit.page.keyboard.press("?")
        expect(visit.page.locator("#keys-help")).to_be_hidden()
        visit.go_to("试点")
        expect(visit.page.get_by_role("heading", level=1)).to_have_text("试点")
        visit.settle()
        visit.page.get_by_label("类型").select_option(index=1)
        expect(visit.page).to_have_url(re.compile("kind=region"))
        assert visit.watch.complaints == []
