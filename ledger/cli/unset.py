"""The command line before there are settings: a database can be made, all else says what is missing."""

from __future__ import annotations

import click
from flask import Flask

from ledger.cli.answers import UNSET


def is_command_line() -> bool:
    """Whether `flask` is running one of its commands, and not serving."""
    context = click.get_current_context(silent=True)
    return context is not None and context.info_name != "run"


def application(why: Exception) -> Flask:
    """An application without settings and without pages, for the command line alone."""
    from ledger import cli

    app = Flask("ledger")
    app.config[UNSET] = str(why)
    app.cli.add_command(cli.ledger)
    return app
