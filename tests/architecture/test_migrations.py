"""The migrations make exactly the models, can be taken back, and the application waits for their head."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect

from ledger import database, schema
from ledger.cli_database import create_database
from tests.conftest import Postgres


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def owner_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of the test's own."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.db'}"
    postgres: Postgres = request.getfixturevalue("postgres")
    name = "migrated"
    with psycopg.connect(postgres.server.admin_url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())
    return create_database(postgres.server.admin_url, name)["DATABASE_OWNER_URL"]


@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection:sqlalchemy.exc.SAWarning")
def test_migrations_go_up_down_and_up_again_and_make_exactly_the_models(owner_url: str) -> None:
    schema.migrate(owner_url)
    schema.migrate(owner_url, "base")
    engine = create_engine(owner_url)
    database.prepare_engine(engine)
    assert set(inspect(engine).get_table_names()) == {"alembic_version"}
    for revision in ("0001", "head"):
        schema.migrate(owner_url, revision)
    with engine.connect() as connection:
        assert schema.current(connection) == schema.head()
        differences = compare_metadata(
            MigrationContext.configure(connection, opts={"compare_type": False}), schema.metadata()
        )
    engine.dispose()
    # Partial and expression indexes are the guards' own; no model speaks of them.
    assert [one for one in differences if "uq_document_" not in str(one)] == []
