"""Pages of signing in and out, and what watchers ask."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime
from math import ceil

from flask import Response, current_app, jsonify, make_response, redirect, render_template, request, session
from flask_babel import gettext as _
from flask_login import login_user, logout_user

from ledger import clock
from ledger.dispatch import ask, execute
from ledger.domain.access import SYSTEM
from ledger.http import actor, forms
from ledger.http.fields import Fault
from ledger.http.htmx import redirect_to
from ledger.identity import web_admin, web_admin_erasures, web_admin_offices, web_admin_roles, web_me
from ledger.identity.commands_sign_in import SignOut, record_sign_in
from ledger.identity.queries import JudgeSignIn, database_state
from ledger.identity.schemas import SignInSchema
from ledger.identity.web_pages import pages

__all__ = ["pages", "web_admin", "web_admin_erasures", "web_admin_offices", "web_admin_roles", "web_me"]


def _form(form: forms.Form, next_url: str, status: int = 200) -> Response:
    page = render_template("identity/sign_in.html", form=form, next_url=next_url, asks_code=False)
    return make_response(page, status)


@pages.get("/login")
@actor.public
def sign_in_form() -> Response:
    """The sign-in page; who is signed in goes on."""
    next_url = actor.local_path(request.args.get("next", ""))
    if actor.is_signed_in():
        return make_response(redirect(next_url or "/", code=303))
    return _form(forms.Form(), next_url)


@pages.post("/login")
@actor.public
def sign_in() -> Response:
    """Compare, record, and begin a session under a new id; the same words for an unknown name."""
    form = forms.Form.sent()
    next_url = actor.local_path(form.typed.get("next", ""))
    try:
        username, password, _next = forms.load(SignInSchema, request.form)
    except forms.FormRefused as refused:
        return _form(refused.form, next_url, 422)
    mark, address = _mark(username), request.remote_addr or ""
    verdict = ask(JudgeSignIn(username, password, mark, address), SYSTEM)
    if verdict.locked_until is not None:
        return _locked(form, next_url, verdict.locked_until)
    recorded = record_sign_in(verdict.tenant_code, verdict.person_id, verdict.is_right, mark, address)
    if recorded.secret is not None:
        # What the browser held before is worthless afterwards: its session, and its form tokens.
        session.clear()
        login_user(actor.CookieUser(verdict.tenant_code, recorded.secret, None))
        return make_response(redirect(next_url or "/", code=303))
    if recorded.tries_left == 0:
        return _locked(form, next_url, None)
    form.errors[""] = [Fault(_("用户名或密码不正确，还可尝试 %(n)s 次。", n=recorded.tries_left))]
    return _form(form, next_url, 422)


def _locked(form: forms.Form, next_url: str, until: datetime | None) -> Response:
    minutes = 15 if until is None else max(1, ceil((until - clock.now()).total_seconds() / 60))
    form.errors[""] = [Fault(_("尝试次数过多，请 %(n)s 分钟后再试。如忘记密码，请联系本单位管理员。", n=minutes))]
    response = _form(form, next_url, 429)
    response.headers["Retry-After"] = str(minutes * 60)
    return response


def _mark(username: str) -> str:
    """What stands for a typed name in throttles and journal: nobody can try names against it without our key."""
    key = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(key, b"sign-in\0" + username.casefold().encode(), hashlib.sha256).hexdigest()


@pages.post("/logout")
@actor.public
def sign_out() -> Response:
    """End the session at the server and in the browser; whose session is over already is done."""
    if actor.is_signed_in():
        execute(SignOut(actor.signed_in().secret_hash), actor.current())
    logout_user()
    session.clear()
    return redirect_to("/login")


@pages.get("/healthz")
@actor.public
def alive() -> Response:
    """Alive, and nothing else."""
    return jsonify(status="ok")


@pages.get("/readyz")
@actor.public
def ready() -> Response:
    """Whether the database answers and its migrations are current; 503 while not."""
    database, migrations = database_state()
    response = jsonify(
        status="ok" if database and migrations else "not ready", database=database, migrations=migrations
    )
    response.status_code = 200 if database and migrations else 503
    return response
