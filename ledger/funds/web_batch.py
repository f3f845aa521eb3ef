"""复核所选: a few waiting documents on one page to be read once more, then posted one after the other."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from flask import Response, make_response, render_template, request
from flask_babel import gettext as _

from ledger.dispatch import ask, execute
from ledger.domain.access import PROVINCE
from ledger.domain.documents import PERMISSIONS, DocumentKind, Status
from ledger.domain.errors import LedgerError, NotFound, NotPermitted
from ledger.domain.money import Money, total
from ledger.funds.commands_check import ApproveDocument
from ledger.funds.queries import GetDocument, ShownDocument
from ledger.funds.schemas_shown import COLLECTIONS, document_url, kind_name
from ledger.funds.web_pages import pages
from ledger.http import actor, forms
from ledger.http.converters import LARGEST_ID, TENANT_PATTERN
from ledger.http.fields import Fault
from ledger.http.locale import say

MOST: Final = 20
"""Documents of one batch: as many as one reads with care."""
_KEY: Final = re.compile(rf"({TENANT_PATTERN})-({'|'.join(COLLECTIONS)})-([1-9]\d{{0,18}})-([1-9]\d{{0,8}})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A chosen document as it stands; `why` says why it cannot be checked now."""

    key: str
    code: str
    collection: DocumentKind
    document_id: int
    version: int
    name: str
    url: str
    pilot_name: str
    made_by: str
    amount: Money | None
    why: str


@pages.get("/approvals/batch")
def batch_form() -> Response:
    """The chosen documents with their amounts and their sum; nothing is checked yet."""
    return _form(request.args.getlist("chosen"), forms.Form())


@pages.post("/approvals/batch")
def approve_batch() -> Response:
    """Check each of them by itself: what is refused keeps waiting, and is told."""
    keys, form = request.form.getlist("chosen"), forms.Form({"confirmed": request.form.get("confirmed", "")})
    chosen = _chosen(keys)
    if not chosen or len(keys) > MOST or form.typed["confirmed"] != "1":
        if form.typed["confirmed"] != "1":
            form.add("confirmed", Fault(_("请逐件核对后勾选确认。"), "required"))
        return _form(keys, form, 422)
    key = forms.sent_key() or forms.new_key()
    done = [(one, _approve(one, f"{key}-{one.document_id}")) for one in chosen]
    return make_response(
        render_template(
            "funds/batch_done.html",
            passed=[one for one, refused in done if not refused],
            amount=total([one.amount for one, refused in done if not refused and one.amount is not None]),
            refused=[(one, refused) for one, refused in done if refused],
        )
    )


def _approve(one: Chosen, key: str) -> str:
    """Post one document; the refusal in words, or nothing."""
    command = ApproveDocument(
        tenant_code=one.code, kind=one.collection, document_id=one.document_id, version=one.version
    )
    try:
        execute(command, actor.current(), key[-200:])
    except LedgerError as refusal:
        return say(refusal)
    return ""


def _form(keys: list[str], form: forms.Form, status: int = 200) -> Response:
    who = actor.current()
    if not any(who.may(check) for _record, check in PERMISSIONS.values()):
        raise NotPermitted("您的角色不能复核单据。请联系本单位管理员。")
    chosen = _chosen(keys)
    ready = [one for one in chosen if not one.why]
    page = render_template(
        "funds/batch_form.html",
        chosen=chosen,
        ready=ready,
        amount=total([one.amount for one in ready if one.amount is not None]),
        most=MOST,
        is_too_many=len(keys) > MOST,
        back="/approvals" if who.tenant_code == PROVINCE else f"/t/{who.tenant_code}/approvals",
        form=form,
        idempotency_key=forms.new_key(),
    )
    return make_response(page, status)


def _chosen(keys: list[str]) -> list[Chosen]:
    """The documents that the keys name and the asker may see, in their order."""
    found = []
    for key in dict.fromkeys(keys[:MOST]):
        parts = _KEY.fullmatch(key)
        if parts is None:
            continue
        code, place, document_id, version = parts[1], parts[2], min(int(parts[3]), LARGEST_ID), int(parts[4])
        query = GetDocument(tenant_code=code, document_id=document_id, kind=COLLECTIONS[place])
        try:
            shown = ask(query, actor.current()).shown
        except NotFound:
            continue
        found.append(_one(key, version, shown))
    return found


def _one(key: str, version: int, shown: ShownDocument) -> Chosen:
    document, who = shown.document, actor.current()
    why = ""
    if document.status is not Status.WAITING or document.version != version:
        why = _("刚被他人处理，请打开查看。")
    elif document.made_by == who.person_id:
        why = _("您登记的单据须由他人复核。")
    elif not who.may(PERMISSIONS[shown.collection][1]):
        why = _("您的角色不能复核这类单据。")
    return Chosen(
        key,
        shown.tenant_code,
        shown.collection,
        document.id,
        version,
        f"{kind_name(document.kind)} {document.number}",
        document_url(shown.tenant_code, shown.collection, document.id),
        shown.pilot_name,
        document.made_by_name,
        document.amount,
        why,
    )
