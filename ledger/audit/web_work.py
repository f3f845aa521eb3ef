"""我的工作 and 复核: what waits for the one who asks, and what their role should see first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import Response, g, make_response, render_template, request
from flask_babel import gettext as _

from ledger import clock
from ledger.audit import web_work_blocks, web_work_reports
from ledger.audit.web_pages import pages
from ledger.audit.web_work_reports import REPORT
from ledger.dispatch import ask
from ledger.domain.access import Actor, Permission, check_permission, check_reach
from ledger.domain.dates import parse_typed_date
from ledger.domain.documents import DocumentKind
from ledger.domain.errors import BadValue
from ledger.domain.money import ZERO, total
from ledger.funds.queries import MyWork, Work
from ledger.funds.queries_entry import CountWork, ListWaitingDesignations, may_wait
from ledger.funds.schemas_shown import WorkRow, designation_rows, kind_name, work_rows
from ledger.http import actor, htmx, navigation, paging
from ledger.http.filters import SHANGHAI
from ledger.identity.queries import TENANTS

_FILTERS = ("q", "kind", "from", "to")
_NAMES = {row.code: row.name for row in TENANTS}
_KINDS = tuple(kind for kind in DocumentKind if kind is not DocumentKind.REVERSAL)


@pages.get("/")
def home() -> Response:
    """What waits, what came back, what was sent, what was done; and the cards of one's roles."""
    who = actor.current()
    work = ask(MyWork(), who)
    rows = _boxes(who, work)
    box = request.args.get("box", "todo")
    box = box if box in rows else "todo"
    typed = {name: paging.words_asked(name) for name in _FILTERS}
    listed = [row for row in rows[box] if _fits(row, typed)]
    labels = {"todo": _("待办"), "returned": _("退回和草稿"), "sent": _("我发起的"), "done": _("已办")}
    counted = ("todo", "returned", "sent")
    return htmx.render(
        "home.html",
        "funds/_approvals.html",
        today=clock.today(),
        boxes=[
            {
                "name": name,
                "label": labels[name],
                "url": "/" if name == "todo" else f"/?box={name}",
                "current": name == box,
                "count": len(rows[name]) if name in counted else None,
            }
            for name in rows
        ]
        if who.may(Permission.PILOT_READ)
        else [],
        blocks=web_work_blocks.blocks(who, work),
        box=box,
        **_filters(typed),
        **_listed(listed, work),
    )


@pages.get("/todo-count")
@actor.public
@actor.unattended
def count_todo() -> Response:
    """How much waits, for the number beside 我的工作; who is signed out is told nothing and led nowhere."""
    if not actor.is_signed_in():
        # A page that asks by itself must not send its reader away from what they type.
        return make_response("", 204)
    return make_response(render_template("audit/_todo_count.html", number=_count(actor.current())))


@pages.get("/approvals")
def all_approvals() -> Response:
    """复核 of every tenant that the one who asks may check."""
    return _approvals(None)


@pages.get("/t/<tenant:code>/approvals")
def approvals(code: str) -> Response:
    """复核 of one tenant."""
    check_reach(actor.current(), code)
    check_permission(actor.current(), Permission.MONEY_READ)
    return _approvals(code)


def _approvals(code: str | None) -> Response:
    work = ask(MyWork(), actor.current())
    typed = {name: paging.words_asked(name) for name in _FILTERS}
    rows = [row for row in _waiting(actor.current(), work, code) if _fits(row, typed)]
    return htmx.render(
        "funds/approvals.html",
        "funds/_approvals.html",
        tenant={"code": code, "name": _NAMES[code]} if code else None,
        box="todo",
        **_filters(typed),
        **_listed(rows, work),
    )


def _fits(row: WorkRow, typed: dict[str, str]) -> bool:
    is_kind = not typed["kind"] or row.kind == typed["kind"]
    sent_on = row.sent_at.astimezone(SHANGHAI).date()
    is_within = _day(typed["from"], date.min) <= sent_on <= _day(typed["to"], date.max)
    return is_kind and is_within and typed["q"].casefold() in f"{row.pilot_name} {row.number} {row.sent_by}".casefold()


def _day(text: str, otherwise: date) -> date:
    try:
        return parse_typed_date(text, "") if text else otherwise
    except BadValue:
        # A reader's link must not fail: an unreadable day filters nothing.
        return otherwise


def _filters(typed: dict[str, str]) -> dict[str, Any]:
    kinds = [(kind.value, kind_name(kind)) for kind in _KINDS]
    kinds += [("reversal", kind_name(DocumentKind.REVERSAL)), ("designation", _("认定")), (REPORT, _("变更报备"))]
    words = {
        "q": _("查找＝%(what)s", what=typed["q"]),
        "kind": _("事项＝%(what)s", what=dict(kinds).get(typed["kind"], typed["kind"])),
        "from": _("自 %(day)s", day=typed["from"]),
        "to": _("至 %(day)s", day=typed["to"]),
    }
    return {"kinds": kinds, "typed": typed, "chips": [(name, words[name]) for name, value in typed.items() if value]}


def _waiting(who: Actor, work: Work, code: str | None = None) -> list[WorkRow]:
    today, wide = clock.today(), who.is_province
    documents = [one for one in work.to_check if code in (None, one.tenant_code)]
    rows = work_rows(documents, today, names_tenant=wide and code is None)
    if who.may(Permission.DESIGNATION_CHECK):
        found = [one for one in ask(ListWaitingDesignations(), who) if one.made_by != who.person_id]
        rows += designation_rows([one for one in found if code in (None, one.tenant_code)], today)
    reports = web_work_reports.waiting(who, today)
    rows += [row for row in reports if code in (None, row.tenant_code)]
    return sorted(rows, key=lambda row: row.sent_at)


def _boxes(who: Actor, work: Work) -> dict[str, list[WorkRow]]:
    today, wide = clock.today(), who.is_province
    back, sent = web_work_reports.own(who, today)
    return {
        "todo": _waiting(who, work),
        "returned": [*work_rows(work.returned, today, names_tenant=wide), *back],
        "sent": [*work_rows(work.sent, today, names_tenant=wide), *sent],
        "done": work_rows(work.done, today, names_tenant=wide),
    }


def _listed(rows: Sequence[WorkRow], work: Work) -> dict[str, Any]:
    asked = paging.page_asked()
    shown = rows[asked.offset : asked.offset + asked.per_page]
    done_at = [one.document.checked_at for one in work.done if one.document.checked_at is not None]
    return {
        "page": paging.Page(shown, len(rows), asked.page, asked.per_page),
        "amount_total": total([row.amount or ZERO for row in rows]),
        "last_done_at": max(done_at, default=None),
        "done_url": "/?box=done" if done_at else None,
    }


def _count(who: Actor) -> int | None:
    # An error page must not ask the database that has just failed; for who checks nothing there is no number.
    return None if "fault_number" in g or not may_wait(who) else ask(CountWork(), who)


@pages.record_once
def _show_count(state: Any) -> None:
    navigation.count_at(state.app, "/", _count)
