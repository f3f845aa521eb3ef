"""The pages of a prefecture's people beside its money: work, pilots, imports, one's own account, faults."""

from __future__ import annotations

from typing import Final

from tests.browser import acts
from tests.browser.places import DRC_OFFICER, EMPTY, OFFICER, REVIEWER
from tests.browser.sights import NOBODY, Sight

_T: Final = "/t/220100"
_E: Final = f"/t/{EMPTY}"
_NOBODY_ELSE: Final = f"{EMPTY}.finance_officer"

_WORK: Final = (
    Sight(
        "sign-in",
        NOBODY,
        "/login",
        "服务业专项资金台账",
        "登录. The account knows its office: nobody chooses a prefecture from a list.\n"
        "A wrong password says how often one may still try; pasting from a password manager is allowed.",
    ),
    Sight(
        "home",
        OFFICER,
        "/",
        "我的工作",
        "我的工作. What waits for this person, and which pilots have money to disburse.\n"
        "Entries that came back and drafts stand first: they hold somebody else up.",
    ),
    Sight("home-sent", OFFICER, "/?box=sent", "我的工作"),
    Sight("home-menu", OFFICER, "/", "我的工作", act=acts.opened_menu),
    Sight("home-keys", OFFICER, "/", "我的工作", act=acts.asked_for_keys),
    Sight("home-drc", DRC_OFFICER, "/", "我的工作"),
    Sight(
        "approvals",
        REVIEWER,
        f"{_T}/approvals",
        "复核",
        "复核. Everything that waits for a second person of this office, with who sent it and for how long.\n"
        "What one made oneself is not offered: maker and checker are always two people.",
    ),
    Sight(
        "batch",
        REVIEWER,
        "/approvals/batch?chosen=220100-disbursements-{waiting}-1&chosen=220100-expenditures-{expenditure}-1",
        "复核所选",
        "复核所选. Documents read once more on one page, with their sum, before each of them is posted.\n"
        "What cannot be posted keeps waiting and says why; the others are not held up by it.",
    ),
    Sight(
        "search",
        OFFICER,
        "/search?q=启衡",
        "查找",
        "查找. One box for names, document numbers, voucher numbers and credit codes.\n"
        "It finds what the reader may see anyway, and nothing of another prefecture.",
    ),
    Sight("search-nothing", OFFICER, "/search?q=zzz", "查找"),
)
_PILOTS: Final = (
    Sight(
        "pilots",
        OFFICER,
        f"{_T}/pilots?sort=-disbursed",
        "试点",
        "试点. The pilots of a prefecture with what was awarded, passed down and disbursed, and the list's total.\n"
        "Every filter is in the address: a link to a list shows the same list.",
    ),
    Sight("pilots-nothing", OFFICER, f"{_T}/pilots?q=zzz", "试点"),
    Sight(
        "pilot",
        OFFICER,
        f"{_T}/pilots/{{pilot}}",
        "长春市启衡产业园区",
        "A pilot's page, the heart of the ledger: cap, award, allocation, disbursement and what waits, on one scale.\n"
        "Below is its record, newest first: who did what, when, and what was before.",
    ),
    Sight(
        "statement",
        OFFICER,
        f"{_T}/pilots/{{pilot}}?tab=ledger",
        "长春市启衡产业园区",
        "对账单. Every entry of the pilot with the balance after it, a reversal in red beside its original.\n"
        "It prints on A4 without the navigation, for the folder and the signature.",
    ),
    Sight(
        "projects",
        OFFICER,
        f"{_T}/pilots/{{pilot}}?tab=projects",
        "长春市启衡产业园区",
        "The projects of a pilot, and the money of each from award to acceptance.\n"
        "A region may have several projects; the cap holds for all of them together.",
    ),
    Sight("pilot-other", OFFICER, f"{_T}/pilots/{{firm}}?unit=wan", ""),
    Sight("pilot-yuan", OFFICER, f"{_T}/pilots/{{firm}}?unit=yuan", ""),
)
_IMPORTS: Final = (
    Sight(
        "imports",
        OFFICER,
        "/imports",
        "Excel 导入",
        "Excel 导入. Official templates, the upload, and one's own imports.\n"
        "A workbook is checked row by row first; nothing is stored before it is confirmed.",
    ),
    Sight("imports-refused", OFFICER, "/imports", "Excel 导入", act=acts.pressed("#upload", "#errors")),
    Sight(
        "import",
        OFFICER,
        "/imports/{faulty_import}",
        "导入拨付台账",
        "A workbook with faults: each row with what is wrong and how to mend it, and how each value was read.\n"
        "错误表 is the same sheet with the faults beside the rows, ready to be corrected and sent again.",
    ),
    Sight("import-wrong", OFFICER, "/imports/{faulty_import}?show=wrong&per_page=20", ""),
    Sight("import-good", OFFICER, "/imports/{good_import}", ""),
    Sight("import-stored", OFFICER, "/imports/{stored_import}", ""),
    Sight(
        "import-confirm",
        OFFICER,
        "/imports/{faulty_import}/confirm",
        "只导入正确的行",
        "The last look before a part of a workbook is stored: what goes in, what does not, and why.\n"
        "The stored rows wait for a second person like any other entry.",
    ),
)
_OWN: Final = (
    Sight(
        "me",
        OFFICER,
        "/me",
        "个人设置",
        "个人设置. One's own account: theme, language, unit, shortcuts, password and API tokens.\n"
        "Roles are shown here and changed by two administrators.",
    ),
    Sight(
        "password",
        OFFICER,
        "/me/password",
        "更改密码",
        "更改密码. Long passwords rather than odd ones; well-known ones are refused.\n"
        "Other browsers that are signed in are signed out.",
    ),
    Sight(
        "password-refused", OFFICER, "/me/password", "更改密码", act=acts.pressed("main form .btn-primary", "#errors")
    ),
    Sight(
        "tokens",
        OFFICER,
        "/me/tokens",
        "接口令牌",
        "接口令牌. A token lets a program read and write in one's own name and with one's own roles.\n"
        "It is shown once and ends by itself.",
    ),
)
_EMPTY: Final = (
    Sight("empty-home", _NOBODY_ELSE, "/", "我的工作"),
    Sight("empty-pilots", _NOBODY_ELSE, f"{_E}/pilots", "试点"),
    Sight("empty-disbursements", _NOBODY_ELSE, f"{_E}/disbursements", "拨付"),
    Sight("empty-imports", _NOBODY_ELSE, "/imports", "Excel 导入"),
    Sight("empty-totals", _NOBODY_ELSE, "/totals", ""),
    Sight("empty-tokens", _NOBODY_ELSE, "/me/tokens", "接口令牌"),
    Sight("empty-approvals", f"{EMPTY}.finance_reviewer", f"{_E}/approvals", "复核"),
)
_ERRORS: Final = (
    Sight("error-403", REVIEWER, f"{_T}/disbursements/new", "没有权限", status=403),
    Sight("error-404", OFFICER, f"{_T}/pilots/1", "没有找到", status=404),
    Sight("error-404-nobody", NOBODY, "/nowhere", "没有找到", status=404),
    Sight("error-409", OFFICER, "/", "内容已被修改", status=409, fault=409),
    Sight("error-413", OFFICER, "/", "文件太大", status=413, fault=413),
    Sight("error-429", OFFICER, "/", "操作太频繁", status=429, fault=429),
    Sight("error-500", OFFICER, "/", "没有保存", status=500, fault=500),
    Sight("error-503", OFFICER, "/", "暂时不可用", status=503, fault=503),
    Sight(
        "sign-in-refused",
        NOBODY,
        "/login",
        "",
        act=acts.pressed("main form .btn-primary", "#errors", username="nobody", password="wrong"),
    ),
)
SIGHTS: Final[tuple[Sight, ...]] = (
    *_WORK, *_PILOTS, *_IMPORTS, *_OWN, *_EMPTY, *_ERRORS
)  # fmt: skip
