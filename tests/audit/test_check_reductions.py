"""The check of the books over reductions and holds: what was changed behind their back is named."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ledger import database, dispatch
from ledger.audit.queries_check import CheckBooks
from ledger.domain.access import SYSTEM
from tests.factories import Factory
from tests.funds.holding import T, sent
from tests.funds.reducing import reduced

Tamper = Callable[..., None]
pytestmark = pytest.mark.rule("R10.3")


def named() -> set[tuple[str, str]]:
    return {(failure.rule, f"{failure.table}.{failure.field}") for failure in dispatch.ask(CheckBooks(), SYSTEM)}


def test_a_reduction_that_a_position_does_not_show_is_named(make: Factory, tamper: Tamper) -> None:
    reduced(make, make.awarded(900), 600)
    assert named() == set()
    for table in ("line_position", "pilot_position", "fund_line"):
        tamper(table, f"UPDATE {table} SET awarded = 900")
        assert named() == {("9.16", f"{table}.awarded")}
        tamper(table, f"UPDATE {table} SET awarded = 600")
    assert named() == set()


def test_a_changed_reduction_is_named(make: Factory, tamper: Tamper) -> None:
    reduction_id = reduced(make, make.awarded(900), 600)
    tamper("document", "UPDATE document SET amount = amount - 1 WHERE id = :id", id=reduction_id)
    assert {("9.9", "document.amount"), ("RX.3", "document.amount")} <= named()
    tamper("entry", "UPDATE entry SET amount = amount - 1 WHERE document_id = :id", id=reduction_id)
    assert {("9.16", "line_position.awarded"), ("9.16", "fund_line.awarded")} <= named()


def test_a_reduction_of_another_pilots_award_is_named(make: Factory, tamper: Tamper) -> None:
    other = make.awarded(100)
    reduction_id = reduced(make, make.awarded(900), 600)
    moved = "UPDATE document SET award_id = :award_id WHERE id = :id"
    tamper("document", moved, id=reduction_id, award_id=other.award_id)
    assert ("9.15", "document.pilot_id") in named()


def test_money_posted_to_a_held_project_is_named(make: Factory, tamper: Tamper) -> None:
    pilot = make.allocated(900)
    make.disbursed(pilot, 100)
    sent(make, pilot)
    # On the day that a hold begins, what was posted may have come before it.
    assert named() == set()
    day = "CAST(:at AS timestamptz)" if not database.is_sqlite() else ":at"
    tamper("project_hold", f"UPDATE project_hold SET held_at = {day}", at="2026-11-20T02:00:00.000000Z")
    assert named() == {("9.7", "document.checked_at")}


def test_numbers_of_reports_and_documents_are_counted_each_in_its_series(make: Factory, tamper: Tamper) -> None:
    sent(make, make.awarded(900))
    assert named() == set()
    tamper("document_number", f"UPDATE document_number SET last = 2 WHERE tenant_code = '{T}' AND prefix = 'BG'")
    assert named() == {("9.16", "document_number.last")}
