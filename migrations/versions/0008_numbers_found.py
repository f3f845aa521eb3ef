"""Voucher numbers and document numbers are found by how they begin, however many there are."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

WHERE = "WHERE kind = 'disbursement' AND status IN ('waiting', 'posted')"
PAPERS = sa.text("kind IN ('award', 'allocation', 'acceptance', 'recovery')")


def upgrade() -> None:
    """The voucher number before the office and the year, and an index of document numbers.

    Row-level security comes before date_part(), which is not leakproof: as a key before the number it
    had every voucher of the office read. The operator class finds how a number begins in every collation.
    """
    op.create_index(
        "ix_document_document_no",
        "document",
        ["tenant_code", "document_no"],
        unique=False,
        sqlite_where=PAPERS,
        postgresql_where=PAPERS,
        postgresql_ops={"document_no": "text_pattern_ops"},
    )
    if op.get_bind().dialect.name == "postgresql":
        # Its plan is kept: one made while the table was short would read all of it, the longer the slower.
        op.execute("ALTER FUNCTION key_taken(text, text) SET enable_seqscan = off")
        _make("tenant_code, voucher_no text_pattern_ops, office_id, (date_part('year', business_date))")
    else:
        _make("tenant_code, voucher_no, office_id, (substr(business_date, 1, 4))")


def downgrade() -> None:
    """The office and the year before the number, and document numbers without an index."""
    op.drop_index("ix_document_document_no", "document")
    postgresql = op.get_bind().dialect.name == "postgresql"
    if postgresql:
        op.execute("ALTER FUNCTION key_taken(text, text) RESET enable_seqscan")
    year = "date_part('year', business_date)" if postgresql else "substr(business_date, 1, 4)"
    _make(f"tenant_code, office_id, ({year}), voucher_no")


def _make(keys: str) -> None:
    op.execute("DROP INDEX uq_document_voucher")
    op.execute(f"CREATE UNIQUE INDEX uq_document_voucher ON document ({keys}) {WHERE}")
