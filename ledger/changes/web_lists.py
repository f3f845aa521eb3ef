"""The lists of change reports: of one tenant, and of every tenant for the province."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Response
from flask_babel import gettext as _

from ledger import clock
from ledger.changes.queries import ListReports
from ledger.changes.schemas_report import listed
from ledger.changes.schemas_shown import status_name, type_name
from ledger.changes.web_pages import TENANT_NAMES, pages, tenant
from ledger.dispatch import ask
from ledger.domain.access import PROVINCE, Permission, check_permission, check_reach
from ledger.domain.changes import ChangeType, ReportStatus
from ledger.domain.dates import parse_typed_date
from ledger.domain.errors import BadValue, NotPermitted
from ledger.http import actor, htmx, paging
from ledger.http.paging import path

_FILTERS = ("q", "type", "status", "late", "from", "to")
_TENANTS = [(code, name) for code, name in TENANT_NAMES.items() if code != PROVINCE]


@pages.get("/t/<tenant:code>/changes")
def list_reports(code: str) -> Response:
    """The reports of one tenant, filtered by the URL."""
    check_reach(actor.current(), code)
    return _list(code)


@pages.get("/changes")
def list_all_reports() -> Response:
    """The reports of every tenant, for the province."""
    check_permission(actor.current(), Permission.PILOT_READ)
    if not actor.current().is_province:
        raise NotPermitted("全省变更由省级人员查看。请从导航进入本地区的列表。")
    return _list(None)


def _list(code: str | None) -> Response:
    typed = {name: paging.words_asked(name) for name in _FILTERS}
    if code is None:
        typed["tenant"] = paging.words_asked("tenant")
        typed["tenant"] = typed["tenant"] if typed["tenant"] in TENANT_NAMES else ""
    asked = paging.page_asked()
    chosen: dict[str, Any] = {
        "words": typed["q"],
        "status": typed["status"] if typed["status"] in set(ReportStatus) else "",
        "type": typed["type"] if typed["type"] in set(ChangeType) else "",
        "late": {"1": True, "0": False}.get(typed["late"]),
        "first_on": _day(typed["from"]),
        "last_on": _day(typed["to"]),
    }
    found = ask(
        ListReports(
            tenant_code=code or typed.get("tenant") or None, page=asked.page, per_page=asked.per_page, **chosen
        ),
        actor.current(),
    )
    may_record = code is not None and actor.may(Permission.CHANGE_RECORD)
    return htmx.render(
        "changes/list.html",
        "changes/_list.html",
        tenant=tenant(code) if code else None,
        tenants=None if code else _TENANTS,
        statuses=[(one.value, status_name(one)) for one in ReportStatus],
        types=[(one.value, f"{one.value} {type_name(one)}") for one in ChangeType],
        typed=typed,
        chips=_chips(typed),
        new_url=path("t", code, "changes", "new") if may_record else None,
        totals=[
            (_("在途"), found.open),
            (_("待省级处置"), found.to_dispose),
            (_("迟报"), found.late),
        ],
        page=paging.Page(
            [listed(one, TENANT_NAMES[one.tenant_code], clock.today()) for one in found.items],
            found.total,
            asked.page,
            asked.per_page,
        ),
    )


def _day(text: str) -> date | None:
    try:
        return parse_typed_date(text, "") if text else None
    except BadValue:
        # A reader's link must not fail: an unreadable day filters nothing.
        return None


def _chips(typed: dict[str, str]) -> list[tuple[str, str]]:
    known = {
        "q": _("查找＝%(what)s", what=typed["q"]),
        "type": _(
            "类别＝%(what)s", what=type_name(typed["type"]) if typed["type"] in set(ChangeType) else typed["type"]
        ),
        "status": _(
            "状态＝%(what)s",
            what=status_name(typed["status"]) if typed["status"] in set(ReportStatus) else typed["status"],
        ),
        "late": _("迟报") if typed["late"] == "1" else _("按时"),
        "from": _("自 %(day)s", day=typed["from"]),
        "to": _("至 %(day)s", day=typed["to"]),
        "tenant": _("市州＝%(what)s", what=TENANT_NAMES.get(typed.get("tenant", ""), "")),
    }
    return [(name, known[name]) for name, value in typed.items() if value]
