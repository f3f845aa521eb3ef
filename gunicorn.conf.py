"""How gunicorn serves the ledger: a process a core, and few threads in each, since they wait for one interpreter."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from config import ConfigError, load

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


# A socket in the home folder would be shared by every ledger of this user.
control_socket_disable = True
