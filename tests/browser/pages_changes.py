"""The pages of change reports: filed by a prefecture's office, decided by the province, kept as versions."""

from __future__ import annotations

from typing import Final

from playwright.sync_api import Page, expect

from tests.browser import acts
from tests.browser.places import (
    DRC_OFFICER,
    DRC_REVIEWER,
    OFFICER,
    PROVINCE_OFFICER,
    PROVINCE_REVIEWER,
    REVIEWER,
    Places,
)
from tests.browser.sights import Sight

_T: Final = "/t/220100"
_NEW: Final = f"{_T}/changes/new?pilot={{changed_pilot}}&type="


def _told(page: Page, places: Places) -> None:
    """The date of the event typed: what is said at once stands beside the form."""
    page.locator("#occurred_on").fill("2026-10-09")
    acts.rest(page)
    expect(page.locator("#diff .pill.bad")).to_be_visible()


def _typed(page: Page, places: Places) -> None:
    acts.fill(page, {"#new_finish_on": "2028-06-30"}, places)
    page.locator("#tick_finish_on").check()
    acts.rest(page)
    expect(page.locator("#diff ins")).to_contain_text("2028-06-30")


def _decided(page: Page, places: Places) -> None:
    page.locator("#disposition-agree_reduced").check()
    decision = {
        "#document_no": "吉发改服务函〔2026〕31号",
        "#opinion": "情况属实",
        "#reduced_to": "4500000",
    }
    acts.fill(page, decision, places)
    page.locator("#next").click()
    expect(page.locator("#send")).to_be_visible()


def _outrun(page: Page, _places: Places) -> None:
    page.locator("input[name=version]").evaluate("e => { e.value = '7'; }")
    page.locator("#draft").click()
    expect(page.locator("#errors")).to_be_visible()


_OFFICE: Final = (
    Sight(
        "changes",
        DRC_OFFICER,
        f"{_T}/changes",
        "变更报备",
        "变更报备. Every change that the office filed: what it changes, when it happened, whether it was late.\n"
        "Filters are in the address; the line above counts what is on its way and what is late.",
    ),
    Sight("changes-nothing", DRC_OFFICER, f"{_T}/changes?q=zzz", "变更报备"),
    Sight(
        "change-new",
        DRC_OFFICER,
        f"{_T}/changes/new?pilot={{changed_pilot}}&type=C05",
        "报备变更",
        "报备变更. The pilot and the kind of change are chosen first.\n"
        "Beside them stands what it means: whether the province decides first, what money it touches, which files.",
    ),
    Sight(
        "change-form",
        DRC_OFFICER,
        f"{_NEW}C06&go=1",
        "报备变更",
        "填写. The fields that change are ticked; the present value stands beside each, the new one is typed.\n"
        "The difference is shown word by word while it is typed, with whether it is late and who else asks.",
        act=_typed,
    ),
    Sight("change-form-late", DRC_OFFICER, f"{_NEW}C02&go=1", "报备变更", act=_told),
    Sight("change-form-refused", DRC_OFFICER, f"{_NEW}C08&go=1", "报备变更", act=acts.pressed("#next", "#errors")),
    Sight(
        "change-mend",
        DRC_OFFICER,
        f"{_T}/changes/{{draft_report}}/change",
        "修改变更报备",
        "A draft, or a report that came back, is mended in the same form.\n"
        "Nothing that was typed is lost, and a report that changed meanwhile is shown beside it.",
    ),
    Sight("change-conflict", DRC_OFFICER, f"{_T}/changes/{{draft_report}}/change", "内容已被修改", act=_outrun),
    Sight(
        "change-check",
        DRC_OFFICER,
        f"{_T}/changes/{{draft_report}}/check",
        "核对变更",
        "核对变更. The draft read once more, with its files, before it is sent to the office's second person.\n"
        "What follows from sending it is said beside the button.",
    ),
    Sight(
        "change-review",
        DRC_REVIEWER,
        f"{_T}/changes/{{sent_report}}",
        "变更报备",
        "A report waits for the office's second person, who passes or returns it.\n"
        "Deletions are struck through and marked 〔删〕, additions underlined and marked 〔增〕.",
    ),
    Sight("change-own", DRC_OFFICER, f"{_T}/changes/{{sent_report}}", "变更报备"),
    Sight("change-returned", DRC_OFFICER, f"{_T}/changes/{{returned_report}}", "变更报备"),
    Sight("change-settled", OFFICER, f"{_T}/changes/{{settled_report}}", "变更报备"),
    Sight("change-account", REVIEWER, f"{_T}/changes/{{account_report}}", "变更报备"),
    Sight(
        "baseline",
        DRC_OFFICER,
        f"{_T}/baselines/project/{{changed_project}}?a=1&b=2",
        "基础数据",
        "基础数据. Every version of what a project was said to be is kept, with the report behind it.\n"
        "Any two are compared word by word, and it can be read as it stood on any day.",
    ),
    Sight("baseline-then", DRC_OFFICER, f"{_T}/baselines/project/{{changed_project}}?on=2026-11-23", "基础数据"),
    Sight("baseline-before", DRC_OFFICER, f"{_T}/baselines/pilot/{{changed_pilot}}?on=2001-01-01", "基础数据"),
)
_PROVINCE: Final = (
    Sight(
        "changes-all",
        PROVINCE_OFFICER,
        "/changes?status=reported",
        "变更报备",
        "The changes of every prefecture for the province, those that wait for a decision by one filter.\n"
        "A late filing is marked and never refused.",
    ),
    Sight(
        "change-decide",
        PROVINCE_OFFICER,
        f"{_T}/changes/{{reported_report}}/decide",
        "变更处置",
        "变更处置. What changes, what holds the money, where the money stands and the earlier reports, on one page.\n"
        "Where money or standing moves, a second person of the province confirms before anything takes effect.",
    ),
    Sight(
        "change-decide-check",
        PROVINCE_OFFICER,
        f"{_T}/changes/{{reported_report}}/decide",
        "核对处置",
        act=_decided,
    ),
    Sight(
        "change-decide-refused",
        PROVINCE_OFFICER,
        f"{_T}/changes/{{reported_report}}/decide",
        "变更处置",
        act=acts.pressed("#next", "#errors"),
    ),
    Sight("pilot-changes", DRC_OFFICER, f"{_T}/pilots/{{changed_pilot}}?tab=changes", ""),
    Sight("home-changes", DRC_OFFICER, "/?box=sent", "我的工作"),
    Sight("home-to-dispose", PROVINCE_OFFICER, "/", "我的工作"),
    Sight("change-confirm", PROVINCE_REVIEWER, f"{_T}/changes/{{proposed_report}}", "变更报备"),
    Sight(
        "release",
        PROVINCE_OFFICER,
        f"{_T}/holds/{{hold}}/release",
        "解除暂停拨付",
        "解除暂停拨付. A suspension ends by a document of the province, asked for and confirmed by two people.\n"
        "Until then every payment to the project is refused, with the report named.",
    ),
    Sight("release-confirm", PROVINCE_REVIEWER, f"{_T}/holds/{{asked_hold}}/release", "解除暂停拨付"),
)
SIGHTS: Final[tuple[Sight, ...]] = (*_OFFICE, *_PROVINCE)
