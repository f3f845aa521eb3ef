"""填写, 核对, 送复核 for every kind of money document but the disbursement: one flow, a page class for each kind."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from flask import Response, flash, make_response, render_template, request
from flask_babel import gettext as _
from marshmallow import Schema

from ledger import clock
from ledger.dispatch import Command, execute
from ledger.domain.access import check_permission, check_reach
from ledger.domain.amounts import looks_like_wan
from ledger.domain.documents import PERMISSIONS, DocumentKind
from ledger.domain.errors import Conflict, IdempotencyMismatch, LedgerError, NotFound, NotPermitted
from ledger.domain.money import ZERO, Money, plain, yuan
from ledger.funds.schemas_shown import document_url
from ledger.funds.web_entry import ask_back
from ledger.funds.web_looks import Look, chosen_id
from ledger.funds.web_pages import Again, Compared, Tenant, checkers, compared, conflict, tenant
from ledger.http import actor, forms, htmx
from ledger.http.fields import Fault
from ledger.http.locale import say
from ledger.http.paging import path


class Entered(Command, Protocol):
    """A command that records one sum of money."""

    @property
    def amount(self) -> Money: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What a kind of entry calls its parts."""

    title: str
    check: str
    amount: str
    room: str
    note: str
    empty: str
    """Why nothing can be entered here, and what comes first."""
    to_whom: str
    """Who checks it, where their names are not known."""


class MoneyPage(ABC):
    """One entry in the making; made anew for each request.

    Raises:
        NotFound: another tenant's place, or what the entry is about is unknown.
        NotPermitted: the asker may not record such documents.
    """

    kind: ClassVar[DocumentKind]
    template: ClassVar[str]
    """The partial with the kind's own fields."""

    def __init__(self, code: str) -> None:
        who = actor.current()
        check_reach(who, code)
        check_permission(who, PERMISSIONS[self.kind][0])
        self.tenant: Tenant = tenant(code)
        self.action = request.path
        self.cancel_url = path("t", code, "pilots")
        self.subject = ""
        """What the entry is about: the pilot, and the document that it follows."""
        self.crumbs: list[tuple[str, str]] = [(_("试点"), self.cancel_url)]
        self.about: dict[str, str] = {}
        """Hidden fields that say what the entry is about."""
        self.is_open = False
        """Whether anything can be entered here."""

    @property
    @abstractmethod
    def words(self) -> Words:
        """Its parts in the reader's language."""

    @abstractmethod
    def load(self) -> Entered:
        """The command that the sent form asks for; raises FormRefused."""

    @abstractmethod
    def look(self, form: forms.Form) -> Look:
        """Every rule on what is typed, as of now."""

    @abstractmethod
    def rows(self, entered: Any) -> list[tuple[str, str, Any]]:
        """What is read once more before sending: the input, its label and its value."""

    def loaded(self, schema: type[Schema], /, **constructor: Any) -> Any:
        """What `schema` makes of the sent form in this tenant; raises FormRefused."""
        return forms.load(schema, request.form, tenant_code=self.tenant.code, **constructor)

    def blank(self) -> forms.Form:
        """The form as it is opened, with what is known already."""
        return forms.Form({})

    def field_of(self, name: str) -> str:
        """The input that a refusal of `name` stands beside."""
        return name

    def refuse(self, form: forms.Form, refusal: LedgerError) -> None:
        """Put a refusal beside its input."""
        form.add(self.field_of(refusal.field or ""), Fault.of(refusal))

    def of_pilot(self, pilot_id: int, name: str) -> None:
        """Say whose money it is, and lead back to them."""
        self.cancel_url, self.subject = path("t", self.tenant.code, "pilots", pilot_id), name
        self.crumbs.append((name, self.cancel_url))

    def of_document(self, kind: DocumentKind, document_id: int, label: str) -> None:
        """Say which document the entry follows, and lead back to it."""
        self.cancel_url = document_url(self.tenant.code, kind, document_id)
        self.crumbs.append((label, self.cancel_url))


def opened(page: MoneyPage) -> Response:
    """填写, empty but for what is known."""
    return _step_one(page, page.blank(), forms.new_key())


def advanced(page: MoneyPage) -> Response:
    """The live check, a step back, the check page, or the sending: the button says which."""
    form, key = forms.Form.sent(), forms.sent_key() or forms.new_key()
    if not page.is_open:
        form.add("", Fault(page.words.empty))
        return _step_one(page, form, key, status=422)
    if htmx.is_target("capcheck"):
        return make_response(render_template("funds/_entry_panel.html", form=form, check=_shown(page, form)))
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
    if step == "send":
        return _send(page, form, entered, look, key)
    return _refused(page, form, look, key) or _step_two(page, form, entered, look, key)


def _shown(page: MoneyPage, form: forms.Form) -> Mapping[str, Any]:
    look = page.look(form)
    if_wan = looks_like_wan(look.amount, look.room) if look.amount is not None and look.room is not None else None
    return {
        "amount": look.amount,
        "sums": look.sums,
        "problems": list(dict.fromkeys(say(one) for one in look.problems)),
        "asks_small": if_wan is not None,
        "if_wan": if_wan,
        "short": plain(look.amount).removesuffix(".00") if look.amount is not None else "",
        "ok": look.amount is not None and look.room is not None and not look.problems,
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


def _refused(page: MoneyPage, form: forms.Form, look: Look, key: str) -> Response | None:
    """The form again with what the rules refuse of it; None when they refuse nothing."""
    for problem in look.problems:
        page.refuse(form, problem)
    return _step_one(page, form, key, status=422) if form.errors else None


def _send(page: MoneyPage, form: forms.Form, entered: Entered, look: Look, key: str) -> Response:
    who = actor.current()
    try:
        receipt = execute(entered, who, key)
    except IdempotencyMismatch:
        words = _("这张表单已经送出过一次，之后内容又改了。请先在列表里查看已送的那笔；如果这是另一笔，请核对后再送。")
        form.add("", Fault(words))
        return _step_one(page, form, forms.new_key(), status=422)
    except Conflict as refusal:
        if refusal.field is None:
            again = Again(action=page.action, version=0, latest_url=page.cancel_url)
            return conflict(refusal, form, compared(refusal, form.typed, editable=False), again)
        page.refuse(form, refusal)
        return _step_one(page, form, key, status=409)
    except NotPermitted:
        raise
    except NotFound:
        # A date without a policy is a fault of the form; what the page is about was found before.
        answer = _refused(page, form, look, key)
        if answer is None:
            raise
        return answer
    except LedgerError as refusal:
        taken = _room_taken(page, form, entered, refusal)
        if taken is None:
            page.refuse(form, refusal)
        return taken or _step_one(page, form, key, status=422)
    number = receipt.facts[0].after.get("number", "")
    names = "、".join(checkers(who, page.tenant.code, page.kind, who.person_id)) or page.words.to_whom
    flash(_("已送复核 %(number)s → %(names)s", number=number, names=names), "success")
    return htmx.redirect_to(document_url(page.tenant.code, page.kind, receipt.subject_id))


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
    message = _("您核对之后，他人先登记了一笔，余额已变。您填的内容都还在，请对照后再提交。")
    return conflict(refusal, form, rows, again, message)
