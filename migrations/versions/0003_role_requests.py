"""Requests for other roles: one administrator proposes, another one decides."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

INSTANT = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
WAITING = sa.text("status = 'waiting'")
DECISION = "status, decided_by, decided_by_name, decided_at"

_BEGINS, _KEPT, _NOT_DELETED = (
    "ledger:conflict a new request waits for its decision",
    "ledger:conflict the request has been decided",
    "ledger:immutable requests are never deleted",
)


def upgrade() -> None:
    """The table, the guards that keep a decision, and on PostgreSQL the tenant's border."""
    op.create_table(
        "role_request",
        sa.Column("tenant_code", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("roles", sa.Text(), nullable=False),
        sa.Column("roles_before", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=False),
        sa.Column("made_by_name", sa.Text(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("decided_by_name", sa.Text(), nullable=True),
        sa.Column("decided_at", INSTANT, nullable=True),
        sa.CheckConstraint(
            "status IN ('waiting', 'confirmed', 'refused', 'withdrawn')", name=op.f("ck_role_request_status_known")
        ),
        sa.CheckConstraint(
            "(status = 'waiting') = (decided_by IS NULL)", name=op.f("ck_role_request_decided_by_somebody")
        ),
        sa.CheckConstraint(
            "status NOT IN ('confirmed', 'refused') OR decided_by <> made_by",
            name=op.f("ck_role_request_second_person"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_code", "person_id"],
            ["person.tenant_code", "person.id"],
            name=op.f("fk_role_request_tenant_code_person_id_person"),
        ),
        sa.PrimaryKeyConstraint("tenant_code", "id", name=op.f("pk_role_request")),
    )
    op.create_index(
        "uq_role_request_waiting",
        "role_request",
        ["tenant_code", "person_id"],
        unique=True,
        sqlite_where=WAITING,
        postgresql_where=WAITING,
    )
    if op.get_bind().dialect.name == "postgresql":
        _guard_postgresql()
        _secure_postgresql()
    else:
        _guard_sqlite()


def _guard_sqlite() -> None:
    for name, moment, when, words in (
        ("begins", "INSERT", "WHEN NEW.status <> 'waiting'", _BEGINS),
        ("kept", "UPDATE", "WHEN OLD.status <> 'waiting'", _KEPT),
        ("not_deleted", "DELETE", "", _NOT_DELETED),
    ):
        op.execute(
            f"CREATE TRIGGER role_request_{name} BEFORE {moment} ON role_request {when}"
            f" BEGIN SELECT RAISE(ABORT, '{words}'); END"
        )


def _guard_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION role_request_kept() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$"
        f" BEGIN IF TG_OP = 'DELETE' THEN RAISE EXCEPTION '{_NOT_DELETED}'; END IF;"
        f" IF TG_OP = 'INSERT' AND NEW.status <> 'waiting' THEN RAISE EXCEPTION '{_BEGINS}'; END IF;"
        f" IF TG_OP = 'UPDATE' AND OLD.status <> 'waiting' THEN RAISE EXCEPTION '{_KEPT}'; END IF;"
        " RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER role_request_kept BEFORE INSERT OR UPDATE OR DELETE ON role_request"
        " FOR EACH ROW EXECUTE FUNCTION role_request_kept()"
    )
    op.execute("ALTER TABLE role_request ENABLE ALWAYS TRIGGER role_request_kept")


def _secure_postgresql() -> None:
    owner = str(op.get_bind().execute(sa.text("SELECT current_user")).scalar_one())
    family = owner.removesuffix("_owner")
    app, province = f'"{family}_app"', f'"{family}_province"'
    for statement in (
        "ALTER TABLE role_request ENABLE ROW LEVEL SECURITY",
        "ALTER TABLE role_request FORCE ROW LEVEL SECURITY",
        f'CREATE POLICY owner ON role_request TO "{owner}" USING (true) WITH CHECK (true)',
        (
            f"CREATE POLICY tenant ON role_request TO {app} USING (tenant_code = app_tenant())"
            " WITH CHECK (tenant_code = app_tenant())"
        ),
        f"CREATE POLICY province ON role_request FOR SELECT TO {province} USING (true)",
        f"GRANT SELECT ON role_request TO {app}, {province}",
        f"GRANT INSERT ON role_request TO {app}",
        f"GRANT UPDATE ({DECISION}) ON role_request TO {app}",
    ):
        op.execute(statement)


def downgrade() -> None:
    """Take the table away with its guards."""
    # Policies and triggers go with their table; the trigger's function stays behind.
    op.drop_table("role_request")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION role_request_kept()")
