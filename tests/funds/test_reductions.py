"""调减: the province brings an award down; the money is free again, the one-time right is not."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from ledger import database, dispatch
from ledger.audit.queries_check import CheckBooks
from ledger.audit.queries_export import ExportJournal
from ledger.audit.queries_figures import NarrowedTotals
from ledger.audit.queries_pilot_page import GetPilotPage
from ledger.audit.queries_statement import Statement
from ledger.audit.queries_totals import PilotPositionOf, TenantTotals, Totals
from ledger.audit.queries_verify import VerifyJournal
from ledger.domain import errors
from ledger.domain.access import SYSTEM, Permission
from ledger.domain.changes import Disposition
from ledger.domain.documents import DocumentKind, Stage, Status
from ledger.domain.errors import LedgerError
from ledger.domain.money import ZERO, Money
from ledger.funds.commands_check import ReverseDocument
from ledger.funds.queries import GetDocument
from ledger.funds.queries_lists import ListDocuments
from tests.factories import DECIDED_ON, Factory, MadePilot
from tests.funds.holding import disposed
from tests.funds.reducing import REDUCED_ON, Reduce, projects_of, reduced

T = "220100"
SCRIPT = Path(__file__).resolve().parents[2] / "verify_journal.py"


def _sums(app: Flask) -> dict[str, int]:
    """What the positions hold, straight from their tables."""
    columns = {
        "fund_line": "SELECT sum(awarded) FROM fund_line",
        "pilot": "SELECT sum(awarded) FROM pilot_position",
        "line": "SELECT sum(awarded) FROM line_position",
        "rights": "SELECT count(*) FROM award_right",
        "projects": "SELECT count(*) FROM funded_project",
    }
    with database.engine(database.PROVINCE).connect() as connection:
        return {name: int(connection.execute(text(sql)).scalar_one() or 0) for name, sql in columns.items()}


@pytest.mark.rule("R10.3")
@pytest.mark.rule("Q4")
def test_a_reduction_frees_the_money_and_not_the_right(app: Flask, make: Factory) -> None:
    pilot = make.awarded(900_00)
    before = _sums(app)
    reduction_id = reduced(make, pilot, 600_00)
    assert _sums(app) == before | {"fund_line": 600_00, "pilot": 600_00, "line": 600_00}
    again = make.award_command(pilot, 100_00, document_no="吉发改服务〔2026〕99号")
    with pytest.raises(errors.AlreadyAwarded):
        dispatch.execute(again, make.actor("province.officer"))
    shown = dispatch.ask(GetDocument(tenant_code=T, document_id=reduction_id), make.actor(f"{T}.drc_officer")).shown
    assert (shown.document.kind, shown.document.status) == (DocumentKind.REDUCTION, Status.POSTED)
    assert shown.document.number == "TJ-2026-0001"
    assert (shown.document.amount, shown.document.business_date) == (Money(300_00), REDUCED_ON)
    assert shown.document.made_by == make.actor("province.officer").person_id
    assert shown.document.checked_by == make.actor("province.reviewer").person_id
    assert dispatch.ask(CheckBooks(), SYSTEM) == ()


@pytest.mark.rule("R10.3")
def test_what_was_taken_back_may_be_given_to_another_and_not_twice(make: Factory) -> None:
    pilot = make.awarded(500_00)
    reduced(make, pilot, 200_00)
    reduced(make, pilot, 0)
    with pytest.raises(errors.Invalid):
        reduced(make, pilot, 0)
    with pytest.raises(errors.ExceedsAwarded):
        dispatch.execute(make.allocation_command(pilot, 1), make.actor("province.officer"))
    other = make.awarded(500_00)
    assert other.award_id
    assert dispatch.ask(CheckBooks(), SYSTEM) == ()


@pytest.mark.rule("Q3")
@pytest.mark.parametrize("new_amount", [900_00, 900_01])
def test_an_award_is_never_raised(make: Factory, new_amount: int) -> None:
    pilot = make.awarded(900_00)
    with pytest.raises(errors.Invalid) as refused:
        reduced(make, pilot, new_amount)
    assert refused.value.field == "reduced_to"
    assert refused.value.numbers["limit"] == Money(900_00)


@pytest.mark.rule("RX.1")
def test_what_is_allocated_or_waits_to_be_stays(app: Flask, make: Factory) -> None:
    pilot = make.awarded(900_00)
    officer = make.actor("province.officer")
    first = dispatch.execute(make.allocation_command(pilot, 300_00), officer).subject_id
    make.approve(T, DocumentKind.ALLOCATION, first, "province.reviewer")
    more = make.allocation_command(pilot, 200_00, document_no="吉财建指〔2026〕120号")
    waiting = dispatch.execute(more, officer).subject_id
    with pytest.raises(errors.ExceedsAwarded) as refused:
        reduced(make, pilot, 499_99)
    assert refused.value.numbers["least"] == Money(500_00)
    assert "500.00" in str(refused.value)
    reduced(make, pilot, 500_00)
    make.approve(T, DocumentKind.ALLOCATION, waiting, "province.reviewer")
    with pytest.raises(errors.ExceedsAwarded):
        reduced(make, pilot, 499_99)
    assert _sums(app)["line"] == 500_00
    assert dispatch.ask(CheckBooks(), SYSTEM) == ()


@pytest.mark.rule("RX.2")
def test_two_people_reduce(make: Factory) -> None:
    pilot = make.awarded(900_00)
    with pytest.raises(errors.MakerIsChecker):
        reduced(make, pilot, 1, maker=make.actor("province.reviewer"))


@pytest.mark.rule("R10.3")
def test_a_reduction_says_by_which_document_why_and_when(make: Factory) -> None:
    pilot = make.awarded(900_00)
    for changes, refusal in (
        ({"document_no": " "}, errors.Required),
        ({"reason": ""}, errors.Required),
        ({"decided_on": date(2026, 12, 1)}, errors.FutureDate),
        ({"decided_on": date(2026, 4, 9)}, errors.BeforeAllocation),
    ):
        with pytest.raises(refusal):
            reduced(make, pilot, 1, **changes)
    assert reduced(make, pilot, 1, decided_on=DECIDED_ON)
    bare = make.pilot()
    with pytest.raises(errors.Invalid):
        reduced(make, bare, 1)


@pytest.mark.rule("R8.2")
def test_one_line_of_several_is_reduced(app: Flask, make: Factory) -> None:
    pilot = make.awarded(900_00, projects=3)
    reduced(make, pilot, 100_00, project=1)
    with database.engine(database.PROVINCE).connect() as connection:
        lines = connection.execute(text("SELECT awarded FROM line_position ORDER BY line_id")).scalars().all()
    assert list(lines) == [300_00, 100_00, 300_00]
    assert _sums(app)["pilot"] == 700_00


@pytest.mark.rule("Q4")
def test_a_reduction_is_not_reversed(make: Factory) -> None:
    pilot = make.awarded(900_00)
    document_id = reduced(make, pilot, 600_00)
    command = ReverseDocument(
        tenant_code=T,
        kind=DocumentKind.REDUCTION,
        document_id=document_id,
        reason="错",
        reversed_on=date(2026, 11, 1),
    )
    with pytest.raises(errors.Conflict, match="调减"):
        dispatch.execute(command, make.actor("province.officer"))


@pytest.mark.rule("R10.3")
def test_every_figure_agrees_after_a_reduction(make: Factory) -> None:
    pilot = make.allocated(600_00)
    other = make.awarded(900_00)
    document_id = reduced(make, other, 250_00)
    reader = make.actor("province.auditor")
    page = dispatch.ask(GetPilotPage(tenant_code=T, pilot_id=other.id), reader)
    assert page.position.awarded == Money(250_00)
    statement = dispatch.ask(Statement(T, other.id), reader)
    told = [(one.document_kind, one.from_stage, one.to_stage, one.amount.fen) for one in statement.lines]
    assert told == [
        (DocumentKind.AWARD, Stage.FUND_LINE, Stage.AWARDED, 900_00),
        (DocumentKind.REDUCTION, Stage.FUND_LINE, Stage.AWARDED, -650_00),
    ]
    assert statement.closing.awarded == Money(250_00)
    assert dispatch.ask(Statement(T, other.id, as_of=date(2026, 10, 11)), reader).closing.awarded == Money(900_00)
    assert dispatch.ask(PilotPositionOf(tenant_code=T, pilot_id=other.id), reader).awarded == Money(250_00)
    for query, sum_then in (
        (Totals(), 850_00),
        (Totals(as_of=date(2026, 11, 1)), 850_00),
        (Totals(as_of=date(2026, 10, 11)), 1500_00),
    ):
        book = dispatch.ask(query, reader)
        assert sum(line.awarded.fen for line in book.tenants) == sum_then
    assert dispatch.ask(TenantTotals(), reader).figures.awarded == Money(850_00)
    assert dispatch.ask(NarrowedTotals(), reader).figures.awarded == Money(850_00)
    awards = dispatch.ask(ListDocuments(tenant_code=T, kind=DocumentKind.AWARD), reader)
    assert (awards.total, awards.amount_total) == (2, Money(1500_00))
    found = dispatch.ask(ListDocuments(tenant_code=T, kind=DocumentKind.REDUCTION), reader)
    assert [one.document.id for one in found.items] == [document_id]
    assert (found.total, found.amount_total) == (1, Money(650_00))
    by_number = dispatch.ask(
        ListDocuments(tenant_code=T, kind=DocumentKind.REDUCTION, words="吉发改服务〔2026〕77"), reader
    )
    assert [one.document.id for one in by_number.items] == [document_id]
    assert pilot.allocation_id
    assert dispatch.ask(CheckBooks(), SYSTEM) == ()


@pytest.mark.rule("RX.3")
def test_the_journal_alone_gives_the_same_positions(make: Factory, tmp_path: Path) -> None:
    pilot = make.awarded(900_00, projects=2)
    reduced(make, pilot, 100_00)
    reduced(make, pilot, 0, project=1)
    export = tmp_path / "journal.jsonl"
    dispatch.ask(ExportJournal(export), make.actor("province.auditor"))
    ran = subprocess.run([sys.executable, SCRIPT, export, "--json"], capture_output=True, encoding="utf-8", check=False)
    assert json.loads(ran.stdout)["problems"] == []
    assert dispatch.ask(VerifyJournal(), SYSTEM).sound


def test_the_award_names_its_reductions(make: Factory) -> None:
    pilot = make.awarded(900_00)
    document_id = reduced(make, pilot, 600_00)
    detail = dispatch.ask(GetDocument(tenant_code=T, document_id=pilot.award_id), make.actor(f"{T}.drc_officer"))
    assert [(one.id, one.number, one.amount) for one in detail.reductions] == [
        (document_id, "TJ-2026-0001", Money(300_00))
    ]


@pytest.mark.rule("R10.3")
def test_a_disposition_reduces_and_releases_in_one_transaction(app: Flask, make: Factory) -> None:
    pilot = make.awarded(900_00)
    disposed(make, pilot, Disposition.AGREE_REDUCED, reduced_to=Money(400_00))
    assert _sums(app) == {
        "fund_line": 400_00,
        "pilot": 400_00,
        "line": 400_00,
        "rights": 1,
        "projects": 1,
    }
    (found,) = dispatch.ask(
        ListDocuments(tenant_code=T, kind=DocumentKind.REDUCTION), make.actor(f"{T}.drc_officer")
    ).items
    document = found.document
    assert (document.made_by_name, document.checked_by_name) == (
        make.actor("province.officer").name,
        make.actor("province.reviewer").name,
    )
    assert (document.amount, document.document_no) == (Money(500_00), "吉发改服务〔2026〕88号")
    again = make.award_command(pilot, 100_00, document_no="吉发改服务〔2026〕99号")
    with pytest.raises(errors.AlreadyAwarded):
        dispatch.execute(again, make.actor("province.officer"))
    # The report is settled: what is left of the award may be passed down.
    dispatch.execute(make.allocation_command(pilot, 400_00), make.actor("province.officer"))
    assert dispatch.ask(CheckBooks(), SYSTEM) == ()


ACT = st.tuples(st.sampled_from(["allocate", "approve", "reduce", "reduce", "send_back"]), st.integers(0, 400))


@pytest.mark.rule("RX.1")
def test_no_order_of_reductions_and_allocations_breaks_an_invariant(app: Flask, make: Factory) -> None:
    reader = make.actor("province.auditor")

    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck), database=None, derandomize=True)
    @given(st.lists(ACT, min_size=4, max_size=14))
    def run(acts: list[tuple[str, int]]) -> None:
        pilot = make.awarded(1000)
        waiting: list[int] = []
        for name, amount in acts:
            try:
                _act(make, pilot, waiting, name, amount)
            except LedgerError:
                continue
        position = dispatch.ask(PilotPositionOf(tenant_code=T, pilot_id=pilot.id), reader)
        assert ZERO <= position.allocated <= position.awarded <= Money(1000)

    run()
    assert dispatch.ask(CheckBooks(), SYSTEM) == ()
    sums = _sums(app)
    assert sums["fund_line"] == sums["pilot"] == sums["line"]


def _act(make: Factory, pilot: MadePilot, waiting: list[int], name: str, amount: int) -> None:
    officer = make.actor("province.officer")
    if name == "allocate":
        number = f"吉财建指〔2026〕{pilot.id % 1000:03d}{len(waiting)}{amount}号"
        waiting.append(
            dispatch.execute(make.allocation_command(pilot, amount or 1, document_no=number), officer).subject_id
        )
    elif name == "approve" and waiting:
        make.approve(T, DocumentKind.ALLOCATION, waiting.pop(), "province.reviewer")
    elif name == "reduce":
        reduced(make, pilot, amount * 2)


def test_the_reduction_is_made_and_checked_as_an_award_is(make: Factory) -> None:
    pilot = make.awarded(900_00)
    command = Reduce(
        tenant_code=T,
        project_id=projects_of(make, pilot)[0],
        new_amount=Money(1),
        maker=make.actor("province.officer"),
    )
    assert command.permission is Permission.AWARD_CHECK
    with pytest.raises(errors.NotPermitted):
        dispatch.execute(command, make.actor("province.officer"))
