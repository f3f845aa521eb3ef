"""登记拨付 in three steps (填写, 核对, 送复核), and the mending of one that came back."""

from __future__ import annotations

from flask import Response, flash, make_response, request
from flask_babel import gettext as _

from ledger.dispatch import ask, execute
from ledger.domain.documents import DocumentKind, Status
from ledger.domain.errors import Conflict, IdempotencyMismatch, LedgerError, NotFound, NotPermitted
from ledger.domain.money import yuan
from ledger.funds.queries import GetDocument, ShownDocument
from ledger.funds.queries_entry import ChooseAllocation
from ledger.funds.schemas_entry import AmendmentFormSchema, DisbursementFormSchema
from ledger.funds.schemas_shown import document_url
from ledger.funds.web_entry import (
    Entered,
    Entry,
    ask_back,
    capcheck,
    preview_of,
    room_taken,
    step_one,
    step_two,
)
from ledger.funds.web_pages import Again, checkers, compared, conflict, pages, tenant
from ledger.http import actor, forms, htmx
from ledger.http.fields import Fault
from ledger.http.paging import path

_LIST = "/t/<tenant:code>/disbursements"


@pages.get(f"{_LIST}/new")
def new_disbursement(code: str) -> Response:
    """Step 1, empty but for what is known: the one allocation there is, and its project's owner."""
    entry = _new(code)
    form = forms.Form({"allocation_id": "", "amount": "", "payee_name": ""})
    with_room = [one for one in entry.allocations if one.position.available]
    if entry.pilot_id and len(with_room) == 1:
        form.typed["allocation_id"] = str(with_room[0].allocation_id)
        form.typed["payee_name"] = with_room[0].owner_name
    return step_one(entry, form, forms.new_key())


@pages.post(f"{_LIST}/new")
def record_disbursement(code: str) -> Response:
    """The live check, a step back, the check page, a draft, or the sending: the button says which."""
    return _advance(_new(code))


@pages.get(f"{_LIST}/<id:document_id>/change")
def change_disbursement(code: str, document_id: int) -> Response:
    """Step 1 with the document's own values, for its maker."""
    shown = _own(code, document_id)
    document = shown.document
    typed = {
        "allocation_id": str(document.allocation_id),
        "amount": yuan(document.amount),
        "paid_on": document.business_date.isoformat(),
        "voucher_no": document.voucher_no or "",
        "payee_name": document.payee_name or "",
        "payee_account": document.payee_account or "",
        "note": document.note,
        "version": str(document.version),
    }
    return step_one(_change(shown), forms.Form(typed), forms.new_key())


@pages.post(f"{_LIST}/<id:document_id>/change")
def amend_disbursement(code: str, document_id: int) -> Response:
    """The same steps for a document that came back."""
    query = GetDocument(tenant_code=code, document_id=document_id, kind=DocumentKind.DISBURSEMENT)
    return _advance(_change(ask(query, actor.current()).shown))


def _new(code: str) -> Entry:
    asked = request.values.get("pilot", "")
    pilot_id = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) <= 19 else 0
    allocations = ask(ChooseAllocation(tenant_code=code, pilot_id=min(pilot_id, 2**63 - 1)), actor.current())
    back = path("t", code, "pilots", pilot_id) if pilot_id and allocations else path("t", code, "disbursements")
    return Entry(
        tenant=tenant(code),
        action=path("t", code, "disbursements", "new"),
        cancel_url=back,
        allocations=allocations,
        pilot_id=pilot_id,
    )


def _own(code: str, document_id: int) -> ShownDocument:
    query = GetDocument(tenant_code=code, document_id=document_id, kind=DocumentKind.DISBURSEMENT)
    shown = ask(query, actor.current()).shown
    document = shown.document
    if document.made_by != actor.current().person_id:
        raise NotPermitted("只有经办人 {name} 可以修改或撤回这张单据。", name=document.made_by_name)
    if document.status not in (Status.DRAFT, Status.RETURNED) or document.allocation_id is None:
        raise Conflict("这张单据刚被他人处理。请刷新后查看最新状态。")
    return shown


def _change(shown: ShownDocument) -> Entry:
    document, code = shown.document, shown.tenant_code
    allocations = ask(ChooseAllocation(tenant_code=code, pilot_id=document.pilot_id), actor.current())
    url = document_url(code, DocumentKind.DISBURSEMENT, document.id)
    return Entry(
        tenant=tenant(code),
        action=f"{url}/change",
        cancel_url=url,
        allocations=[one for one in allocations if one.allocation_id == document.allocation_id],
        pilot_id=document.pilot_id,
        document_id=document.id,
    )


def _advance(entry: Entry) -> Response:
    form, key = forms.Form.sent(), forms.sent_key() or forms.new_key()
    if htmx.is_target("capcheck"):
        return make_response(capcheck(entry, form))
    step = form.typed.get("step", "")
    if step.startswith("back"):
        field = step.partition(":")[2]
        return step_one(entry, form, key, focus=f"#{field}" if field in form.typed else "h1")
    try:
        entered = _load(entry, draft=step == "draft")
        preview = preview_of(entry, entered.allocation_id, form, amount=entered.amount, paid_on=entered.paid_on)
    except forms.FormRefused as refused:
        return step_one(entry, refused.form, key, status=422)
    except NotFound as refusal:
        form.errors["allocation_id"] = [Fault.of(refusal)]
        return step_one(entry, form, key, status=422)
    if ask_back(form, entered.amount, preview.context.position.available):
        return step_one(entry, form, key, status=422)
    if step in ("send", "draft"):
        return _send(entry, form, entered, key)
    for problem in preview.problems:
        form.refuse(problem)
    return step_one(entry, form, key, status=422) if form.errors else step_two(entry, form, entered, preview, key)


def _load(entry: Entry, *, draft: bool) -> Entered:
    entered: Entered
    code = entry.tenant.code
    if entry.document_id:
        entered = forms.load(AmendmentFormSchema, request.form, tenant_code=code, document_id=entry.document_id)
    else:
        entered = forms.load(DisbursementFormSchema, request.form, tenant_code=code, draft=draft)
    return entered


def _send(entry: Entry, form: forms.Form, entered: Entered, key: str) -> Response:
    who = actor.current()
    try:
        receipt = execute(entered, who, key)
    except Conflict as refusal:
        return _conflict(entry, form, refusal)
    except IdempotencyMismatch:
        words = _("这张表单已经送出过一次，之后内容又改了。请先在列表里查看已送的那笔；如果这是另一笔，请核对后再送。")
        form.add("", Fault(words))
        return step_one(entry, form, forms.new_key(), status=422)
    except (NotPermitted, NotFound):
        raise
    except LedgerError as refusal:
        return room_taken(entry, form, entered, refusal) or step_one(entry, form.refuse(refusal), key, status=422)
    number = receipt.facts[0].after.get("number", "")
    names = checkers(who, entry.tenant.code, DocumentKind.DISBURSEMENT, who.person_id)
    if receipt.facts[0].after.get("status") == Status.DRAFT:
        flash(_("已存草稿 %(number)s。草稿不占用可拨余额，送复核后才占用。", number=number), "success")
    else:
        to_whom = "、".join(names) or _("本单位财务复核")
        flash(_("已送复核 %(number)s → %(names)s", number=number, names=to_whom), "success")
    return htmx.redirect_to(document_url(entry.tenant.code, DocumentKind.DISBURSEMENT, receipt.subject_id))


def _conflict(entry: Entry, form: forms.Form, refusal: Conflict) -> Response:
    again = Again(action=entry.action, version=0, latest_url=entry.cancel_url)
    if entry.document_id:
        query = GetDocument(tenant_code=entry.tenant.code, document_id=entry.document_id)
        document = ask(query, actor.current()).shown.document
        if document.status in (Status.DRAFT, Status.RETURNED):
            again = Again(
                action=entry.action,
                version=document.version,
                latest_url=entry.cancel_url,
                step="check",
                button=_("按现在的内容重新校验"),
            )
    return conflict(refusal, form, compared(refusal, form.typed, editable=bool(again.button)), again)
