"""An entry of a disbursement in the making: what is typed, what the rules say of it, and its three renderings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import Response, render_template
from flask_babel import gettext as _

from ledger import clock
from ledger.dispatch import ask
from ledger.domain import amounts, dates, identifiers
from ledger.domain.amounts import looks_like_wan
from ledger.domain.errors import BadValue, LedgerError
from ledger.domain.funds import AllocationPosition
from ledger.domain.money import Money, plain, yuan
from ledger.funds.commands_disbursement import AmendDisbursement, RecordDisbursement
from ledger.funds.queries import OpenAllocation
from ledger.funds.queries_entry import Preview, PreviewDisbursement
from ledger.funds.web_pages import Again, Compared, Tenant, conflict
from ledger.http import actor, forms, htmx
from ledger.http.fields import Fault
from ledger.http.locale import say

Entered = RecordDisbursement | AmendDisbursement
MOST_COMPARED = 200
"""Characters of a typed text that is compared with the ledger's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Where an entry is made: a new disbursement, or (with `document_id`) the mending of one."""

    tenant: Tenant
    action: str
    cancel_url: str
    allocations: Sequence[OpenAllocation]
    pilot_id: int = 0
    document_id: int = 0

    @property
    def pilot(self) -> dict[str, Any] | None:
        """The pilot whose allocations alone are offered."""
        if not self.pilot_id or not self.allocations:
            return None
        return {"id": self.pilot_id, "name": self.allocations[0].pilot_name}

    def options(self) -> list[tuple[str, str]]:
        """The allocations as the select shows them, with what each has left."""
        return [(str(one.allocation_id), self._label(one)) for one in self.allocations]

    def label_of(self, allocation_id: int) -> str:
        """One allocation in words."""
        return next((self._label(one) for one in self.allocations if one.allocation_id == allocation_id), "—")

    def _label(self, one: OpenAllocation) -> str:
        name = one.project_name if self.pilot_id else f"{one.pilot_name} · {one.project_name}"
        left = yuan(one.position.available)
        return str(_("%(no)s · %(name)s · 可拨 %(left)s", no=one.document_no, name=name, left=left))


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What the panel beside the form shows; advice alone."""

    amount: Money | None
    room: AllocationPosition | None
    after: Money | None
    ok: bool
    problems: list[str]
    asks_small: bool
    if_wan: Money | None
    short: str
    checked_at: datetime


def check_typed(entry: Entry, form: forms.Form) -> Check | None:
    """Check as much as is typed; None while neither allocation nor amount is."""
    chosen = form.typed.get("allocation_id", "")
    allocation_id = next((one.allocation_id for one in entry.allocations if str(one.allocation_id) == chosen), 0)
    problems: list[str] = []
    amount, paid_on = _amount(form, problems), _paid_on(form, problems)
    if not allocation_id and amount is None and not problems:
        return None
    preview = None
    if allocation_id:
        preview = preview_of(entry, allocation_id, form, amount=amount, paid_on=paid_on)
        problems += [say(one) for one in preview.problems]
    room = preview.context.position if preview else None
    if_wan = looks_like_wan(amount, room.available) if amount is not None and room is not None else None
    after = room.available - amount if amount is not None and room is not None else None
    return Check(
        amount=amount,
        room=room,
        after=after,
        ok=room is not None and amount is not None and not problems,
        problems=problems,
        asks_small=if_wan is not None,
        if_wan=if_wan,
        short=_short(amount) if amount is not None else "",
        checked_at=clock.now(),
    )


def preview_of(
    entry: Entry, allocation_id: int, form: forms.Form, *, amount: Money | None, paid_on: date | None
) -> Preview:
    """Every rule on what is typed, as of now."""
    query = PreviewDisbursement(
        tenant_code=entry.tenant.code,
        allocation_id=allocation_id,
        amount=amount,
        paid_on=paid_on,
        voucher_no=_text(form, "voucher_no"),
        payee_name=_text(form, "payee_name"),
        except_id=entry.document_id,
    )
    return ask(query, actor.current())


def _text(form: forms.Form, name: str) -> str:
    try:
        return identifiers.clean_text(form.typed.get(name, ""), name, MOST_COMPARED)
    except BadValue:
        # Its own field says what is wrong with it; no other text can be like it.
        return ""


def _short(amount: Money) -> str:
    """An amount as one says it: `500`, `500.50`."""
    return plain(amount).removesuffix(".00")


def _amount(form: forms.Form, problems: list[str]) -> Money | None:
    text = form.typed.get("amount", "")
    try:
        return amounts.parse_typed(text) if text.strip() else None
    except BadValue as error:
        problems.append(say(error))
        return None


def _paid_on(form: forms.Form, problems: list[str]) -> date | None:
    text = form.typed.get("paid_on", "")
    try:
        return dates.parse_typed_date(text, "paid_on") if text.strip() else None
    except BadValue as error:
        problems.append(say(error))
        return None


def ask_back(form: forms.Form, amount: Money, available: Money) -> bool:
    """Put the question of the 万元 slip beside the form; False when the answer is there or it need not be asked."""
    meant = looks_like_wan(amount, available)
    # The tick confirms one amount: it does not hold for the next one that is typed.
    if meant is None or form.typed.get("confirm_small") == plain(amount):
        return False
    form.typed.setdefault("confirm_small", "")
    words = _(
        "您填的是 %(yuan)s 元。如果是 %(number)s 万元，请填 %(full)s；确实是 %(yuan)s 元，请在“校验”栏勾选确认。",
        yuan=yuan(amount),
        number=_short(amount),
        full=yuan(meant),
    )
    form.add("confirm_small", Fault(words, "invalid"))
    return True


def capcheck(entry: Entry, form: forms.Form) -> str:
    """The live panel alone."""
    return render_template("funds/_capcheck.html", form=form, check=check_typed(entry, form))


def step_one(entry: Entry, form: forms.Form, key: str, *, status: int = 200, focus: str = "h1") -> Response:
    """填写: the form, with everything that was typed."""
    return htmx.render(
        "funds/disbursement_form.html",
        "funds/_disbursement_form.html",
        http_status=status,
        tenant=entry.tenant,
        pilot=entry.pilot,
        entry=entry,
        allocations=entry.options(),
        form=form,
        check=check_typed(entry, form),
        idempotency_key=key,
        focus=focus,
    )


def step_two(entry: Entry, form: forms.Form, entered: Entered, preview: Preview, key: str) -> Response:
    """核对: read once more what will be sent, with what it leaves."""
    room = preview.context.position
    form.typed["amount"] = yuan(entered.amount)
    form.typed["paid_on"] = entered.paid_on.isoformat()
    form.typed["room_seen"] = str(room.available.fen)
    rows = [
        ("allocation_id", _("指标文号、项目"), entry.label_of(entered.allocation_id)),
        ("paid_on", _("拨付日期"), entered.paid_on),
        ("voucher_no", _("支付凭证号"), entered.voucher_no),
        ("payee_name", _("收款单位"), entered.payee_name),
        ("payee_account", _("收款账号"), entered.payee_account),
        ("note", _("说明"), entered.note or None),
    ]
    return htmx.render(
        "funds/disbursement_check.html",
        "funds/_disbursement_check.html",
        tenant=entry.tenant,
        pilot=entry.pilot,
        entry=entry,
        form=form,
        amount=entered.amount,
        room=room,
        after=room.available - entered.amount,
        rows=rows,
        today=clock.today(),
        idempotency_key=key,
    )


def room_taken(entry: Entry, form: forms.Form, entered: Entered, refusal: LedgerError) -> Response | None:
    """409 when the room was larger at the time of the check page: someone else took of it; else None."""
    seen = form.typed.get("room_seen", "")
    now = refusal.numbers.get("available")
    if now is None or not (seen.isascii() and seen.isdecimal() and len(seen) <= 18) or Money(int(seen)) <= now:
        return None
    latest = preview_of(entry, entered.allocation_id, form, amount=None, paid_on=None).latest
    message = _("可拨余额已变。您填的内容都还在，请对照后再提交。")
    if latest is not None:
        message = _(
            "%(who)s 在 %(at)s 先登记了一笔 %(amount)s 元，可拨余额已变。您填的内容都还在，请对照后再提交。",
            who=latest.made_by_name,
            at=f"{latest.made_at.astimezone(clock.BEIJING):%H:%M}",
            amount=yuan(latest.amount),
        )
    form.refuse(refusal)
    rows = [
        Compared(_("可拨余额"), Money(int(seen)), now),
        Compared(_("本次金额"), None, None, form.typed.get("amount", ""), "amount"),
    ]
    again = Again(
        action=entry.action,
        version=0,
        latest_url=entry.cancel_url,
        step="check",
        button=_("按现在的余额重新校验"),
    )
    return conflict(refusal, form, rows, again, message)
