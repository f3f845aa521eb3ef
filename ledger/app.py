"""create_app: settings, engines, clock, faces. Nothing here decides anything."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from flask_babel import Babel
from flask_bootstrap import Bootstrap5
from werkzeug.middleware.proxy_fix import ProxyFix

import config
from ledger import clock, database, faces, serving
from ledger.files import store_blobs, store_scan
from ledger.http import actor, converters, csrf, errors, filters, headers, locale, templates

LIMIT_BODY = 12 * 1024 * 1024
"""Bytes of a request at most: a workbook of 10 MB and its form."""


def create_app(settings: config.Settings | None = None) -> Flask:
    """The WSGI application for `settings` (default: the environment's)."""
    settings = settings or config.load()
    app = Flask(__name__, root_path=str(config.ROOT), instance_path=str(settings.instance))
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=LIMIT_BODY,
        SESSION_COOKIE_NAME="__Host-ledger" if settings.is_production else "ledger",
        SESSION_COOKIE_SECURE=settings.is_production,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(hours=12),
        BOOTSTRAP_SERVE_LOCAL=True,
        BABEL_DEFAULT_LOCALE="zh",
        BABEL_TRANSLATION_DIRECTORIES=str(config.ROOT / "translations"),
        HTMX_URL=settings.htmx_url,
        HTMX_INTEGRITY=config.HTMX_INTEGRITY,
    )
    if settings.proxies:
        # The lockout counts addresses and the record names them: only a proxy of ours is believed about them.
        steps = settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=steps, x_proto=steps)  # type: ignore[method-assign]
    clock.configure(settings.starts_at)
    database.configure(
        app,
        {
            database.APP: settings.database_url,
            database.PROVINCE: settings.database_province_url,
            database.AUDIT: settings.database_audit_url,
        },
    )
    store_blobs.configure(settings.files)
    store_scan.configure(settings.scan)
    templates.register(app)
    Babel(app, locale_selector=locale.select)
    locale.register(app)
    Bootstrap5(app)
    converters.register(app)
    filters.register(app)
    serving.register(app)
    csrf.register(app)
    actor.register(app)
    errors.register(app)
    headers.add_headers(app)
    faces.register(app)
    serving.catch_up(app)
    return app
