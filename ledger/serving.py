"""What must hold before the ledger serves: its tables at their head, and in production nothing of a demo."""

from __future__ import annotations

from flask import Flask, abort, request
from sqlalchemy.exc import DBAPIError

import config
from ledger import clock, database, schema
from ledger.audit.queries_recorded import LastRecorded
from ledger.dispatch import ask
from ledger.domain.access import SYSTEM
from ledger.identity.queries import database_state, demo_accounts_present


def reason_not_to_serve(app: Flask) -> str | None:
    """One line for whoever starts the ledger, or None when it may serve."""
    settings: config.Settings = app.config["SETTINGS"]
    with app.app_context():
        answers, migrated = database_state()
        if not answers:
            return "the database does not answer; see DATABASE_URL"
        if not migrated:
            return f"the database is not at version {schema.head()}; run: flask --app wsgi ledger init"
        if settings.is_production and database.is_superuser():
            return "DATABASE_URL signs in as a superuser; use the application's own role"
        if settings.is_production and demo_accounts_present():
            return "demo accounts are active; deactivate them before production"
    return None


def catch_up(app: Flask) -> None:
    """Bring a clock that was set up to the last recorded entry; a database without tables has none."""
    if app.config["SETTINGS"].starts_at is None:
        return
    with app.app_context():
        try:
            last = ask(LastRecorded(), SYSTEM)
        except DBAPIError:
            return
        if last is not None:
            clock.not_before(last)


def register(app: Flask) -> None:
    """Answer nothing but the watchers until the ledger may serve; asked again until it does."""
    app.extensions["ledger_serves"] = False

    @app.before_request
    def _wait() -> None:
        if app.extensions["ledger_serves"] or request.endpoint in ("identity.alive", "identity.ready", "static"):
            return
        if (reason := reason_not_to_serve(app)) is not None:
            app.logger.error("not serving: %s", reason)
            abort(503)
        app.extensions["ledger_serves"] = True
