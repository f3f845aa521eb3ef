"""Baselines: every version kept, two at once told of each other, and no other way to change one. R10.2, R10.3."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from ledger import dispatch
from ledger.changes.queries_baselines import BaselineAt, CompareBaselines
from ledger.domain.access import Actor
from ledger.domain.baselines import BaselineSubject
from ledger.domain.changes import BaselineMoved, ChangeType, Disposition
from ledger.domain.errors import NotFound
from tests.changes.reporting import Reports
from tests.faults.racing import attempt, race
from tests.faults.raw import refused, session_of


@pytest.mark.rule("R10.2")
def test_the_second_report_on_a_field_is_told_of_the_first(reports: Reports) -> None:
    pilot = reports.pilot()
    first = reports.sent(pilot, ChangeType.C06)
    second = reports.sent(pilot, ChangeType.C06, {"finish_on": date(2029, 1, 1)})
    assert [one.id for one in reports.page(second).others] == [first]
    other_field = reports.sent(pilot, ChangeType.C06, {"start_on": date(2026, 5, 1)})
    assert reports.page(other_field).others == []


@pytest.mark.rule("R10.3")
def test_a_baseline_that_moved_is_shown_in_three_columns_and_confirmed(reports: Reports) -> None:
    pilot = reports.pilot()
    first = reports.passed(pilot, ChangeType.C06)
    second = reports.passed(pilot, ChangeType.C06, {"finish_on": date(2029, 1, 1)})
    reports.settle(first, Disposition.AGREE)
    three = {"finish_on": ("2027-06-28", "2028-03-01", "2029-01-01")}
    assert reports.page(second).moved == three
    with pytest.raises(BaselineMoved) as moved:
        reports.dispose(second, Disposition.AGREE)
    assert (moved.value.moved, moved.value.version) == (three, 2)
    with pytest.raises(BaselineMoved):
        reports.dispose(second, Disposition.AGREE, confirmed_version=1)
    reports.dispose(second, Disposition.AGREE, confirmed_version=2)
    assert reports.text(pilot, "finish_on", ChangeType.C06) == "2029-01-01"


@pytest.mark.rule("R10.3")
def test_a_baseline_that_moved_between_two_provincial_people_is_confirmed_again(reports: Reports) -> None:
    pilot = reports.pilot()
    first = reports.passed(pilot, ChangeType.C07)
    second = reports.passed(pilot, ChangeType.C07, {"construction_state": "ended"})
    reports.dispose(second, Disposition.AGREE)
    reports.settle(first, Disposition.AGREE)
    with pytest.raises(BaselineMoved):
        reports.confirm(second)
    reports.confirm(second, confirmed_version=2)
    assert reports.text(pilot, "construction_state", ChangeType.C07) == "终止"
    assert [hold.kind.value for hold in reports.page(second).holds] == ["stopped"]


@pytest.mark.rule("R10.2")
def test_a_draft_that_waited_sees_what_moved_before_it_is_sent(reports: Reports) -> None:
    pilot = reports.pilot()
    draft = reports.draft(pilot, ChangeType.C10, {"unit_name": "第二个名称"})
    reports.passed(pilot, ChangeType.C10, {"unit_name": "第一个名称"})
    with pytest.raises(BaselineMoved):
        reports.send(draft)
    reports.send(draft, confirmed_version=2)
    assert reports.page(draft).report.before == {"unit_name": "第一个名称"}


@pytest.mark.rule("R10.3")
def test_versions_are_compared_and_read_as_they_stood_on_a_day(reports: Reports) -> None:
    pilot = reports.pilot()
    project_id = reports.project_id(pilot)
    reports.settle(reports.passed(pilot, ChangeType.C06), Disposition.AGREE, disposed_on=date(2026, 11, 20))
    reports.settle(reports.passed(pilot, ChangeType.C02), Disposition.AGREE)
    place: dict[str, Any] = {
        "tenant_code": pilot.tenant_code, "subject": BaselineSubject.PROJECT, "subject_id": project_id,
    }  # fmt: skip
    compared = dispatch.ask(CompareBaselines(**place, first=1, second=3), reports.drc)
    assert [one.field.name for one in compared.lines if one.differs] == ["content", "finish_on"]
    for day, finish in ((date(2026, 11, 19), "2027-06-28"), (date(2026, 11, 20), "2028-03-01")):
        assert reports.text(pilot, "finish_on", ChangeType.C06, day) == finish
    assert reports.text(pilot, "content", ChangeType.C02, date(2026, 11, 20)) == ""
    for query in (
        BaselineAt(**place, on=date(2026, 3, 15)),
        CompareBaselines(**place, first=1, second=4),
        BaselineAt(**{**place, "subject_id": 1}),
    ):
        with pytest.raises(NotFound):
            dispatch.ask(query, reports.drc)


def _set(column: str, value: object) -> tuple[str, dict[str, Any]]:
    return f"UPDATE project SET {column} = :value WHERE id = :id", {"value": value}


@pytest.mark.rule("R10.3")
def test_no_raw_statement_changes_a_baseline(app: Flask, reports: Reports) -> None:
    pilot = reports.pilot()
    project_id = reports.project_id(pilot)
    open_id = reports.passed(pilot, ChangeType.C06)
    day: Any = date(2029, 1, 1)
    with session_of(app, pilot.tenant_code) as connection:
        day = day.isoformat() if connection.dialect.name == "sqlite" else day
        for column, value in (
            ("name", "x"), ("code", "x"), ("no_code_reason", "x"), ("owner_name", "x"), ("owner_uscc", "x"),
            ("investment", 1), ("start_on", day), ("finish_on", day), ("pilot_id", 1),
        ):  # fmt: skip
            statement, values = _set(column, value)
            assert refused(connection, statement, id=project_id, **values), column
        for column in ("name", "uscc", "kind", "designation_document_no"):
            assert refused(connection, f"UPDATE pilot SET {column} = 'x' WHERE id = :id", id=pilot.id), column
        assert refused(connection, "UPDATE entity SET name = 'x' WHERE uscc = :uscc", uscc=pilot.uscc)
        for statement in (
            "DELETE FROM project", "DELETE FROM pilot", "DELETE FROM baseline_version", "DELETE FROM change_report",
            "UPDATE baseline_version SET content = '{}'", "UPDATE baseline_version SET effective_on = NULL",
            "UPDATE change_report SET changes = '[]', version = version + 1",
            "UPDATE change_report SET status = 'settled', disposition = 'agree', version = version + 1",
            "UPDATE change_report SET reason = 'x', version = version + 1",
        ):  # fmt: skip
            assert refused(connection, statement), statement
        copied = (
            "INSERT INTO baseline_version (tenant_code, id, subject_type, subject_id, version, content, effective_on,"
            " report_id, recorded_at) SELECT tenant_code, 1, subject_type, subject_id, {version}, {content},"
            " effective_on, {report}, recorded_at FROM baseline_version WHERE subject_id = :id"
        )
        for version, content, report in (
            ("2", "content", "NULL"), ("2", "content", str(open_id)), ("3", "content", str(open_id)),
            ("1", "content", "NULL"),
        ):  # fmt: skip
            statement = copied.format(version=version, content=content, report=report)
            assert refused(connection, statement, id=project_id), statement


@pytest.mark.rule("R10.3")
def test_a_settled_report_gives_one_version_and_says_what_it_holds(app: Flask, reports: Reports) -> None:
    pilot = reports.pilot()
    project_id = reports.project_id(pilot)
    report_id = reports.passed(pilot, ChangeType.C06)
    refusal = reports.passed(pilot, ChangeType.C02)
    reports.settle(report_id, Disposition.AGREE)
    reports.settle(refusal, Disposition.REFUSE)
    with session_of(app, pilot.tenant_code) as connection:
        newest = connection.execute(
            text("SELECT content FROM baseline_version WHERE subject_id = :id AND version = 2"), {"id": project_id}
        ).scalar_one()
        for number, content in (
            (report_id, newest), (report_id, newest.replace("2028-03-01", "2030-01-01")),
            (refusal, newest.replace('"content":null', '"content":"两条产线、一个检测中心"')),
        ):  # fmt: skip
            assert refused(
                connection,
                "INSERT INTO baseline_version (tenant_code, id, subject_type, subject_id, version, content,"
                " effective_on, report_id, recorded_at) SELECT tenant_code, 1, subject_type, subject_id, 3, :content,"
                " effective_on, :report, recorded_at FROM baseline_version WHERE subject_id = :id AND version = 2",
                id=project_id,
                content=content,
                report=number,
            )


_ENDED = "UPDATE project_hold SET released_at = held_at, document_no = 'x', release_made_by = 1, release_checked_by = 1"
_DEMANDED = (
    "INSERT INTO recovery_demand (tenant_code, id, pilot_id, project_id, report_id, report_number, amount, basis,"
    " document_no, demanded_on, made_by, checked_by, recorded_at) SELECT tenant_code, 1, pilot_id, project_id,"
    " report_id, report_number, 5, 'x', 'x', '2026-11-20', 1, 2, held_at FROM project_hold"
)


@pytest.mark.rule("R10.3")
def test_no_raw_statement_places_or_ends_a_hold_beside_its_rules(app: Flask, reports: Reports) -> None:
    pilot = reports.pilot()
    reports.passed(pilot, ChangeType.C05)
    with session_of(app, pilot.tenant_code) as connection:
        for statement in (
            "DELETE FROM project_hold",
            "UPDATE project_hold SET kind = 'account'",
            "UPDATE project_hold SET project_id = NULL",
            "UPDATE project_hold SET released_at = held_at",
            _ENDED,
            _DEMANDED,
        ):
            assert refused(connection, statement), statement


def dispose_once(ended: list[str], command: Any, officer: Actor) -> None:
    """Dispose of one report."""
    attempt(ended, lambda: dispatch.execute(command, officer))


@pytest.mark.rule("R10.3")
def test_of_two_dispositions_at_once_one_counts(
    app: Flask, database_urls: dict[str, str], tmp_path: Path, reports: Reports
) -> None:
    pilot = reports.pilot()
    report_id = reports.passed(pilot, ChangeType.C06)
    officer = reports.make.actor("province.officer")
    rounds = [
        (reports.dispose_command(report_id, disposition), officer)
        for disposition in (Disposition.AGREE, Disposition.REFUSE, Disposition.AGREE, Disposition.FILE)
    ]
    ended = race(database_urls, tmp_path, dispose_once, rounds)
    assert ended == {"done": 1, "conflict": 3}
    versions = len(reports.baseline(pilot, BaselineSubject.PROJECT).versions)
    settled = reports.page(report_id).report
    assert versions == (1 if settled.disposition is Disposition.REFUSE else 2)


@pytest.mark.rule("R10.3")
def test_two_reports_on_one_project_settled_at_once_follow_each_other(
    app: Flask, database_urls: dict[str, str], tmp_path: Path, reports: Reports
) -> None:
    pilot = reports.pilot()
    commands = [
        reports.dispose_command(reports.passed(pilot, change), Disposition.AGREE)
        for change in (ChangeType.C02, ChangeType.C04, ChangeType.C06)
    ]
    officer = reports.make.actor("province.officer")
    ended = race(database_urls, tmp_path, dispose_once, [(command, officer) for command in commands])
    found = reports.baseline(pilot, BaselineSubject.PROJECT).versions
    assert [one.version for one in found] == list(range(1, ended["done"] + 2))
    assert set(ended) <= {"done", "conflict"}
    assert ended["done"] >= 1
