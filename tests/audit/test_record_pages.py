"""变更台账 through the browser: filters in the URL, pages, paper, files, and who may see it."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from html import unescape
from io import BytesIO, StringIO

import openpyxl
import pytest

from ledger.domain.access import Actor
from tests.audit.conftest import Books
from tests.conftest import Browser
from tests.factories import Factory

SignIn = Callable[[str], Browser]
OFFICER = "220100.finance_officer"
PLACE = "/t/220100/record"


def text_of(browser: Browser, url: str, *, htmx: bool = False) -> str:
    answer = browser.get(url, htmx=htmx)
    assert answer.status_code == 200, (url, answer.get_data(as_text=True)[:2000])
    return answer.get_data(as_text=True)


def rows_of(page: str) -> list[str]:
    listed = page[page.index('id="record"') : page.index("</ol>")]
    return [re.sub(r"<[^>]+>|\s+", " ", part) for part in listed.split("<li")[1:]]


def test_a_record_says_who_did_what_before_and_after(sign_in: SignIn, make: Factory, books: Books) -> None:
    page = text_of(sign_in(OFFICER), PLACE)
    assert "变更台账" in page
    assert "不含登录和查阅" in page
    assert re.search(r"涉及资金（每张单据只计一次）：.*拨付 2 笔 <b>500,000.00</b>", page)
    first = rows_of(page)[0]
    assert "拨付被冲销" in first
    assert "长春市财政局" in first
    assert "100,000.00" in first
    assert "记录 #" in first


def test_filters_are_in_the_url_and_each_is_taken_away_by_its_link(
    sign_in: SignIn, books: Books, actor: Callable[[str], Actor]
) -> None:
    browser, person = sign_in(OFFICER), actor("220100.finance_reviewer")
    page = text_of(browser, f"{PLACE}?person={person.person_id}&kind=disbursement&on_from=2026-01-01&amount_from=1")
    rows = rows_of(page)
    assert rows
    assert all(person.name in row and "拨付" in row for row in rows)
    for chip in (f"人员＝{person.name}", "类别＝拨付", "发生自 2026-01-01", "金额不低于 1"):
        assert chip in page
    assert "没有符合条件的记录" in text_of(browser, f"{PLACE}?amount_from=99999999", htmx=True)
    assert "请按 年-月-日 填写日期" in text_of(browser, f"{PLACE}?from=soon")
    assert "不含登录" not in text_of(browser, f"{PLACE}?kind=every")
    # A link that says nonsense is read as far as it goes.
    assert rows_of(
        text_of(browser, f"{PLACE}?office=x&person=-1&pilot=99999999999999999999&kind=zzz&older=a-b.c&newer=1")
    )


def test_pages_go_on_and_come_back(sign_in: SignIn, books: Books) -> None:
    browser = sign_in(OFFICER)
    page = text_of(browser, f"{PLACE}?per_page=20")
    older = re.search(r'id="page-next" rel="next" href="([^"]+)"', page)
    assert older is not None
    second = text_of(browser, unescape(older[1]), htmx=True)
    assert "<html" not in second
    assert not set(rows_of(second)) & set(rows_of(page))
    back = re.search(r'id="page-prev" rel="prev" href="([^"]+)"', second)
    assert back is not None
    assert "20" in back[1]
    assert 'id="page-first"' in second
    # A filter that is taken away begins at the newest again.
    assert "older=" not in unescape("".join(re.findall(r'class="chip" href="([^"]+)"', second)))


def test_ones_own_office_is_one_link_away_and_leaves_no_entry(
    sign_in: SignIn, books: Books, actor: Callable[[str], Actor]
) -> None:
    browser, office_id = sign_in(OFFICER), actor(OFFICER).office_id
    page = text_of(browser, PLACE)
    own = re.search(r'href="([^"]+)">只看本单位', page)
    assert own is not None
    assert unescape(own[1]) == f"{PLACE}?office={office_id}"
    text_of(browser, unescape(own[1]))
    told = rows_of(text_of(browser, f"{PLACE}?kind=reading"))
    assert sum("查阅变更台账" in row for row in told) == 1


def test_the_province_reads_everyone_s_and_others_only_their_own(sign_in: SignIn, books: Books) -> None:
    auditor = sign_in("province.auditor")
    page = text_of(auditor, "/record?per_page=200")
    assert "长春市" in page
    assert "四平市" in page
    narrow = text_of(auditor, "/record?tenant=220300&kind=disbursement")
    assert "地区＝四平市" in narrow
    assert len(rows_of(narrow)) == 1
    officer = sign_in(OFFICER)
    assert officer.get("/record").status_code == 403
    assert officer.get("/record.csv").status_code == 403
    assert officer.get("/t/220300/record").status_code == 404
    assert officer.get("/t/220300/record.xlsx").status_code == 404
    assert sign_in("admin").get(PLACE).status_code == 403


def test_the_printed_form_is_in_chinese_and_yuan(sign_in: SignIn, books: Books) -> None:
    browser = sign_in(OFFICER)
    browser.client.set_cookie("lang", "en")
    browser.client.set_cookie("unit", "wan")
    page = text_of(browser, f"{PLACE}?kind=disbursement")
    paper = page[page.index('<section class="paper"') :]
    assert "服务业发展专项资金变更台账" in paper
    assert "条件：类别＝拨付" in paper
    assert "登记拨付 FK-2026-" in re.sub(r"\s+", " ", paper)
    assert "400,000.00" in paper


def test_files_hold_the_same_entries(sign_in: SignIn, books: Books) -> None:
    browser = sign_in(OFFICER)
    page = text_of(browser, f"{PLACE}?kind=disbursement")
    links = dict(re.findall(r'id="export-(\w+)" href="([^"]+)"', page))
    answer = browser.get(unescape(links["csv"]))
    assert answer.headers["Content-Disposition"].startswith("attachment")
    rows = list(csv.DictReader(StringIO(answer.data.decode("utf-8-sig"), newline="")))
    assert len(rows) == len(rows_of(page))
    assert {row["地区"] for row in rows} == {"长春市"}
    assert "100000.00" in {row["金额（元）"] for row in rows}
    answer = browser.get(unescape(links["xlsx"]))
    sheet = openpyxl.load_workbook(BytesIO(answer.data)).active
    told = list(sheet.iter_rows(min_row=2, values_only=True))
    assert [row[2] for row in told] == [int(row["记录编号"]) for row in rows]
    assert "导出变更台账" in rows_of(text_of(browser, f"{PLACE}?kind=reading"))[1]


def test_too_many_for_one_file_is_said_beforehand(
    sign_in: SignIn, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("queries_record", "web_record"):
        monkeypatch.setattr(f"ledger.audit.{module}.MOST_EXPORTED", 2)
    browser = sign_in(OFFICER)
    page = text_of(browser, PLACE)
    assert "一次最多导出 2 条" in page
    assert "export-csv" not in page
    assert browser.get(f"{PLACE}.csv").status_code == 413
