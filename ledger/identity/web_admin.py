"""用户: the people of every tenant in reach, registered, looked up and deactivated. No money on any of these pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Response, flash, make_response, render_template, request
from flask_babel import gettext as _

from ledger.dispatch import ask, execute
from ledger.domain.access import (
    LOCAL_ROLES,
    PROVINCE,
    PROVINCE_ROLES,
    ROLE_NAMES,
    Permission,
    Role,
    check_permission,
)
from ledger.domain.errors import BadValue, IdempotencyMismatch
from ledger.http import actor, forms, htmx, paging
from ledger.http.paging import path
from ledger.identity.commands import DeactivatePerson
from ledger.identity.commands_accounts import ResetPassword, RevokeTokens, make_password
from ledger.identity.queries import PROVINCE_ROW, TENANTS, ListOffices
from ledger.identity.queries_people import FindPeople, GetPerson, OtherAdministrators, PersonDetail, RequestShown
from ledger.identity.schemas_admin import EmptySchema, RegisterPersonSchema
from ledger.identity.web_pages import pages

PLACES = {row.code: row.name for row in (PROVINCE_ROW, *TENANTS)}
"""Names of the province and of the tenants, by code, the province first."""
PERSON = "/admin/users/<any({}):code>/<id:person_id>".format(",".join(f'"{code}"' for code in PLACES))
_STATES = {"active": True, "ended": False}


def role_choices(tenant_code: str) -> list[tuple[str, str]]:
    """The roles that fit a tenant, with their names, in the order of roles."""
    fitting = PROVINCE_ROLES if tenant_code == PROVINCE else LOCAL_ROLES
    return [(role.value, str(_(ROLE_NAMES[role]))) for role in Role if role in fitting]


def role_words(roles: Sequence[Role]) -> str:
    """Roles in the reader's language: `财务经办、财务复核`."""
    return str(_("、")).join(_(ROLE_NAMES[role]) for role in roles)


def reached() -> dict[str, str]:
    """The places whose people the asker manages: all of them for the province, else one's own."""
    who = actor.current()
    return PLACES if who.is_province else {who.tenant_code: PLACES[who.tenant_code]}


def person_url(code: str, person_id: int) -> str:
    return path("admin", "users", code, person_id)


def may_decide(request_shown: RequestShown | None) -> bool:
    """Whether the asker may confirm or refuse: neither who proposed it, nor whom it is about."""
    me = actor.current().person_id
    return request_shown is not None and me not in (request_shown.made_by, request_shown.person_id)


def seconds(code: str, person_id: int) -> list[str] | None:
    """Who else may confirm for this person; None where the asker cannot know, for the province's are beyond reach."""
    found = ask(OtherAdministrators(code), actor.current())
    names = [one.name for one in found if one.person_id != person_id]
    return names if actor.current().is_province or names else None


@pages.get("/admin/users")
def list_people() -> Response:
    """People by part of a name, place, office, role and state; above them the requests that wait."""
    typed = {name: paging.words_asked(name) for name in ("q", "tenant", "office", "role", "state")}
    places, asked = reached(), paging.page_asked()
    tenant = typed["tenant"] if typed["tenant"] in places else None
    query = FindPeople(
        of_tenant=tenant,
        words=typed["q"],
        office=typed["office"],
        holds=Role(typed["role"]) if typed["role"] in set(Role) else None,
        active=_STATES.get(typed["state"]),
        offset=asked.offset,
        count=asked.per_page,
    )
    found = ask(query, actor.current())
    return htmx.render(
        "identity/people.html",
        "identity/_people.html",
        places=list(places.items()),
        names=PLACES,
        roles=[(role.value, _(ROLE_NAMES[role])) for role in Role],
        states=[("active", _("在用")), ("ended", _("已停用"))],
        typed=typed,
        chips=_chips(typed),
        page=paging.Page(found.items, found.total, asked.page, asked.per_page),
        waiting=found.waiting,
        role_words=role_words,
        may_decide=may_decide,
        new_url=path("admin", "users", "new") + (f"?tenant={tenant}" if tenant else ""),
    )


def _chips(typed: dict[str, str]) -> list[tuple[str, str]]:
    role = ROLE_NAMES.get(Role(typed["role"]), "") if typed["role"] in set(Role) else typed["role"]
    state = {"active": _("在用"), "ended": _("已停用")}.get(typed["state"], typed["state"])
    words = {
        "q": _("姓名＝%(what)s", what=typed["q"]),
        "tenant": _("地区＝%(what)s", what=PLACES.get(typed["tenant"], typed["tenant"])),
        "office": _("单位＝%(what)s", what=typed["office"]),
        "role": _("角色＝%(what)s", what=_(role) if role else ""),
        "state": _("状态＝%(what)s", what=state),
    }
    return [(name, words[name]) for name, value in typed.items() if value]


@pages.get("/admin/users/new")
def new_person() -> Response:
    """The form of a new person; the place is chosen first, since offices and roles follow from it."""
    return _new_page(request.args.get("tenant", ""), forms.Form())


@pages.post("/admin/users/new")
def register_person() -> Response:
    """Register a person; this answer is the only place where their first password is shown."""
    tenant = request.form.get("tenant", "")
    try:
        command = forms.load(RegisterPersonSchema, request.form)
        receipt = execute(command, actor.current(), forms.sent_key())
    except forms.FormRefused as refused:
        return _new_page(tenant, refused.form, 422)
    except BadValue as refusal:
        form = forms.Form.sent()
        form.typed.setdefault("roles", "")
        return _new_page(tenant, form.refuse(refusal), 422)
    except IdempotencyMismatch:
        flash(_("这份表单已登记过一次，初始密码只显示一次。如没有记下，请在人员页重设密码。"), "warning")
        return htmx.redirect_to(path("admin", "users"))
    return shown_once(command.tenant_code, receipt.subject_id, command.password, is_new=True)


def _new_page(tenant: str, form: forms.Form, status: int = 200) -> Response:
    check_permission(actor.current(), Permission.PERSON_MANAGE)
    places = reached()
    code = tenant if tenant in places else actor.current().tenant_code
    offices = ask(ListOffices(code), actor.current())
    page = render_template(
        "identity/person_new.html",
        places=list(places.items()),
        code=code,
        offices=[(one.office_id, one.name) for one in offices],
        # Alone, one could register a second self that confirms one's own requests.
        roles=[each for each in role_choices(code) if each[0] != Role.ADMINISTRATOR],
        chosen=request.form.getlist("roles"),
        form=form,
        idempotency_key=forms.new_key(),
    )
    return make_response(page, status)


def shown_once(code: str, person_id: int, password: str, *, is_new: bool) -> Response:
    """The page that shows a made password; it is kept nowhere, and no link leads back here."""
    person = ask(GetPerson(code, person_id), actor.current()).person
    page = render_template(
        "identity/secret.html", person=person, secret=password, is_new=is_new, url=person_url(code, person_id)
    )
    return make_response(page)


@pages.get(PERSON)
def show_person(code: str, person_id: int) -> Response:
    """One person's account: roles, office, state, last sign-in, tokens, and what one may do."""
    return person_page(code, person_id)


def person_page(code: str, person_id: int, form: forms.Form | None = None, status: int = 200) -> Response:
    """The page of a person, with what was wrong in the act that was sent."""
    detail = ask(GetPerson(code, person_id), actor.current())
    page = render_template(
        "identity/person.html",
        **_about(code, detail),
        waiting=detail.waiting,
        decided=detail.decided,
        tokens=detail.tokens,
        live_tokens=sum(token.is_live for token in detail.tokens),
        may_decide=may_decide(detail.waiting),
        is_maker=detail.waiting is not None and detail.waiting.made_by == actor.current().person_id,
        seconds=seconds(code, person_id),
        form=form or forms.Form(),
        idempotency_key=forms.new_key(),
    )
    return make_response(page, status)


def _about(code: str, detail: PersonDetail) -> dict[str, Any]:
    return {
        "person": detail.person,
        "place": PLACES[code],
        "url": person_url(code, detail.person.person_id),
        "role_words": role_words,
        "is_self": detail.person.person_id == actor.current().person_id,
    }


@pages.get(f"{PERSON}/deactivate")
def deactivate_form(code: str, person_id: int) -> Response:
    """Asks once more before an account ends."""
    return _ask_once_more("identity/deactivate.html", code, person_id)


@pages.get(f"{PERSON}/password")
def reset_form(code: str, person_id: int) -> Response:
    """Asks once more before a password is replaced."""
    return _ask_once_more("identity/reset.html", code, person_id)


def _ask_once_more(template: str, code: str, person_id: int) -> Response:
    about = _about(code, ask(GetPerson(code, person_id), actor.current()))
    page = render_template(template, **about, seconds=seconds(code, person_id), idempotency_key=forms.new_key())
    return make_response(page)


@pages.post(f"{PERSON}/deactivate")
def deactivate_person(code: str, person_id: int) -> Response:
    """停用: the account ends at once; the name stays on what it signed."""
    forms.load(EmptySchema, request.form)
    execute(DeactivatePerson(code, person_id), actor.current(), forms.sent_key())
    flash(_("账号已停用，登录和令牌都已结束。"), "success")
    return htmx.redirect_to(person_url(code, person_id))


@pages.post(f"{PERSON}/password")
def reset_password(code: str, person_id: int) -> Response:
    """重设密码: a made one, shown once."""
    forms.load(EmptySchema, request.form)
    password = make_password()
    try:
        execute(ResetPassword(code, person_id, password), actor.current(), forms.sent_key())
    except IdempotencyMismatch:
        flash(_("这份表单已重设过一次，新密码只显示一次。如没有记下，请再重设一次。"), "warning")
        return htmx.redirect_to(person_url(code, person_id))
    return shown_once(code, person_id, password, is_new=False)


@pages.post(f"{PERSON}/tokens/revoke")
def revoke_tokens(code: str, person_id: int) -> Response:
    """End every token of a person."""
    forms.load(EmptySchema, request.form)
    execute(RevokeTokens(code, person_id), actor.current(), forms.sent_key())
    flash(_("令牌已全部撤销。"), "success")
    return htmx.redirect_to(person_url(code, person_id))
