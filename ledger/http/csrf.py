"""Whether a page of ours sent the form: a token in every form, and the browser's own word about the origin.

The check is called by the gate in `actor.py`, after the question who asks: someone whose
session is over is told so, and not that their form is foreign. The JSON API takes no
cookies, so there is nothing to forge.
"""

from __future__ import annotations

from flask import Flask, Response, request
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError, CSRFProtect, generate_csrf
from werkzeug.exceptions import BadRequest

from ledger.http import errors

_UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_protect = CSRFProtect()


def register(app: Flask) -> None:
    """Give templates `csrf_token()`; a refused form is a 403 that carries a fresh token."""
    # The token lives as long as the session: an hour's limit would refuse a form that was left open.
    app.config.update(WTF_CSRF_CHECK_DEFAULT=False, WTF_CSRF_TIME_LIMIT=None, WTF_CSRF_SSL_STRICT=False)
    _protect.init_app(app)
    app.register_error_handler(CSRFError, _refused)


def check() -> None:
    """Refuse a changing request that no page of ours sent.

    Raises:
        CSRFError: the token is missing or foreign, or the browser names another origin.
        BadRequest: a part of the body has no name.
    """
    if request.method not in _UNSAFE:
        return
    if not _is_same_origin():
        raise CSRFError("another origin")
    if not all(isinstance(name, str) for name in (*request.form, *request.files)):
        # No browser sends such a part, and no reader of forms expects one.
        raise BadRequest
    _protect.protect()


def _is_same_origin() -> bool:
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None and site not in ("same-origin", "none"):
        return False
    origin = request.headers.get("Origin")
    return origin is None or errors.host_of(origin) == request.host


def _refused(_error: CSRFError) -> Response:
    words = _("这个页面已过期，没有保存这次操作。您填的内容还在：请刷新页面后重试。")
    response = errors.page(403, words, keeps=True)
    response.headers["X-CSRFToken"] = generate_csrf()
    return response
