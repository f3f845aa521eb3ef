"""The acts on a document: approve, return, withdraw; from its own page, or from a row of a list."""

from __future__ import annotations

import re
from typing import Final

from flask import Response, flash, make_response, render_template, request
from flask_babel import gettext as _

from ledger.dispatch import execute
from ledger.domain.errors import Conflict, LedgerError, MakerIsChecker, NotFound, NotPermitted
from ledger.funds.schemas_entry import ApproveSchema, ReturnSchema, WithdrawSchema
from ledger.funds.schemas_shown import COLLECTIONS, document_url, kind_name
from ledger.funds.web_documents import PAGE, act_conflict, detail_of, document_page
from ledger.funds.web_pages import pages
from ledger.http import actor, forms, htmx
from ledger.http.converters import TENANT_PATTERN
from ledger.http.locale import say
from ledger.http.paging import path

_ACTS: Final = {"approve": ApproveSchema, "return": ReturnSchema, "withdraw": WithdrawSchema}
_LISTS: Final = re.compile(rf"/|/approvals|/t/{TENANT_PATTERN}/approvals", re.ASCII)


@pages.post(f"{PAGE}/<any(approve, return, withdraw):act>")
def act_on_document(code: str, collection: str, document_id: int, act: str) -> Response:
    """Approve, return or withdraw: each checks the version that was on the screen."""
    form = forms.Form.sent()
    try:
        command = forms.load(
            _ACTS[act], request.form, tenant_code=code, kind=COLLECTIONS[collection], document_id=document_id
        )
        execute(command, actor.current(), forms.sent_key())
    except (MakerIsChecker, NotPermitted, NotFound):
        raise
    except forms.FormRefused as refused:
        return _refused(code, collection, document_id, refused.form, act)
    except LedgerError as refusal:
        return _refused(code, collection, document_id, form, act, refusal)
    return _done(code, collection, document_id, act)


def _done(code: str, collection: str, document_id: int, act: str) -> Response:
    document = detail_of(code, collection, document_id).shown.document
    said = {"approve": _("已复核通过"), "return": _("已退回经办人"), "withdraw": _("已撤回")}[act]
    words = f"{kind_name(document.kind)} {document.number} {said}"
    if htmx.is_target(f"row-{document_id}"):
        answer = make_response(render_template("funds/_acted.html", words=words))
        # The number beside 我的工作, and the count and total over the list, ask again.
        answer.headers["HX-Trigger"] = "ledgerChanged"
        return answer
    flash(words, "success")
    back = request.form.get("back", "")
    return htmx.redirect_to(back if _LISTS.fullmatch(back) else path("t", code, collection, document_id))


def _refused(
    code: str, collection: str, document_id: int, form: forms.Form, act: str, refusal: LedgerError | None = None
) -> Response:
    detail = detail_of(code, collection, document_id)
    if htmx.is_target(f"row-{document_id}"):
        words = say(refusal) if refusal else " ".join(str(one) for found in form.errors.values() for one in found)
        document = detail.shown.document
        row = render_template(
            "funds/_not_acted.html",
            document_id=document_id,
            name=f"{kind_name(document.kind)} {document.number}",
            url=document_url(code, detail.shown.collection, document_id),
            words=words,
            reason=form.typed.get("reason", ""),
        )
        return make_response(row, 409 if isinstance(refusal, Conflict) else 422)
    if isinstance(refusal, Conflict):
        return act_conflict(refusal, form, detail, act)
    return document_page(detail, form.refuse(refusal) if refusal else form, 422)
