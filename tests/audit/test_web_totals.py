"""汇总 narrowed by the URL, and where its numbers lead."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest

from ledger.domain.pilots import PilotKind
from tests.audit.conftest import Books
from tests.conftest import Browser
from tests.factories import Factory

SignIn = Callable[[str], Browser]


def totals(browser: Browser, query: str = "") -> str:
    answer = browser.get(f"/totals{query}")
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.get_data(as_text=True))


def total_line(page: str) -> str:
    return page[page.index("<tfoot>") : page.index("</tfoot>")]


def test_the_figures_are_narrowed_by_kind_batch_direction_and_day(sign_in: SignIn, books: Books) -> None:
    auditor = sign_in("province.auditor")
    assert "3,000,000.00" in total_line(totals(auditor))
    regions = totals(auditor, f"?kind={PilotKind.REGION.value}")
    assert "类型＝试点区域" in regions
    assert "2,000,000.00" in total_line(regions)
    assert "400,000.00" not in total_line(regions)
    # The second disbursement was reversed on 2026-07-01.
    assert "500,000.00" in total_line(totals(auditor, "?as_of=2026-06-30"))
    assert "400,000.00" in total_line(totals(auditor, "?year=2026&as_of=2026-12-31"))
    assert "没有符合条件的试点" in totals(auditor, "?batch=没有这一批")


def test_every_number_leads_to_what_it_is_made_of(sign_in: SignIn, books: Books) -> None:
    auditor = sign_in("province.auditor")
    page = totals(auditor)
    assert 'href="/disbursements"' in page
    assert 'href="/t/220100/disbursements"' in page
    behind = auditor.get("/t/220100/disbursements").get_data(as_text=True)
    assert "400,000.00" in behind
    dated = totals(auditor, "?year=2026")
    assert "/t/220100/awards?from=2026-01-01&amp;to=2026-12-31" in dated
    narrowed = totals(auditor, "?kind=enterprise")
    assert "/t/220100/pilots?kind=enterprise" in narrowed


@pytest.mark.parametrize(
    "query",
    ["", "?kind=enterprise", "?year=2026", "?as_of=2026-06-30", "?kind=enterprise&as_of=2026-06-30", "?batch=x"],
)
def test_no_number_leads_to_a_list_that_comes_to_another_sum(
    sign_in: SignIn, make: Factory, books: Books, query: str
) -> None:
    make.pilot(active=False)
    make.allocated(700_000_00)
    auditor = sign_in("province.auditor")
    page = totals(auditor, query)
    links = set(re.findall(r'<a href="([^"]+)">(?:<b>)?([\d,.]+)</a>', page))
    assert links or "batch" in query
    for url, number in links:
        behind = re.search(r'<p class="sum">.*?</p>', auditor.get(unescape(url)).get_data(as_text=True), re.DOTALL)
        if behind is None:
            assert number in ("0", "0.00"), url
            continue
        assert re.search(rf"(?<![\d,.]){re.escape(number)}(?![\d,.])", behind[0]), (url, number, behind[0])


def test_a_number_without_a_list_says_so(sign_in: SignIn, books: Books) -> None:
    auditor, words = sign_in("province.auditor"), "没有链接的数字没有对应的列表"
    assert words not in totals(auditor, "?year=2026")
    narrowed = totals(auditor, "?kind=enterprise")
    assert words in narrowed
    assert re.search(r'data-label="使用">300,000\.00<', narrowed)
    dated = totals(auditor, "?kind=enterprise&as_of=2026-06-30")
    assert words in dated
    assert re.search(r'data-label="拨付">500,000\.00<', dated)


def test_a_batch_leads_on_to_the_pilots_of_it(sign_in: SignIn, make: Factory) -> None:
    pilot = make.allocated(1_000_000_00)
    auditor = sign_in("province.auditor")
    batch = re.search(r'name="batch">.*?<option value="([^"]+)"', totals(auditor))
    assert batch is not None
    listed = auditor.get(f"/t/220100/pilots?batch={batch[1]}").get_data(as_text=True)
    assert pilot.name in listed
    assert f"批次＝{batch[1]}" in listed
    assert pilot.name not in auditor.get("/t/220100/pilots?batch=other").get_data(as_text=True)


def test_a_tenant_s_own_figures_lead_within_it(sign_in: SignIn, books: Books) -> None:
    page = totals(sign_in("220100.finance_officer"), "?kind=enterprise")
    assert "本地区汇总" in page
    assert "/t/220300" not in page
    assert 'href="/pilots' not in page
