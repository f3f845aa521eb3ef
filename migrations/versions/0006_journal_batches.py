"""The journal takes many entries in one statement: their sequence is checked as a whole."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0006"
down_revision = "0005"

GUARDS = Path(__file__).resolve().parent.parent / "guards"


def _run(name: str) -> None:
    # SQLite has triggers for each row alone, and keeps its own.
    if op.get_bind().dialect.name == "postgresql":
        for statement in (GUARDS / name).read_text(encoding="utf-8").split("--;;"):
            op.get_bind().exec_driver_sql(statement.strip().replace("%", "%%"))


def upgrade() -> None:
    """One check for each statement in place of one for each row."""
    _run("postgresql_journal_batches.sql")


def downgrade() -> None:
    """One check for each row again."""
    _run("postgresql_journal_batches_undone.sql")
