"""An award can be reduced by the province: money goes back to its fund line, and the one-time right stays used."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.securing import is_postgresql, made, run, say

revision = "0009"
down_revision = "0008"

BRANCH = (
    " WHEN 'reduction' THEN award_id IS NOT NULL AND line_id IS NOT NULL AND project_id IS NOT NULL"
    " AND fiscal_year IS NOT NULL AND document_no IS NOT NULL AND reason IS NOT NULL"
)
"""What a reduction must say, in the CHECK of documents."""
REVERSAL = " WHEN 'reversal' THEN reverses_id IS NOT NULL AND reason IS NOT NULL"
KIND_COMPLETE = (
    "CASE kind WHEN 'award' THEN fiscal_year IS NOT NULL AND document_no IS NOT NULL"
    " WHEN 'allocation' THEN award_id IS NOT NULL AND line_id IS NOT NULL AND document_no IS NOT NULL"
    " WHEN 'disbursement' THEN allocation_id IS NOT NULL AND voucher_no IS NOT NULL AND payee_name IS NOT NULL"
    " AND payee_account IS NOT NULL AND fiscal_year IS NOT NULL"
    " WHEN 'expenditure' THEN disbursement_id IS NOT NULL AND purpose IS NOT NULL"
    " WHEN 'acceptance' THEN project_id IS NOT NULL AND document_no IS NOT NULL"
    " WHEN 'recovery' THEN allocation_id IS NOT NULL AND document_no IS NOT NULL AND reason IS NOT NULL"
    f"{REVERSAL} ELSE FALSE END"
)
PAPERS = "kind IN ('award', 'allocation', 'acceptance', 'recovery')"
PAPERS_NOW = "kind IN ('award', 'allocation', 'acceptance', 'recovery', 'reduction')"
VIEWS = ("line_recount", "pilot_recount", "fund_line_recount")
SQLITE_TRIGGERS = {
    "document_rests_on": "sqlite_triggers.sql",
    "document_moves": "sqlite_triggers.sql",
    "entry_follows": "sqlite_triggers.sql",
    "entry_posted": "sqlite_posting.sql",
}
POSTGRESQL_FUNCTIONS = {"document_guarded": "postgresql_triggers.sql", "entries_posted": "postgresql_posting.sql"}


def upgrade() -> None:
    """The kind, the views that count it, and the triggers that let it move its one amount."""
    _complete(KIND_COMPLETE, KIND_COMPLETE.replace(REVERSAL, BRANCH + REVERSAL))
    _index_papers(PAPERS_NOW)
    _views("views_reductions.sql")
    run("postgresql_reductions.sql" if is_postgresql() else "sqlite_reductions.sql")


def downgrade() -> None:
    """Everything as it was; a ledger that holds reductions cannot go back.

    Raises:
        RuntimeError: there are reductions.
    """
    if op.get_bind().execute(sa.text("SELECT 1 FROM document WHERE kind = 'reduction'")).first() is not None:
        raise RuntimeError("the ledger holds reductions, which the version before does not know")
    if is_postgresql():
        for name, file in POSTGRESQL_FUNCTIONS.items():
            say(made(file, f"FUNCTION {name}(").replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1))
    else:
        for name, file in SQLITE_TRIGGERS.items():
            say(f"DROP TRIGGER {name}")
            say(made(file, f"TRIGGER {name} "))
    _views("views.sql")
    _index_papers(PAPERS)
    _complete(KIND_COMPLETE.replace(REVERSAL, BRANCH + REVERSAL), KIND_COMPLETE)


def _views(file: str) -> None:
    for view in VIEWS:
        statement = made(file, f"VIEW {view} ")
        if is_postgresql():
            say(statement.replace("CREATE VIEW", "CREATE OR REPLACE VIEW", 1))
            # A view that is replaced forgets that it reads as whoever asks.
            say(f"ALTER VIEW {view} SET (security_invoker = true)")
        else:
            say(f"DROP VIEW {view}")
            say(statement)


def _index_papers(where: str) -> None:
    condition = sa.text(where)
    op.drop_index("ix_document_document_no", "document")
    op.create_index(
        "ix_document_document_no",
        "document",
        ["tenant_code", "document_no"],
        unique=False,
        sqlite_where=condition,
        postgresql_where=condition,
        postgresql_ops={"document_no": "text_pattern_ops"},
    )


def _complete(old: str, new: str) -> None:
    """Let the CHECK of what each kind must say be `new` in place of `old`.

    Raises:
        RuntimeError: on SQLite, the table's text is not what it was made with.
    """
    if is_postgresql():
        say("ALTER TABLE document DROP CONSTRAINT ck_document_kind_complete")
        say(f"ALTER TABLE document ADD CONSTRAINT ck_document_kind_complete CHECK ({new})")
        return
    # SQLite has no ALTER for a CHECK. Its manual ("Making Other Kinds Of Table Schema Changes") writes the text of
    # the table anew where the rows stay as they are; a copy of the table would take its triggers and views along.
    connection = op.get_bind()
    made = connection.execute(sa.text("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = 'document'"))
    sql = str(made.scalar_one())
    if sql.count(old) != 1:
        raise RuntimeError("the table of documents is not the one that the first migration made")
    version = int(connection.execute(sa.text("PRAGMA schema_version")).scalar_one())
    say("PRAGMA writable_schema = ON")
    connection.execute(
        sa.text("UPDATE sqlite_master SET sql = :sql WHERE type = 'table' AND name = 'document'"),
        {"sql": sql.replace(old, new)},
    )
    say(f"PRAGMA schema_version = {version + 1}")
    say("PRAGMA writable_schema = OFF")
    if connection.execute(sa.text("PRAGMA integrity_check(1)")).scalar_one() != "ok":
        raise RuntimeError("the table of documents does not fit its new text")
