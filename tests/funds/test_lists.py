"""Lists of documents: pages by key, by number and from the end, and sizes that nobody counts."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, text

from ledger import database
from ledger.dispatch import ask, execute
from ledger.domain.documents import DocumentKind, Status
from ledger.domain.errors import NotPermitted
from ledger.funds import queries_lists, queries_lists_sql
from ledger.funds.commands_check import ReturnDocument, ReverseDocument
from ledger.funds.queries_lists import EARLIEST, DocumentPage, ListDocuments, ListProvinceDocuments
from tests.conftest import Browser
from tests.factories import Factory, MadePilot
from tests.faults.raw import refused, session_of

SignIn = Callable[[str], Browser]
OFFICER, REVIEWER, PROVINCE = "220100.finance_officer", "220100.finance_reviewer", "province.auditor"
PAID = DocumentKind.DISBURSEMENT
WHOLE = 200


def listed(make: Factory, **asked: Any) -> DocumentPage:
    return ask(ListDocuments(tenant_code="220100", kind=PAID, **asked), make.actor(OFFICER))


def ids(page: DocumentPage) -> list[int]:
    return [one.document.id for one in page.items]


def reverse(make: Factory, document_id: int, *, approved: bool = True) -> int:
    command = ReverseDocument(
        tenant_code="220100", kind=PAID, document_id=document_id, reason="录错", reversed_on=date(2026, 11, 20)
    )
    reversal_id = execute(command, make.actor(OFFICER)).subject_id
    if approved:
        make.approve("220100", PAID, reversal_id, REVIEWER)
    return reversal_id


@pytest.fixture
def pilot(make: Factory) -> MadePilot:
    """A pilot with nine disbursements, three of them reversed or about to be: twelve rows of a list."""
    made = make.allocated(1_000_000_00)
    paid = [make.disbursed(made, 100 * number) for number in range(1, 6)]
    reverse(make, paid[0])
    reverse(make, paid[3])
    paid += [make.disbursed(made, 700), make.disbursed(made, 800)]
    reverse(make, paid[5], approved=False)
    make.waiting(made, 900)
    returned = make.waiting(made, 1000)
    execute(
        ReturnDocument(tenant_code="220100", kind=PAID, document_id=returned, reason="账号有误"), make.actor(REVIEWER)
    )
    return made


@pytest.mark.parametrize("per_page", [1, 2, 3, 5, 12, 20])
def test_every_page_is_found_by_its_number_by_its_key_and_from_the_end(
    make: Factory, pilot: MadePilot, per_page: int
) -> None:
    whole = ids(listed(make, per_page=WHOLE))
    assert len(whole) == 12
    assert whole == sorted(whole, reverse=True)
    pages = [whole[at : at + per_page] for at in range(0, len(whole), per_page)]
    after, backwards = 0, []
    for number, expected in enumerate(pages, start=1):
        assert ids(listed(make, page=number, per_page=per_page)) == expected
        assert ids(listed(make, page=number, per_page=per_page, after=after)) == expected
        after = expected[-1]
    before: int = 0
    for number in range(len(pages), 0, -1):
        page = listed(make, page=number, per_page=per_page, before=before)
        backwards.append(ids(page))
        before = ids(page)[0]
    assert backwards[::-1] == pages


def test_a_page_beyond_the_end_is_the_last_one_and_for_programs_empty(make: Factory, pilot: MadePilot) -> None:
    assert ids(listed(make, page=999, per_page=5)) == ids(listed(make, page=3, per_page=5))
    beyond = listed(make, page=999, per_page=5, is_exact=True)
    assert (ids(beyond), beyond.total) == ([], 12)


def test_what_is_added_meanwhile_moves_no_row_to_another_page(make: Factory, pilot: MadePilot) -> None:
    first = ids(listed(make, per_page=5))
    second = ids(listed(make, page=2, per_page=5))
    make.disbursed(pilot, 1)
    assert ids(listed(make, page=2, per_page=5, after=first[-1])) == second


@pytest.mark.parametrize("status", ["", *Status])
def test_sizes_that_nobody_counts_are_what_counting_finds(make: Factory, pilot: MadePilot, status: str) -> None:
    make.awarded(tenant_code="220300")
    for kind in queries_lists_sql.WHOLE:
        asked: dict[str, Any] = {"kind": DocumentKind(kind), "status": status}
        # Narrowed by a day before every document, which makes it count.
        counting = asked | {"first_on": EARLIEST + timedelta(days=1)}
        kept = ask(ListDocuments(tenant_code="220100", **asked), make.actor(OFFICER))
        counted = ask(ListDocuments(tenant_code="220100", **counting), make.actor(OFFICER))
        assert (kept.total, kept.amount_total) == (counted.total, counted.amount_total), kind
        assert ids(kept) == ids(counted)
        across = ask(ListProvinceDocuments(of_tenant="220100", **asked), make.actor(PROVINCE))
        assert (across.total, across.amount_total, ids(across)) == (kept.total, kept.amount_total, ids(kept))
        all_of_them = ask(ListProvinceDocuments(**asked), make.actor(PROVINCE))
        again = ask(ListProvinceDocuments(**counting), make.actor(PROVINCE))
        assert (all_of_them.total, all_of_them.amount_total) == (again.total, again.amount_total)


def test_the_province_turns_the_pages_of_all_tenants_together(make: Factory, pilot: MadePilot) -> None:
    other = make.allocated(10_000, tenant_code="220300")
    for _time in range(4):
        make.disbursed(other, 100)
    asker = make.actor(PROVINCE)
    whole = ids(ask(ListProvinceDocuments(kind=PAID, per_page=WHOLE), asker))
    assert len(whole) == 16
    after, walked = 0, []
    for number in range(1, 5):
        page = ask(ListProvinceDocuments(kind=PAID, per_page=5, page=number, after=after), asker)
        walked += ids(page)
        after = walked[-1]
    assert walked == whole == sorted(whole, reverse=True)
    last = ask(ListProvinceDocuments(kind=PAID, per_page=5, page=4, before=0), asker)
    assert ids(last) == whole[15:]
    own = ask(ListProvinceDocuments(kind=PAID, per_page=WHOLE), make.actor("220300.finance_officer"))
    assert {one.tenant_code for one in own.items} == {"220300"}


def test_a_long_narrowed_list_says_that_there_is_more_and_goes_on(
    sign_in: SignIn, make: Factory, pilot: MadePilot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries_lists, "MOST_COUNTED", 4)
    page = listed(make, first_on=date(2026, 1, 1), per_page=5)
    assert (page.total, page.amount_total, page.is_more, page.may_jump) == (4, None, True, False)
    assert listed(make, first_on=date(2026, 1, 1), is_exact=True).total == 12
    shown = sign_in(OFFICER).get("/t/220100/disbursements?from=2026-01-01&per_page=20").get_data(as_text=True)
    assert "超过 4 笔" in shown
    assert 'id="page-last"' not in shown


def test_the_pager_s_links_lead_from_page_to_page(sign_in: SignIn, make: Factory) -> None:
    made = make.allocated(1_000_000_00)
    for _time in range(45):
        make.waiting(made, 100)
    browser, url, shown = sign_in(OFFICER), "/t/220100/disbursements?per_page=20", ""
    seen: list[str] = []
    for number in (1, 2, 3):
        shown = browser.get(url).get_data(as_text=True)
        assert f"第 {number} 页，共 3 页" in shown
        assert f"共 45 笔，第 {number} 页" in shown
        seen += re.findall(r'">(FK-2026-\d{4})</a>', shown)
        following = re.search(r'id="page-next" rel="next" href="([^"]+)"', shown)
        assert (following is None) == (number == 3)
        url = following[1].replace("&amp;", "&") if following else url
    assert len(seen) == len(set(seen)) == 45
    assert "after=" in url
    back = re.search(r'id="page-prev" rel="prev" href="([^"]+)"', shown)
    assert back is not None
    middle = browser.get(back[1].replace("&amp;", "&")).get_data(as_text=True)
    assert re.findall(r'">(FK-2026-\d{4})</a>', middle) == seen[20:40]
    assert browser.get("/t/220100/disbursements?per_page=20&page=2").get_data(as_text=True).count("FK-2026-") >= 20


def test_the_province_s_lists_are_the_province_s_alone(sign_in: SignIn, make: Factory, pilot: MadePilot) -> None:
    shown = sign_in(PROVINCE).get("/disbursements").get_data(as_text=True)
    assert "长春市" in shown
    assert f"/t/220100/pilots/{pilot.id}" in shown
    narrowed = sign_in(PROVINCE).get("/disbursements?tenant=220300").get_data(as_text=True)
    assert "没有符合条件的单据" in narrowed
    assert "市州＝" in narrowed
    assert sign_in(OFFICER).get("/disbursements").status_code == 403
    assert sign_in("admin").get("/disbursements").status_code == 403
    asked = ListProvinceDocuments(kind=PAID)
    with pytest.raises(NotPermitted):
        ask(asked, make.actor("admin"))


@pytest.mark.parametrize(
    ("username", "collection"),
    [
        ("province.officer", "awards"),
        ("province.officer", "allocations"),
        (OFFICER, "disbursements"),
        (OFFICER, "expenditures"),
        (OFFICER, "recoveries"),
        ("220100.drc_officer", "acceptances"),
    ],
)
def test_each_list_has_its_button_for_who_may_record(
    sign_in: SignIn, make: Factory, username: str, collection: str
) -> None:
    url = f"/t/220100/{collection}"
    # A notice names pilots of any tenant: it is passed down in one place.
    button = 'id="new" href="/allocations/new"' if collection == "allocations" else f'id="new" href="{url}/new"'
    assert button in sign_in(username).get(url).get_data(as_text=True)
    assert 'id="new"' not in sign_in("220100.drc_reviewer").get(url).get_data(as_text=True)


@pytest.mark.parametrize("database_urls", ["postgresql"], indirect=True)
def test_pages_and_sizes_are_read_from_ranges_of_an_index(app: Flask, make: Factory, pilot: MadePilot) -> None:
    by = queries_lists_sql.Narrowing
    values = {
        "tenant_code": "220100", "kind": "disbursement", "edge": 2**62, "upto": 50, "limit": 50, "skip": 0, "most": 9,
        "status": "waiting", "first_on": "2026-01-01", "last_on": "2026-01-02", "of_tenant": "", "prefix": "FK",
    }  # fmt: skip
    plans = {
        "ix_document_tenant_code_kind_id": queries_lists_sql.STATEMENTS[by(wide=False)].older,
        "pk_reversal_listing": queries_lists_sql.STATEMENTS[by(wide=False)].newer,
        "ix_document_open": queries_lists_sql.STATEMENTS[by(wide=False, status="open")].older,
        "ix_document_tenant_code_kind_business_date_id": queries_lists_sql.STATEMENTS[by(wide=False, dates=True)].count,
        "pk_document_number": queries_lists_sql.WHOLE["disbursement"]["own"],
    }
    for index, constant in plans.items():
        with session_of(app, "220100") as connection:
            # So few rows would be read whole; what is asked is whether there is another way.
            connection.execute(text("SET LOCAL enable_seqscan = off"))
            connection.execute(text("SET LOCAL enable_bitmapscan = off"))
            plan = "\n".join(connection.execute(text(f"EXPLAIN {constant.sql}"), values).scalars())
        assert index in plan, plan
        assert "Seq Scan on document" not in plan, plan


def test_a_reversal_s_place_in_a_list_is_not_the_application_s_to_choose(
    app: Flask, make: Factory, pilot: MadePilot
) -> None:
    with session_of(app, "220100") as connection:
        for statement in (
            "INSERT INTO reversal_listing (tenant_code, kind, id) SELECT tenant_code, 'recovery', id FROM document",
            "INSERT INTO reversal_listing (tenant_code, kind, id) SELECT tenant_code, 'award', id FROM document",
            "UPDATE reversal_listing SET kind = 'award'",
            "DELETE FROM reversal_listing",
        ):
            assert refused(connection, statement), statement


def test_the_list_page_asks_few_statements(app: Flask, sign_in: SignIn, make: Factory, pilot: MadePilot) -> None:
    asked: list[str] = []

    def seen(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    event.listen(database.engine(), "before_cursor_execute", seen)
    listed(make, page=2, per_page=5)
    event.remove(database.engine(), "before_cursor_execute", seen)
    assert len([one for one in asked if "document" in one]) <= 6
