"""Reading the journal: page by page for a program, and a pilot's timeline for people."""

from __future__ import annotations

import json

import pytest

from ledger import dispatch
from ledger.audit.queries_journal import ListJournal, Timeline
from ledger.audit.schemas import journal_json
from ledger.domain import chain, errors
from ledger.domain.access import PROVINCE, SYSTEM
from ledger.domain.documents import DocumentKind
from ledger.domain.money import Money
from ledger.funds.commands_check import ReturnDocument
from tests.audit.conftest import TENANT, Books
from tests.factories import Factory


def test_pages_follow_each_other_and_verify(make: Factory, books: Books) -> None:
    clerk = make.actor(f"{TENANT}.finance_officer")
    first = dispatch.ask(ListJournal(TENANT, limit=5), clerk)
    assert [entry.seq for entry in first.entries] == [1, 2, 3, 4, 5]
    second = dispatch.ask(ListJournal(TENANT, after=5, limit=500), clerk)
    entries = [*first.entries, *second.entries]
    links = [chain.Link(TENANT, entry.seq, entry.hash, entry.payload) for entry in entries]
    assert chain.first_break(links, TENANT) is None
    assert all(json.loads(entry.payload)["prev"] == entry.prev for entry in entries)
    assert (entries[-1].seq, entries[-1].hash) == (second.size, second.hash)


def test_reading_the_journal_is_an_entry(make: Factory, books: Books) -> None:
    auditor = make.actor("province.auditor")
    dispatch.ask(ListJournal(TENANT, after=3, limit=2), auditor)
    last = dispatch.ask(ListJournal(PROVINCE), SYSTEM).entries[-1]
    assert (last.kind, last.subject_id, last.actor_id) == ("journal_read", TENANT, auditor.person_id)
    assert json.loads(last.payload)["after"] == {"after": "3", "entries": "2"}
    assert last.office_name


@pytest.mark.parametrize("stream", ["220300", PROVINCE, "999999", ""])
def test_another_stream_is_not_found(make: Factory, books: Books, stream: str) -> None:
    with pytest.raises(errors.NotFound):
        dispatch.ask(ListJournal(stream), make.actor(f"{TENANT}.finance_officer"))


def test_an_unknown_stream_is_not_found_for_the_province_either(make: Factory) -> None:
    with pytest.raises(errors.NotFound):
        dispatch.ask(ListJournal("999999"), make.actor("province.auditor"))


def test_the_api_tells_ids_as_text(make: Factory, books: Books) -> None:
    told = journal_json(dispatch.ask(ListJournal(TENANT), make.actor("province.auditor")))
    assert told["stream"] == TENANT
    award = next(item for item in told["items"] if item["kind"] == "award_approved")
    assert (award["amount"], award["pilot_id"]) == ("1000000.00", str(books.pilot.id))
    assert isinstance(award["seq"], int)


def test_a_timeline_tells_the_newest_first_with_the_parts_of_a_sentence(make: Factory, books: Books) -> None:
    clerk = make.actor(f"{TENANT}.drc_officer")
    events = dispatch.ask(Timeline(TENANT, books.pilot.id, limit=100), clerk).items
    kinds = [event.kind for event in events]
    assert kinds[:3] == ["disbursement_reversed", "reversal_approved", "reversal_recorded"]
    assert kinds[-2:] == ["pilot_confirmed", "pilot_designated"]
    paid = next(event for event in events if event.kind == "disbursement_approved")
    assert (paid.amount, paid.is_system) == (Money(100_000_00), False)
    assert paid.number is not None
    assert paid.number.startswith("FK-2026-")
    assert paid.office_name
    assert paid.actor_tenant == TENANT
    changed = {change.field: (change.before, change.after) for change in paid.changes}
    assert changed["status"] == ("waiting", "posted")
    assert len(paid.short_hash) == 8
    award = next(event for event in events if event.kind == "award_recorded")
    assert (award.actor_tenant, award.office_name, award.changes) == (PROVINCE, None, ())


def test_a_returned_document_tells_its_reason(make: Factory, books: Books) -> None:
    returned = ReturnDocument(
        tenant_code="220300", kind=DocumentKind.DISBURSEMENT, document_id=books.waiting_id, reason="凭证不清"
    )
    dispatch.execute(returned, make.actor("220300.finance_reviewer"))
    newest = dispatch.ask(Timeline("220300", books.other.id), make.actor("220300.drc_officer")).items[0]
    assert (newest.kind, newest.return_reason) == ("disbursement_returned", "凭证不清")


def test_a_timeline_goes_on_where_it_stopped(make: Factory, books: Books) -> None:
    clerk = make.actor(f"{TENANT}.drc_officer")
    whole = dispatch.ask(Timeline(TENANT, books.pilot.id, limit=100), clerk)
    assert whole.next_before is None
    first = dispatch.ask(Timeline(TENANT, books.pilot.id, limit=4), clerk)
    rest = dispatch.ask(Timeline(TENANT, books.pilot.id, first.next_before, 100), clerk)
    assert (*first.items, *rest.items) == whole.items


def test_another_tenants_timeline_is_not_found(make: Factory, books: Books) -> None:
    for tenant in (TENANT, "220300"):
        with pytest.raises(errors.NotFound):
            dispatch.ask(Timeline(tenant, books.pilot.id), make.actor("220300.drc_officer"))
