"""Checkpoints that a signer writes, the nodes of the tree behind them, and what a signer refused."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.securing import INSTANT, always, is_postgresql, role, run, secure

revision = "0012"
down_revision = "0011"

TABLES = ("checkpoint", "journal_node", "signing_refusal")


def upgrade() -> None:
    """Three tables that nobody but the signer writes, and that nobody changes."""
    op.create_table(
        "checkpoint",
        sa.Column("tenant_code", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("root", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("signed_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("tenant_code", "size", name=op.f("pk_checkpoint")),
        sa.CheckConstraint("size > 0 AND length(root) = 64 AND length(hash) = 64", name=op.f("ck_checkpoint_whole")),
    )
    op.create_table(
        "journal_node",
        sa.Column("tenant_code", sa.Text(), nullable=False),
        sa.Column("level", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("place", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_code", "level", "place", name=op.f("pk_journal_node")),
        sa.CheckConstraint("level >= 8 AND place >= 0 AND length(hash) = 64", name=op.f("ck_journal_node_whole")),
    )
    op.create_table(
        "signing_refusal",
        sa.Column("tenant_code", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("expected", sa.Text(), nullable=False),
        sa.Column("found", sa.Text(), nullable=False),
        sa.Column("refused_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("tenant_code", "number", name=op.f("pk_signing_refusal")),
    )
    for table in TABLES:
        secure(table, insert=False)
    if not is_postgresql():
        run("sqlite_proof.sql")
        return
    audit, signer = role("audit"), role("signer")
    for table in TABLES:
        op.execute(f"CREATE POLICY audit ON {table} FOR SELECT TO {audit}, {signer} USING (true)")
        op.execute(f"CREATE POLICY signed ON {table} FOR INSERT TO {signer} WITH CHECK (true)")
        op.execute(f"GRANT SELECT ON {table} TO {audit}, {signer}")
        op.execute(f"GRANT INSERT ON {table} TO {signer}")
    run("postgresql_proof.sql")
    for table in TABLES:
        always(table, f"{table}_kept", f"{table}_kept_whole")
    always("checkpoint", "checkpoint_goes_on")


def downgrade() -> None:
    """Without checkpoints: the notes that others hold stay what they are."""
    for table in TABLES:
        op.drop_table(table)
    if is_postgresql():
        op.execute("DROP FUNCTION checkpoint_goes_on()")
