"""The pages of the province's people: awards, allocations, oversight, accounts."""

from __future__ import annotations

from typing import Final

from tests.browser import acts
from tests.browser.places import ADMINISTRATOR, AUDITOR, PROVINCE_OFFICER, PROVINCE_REVIEWER
from tests.browser.sights import Sight

_T: Final = "/t/220100"
_SECOND: Final = "admin.second"
_USERS: Final = "/admin/users"

_MONEY: Final = (
    Sight("province-home", PROVINCE_OFFICER, "/", "我的工作"),
    Sight("reviewer-home", PROVINCE_REVIEWER, "/", "我的工作"),
    Sight("awards", PROVINCE_OFFICER, f"{_T}/awards", "核定"),
    Sight(
        "award-entry",
        PROVINCE_OFFICER,
        f"{_T}/awards/new?pilot={{designated}}",
        "资金核定",
        "资金核定. The one award of a pilot: at most 5,000,000 yuan to a region and 1,000,000 to an enterprise.\n"
        "The card above the form goes through the conditions, each with its article, before anything is typed.",
        acts.checked(acts.AWARD),
    ),
    Sight(
        "award-refused",
        PROVINCE_OFFICER,
        f"{_T}/awards/new?pilot={{designated}}",
        "资金核定",
        act=acts.sent({**acts.AWARD, "input[data-amount]": "1000000.01"}, "#errors"),
    ),
    Sight(
        "award-check", PROVINCE_OFFICER, f"{_T}/awards/new?pilot={{designated}}", "核对核定", act=acts.sent(acts.AWARD)
    ),
    Sight("award-barred", PROVINCE_OFFICER, f"{_T}/awards/new?pilot={{pilot}}", "资金核定"),
    Sight(
        "award",
        PROVINCE_REVIEWER,
        f"{_T}/awards/{{asked_award}}",
        "",
        "An award before its check, as the province's reviewer sees it.\n"
        "Two people of the province stand behind every award.",
    ),
    Sight("allocations", PROVINCE_OFFICER, f"{_T}/allocations", "下达"),
    Sight(
        "allocation-entry",
        PROVINCE_OFFICER,
        f"{_T}/allocations/new?award={{open_award}}",
        "指标下达",
        "指标下达. Passing an award down to the prefecture, in one or several steps, never above the award.\n"
        "A prefecture can disburse only what was passed down.",
        acts.checked(acts.ALLOCATION),
    ),
    Sight(
        "allocation-check",
        PROVINCE_OFFICER,
        f"{_T}/allocations/new?award={{open_award}}",
        "核对下达",
        act=acts.sent(acts.ALLOCATION),
    ),
    Sight(
        "notice-entry",
        PROVINCE_OFFICER,
        "/allocations/new",
        "指标下达",
        "指标下达 over several pilots and prefectures: one notice, as the paper has it, with a row for each project.\n"
        "Rows are found by name or pasted from Excel; they are sent together, or not at all.",
        acts.noticed,
    ),
    Sight("notice-blank", PROVINCE_OFFICER, "/allocations/new", "指标下达"),
    Sight("notice-check", PROVINCE_OFFICER, "/allocations/new", "核对指标下达", act=acts.noticed_and_sent),
    Sight(
        "notice",
        PROVINCE_OFFICER,
        "/allocations/notice?no=吉财建指〔2026〕118号",
        "指标文件",
        "What one notice passed down, prefecture by prefecture, with the state of each document.\n"
        "The paper's number is the key: it is found by it again.",
    ),
    Sight("allocation", PROVINCE_REVIEWER, f"{_T}/allocations/{{asked_allocation}}", ""),
    Sight("allocation-reverse", PROVINCE_OFFICER, f"{_T}/allocations/{{allocation}}/reverse", ""),
)
_OVERSIGHT: Final = (
    Sight(
        "all-approvals",
        PROVINCE_REVIEWER,
        "/approvals",
        "复核",
        "复核 across the province: awards, allocations and designations that wait for the province's reviewer.\n"
        "The oldest stand first.",
    ),
    Sight(
        "all-pilots",
        AUDITOR,
        "/pilots",
        "全省试点",
        "全省试点. Every pilot of every prefecture in one list, for the province's officers and auditors.\n"
        "Prefectures never see each other's.",
    ),
    Sight(
        "all-disbursements",
        AUDITOR,
        "/disbursements",
        "拨付",
        "拨付 of the whole province in one list; every other kind of document has the same.\n"
        "Filters, sorting and the sum under the list are those of a prefecture's own.",
    ),
    Sight("all-awards", AUDITOR, "/awards", "核定"),
    Sight("all-allocations", PROVINCE_OFFICER, "/allocations", "下达"),
    Sight("all-expenditures", AUDITOR, "/expenditures", "支出"),
    Sight("all-acceptances", AUDITOR, "/acceptances", "验收"),
    Sight("all-recoveries", AUDITOR, "/recoveries", "收回"),
    Sight(
        "pilot-returning",
        PROVINCE_REVIEWER,
        f"{_T}/pilots/{{unconfirmed}}/return",
        "",
        "Returning a designation that is not right, with the reason, before it is confirmed.\n"
        "The prefecture mends its list and sends it again.",
    ),
    Sight("pilot-unconfirmed", PROVINCE_REVIEWER, f"{_T}/pilots/{{unconfirmed}}", "长春市云帆软件园有限公司"),
    Sight("pilot-audited", AUDITOR, f"{_T}/pilots/{{pilot}}", "长春市启衡产业园区"),
    Sight(
        "totals",
        AUDITOR,
        "/totals",
        "全省汇总",
        "汇总. Every yuan by prefecture, from award to acceptance, down to the voucher by two clicks.\n"
        "A date in the past answers as of that day.",
    ),
    Sight("totals-then", AUDITOR, "/totals?as_of=2026-06-30", "全省汇总"),
    Sight(
        "status",
        AUDITOR,
        "/status",
        "系统状态",
        "系统状态. Whether the journal's chains and the books agree, and when that was last looked at.\n"
        "It holds no amounts: the administrators read it too.",
    ),
    Sight("province-imports", PROVINCE_OFFICER, "/imports", "Excel 导入"),
)
_PEOPLE: Final = (
    Sight("administrator-home", ADMINISTRATOR, "/", ""),
    Sight(
        "people",
        ADMINISTRATOR,
        _USERS,
        "用户",
        "用户. Everybody who can sign in, by prefecture, office, role and state, for the system's administrators.\n"
        "Administrators see accounts and no amounts.",
    ),
    Sight("people-nobody", ADMINISTRATOR, f"{_USERS}?q=zzz", "用户"),
    Sight(
        "offices",
        ADMINISTRATOR,
        "/admin/offices?tenant=220100",
        "单位",
        "单位. The offices of a prefecture: its DRC, its finance bureau, and those of its counties.\n"
        "A person belongs to one office; a name that changes keeps its history.",
    ),
    Sight(
        "person-new",
        ADMINISTRATOR,
        f"{_USERS}/new?tenant=220100",
        "登记人员",
        "登记人员. A new account: office, name and roles; the password is made here and shown once.\n"
        "A person leaves by being deactivated, never by being deleted.",
    ),
    Sight(
        "person-new-refused",
        ADMINISTRATOR,
        f"{_USERS}/new?tenant=220100",
        "登记人员",
        act=acts.pressed("main form[method=post] .btn-primary", "#errors"),
    ),
    Sight(
        "person",
        _SECOND,
        f"{_USERS}/220100/{{asked_person}}",
        "",
        "One person's account with the roles that were changed and by whom.\n"
        "A role changes when one administrator proposes it and another one confirms.",
    ),
    Sight("person-asked", ADMINISTRATOR, f"{_USERS}/220100/{{asked_person}}", ""),
    Sight(
        "roles",
        ADMINISTRATOR,
        f"{_USERS}/220100/{{person}}/roles",
        "变更角色",
        "变更角色. The first half of a change of roles: what is proposed, and the reason for it.\n"
        "Nothing changes until a second administrator confirms.",
    ),
    Sight("roles-waiting", ADMINISTRATOR, f"{_USERS}/220100/{{asked_person}}/roles", "变更角色"),
    Sight(
        "reset",
        ADMINISTRATOR,
        f"{_USERS}/220100/{{person}}/password",
        "",
        "重设密码, for somebody who forgot it; asked once more because it ends what they have open.\n"
        "One administrator cannot reset another's.",
    ),
    Sight(
        "deactivate",
        ADMINISTRATOR,
        f"{_USERS}/220100/{{person}}/deactivate",
        "",
        "停用账号. Sessions and tokens end at once; the name stays on what the person signed.\n"
        "It says beforehand what cannot be undone.",
    ),
)
SIGHTS: Final[tuple[Sight, ...]] = (*_MONEY, *_OVERSIGHT, *_PEOPLE)
