"""The WSGI application: `wsgi:app`."""

from __future__ import annotations

import config
from ledger.app import create_app
from ledger.cli import unset

try:
    app = create_app()
except config.ConfigError as error:
    # `ledger create-database` prints the very addresses that are missing here; nothing else goes on without them.
    if not unset.is_command_line():
        raise
    app = unset.application(error)
