"""The pages of a prefecture's money: disbursements, and what follows them."""

from __future__ import annotations

from typing import Final

from tests.browser import acts
from tests.browser.places import DRC_OFFICER, DRC_REVIEWER, EMPTY, OFFICER, REVIEWER
from tests.browser.sights import Sight

_T: Final = "/t/220100"
_ENTRY: Final = f"{_T}/disbursements/new?pilot={{pilot}}"
_DISBURSEMENTS: Final = (
    Sight(
        "disbursements",
        OFFICER,
        f"{_T}/disbursements",
        "拨付",
        "拨付. The disbursements of a prefecture with payee, voucher, state and the two people of each.\n"
        "The sum under the list is the sum of what the filters leave.",
    ),
    Sight("disbursements-waiting", OFFICER, f"{_T}/disbursements?status=waiting&q=ZF", "拨付"),
    Sight(
        "entry",
        OFFICER,
        _ENTRY,
        "登记拨付",
        "登记拨付, step 1: fill in. The panel beside the form says what is left and writes the amount in capitals.\n"
        "Amounts are typed in yuan alone; one that looks like 万元 is asked about.",
        acts.checked(acts.DISBURSEMENT),
    ),
    Sight(
        "entry-refused",
        OFFICER,
        _ENTRY,
        "登记拨付",
        "An amount above what is left: the refusal names the article, the numbers and the next step.\n"
        "Everything typed is still there, and the first fault is one key away.",
        acts.sent({**acts.DISBURSEMENT, "#amount": "9000000"}, "#errors"),
    ),
    Sight("entry-wan", OFFICER, _ENTRY, "登记拨付", act=acts.sent({**acts.DISBURSEMENT, "#amount": "30"}, "#errors")),
    Sight("entry-empty", OFFICER, _ENTRY, "登记拨付", act=acts.sent({"#amount": ""}, "#errors")),
    Sight(
        "entry-check",
        OFFICER,
        _ENTRY,
        "核对拨付",
        "登记拨付, step 2: look again. The amount stands large and in capitals, to be held against the voucher.\n"
        "Each line has its own way back; nothing is stored yet.",
        acts.sent(acts.DISBURSEMENT),
    ),
    Sight("entry-closed", f"{EMPTY}.finance_officer", f"/t/{EMPTY}/disbursements/new", "登记拨付"),
    Sight(
        "document",
        REVIEWER,
        f"{_T}/disbursements/{{waiting}}",
        "",
        "A disbursement before its check, as the reviewer sees it: the facts, what is left, and what changed since.\n"
        "复核通过 posts it; 退回 sends it back with a reason that its maker reads.",
    ),
    Sight(
        "document-refused",
        REVIEWER,
        f"{_T}/disbursements/{{waiting}}",
        "",
        act=acts.pressed("form[action$='/return'] button", "#errors"),
    ),
    Sight("document-check", REVIEWER, f"{_T}/disbursements/{{waiting}}/check", ""),
    Sight("document-found", OFFICER, f"{_T}/documents/{{waiting}}", ""),
    Sight("document-own", OFFICER, f"{_T}/disbursements/{{waiting}}", ""),
    Sight("document-draft", OFFICER, f"{_T}/disbursements/{{draft}}", ""),
    Sight(
        "voucher",
        OFFICER,
        f"{_T}/disbursements/{{posted}}",
        "",
        "A posted disbursement. It is never edited: a mistake is reversed in full and entered anew.\n"
        "It prints as a voucher with places for the signatures and the seal.",
    ),
    Sight("document-returned", OFFICER, f"{_T}/disbursements/{{returned}}", ""),
    Sight(
        "change",
        OFFICER,
        f"{_T}/disbursements/{{returned}}/change",
        "修改拨付",
        "A disbursement that came back, to be mended: filled with what its maker sent the first time.\n"
        "It goes through the same check page and waits for a second person again.",
    ),
    Sight(
        "conflict",
        OFFICER,
        f"{_T}/disbursements/{{returned}}/change",
        "内容已被修改",
        "Somebody else was first: what stood there, what stands there now, and what was typed, side by side.\n"
        "Nothing is lost; one decides and sends again.",
        acts.outrun,
    ),
    Sight(
        "reverse",
        OFFICER,
        f"{_T}/disbursements/{{posted}}/reverse",
        "",
        "冲销. A posted entry is reversed in full, once, with a reason; the original stays.\n"
        "The reversal waits for its own check before it counts.",
    ),
    Sight(
        "reverse-refused",
        OFFICER,
        f"{_T}/disbursements/{{posted}}/reverse",
        "",
        act=acts.pressed("main form .btn-primary", "#errors"),
    ),
    Sight("reversal", REVIEWER, f"{_T}/disbursements/{{reversal}}", ""),
)
_AFTER: Final = (
    Sight("expenditures", OFFICER, f"{_T}/expenditures", "支出"),
    Sight(
        "expenditure-entry",
        OFFICER,
        f"{_T}/expenditures/new?disbursement={{posted}}",
        "登记支出",
        "登记支出. What the project unit spent of one disbursement, never more than it was paid.\n"
        "Each step counts: passing money on is not the same as using it.",
        acts.checked(acts.EXPENDITURE),
    ),
    Sight(
        "expenditure-refused",
        OFFICER,
        f"{_T}/expenditures/new?disbursement={{posted}}",
        "登记支出",
        act=acts.sent({"#amount": "9000000"}, "#errors"),
    ),
    Sight(
        "expenditure-check",
        OFFICER,
        f"{_T}/expenditures/new?disbursement={{posted}}",
        "核对支出",
        act=acts.sent(acts.EXPENDITURE),
    ),
    Sight("expenditure", REVIEWER, f"{_T}/expenditures/{{expenditure}}", ""),
    Sight("acceptances", DRC_OFFICER, f"{_T}/acceptances", "验收"),
    Sight(
        "acceptance-entry",
        DRC_OFFICER,
        f"{_T}/acceptances/new?pilot={{pilot}}",
        "登记验收金额",
        "登记验收金额. What the acceptance recognised of a project's expenditure, by the DRC's officer.\n"
        "It is the last number of a pilot's scale, and it cannot pass what was spent.",
        acts.checked(acts.ACCEPTANCE),
    ),
    Sight(
        "acceptance-check",
        DRC_OFFICER,
        f"{_T}/acceptances/new?pilot={{pilot}}",
        "核对验收金额",
        act=acts.sent(acts.ACCEPTANCE),
    ),
    Sight("acceptance", DRC_REVIEWER, f"{_T}/acceptances/{{acceptance}}", ""),
    Sight("recoveries", OFFICER, f"{_T}/recoveries", "收回"),
    Sight(
        "recovery-entry",
        OFFICER,
        f"{_T}/recoveries/new?allocation={{allocation}}",
        "收回未拨资金",
        "收回. Money taken back, of an allocation before it is disbursed or of a disbursement before it is spent.\n"
        "It does not give back the right to be supported once.",
        acts.checked(acts.RECOVERY),
    ),
    Sight(
        "recovery-check",
        OFFICER,
        f"{_T}/recoveries/new?disbursement={{posted}}",
        "核对收回",
        act=acts.sent(acts.RECOVERY),
    ),
    Sight("recovery", REVIEWER, f"{_T}/recoveries/{{recovery}}", ""),
    Sight("reductions", REVIEWER, f"{_T}/reductions", "核定调减"),
)
SIGHTS: Final[tuple[Sight, ...]] = (*_DISBURSEMENTS, *_AFTER)
