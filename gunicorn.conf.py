"""How gunicorn serves the ledger: a process a core, and few threads in each, since they wait for one interpreter."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parent))

from config import ConfigError, load

if TYPE_CHECKING:
    from ledger.jobs.web_worker import Embedded

try:
    _settings = load()
except ConfigError as error:
    # One line for whoever starts it, instead of a traceback from each worker.
    raise SystemExit(str(error)) from error

bind = f"127.0.0.1:{_settings.port}"
worker_class = "gthread"
workers = 2
# While one waits for the database another draws its page; four, so that a long import or two in a process leaves
# threads for pages. A page asks the database twice, so it seldom waits for the others' turns at the interpreter.
threads = 4
timeout = 60
graceful_timeout = 30


_embedded: list[Embedded | None] = []


def on_starting(_server: object) -> None:
    """Say in one line why the ledger may not serve, before any worker starts."""
    from ledger import database
    from ledger.serving import reason_not_to_serve
    from wsgi import app

    if (reason := reason_not_to_serve(app)) is not None:
        raise SystemExit(reason)
    with app.app_context():
        # Connections do not outlive the fork.
        database.dispose()


def post_worker_init(_worker: object) -> None:
    """Start the demo's worker of jobs, after the fork: of the processes one gets its lock."""
    from ledger.jobs import web_worker
    from wsgi import app

    _embedded.append(web_worker.embed(app))


def worker_exit(_server: object, _worker: object) -> None:
    """Give a job in hand back to those that wait."""
    for embedded in _embedded:
        if embedded is not None:
            embedded.stop()


# A socket in the home folder would be shared by every ledger of this user.
control_socket_disable = True
