"""Who asks: the gate before every endpoint, the person of a session or a token, and what pages say of them.

A page takes the session's cookie alone, the JSON API the bearer token alone. The person,
their office and their roles are read anew for each request, so that a deactivated person
or a changed role counts at once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit

from flask import Flask, Response, current_app, g, make_response, redirect, request
from flask_babel import gettext as _
from flask_login import LoginManager, UserMixin, current_user
from flask_wtf.csrf import generate_csrf
from sqlalchemy.exc import DBAPIError

from config import VERSION
from ledger import clock
from ledger.dispatch import ask, execute
from ledger.domain.access import SYSTEM, Actor, Permission
from ledger.domain.errors import SignedOut
from ledger.http import csrf, errors, navigation
from ledger.http.locale import say
from ledger.identity import store_passwords
from ledger.identity.commands_sign_in import TouchSession
from ledger.identity.queries import FindSession, FindToken, SignedIn
from ledger.identity.store_reference import STREAMS

LOGIN = "/login"
TOUCHED_EVERY = 60
"""Seconds between two notes of a session's last use: a read must not cost a write."""

F = TypeVar("F", bound=Callable[..., Any])


def public(view: F) -> F:
    """Mark an endpoint that answers people who are not signed in; every other endpoint refuses them."""
    view.is_public = True  # type: ignore[attr-defined]
    return view


def unattended(view: F) -> F:
    """Mark an endpoint that pages ask by themselves: that alone keeps no session alive."""
    view.is_unattended = True  # type: ignore[attr-defined]
    return view


def current() -> Actor:
    """The person who asks.

    Raises:
        SignedOut: nobody is signed in.
    """
    return signed_in().actor


def signed_in() -> SignedIn:
    """The person who asks, with their user name and office.

    Raises:
        SignedOut: nobody is signed in.
    """
    found = g.get("signed_in")
    if not isinstance(found, SignedIn):
        raise SignedOut("请先登录。")
    return found


def is_signed_in() -> bool:
    """Whether somebody is signed in."""
    return isinstance(g.get("signed_in"), SignedIn)


def may(permission: Permission | str) -> bool:
    """Whether the person who asks may do this: what a page shows a button by. The dispatcher decides."""
    return is_signed_in() and current().may(Permission(permission))


class CookieUser(UserMixin):  # type: ignore[misc]
    """What flask-login keeps: the session's tenant and secret, and the person that it leads to."""

    def __init__(self, tenant_code: str, secret: str, found: SignedIn | None) -> None:
        self.cookie = f"{tenant_code}.{secret}"
        self.found = found

    def get_id(self) -> str:
        return self.cookie


def _user_of(cookie: str) -> CookieUser | None:
    tenant_code, _dot, secret = cookie.partition(".")
    if tenant_code not in STREAMS or not secret:
        return None
    query = FindSession(tenant_code, store_passwords.hash_secret(secret), request.remote_addr or "")
    found = ask(query, SYSTEM)
    return None if found is None else CookieUser(tenant_code, secret, found)


def _by_cookie() -> SignedIn | None:
    found = getattr(current_user, "found", None)
    if not isinstance(found, SignedIn):
        return None
    seen = None if _is_unattended() else found.last_seen_at
    if seen is not None and (clock.now() - seen).total_seconds() >= TOUCHED_EVERY:
        try:
            execute(TouchSession(found.actor.tenant_code, found.secret_hash), SYSTEM)
        except DBAPIError as error:
            # A disk that is full refuses writes; reading must go on.
            current_app.logger.warning("a session's last use was not noted: %s", type(error.orig).__name__)
    return found


def _by_token() -> SignedIn | None:
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    tenant_code, _dot, rest = token.strip().partition(".")
    number, _dot, secret = rest.partition(".")
    if scheme.lower() != "bearer" or tenant_code not in STREAMS or not secret:
        return None
    if not (number.isascii() and number.isdigit() and len(number) <= 19 and int(number) < 2**63):
        return None
    query = FindToken(tenant_code, int(number), store_passwords.hash_secret(secret), request.remote_addr or "")
    return ask(query, SYSTEM)


def _is_public() -> bool:
    view: Any = current_app.view_functions.get(request.endpoint or "")
    return bool(getattr(view, "is_public", False) or getattr(getattr(view, "view_class", None), "is_public", False))


def _is_unattended() -> bool:
    return bool(getattr(current_app.view_functions.get(request.endpoint or ""), "is_unattended", False))


def _gate() -> Response | None:
    """Before every request: who asks, whether they may ask here, and whether our own page asks."""
    endpoint = request.endpoint or ""
    if endpoint == "static" or endpoint.endswith(".static"):
        return None
    g.signed_in = None
    g.signed_in = _by_token() if errors.is_api() else _by_cookie()
    if request.endpoint is None:
        return None
    if g.signed_in is None and not _is_public():
        return refuse_signed_out()
    if not errors.is_api():
        csrf.check()
    return None


def refuse_signed_out() -> Response:
    """The answer to someone who is not signed in, or no longer: nothing of the page, and nothing typed is lost."""
    refusal = SignedOut("登录已超时，您填的内容没有丢。请在新窗口登录，再回到这里点“重试”。")
    if errors.is_api():
        return errors.problem_of(SignedOut("请在 Authorization 头里带上有效的令牌。"))
    reads = request.method in ("GET", "HEAD")
    if reads and not errors.is_htmx():
        return make_response(redirect(login_url(request.full_path.rstrip("?")), code=303))
    if reads:
        response = make_response("", 401)
        response.headers["HX-Redirect"] = login_url(_shown_page())
        return response
    response = errors.page(401, say(refusal))
    if errors.is_htmx():
        response.headers["HX-Retarget"] = "#session-notice"
        response.headers["X-CSRFToken"] = generate_csrf()
    return response


def login_url(wanted: str) -> str:
    """The sign-in page that leads on to `wanted`, where that is a page of ours."""
    path = local_path(wanted)
    return f"{LOGIN}?next={quote(path, safe='')}" if path and path != "/" else LOGIN


def local_path(text: str) -> str:
    """`text` when it is a path of this site that one may be sent to, else nothing."""
    is_path = text.startswith("/") and not text.startswith("//")
    if not is_path or "\\" in text or not text.isprintable():
        return ""
    parts = urlsplit(text)
    return "" if parts.scheme or parts.netloc or parts.path in (LOGIN, "/logout") else text


def _shown_page() -> str:
    """The page in the browser's address bar, as htmx names it; a fragment's own URL is no place to return to."""
    address = request.headers.get("HX-Current-URL", "")
    if errors.host_of(address) != request.host:
        return ""
    parts = urlsplit(address)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def _said_of_pages() -> dict[str, Any]:
    if not is_signed_in():
        return {
            "product_version": VERSION,
            "actor": None,
            "office_name": "",
            "role_names": "",
            "nav": [],
            "has_search": False,
        }
    found = signed_in()
    return {
        "product_version": VERSION,
        "actor": found.actor,
        "office_name": found.office_name,
        "role_names": _("、").join(navigation.role_names(found.actor)),
        "nav": navigation.Navigation(found.actor),
        "has_search": navigation.is_there("/search") and found.actor.may(Permission.PILOT_READ),
    }


def register(app: Flask) -> None:
    """Put the gate before every endpoint, and tell templates who asks and what they may."""
    if app.config["SETTINGS"].env == "test":
        store_passwords.make_cheap()
    manager = LoginManager()
    manager.session_protection = None
    # Its processor would look the person up again, on the page that says the database is away.
    manager.init_app(app, add_context_processor=False)
    manager.user_loader(_user_of)
    app.before_request(_gate)
    app.context_processor(_said_of_pages)
    app.jinja_env.globals["may"] = may
