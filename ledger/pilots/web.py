"""The second person's acts on a designation; pilots themselves are shown with their money, by the audit pages."""

from __future__ import annotations

from flask import Blueprint, Response, flash, make_response, render_template, request
from flask_babel import gettext as _

from ledger.dispatch import ask, execute
from ledger.domain.access import Permission, check_permission
from ledger.domain.errors import BadValue
from ledger.http import actor, forms
from ledger.http.htmx import redirect_to
from ledger.http.paging import path
from ledger.pilots.queries_projects import GetDesignation
from ledger.pilots.schemas_forms import ConfirmDesignationSchema, ReturnDesignationSchema

pages = Blueprint("pilots", __name__)

_PILOT = "/t/<tenant:code>/pilots/<id:pilot_id>"


@pages.post(f"{_PILOT}/confirm")
def confirm_designation(code: str, pilot_id: int) -> Response:
    """认定复核通过: the pilot is in force."""
    command = forms.load(ConfirmDesignationSchema, request.form, tenant_code=code, pilot_id=pilot_id)
    execute(command, actor.current(), forms.sent_key())
    flash(_("认定已复核通过，可以办理资金核定。"), "success")
    return redirect_to(path("t", code, "pilots", pilot_id))


@pages.get(f"{_PILOT}/return")
def return_form(code: str, pilot_id: int) -> Response:
    """The form that returns a designation with its reason."""
    return _return_page(code, pilot_id, forms.Form())


@pages.post(f"{_PILOT}/return")
def return_designation(code: str, pilot_id: int) -> Response:
    """退回认定, with the reason."""
    try:
        command = forms.load(ReturnDesignationSchema, request.form, tenant_code=code, pilot_id=pilot_id)
        execute(command, actor.current(), forms.sent_key())
    except forms.FormRefused as refused:
        return _return_page(code, pilot_id, refused.form, 422)
    except BadValue as refusal:
        return _return_page(code, pilot_id, forms.Form.sent().refuse(refusal), 422)
    flash(_("认定已退回。"), "success")
    return redirect_to(path("t", code, "pilots", pilot_id))


def _return_page(code: str, pilot_id: int, form: forms.Form, status: int = 200) -> Response:
    pilot = ask(GetDesignation(tenant_code=code, pilot_id=pilot_id), actor.current()).pilot
    check_permission(actor.current(), Permission.DESIGNATION_CHECK)
    url = path("t", code, "pilots", pilot_id)
    page = render_template("pilots/return.html", pilot=pilot, url=url, form=form, idempotency_key=forms.new_key())
    return make_response(page, status)
