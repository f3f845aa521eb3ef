"""The schema of reductions goes on and comes off under a ledger that is in use; with reductions in it, it stays."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine, text

from ledger import database, dispatch, schema
from ledger.audit.queries_check import CheckBooks
from ledger.domain.access import SYSTEM
from tests.factories import Factory
from tests.funds.reducing import reduced

KNOWS_REDUCTIONS = {
    "sqlite": "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = 'document'",
    "postgresql": "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'ck_document_kind_complete'",
}


def _is_known(owner_url: str) -> bool:
    engine = create_engine(owner_url)
    with engine.connect() as connection:
        found = "reduction" in str(connection.execute(text(KNOWS_REDUCTIONS[engine.dialect.name])).scalar_one())
        if engine.dialect.name == "sqlite":
            assert connection.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"
    engine.dispose()
    return found


def test_a_ledger_with_money_goes_back_and_forth(make: Factory, database_urls: dict[str, str]) -> None:
    pilot = make.awarded(900)
    database.dispose()
    owner_url = database_urls["DATABASE_OWNER_URL"]
    for revision, known in (("0008", False), ("head", True)):
        schema.migrate(owner_url, revision)
        assert _is_known(owner_url) is known
    assert dispatch.ask(CheckBooks(), SYSTEM) == ()
    reduced(make, pilot, 600)
    assert dispatch.ask(CheckBooks(), SYSTEM) == ()


@pytest.mark.rule("R10.3")
def test_reductions_are_not_left_behind(make: Factory, database_urls: dict[str, str]) -> None:
    reduced(make, make.awarded(900), 600)
    database.dispose()
    with pytest.raises(RuntimeError, match="holds reductions"):
        schema.migrate(database_urls["DATABASE_OWNER_URL"], "0008")
    assert _is_known(database_urls["DATABASE_OWNER_URL"])
