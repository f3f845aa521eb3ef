"""What is done on a page before it is looked at, by the ids of controls, which are the same in English."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from playwright.sync_api import Locator, Page, expect

from tests.browser.places import Places

Act = Callable[[Page, Places], None]
LIVE_CHECK: Final = 450
"""Milliseconds after the last key until a field's live check is asked for."""

DISBURSEMENT = {
    "#allocation_id": "{allocation}",
    "#amount": "300000.00",
    "#paid_on": "2026-11-20",
    "#voucher_no": "ZF-2026-1150",
    "#payee_account": "220012345678918821",
}
AWARD = {
    "input[data-amount]": "800000.00",
    "#document_no": "吉发改服务〔2026〕35号",
    "#decided_on": "2026-10-20",
    "#fiscal_year": "2026",
}
ALLOCATION = {
    "#line_id": "1",
    "#amount": "100000.00",
    "#document_no": "吉财建指〔2026〕118号",
    "#allocated_on": "2026-04-28",
}
EXPENDITURE = {"#amount": "12000.00", "#spent_on": "2026-11-20", "#purpose": "购置检测设备"}
ACCEPTANCE = {
    "#project_id": "1",
    "#amount": "5000.00",
    "#document_no": "长发改验〔2026〕8号",
    "#accepted_on": "2026-11-20",
}
RECOVERY = {
    "#amount": "5000.00",
    "#document_no": "吉财建〔2026〕45号",
    "#recovered_on": "2026-11-20",
    "#reason": "项目终止，结余资金缴回",
}


def put(field: Locator, text: str) -> None:
    """Type into a field, or choose: an option by its value, else by its place from 0 (the empty one)."""
    if field.evaluate("e => e.tagName") != "SELECT":
        field.fill(text)
    elif len(text) > 2:
        field.select_option(value=text)
    else:
        field.select_option(index=int(text))


def fill(page: Page, fields: Mapping[str, str], places: Places) -> None:
    for selector, text in fields.items():
        put(page.locator(selector).first, places.path(text))


def checked(fields: Mapping[str, str]) -> Act:
    """Step 1, filled, with the answer of its live check beside it."""

    def act(page: Page, places: Places) -> None:
        fill(page, fields, places)
        expect(page.locator("#capcheck dl").first).to_be_visible()
        rest(page)

    return act


def rest(page: Page) -> None:
    """Wait until no live check is on its way: it dims the panel while it asks."""
    page.wait_for_timeout(LIVE_CHECK)
    expect(page.locator("[aria-busy=true]")).to_have_count(0)


def sent(fields: Mapping[str, str], until: str = "#send") -> Act:
    """Step 1, filled and sent on: to the check page, or `until` something else is there."""

    def act(page: Page, places: Places) -> None:
        fill(page, fields, places)
        page.locator("#next").click()
        expect(page.locator(until)).to_be_visible()

    return act


def noticed(page: Page, places: Places) -> None:
    """Two rows of a notice, found and filled."""
    fill(page, {"#document_no": "吉财建指〔2026〕131号", "#allocated_on": "2026-04-28"}, places)
    for number in (1, 2):
        page.locator("#add").click()
        page.locator("#matches button").first.click()
        expect(page.locator("table.notice tbody tr")).to_have_count(number)
    rest(page)
    for field in page.locator("table.notice input[data-amount]").all():
        field.fill("50000.00")
        rest(page)
        expect(field).to_have_value(re.compile("50,?000.00"))


def noticed_and_sent(page: Page, places: Places) -> None:
    noticed(page, places)
    page.locator("#next").click()
    expect(page.locator("#send")).to_be_visible()


def outrun(page: Page, _places: Places) -> None:
    """The check page of a change whose document somebody else has changed since."""
    page.locator("#next").click()
    expect(page.locator("#send")).to_be_visible()
    page.locator("input[name=version]").evaluate("e => { e.value = String(Number(e.value) - 1); }")
    page.locator("#send").click()
    expect(page.locator("#errors")).to_be_visible()


def pressed(selector: str, until: str, **fields: str) -> Act:
    """A button of a plain form pressed; `fields` are filled before, by name."""

    def act(page: Page, places: Places) -> None:
        for name, text in fields.items():
            put(page.locator(f"main [name={name}]:not([type=hidden])").first, places.path(text))
        page.locator(selector).first.click()
        expect(page.locator(until).first).to_be_visible()

    return act


def opened_menu(page: Page, _places: Places) -> None:
    page.locator("header details.menu > summary").click()


def asked_for_keys(page: Page, _places: Places) -> None:
    page.keyboard.press("?")
    expect(page.locator("#keys-help")).to_be_visible()
