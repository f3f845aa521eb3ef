"""删除个人信息: one administrator asks for a value to be erased, another one confirms it."""

from __future__ import annotations

from flask import Response, flash, make_response, render_template, request
from flask_babel import gettext as _

from ledger.dispatch import ask, execute
from ledger.domain.errors import BadValue, Conflict
from ledger.http import actor, forms
from ledger.http.htmx import redirect_to
from ledger.http.paging import path
from ledger.identity.commands_erasure import ConfirmErasure, RefuseErasure
from ledger.identity.queries_erasure import GetErasure, ListErasures
from ledger.identity.schemas_admin import AskErasureSchema
from ledger.identity.web_admin import PLACES, reached
from ledger.identity.web_pages import pages

_ONE = "/admin/erasures/<any({}):code>/<id:request_id>".format(",".join(f'"{code}"' for code in PLACES))


@pages.get("/admin/erasures")
def list_erasures() -> Response:
    """The form of a new request, and those before it with their states."""
    return _list_page(forms.Form())


@pages.post("/admin/erasures")
def ask_erasure() -> Response:
    """Send a request to another administrator; nothing is deleted yet."""
    try:
        command = forms.load(AskErasureSchema, request.form)
        made = execute(command, actor.current(), forms.sent_key()).subject_id
    except forms.FormRefused as refused:
        return _list_page(refused.form, 422)
    except (BadValue, Conflict) as refusal:
        return _list_page(forms.Form.sent().refuse(refusal), 409 if isinstance(refusal, Conflict) else 422)
    flash(_("删除申请已提出，另一位系统管理员确认后删除。"), "success")
    return redirect_to(_url(command.tenant_code, made))


def _list_page(form: forms.Form, status: int = 200) -> Response:
    places = reached()
    page = render_template(
        "identity/erasures.html",
        requests=ask(ListErasures(), actor.current()),
        names=PLACES,
        places=list(places.items()),
        url_of=_url,
        form=form,
        idempotency_key=forms.new_key(),
    )
    return make_response(page, status)


@pages.get(_ONE)
def show_erasure(code: str, request_id: int) -> Response:
    """One request: the values that it is about, where the journal commits to them, and what became of it."""
    detail = ask(GetErasure(code, request_id), actor.current())
    page = render_template(
        "identity/erasure.html",
        detail=detail,
        place=PLACES[code],
        code=code,
        url=_url(code, request_id),
        is_maker=detail.request.made_by == actor.current().person_id,
        idempotency_key=forms.new_key(),
    )
    return make_response(page)


@pages.post(f"{_ONE}/confirm")
def confirm_erasure(code: str, request_id: int) -> Response:
    """确认删除: values and salts are gone for good."""
    execute(ConfirmErasure(code, request_id), actor.current(), forms.sent_key())
    flash(_("已删除。留痕的承诺值仍在，链条完整；内容无法恢复。"), "success")
    return redirect_to(_url(code, request_id))


@pages.post(f"{_ONE}/refuse")
def refuse_erasure(code: str, request_id: int) -> Response:
    """退回, or 撤回 by who asked."""
    receipt = execute(RefuseErasure(code, request_id), actor.current(), forms.sent_key())
    withdrawn = receipt.facts[0].kind == "erasure_withdrawn"
    flash(_("删除申请已撤回，什么都没有删除。") if withdrawn else _("删除申请已退回，什么都没有删除。"), "success")
    return redirect_to(_url(code, request_id))


def _url(code: str, request_id: int) -> str:
    return path("admin", "erasures", code, request_id)
