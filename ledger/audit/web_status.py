"""系统状态: whether everything answers, for administrators and the auditor; it shows no amounts."""

from __future__ import annotations

from datetime import timedelta
from time import perf_counter

from flask import Response, current_app, make_response, render_template
from werkzeug.exceptions import ServiceUnavailable

import config
from ledger.audit.queries_status import REASON_NAMES, SystemStatus
from ledger.audit.web_pages import pages
from ledger.dispatch import ask
from ledger.http import actor
from ledger.identity.queries import database_state


@pages.get("/status")
def status() -> Response:
    """The state of the database and of the journal, read when the page is opened."""
    begun = perf_counter()
    settings: config.Settings = current_app.config["SETTINGS"]
    found = ask(SystemStatus(timedelta(hours=settings.checkpoint_hours)), actor.current())
    milliseconds = round((perf_counter() - begun) * 1000)
    answers, migrated = database_state()
    if not answers:
        raise ServiceUnavailable
    page = render_template(
        "audit/status.html",
        status=found,
        version=config.VERSION,
        milliseconds=milliseconds,
        migrated=migrated,
        checkpoint_hours=settings.checkpoint_hours,
        reason_names=REASON_NAMES,
        is_sound=migrated and not found.alarms and (found.verification is None or found.verification.sound),
    )
    return make_response(page)
