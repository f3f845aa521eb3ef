"""Jobs with their progress, and requests to erase what a person's commitments stand for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.securing import INSTANT, always, is_postgresql, role, secure

revision = "0013"
down_revision = "0012"

UNFINISHED = sa.text("state IN ('waiting', 'running')")
_NOT_ERASED = "ledger:immutable a personal value leaves by a confirmed request alone"
_NEW_JOB = "ledger:conflict a new job waits for its worker"
_ENDED = "ledger:conflict the job has ended"
_NOT_DELETED = "ledger:immutable jobs and requests are never deleted"
_NEW_REQUEST = "ledger:conflict a new request waits for its decision"
_DECIDED = "ledger:conflict the request has been decided"


def upgrade() -> None:
    """Both tables, the guards of what has ended, and on PostgreSQL the tenant's border."""
    _make_job()
    _make_erasure_request()
    for table, word, first, last, new, over in (
        ("job", "state", "'waiting'", "('done', 'failed')", _NEW_JOB, _ENDED),
        ("erasure_request", "status", "'waiting'", "('confirmed', 'refused', 'withdrawn')", _NEW_REQUEST, _DECIDED),
    ):
        if is_postgresql():
            _guard_postgresql(table, f"NEW.{word} <> {first}", f"OLD.{word} IN {last}", new, over)
        else:
            _guard_sqlite(table, f"NEW.{word} <> {first}", f"OLD.{word} IN {last}", new, over)
        always(table, f"{table}_kept")
    secure("job", update="state, done, out_of, result, attempts, claim, claimed_until_at, started_at, ended_at")
    secure("erasure_request", update="status, decided_by, decided_by_name, decided_at")
    _guard_personal_values()


def _guard_personal_values() -> None:
    """A value never changes, and leaves by a confirmed request alone."""
    allowed = (
        "EXISTS (SELECT 1 FROM erasure_request r WHERE r.tenant_code = OLD.tenant_code AND r.status = 'confirmed'"
        " AND {found} > 0)"
    )
    if not is_postgresql():
        op.execute(
            "CREATE TRIGGER personal_value_kept BEFORE DELETE ON personal_value WHEN NOT "
            + allowed.format(found="instr(r.commitments, OLD.commitment)")
            + f" BEGIN SELECT RAISE(ABORT, '{_NOT_ERASED}'); END"
        )
        op.execute(
            "CREATE TRIGGER personal_value_unchanged BEFORE UPDATE ON personal_value"
            f" BEGIN SELECT RAISE(ABORT, '{_NOT_ERASED}'); END"
        )
        return
    op.execute(
        "CREATE FUNCTION personal_value_kept() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$"
        " BEGIN IF NOT " + allowed.format(found="position(OLD.commitment IN r.commitments)") + " THEN"
        f" RAISE EXCEPTION '{_NOT_ERASED}'; END IF; RETURN OLD; END $$"
    )
    op.execute(
        "CREATE TRIGGER personal_value_kept BEFORE DELETE ON personal_value"
        " FOR EACH ROW EXECUTE FUNCTION personal_value_kept()"
    )
    always("personal_value", "personal_value_kept")
    op.execute(f"GRANT DELETE ON personal_value TO {role('app')}")


def _make_job() -> None:
    op.create_table(
        "job",
        sa.Column("tenant_code", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("arguments", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("done", sa.BigInteger(), nullable=False),
        sa.Column("out_of", sa.BigInteger(), nullable=False),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("claim", sa.Text(), nullable=True),
        sa.Column("claimed_until_at", INSTANT, nullable=True),
        sa.Column("made_by", sa.BigInteger(), nullable=False),
        sa.Column("made_by_name", sa.Text(), nullable=False),
        sa.Column("made_in", sa.Text(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("started_at", INSTANT, nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'running', 'done', 'failed')", name=op.f("ck_job_state_known")),
        sa.CheckConstraint("(state = 'running') = (claim IS NOT NULL)", name=op.f("ck_job_claimed_while_running")),
        sa.CheckConstraint("(claim IS NULL) = (claimed_until_at IS NULL)", name=op.f("ck_job_claim_ends")),
        sa.CheckConstraint("(state IN ('done', 'failed')) = (ended_at IS NOT NULL)", name=op.f("ck_job_ended_once")),
        sa.CheckConstraint("done >= 0 AND done <= out_of", name=op.f("ck_job_done_within")),
        sa.ForeignKeyConstraint(["tenant_code"], ["tenant.code"], name=op.f("fk_job_tenant_code_tenant")),
        sa.PrimaryKeyConstraint("tenant_code", "id", name=op.f("pk_job")),
    )
    op.create_index(
        "ix_job_unfinished", "job", ["tenant_code", "id"], sqlite_where=UNFINISHED, postgresql_where=UNFINISHED
    )
    op.create_index("ix_job_kind", "job", ["tenant_code", "kind", "id"])


def _make_erasure_request() -> None:
    op.create_table(
        "erasure_request",
        sa.Column("tenant_code", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("commitments", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("document_no", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=False),
        sa.Column("made_by_name", sa.Text(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("decided_by_name", sa.Text(), nullable=True),
        sa.Column("decided_at", INSTANT, nullable=True),
        sa.CheckConstraint(
            "status IN ('waiting', 'confirmed', 'refused', 'withdrawn')", name=op.f("ck_erasure_request_status_known")
        ),
        sa.CheckConstraint(
            "(status = 'waiting') = (decided_by IS NULL)", name=op.f("ck_erasure_request_decided_by_somebody")
        ),
        sa.CheckConstraint(
            "status NOT IN ('confirmed', 'refused') OR decided_by <> made_by",
            name=op.f("ck_erasure_request_second_person"),
        ),
        sa.ForeignKeyConstraint(["tenant_code"], ["tenant.code"], name=op.f("fk_erasure_request_tenant_code_tenant")),
        sa.PrimaryKeyConstraint("tenant_code", "id", name=op.f("pk_erasure_request")),
    )


def _guard_sqlite(table: str, not_new: str, ended: str, new: str, over: str) -> None:
    for name, moment, when, words in (
        ("begins", "INSERT", f"WHEN {not_new}", new),
        ("kept", "UPDATE", f"WHEN {ended}", over),
        ("not_deleted", "DELETE", "", _NOT_DELETED),
    ):
        op.execute(
            f"CREATE TRIGGER {table}_{name} BEFORE {moment} ON {table} {when} BEGIN SELECT RAISE(ABORT, '{words}'); END"
        )


def _guard_postgresql(table: str, not_new: str, ended: str, new: str, over: str) -> None:
    op.execute(
        f"CREATE FUNCTION {table}_kept() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$"
        f" BEGIN IF TG_OP = 'DELETE' THEN RAISE EXCEPTION '{_NOT_DELETED}'; END IF;"
        f" IF TG_OP = 'INSERT' AND {not_new} THEN RAISE EXCEPTION '{new}'; END IF;"
        f" IF TG_OP = 'UPDATE' AND {ended} THEN RAISE EXCEPTION '{over}'; END IF;"
        " RETURN NEW; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_kept BEFORE INSERT OR UPDATE OR DELETE ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION {table}_kept()"
    )


def downgrade() -> None:
    """Take both tables away with their guards."""
    if is_postgresql():
        op.execute(f"REVOKE DELETE ON personal_value FROM {role('app')}")
        op.execute("DROP TRIGGER personal_value_kept ON personal_value")
        op.execute("DROP FUNCTION personal_value_kept()")
    else:
        op.execute("DROP TRIGGER personal_value_kept")
        op.execute("DROP TRIGGER personal_value_unchanged")
    for table in ("erasure_request", "job"):
        op.drop_table(table)
        if is_postgresql():
            op.execute(f"DROP FUNCTION {table}_kept()")
