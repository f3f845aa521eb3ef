"""试点列表: one tenant's, or the whole province's."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response, request
from flask_babel import gettext as _

from ledger.audit.web_pages import pages
from ledger.dispatch import ask
from ledger.domain.access import Permission, check_permission
from ledger.domain.errors import NotPermitted
from ledger.domain.money import Money
from ledger.domain.pilots import KIND_NAMES, STATUS_NAMES, Direction, PilotKind, PilotStatus
from ledger.funds.queries_pilots import (
    DESIGNATED,
    ListedPilot,
    ListPilots,
    ListProvincePilots,
    PilotMoney,
    PilotPage,
)
from ledger.http import actor, htmx, paging
from ledger.identity.queries import TENANTS

SORTS = ("name", "-name", "awarded", "-awarded", "disbursed", "-disbursed")
_NAMES = {row.code: row.name for row in TENANTS}
_STATUSES = {DESIGNATED: "已认定", **{status.value: name for status, name in STATUS_NAMES.items()}}


@dataclass(frozen=True, slots=True)
class _Row:
    """A pilot of the list with its money in one place."""

    id: int
    tenant_code: str
    tenant_name: str
    name: str
    kind: str
    status: str
    awarded: Money
    allocated: Money
    disbursed: Money
    waiting: Money
    available: Money


@pages.get("/t/<tenant:code>/pilots")
def list_pilots(code: str) -> Response:
    """The pilots of one tenant."""
    return _list(code)


@pages.get("/pilots")
def list_all_pilots() -> Response:
    """The pilots of every tenant, for the province."""
    check_permission(actor.current(), Permission.PILOT_READ)
    if not actor.current().is_province:
        raise NotPermitted("全省试点由省级人员查看。请从“试点”进入本地区的列表。")
    return _list(None)


def _list(code: str | None) -> Response:
    typed = {name: paging.words_asked(name) for name in ("q", "kind", "status", "direction", "batch")}
    sort = request.args.get("sort", "")
    found = _ask(code, typed, sort if sort in SORTS else "")
    return htmx.render(
        "pilots/list.html",
        "pilots/_list.html",
        tenant={"code": code, "name": _NAMES[code]} if code else None,
        kinds=[(kind.value, _(KIND_NAMES[kind])) for kind in PilotKind],
        statuses=[(status, _(name)) for status, name in _STATUSES.items()],
        directions=[(each.value, f"{each.clause} {_(each.label)}") for each in Direction],
        batches=[(batch, batch) for batch in found.batches],
        typed=typed,
        sort=sort if sort in SORTS else "",
        sorts=_sorts(),
        chips=_chips(typed),
        page=paging.Page([_row(one) for one in found.items], found.total, found.page, found.per_page),
        totals=found.totals,
    )


def _sorts() -> list[tuple[str, str]]:
    words = {
        "name": _("名称"),
        "-name": _("名称，倒序"),
        "awarded": _("核定少的在前"),
        "-awarded": _("核定多的在前"),
        "disbursed": _("已拨付少的在前"),
        "-disbursed": _("已拨付多的在前"),
    }
    return [(sort, words[sort]) for sort in SORTS]


def _ask(code: str | None, typed: dict[str, str], sort: str) -> PilotPage:
    asked = paging.page_asked()
    chosen = {
        "words": typed["q"],
        "kind": typed["kind"] if typed["kind"] in set(PilotKind) else "",
        "status": typed["status"] if typed["status"] in _STATUSES else "",
        "direction": typed["direction"] if typed["direction"] in set(Direction) else "",
        "batch": typed["batch"],
        "sort": sort,
    }
    if code is None:
        return ask(ListProvincePilots(**chosen, page=asked.page, per_page=asked.per_page), actor.current())
    query = ListPilots(tenant_code=code, **chosen, page=asked.page, per_page=asked.per_page)
    return ask(query, actor.current())


def _chips(typed: dict[str, str]) -> list[tuple[str, str]]:
    def known(names: dict[str, str], value: str) -> str:
        return _(names[value]) if value in names else value

    words = {
        "q": _("查找＝%(what)s", what=typed["q"]),
        "kind": _("类型＝%(what)s", what=known({k.value: v for k, v in KIND_NAMES.items()}, typed["kind"])),
        "status": _("状态＝%(what)s", what=known(_STATUSES, typed["status"])),
        "direction": _("方向＝%(what)s", what=known({one.value: one.label for one in Direction}, typed["direction"])),
        "batch": _("批次＝%(what)s", what=typed["batch"]),
    }
    return [(name, words[name]) for name, value in typed.items() if value]


def shown_status(status: str, money: PilotMoney) -> str:
    """What a pilot's pill says: its standing, or while that is normal how far its money is."""
    if status not in (PilotStatus.ACTIVE, PilotStatus.WATCH):
        return status
    if not money.awarded:
        return "designated"
    if not money.allocated:
        return "awarded"
    if money.disbursed < money.allocated - money.recovered_undisbursed:
        return "disbursing" if money.disbursed or money.waiting else "allocated"
    if money.disbursed < money.awarded:
        return "disbursing"
    is_accepted = money.accepted and money.accepted >= money.disbursed - money.recovered_disbursed
    return "accepted" if is_accepted else "disbursed"


def _row(one: ListedPilot) -> _Row:
    money = one.money
    return _Row(
        one.id,
        one.tenant_code,
        one.tenant_name,
        one.name,
        one.kind,
        shown_status(one.status, money),
        money.awarded,
        money.allocated,
        money.disbursed,
        money.waiting,
        money.available,
    )
