"""Guards: positions kept by triggers, rows that never change, roles, row-level security and grants."""

from __future__ import annotations

from pathlib import Path

from alembic import op
from sqlalchemy import text

revision = "0002"
down_revision = "0001"

GUARDS = Path(__file__).resolve().parent.parent / "guards"

TENANT_TABLES = [
    "office",
    "person",
    "person_role",
    "sign_in_session",
    "api_token",
    "pilot",
    "project",
    "document",
    "award_line",
    "entry",
    "pilot_position",
    "line_position",
    "allocation_position",
    "document_number",
    "journal_head",
    "journal_entry",
    "personal_value",
    "idempotency_key",
    "import_file",
]
KEPT_BY_TRIGGERS = ("pilot_position", "line_position", "allocation_position", "journal_head")
OPEN_TABLES = ("tenant", "division", "policy_version", "fund_line")
PROVINCE_WRITES = ("policy_version", "fund_line")
BY_KEY_ALONE = ("award_right", "funded_project", "subject_hold", "login_name", "entity", "allocation_notice")
UPDATABLE = {
    "document": "status, version, amount, business_date, fiscal_year, voucher_no, payee_name, payee_account, purpose,"
    " reason, note, return_reason, made_at, checked_by, checked_by_name, checked_at",
    "pilot": "status, version, checked_by, checked_by_name, checked_at, return_reason",
    "office": "name, active",
    "person": "name, office_id, password_hash, active, version, deactivated_at",
    "sign_in_session": "last_seen_at, ended_at",
    "api_token": "revoked_at",  # nosec B105  # a column, not a secret
    "document_number": "last",
    "idempotency_key": "answer",
    "import_file": "status, report, confirmed_at",
    "fund_line": "total, version, made_by, checked_by, recorded_at",
    # A row lock needs an UPDATE right; this column means nothing.
    **dict.fromkeys(KEPT_BY_TRIGGERS, "lock_mark"),
}
FUNCTIONS = {
    "award_right_of": "text",
    "project_funded": "text",
    "hold_of": "text, text, date",
    "notice_date_of": "text",
    "find_login": "text",
    "app_tenant": "",
}
VIEWS = ("allocation_recount", "line_recount", "pilot_recount", "fund_line_recount", "disbursement_recount")


def _run(name: str) -> None:
    for statement in (GUARDS / name).read_text(encoding="utf-8").split("--;;"):
        op.get_bind().exec_driver_sql(statement.strip().replace("%", "%%"))


def upgrade() -> None:
    """Indexes and views on both databases, then each database's own guards."""
    postgresql = op.get_bind().dialect.name == "postgresql"
    year = "date_part('year', business_date)" if postgresql else "substr(business_date, 1, 4)"
    op.execute(
        f"CREATE UNIQUE INDEX uq_document_voucher ON document (tenant_code, office_id, ({year}), voucher_no)"
        " WHERE kind = 'disbursement' AND status IN ('waiting', 'posted')"
    )
    op.execute(
        "CREATE UNIQUE INDEX uq_document_notice_project ON document (tenant_code, document_no, project_id)"
        " WHERE kind = 'allocation' AND status IN ('waiting', 'posted')"
    )
    op.execute(
        "CREATE UNIQUE INDEX uq_document_one_reversal ON document (tenant_code, reverses_id)"
        " WHERE kind = 'reversal' AND status IN ('waiting', 'posted')"
    )
    _run("views.sql")
    if postgresql:
        _run("postgresql_triggers.sql")
        _secure_postgresql()
    else:
        _run("sqlite_triggers.sql")


def _secure_postgresql() -> None:
    connection = op.get_bind()
    owner = str(connection.execute(text("SELECT current_user")).scalar_one())
    family = owner.removesuffix("_owner")
    app, province, audit, signer = (f'"{family}_{role}"' for role in ("app", "province", "audit", "signer"))
    say = connection.exec_driver_sql

    for table in TENANT_TABLES:
        say(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        say(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        say(f'CREATE POLICY owner ON {table} TO "{owner}" USING (true) WITH CHECK (true)')
        say(
            f"CREATE POLICY tenant ON {table} TO {app} USING (tenant_code = app_tenant())"
            " WITH CHECK (tenant_code = app_tenant())"
        )
        say(f"CREATE POLICY province ON {table} FOR SELECT TO {province} USING (true)")
        say(f"GRANT SELECT ON {table} TO {app}, {province}")
        if table not in KEPT_BY_TRIGGERS:
            say(f"GRANT INSERT ON {table} TO {app}")
    for table in ("journal_head", "journal_entry"):
        say(f"CREATE POLICY audit ON {table} FOR SELECT TO {audit}, {signer} USING (true)")
        say(f"GRANT SELECT ON {table} TO {audit}, {signer}")
    for table in OPEN_TABLES:
        say(f"GRANT SELECT ON {table} TO {app}, {province}, {audit}, {signer}")
    for table in PROVINCE_WRITES:
        say(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        say(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        say(f'CREATE POLICY owner ON {table} TO "{owner}" USING (true) WITH CHECK (true)')
        say(f"CREATE POLICY readable ON {table} FOR SELECT USING (true)")
        say(f"CREATE POLICY written ON {table} FOR INSERT TO {app} WITH CHECK (app_tenant() = '220000')")
        say(f"GRANT INSERT ON {table} TO {app}")
    # A row lock on the year's line is taken by every tenant's award: the USING part lets it.
    say(f"CREATE POLICY changed ON fund_line FOR UPDATE TO {app} USING (true) WITH CHECK (app_tenant() = '220000')")
    for table in BY_KEY_ALONE:
        say(f"GRANT SELECT ON {table} TO {province}")
    say(f"GRANT INSERT ON entity, login_name TO {app}")
    say(f"GRANT SELECT, INSERT, UPDATE, DELETE ON sign_in_throttle TO {app}")
    say(f"GRANT DELETE ON person_role TO {app}")
    for table, columns in UPDATABLE.items():
        say(f"GRANT UPDATE ({columns}) ON {table} TO {app}")
    for function, arguments in FUNCTIONS.items():
        say(f"REVOKE ALL ON FUNCTION {function}({arguments}) FROM PUBLIC")
        say(f"GRANT EXECUTE ON FUNCTION {function}({arguments}) TO {app}, {province}, {audit}, {signer}")
    for view in VIEWS:
        say(f"ALTER VIEW {view} SET (security_invoker = true)")
        say(f"GRANT SELECT ON {view} TO {app}, {province}")
    say(f"GRANT SELECT ON alembic_version TO {app}, {province}, {audit}, {signer}")
    for table, trigger in connection.execute(
        text("SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal")
    ).all():
        say(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {trigger}")


def downgrade() -> None:
    """Take the guards away again, the newest first."""
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        _release_postgresql()
    else:
        for (name,) in connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
            op.execute(f"DROP TRIGGER {name}")
    for view in VIEWS:
        op.execute(f"DROP VIEW {view}")
    for index in ("voucher", "notice_project", "one_reversal"):
        op.execute(f"DROP INDEX uq_document_{index}")


def _release_postgresql() -> None:
    connection = op.get_bind()
    for table, trigger in connection.execute(
        text("SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal")
    ).all():
        op.execute(f"DROP TRIGGER {trigger} ON {table}")
    for table, policy in connection.execute(text("SELECT tablename, policyname FROM pg_policies")).all():
        op.execute(f"DROP POLICY {policy} ON {table}")
    for table in (*TENANT_TABLES, *PROVINCE_WRITES):
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    for (function,) in connection.execute(
        text("SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace")
    ).all():
        op.execute(f"DROP FUNCTION {function}")
    owner = str(connection.execute(text("SELECT current_user")).scalar_one())
    family = owner.removesuffix("_owner")
    for role in ("app", "province", "audit", "signer"):
        op.execute(f'REVOKE ALL ON ALL TABLES IN SCHEMA public FROM "{family}_{role}"')
