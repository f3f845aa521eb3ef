"""Finding entries of the journal by kind, office, person, date and amount, and acts beside what changes nothing."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

ACTS = sa.text(
    "kind NOT IN ('signed_in', 'sign_in_failed', 'sign_in_locked', 'signed_out', 'journal_read',"
    " 'journal_verified', 'journal_exported', 'record_read', 'record_exported')"
)
LEADS = ("kind", "office_id", "actor_id", "business_date", "total")
WHERE = {"business_date": sa.text("business_date IS NOT NULL"), "total": sa.text("total IS NOT NULL")}


def upgrade() -> None:
    """An index for each filter of the record, in the order of entries, and one of the acts alone."""
    for column in LEADS:
        where = WHERE.get(column)
        op.create_index(
            f"ix_journal_entry_tenant_code_{column}_seq",
            "journal_entry",
            ["tenant_code", column, "seq"],
            sqlite_where=where,
            postgresql_where=where,
        )
    op.create_index(
        "ix_journal_entry_acts", "journal_entry", ["tenant_code", "seq"], sqlite_where=ACTS, postgresql_where=ACTS
    )


def downgrade() -> None:
    """The journal is found by stream, pilot and subject alone."""
    op.drop_index("ix_journal_entry_acts", "journal_entry")
    for column in LEADS:
        op.drop_index(f"ix_journal_entry_tenant_code_{column}_seq", "journal_entry")
