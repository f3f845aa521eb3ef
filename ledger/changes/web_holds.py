"""What holds a project's money, and the province's release of it: asked for by one person, confirmed by another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, flash, make_response, render_template, request
from flask_babel import gettext as _

from ledger.changes.commands_release import ConfirmRelease, SendBackRelease
from ledger.changes.queries import StoredHold
from ledger.changes.queries_lists import ListedHold, ListHoldsOf
from ledger.changes.schemas_form import ReleaseSchema
from ledger.changes.schemas_shown import hold_name, report_url
from ledger.changes.web_pages import pages
from ledger.dispatch import Command, ask, execute
from ledger.domain.access import Permission, check_permission, check_reach
from ledger.domain.changes import HoldReason
from ledger.domain.errors import Conflict, LedgerError, MakerIsChecker, NotFound, NotPermitted
from ledger.http import actor, forms
from ledger.http.htmx import redirect_to
from ledger.http.paging import path

_HOLD = "/t/<tenant:code>/holds/<id:hold_id>/release"
_RELEASED = frozenset({HoldReason.SUSPENSION, HoldReason.STOPPED})
"""Holds that end by an act of the province; the others end with their report."""


@dataclass(frozen=True, slots=True)
class ShownHold:
    """A hold, as pages show it."""

    words: str
    number: str
    url: str
    release_url: str | None


def shown_holds(code: str, holds: Sequence[StoredHold]) -> list[ShownHold]:
    """What holds the money, with a link to its end where the asker may act on it."""
    acts = actor.may(Permission.CHANGE_DISPOSE) or actor.may(Permission.CHANGE_CONFIRM)
    return [
        ShownHold(
            _("暂停拨付：%(why)s（第十条）。", why=hold_name(one.kind)),
            one.report_number,
            report_url(code, one.report_id),
            path("t", code, "holds", one.id, "release") if acts and one.kind in _RELEASED else None,
        )
        for one in holds
    ]


@pages.get(_HOLD)
def release_form(code: str, hold_id: int) -> Response:
    """解除暂停拨付: the form, or what was asked for and waits for the second person."""
    check_reach(actor.current(), code)
    if not actor.current().is_province:
        raise NotPermitted("暂停拨付由省级人员解除。")
    return _page(code, hold_id, forms.Form({"document_no": "", "reason": ""}))


@pages.post(_HOLD)
def release_hold(code: str, hold_id: int) -> Response:
    """Ask for the end of a hold; it goes on until the second person confirms."""
    check_reach(actor.current(), code)
    check_permission(actor.current(), Permission.CHANGE_DISPOSE)
    form = forms.Form.sent()
    try:
        command = forms.load(ReleaseSchema, request.form, tenant_code=code, hold_id=hold_id)
        execute(command, actor.current(), forms.sent_key())
    except forms.FormRefused as refused:
        return _page(code, hold_id, refused.form, 422)
    except (NotPermitted, NotFound):
        raise
    except LedgerError as refusal:
        return _page(code, hold_id, form.refuse(refusal), 409 if isinstance(refusal, Conflict) else 422)
    flash(_("解除已送省级复核，复核之前仍暂停拨付。"), "success")
    return redirect_to(path("t", code, "holds", hold_id, "release"))


@pages.post(f"{_HOLD}/confirm")
def confirm_release(code: str, hold_id: int) -> Response:
    """确认解除, as the province's second person."""
    return _second(code, hold_id, ConfirmRelease(tenant_code=code, hold_id=hold_id), _("已解除暂停，可以继续拨付。"))


@pages.post(f"{_HOLD}/send-back")
def send_back_release(code: str, hold_id: int) -> Response:
    """不同意解除: it goes on."""
    return _second(
        code, hold_id, SendBackRelease(tenant_code=code, hold_id=hold_id), _("已退回解除申请，继续暂停拨付。")
    )


def _second(code: str, hold_id: int, command: Command, words: str) -> Response:
    try:
        hold = _hold(code, hold_id).hold
        execute(command, actor.current(), forms.sent_key())
    except (MakerIsChecker, NotPermitted, NotFound):
        raise
    except LedgerError as refusal:
        return _page(code, hold_id, forms.Form({}).refuse(refusal), 409 if isinstance(refusal, Conflict) else 422)
    flash(words, "success")
    return redirect_to(report_url(code, hold.report_id))


def _hold(code: str, hold_id: int) -> ListedHold:
    found = [one for one in ask(ListHoldsOf(tenant_code=code), actor.current()) if one.hold.id == hold_id]
    if not found:
        raise NotFound()
    return found[0]


def _page(code: str, hold_id: int, form: forms.Form, status: int = 200) -> Response:
    one = _hold(code, hold_id)
    hold, who = one.hold, actor.current()
    asked: dict[str, Any] | None = None
    if hold.release_made_by is not None:
        asked = {
            "document_no": hold.document_no,
            "reason": hold.release_reason,
            "who": hold.release_made_by_name,
            "at": hold.release_made_at,
        }
    page = render_template(
        "changes/release.html",
        hold={
            "words": hold_name(hold.kind),
            "number": hold.report_number,
            "report_url": report_url(code, hold.report_id),
            "held_at": hold.held_at,
            "subject": " · ".join(each for each in (one.pilot_name, one.project_name) if each),
            "ends_here": hold.kind in _RELEASED,
        },
        asked=asked,
        may_ask=actor.may(Permission.CHANGE_DISPOSE) and asked is None and hold.kind in _RELEASED,
        may_confirm=actor.may(Permission.CHANGE_CONFIRM)
        and asked is not None
        and hold.release_made_by != who.person_id,
        url=path("t", code, "holds", hold_id, "release"),
        form=form,
        idempotency_key=forms.new_key(),
    )
    return make_response(page, status)
