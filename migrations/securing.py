"""What every new table of a tenant gets on PostgreSQL: the border, and rights for each role."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import op

INSTANT = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
GUARDS = Path(__file__).resolve().parent / "guards"


def is_postgresql() -> bool:
    """Whether the migration runs on PostgreSQL."""
    return op.get_bind().dialect.name == "postgresql"


def role(name: str) -> str:
    """A database role of this family, quoted: owner, app, province, audit or signer."""
    owner = str(op.get_bind().execute(sa.text("SELECT current_user")).scalar_one())
    return f'"{owner.removesuffix("_owner")}_{name}"'


def secure(table: str, *, insert: bool = True, update: str = "") -> None:
    """Put a tenant's table behind row-level security; `update` are the columns that the application may change.

    On SQLite there are no roles: the ORM border stands alone there.
    """
    if not is_postgresql():
        return
    app, province = role("app"), role("province")
    for statement in (
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY owner ON {table} TO {role('owner')} USING (true) WITH CHECK (true)",
        (
            f"CREATE POLICY tenant ON {table} TO {app} USING (tenant_code = app_tenant())"
            " WITH CHECK (tenant_code = app_tenant())"
        ),
        f"CREATE POLICY province ON {table} FOR SELECT TO {province} USING (true)",
        f"GRANT SELECT ON {table} TO {app}, {province}",
        *([f"GRANT INSERT ON {table} TO {app}"] if insert else []),
        *([f"GRANT UPDATE ({update}) ON {table} TO {app}"] if update else []),
    ):
        op.execute(statement)


def run(name: str) -> None:
    """Run a file of `guards/`, statement by statement."""
    for statement in (GUARDS / name).read_text(encoding="utf-8").split("--;;"):
        op.get_bind().exec_driver_sql(statement.strip().replace("%", "%%"))


def always(table: str, *triggers: str) -> None:
    """Let triggers fire in every session, on PostgreSQL."""
    if is_postgresql():
        for trigger in triggers:
            op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {trigger}")


def made(file: str, what: str) -> str:
    """The statement of a file of guards that makes `what` ("FUNCTION name("), without the words before it."""
    statements = (GUARDS / file).read_text(encoding="utf-8").split("--;;")
    bare = ["\n".join(line for line in one.splitlines() if not line.startswith("--")).strip() for one in statements]
    (found,) = (one for one in bare if one.startswith((f"CREATE {what}", f"CREATE OR REPLACE {what}")))
    return found


def say(statement: str) -> None:
    """Execute one statement as it stands."""
    op.get_bind().exec_driver_sql(statement.replace("%", "%%"))
