"""As the application's role, raw SQL reduces an award through a posted document of two people, or not at all."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.engine import Connection

from ledger import dispatch
from ledger.domain.documents import DocumentKind
from tests.factories import Factory, MadePilot
from tests.faults.raw import columns, refused, session_of

pytestmark = pytest.mark.rule("R10.3")


@pytest.fixture
def pilot(make: Factory) -> MadePilot:
    """A pilot with 1,000 fen awarded: 300 allocated, 200 waiting to be, and another pilot beside it."""
    make.awarded(500)
    made = make.awarded(1000)
    officer = make.actor("province.officer")
    first = dispatch.execute(make.allocation_command(made, 300), officer).subject_id
    make.approve("220100", DocumentKind.ALLOCATION, first, "province.reviewer")
    dispatch.execute(make.allocation_command(made, 200, document_no="吉财建指〔2026〕120号"), officer)
    return made


def _document(connection: Connection, pilot: MadePilot, **changes: str) -> str:
    """A reduction that waits for its check, made of the award's own row."""
    line = f"(SELECT id FROM award_line WHERE award_id = {pilot.award_id})"
    project = f"(SELECT project_id FROM award_line WHERE award_id = {pilot.award_id})"
    values = {
        "id": "id + 9",
        "kind": "'reduction'",
        "number": "'TJ-X'",
        "status": "'waiting'",
        "version": "1",
        "amount": "500",
        "award_id": "id",
        "line_id": line,
        "project_id": project,
        "reason": "'x'",
        **dict.fromkeys(("checked_by", "checked_by_name", "checked_at"), "NULL"),
        **changes,
    }
    names = columns(connection, "document")
    chosen = ", ".join(values.get(name, name) for name in names)
    return f"INSERT INTO document ({', '.join(names)}) SELECT {chosen} FROM document WHERE id = {pilot.award_id}"


def _entry(changes: dict[str, str] | None = None, *, times: int = 1) -> str:
    """The entry of the reduction that waits, checked by somebody else."""
    values = {
        "tenant_code": "tenant_code",
        "id": "id + n",
        "document_id": "id",
        "pilot_id": "pilot_id",
        "line_id": "line_id",
        "from_stage": "'awarded'",
        "to_stage": "'fund_line'",
        "amount": "amount",
        "fiscal_year": "fiscal_year",
        "business_date": "business_date",
        "recorded_at": "made_at",
        "document_version": "version",
        "checked_by": "made_by + 1",
        "checked_by_name": "'x'",
        **(changes or {}),
    }
    numbers = " UNION ALL ".join(f"SELECT {number} AS n" for number in range(1, times + 1))
    return (
        f"INSERT INTO entry ({', '.join(values)}) SELECT {', '.join(values.values())}"
        f" FROM document, ({numbers}) t WHERE kind = 'reduction' AND status = 'waiting'"
    )


def test_a_document_that_rests_on_nothing_posted_cannot_be_inserted(app: Flask, pilot: MadePilot) -> None:
    with session_of(app, "220100") as connection:
        assert not refused(connection, _document(connection, pilot))
        other_line = f"(SELECT min(id) FROM award_line WHERE award_id <> {pilot.award_id})"
        other_award = f"(SELECT min(id) FROM document WHERE kind = 'award' AND id <> {pilot.award_id})"
        for changes in (
            {"reason": "NULL"},
            {"document_no": "NULL"},
            {"line_id": "NULL"},
            {"line_id": other_line},
            {"project_id": f"(SELECT max(id) FROM project WHERE pilot_id <> {pilot.id})"},
            {"award_id": "NULL"},
            {"award_id": other_award},
            {"award_id": "(SELECT min(id) FROM document WHERE kind = 'allocation')"},
            {"fiscal_year": "2025"},
            {"amount": "0"},
            {"amount": "-1"},
            {"status": "'posted'"},
            {"checked_by": "made_by"},
        ):
            assert refused(connection, _document(connection, pilot, **changes)), changes


def test_an_entry_takes_back_what_its_document_says_and_nothing_else(app: Flask, pilot: MadePilot) -> None:
    with session_of(app, "220100") as connection:
        connection.execute(text(_document(connection, pilot)))
        other_line = f"(SELECT min(id) FROM award_line WHERE award_id <> {pilot.award_id})"
        for changes in (
            {"checked_by": "made_by"},
            {"amount": "499"},
            {"amount": "501"},
            {"from_stage": "'allocated'"},
            {"from_stage": "'fund_line'", "to_stage": "'awarded'"},
            {"line_id": other_line},
            {"fiscal_year": "2025"},
            {"document_version": "2"},
            {"pilot_id": f"(SELECT min(id) FROM pilot WHERE id <> {pilot.id})"},
        ):
            assert refused(connection, _entry(changes)), changes
        assert refused(connection, _entry(times=2))
        assert not refused(connection, _entry())


def test_room_that_is_allocated_or_waits_to_be_stays(app: Flask, pilot: MadePilot) -> None:
    for amount in ("501", "701", "1001"):
        with session_of(app, "220100") as connection:
            connection.execute(text(_document(connection, pilot, amount=amount)))
            assert refused(connection, _entry()), amount


def test_an_entry_alone_or_a_position_by_hand_reduces_nothing(app: Flask, pilot: MadePilot) -> None:
    with session_of(app, "220100") as connection:
        names = columns(connection, "entry")
        swapped = {"id": "id + 7", "from_stage": "to_stage", "to_stage": "from_stage"}
        chosen = ", ".join(swapped.get(name, name) for name in names)
        assert refused(
            connection,
            f"INSERT INTO entry ({', '.join(names)}) SELECT {chosen} FROM entry WHERE from_stage = 'fund_line'",
        )
        connection.execute(text(_document(connection, pilot)))
        for statement in (
            "UPDATE line_position SET awarded = awarded - 1",
            "UPDATE pilot_position SET awarded = awarded - 1",
            "UPDATE fund_line SET awarded = awarded - 1",
            "UPDATE document SET status = 'posted', checked_by = made_by + 1 WHERE kind = 'reduction'",
            "UPDATE document SET amount = 1 WHERE kind = 'reduction'",
            "DELETE FROM document WHERE kind = 'reduction'",
            "DELETE FROM award_right",
        ):
            assert refused(connection, statement), statement


def test_a_posted_reduction_leaves_the_right_where_it_is_and_is_not_reversed(app: Flask, pilot: MadePilot) -> None:
    with session_of(app, "220100") as connection:
        connection.execute(text(_document(connection, pilot)))
        connection.execute(text(_entry()))
        told = "SELECT status, checked_by - made_by FROM document WHERE kind = 'reduction'"
        assert tuple(connection.execute(text(told)).one()) == ("posted", 1)
        held = f"SELECT awarded FROM pilot_position WHERE pilot_id = {pilot.id}"
        assert connection.execute(text(held)).scalar_one() == 500
        names = columns(connection, "document")
        values = {
            "id": "id + 1",
            "kind": "'reversal'",
            "number": "'CX-X'",
            "status": "'waiting'",
            "version": "1",
            "reverses_id": "id",
            **dict.fromkeys(("checked_by", "checked_by_name", "checked_at"), "NULL"),
        }
        chosen = ", ".join(values.get(name, name) for name in names)
        assert refused(
            connection,
            f"INSERT INTO document ({', '.join(names)}) SELECT {chosen} FROM document WHERE kind = 'reduction'",
        )


def test_no_document_is_posted_twice_by_one_statement(app: Flask, pilot: MadePilot) -> None:
    with session_of(app, "220100") as connection:
        twice = _entry({"to_stage": "'allocated'", "allocation_id": "id"}, times=2)
        waiting = twice.replace("kind = 'reduction'", "kind = 'allocation'")
        assert refused(connection, waiting)
        assert not refused(connection, waiting.replace(" UNION ALL SELECT 2 AS n", ""))
