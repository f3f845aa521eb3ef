"""What must hold before the ledger serves: its tables at their head, and in production nothing of a demo.

While a checkpoint that is kept outside contradicts the journal, as after an older backup was
restored, the ledger is read-only.
"""

from __future__ import annotations

import time
from pathlib import Path

from flask import Flask, abort, current_app, request
from sqlalchemy.exc import DBAPIError

import config
from ledger import clock, database, dispatch, schema
from ledger.audit import store_kept
from ledger.audit.queries_backup import HoldsCheckpoint, MissingEntries
from ledger.audit.queries_recorded import LastRecorded
from ledger.dispatch import ask
from ledger.domain.access import SYSTEM
from ledger.domain.errors import ReadOnly
from ledger.http.locale import say
from ledger.identity.queries import database_state, demo_accounts_present

LOOKS_EVERY = 60.0
"""Seconds after which the kept checkpoints are held against the journal again."""
LOOKS_AGAIN = 1.0
"""The same while the ledger is read-only: the entry that ends it may come at any time."""


class Standing:
    """Whether the journal holds the checkpoints that are kept outside; looked at again after a while."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._looked_at: float | None = None
        self.missing: tuple[MissingEntries, ...] = ()

    def look(self) -> None:
        """Hold the kept checkpoints against the journal, unless that was done just now."""
        every = LOOKS_AGAIN if self.missing else LOOKS_EVERY
        now = time.monotonic()
        if self._looked_at is None or now - self._looked_at >= every:
            self.missing = missing_entries(self._folder)
            self._looked_at = now

    def refusal(self) -> ReadOnly | None:
        """What every act is answered while a checkpoint is contradicted."""
        if not self.missing:
            return None
        first = self.missing[0]
        return ReadOnly(
            "留痕 {stream} 与 {at} 签名的检查点（{size} 条）不符，现有 {found} 条：可能恢复了较早的备份。"
            "本次没有保存。请联系系统管理员恢复较新的备份，或登记缺口（ledger record-gap）。",
            stream=first.checkpoint.stream,
            at=first.checkpoint.signed_at.astimezone(clock.BEIJING).strftime("%Y-%m-%d %H:%M"),
            size=first.checkpoint.size,
            found=first.size,
        )

    def check(self) -> None:
        """Refuse every act while a checkpoint is contradicted.

        Raises:
            ReadOnly: it names the stream, the checkpoint and what is there.
        """
        self.look()
        if (refusal := self.refusal()) is not None:
            raise refusal


def missing_entries(folder: Path) -> tuple[MissingEntries, ...]:
    """The newest kept checkpoint of each stream that the journal does not hold and no signed gap excuses."""
    keys = store_kept.keys(folder)
    kept = store_kept.newest(folder, keys)
    found = (ask(HoldsCheckpoint(one.stream, one, keys), SYSTEM) for one in kept.checkpoints)
    return tuple(one for one in found if one is not None)


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
    standing = Standing(app.config["SETTINGS"].checkpoints)
    app.extensions["ledger_standing"] = standing

    @app.before_request
    def _wait() -> None:
        if request.endpoint in ("identity.alive", "identity.ready", "static"):
            return
        if not app.extensions["ledger_serves"]:
            if (reason := reason_not_to_serve(app)) is not None:
                app.logger.error("not serving: %s", reason)
                abort(503)
            app.extensions["ledger_serves"] = True
        standing.look()

    def check() -> None:
        # One process may hold several applications, as tests do: each looks after its own database.
        if current_app.extensions.get("ledger_standing") is standing:
            standing.check()

    dispatch.gate(check)

    def words() -> str | None:
        refusal = standing.refusal()
        return None if refusal is None else say(refusal)

    app.jinja_env.globals["read_only"] = words
