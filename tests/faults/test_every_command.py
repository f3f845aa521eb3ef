"""Every command of the product, once with and once without the right to write in the journal."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import create_engine, text
from sqlalchemy.engine import Engine

import config
import ledger
from ledger import database, schema
from ledger.audit import commands_sign
from ledger.dispatch import execute
from ledger.domain.access import SYSTEM
from ledger.identity import commands_setup, commands_sign_in
from ledger.jobs import commands as jobs
from ledger.pilots.commands_policy import OpenPolicy
from tests.conftest import PASSWORD
from tests.factories import Factory
from tests.faults import recipes, recipes_changes

RECIPES = {**recipes.RECIPES, **recipes_changes.CHANGES}
SET_UP: dict[type, Callable[[], Any]] = {
    commands_setup.OpenStreams: commands_setup.OpenStreams,
    commands_setup.SetUpAccounts: lambda: commands_setup.SetUpAccounts(PASSWORD),
    commands_setup.OpenOffices: commands_setup.OpenOffices,
    commands_setup.RegisterAdministrator: lambda: commands_setup.RegisterAdministrator("li.ming", "李明", PASSWORD),
    OpenPolicy: OpenPolicy,
}
"""Commands of an empty ledger."""
BOOKKEEPING: dict[type, str] = {
    commands_sign_in.TouchSession: "when a session was last used",
    jobs.ClaimJob: "whose turn a job is",
    jobs.KeepJob: "how far a job is",
    jobs.EndJob: "how a job ended: what it did is in the journal by itself",
    jobs.ReleaseJob: "whose turn a job is",
    commands_sign.WriteCheckpoint: "the signer's own role, which may write nothing but checkpoints",
    commands_sign.NoteSigning: "the signer's own role, which may write nothing but checkpoints",
}
"""Commands that change nothing of the books, and leave no entry."""


def commands() -> Iterator[type]:
    """Every command class of every slice."""
    for found in pkgutil.walk_packages(ledger.__path__, "ledger."):
        if not found.name.rpartition(".")[2].startswith("commands"):
            continue
        module = importlib.import_module(found.name)
        for _name, one in inspect.getmembers(module, inspect.isclass):
            is_own = one.__module__ == found.name and not one.__name__.startswith("_")
            if is_own and hasattr(one, "run") and not getattr(one, "_is_protocol", False):
                yield one


def test_every_command_is_used_here() -> None:
    assert set(commands()) == set(RECIPES) | set(SET_UP) | set(BOOKKEEPING)


@pytest.mark.rule("RX.3")
@pytest.mark.parametrize("command", RECIPES, ids=lambda command: command.__name__)
def test_without_its_entry_nothing_at_all_is_stored(
    command: type, app: Flask, make: Factory, settings: config.Settings
) -> None:
    asked, person = RECIPES[command](make)
    assert type(asked).__name__ == command.__name__
    _without_then_with(settings, lambda: execute(asked, person))


@pytest.mark.rule("RX.3")
@pytest.mark.parametrize("command", SET_UP, ids=lambda command: command.__name__)
def test_of_an_empty_ledger_neither(command: type, app: Flask, settings: config.Settings) -> None:
    with _owner(settings) as owner:
        _empty(owner, _KEPT[command])
    _without_then_with(settings, lambda: execute(SET_UP[command](), SYSTEM))


def _without_then_with(settings: config.Settings, act: Callable[[], Any]) -> None:
    with _owner(settings) as owner:
        before = _rows(owner)
        with _no_journal(owner), pytest.raises(Exception, match=r"permission denied|no journal"):
            act()
        assert _rows(owner) == before
        act()
        after = _rows(owner)
        assert len(after["journal_entry"]) > len(before["journal_entry"])


@contextmanager
def _owner(settings: config.Settings) -> Iterator[Engine]:
    owner = create_engine(settings.database_owner_url)
    database.prepare_engine(owner)
    try:
        yield owner
    finally:
        owner.dispose()


@contextmanager
def _no_journal(owner: Engine) -> Iterator[None]:
    postgresql = owner.dialect.name == "postgresql"
    taken, given = (
        ("REVOKE INSERT ON journal_entry FROM ledger_app", "GRANT INSERT ON journal_entry TO ledger_app")
        if postgresql
        else (
            "CREATE TRIGGER no_journal BEFORE INSERT ON journal_entry BEGIN SELECT RAISE(ABORT, 'no journal'); END",
            "DROP TRIGGER no_journal",
        )
    )
    with owner.begin() as connection:
        connection.execute(text(taken))
    try:
        yield
    finally:
        with owner.begin() as connection:
            connection.execute(text(given))


def _rows(owner: Engine) -> dict[str, list[str]]:
    """Every row of every table."""
    with owner.connect() as connection:
        return {
            name: sorted(repr(tuple(row)) for row in connection.execute(text(f"SELECT * FROM {name}")))
            for name in schema.metadata().tables
        }


_REFERENCE = {"tenant", "division"}
_OPEN = _REFERENCE | {"journal_head", "journal_entry"}
_KEPT = {
    **dict.fromkeys(SET_UP, _OPEN),
    commands_setup.OpenStreams: _REFERENCE,
    commands_setup.RegisterAdministrator: _OPEN | {"office"},
}


def _empty(owner: Engine, kept: set[str]) -> None:
    """As a database is before a step of its set-up: without every row but those of `kept` tables."""
    names = [table.name for table in reversed(schema.metadata().sorted_tables) if table.name not in kept]
    with owner.connect() as connection:
        if owner.dialect.name == "postgresql":
            _empty_postgresql(connection, names)
        else:
            _empty_sqlite(connection, names)


def _empty_postgresql(connection: Any, names: list[str]) -> None:
    for name in names:
        connection.execute(text(f"ALTER TABLE {name} DISABLE TRIGGER USER"))
        connection.execute(text(f"DELETE FROM {name}"))
    if "journal_head" in names:
        connection.execute(text("INSERT INTO journal_head SELECT code, 0, repeat('0', 64), 0 FROM tenant"))
    for name in names:
        connection.execute(text(f"ALTER TABLE {name} ENABLE TRIGGER USER"))
    connection.commit()


def _empty_sqlite(connection: Any, names: list[str]) -> None:
    triggers = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")).all()
    for name, _sql in triggers:
        connection.execute(text(f"DROP TRIGGER {name}"))
    for name in names:
        connection.execute(text(f"DELETE FROM {name}"))
    if "journal_head" in names:
        zeros = "0" * 64
        connection.execute(
            text(
                f"INSERT INTO journal_head (tenant_code, seq, hash, lock_mark) SELECT code, 0, '{zeros}', 0 FROM tenant"
            )
        )
    for _name, sql in triggers:
        connection.execute(text(sql.replace(":", "\\:")))
    connection.commit()
