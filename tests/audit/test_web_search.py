"""Searching: what a few words find, in whose reach, and that they are taken as they stand."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

import pytest

from ledger.audit.web_search import as_stored
from ledger.dispatch import ask
from ledger.funds.queries import GetDocument
from tests.audit.conftest import Books
from tests.conftest import Browser
from tests.factories import Factory

SignIn = Callable[[str], Browser]
OFFICER = "220100.finance_officer"


def found(browser: Browser, words: str, *, htmx: bool = False) -> str:
    answer = browser.get(f"/search?q={quote(words)}", htmx=htmx)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_pilots_and_documents_are_found_by_each_of_their_names(sign_in: SignIn, make: Factory, books: Books) -> None:
    browser = sign_in(OFFICER)
    pilot = f"/t/220100/pilots/{books.pilot.id}"
    paid = f"/t/220100/disbursements/{books.disbursement_id}"
    query = GetDocument(tenant_code="220100", document_id=books.disbursement_id)
    document = ask(query, make.actor(OFFICER)).shown.document
    for words in (books.pilot.name, books.pilot.uscc, books.pilot.uscc.lower()):
        page = found(browser, words)
        assert f'href="{pilot}"' in page
        assert f'href="{paid}"' in page
    for words in (document.number, document.number.lower(), document.voucher_no or ""):
        page = found(browser, words)
        assert f'href="{paid}"' in page
        assert "共 1 笔" in page
        assert "没有这样的试点" in page
    assert "/allocations/" in found(browser, "吉财建指[2026]118号")
    assert "〔冲销〕" in found(browser, books.pilot.name)


def test_nobody_finds_another_tenant_s_and_the_province_finds_all(sign_in: SignIn, books: Books) -> None:
    other = f"/t/220300/pilots/{books.other.id}"
    for words in (books.other.name, books.other.uscc):
        own = found(sign_in(OFFICER), words)
        assert "没有找到" in own
        assert "220300" not in own
        assert f'href="{other}"' in found(sign_in("province.auditor"), words)
    page = found(sign_in("province.officer"), "吉财建指〔2026〕118号")
    assert "四平市" in page
    assert "/t/220300/allocations/" in page
    assert "/t/220100/allocations/" in page


def test_wildcards_are_looked_for_as_they_stand(sign_in: SignIn, make: Factory, books: Books) -> None:
    make.waiting(books.pilot, 100, voucher_no="ZF_5%!甲")
    browser = sign_in(OFFICER)
    for words in ("%%", "__", "_%", "!!", "%长春", "Z_0"):
        assert "没有找到" in found(browser, words), words
        page = browser.get(f"/t/220100/pilots?q={quote(words)}").get_data(as_text=True)
        assert "没有符合条件的试点" in page, words
    for words in ("zf_5%", "ZF_5%!", "ZF_5%!甲"):
        assert "ZF_5%!甲" in found(browser, words), words
        page = browser.get(f"/t/220100/disbursements?q={quote(words)}").get_data(as_text=True)
        assert "共 1 笔" in page, words


def test_numbers_are_found_by_how_they_begin(sign_in: SignIn, make: Factory, books: Books) -> None:
    make.waiting(books.pilot, 100, voucher_no="记-4711")
    browser = sign_in(OFFICER)
    for words in ("记-47", "记-4711"):
        assert "记-4711" in found(browser, words), words
    for words in ("-4711", "4711", "-2026-0001"):
        assert "没有找到" in found(browser, words), words
    page = found(browser, "fk-2026")
    assert f'href="/t/220100/disbursements/{books.disbursement_id}"' in page
    assert "/allocations/" not in page
    # A notice's number finds what was allocated by it and what was paid from that.
    for words in ("吉财建指", "吉财建指〔2026〕118号"):
        page = found(browser, words)
        assert "/t/220100/allocations/" in page
        assert f'href="/t/220100/disbursements/{books.disbursement_id}"' in page


def test_too_little_and_nothing_are_told(sign_in: SignIn, books: Books) -> None:
    browser = sign_in(OFFICER)
    assert "请输入要查找的内容" in found(browser, "")
    assert "请至少输入 2 个字" in found(browser, " 长 ")
    assert "没有找到“&lt;b&gt;x”" in found(browser, "<b>x")
    assert "<html" not in found(browser, "长春", htmx=True)
    assert 'role="search"' in browser.get("/").get_data(as_text=True)
    admin = sign_in("admin")
    assert admin.get("/search?q=长春").status_code == 403
    assert 'role="search"' not in admin.get("/").get_data(as_text=True)


def test_at_most_twenty_are_shown_and_the_rest_is_a_link_away(sign_in: SignIn, make: Factory, books: Books) -> None:
    for _ in range(21):
        make.waiting(books.pilot, 100)
    page = found(sign_in(OFFICER), books.pilot.uscc)
    list_url = f"/t/220100/disbursements?q={books.pilot.uscc}"
    assert page.count('<th scope="row" class="nowrap">') == 20
    assert f'class="chip" href="{list_url}">拨付 24</a>' in page
    assert "共 24 笔" in sign_in(OFFICER).get(list_url).get_data(as_text=True)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("吉财建指[2026] 118号", "吉财建指〔2026〕118号"),
        ("ｆｋ-２０２６", "FK-2026"),
        ("长春（集团）", "长春（集团）"),
        ("ABC Co", "ABC Co"),
    ],
)
def test_words_are_spelled_as_the_ledger_has_them(typed: str, stored: str) -> None:
    assert as_stored(typed) == stored
