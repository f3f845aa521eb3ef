"""Totals and positions: from the positions now, from the entries at a date, each to whom it may be shown."""

from __future__ import annotations

from datetime import date

import pytest

from ledger import dispatch
from ledger.audit.queries_totals import PilotPositionOf, PositionOf, Sums, TenantTotals, Totals
from ledger.audit.schemas import position_yuan, positions_json, totals_json
from ledger.domain import errors
from ledger.domain.access import SYSTEM
from ledger.domain.money import ZERO, Money
from tests.audit.conftest import REVERSED_ON, TENANT, Books
from tests.factories import Factory

YUAN = 100
NOW = Sums(
    awarded=Money(1_000_000 * YUAN),
    allocated=Money(1_000_000 * YUAN),
    waiting=ZERO,
    disbursed=Money(400_000 * YUAN),
    spent=Money(300_000 * YUAN),
    accepted=Money(250_000 * YUAN),
    recovered=Money(50_000 * YUAN),
)


def test_the_province_sees_every_tenant_in_division_order(books: Books) -> None:
    book = dispatch.ask(Totals(), SYSTEM)
    lines = {line.code: line for line in book.tenants}
    assert len(lines) == 11
    assert list(lines)[:2] == ["220100", "220200"]
    assert (lines[TENANT].sums, lines[TENANT].pilots) == (NOW, 1)
    assert lines["220300"].waiting == Money(30_000 * YUAN)
    assert lines["220200"].sums == Sums()


def test_the_last_day_gives_the_same_as_the_positions(books: Books) -> None:
    now, last = dispatch.ask(Totals(), SYSTEM), dispatch.ask(Totals(as_of=date(2026, 11, 23)), SYSTEM)
    assert last.tenants == now.tenants
    assert last.pilots == now.pilots


@pytest.mark.parametrize(("day", "disbursed"), [(REVERSED_ON, 400_000), (date(2026, 6, 30), 500_000)])
def test_a_reversal_counts_from_its_own_date(books: Books, day: date, disbursed: int) -> None:
    (line,) = dispatch.ask(Totals(as_of=day, of_tenant=TENANT), SYSTEM).tenants
    assert line.disbursed == Money(disbursed * YUAN)


def test_before_the_first_decision_everything_is_nothing(books: Books) -> None:
    book = dispatch.ask(Totals(as_of=date(2026, 4, 9)), SYSTEM)
    assert {line.sums for line in book.tenants} == {Sums()}


def test_a_waiting_disbursement_counts_at_dates_from_its_own(books: Books) -> None:
    (line,) = dispatch.ask(Totals(as_of=date(2026, 5, 19), of_tenant="220300"), SYSTEM).tenants
    assert line.waiting == ZERO
    (line,) = dispatch.ask(Totals(as_of=date(2026, 5, 20), of_tenant="220300"), SYSTEM).tenants
    assert line.waiting == Money(30_000 * YUAN)


def test_people_of_a_tenant_see_their_own_alone(make: Factory, books: Books) -> None:
    clerk = make.actor("220300.finance_officer")
    book = dispatch.ask(Totals(), clerk)
    assert [line.code for line in book.tenants] == ["220300"]
    assert [pilot.uscc for pilot in book.pilots] == [books.other.uscc]
    assert dispatch.ask(Totals(as_of=date(2026, 11, 1)), clerk).tenants == book.tenants
    with pytest.raises(errors.NotFound):
        dispatch.ask(Totals(of_tenant=TENANT), clerk)
    with pytest.raises(errors.NotFound):
        dispatch.ask(PositionOf(books.pilot.uscc), clerk)
    with pytest.raises(errors.NotFound):
        dispatch.ask(PilotPositionOf(TENANT, books.pilot.id), clerk)
    with pytest.raises(errors.NotFound):
        dispatch.ask(PilotPositionOf("220300", books.pilot.id), clerk)


def test_an_unknown_tenant_is_not_found(books: Books) -> None:
    with pytest.raises(errors.NotFound):
        dispatch.ask(Totals(of_tenant="999999"), SYSTEM)


def test_an_administrator_sees_no_amounts(make: Factory, books: Books) -> None:
    with pytest.raises(errors.NotPermitted):
        dispatch.ask(Totals(), make.actor("admin"))


def test_a_position_says_cap_and_what_is_left(make: Factory, books: Books) -> None:
    (position,) = dispatch.ask(PositionOf(books.pilot.uscc), make.actor("province.auditor"))
    assert (position.cap, position.available) == (Money(1_000_000 * YUAN), Money(550_000 * YUAN))
    assert position.sums == NOW
    assert dispatch.ask(PilotPositionOf(TENANT, books.pilot.id), make.actor(f"{TENANT}.drc_officer")) == position
    assert position_yuan(position)["available"] == "550000.00"
    one = positions_json([position])
    assert isinstance(one, dict)
    assert one["cap"] == 1_000_000_00


def test_a_unit_designated_twice_has_two_positions_and_two_keys(make: Factory, books: Books) -> None:
    make.pilot("220200", uscc=books.pilot.uscc)
    found = dispatch.ask(PositionOf(books.pilot.uscc), SYSTEM)
    assert [position.tenant_code for position in found] == [TENANT, "220200"]
    told = positions_json(found)
    assert isinstance(told, list)
    pilots = totals_json(dispatch.ask(Totals(), SYSTEM))["pilots"]
    assert pilots[books.pilot.uscc]["tenant"] == TENANT
    assert pilots[f"{books.pilot.uscc}@220200"]["awarded"] == 0


def test_totals_are_told_in_whole_fen(books: Books) -> None:
    told = totals_json(dispatch.ask(Totals(as_of=date(2026, 11, 1)), SYSTEM))
    assert told["as_of"] == "2026-11-01"
    assert told["tenants"][TENANT] == {name: getattr(NOW, name).fen for name in told["tenants"][TENANT]}
    assert list(told["tenants"][TENANT]) == list(Sums.__dataclass_fields__)
    assert told["pilots"][books.pilot.uscc]["disbursed"] == 400_000_00


def test_the_province_table_adds_up_and_shows_rates(make: Factory, books: Books) -> None:
    table = dispatch.ask(TenantTotals(), make.actor("province.auditor"))
    assert len(table.rows) == 11
    assert table.figures.pilots == 2
    assert table.figures.awarded == Money(3_000_000 * YUAN)
    assert (table.rows[0].allocated_share, table.rows[0].disbursed_share) == (1.0, 0.4)
    assert table.rows[1].disbursed_share is None


def test_a_designation_under_check_is_no_pilot_yet(make: Factory, books: Books) -> None:
    make.pilot("220400", active=False)
    lines = {line.code: line.pilots for line in dispatch.ask(TenantTotals(), SYSTEM).rows}
    assert lines["220400"] == 0
