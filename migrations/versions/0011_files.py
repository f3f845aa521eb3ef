"""Evidence files: blobs by their hash, and what they are attached to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.securing import INSTANT, always, is_postgresql, secure

revision = "0011"
down_revision = "0010"

RETIRED = ("retired_at", "retired_reason", "retired_by", "retired_by_name")
FIXED = (
    *("tenant_code", "id", "sha256", "subject_type", "subject_id", "pilot_id", "name", "label"),
    *("made_by", "made_by_name", "made_at", "office_id", "office_name"),
)
BLOB_KEPT = "ledger:immutable what is recorded of a file is never changed or deleted"
KEPT = "ledger:immutable an attachment is retired once and never changed otherwise"
NOT_DELETED = "ledger:immutable attachments are retired, never deleted"


def upgrade() -> None:
    """Both tables, the guards that keep their rows, and on PostgreSQL the tenant's border."""
    op.create_table(
        "file_blob",
        sa.Column("tenant_code", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_file_blob_hash_whole")),
        sa.CheckConstraint("size > 0", name=op.f("ck_file_blob_size_positive")),
        sa.ForeignKeyConstraint(["tenant_code"], ["tenant.code"], name=op.f("fk_file_blob_tenant_code_tenant")),
        sa.PrimaryKeyConstraint("tenant_code", "sha256", name=op.f("pk_file_blob")),
    )
    _make_attachments()
    secure("file_blob")
    secure("attachment", update=", ".join(RETIRED))
    if is_postgresql():
        _guard_postgresql()
    else:
        _guard_sqlite()


def _make_attachments() -> None:
    op.create_table(
        "attachment",
        sa.Column("tenant_code", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("subject_type", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("pilot_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=False),
        sa.Column("made_by_name", sa.Text(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("office_id", sa.BigInteger(), nullable=False),
        sa.Column("office_name", sa.Text(), nullable=False),
        sa.Column("retired_at", INSTANT, nullable=True),
        sa.Column("retired_reason", sa.Text(), nullable=True),
        sa.Column("retired_by", sa.BigInteger(), nullable=True),
        sa.Column("retired_by_name", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(retired_at IS NULL) = (retired_reason IS NULL) AND (retired_at IS NULL) = (retired_by IS NULL)"
            " AND (retired_at IS NULL) = (retired_by_name IS NULL)",
            name=op.f("ck_attachment_retired_with_reason"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_code", "sha256"],
            ["file_blob.tenant_code", "file_blob.sha256"],
            name=op.f("fk_attachment_tenant_code_sha256_file_blob"),
        ),
        sa.PrimaryKeyConstraint("tenant_code", "id", name=op.f("pk_attachment")),
    )
    op.create_index(
        op.f("ix_attachment_tenant_code_subject_type_subject_id_id"),
        "attachment",
        ["tenant_code", "subject_type", "subject_id", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_attachment_tenant_code_pilot_id_id"), "attachment", ["tenant_code", "pilot_id", "id"], unique=False
    )


def _guard_sqlite() -> None:
    changed = " OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in FIXED)
    for name, moment, when, words in (
        ("file_blob_not_updated", "UPDATE ON file_blob", "", BLOB_KEPT),
        ("file_blob_not_deleted", "DELETE ON file_blob", "", BLOB_KEPT),
        ("attachment_kept", "UPDATE ON attachment", f"WHEN OLD.retired_at IS NOT NULL OR {changed}", KEPT),
        ("attachment_not_deleted", "DELETE ON attachment", "", NOT_DELETED),
    ):
        op.execute(f"CREATE TRIGGER {name} BEFORE {moment} {when} BEGIN SELECT RAISE(ABORT, '{words}'); END")


def _guard_postgresql() -> None:
    retired = ", ".join(f"'{name}'" for name in RETIRED)
    op.execute(
        "CREATE FUNCTION attachment_kept() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$"
        f" BEGIN IF TG_OP = 'DELETE' THEN RAISE EXCEPTION '{NOT_DELETED}'; END IF;"
        f" IF OLD.retired_at IS NOT NULL OR to_jsonb(NEW) - ARRAY[{retired}] <> to_jsonb(OLD) - ARRAY[{retired}]"
        f" THEN RAISE EXCEPTION '{KEPT}'; END IF; RETURN NEW; END $$"
    )
    for name, moment, each, function in (
        ("file_blob_kept", "UPDATE OR DELETE ON file_blob", "ROW", "refuse_change"),
        ("file_blob_kept_whole", "TRUNCATE ON file_blob", "STATEMENT", "refuse_change"),
        ("attachment_kept", "UPDATE OR DELETE ON attachment", "ROW", "attachment_kept"),
        ("attachment_kept_whole", "TRUNCATE ON attachment", "STATEMENT", "refuse_change"),
    ):
        op.execute(f"CREATE TRIGGER {name} BEFORE {moment} FOR EACH {each} EXECUTE FUNCTION {function}()")
    always("file_blob", "file_blob_kept", "file_blob_kept_whole")
    always("attachment", "attachment_kept", "attachment_kept_whole")


def downgrade() -> None:
    """Take both tables away with their guards; what lies in the store stays there."""
    op.drop_table("attachment")
    op.drop_table("file_blob")
    if is_postgresql():
        op.execute("DROP FUNCTION attachment_kept()")
