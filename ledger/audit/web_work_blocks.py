"""The cards on top of 我的工作: what each role should see first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time

from flask_babel import gettext as _

from ledger import clock
from ledger.audit.queries_status import SystemStatus
from ledger.audit.queries_totals import TenantTotals
from ledger.audit.queries_work import CheckedSince
from ledger.audit.web_work_reports import listed_in
from ledger.changes.queries import ListedReport
from ledger.changes.schemas_report import waiting_days
from ledger.changes.schemas_shown import report_url, status_name, type_name
from ledger.dispatch import ask
from ledger.domain.access import Actor, Permission, Role
from ledger.domain.changes import ReportStatus
from ledger.domain.documents import DocumentKind, Status
from ledger.domain.money import ZERO, Money
from ledger.domain.pilots import PilotKind
from ledger.funds.queries import ListOpenAllocations, Work
from ledger.funds.queries_pilots import ListedPilot, ListPilots, ListProvincePilots
from ledger.funds.schemas_shown import document_url
from ledger.http import navigation
from ledger.http.filters import SHANGHAI, instant, yuan
from ledger.http.paging import path

_TOP = 5
_NEAR = 90
"""Percent of the cap from which a pilot is near it."""
_CHECKERS = frozenset({Role.FINANCE_REVIEWER, Role.DRC_REVIEWER, Role.PROVINCE_REVIEWER})


@dataclass(frozen=True, slots=True)
class Item:
    """A line of a card: where it leads, its amount, and what is said beside it."""

    text: str
    url: str | None = None
    amount: Money | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A card; `empty` is said where it has no line."""

    title: str
    note: str
    items: list[Item]
    act: dict[str, str] | None = None
    empty: str = ""


def blocks(who: Actor, work: Work) -> list[Block]:
    """The cards of the person's roles, the most pressing first."""
    cards = []
    if Role.FINANCE_OFFICER in who.roles:
        cards += [_open_room(who), _returned(work)]
    if who.roles & _CHECKERS:
        cards += [_checked_this_month(who)]
    if who.roles & {Role.DRC_OFFICER, Role.DRC_REVIEWER}:
        cards += [_changes_on_their_way(who), _to_accept(who)]
    if who.is_province and who.may(Permission.MONEY_READ):
        cards.append(_least_disbursed(who))
    if Role.PROVINCE_OFFICER in who.roles:
        cards += [_changes_to_dispose(who), _near_the_cap(who)]
    if Role.PROVINCE_AUDITOR in who.roles:
        cards.append(_verification(who))
    if who.may(Permission.PERSON_MANAGE):
        places = ((_("用户"), "/admin/users"), (_("单位"), "/admin/offices"), (_("系统状态"), "/status"))
        items = [Item(label, url) for label, url in places if navigation.is_there(url)]
        cards.append(Block(_("系统管理"), _("管理员不看金额"), items))
    return cards


def _open_room(who: Actor) -> Block:
    rooms: dict[int, tuple[str, Money]] = {}
    for one in ask(ListOpenAllocations(tenant_code=who.tenant_code), who):
        _name, before = rooms.get(one.pilot_id, (one.pilot_name, ZERO))
        rooms[one.pilot_id] = (one.pilot_name, before + one.position.available)
    largest = sorted(((room, pilot_id, name) for pilot_id, (name, room) in rooms.items() if room), reverse=True)
    items = [
        Item(name, path("t", who.tenant_code, "pilots", pilot_id), room) for room, pilot_id, name in largest[:_TOP]
    ]
    act = {"label": _("登记拨付"), "url": path("t", who.tenant_code, "disbursements", "new")}
    note = _("共 %(n)s 个试点有可拨余额", n=len(largest))
    return Block(_("可拨余额最多的试点"), note, items, act if items else None, _("指标都已拨付，或还没有下达。"))


def _returned(work: Work) -> Block:
    back = [
        one
        for one in work.returned
        if one.document.status is Status.RETURNED and one.document.kind is DocumentKind.DISBURSEMENT
    ]
    items = [
        Item(
            f"{one.document.number} {one.pilot_name}",
            document_url(one.tenant_code, one.collection, one.document.id),
            one.document.amount,
            one.document.return_reason or "",
        )
        for one in back[:_TOP]
    ]
    note = _("共 %(n)s 件", n=len(back)) if back else ""
    return Block(_("退回的拨付"), note, items, empty=_("没有被退回的拨付。"))


def _checked_this_month(who: Actor) -> Block:
    today = clock.today()
    since = datetime.combine(today.replace(day=1), time(), SHANGHAI)
    found = ask(CheckedSince(since), who)
    items = [Item(_("复核通过 %(n)s 件", n=found.count), "/?box=done", found.amount)] if found.count else []
    return Block(_("当月已复核"), f"{today.year}-{today.month:02d}", items, empty=_("本月还没有复核过单据。"))


def _changes_on_their_way(who: Actor) -> Block:
    states = (ReportStatus.RETURNED, ReportStatus.SUPPLEMENT, ReportStatus.REVIEWING, ReportStatus.CHECKING)
    found = listed_in(who, *states, ReportStatus.REPORTED, ReportStatus.PROPOSED)
    items = [_change(one, status_name(one.report.status)) for one in found[:_TOP]]
    act = {"label": _("报备变更"), "url": path("t", who.tenant_code, "changes", "new")}
    may_record = who.may(Permission.CHANGE_RECORD)
    note = _("共 %(n)s 件", n=len(found)) if found else ""
    return Block(_("变更在途"), note, items, act if may_record else None, _("没有在途的变更报备。"))


def _changes_to_dispose(who: Actor) -> Block:
    found = listed_in(who, ReportStatus.REPORTED)
    items = [_change(one, _waited(one)) for one in found[:_TOP]]
    act = {"label": _("查看全部"), "url": "/changes?status=reported"}
    note = _("共 %(n)s 件，先报的在前", n=len(found)) if found else ""
    return Block(_("变更待处置"), note, items, act if found else None, _("没有待处置的变更。"))


def _change(one: ListedReport, note: str) -> Item:
    report = one.report
    text = f"{report.number} {one.pilot_name}"
    return Item(text, report_url(one.tenant_code, report.id), None, f"{type_name(report.type)} · {note}")


def _waited(one: ListedReport) -> str:
    days = waiting_days(one.report, clock.today())
    return str(_("等待 %(n)s 天", n=days)) if days else str(_("今天"))


def _to_accept(who: Actor) -> Block:
    found = ask(ListPilots(tenant_code=who.tenant_code, sort="-disbursed", per_page=200), who)
    spent = [one for one in found.items if one.money.accepted < one.money.spent]
    items = [
        Item(one.name, path("t", one.tenant_code, "pilots", one.id), one.money.spent - one.money.accepted)
        for one in spent[:_TOP]
    ]
    return Block(_("已支出、待验收"), _("支出减去已验收"), items, empty=_("没有待验收的支出。"))


def _least_disbursed(who: Actor) -> Block:
    rows = [row for row in ask(TenantTotals(), who).rows if row.disbursed < row.allocated]
    rows.sort(key=lambda row: (row.disbursed.fen * 1000 // row.allocated.fen, row.code))
    items = [
        Item(
            row.name,
            path("t", row.code, "pilots"),
            row.allocated - row.disbursed,
            _("拨付率 %(share)s", share=f"{row.disbursed.fen * 1000 // row.allocated.fen / 10}%"),
        )
        for row in rows[:_TOP]
    ]
    return Block(_("已下达、未拨付"), _("拨付率低的在前"), items, {"label": _("查看汇总"), "url": "/totals"})


def _near_the_cap(who: Actor) -> Block:
    found: list[ListedPilot] = []
    for kind in PilotKind:
        most = ask(ListProvincePilots(kind=kind.value, sort="-awarded", per_page=_TOP), who)
        found += [one for one in most.items if one.money.awarded.fen * 100 >= one.cap.fen * _NEAR]
    items = []
    for one in found[:_TOP]:
        rest = one.cap - one.money.awarded
        note = _("距上限 %(rest)s 元", rest=yuan(rest)) if rest else _("已达上限")
        items.append(Item(one.name, path("t", one.tenant_code, "pilots", one.id), one.money.awarded, note))
    return Block(_("接近上限"), _("核定达到一次性上限的 %(p)s%%", p=_NEAR), items, empty=_("没有接近上限的试点。"))


def _verification(who: Actor) -> Block:
    status = ask(SystemStatus(), who)
    last = status.verification
    if last is None:
        said, note = _("还没有核验过"), ""
    else:
        said = _("完整") if last.sound else _("发现断裂：%(place)s", place=last.first_break)
        note = str(instant(last.verified_at))
    items = [
        Item(_("最近一次核验：%(said)s", said=said), "/status", None, note),
        Item(_("留痕共 %(n)s 条", n=f"{status.entries:,}"), "/status"),
    ]
    return Block(_("留痕核验"), "", items)
