"""变更角色: one administrator proposes, another one confirms or refuses."""

from __future__ import annotations

from flask import Response, flash, make_response, render_template, request
from flask_babel import gettext as _

from ledger.dispatch import ask, execute
from ledger.domain.errors import BadValue
from ledger.http import actor, forms
from ledger.http.htmx import redirect_to
from ledger.identity.commands_roles import ConfirmRoles, RefuseRoles
from ledger.identity.queries_people import GetPerson
from ledger.identity.schemas_admin import DecideRolesSchema, ProposeRolesSchema
from ledger.identity.web_admin import PERSON, PLACES, person_page, person_url, role_choices, role_words, seconds
from ledger.identity.web_pages import pages


@pages.get(f"{PERSON}/roles")
def roles_form(code: str, person_id: int) -> Response:
    """The form that proposes other roles."""
    return _roles_page(code, person_id, forms.Form())


@pages.post(f"{PERSON}/roles")
def propose_roles(code: str, person_id: int) -> Response:
    """Send the proposal to another administrator; nothing changes yet."""
    try:
        command = forms.load(ProposeRolesSchema, request.form, tenant_code=code, person_id=person_id)
        execute(command, actor.current(), forms.sent_key())
    except forms.FormRefused as refused:
        return _roles_page(code, person_id, refused.form, 422)
    except BadValue as refusal:
        form = forms.Form.sent()
        form.typed.setdefault("roles", "")
        return _roles_page(code, person_id, form.refuse(refusal), 422)
    flash(_("角色变更已提出，另一位系统管理员确认后生效。"), "success")
    return redirect_to(person_url(code, person_id))


def _roles_page(code: str, person_id: int, form: forms.Form, status: int = 200) -> Response:
    detail = ask(GetPerson(code, person_id), actor.current())
    person = detail.person
    chosen = request.form.getlist("roles") if request.method == "POST" else [role.value for role in person.roles]
    page = render_template(
        "identity/roles.html",
        person=person,
        place=PLACES[code],
        url=person_url(code, person_id),
        roles=role_choices(code),
        role_words=role_words,
        chosen=chosen,
        waiting=detail.waiting,
        is_self=person.person_id == actor.current().person_id,
        seconds=seconds(code, person_id),
        form=form,
        idempotency_key=forms.new_key(),
    )
    return make_response(page, status)


@pages.post(f"{PERSON}/roles/confirm")
def confirm_roles(code: str, person_id: int) -> Response:
    """确认: the roles count from the person's next request on."""
    return _decide(code, person_id, confirms=True)


@pages.post(f"{PERSON}/roles/refuse")
def refuse_roles(code: str, person_id: int) -> Response:
    """退回, or 撤回 by who proposed it."""
    return _decide(code, person_id, confirms=False)


def _decide(code: str, person_id: int, *, confirms: bool) -> Response:
    try:
        command: ConfirmRoles | RefuseRoles = forms.load(
            DecideRolesSchema, request.form, confirms=confirms, tenant_code=code, person_id=person_id
        )
    except forms.FormRefused as refused:
        return person_page(code, person_id, refused.form, 422)
    receipt = execute(command, actor.current(), forms.sent_key())
    said = {
        "roles_changed": _("角色变更已确认，从这位人员的下一次操作起生效。"),
        "roles_refused": _("角色变更已退回，原角色不变。"),
        "roles_withdrawn": _("角色变更已撤回，原角色不变。"),
    }
    flash(said[receipt.facts[0].kind], "success")
    return redirect_to(person_url(code, person_id))
