"""Pilots that were designated before baselines existed begin with a first version of what stands."""

from __future__ import annotations

import json

import pytest
from flask import Flask
from sqlalchemy import text

from ledger import database, schema
from ledger.domain.changes import ChangeType, Disposition
from tests.changes.reporting import Reports
from tests.faults.raw import session_of


@pytest.mark.rule("R10.3")
def test_what_was_there_before_gets_its_first_version(
    app: Flask, database_urls: dict[str, str], reports: Reports
) -> None:
    pilot = reports.pilot()
    project_id = reports.project_id(pilot)
    with session_of(app, pilot.tenant_code) as connection:
        made = connection.execute(text("SELECT subject_id, content FROM baseline_version ORDER BY subject_id")).all()
    database.dispose()
    owner_url = database_urls["DATABASE_OWNER_URL"]
    schema.migrate(owner_url, "0009")
    schema.migrate(owner_url)
    with session_of(app, pilot.tenant_code) as connection:
        begun = connection.execute(text("SELECT subject_id, content FROM baseline_version ORDER BY subject_id")).all()
    assert [(row[0], json.loads(row[1])) for row in begun] == [(row[0], json.loads(row[1])) for row in made]
    assert begun == made
    assert {row[0] for row in begun} == {pilot.id, project_id}
    reports.settle(reports.passed(pilot, ChangeType.C06), Disposition.AGREE)
    assert reports.text(pilot, "finish_on", ChangeType.C06) == "2028-03-01"
