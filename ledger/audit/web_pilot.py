"""试点页: what a pilot was given, where the money stands, and everything that happened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, make_response, render_template, request
from flask_babel import gettext as _

from ledger.audit.queries_journal import Event, Timeline
from ledger.audit.queries_statement import PilotStatement, Statement, StatementLine
from ledger.audit.queries_totals import PilotPositionOf, Position
from ledger.audit.web_pages import pages
from ledger.audit.web_pilots import shown_status
from ledger.dispatch import ask
from ledger.domain.access import Permission
from ledger.domain.documents import DocumentKind, Stage
from ledger.domain.money import ZERO, Money
from ledger.domain.pilots import MAY_BE_AWARDED, Direction, PilotStatus
from ledger.funds.queries_pilots import GetPilot, PilotDetail, PilotMoney
from ledger.funds.schemas_shown import event_words, field_changes, kind_name
from ledger.http import actor, forms, htmx
from ledger.http.paging import path

_TABS = ("timeline", "ledger", "projects")


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of the statement; an entry that moves no available money shows its amount in its text."""

    on: Any
    number: str
    url: str
    text: str
    beside: Money | None
    increase: Money | None
    decrease: Money | None
    balance: Money
    people: str
    is_reversal: bool


@pages.get("/t/<tenant:code>/pilots/<id:pilot_id>")
def show_pilot(code: str, pilot_id: int) -> Response:
    """One pilot; the tab is in the URL, and htmx may ask for the money bar or for older acts alone."""
    who = actor.current()
    detail = ask(GetPilot(tenant_code=code, pilot_id=pilot_id), who)
    tab = request.args.get("tab", "")
    tab = tab if tab in _TABS else "timeline"
    if htmx.is_target("timeline-more"):
        return make_response(render_template("pilots/_events.html", **_timeline(code, pilot_id)))
    position = ask(PilotPositionOf(tenant_code=code, pilot_id=pilot_id), who)
    shown = {"pilot": _pilot(detail, position), "position": _bars(position)}
    if htmx.is_target("moneybar"):
        return make_response(render_template("pilots/_moneybar.html", **shown))
    url = path("t", code, "pilots", pilot_id)
    page = render_template(
        "pilots/page.html",
        **shown,
        **(_timeline(code, pilot_id) if tab == "timeline" else {}),
        statement=_statement(code, pilot_id) if tab == "ledger" else None,
        export_url=None,
        tab=tab,
        tabs=[
            {"label": _("全部动态"), "url": url, "current": tab == "timeline", "count": None},
            {"label": _("资金台账"), "url": f"{url}?tab=ledger", "current": tab == "ledger", "count": None},
            {
                "label": _("项目"),
                "url": f"{url}?tab=projects",
                "current": tab == "projects",
                "count": len(detail.projects),
            },
        ],
        acts=_acts(code, detail, position),
        may_confirm=_may_confirm(detail),
        idempotency_key=forms.new_key(),
    )
    return make_response(page)


def _acts(code: str, detail: PilotDetail, position: Position) -> list[dict[str, str]]:
    """The entries that this person may make here, the one that the money waits for first."""
    may_be_awarded = detail.pilot.status in MAY_BE_AWARDED
    rows = [
        (Permission.DISBURSEMENT_RECORD, bool(position.available), _("登记拨付"), "disbursements"),
        (Permission.AWARD_RECORD, may_be_awarded and not position.awarded, _("资金核定"), "awards"),
        (
            Permission.ALLOCATION_RECORD,
            may_be_awarded and position.awarded > position.allocated,
            _("下达指标"),
            "allocations",
        ),
        (Permission.ACCEPTANCE_RECORD, position.spent > position.accepted, _("登记验收金额"), "acceptances"),
    ]
    return [
        {"label": label, "url": f"{path('t', code, collection, 'new')}?pilot={detail.pilot.id}"}
        for permission, fits, label, collection in rows
        if fits and actor.may(permission)
    ]


def _may_confirm(detail: PilotDetail) -> bool:
    pilot = detail.pilot
    return (
        pilot.status is PilotStatus.WAITING
        and pilot.made_by != actor.current().person_id
        and actor.may(Permission.DESIGNATION_CHECK)
    )


def _pilot(detail: PilotDetail, position: Position) -> dict[str, Any]:
    pilot = detail.pilot
    direction = Direction(pilot.direction) if pilot.direction in set(Direction) else None
    return {
        "id": pilot.id,
        "tenant_code": detail.tenant_code,
        "tenant_name": position.tenant_name,
        "name": pilot.name,
        "kind": pilot.kind.value,
        "status": shown_status(pilot.status, _money(detail)),
        "made_by": pilot.made_by_name,
        "direction": f"{direction.clause}{_(direction.label)}" if direction else pilot.direction,
        "uscc": pilot.uscc,
        "designation_document_no": pilot.designation_document_no,
        "designated_on": pilot.designated_on,
        "frozen_reason": None,
        "banned_until": None,
        "projects": [_project(project.name, project.code, money) for project, money in detail.projects],
    }


def _money(detail: PilotDetail) -> PilotMoney:
    names = PilotMoney.__dataclass_fields__
    sums = {name: Money(sum(getattr(money, name).fen for _one, money in detail.projects)) for name in names}
    return PilotMoney(**sums)


def _project(name: str, code: str | None, money: PilotMoney) -> dict[str, Any]:
    sums = {each: getattr(money, each) for each in ("awarded", "allocated", "disbursed", "spent", "accepted")}
    return {"name": name, "code": code or _("无项目代码"), "available": money.available, **sums}


def _bars(position: Position) -> dict[str, Money]:
    names = ("cap", "awarded", "allocated", "waiting", "disbursed", "available", "spent", "accepted", "recovered")
    bars: dict[str, Money] = {name: getattr(position, name) for name in names}
    # What is neither disbursed, nor waiting, nor available was taken back before it was disbursed.
    used = position.disbursed + position.waiting + position.available
    return bars | {"recovered_undisbursed": position.allocated - used}


def _timeline(code: str, pilot_id: int) -> dict[str, Any]:
    text = request.args.get("before", "")
    before = int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else None
    page = ask(Timeline(tenant_code=code, pilot_id=pilot_id, before_seq=before), actor.current())
    older = None if page.next_before is None else f"{path('t', code, 'pilots', pilot_id)}?before={page.next_before}"
    # On the newest page an act that no later one follows says where its document stands now.
    last = {} if before is not None else {event.subject_id: event.seq for event in reversed(page.items)}
    events = [_event(code, event, is_last=last.get(event.subject_id) == event.seq) for event in page.items]
    return {"events": events, "older_url": older}


_STANDS = {"recorded": "waiting", "amended": "waiting", "drafted": "draft", "withdrawn": "draft"}


def _event(code: str, event: Event, *, is_last: bool) -> dict[str, Any]:
    told = [
        event.office_name,
        event.document_no,
        event.voucher_no,
        _("原因：%(reason)s", reason=event.return_reason) if event.return_reason else None,
    ]
    before = {one.field: one.before for one in event.changes if one.before is not None}
    after = {one.field: one.after for one in event.changes if one.after is not None}
    has_page = event.subject_type in set(DocumentKind)
    verb = event.kind.rpartition("_")[2]
    stands = _STANDS.get(verb, "") if has_page and is_last else ""
    return {
        "at": event.recorded_at,
        "who": event.actor_name,
        "text": event_words(event.kind),
        "number": event.number,
        "url": path("t", code, "documents", event.subject_id) if has_page else None,
        "amount": event.amount,
        "status": "returned" if verb == "returned" else stands,
        "waiting_days": None,
        "note": " · ".join(one for one in told if one),
        "changes": field_changes(before, after) if verb == "amended" else [],
        "seq": event.seq,
        "digest": event.short_hash,
    }


def _statement(code: str, pilot_id: int) -> dict[str, Any]:
    found: PilotStatement = ask(Statement(tenant_code=code, pilot_id=pilot_id), actor.current())
    lines = [_line(code, one) for one in found.lines]
    return {
        "opening": ZERO,
        "closing": found.closing.balance,
        "increase_total": _total([one.increase for one in lines]),
        "decrease_total": _total([one.decrease for one in lines]),
        "from_on": found.lines[0].business_date if found.lines else None,
        "to_on": found.lines[-1].business_date if found.lines else None,
        "lines": lines,
    }


def _total(amounts: Sequence[Money | None]) -> Money:
    return Money(sum(one.fen for one in amounts if one is not None))


def _line(code: str, one: StatementLine) -> _Line:
    is_reversal = one.reverses_document_id is not None
    grows, falls = one.to_stage is Stage.ALLOCATED, one.from_stage is Stage.ALLOCATED
    kind = one.document_kind if not is_reversal else _KIND_OF_STAGE[one.to_stage]
    told = [kind_name(kind), one.project_name, one.payee_name, one.document_no, one.voucher_no, one.reason or one.note]
    return _Line(
        one.business_date,
        one.number,
        path("t", code, "documents", one.document_id),
        " · ".join(dict.fromkeys(each for each in told if each)),
        None if grows or falls else one.amount,
        one.amount if grows else None,
        one.amount if falls else None,
        one.running.balance,
        f"{one.made_by_name} / {one.checked_by_name}",
        is_reversal,
    )


_KIND_OF_STAGE = {
    Stage.AWARDED: DocumentKind.AWARD,
    Stage.ALLOCATED: DocumentKind.ALLOCATION,
    Stage.DISBURSED: DocumentKind.DISBURSEMENT,
    Stage.SPENT: DocumentKind.EXPENDITURE,
    Stage.ACCEPTED: DocumentKind.ACCEPTANCE,
    Stage.RECOVERED: DocumentKind.RECOVERY,
}
"""Which kind of document brings money to a stage."""
