"""填写, 核对, 送复核: the steps that every kind of entry goes through, and the answers on the way."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from flask import Response, flash, make_response, render_template
from flask_babel import gettext as _

from ledger import clock
from ledger.dispatch import Command, ask, execute
from ledger.domain.amounts import looks_like_wan
from ledger.domain.documents import Status
from ledger.domain.errors import Conflict, IdempotencyMismatch, LedgerError, NotFound, NotPermitted
from ledger.domain.money import ZERO, Money, plain, yuan
from ledger.funds.queries import GetDocument
from ledger.funds.queries_trial import LatestOf, TryEntry
from ledger.funds.schemas_shown import document_url
from ledger.funds.web_looks import Look, ask_back, chosen_id
from ledger.funds.web_money import Entered, MoneyPage
from ledger.funds.web_pages import Again, Compared, checkers, compared, conflict
from ledger.http import actor, forms, htmx
from ledger.http.fields import Fault
from ledger.http.locale import say


def opened(page: MoneyPage) -> Response:
    """填写: empty but for what is known, or with what the document that is mended says."""
    return _step_one(page, page.own(), forms.new_key())


def advanced(page: MoneyPage) -> Response:
    """The live check, a step back, the check page, a draft, or the sending: the button says which."""
    form, key = forms.Form.sent(), forms.sent_key() or forms.new_key()
    if htmx.is_target("capcheck"):
        check = _shown(page, form) if page.is_open else None
        return make_response(render_template("funds/_entry_panel.html", form=form, check=check))
    if not page.is_open:
        form.add("", Fault(page.words.empty))
        return _step_one(page, form, key, status=422)
    step = form.typed.get("step", "")
    if step.startswith("back"):
        field = step.partition(":")[2]
        return _step_one(page, form, key, focus=f"#{field}" if field in form.typed else "h1")
    try:
        entered = page.load()
    except forms.FormRefused as refused:
        return _step_one(page, refused.form, key, status=422)
    look = page.look(form)
    if ask_back(form, entered.amount, look.room or ZERO):
        return _step_one(page, form, key, status=422)
    if step in ("send", "draft"):
        return _send(page, form, entered, page.command(entered, form, draft=step == "draft"), key)
    return _refused(page, form, entered, look, key) or _step_two(page, form, entered, look, key)


def _tried(entered: Entered) -> list[LedgerError]:
    refusal = ask(TryEntry(entered), actor.current())
    return [] if refusal is None else [refusal]


def _shown(page: MoneyPage, form: forms.Form) -> Mapping[str, Any]:
    look = page.look(form)
    problems = list(look.problems)
    if look.amount is not None and not problems:
        # Not all of it may be typed yet: what there is was looked at.
        with suppress(forms.FormRefused):
            problems += _tried(page.load())
    if_wan = looks_like_wan(look.amount, look.room) if look.amount is not None and look.room is not None else None
    return {
        "amount": look.amount,
        "sums": look.sums,
        "problems": list(dict.fromkeys(say(one) for one in problems)),
        "asks_small": if_wan is not None,
        "if_wan": if_wan,
        "short": plain(look.amount).removesuffix(".00") if look.amount is not None else "",
        "ok": look.amount is not None and look.room is not None and not problems,
        "checked_at": clock.now(),
    }


def _step_one(page: MoneyPage, form: forms.Form, key: str, *, status: int = 200, focus: str = "h1") -> Response:
    # The summary names the faults in the order of the page, not of the checks.
    places = {name: place for place, name in enumerate(form.typed)}
    form.errors = dict(sorted(form.errors.items(), key=lambda one: places.get(one[0], len(places))))
    return htmx.render(
        "funds/entry_form.html",
        "funds/_entry_form.html",
        http_status=status,
        entry=page,
        form=form,
        check=_shown(page, form) if page.is_open else None,
        idempotency_key=key,
        focus=focus,
    )


def _step_two(page: MoneyPage, form: forms.Form, entered: Entered, look: Look, key: str) -> Response:
    form.typed |= page.read(entered)
    form.typed["room_seen"] = str(look.room.fen) if look.room is not None else ""
    return htmx.render(
        "funds/entry_check.html",
        "funds/_entry_check.html",
        entry=page,
        form=form,
        amount=entered.amount,
        sums=look.sums,
        rows=page.rows(entered),
        today=clock.today(),
        idempotency_key=key,
    )


def _refused(page: MoneyPage, form: forms.Form, entered: Entered, look: Look, key: str) -> Response | None:
    """The form again with what the rules refuse of it; None when they refuse nothing."""
    for problem in [*look.problems, *_tried(entered)]:
        page.refuse(form, problem)
    return _step_one(page, form, key, status=422) if form.errors else None


def _send(page: MoneyPage, form: forms.Form, entered: Entered, command: Command, key: str) -> Response:
    who = actor.current()
    try:
        receipt = execute(command, who, key)
    except IdempotencyMismatch:
        words = _("这张表单已经送出过一次，之后内容又改了。请先在列表里查看已送的那笔；如果这是另一笔，请核对后再送。")
        form.add("", Fault(words))
        return _step_one(page, form, forms.new_key(), status=422)
    except Conflict as refusal:
        if refusal.field is None:
            return _conflict(page, form, refusal)
        page.refuse(form, refusal)
        return _step_one(page, form, key, status=409)
    except NotPermitted:
        raise
    except NotFound:
        # A date without a policy is a fault of the form; what the page is about was found before.
        answer = _refused(page, form, entered, page.look(form), key)
        if answer is None:
            raise
        return answer
    except LedgerError as refusal:
        taken = _room_taken(page, form, entered, refusal)
        if taken is None:
            page.refuse(form, refusal)
        return taken or _step_one(page, form, key, status=422)
    _thank(page, receipt.facts[0].after)
    return htmx.redirect_to(document_url(page.tenant.code, page.kind, receipt.subject_id))


def _thank(page: MoneyPage, stored: Mapping[str, Any]) -> None:
    number, who = stored.get("number", ""), actor.current()
    if stored.get("status") == Status.DRAFT:
        flash(_("已存草稿 %(number)s。草稿不占用余额，送复核后才占用。", number=number), "success")
        return
    names = "、".join(checkers(who, page.tenant.code, page.kind, who.person_id)) or page.words.to_whom
    flash(_("已送复核 %(number)s → %(names)s", number=number, names=names), "success")


def _conflict(page: MoneyPage, form: forms.Form, refusal: Conflict) -> Response:
    """409 with what was, what is and what was typed; it may go on where the document still may be mended."""
    again = Again(action=page.action, version=0, latest_url=page.cancel_url)
    if page.document is not None:
        query = GetDocument(tenant_code=page.tenant.code, document_id=page.document.id)
        document = ask(query, actor.current()).shown.document
        if document.status in (Status.DRAFT, Status.RETURNED):
            again = Again(
                action=page.action,
                version=document.version,
                latest_url=page.cancel_url,
                step="check",
                button=_("按现在的内容重新校验"),
            )
    rows = compared(refusal, form.typed, page.inputs, editable=bool(again.button))
    return conflict(refusal, form, rows, again)


def _room_taken(page: MoneyPage, form: forms.Form, entered: Entered, refusal: LedgerError) -> Response | None:
    """409 when the room was larger at the time of the check page: someone else took of it; else None."""
    seen, room = chosen_id(form, "room_seen"), page.look(form).room
    if "available" not in refusal.numbers or room is None or Money(seen) <= room:
        return None
    page.refuse(form, refusal)
    rows = [
        Compared(page.words.room, Money(seen), room),
        Compared(page.words.amount, None, None, yuan(entered.amount), "amount" if "amount" in form.typed else ""),
    ]
    again = Again(
        action=page.action,
        version=0,
        latest_url=page.cancel_url,
        step="check",
        button=_("按现在的余额重新校验"),
    )
    return conflict(refusal, form, rows, again, _who_took(page, form))


def _who_took(page: MoneyPage, form: forms.Form) -> str:
    rests_on = page.rests_on(form)
    query = LatestOf(tenant_code=page.tenant.code, kind=page.kind, **rests_on)
    latest = ask(query, actor.current()) if rests_on else None
    if latest is None:
        return str(
            _("您核对之后，他人先登记了一笔，%(room)s已变。您填的内容都还在，请对照后再提交。", room=page.words.room)
        )
    words: str = _(
        "%(who)s 在 %(at)s 先登记了一笔 %(amount)s 元，%(room)s已变。您填的内容都还在，请对照后再提交。",
        who=latest.made_by_name,
        at=f"{latest.made_at.astimezone(clock.BEIJING):%H:%M}",
        amount=yuan(latest.amount),
        room=page.words.room,
    )
    return words
