"""As the application's role, raw SQL cannot pass a limit, change what is posted, or write a position."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import text

from tests.factories import Factory, MadePilot
from tests.faults.raw import columns, refused, session_of

POSITIONS = ("pilot_position", "line_position", "allocation_position", "fund_line")


@pytest.fixture
def pilot(make: Factory) -> MadePilot:
    """A pilot with 1,000 fen allocated, 400 disbursed, 100 waiting."""
    made = make.allocated(1000)
    make.disbursed(made, 400)
    make.waiting(made, 100)
    return made


def _copy(table: str, names: list[str], changes: dict[str, str], verb: str = "INSERT INTO") -> str:
    chosen = ", ".join(changes.get(name, name) for name in names)
    return f"{verb} {table} ({', '.join(names)}) SELECT {chosen} FROM {table}"


VERBS = ("INSERT INTO", "INSERT OR IGNORE INTO", "REPLACE INTO", "INSERT OR REPLACE INTO")


def _verbs(app: Flask) -> tuple[str, ...]:
    return VERBS if str(app.config["SQLALCHEMY_DATABASE_URI"]).startswith("sqlite") else VERBS[:1]


@pytest.mark.rule("R8.3")
def test_a_disbursement_past_the_allocation_cannot_be_inserted(app: Flask, pilot: MadePilot) -> None:
    with session_of(app, "220100") as connection:
        names = columns(connection, "document")
        for verb in _verbs(app):
            changes = {"id": "id + 1", "number": "'X'", "voucher_no": "'X'", "amount": "501"}
            over = _copy("document", names, changes, verb)
            assert refused(connection, f"{over} WHERE kind = 'disbursement' AND status = 'waiting'"), verb
            inside = _copy("document", names, changes | {"amount": "500"}, verb)
            assert not refused(connection, f"{inside} WHERE kind = 'disbursement' AND status = 'waiting'"), verb


def test_an_entry_that_no_waiting_document_stands_for_cannot_be_inserted(app: Flask, pilot: MadePilot) -> None:
    with session_of(app, "220100") as connection:
        names = columns(connection, "entry")
        for verb in _verbs(app):
            for amount in ("amount", "1", "1000000"):
                changes = {"id": "id + 7", "amount": amount}
                assert refused(connection, _copy("entry", names, changes, verb)), (verb, amount)


def test_entries_and_the_journal_are_never_changed_or_deleted(app: Flask, pilot: MadePilot) -> None:
    with session_of(app, "220100") as connection:
        for statement in (
            "UPDATE entry SET amount = amount + 1",
            "DELETE FROM entry",
            "UPDATE journal_entry SET payload = '{}'",
            "DELETE FROM journal_entry",
            "UPDATE journal_head SET seq = 0",
            "DELETE FROM journal_head",
            "DELETE FROM document",
            "DELETE FROM award_line",
            "UPDATE document SET amount = 1 WHERE status = 'posted'",
            "UPDATE document SET status = 'posted' WHERE status = 'waiting'",
            "UPDATE document SET status = 'posted', checked_by = made_by + 1 WHERE status = 'waiting'",
            "UPDATE document SET status = 'reversed' WHERE status = 'posted'",
            "UPDATE document SET payee_account = '1' WHERE status = 'posted'",
            "UPDATE document SET payee_account = '1' WHERE status = 'waiting'",
            "UPDATE document SET amount = amount - 1 WHERE status = 'waiting'",
        ):
            assert refused(connection, statement), statement
        for table in ("entry", "journal_entry", "document"):
            names = columns(connection, table)
            for verb in _verbs(app)[1:]:
                before = connection.execute(text(f"SELECT * FROM {table}")).all()
                assert refused(connection, _copy(table, names, {}, verb)), (table, verb)
                assert connection.execute(text(f"SELECT * FROM {table}")).all() == before


def test_positions_are_written_by_their_triggers_alone(app: Flask, pilot: MadePilot) -> None:
    with session_of(app, "220100") as connection:
        for statement in (
            "UPDATE allocation_position SET disbursed = 0",
            "UPDATE allocation_position SET waiting = 0",
            "UPDATE allocation_position SET allocated = allocated + 1",
            "UPDATE line_position SET awarded = awarded + 1",
            "UPDATE pilot_position SET awarded = 0",
            "UPDATE pilot_position SET cap = cap * 10",
            "UPDATE fund_line SET awarded = 0",
        ):
            assert refused(connection, statement), statement
        for table in POSITIONS:
            assert refused(connection, f"DELETE FROM {table}"), table
            for verb in _verbs(app):
                assert refused(connection, _copy(table, columns(connection, table), {}, verb)), (table, verb)


@pytest.mark.rule("R8.5")
def test_the_one_time_right_cannot_be_freed_listed_or_taken_by_hand(app: Flask, pilot: MadePilot) -> None:
    with session_of(app, "220100") as connection:
        assert refused(connection, "DELETE FROM award_right")
        assert refused(connection, "UPDATE award_right SET subject_key = 'x'")
        assert refused(
            connection,
            "INSERT INTO award_right (subject_key, tenant_code, award_id, document_no) VALUES ('x', '220100', 1, 'y')",
        )
        if connection.dialect.name == "postgresql":
            for table in ("award_right", "funded_project", "subject_hold", "login_name", "entity"):
                assert refused(connection, f"SELECT * FROM {table}"), table


@pytest.mark.rule("RX.2")
def test_the_maker_cannot_be_the_checker_in_the_database_either(app: Flask, pilot: MadePilot) -> None:
    with session_of(app, "220100") as connection:
        assert refused(
            connection,
            "INSERT INTO entry (tenant_code, id, document_id, pilot_id, line_id, allocation_id, disbursement_id,"
            " from_stage, to_stage, amount, fiscal_year, business_date, recorded_at, document_version, checked_by,"
            " checked_by_name) SELECT tenant_code, id + 1, id, pilot_id, line_id, allocation_id, id, 'allocated',"
            " 'disbursed', amount, fiscal_year, business_date, made_at, version, made_by, made_by_name FROM document"
            " WHERE kind = 'disbursement' AND status = 'waiting'",
        )


@pytest.mark.rule("RX.4")
@pytest.mark.parametrize("database_urls", ["postgresql"], indirect=True)
def test_one_tenant_bound_reads_and_writes_no_other(app: Flask, pilot: MadePilot, make: Factory) -> None:
    make.allocated(1000, tenant_code="220200")
    for bound, rows in (("220100", 1), ("220200", 1), ("220300", 0), (None, 0)):
        with session_of(app, bound) as connection:
            assert connection.execute(text("SELECT count(*) FROM pilot")).scalar_one() == rows, bound
            foreign = "220200" if bound != "220200" else "220100"
            assert refused(connection, f"UPDATE pilot SET version = version WHERE tenant_code = '{foreign}'"), bound
    with session_of(app, "220100") as connection:
        names = columns(connection, "pilot")
        assert refused(connection, _copy("pilot", names, {"tenant_code": "'220200'", "id": "id + 1", "uscc": "'X'"}))
