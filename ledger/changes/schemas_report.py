"""One change report as pages and paper show it: its facts, its way through the offices, what the province decided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _

from ledger.changes.queries import ListedReport, MoneyPosition, ReportPage, StoredReport
from ledger.changes.schemas_shown import WAITS, disposition_name, labels, report_url, status_name, type_name
from ledger.domain.changes import ChangeType, Disposition, ReportStatus
from ledger.domain.money import Money, yuan
from ledger.http.filters import SHANGHAI
from ledger.http.paging import path

_ORDER = {
    ReportStatus.DRAFT: 0,
    ReportStatus.RETURNED: 0,
    ReportStatus.SUPPLEMENT: 0,
    ReportStatus.WITHDRAWN: 0,
    ReportStatus.REVIEWING: 1,
    ReportStatus.CHECKING: 2,
    ReportStatus.REPORTED: 2,
    ReportStatus.PROPOSED: 3,
    ReportStatus.SETTLED: 4,
}


@dataclass(frozen=True, slots=True)
class Step:
    """A station of a report's way: who did it and when, and whether it is done, now, or next."""

    label: str
    who: str
    at: datetime | None
    state: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What the province decided, label by label."""

    name: str
    facts: list[tuple[str, Any]]


def facts_of(page: ReportPage) -> list[tuple[str, Any]]:
    """What the office said of the change itself."""
    report = page.report
    due = page.deadline.isoformat()
    if not page.calendar_known:
        due = _("%(day)s（当年节假日安排尚未公布，按周一至周五计）", day=due)
    told: list[tuple[str, Any]] = [
        (_("发生日期"), report.occurred_on),
        (_("收到单位报告日期"), report.told_on),
        (_("应报备日期"), due),
        (_("报备日期"), report.filed_on or _("尚未报备")),
        (_("变更原因"), report.reason),
        (_("报备单位"), report.office_name),
        (_("经办"), report.made_by_name),
        (_("审核"), report.passed_by_name),
        (_("财务核对"), report.checked_by_name),
    ]
    return [(label, value) for label, value in told if value]


def decision_of(page: ReportPage) -> Decision | None:
    """What the province decided; None while nothing is."""
    report = page.report
    if report.disposition is None:
        return None
    name = disposition_name(report.disposition)
    facts: list[tuple[str, Any]] = [(_("处置"), name)]
    told = [
        (_("文号"), report.disposition_document_no),
        (_("处置日期"), report.disposed_on),
        (_("处置意见"), report.opinion),
        (_("调减后的核定金额"), report.reduced_to),
        (_("要收回的金额"), report.recover_amount),
        (_("处置人"), report.disposed_by_name),
        (_("复核人"), report.confirmed_by_name),
    ]
    return Decision(name, [*facts, *((label, value) for label, value in told if value not in (None, ""))])


def steps_of(page: ReportPage) -> list[Step]:
    """Its way: filed, passed, checked or disposed of, confirmed, settled."""
    report = page.report
    at = _ORDER[report.status]
    rows: list[tuple[str, int, str | None, datetime | None]] = [
        (_("报备"), 0, report.made_by_name, report.made_at),
        (_("属地审核"), 1, report.passed_by_name, report.passed_at),
    ]
    if report.type is ChangeType.C09:
        rows.append((_("财务核对"), 2, report.checked_by_name, report.checked_at))
    if report.province_first or report.disposed_by_name:
        rows.append((_("省级处置"), 2, report.disposed_by_name, report.disposed_at))
    if report.confirmed_by_name or report.status is ReportStatus.PROPOSED:
        rows.append((_("省级复核"), 3, report.confirmed_by_name, report.confirmed_at))
    rows.append((_("办结"), 4, None, None))
    states = ["done" if at > order or at == 4 else "now" if at == order else "next" for _l, order, _w, _a in rows]
    return [
        Step(label, who or "" if state == "done" else "", when if state == "done" else None, state)
        for (label, _order, who, when), state in zip(rows, states, strict=True)
    ]


def waiting_since(report: StoredReport) -> datetime | None:
    """Since when a report waits for somebody; None where it waits for nobody."""
    if report.status not in WAITS:
        return None
    known = {ReportStatus.REVIEWING: report.made_at, ReportStatus.PROPOSED: report.disposed_at}
    return known.get(report.status, report.passed_at) or report.made_at


def waiting_days(report: StoredReport, today: date) -> int | None:
    """Whole days in Asia/Shanghai that a report has waited; None where it waits for nobody."""
    since = waiting_since(report)
    return None if since is None else max(0, (today - since.astimezone(SHANGHAI).date()).days)


def named(report: StoredReport) -> dict[str, str]:
    """The names of its type and state, for lists."""
    return {
        "type": report.type.value,
        "type_name": type_name(report.type),
        "status": report.status.value,
        "status_name": status_name(report.status),
        "disposition": disposition_name(report.disposition),
    }


def listed(one: ListedReport, tenant_name: str, today: date) -> dict[str, Any]:
    """A report as a row of a list."""
    report = one.report
    return {
        "url": report_url(one.tenant_code, report.id),
        "number": report.number,
        "tenant_name": tenant_name,
        "pilot_name": one.pilot_name,
        "pilot_url": path("t", one.tenant_code, "pilots", report.pilot_id),
        "project_name": one.project_name,
        "occurred_on": report.occurred_on,
        "filed_on": report.filed_on,
        "late_days": report.late_days,
        "fields": labels(change.field for change in report.changes),
        "waiting_days": waiting_days(report, today),
        "people": " / ".join(each for each in (report.made_by_name, report.passed_by_name) if each),
        **named(report),
    }


def effects_of(page: ReportPage) -> list[str]:
    """What the change does beside the baseline, as far as it is known."""
    report, told = page.report, []
    if report.type is ChangeType.C06 and page.acceptance_due_on is not None:
        told.append(_("验收期限相应变为 %(day)s（完工后 3 个月）。", day=page.acceptance_due_on))
    if report.disposition is not None:
        told += money_effects(report.disposition, report.reduced_to, report.recover_amount)
    return told


def money_effects(disposition: Disposition, reduced_to: Money | None, recover_amount: Money | None) -> list[str]:
    """What a decision does to money, in sentences."""
    if disposition is Disposition.AGREE_REDUCED and reduced_to is not None:
        return [_("核定金额调减为 %(sum)s 元；一次性支持的资格不因此恢复。", sum=yuan(reduced_to))]
    if disposition is Disposition.RECOVER and recover_amount is not None:
        return [_("要求收回 %(sum)s 元，收回入账后抵减；期间暂停拨付。", sum=yuan(recover_amount))]
    return [_("暂停拨付，直到省级发文解除。")] if disposition is Disposition.SUSPEND else []


def sums_of(money: MoneyPosition) -> list[tuple[str, Money]]:
    """Where the money stands; the last one is what may still be disbursed. Empty where nothing is awarded."""
    if not money.awarded.fen:
        return []
    left = money.allocated - money.disbursed - money.waiting - money.recovered_undisbursed
    return [
        (_("核定"), money.awarded),
        (_("下达"), money.allocated),
        (_("已拨付"), money.disbursed),
        (_("待复核"), money.waiting),
        (_("使用"), money.spent),
        (_("收回"), money.recovered_undisbursed + money.recovered_disbursed),
        (_("可拨余额"), left),
    ]
