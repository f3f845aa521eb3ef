"""The record: who may read what, narrowed and paged, the money of its documents, and the entry of each reading."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from ledger import clock, dispatch
from ledger.audit import queries_record_sql
from ledger.audit.queries_journal import ListJournal
from ledger.audit.queries_record import (
    ExportProvinceRecord,
    ExportRecord,
    OwnProvinceRecord,
    OwnRecord,
    ProvinceRecord,
    RecordPage,
    TenantRecord,
)
from ledger.audit.queries_record_entries import Event
from ledger.audit.queries_record_filters import Filters
from ledger.audit.queries_record_kinds import EVERYTHING
from ledger.domain import errors
from ledger.domain.access import PROVINCE, SYSTEM
from ledger.domain.documents import DocumentKind
from ledger.domain.money import Money
from ledger.tenancy import REGISTERED
from tests.audit.conftest import TENANT, Books
from tests.conftest import STARTS_AT
from tests.factories import Factory

CLERK = f"{TENANT}.finance_officer"


def of_tenant(make: Factory, who: str = CLERK, **asked: Any) -> RecordPage:
    filters = Filters(**{name: asked.pop(name) for name in [*asked] if name in Filters.__dataclass_fields__})
    query = TenantRecord(tenant_code=TENANT, filters=filters, limit=asked.pop("limit", 200), **asked)
    return dispatch.ask(query, make.actor(who))


def keys(events: tuple[Event, ...]) -> list[tuple[str, int]]:
    return [(event.stream, event.seq) for event in events]


def test_a_record_holds_every_act_and_leaves_out_what_changes_nothing(make: Factory, books: Books) -> None:
    dispatch.ask(ListJournal(TENANT), make.actor(CLERK))
    page = of_tenant(make)
    kinds = [event.kind for event in page.events]
    assert "journal_read" not in kinds
    assert kinds[:2] == ["disbursement_reversed", "reversal_approved"]
    assert [event.seq for event in page.events] == sorted((event.seq for event in page.events), reverse=True)
    every = [event.kind for event in of_tenant(make, kind=EVERYTHING).events]
    assert every[0] == "record_read"
    assert "journal_read" in every
    assert len(every) > len(kinds)


def test_the_money_of_documents_is_counted_once_each(make: Factory, books: Books) -> None:
    page = of_tenant(make)
    touched = {one.kind: (one.documents, one.amount) for one in page.touched}
    assert touched[DocumentKind.DISBURSEMENT] == (2, Money(500_000_00))
    assert touched[DocumentKind.REVERSAL] == (1, Money(100_000_00))
    assert touched[DocumentKind.AWARD] == (1, Money(1_000_000_00))
    assert page.amount == Money(sum(amount.fen for _count, amount in touched.values()))
    assert (page.total, page.is_more) == (len(page.events), False)


def narrowings(books: Books, events: tuple[Event, ...]) -> list[tuple[dict[str, Any], Callable[[Event], bool]]]:
    paid = next(event for event in events if event.kind == "disbursement_approved")
    day, amount = date(2026, 6, 1), Money(300_000_00)
    return [
        ({"office_id": paid.office_id}, lambda one: one.office_id == paid.office_id),
        ({"person_id": paid.actor_id}, lambda one: one.actor_id == paid.actor_id),
        ({"pilot_id": books.pilot.id}, lambda one: one.pilot_id == books.pilot.id),
        ({"kind": "disbursement"}, lambda one: one.kind.startswith("disbursement_")),
        ({"kind": "expenditure_recorded"}, lambda one: one.kind == "expenditure_recorded"),
        ({"first_on": day}, lambda one: one.business_date is not None and one.business_date >= day),
        ({"last_on": day}, lambda one: one.business_date is not None and one.business_date <= day),
        ({"least": amount, "most": amount}, lambda one: one.amount == amount),
        (
            {"kind": "disbursement", "office_id": paid.office_id, "first_on": date(2026, 5, 1)},
            lambda one: one.kind.startswith("disb") and one.office_id == paid.office_id,
        ),
        (
            {"person_id": paid.actor_id, "kind": "expenditure", "least": amount},
            lambda one: one.actor_id == paid.actor_id and one.kind.startswith("expe") and one.amount >= amount,  # type: ignore[operator]
        ),
    ]


def test_each_filter_finds_what_it_says_page_by_page(make: Factory, books: Books) -> None:
    everything = of_tenant(make, limit=200).events
    for asked, belongs in narrowings(books, everything):
        expected = keys(tuple(event for event in everything if belongs(event)))
        whole = of_tenant(make, **asked)
        assert keys(whole.events) == expected, asked
        assert whole.total == len(expected)
        assert expected, asked
        pages: list[list[tuple[str, int]]] = []
        edge = None
        while edge is not None or not pages:
            page = of_tenant(make, limit=2, older=edge, **asked)
            pages.append(keys(page.events))
            edge = page.older
        assert [key for part in pages for key in part] == expected, asked


def test_pages_go_back_to_the_newest_by_the_same_steps(make: Factory, books: Books) -> None:
    first = of_tenant(make, limit=3)
    second = of_tenant(make, limit=3, older=first.older)
    third = of_tenant(make, limit=3, older=second.older)
    assert first.newer is None
    assert keys(of_tenant(make, limit=3, newer=third.newer).events) == keys(second.events)
    assert keys(of_tenant(make, limit=3, newer=second.newer).events) == keys(first.events)
    # What was recorded meanwhile comes first, and nothing is shown twice or left out.
    make.disbursed(books.pilot, 1_00)
    assert keys(of_tenant(make, limit=3, newer=third.newer).events) == keys(second.events)
    assert keys(of_tenant(make, limit=3, older=first.older).events) == keys(second.events)


def test_what_was_recorded_on_a_day_is_found_by_halving(make: Factory, books: Books) -> None:
    before = of_tenant(make, limit=200).events
    clock.configure(STARTS_AT + timedelta(days=2))
    paid = make.disbursed(books.pilot, 7_00)
    clock.configure(STARTS_AT + timedelta(days=4))
    make.disbursed(books.pilot, 8_00)
    day = datetime(2026, 11, 24, 16, 0, tzinfo=UTC)
    within = of_tenant(make, recorded_from=day, recorded_until=day + timedelta(days=1)).events
    assert [(event.subject_id, event.kind) for event in within] == [
        (str(paid), "disbursement_approved"),
        (str(paid), "disbursement_recorded"),
    ]
    assert keys(of_tenant(make, recorded_until=day).events) == keys(before)
    assert of_tenant(make, recorded_from=day + timedelta(days=9)).events == ()
    province = dispatch.ask(
        ProvinceRecord(filters=Filters(recorded_from=day, recorded_until=day + timedelta(days=1))),
        make.actor("province.auditor"),
    )
    assert keys(province.events) == keys(within)


def test_the_province_reads_all_streams_in_one_order(make: Factory, books: Books) -> None:
    auditor = make.actor("province.auditor")
    whole = dispatch.ask(ProvinceRecord(limit=200), auditor)
    assert {"220100", "220300", PROVINCE} <= {event.stream for event in whole.events}
    instants = [event.recorded_at for event in whole.events]
    assert instants == sorted(instants, reverse=True)
    found: list[tuple[str, int]] = []
    page = dispatch.ask(ProvinceRecord(limit=20), auditor)
    while page.older is not None:
        found += keys(page.events)
        page = dispatch.ask(ProvinceRecord(limit=20, older=page.older), auditor)
    found += keys(page.events)
    assert len(found) == len(set(found)) == page.total
    assert found[:200] == keys(whole.events)
    one = dispatch.ask(ProvinceRecord(of_tenant="220300", limit=200), auditor)
    assert {event.stream for event in one.events} == {"220300"}
    with pytest.raises(errors.NotFound):
        dispatch.ask(ProvinceRecord(of_tenant="999999"), auditor)
    with pytest.raises(errors.NotFound):
        dispatch.ask(ProvinceRecord(of_tenant="220300"), make.actor(CLERK))


def last_of(stream: str) -> tuple[int, str]:
    page = dispatch.ask(ListJournal(stream, limit=200), SYSTEM)
    while page.entries and page.entries[-1].seq < page.size:
        page = dispatch.ask(ListJournal(stream, after=page.entries[-1].seq), SYSTEM)
    told = [entry for entry in page.entries if entry.kind != "journal_read"]
    return told[-1].seq, told[-1].kind


def test_reading_anothers_record_is_an_entry_and_reading_ones_own_is_none(make: Factory, books: Books) -> None:
    clerk = make.actor(CLERK)
    before = last_of(TENANT)
    own = dispatch.ask(OwnRecord(tenant_code=TENANT), clerk)
    dispatch.ask(OwnProvinceRecord(), make.actor("province.officer"))
    assert last_of(TENANT) == before
    assert {event.office_id for event in own.events} == {clerk.office_id}
    # Whatever office is asked for, it is one's own that is read without an entry.
    foreign = dispatch.ask(OwnRecord(tenant_code=TENANT, filters=Filters(office_id=1)), clerk)
    assert keys(foreign.events) == keys(own.events)
    of_tenant(make, kind="award")
    assert last_of(TENANT) == (before[0] + 1, "record_read")
    dispatch.ask(TenantRecord(tenant_code=TENANT), make.actor("province.auditor"))
    assert last_of(PROVINCE)[1] == "record_read"
    assert last_of(TENANT) == (before[0] + 1, "record_read")


def test_an_export_is_an_entry_that_says_what_was_taken(make: Factory, books: Books) -> None:
    taken = dispatch.ask(
        ExportRecord(tenant_code=TENANT, filters=Filters(kind="award"), format="csv"), make.actor(CLERK)
    )
    assert [event.kind for event in taken] == ["award_approved", "award_recorded"]
    entry = of_tenant(make, kind="record_exported").events[0]
    assert entry.after == {"record": TENANT, "entries": "2", "asked": {"kind": "award"}, "format": "csv"}
    wide = dispatch.ask(ExportProvinceRecord(filters=Filters(kind="award")), make.actor("province.auditor"))
    assert {event.stream for event in wide} == {"220100", "220300"}


def test_too_much_for_one_file_is_refused_in_words(
    make: Factory, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger.audit.queries_record.MOST_EXPORTED", 3)
    with pytest.raises(errors.TooLarge, match="超过 3 条"):
        dispatch.ask(ExportRecord(tenant_code=TENANT), make.actor(CLERK))


def test_what_is_too_much_to_count_says_so(make: Factory, books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledger.audit.queries_record.MOST_COUNTED", 5)
    monkeypatch.setattr("ledger.audit.queries_record_reading.MOST_COUNTED", 5)
    year = {"first_on": date(2026, 1, 1), "last_on": date(2026, 12, 31)}
    narrow: list[dict[str, Any]] = [{}, {"first_on": date(2026, 1, 1)}, {**year}]
    for asked in narrow:
        page = of_tenant(make, limit=4, **asked)
        assert (page.total, page.is_more, page.touched, len(page.events)) == (5, True, (), 4)


@pytest.mark.parametrize("stream", ["220300", PROVINCE])
def test_another_tenant_s_record_is_not_found(make: Factory, books: Books, stream: str) -> None:
    for query in (TenantRecord(tenant_code=stream), OwnRecord(tenant_code=stream), ExportRecord(tenant_code=stream)):
        with pytest.raises(errors.NotFound):
            dispatch.ask(query, make.actor(CLERK))


def test_an_administrator_reads_no_record(make: Factory, books: Books) -> None:
    with pytest.raises(errors.NotPermitted):
        dispatch.ask(ProvinceRecord(), make.actor("admin"))


def test_a_person_is_named_as_long_as_the_name_is_kept(
    make: Factory, books: Books, tamper: Callable[..., None], database_urls: dict[str, str]
) -> None:
    page = of_tenant(make, kind="person_registered")
    event = page.events[0]
    assert event.people[event.subject_id]
    (commitment,) = [event.after["name"]["commitment"]]
    assert event.personal[commitment] == event.people[event.subject_id]
    engine = create_engine(database_urls["DATABASE_OWNER_URL"])
    with engine.begin() as connection:
        found = connection.execute(text("SELECT count(*) FROM personal_value")).scalar_one()
    engine.dispose()
    assert found > 0
    tamper("personal_value", "DELETE FROM personal_value WHERE commitment = :commitment", commitment=commitment)
    again = of_tenant(make, kind="person_registered").events[0]
    assert again.personal[commitment] is None


def test_a_narrow_reading_follows_an_index(sqlite_template: Path) -> None:
    leads = {
        "acts": "ix_journal_entry_acts",
        "pilot": "ix_journal_entry_tenant_code_pilot_id_seq",
        "person": "ix_journal_entry_tenant_code_actor_id_seq",
        "office": "ix_journal_entry_tenant_code_office_id_seq",
        "kind": "ix_journal_entry_tenant_code_kind_seq",
        "day": "ix_journal_entry_tenant_code_business_date_seq",
        "amount": "ix_journal_entry_tenant_code_total_seq",
        "disbursement": "ix_journal_entry_tenant_code_kind_seq",
    }
    given = {**Filters().parameters(), "tenant_code": TENANT, "first_seq": 1, "last_seq": 9, "limit": 9}
    given = {name: str(value) if name.endswith(("_on", "_at")) else value for name, value in given.items()}
    given |= {"least_amount": 0, "most_amount": 9}
    statements = {str(one.sqlite.sql): one for one in REGISTERED}
    engine = create_engine(f"sqlite:///{sqlite_template}")
    with engine.connect() as connection:
        for lead, index in leads.items():
            sql = queries_record_sql._page(lead, newer=False, sqlite=True).replace("{of}", ":tenant_code")
            assert sql in statements
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", given).all()
            assert any(index in str(row) for row in rows), (lead, rows)
    engine.dispose()
