"""Change reports and asked releases as rows of 我的工作: what waits for the asker, what came back, what was sent."""

from __future__ import annotations

from datetime import date
from typing import Final

from ledger.changes.queries import ListedReport, ListReports
from ledger.changes.queries_lists import ListHolds
from ledger.changes.schemas_report import waiting_since
from ledger.changes.schemas_shown import report_url
from ledger.dispatch import ask
from ledger.domain.access import PROVINCE, Actor, Permission
from ledger.domain.changes import ReportStatus
from ledger.funds.schemas_shown import WorkRow, days_since
from ledger.http.paging import path
from ledger.identity.queries import TENANTS

REPORT: Final = "change_report"
_MOST: Final = 200
_NAMES: Final = {row.code: row.name for row in TENANTS}
_SETTLED_BY: Final = {
    ReportStatus.REVIEWING: Permission.CHANGE_CHECK,
    ReportStatus.CHECKING: Permission.ACCOUNT_CHECK,
    ReportStatus.REPORTED: Permission.CHANGE_DISPOSE,
    ReportStatus.PROPOSED: Permission.CHANGE_CONFIRM,
}
_BACK: Final = frozenset({ReportStatus.DRAFT, ReportStatus.RETURNED, ReportStatus.SUPPLEMENT})


def waiting(who: Actor, today: date) -> list[WorkRow]:
    """What the asker may settle now, of every tenant for the province's people."""
    found = [one for status in _SETTLED_BY if who.may(_SETTLED_BY[status]) for one in _in(who, status)]
    rows = [_row(one, who, today) for one in found if _maker(one) != who.person_id]
    return rows + (_releases(who, today) if who.may(Permission.CHANGE_CONFIRM) else [])


def own(who: Actor, today: date) -> tuple[list[WorkRow], list[WorkRow]]:
    """The asker's own reports: drafts and what came back, and what waits for somebody else."""
    if not who.may(Permission.CHANGE_RECORD) or who.tenant_code == PROVINCE:
        return [], []
    listed = ask(ListReports(tenant_code=who.tenant_code, per_page=_MOST), who).items
    mine = [one for one in listed if one.report.made_by == who.person_id]
    back = [_row(one, who, today) for one in mine if one.report.status in _BACK]
    return back, [_row(one, who, today) for one in mine if one.report.status in _SETTLED_BY]


def listed_in(who: Actor, *statuses: ReportStatus) -> list[ListedReport]:
    """The reports in some states that the asker may see, the oldest first."""
    found = [one for status in statuses for one in _in(who, status)]
    return sorted(found, key=lambda one: one.report.id)


def _in(who: Actor, status: ReportStatus) -> list[ListedReport]:
    place = None if who.is_province else who.tenant_code
    return list(ask(ListReports(tenant_code=place, status=status.value, per_page=_MOST), who).items)


def _maker(one: ListedReport) -> int | None:
    report = one.report
    return report.disposed_by if report.status is ReportStatus.PROPOSED else report.made_by


def _row(one: ListedReport, who: Actor, today: date) -> WorkRow:
    report = one.report
    since = waiting_since(report)
    is_back = report.status in (ReportStatus.RETURNED, ReportStatus.SUPPLEMENT)
    by_province = report.status is ReportStatus.PROPOSED
    return WorkRow(
        REPORT,
        report.number,
        report_url(one.tenant_code, report.id),
        one.pilot_name,
        _NAMES[one.tenant_code] if who.is_province else "",
        None,
        (report.disposed_by_name if by_province else report.made_by_name) or "",
        since or report.made_at,
        None if since is None else days_since(since, today),
        "waiting" if since is not None else "returned" if is_back else "draft",
        tenant_code=one.tenant_code,
    )


def _releases(who: Actor, today: date) -> list[WorkRow]:
    return [
        WorkRow(
            "hold_release",
            one.hold.report_number,
            path("t", one.tenant_code, "holds", one.hold.id, "release"),
            one.pilot_name,
            _NAMES[one.tenant_code] if who.is_province else "",
            None,
            one.hold.release_made_by_name or "",
            one.hold.release_made_at,
            days_since(one.hold.release_made_at, today),
            "waiting",
            tenant_code=one.tenant_code,
        )
        for one in ask(ListHolds(), who)
        if one.hold.release_made_at is not None and one.hold.release_made_by != who.person_id
    ]
