"""我的工作 and 复核: what waits for the one who asks, and what their role should see first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, g, request
from flask_babel import gettext as _

from ledger import clock
from ledger.audit.queries_totals import TenantTotals
from ledger.audit.web_pages import pages
from ledger.dispatch import ask
from ledger.domain.access import Actor, Permission, Role, check_permission, check_reach
from ledger.domain.documents import DocumentKind
from ledger.domain.money import ZERO, Money, total
from ledger.funds.queries import ListOpenAllocations, MyWork, Work
from ledger.funds.queries_entry import CountWork, ListWaitingDesignations
from ledger.funds.queries_pilots import ListPilots
from ledger.funds.schemas_shown import WorkRow, designation_rows, kind_name, work_rows
from ledger.http import actor, htmx, navigation, paging
from ledger.http.filters import SHANGHAI
from ledger.http.paging import path
from ledger.identity.queries import TENANTS

_NAMES = {row.code: row.name for row in TENANTS}
_TOP = 5


@dataclass(frozen=True, slots=True)
class _Item:
    text: str
    url: str | None = None
    amount: Money | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class _Block:
    """A card at the top of 我的工作."""

    title: str
    note: str
    items: list[_Item]
    act: dict[str, str] | None = None


@pages.get("/")
def home() -> Response:
    """What waits, what came back, what was sent, what was done; and the cards of one's roles."""
    who = actor.current()
    work = ask(MyWork(), who)
    rows = _boxes(who, work)
    box = request.args.get("box", "todo")
    box = box if box in rows else "todo"
    labels = {"todo": _("待办"), "returned": _("退回和草稿"), "sent": _("我发起的"), "done": _("已办")}
    counted = ("todo", "returned", "sent")
    return htmx.render(
        "home.html",
        "funds/_approvals.html",
        today=clock.today(),
        boxes=[
            {
                "label": labels[name],
                "url": "/" if name == "todo" else f"/?box={name}",
                "current": name == box,
                "count": len(rows[name]) if name in counted else None,
            }
            for name in rows
        ]
        if who.may(Permission.PILOT_READ)
        else [],
        blocks=_blocks(who, work),
        box=box,
        **_listed(rows[box], work),
    )


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
    typed = {name: paging.words_asked(name) for name in ("q", "kind")}
    rows = [row for row in _waiting(actor.current(), work, code) if _fits(row, typed)]
    kinds = [(kind.value, kind_name(kind)) for kind in DocumentKind if kind is not DocumentKind.REVERSAL]
    return htmx.render(
        "funds/approvals.html",
        "funds/_approvals.html",
        tenant={"code": code, "name": _NAMES[code]} if code else None,
        kinds=[*kinds, ("reversal", kind_name(DocumentKind.REVERSAL)), ("designation", _("认定"))],
        typed=typed,
        box="todo",
        **_listed(rows, work),
    )


def _fits(row: WorkRow, typed: dict[str, str]) -> bool:
    is_kind = not typed["kind"] or row.kind == typed["kind"]
    return is_kind and typed["q"].casefold() in f"{row.pilot_name} {row.number} {row.sent_by}".casefold()


def _waiting(who: Actor, work: Work, code: str | None = None) -> list[WorkRow]:
    today, wide = clock.today(), who.is_province
    documents = [one for one in work.to_check if code in (None, one.tenant_code)]
    rows = work_rows(documents, today, names_tenant=wide and code is None)
    if who.may(Permission.DESIGNATION_CHECK):
        found = [one for one in ask(ListWaitingDesignations(), who) if one.made_by != who.person_id]
        rows += designation_rows([one for one in found if code in (None, one.tenant_code)], today)
    return sorted(rows, key=lambda row: row.sent_at)


def _boxes(who: Actor, work: Work) -> dict[str, list[WorkRow]]:
    today, wide = clock.today(), who.is_province
    return {
        "todo": _waiting(who, work),
        "returned": work_rows(work.returned, today, names_tenant=wide),
        "sent": work_rows(work.sent, today, names_tenant=wide),
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


def _blocks(who: Actor, work: Work) -> list[_Block]:
    blocks = []
    if Role.FINANCE_OFFICER in who.roles:
        blocks.append(_open_room(who))
    if Role.FINANCE_REVIEWER in who.roles or Role.PROVINCE_REVIEWER in who.roles:
        blocks.append(_checked_this_month(work))
    if who.roles & {Role.DRC_OFFICER, Role.DRC_REVIEWER}:
        blocks.append(_to_accept(who))
    if who.is_province and who.may(Permission.MONEY_READ):
        blocks.append(_least_disbursed(who))
    if who.may(Permission.PERSON_MANAGE):
        places = ((_("用户"), "/admin/users"), (_("系统状态"), "/status"))
        items = [_Item(label, url) for label, url in places if navigation.is_there(url)]
        blocks.append(_Block(_("系统管理"), _("管理员不看金额"), items))
    return blocks


def _open_room(who: Actor) -> _Block:
    rooms: dict[int, tuple[str, Money]] = {}
    for one in ask(ListOpenAllocations(tenant_code=who.tenant_code), who):
        _name, before = rooms.get(one.pilot_id, (one.pilot_name, ZERO))
        rooms[one.pilot_id] = (one.pilot_name, before + one.position.available)
    largest = sorted(((room, pilot_id, name) for pilot_id, (name, room) in rooms.items() if room), reverse=True)
    items = [
        _Item(name, path("t", who.tenant_code, "pilots", pilot_id), room) for room, pilot_id, name in largest[:_TOP]
    ]
    act = {"label": _("登记拨付"), "url": path("t", who.tenant_code, "disbursements", "new")}
    note = _("共 %(n)s 个试点有可拨余额", n=len(largest))
    return _Block(_("可拨余额最多的试点"), note, items, act if items else None)


def _checked_this_month(work: Work) -> _Block:
    today = clock.today()
    done = [
        one.document
        for one in work.done
        if one.document.checked_at and one.document.checked_at.astimezone(SHANGHAI).date() >= today.replace(day=1)
    ]
    text = _("复核通过 %(n)s 件", n=len(done))
    items = [_Item(text, "/?box=done", total([one.amount for one in done]))] if done else []
    return _Block(_("当月已复核"), f"{today.year}-{today.month:02d}", items)


def _to_accept(who: Actor) -> _Block:
    found = ask(ListPilots(tenant_code=who.tenant_code, sort="-disbursed", per_page=200), who)
    spent = [one for one in found.items if one.money.accepted < one.money.spent]
    items = [
        _Item(one.name, path("t", one.tenant_code, "pilots", one.id), one.money.spent - one.money.accepted)
        for one in spent[:_TOP]
    ]
    return _Block(_("已支出、待验收"), _("支出减去已验收"), items)


def _least_disbursed(who: Actor) -> _Block:
    rows = [row for row in ask(TenantTotals(), who).rows if row.disbursed < row.allocated]
    rows.sort(key=lambda row: (row.disbursed.fen * 1000 // row.allocated.fen, row.code))
    items = [
        _Item(
            row.name,
            path("t", row.code, "pilots"),
            row.allocated - row.disbursed,
            _("拨付率 %(share)s", share=f"{row.disbursed.fen * 1000 // row.allocated.fen / 10}%"),
        )
        for row in rows[:_TOP]
    ]
    return _Block(_("已下达、未拨付"), _("拨付率低的在前"), items, {"label": _("查看汇总"), "url": "/totals"})


def _count(who: Actor) -> int | None:
    # An error page must not ask the database that has just failed.
    return None if "fault_number" in g else ask(CountWork(), who) or None


@pages.record_once
def _show_count(state: Any) -> None:
    navigation.count_at(state.app, "/", _count)
