"""`ledger check` on baselines: the versions against the journal, and the columns against the newest version."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ledger import dispatch
from ledger.audit.queries_check import CheckBooks
from ledger.domain.access import SYSTEM
from ledger.domain.changes import ChangeType, Disposition
from tests.audit.conftest import TENANT
from tests.changes.reporting import Reports
from tests.factories import Factory, MadePilot

Tamper = Callable[..., None]


@pytest.fixture
def reports(make: Factory) -> Reports:
    return Reports(make)


@pytest.fixture
def pilot(reports: Reports) -> MadePilot:
    """A pilot with money whose project and unit were changed by settled reports."""
    pilot = reports.pilot(1_000_000_00)
    for change in (ChangeType.C01, ChangeType.C06, ChangeType.C10):
        report_id = reports.passed(pilot, change)
        if reports.status(report_id) != "settled":
            reports.settle(report_id, Disposition.AGREE)
    return pilot


def failures() -> list[tuple[str, str, str, str]]:
    return [(one.rule, one.table, one.row, one.field) for one in dispatch.ask(CheckBooks(), SYSTEM)]


@pytest.mark.rule("R10.3")
def test_changed_baselines_hold(pilot: MadePilot) -> None:
    assert failures() == []


@pytest.mark.rule("R10.3")
def test_an_edited_version_and_an_edited_column_are_named(pilot: MadePilot, reports: Reports, tamper: Tamper) -> None:
    project_id = reports.project_id(pilot)
    edited = "UPDATE baseline_version SET content = replace(content, :old, :new) WHERE subject_id = :id AND version = 2"
    tamper("baseline_version", edited, old="融合发展", new="融合", id=project_id)
    tamper("project", "UPDATE project SET owner_name = 'x' WHERE id = :id", id=project_id)
    tamper("pilot", "UPDATE pilot SET name = 'x' WHERE id = :id", id=pilot.id)
    named = failures()
    assert ("R10.3", "baseline_version", "name") in [(rule, table, field) for rule, table, _, field in named]
    assert ("R10.3", "project", f"{TENANT}/{project_id}", "owner_name") in named
    assert ("R10.3", "pilot", f"{TENANT}/{pilot.id}", "name") in named


@pytest.mark.rule("R10.3")
def test_a_version_that_is_gone_or_that_nobody_made_is_named(
    pilot: MadePilot, reports: Reports, tamper: Tamper
) -> None:
    project_id = reports.project_id(pilot)
    move = "UPDATE baseline_version SET version = 9 WHERE subject_id = :id AND version = 2"
    tamper("baseline_version", move, id=project_id)
    named = [(table, field) for _, table, _, field in failures()]
    assert named.count(("baseline_version", "version")) == 2
