"""What came back can be mended whole: its document number, the date of its notice, an award's lines."""

from __future__ import annotations

from pathlib import Path

from alembic import op
from sqlalchemy import text

revision = "0007"
down_revision = "0006"

GUARDS = Path(__file__).resolve().parent.parent / "guards"


def _run(name: str) -> None:
    for statement in (GUARDS / name).read_text(encoding="utf-8").split("--;;"):
        op.get_bind().exec_driver_sql(statement.strip().replace("%", "%%"))


def _app() -> str:
    owner = str(op.get_bind().execute(text("SELECT current_user")).scalar_one())
    return f'"{owner.removesuffix("_owner")}_app"'


def upgrade() -> None:
    """Rights for the change on PostgreSQL, and on both databases the guards of what may change when."""
    if op.get_bind().dialect.name != "postgresql":
        _run("sqlite_amendments.sql")
        return
    _run("postgresql_amendments.sql")
    op.execute(f"GRANT UPDATE (document_no, policy_version_id) ON document TO {_app()}")
    op.execute(f"GRANT DELETE ON award_line TO {_app()}")


def downgrade() -> None:
    """Numbers and lines are fixed once they are entered."""
    if op.get_bind().dialect.name != "postgresql":
        _run("sqlite_amendments_undone.sql")
        return
    _run("postgresql_amendments_undone.sql")
    op.execute(f"REVOKE UPDATE (document_no, policy_version_id) ON document FROM {_app()}")
    op.execute(f"REVOKE DELETE ON award_line FROM {_app()}")
