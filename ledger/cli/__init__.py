"""The command line: `flask --app wsgi ledger …`. Exit 0 when done, 1 when a rule refused, 2 when the call was wrong."""

from __future__ import annotations

from flask.cli import AppGroup

from ledger.cli import books, reading, setup, sign, unset, work

__all__ = ["ledger", "unset"]

ledger = AppGroup("ledger", help="The grant ledger: set it up, import workbooks, read and verify the books.")

for command in (*setup.COMMANDS, *books.COMMANDS, *reading.COMMANDS, *sign.COMMANDS, *work.COMMANDS):
    ledger.add_command(command)
