"""A new ledger has two administrators from the command line, and no third."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import create_engine, text

import config
from ledger import database, dispatch
from ledger.domain import errors
from ledger.domain.access import SYSTEM, Actor
from ledger.identity.commands_setup import OpenOffices, RegisterAdministrator
from ledger.identity.queries import FindActor
from tests.conftest import Browser


def test_a_third_administrator_is_not_made_here(app: Flask) -> None:
    with pytest.raises(errors.NotPermitted):
        dispatch.execute(RegisterAdministrator("li.ming", "李明", "Harbin-Road-2026"), SYSTEM)


def test_the_first_two_are_and_may_sign_in(
    app: Flask, settings: config.Settings, browser: Callable[[], Browser]
) -> None:
    owner = create_engine(settings.database_owner_url)
    database.prepare_engine(owner)
    with owner.begin() as connection:
        connection.execute(text("UPDATE person SET active = false WHERE username IN ('admin', 'admin.second')"))
    owner.dispose()
    for username in ("li.ming", "wang.fang"):
        dispatch.execute(RegisterAdministrator(username, "某某", "Harbin-Road-2026"), SYSTEM)
    with pytest.raises(errors.NotPermitted):
        dispatch.execute(RegisterAdministrator("zhao.lei", "某某", "Harbin-Road-2026"), SYSTEM)
    made: Actor = dispatch.ask(FindActor("li.ming"), SYSTEM)
    assert {role.value for role in made.roles} == {"administrator"}
    assert browser().sign_in("li.ming", "Harbin-Road-2026").status_code == 303


def test_offices_are_opened_once(app: Flask) -> None:
    assert dispatch.execute(OpenOffices(), SYSTEM).facts == ()
