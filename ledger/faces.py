"""The faces of every slice, attached to the application in one place."""

from __future__ import annotations

from flask import Flask


def register(app: Flask) -> None:
    """Attach pages, the JSON API and the command line."""
    from ledger import api, cli
    from ledger.audit import web as audit_web
    from ledger.changes import web as changes_web
    from ledger.exchange import web as exchange_web
    from ledger.files import web as files_web
    from ledger.funds import web as funds_web
    from ledger.identity import web as identity_web
    from ledger.jobs import web as jobs_web
    from ledger.pilots import web as pilots_web

    slices = (identity_web, jobs_web, pilots_web, files_web, funds_web, changes_web, audit_web, exchange_web)
    for slice_web in slices:
        app.register_blueprint(slice_web.pages)
    api.register(app)
    app.cli.add_command(cli.ledger)
