"""个人设置: who one is, how one likes to read, one's password and one's tokens."""

from __future__ import annotations

from flask import Response, flash, make_response, render_template, request, session
from flask_babel import gettext as _
from flask_login import logout_user

from ledger.dispatch import ask, execute
from ledger.domain.errors import BadValue, IdempotencyMismatch
from ledger.http import actor, forms, navigation
from ledger.http.headers import PREFERENCES
from ledger.http.htmx import redirect_to
from ledger.identity.commands_accounts import OWN_SHORTEST, issue_own_token
from ledger.identity.commands_tokens import DEFAULT_DAYS, MOST_DAYS, RevokeToken
from ledger.identity.queries_people import OwnTokens
from ledger.identity.schemas_admin import IssueTokenSchema, OwnPasswordSchema, RevokeTokenSchema
from ledger.identity.web_pages import pages


@pages.get("/me")
def me() -> str:
    """Who one is here: name, office, roles, and how one likes to read."""
    found = actor.signed_in()
    live = sum(one.is_live for one in ask(OwnTokens(), found.actor))
    return render_template(
        "identity/me.html",
        person=found,
        roles=navigation.role_names(found.actor),
        live_tokens=live,
        settings=_settings(),
        saved=any(name in request.args for name in PREFERENCES),
    )


def _settings() -> list[tuple[str, str, str, list[tuple[str, str]]]]:
    """The preferences in words; http/headers.py remembers what the form sends.

    They stay in cookies: the sign-in page follows them too, and no row about a person says how they read.
    """
    return [
        ("lang", _("语言"), "", [("zh", "中文"), ("en", "English")]),
        (
            "unit",
            _("金额单位"),
            _("只改变阅读单位；填写、凭证和打印一律用元"),
            [("yuan", _("元")), ("wan", _("万元"))],
        ),
        (
            "density",
            _("表格行距"),
            _("紧凑时一屏多看约五分之一的行"),
            [("normal", _("常规")), ("compact", _("紧凑"))],
        ),
        ("theme", _("显示"), "", [("auto", _("随系统")), ("light", _("浅色")), ("dark", _("深色"))]),
        ("keys", _("快捷键"), _("开启后按 ? 查看全部快捷键"), [("on", _("开启")), ("off", _("不开启"))]),
    ]


@pages.get("/me/password")
def password_form() -> Response:
    """The form of one's own password."""
    return _password_page(forms.Form())


@pages.post("/me/password")
def change_password() -> Response:
    """Replace one's own password; every browser signs in anew, this one too."""
    try:
        # Without a key: its record would hold a fast hash of a password that a person chose.
        execute(forms.load(OwnPasswordSchema, request.form), actor.current())
    except forms.FormRefused as refused:
        return _password_page(refused.form, 422)
    except BadValue as refusal:
        return _password_page(forms.Form.sent().refuse(refusal), 422)
    logout_user()
    session.clear()
    flash(_("密码已更改，各处的登录都已结束。请用新密码登录。"), "success")
    return redirect_to("/login")


def _password_page(form: forms.Form, status: int = 200) -> Response:
    page = render_template("identity/password.html", form=form, least=OWN_SHORTEST, username=actor.signed_in().username)
    return make_response(page, status)


@pages.get("/me/tokens")
def own_tokens() -> Response:
    """One's own tokens of the JSON API, and the form of a new one."""
    return _tokens_page(forms.Form({"days": str(DEFAULT_DAYS)}))


@pages.post("/me/tokens")
def issue_token() -> Response:
    """A new token; this answer is the only place where it is ever shown."""
    try:
        days = forms.load(IssueTokenSchema, request.form)
        token = issue_own_token(actor.current(), days, forms.sent_key())
    except forms.FormRefused as refused:
        return _tokens_page(refused.form, 422)
    except BadValue as refusal:
        return _tokens_page(forms.Form.sent().refuse(refusal), 422)
    except IdempotencyMismatch:
        flash(_("这份表单已发放过一个令牌，令牌只显示一次。如没有记下，请撤销后重新发放。"), "warning")
        return redirect_to("/me/tokens")
    return _tokens_page(forms.Form({"days": str(days)}), made=token)


@pages.post("/me/tokens/revoke")
def revoke_token() -> Response:
    """End one of one's own tokens."""
    who = actor.current()
    try:
        token_id = forms.load(RevokeTokenSchema, request.form)
    except forms.FormRefused as refused:
        return _tokens_page(refused.form, 422)
    execute(RevokeToken(who.tenant_code, token_id), who, forms.sent_key())
    flash(_("令牌已撤销。"), "success")
    return redirect_to("/me/tokens")


def _tokens_page(form: forms.Form, status: int = 200, made: str = "") -> Response:
    page = render_template(
        "identity/tokens.html",
        form=form,
        tokens=ask(OwnTokens(), actor.current()),
        made=made,
        most=MOST_DAYS,
        idempotency_key=forms.new_key(),
    )
    return make_response(page, status)
