"""Posting, faster: one disbursement is moved by key, and a position by the difference of its newest entry."""

from __future__ import annotations

from pathlib import Path

from alembic import op
from sqlalchemy import text

revision = "0004"
down_revision = "0003"

GUARDS = Path(__file__).resolve().parent.parent / "guards"
TRIGGERS = ("document_moved", "document_guarded", "document_guarded_move")
FUNCTIONS = {"subject_held": "text, date", "key_taken": "text, text"}


def _statements(name: str) -> list[str]:
    return [one.strip() for one in (GUARDS / name).read_text(encoding="utf-8").split("--;;")]


def _say(statement: str) -> None:
    op.get_bind().exec_driver_sql(statement.replace("%", "%%"))


def _as_before(kind: str, name: str) -> str:
    """The statement of the first guards that made a function or a trigger."""
    postgresql = op.get_bind().dialect.name == "postgresql"
    guards = _statements("postgresql_triggers.sql" if postgresql else "sqlite_triggers.sql")
    (found,) = (one for one in guards if one.startswith((f"CREATE {kind} {name} ", f"CREATE {kind} {name}(")))
    return found


def upgrade() -> None:
    """Leaner triggers on both databases; on PostgreSQL two functions that answer one key each."""
    if op.get_bind().dialect.name != "postgresql":
        for statement in _statements("sqlite_posting.sql"):
            _say(statement)
        return
    for statement in _statements("postgresql_posting.sql"):
        _say(statement)
    for trigger in TRIGGERS:
        _say(f"ALTER TABLE document ENABLE ALWAYS TRIGGER {trigger}")
    family = str(op.get_bind().execute(text("SELECT current_user")).scalar_one()).removesuffix("_owner")
    for function, arguments in FUNCTIONS.items():
        _say(f"REVOKE ALL ON FUNCTION {function}({arguments}) FROM PUBLIC")
        _say(f'GRANT EXECUTE ON FUNCTION {function}({arguments}) TO "{family}_app", "{family}_province"')


def downgrade() -> None:
    """The triggers as the first guards made them."""
    if op.get_bind().dialect.name != "postgresql":
        for trigger in ("allocation_position_counted", "entry_posted"):
            _say(f"DROP TRIGGER {trigger}")
            _say(_as_before("TRIGGER", trigger))
        return
    for function, arguments in FUNCTIONS.items():
        _say(f"DROP FUNCTION {function}({arguments})")
    for function in ("document_made", "entries_posted"):
        _say(_as_before("FUNCTION", function).replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1))
    for trigger in TRIGGERS:
        _say(f"DROP TRIGGER {trigger} ON document")
    for trigger in ("document_moved", "document_guarded"):
        _say(_as_before("TRIGGER", trigger))
        _say(f"ALTER TABLE document ENABLE ALWAYS TRIGGER {trigger}")
