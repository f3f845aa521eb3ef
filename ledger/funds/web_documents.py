"""A document of any kind: its page, and the acts on it (approve, return, withdraw, reverse)."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, make_response, redirect, render_template, request
from flask_babel import gettext as _

from ledger import clock
from ledger.dispatch import ask, execute
from ledger.domain.access import check_permission
from ledger.domain.documents import PERMISSIONS, REVERSIBLE, DocumentKind, Status, check_reversible
from ledger.domain.errors import Conflict, LedgerError, NotFound, NotPermitted
from ledger.domain.money import Money, total, yuan
from ledger.files.queries import ListAttachments
from ledger.funds.queries import DocumentDetail, GetDocument, ShownDocument
from ledger.funds.queries_entry import DocumentStory, Since, Story, StoryEvent
from ledger.funds.queries_trial import RoomTaken
from ledger.funds.schemas_entry import ReverseSchema
from ledger.funds.schemas_shown import (
    COLLECTIONS,
    checklist,
    days_since,
    document_url,
    event_words,
    facts_of,
    field_changes,
    kind_name,
    status_name,
)
from ledger.funds.web_onward import once_more, onward
from ledger.funds.web_pages import Again, checkers, compared, conflict, pages
from ledger.funds.web_paper import paper_of
from ledger.http import actor, forms
from ledger.http.htmx import redirect_to
from ledger.http.paging import path

_ANY = f"<any({', '.join(COLLECTIONS)}):collection>"
PAGE = f"/t/<tenant:code>/{_ANY}/<id:document_id>"
_ROOM = frozenset({DocumentKind.ALLOCATION, DocumentKind.DISBURSEMENT, DocumentKind.RECOVERY})
"""Kinds that use or give what may be disbursed: their pages show that sum."""


@pages.get(PAGE)
@pages.get(f"{PAGE}/check", endpoint="check_document")
def show_document(code: str, collection: str, document_id: int) -> Response:
    """One document as it stands; whoever may check it finds the buttons here."""
    return document_page(detail_of(code, collection, document_id), forms.Form())


@pages.get("/t/<tenant:code>/documents/<id:document_id>")
def find_document(code: str, document_id: int) -> Response:
    """Lead to the page of a document whose kind the link does not know."""
    shown = ask(GetDocument(tenant_code=code, document_id=document_id), actor.current()).shown
    return make_response(redirect(document_url(code, shown.collection, document_id), code=303))


@pages.get(f"{PAGE}/reverse")
def reverse_form(code: str, collection: str, document_id: int) -> Response:
    """The form of a reversal (红字冲销); it changes nothing yet."""
    detail = detail_of(code, collection, document_id)
    check_permission(actor.current(), PERMISSIONS[detail.shown.collection][0])
    check_reversible(detail.shown.document.kind)
    return _reverse_page(detail, forms.Form({"reversed_on": clock.today().isoformat(), "reason": ""}))


@pages.post(f"{PAGE}/reverse")
def reverse_document(code: str, collection: str, document_id: int) -> Response:
    """Ask for the reversal of the whole document: a new one, waiting for its own check."""
    form = forms.Form.sent()
    try:
        command = forms.load(
            ReverseSchema, request.form, tenant_code=code, kind=COLLECTIONS[collection], document_id=document_id
        )
        receipt = execute(command, actor.current(), forms.sent_key())
    except forms.FormRefused as refused:
        return _reverse_page(detail_of(code, collection, document_id), refused.form, 422)
    except Conflict as refusal:
        return act_conflict(refusal, form, detail_of(code, collection, document_id), "reverse")
    except (NotPermitted, NotFound):
        raise
    except LedgerError as refusal:
        return _reverse_page(detail_of(code, collection, document_id), form.refuse(refusal), 422)
    flash(_("冲销已送复核：%(number)s", number=receipt.facts[0].after.get("number", "")), "success")
    return redirect_to(path("t", code, collection, receipt.subject_id))


def detail_of(code: str, collection: str, document_id: int) -> DocumentDetail:
    """A document of the collection that the URL names; raises NotFound."""
    query = GetDocument(tenant_code=code, document_id=document_id, kind=COLLECTIONS[collection])
    return ask(query, actor.current())


def may_change(shown: ShownDocument) -> bool:
    """Whether the asker may mend it: a document of their own that is a draft or came back.

    Never a reversal or a reduction, which say what another act made them say.
    """
    document = shown.document
    return (
        document.kind not in (DocumentKind.REDUCTION, DocumentKind.REVERSAL)
        and document.status in (Status.DRAFT, Status.RETURNED)
        and document.made_by == actor.current().person_id
        and actor.may(PERMISSIONS[document.kind][0])
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
        "reductions": [
            {
                "number": one.number,
                "url": document_url(shown.tenant_code, DocumentKind.REDUCTION, one.id),
                "amount": one.amount,
            }
            for one in detail.reductions
        ],
        "left": document.amount - total([one.amount for one in detail.reductions]),
        "award_url": document_url(shown.tenant_code, DocumentKind.AWARD, document.award_id)
        if document.kind is DocumentKind.REDUCTION and document.award_id
        else None,
    }


def document_page(detail: DocumentDetail, form: forms.Form, status: int = 200) -> Response:
    """The page of a document; `form` is of the act that was refused."""
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
    page = render_template(
        "funds/document.html",
        document=_shown(detail),
        room=detail.position if shown.collection in _ROOM else None,
        room_then=_room_then(detail) if waits else None,
        checks=checklist(document.kind),
        changed_since=[_moved(one) for one in story.since],
        may=_may(detail),
        is_maker=mine,
        checkers=checkers(who, code, shown.collection, document.made_by) if waits else [],
        form=form,
        idempotency_key=forms.new_key(),
        page_url=document_url(code, shown.collection, document.id),
        again_url=once_more(detail),
        onward=onward(detail),
        events=_events(story),
        paper=paper_of(shown),
        files=ask(ListAttachments(tenant_code=code, subject_type=document.kind.value, subject_id=document.id), who),
    )
    return make_response(page, status)


def _room_then(detail: DocumentDetail) -> tuple[Money, Money] | None:
    """What could be disbursed beside a waiting disbursement when it was made, and what can now."""
    document, position = detail.shown.document, detail.position
    if document.kind is not DocumentKind.DISBURSEMENT or position is None or document.allocation_id is None:
        return None
    query = RoomTaken(
        tenant_code=detail.shown.tenant_code,
        allocation_id=document.allocation_id,
        except_id=document.id,
        since_at=document.made_at,
    )
    now = position.available + document.amount
    return now + ask(query, actor.current()), now


def _moved(one: Since) -> tuple[str, str]:
    name = f"{kind_name(DocumentKind(one.kind))} {one.number}"
    return name, _("%(amount)s 元，%(status)s", amount=yuan(one.amount), status=status_name(one.status))


def _events(story: Story) -> list[dict[str, Any]]:
    return [
        {
            "at": event.recorded_at,
            "text": event_words(event.kind),
            "number": None,
            "url": None,
            "amount": None,
            "status": "",
            "waiting_days": None,
            "told": _told(event),
            "changes": field_changes(event.before, event.after),
            "seq": f"{event.seq:,}",
            "digest": event.short_hash,
        }
        for event in story.events
    ]


def _told(event: StoryEvent) -> str:
    is_returned = event.return_reason and event.kind.endswith("_returned")
    reason = _("原因：%(reason)s", reason=event.return_reason) if is_returned else ""
    return " · ".join(one for one in (event.actor_name, event.file_name, reason) if one)


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


def act_conflict(refusal: Conflict, form: forms.Form, detail: DocumentDetail, act: str) -> Response:
    """409 for an act on a document that someone else acted on first."""
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
    return conflict(refusal, form, compared(refusal, form.typed, {}, editable=False), again)


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0
