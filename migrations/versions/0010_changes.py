"""Change reports, baselines with every version, and holds on single projects."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

from migrations.columns import check, day, key, number, of, person, text
from migrations.securing import INSTANT, always, is_postgresql, run, secure

revision = "0010"
down_revision = "0009"

_PILOT = ["pilot.tenant_code", "pilot.id"]
_PROJECT = ["project.tenant_code", "project.id"]
_REPORT = ["change_report.tenant_code", "change_report.id"]
_OPEN = sa.text("released_at IS NULL")
_MOVING = (
    "pilot_id, project_id, type, status, version, occurred_on, told_on, filed_on, late_days, reason, changes, seen_version,"
    " province_first, policy_version_id, disposition, disposition_document_no, disposed_on, opinion, reduced_to,"
    " recover_amount, return_reason, passed_by, passed_by_name, passed_at, checked_by, checked_by_name, checked_at,"
    " disposed_by, disposed_by_name, disposed_at, confirmed_by, confirmed_by_name, confirmed_at"
)
_RELEASING = (
    "document_no, release_reason, release_made_by, release_made_by_name, release_made_at, release_checked_by,"
    " release_checked_by_name, released_at, released_by_report"
)
_FUNCTIONS = (
    "baseline_guarded", "baseline_applied", "project_follows", "pilot_follows", "entity_follows", "report_guarded",
    "hold_guarded", "demand_guarded",
)  # fmt: skip
_ON_OLD_TABLES = (
    ("project", "project_follows"),
    ("project", "project_not_deleted"),
    ("pilot", "pilot_follows"),
    ("pilot", "pilot_not_deleted"),
    ("entity", "entity_follows"),
    ("entity", "entity_not_deleted"),
)


def upgrade() -> None:
    """The tables, a first version of what stands already, then the guards of each database."""
    _make_reports()
    _make_baselines()
    _make_holds()
    _make_demands()
    _begin_baselines()
    secure("change_report", update=_MOVING)
    secure("baseline_version")
    secure("project_hold", update=_RELEASING)
    secure("recovery_demand")
    if not is_postgresql():
        run("sqlite_changes.sql")
        run("sqlite_holds.sql")
        return
    run("postgresql_changes.sql")
    run("postgresql_holds.sql")
    always("baseline_version", "baseline_guarded", "baseline_applied", "baseline_kept", "baseline_kept_whole")
    always("change_report", "report_guarded", "report_not_deleted")
    always("project_hold", "hold_guarded", "hold_not_deleted")
    always("recovery_demand", "demand_guarded", "demand_kept")
    for table, trigger in _ON_OLD_TABLES:
        always(table, trigger)


def _make_reports() -> None:
    table = "change_report"
    op.create_table(
        table,
        *key(table),
        text("number"),
        number("pilot_id"),
        number("project_id", empty=True),
        text("type"),
        text("status"),
        number("version"),
        day("occurred_on"),
        day("told_on"),
        day("filed_on", empty=True),
        number("late_days", empty=True),
        text("reason"),
        text("changes"),
        number("seen_version"),
        sa.Column("province_first", sa.Boolean(), nullable=False),
        number("policy_version_id", empty=True),
        text("disposition", empty=True),
        text("disposition_document_no", empty=True),
        day("disposed_on", empty=True),
        text("opinion", empty=True),
        number("reduced_to", empty=True),
        number("recover_amount", empty=True),
        text("return_reason", empty=True),
        number("office_id"),
        text("office_name"),
        *person("made_by", empty=False),
        *person("passed_by"),
        *person("checked_by"),
        *person("disposed_by"),
        *person("confirmed_by"),
        of(table, "pilot_id", _PILOT),
        of(table, "project_id", _PROJECT),
        sa.UniqueConstraint("tenant_code", "number", name=op.f("uq_change_report_tenant_code_number")),
        *_conditions(table),
    )
    for column in ("pilot_id", "project_id", "status"):
        op.create_index(op.f(f"ix_change_report_tenant_code_{column}_id"), table, ["tenant_code", column, "id"])


def _conditions(table: str) -> list[sa.CheckConstraint]:
    return [
        check(
            table,
            "status_known",
            "status IN ('draft', 'reviewing', 'returned', 'reported', 'checking', 'proposed', 'supplement', 'settled',"
            " 'withdrawn')",
        ),
        check(
            table,
            "disposition_known",
            "disposition IN ('file', 'agree', 'agree_reduced', 'supplement', 'refuse', 'suspend', 'recover', 'refer')",
        ),
        check(table, "second_person_passes", "passed_by IS NULL OR passed_by <> made_by"),
        check(table, "second_person_confirms", "confirmed_by IS NULL OR confirmed_by <> disposed_by"),
        check(table, "passed", "status IN ('draft', 'reviewing', 'returned', 'withdrawn') OR passed_by IS NOT NULL"),
        check(table, "settled_by_disposition", "status <> 'settled' OR disposition IS NOT NULL"),
        check(
            table,
            "confirmed_where_money_moves",
            "status <> 'settled' OR disposition NOT IN ('agree_reduced', 'suspend', 'recover')"
            " OR confirmed_by IS NOT NULL",
        ),
        check(
            table,
            "disposed_with_number",
            "disposed_by IS NULL OR disposition = 'supplement' OR disposition_document_no IS NOT NULL",
        ),
    ]


def _make_baselines() -> None:
    table = "baseline_version"
    op.create_table(
        table,
        *key(table),
        text("subject_type"),
        number("subject_id"),
        number("version"),
        text("content"),
        day("effective_on"),
        number("report_id", empty=True),
        text("document_no", empty=True),
        sa.Column("recorded_at", INSTANT, nullable=False),
        of(table, "report_id", _REPORT),
        sa.UniqueConstraint(
            "tenant_code",
            "subject_type",
            "subject_id",
            "version",
            name=op.f("uq_baseline_version_tenant_code_subject_type_subject_id_version"),
        ),
        check(table, "subject_known", "subject_type IN ('project', 'pilot')"),
        check(table, "report_from_the_second_on", "(version = 1) = (report_id IS NULL)"),
    )


def _make_holds() -> None:
    table = "project_hold"
    op.create_table(
        table,
        *key(table),
        number("pilot_id"),
        number("project_id", empty=True),
        text("kind"),
        number("report_id"),
        text("report_number"),
        text("report_type"),
        sa.Column("held_at", INSTANT, nullable=False),
        text("document_no", empty=True),
        text("release_reason", empty=True),
        *person("release_made_by"),
        number("release_checked_by", empty=True),
        text("release_checked_by_name", empty=True),
        sa.Column("released_at", INSTANT, nullable=True),
        number("released_by_report", empty=True),
        of(table, "pilot_id", _PILOT),
        of(table, "project_id", _PROJECT),
        of(table, "report_id", _REPORT),
        check(table, "kind_known", "kind IN ('change', 'stopped', 'account', 'suspension')"),
        check(
            table,
            "released_by_an_act",
            "released_at IS NULL OR released_by_report IS NOT NULL"
            " OR (release_checked_by IS NOT NULL AND document_no IS NOT NULL)",
        ),
        check(table, "second_person", "release_checked_by IS NULL OR release_checked_by <> release_made_by"),
    )
    op.create_index(
        "uq_project_hold_open",
        table,
        ["tenant_code", "report_id"],
        unique=True,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )
    op.create_index(op.f("ix_project_hold_tenant_code_pilot_id_id"), table, ["tenant_code", "pilot_id", "id"])


def _make_demands() -> None:
    table = "recovery_demand"
    op.create_table(
        table,
        *key(table),
        number("pilot_id"),
        number("project_id"),
        number("report_id"),
        text("report_number"),
        number("amount"),
        text("basis"),
        text("document_no"),
        day("demanded_on"),
        number("made_by"),
        number("checked_by"),
        sa.Column("recorded_at", INSTANT, nullable=False),
        of(table, "pilot_id", _PILOT),
        of(table, "project_id", _PROJECT),
        of(table, "report_id", _REPORT),
        sa.UniqueConstraint("tenant_code", "report_id", name=op.f("uq_recovery_demand_tenant_code_report_id")),
        check(table, "amount_positive", "amount > 0"),
        check(table, "second_person", "checked_by <> made_by"),
    )
    op.create_index(op.f("ix_recovery_demand_tenant_code_project_id_id"), table, ["tenant_code", "project_id", "id"])


_PROJECT_FIELDS = (
    "name", "code", "no_code_reason", "content", "investment", "place", "site", "owner_name", "owner_uscc", "start_on",
    "finish_on", "construction_state", "fund_use", "payee_account",
)  # fmt: skip
_PILOT_FIELDS = (
    "unit_name", "uscc", "legal_representative", "control", "standing", "boundary", "managing_body",
    "leading_industry", "incident", "credit_note", "other_funds", "other_matter",
)  # fmt: skip
_INSERT = sa.text(
    "INSERT INTO baseline_version (tenant_code, id, subject_type, subject_id, version, content, effective_on,"
    " recorded_at) SELECT :tenant_code, :id, :subject_type, :id, 1, :content, p.designated_on, p.made_at"
    " FROM pilot p WHERE p.tenant_code = :tenant_code AND p.id = :pilot_id"
)


def _begin_baselines() -> None:
    """Version 1 of every pilot and project that is there: as it was designated."""
    connection = op.get_bind()
    pilots = connection.execute(sa.text("SELECT tenant_code, id AS pilot_id, id, name AS unit_name, uscc FROM pilot"))
    first: dict[str, Any] = {"standing": "existing"}
    for row in pilots.mappings().all():
        connection.execute(_INSERT, _first("pilot", _PILOT_FIELDS, {**first, **row}))
    projects = connection.execute(
        sa.text(
            "SELECT tenant_code, pilot_id, id, name, code, no_code_reason, owner_name, owner_uscc,"
            " CAST(investment AS TEXT) AS investment, CAST(start_on AS TEXT) AS start_on,"
            " CAST(finish_on AS TEXT) AS finish_on FROM project"
        )
    )
    first = {"construction_state": "building", "fund_use": []}
    for row in projects.mappings().all():
        connection.execute(_INSERT, _first("project", _PROJECT_FIELDS, {**first, **row}))


def _first(subject_type: str, names: tuple[str, ...], values: dict[str, Any]) -> dict[str, Any]:
    content = {name: values.get(name) for name in names}
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    key = {name: values[name] for name in ("tenant_code", "id", "pilot_id")}
    # A first version takes its subject's own number: no other row of this table has it.
    return {**key, "subject_type": subject_type, "content": text}


def downgrade() -> None:
    """Take tables and guards away; pilots and projects keep the values of their last versions."""
    run("postgresql_holds_undone.sql" if is_postgresql() else "sqlite_holds_undone.sql")
    if is_postgresql():
        for table, trigger in _ON_OLD_TABLES:
            op.execute(f"DROP TRIGGER {trigger} ON {table}")
    else:
        run("sqlite_changes_undone.sql")
    # Policies and triggers go with their tables; the functions of triggers stay behind.
    for table in ("recovery_demand", "project_hold", "baseline_version", "change_report"):
        op.drop_table(table)
    if is_postgresql():
        for function in _FUNCTIONS:
            op.execute(f"DROP FUNCTION {function}()")
