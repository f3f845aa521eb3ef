"""A document of any kind: its page, and the acts on it (approve, return, withdraw, reverse)."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, make_response, redirect, render_template, request
from flask_babel import gettext as _

from ledger import clock
from ledger.dispatch import ask, execute
from ledger.domain.access import Permission, check_permission
from ledger.domain.documents import PERMISSIONS, REVERSIBLE, DocumentKind, Status, check_reversible
from ledger.domain.errors import Conflict, LedgerError, MakerIsChecker, NotFound, NotPermitted
from ledger.funds.queries import DocumentDetail, GetDocument, ShownDocument
from ledger.funds.queries_entry import DocumentStory, Since, Story
from ledger.funds.schemas_entry import ApproveSchema, ReturnSchema, ReverseSchema, WithdrawSchema
from ledger.funds.schemas_shown import (
    COLLECTIONS,
    days_since,
    document_url,
    event_words,
    facts_of,
    field_changes,
    kind_name,
    status_name,
)
from ledger.funds.web_onward import onward
from ledger.funds.web_pages import Again, checkers, compared, conflict, pages
from ledger.http import actor, forms
from ledger.http.htmx import redirect_to
from ledger.http.paging import path

_ANY = f"<any({', '.join(COLLECTIONS)}):collection>"
_PAGE = f"/t/<tenant:code>/{_ANY}/<id:document_id>"
_ROOM = frozenset({DocumentKind.ALLOCATION, DocumentKind.DISBURSEMENT, DocumentKind.RECOVERY})
"""Kinds that use or give what may be disbursed: their pages show that sum."""
_ACTS = {"approve": ApproveSchema, "return": ReturnSchema, "withdraw": WithdrawSchema}


@pages.get(_PAGE)
@pages.get(f"{_PAGE}/check", endpoint="check_document")
def show_document(code: str, collection: str, document_id: int) -> Response:
    """One document as it stands; whoever may check it finds the buttons here."""
    return _page(_detail(code, collection, document_id), forms.Form())


@pages.get("/t/<tenant:code>/documents/<id:document_id>")
def find_document(code: str, document_id: int) -> Response:
    """Lead to the page of a document whose kind the link does not know."""
    shown = ask(GetDocument(tenant_code=code, document_id=document_id), actor.current()).shown
    return make_response(redirect(document_url(code, shown.collection, document_id), code=303))


@pages.post(f"{_PAGE}/<any(approve, return, withdraw):act>")
def act_on_document(code: str, collection: str, document_id: int, act: str) -> Response:
    """Approve, return or withdraw: each checks the version that was on the screen."""
    form = forms.Form.sent()
    url = path("t", code, collection, document_id)
    try:
        command = forms.load(
            _ACTS[act], request.form, tenant_code=code, kind=COLLECTIONS[collection], document_id=document_id
        )
        execute(command, actor.current(), forms.sent_key())
    except forms.FormRefused as refused:
        return _page(_detail(code, collection, document_id), refused.form, 422)
    except Conflict as refusal:
        return _conflict(refusal, form, _detail(code, collection, document_id), act)
    except (MakerIsChecker, NotPermitted, NotFound):
        raise
    except LedgerError as refusal:
        return _page(_detail(code, collection, document_id), form.refuse(refusal), 422)
    detail = _detail(code, collection, document_id)
    said = {"approve": _("已复核通过"), "return": _("已退回经办人"), "withdraw": _("已撤回")}[act]
    flash(f"{kind_name(detail.shown.document.kind)} {detail.shown.document.number} {said}", "success")
    return redirect_to(url)


@pages.get(f"{_PAGE}/reverse")
def reverse_form(code: str, collection: str, document_id: int) -> Response:
    """The form of a reversal (红字冲销); it changes nothing yet."""
    detail = _detail(code, collection, document_id)
    check_permission(actor.current(), PERMISSIONS[detail.shown.collection][0])
    check_reversible(detail.shown.document.kind)
    return _reverse_page(detail, forms.Form({"reversed_on": clock.today().isoformat(), "reason": ""}))


@pages.post(f"{_PAGE}/reverse")
def reverse_document(code: str, collection: str, document_id: int) -> Response:
    """Ask for the reversal of the whole document: a new one, waiting for its own check."""
    form = forms.Form.sent()
    try:
        command = forms.load(
            ReverseSchema, request.form, tenant_code=code, kind=COLLECTIONS[collection], document_id=document_id
        )
        receipt = execute(command, actor.current(), forms.sent_key())
    except forms.FormRefused as refused:
        return _reverse_page(_detail(code, collection, document_id), refused.form, 422)
    except Conflict as refusal:
        return _conflict(refusal, form, _detail(code, collection, document_id), "reverse")
    except (NotPermitted, NotFound):
        raise
    except LedgerError as refusal:
        return _reverse_page(_detail(code, collection, document_id), form.refuse(refusal), 422)
    flash(_("冲销已送复核：%(number)s", number=receipt.facts[0].after.get("number", "")), "success")
    return redirect_to(path("t", code, collection, receipt.subject_id))


def _detail(code: str, collection: str, document_id: int) -> DocumentDetail:
    query = GetDocument(tenant_code=code, document_id=document_id, kind=COLLECTIONS[collection])
    return ask(query, actor.current())


def may_change(shown: ShownDocument) -> bool:
    """Whether the asker may mend it: a disbursement of their own that is a draft or came back."""
    document = shown.document
    return (
        document.kind is DocumentKind.DISBURSEMENT
        and document.status in (Status.DRAFT, Status.RETURNED)
        and document.made_by == actor.current().person_id
        and actor.may(Permission.DISBURSEMENT_RECORD)
    )


def _may(detail: DocumentDetail) -> dict[str, bool]:
    document = detail.shown.document
    record, check = PERMISSIONS[detail.shown.collection]
    mine = document.made_by == actor.current().person_id
    waits = document.status is Status.WAITING
    return {
        "approve": waits and not mine and actor.may(check),
        "return_": waits and not mine and actor.may(check),
        "withdraw": waits and mine and actor.may(record),
        "change": may_change(detail.shown),
        "reverse": document.status is Status.POSTED
        and document.kind in REVERSIBLE
        and detail.reversed_by is None
        and actor.may(record),
    }


def _shown(detail: DocumentDetail) -> dict[str, Any]:
    shown, document = detail.shown, detail.shown.document
    waits = document.status is Status.WAITING
    reversed_by = detail.reversed_by
    return {
        "id": document.id,
        "tenant_code": shown.tenant_code,
        "kind": document.kind.value,
        "number": document.number,
        "status": document.status.value,
        "version": document.version,
        "waiting_days": days_since(document.made_at, clock.today()) if waits else None,
        "amount": document.amount,
        "facts": facts_of(shown),
        "pilot_id": document.pilot_id,
        "pilot_name": shown.pilot_name,
        "made_by": document.made_by_name,
        "made_at": document.made_at,
        "checked_by": document.checked_by_name,
        "checked_at": document.checked_at,
        "returned_reason": document.return_reason,
        "reverses": document.reverses_id
        and {
            "number": shown.reverses_number,
            "url": document_url(shown.tenant_code, shown.collection, document.reverses_id),
        },
        "reversed_by": reversed_by
        and {
            "number": reversed_by[1],
            "url": document_url(shown.tenant_code, shown.collection, reversed_by[0]),
            "status": reversed_by[2],
        },
    }


def _page(detail: DocumentDetail, form: forms.Form, status: int = 200) -> Response:
    shown, document, who = detail.shown, detail.shown.document, actor.current()
    code = shown.tenant_code
    story = ask(
        DocumentStory(
            tenant_code=code,
            kind=document.kind,
            document_id=document.id,
            allocation_id=document.allocation_id,
            made_at=document.made_at,
        ),
        who,
    )
    waits = document.status is Status.WAITING
    mine = document.made_by == who.person_id
    once_more = mine and document.kind is DocumentKind.DISBURSEMENT and actor.may(Permission.DISBURSEMENT_RECORD)
    page = render_template(
        "funds/document.html",
        document=_shown(detail),
        room=detail.position if shown.collection in _ROOM else None,
        changed_since=[_moved(one) for one in story.since],
        may=_may(detail),
        is_maker=mine,
        checkers=checkers(who, code, shown.collection, document.made_by) if waits else [],
        form=form,
        idempotency_key=forms.new_key(),
        page_url=document_url(code, shown.collection, document.id),
        again_url=f"{path('t', code, 'disbursements', 'new')}?pilot={document.pilot_id}" if once_more else None,
        onward=onward(detail),
        events=_events(story),
        older_url=None,
    )
    return make_response(page, status)


def _moved(one: Since) -> tuple[str, str | None, str]:
    name = f"{kind_name(DocumentKind(one.kind))} {one.number}"
    return name, None, _("%(amount)s 元，%(status)s", amount=_yuan(one), status=status_name(one.status))


def _yuan(one: Since) -> str:
    from ledger.http.filters import yuan

    return yuan(one.amount)


def _events(story: Story) -> list[dict[str, Any]]:
    return [
        {
            "at": event.recorded_at,
            "who": event.actor_name,
            "text": event_words(event.kind),
            "number": None,
            "url": None,
            "amount": None,
            "status": "",
            "waiting_days": None,
            "note": _("原因：%(reason)s", reason=event.return_reason)
            if event.return_reason and event.kind.endswith("_returned")
            else "",
            "changes": field_changes(event.before, event.after),
            "seq": event.seq,
            "digest": event.short_hash,
        }
        for event in story.events
    ]


def _reverse_page(detail: DocumentDetail, form: forms.Form, status: int = 200) -> Response:
    shown = detail.shown
    page = render_template(
        "funds/reverse_form.html",
        document=_shown(detail),
        document_url=document_url(shown.tenant_code, shown.collection, shown.document.id),
        form=form,
        idempotency_key=forms.new_key(),
    )
    return make_response(page, status)


def _conflict(refusal: Conflict, form: forms.Form, detail: DocumentDetail, act: str) -> Response:
    shown, document = detail.shown, detail.shown.document
    url = document_url(shown.tenant_code, shown.collection, document.id)
    buttons = {
        "approve": _("按现在的内容复核通过"),
        "return": _("按现在的内容退回"),
        "withdraw": _("仍然撤回"),
        "reverse": _("按现在的内容冲销"),
    }
    fits = document.status is (Status.POSTED if act == "reverse" else Status.WAITING)
    can_go_on = fits and document.version != _whole(form.typed.get("version", ""))
    again = Again(
        action=f"{url}/{act}",
        version=document.version,
        latest_url=url,
        button=buttons[act] if can_go_on else "",
    )
    return conflict(refusal, form, compared(refusal, form.typed, editable=False), again)


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0
