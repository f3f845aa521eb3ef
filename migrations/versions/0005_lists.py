"""Lists that stay flat as the ledger grows: which list a reversal stands in, and the indexes that pages read."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

GUARDS = Path(__file__).resolve().parent.parent / "guards"
# NULLs found nothing through these, but were written with each document.
PARTIAL = {
    "ix_document_tenant_code_allocation_id_status": ("allocation_id", "status"),
    "ix_document_tenant_code_line_id_status": ("line_id", "status"),
    "ix_document_tenant_code_disbursement_id": ("disbursement_id",),
}


def upgrade() -> None:
    """The table with its guards, then the indexes."""
    op.create_table(
        "reversal_listing",
        sa.Column("tenant_code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_code", "id"],
            ["document.tenant_code", "document.id"],
            name=op.f("fk_reversal_listing_tenant_code_id_document"),
        ),
        sa.PrimaryKeyConstraint("tenant_code", "kind", "id", name=op.f("pk_reversal_listing")),
    )
    op.execute(
        "INSERT INTO reversal_listing (tenant_code, kind, id) SELECT d.tenant_code, o.kind, d.id FROM document d"
        " JOIN document o ON o.tenant_code = d.tenant_code AND o.id = d.reverses_id WHERE d.kind = 'reversal'"
    )
    postgresql = op.get_bind().dialect.name == "postgresql"
    _run("postgresql_lists.sql" if postgresql else "sqlite_lists.sql")
    if postgresql:
        _secure_postgresql()
    for name, columns in PARTIAL.items():
        op.drop_index(name, "document")
        _make_index(name, columns, where=f"{columns[0]} IS NOT NULL")
    op.drop_index("ix_document_tenant_code_status_kind", "document")
    _make_index("ix_document_open", ("status", "kind", "id"), where="status <> 'posted'")
    _make_index("ix_document_tenant_code_kind_business_date_id", ("kind", "business_date", "id"))


def _make_index(name: str, columns: tuple[str, ...], where: str | None = None) -> None:
    condition = None if where is None else sa.text(where)
    op.create_index(
        name, "document", ["tenant_code", *columns], unique=False, sqlite_where=condition, postgresql_where=condition
    )


def _run(name: str) -> None:
    for statement in (GUARDS / name).read_text(encoding="utf-8").split("--;;"):
        op.get_bind().exec_driver_sql(statement.strip().replace("%", "%%"))


def _secure_postgresql() -> None:
    owner = str(op.get_bind().execute(sa.text("SELECT current_user")).scalar_one())
    family = owner.removesuffix("_owner")
    app, province = f'"{family}_app"', f'"{family}_province"'
    for statement in (
        "ALTER TABLE reversal_listing ENABLE ROW LEVEL SECURITY",
        "ALTER TABLE reversal_listing FORCE ROW LEVEL SECURITY",
        f'CREATE POLICY owner ON reversal_listing TO "{owner}" USING (true) WITH CHECK (true)',
        (
            f"CREATE POLICY tenant ON reversal_listing TO {app} USING (tenant_code = app_tenant())"
            " WITH CHECK (tenant_code = app_tenant())"
        ),
        f"CREATE POLICY province ON reversal_listing FOR SELECT TO {province} USING (true)",
        f"GRANT SELECT ON reversal_listing TO {app}, {province}",
        "ALTER TABLE document ENABLE ALWAYS TRIGGER reversal_listed",
        "ALTER TABLE reversal_listing ENABLE ALWAYS TRIGGER reversal_listing_kept",
        "ALTER TABLE reversal_listing ENABLE ALWAYS TRIGGER reversal_listing_kept_whole",
    ):
        op.execute(statement)


def downgrade() -> None:
    """The indexes as they were; the table goes with its guards."""
    op.drop_index("ix_document_tenant_code_kind_business_date_id", "document")
    op.drop_index("ix_document_open", "document")
    _make_index("ix_document_tenant_code_status_kind", ("status", "kind"))
    for name, columns in PARTIAL.items():
        op.drop_index(name, "document")
        _make_index(name, columns)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER reversal_listed ON document")
        op.execute("DROP FUNCTION reversal_listed()")
    else:
        op.execute("DROP TRIGGER reversal_listed")
    op.drop_table("reversal_listing")
