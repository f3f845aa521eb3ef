"""单位: the DRC and finance bureaus of a place, registered, ended and returned."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Response, flash, make_response, render_template, request
from flask_babel import gettext as _

from ledger.dispatch import ask, execute
from ledger.domain.access import Permission, check_permission
from ledger.domain.errors import BadValue
from ledger.http import actor, forms
from ledger.http.htmx import redirect_to
from ledger.http.paging import path
from ledger.identity.queries_offices import ListManagedOffices, divisions_of
from ledger.identity.schemas_admin import OfficeStateSchema, RegisterOfficeSchema
from ledger.identity.web_admin import reached
from ledger.identity.web_pages import pages


@pages.get("/admin/offices")
def list_offices() -> Response:
    """The offices of one place, and the form of a new one."""
    return _page(request.args.get("tenant", ""), forms.Form())


@pages.post("/admin/offices")
def register_office() -> Response:
    """Register an office; people can be registered there at once."""
    tenant = request.form.get("tenant", "")
    try:
        command = forms.load(RegisterOfficeSchema, request.form)
        execute(command, actor.current(), forms.sent_key())
    except forms.FormRefused as refused:
        return _page(tenant, refused.form, 422)
    except BadValue as refusal:
        return _page(tenant, forms.Form.sent().refuse(refusal), 422)
    flash(_("单位已登记：%(name)s", name=command.name), "success")
    return redirect_to(offices_url(command.tenant_code))


@pages.post("/admin/offices/state")
def change_office() -> Response:
    """停用 or 恢复: its records and its people's names stay as they are."""
    tenant = request.form.get("tenant", "")
    try:
        command = forms.load(OfficeStateSchema, request.form)
        receipt = execute(command, actor.current(), forms.sent_key())
    except forms.FormRefused as refused:
        return _page(tenant, refused.form, 422)
    except BadValue as refusal:
        form = forms.Form()
        form.refuse(refusal)
        return _page(tenant, form, 422)
    ended = receipt.facts[0].kind == "office_deactivated"
    flash(_("单位已停用。") if ended else _("单位已恢复使用。"), "success")
    return redirect_to(offices_url(command.tenant_code))


def offices_url(tenant_code: str) -> str:
    """The list of one place's offices."""
    return f"{path('admin', 'offices')}?{urlencode({'tenant': tenant_code})}"


def _page(tenant: str, form: forms.Form, status: int = 200) -> Response:
    check_permission(actor.current(), Permission.PERSON_MANAGE)
    places = reached()
    code = tenant if tenant in places else actor.current().tenant_code
    page = render_template(
        "identity/offices.html",
        places=list(places.items()),
        code=code,
        place=places[code],
        offices=ask(ListManagedOffices(code), actor.current()),
        divisions=list(divisions_of(code).items()),
        kinds=[("drc", _("发展改革委")), ("finance", _("财政局"))],
        form=form,
        idempotency_key=forms.new_key(),
    )
    return make_response(page, status)
