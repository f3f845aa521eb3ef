"""One change report as it is looked at: its fields, what moved since, who else asks for them, what it holds. R10.2."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from ledger.changes.queries_form import PreviewReport, ReportPreview
from ledger.changes.queries_lists import ListedReport, ListReports, ReportList
from ledger.changes.queries_shown import personal_values, words_of
from ledger.changes.store import LISTED, StoredReport, load_report, other_open, stored_report
from ledger.changes.store_effects import moved_fields
from ledger.desk import Desk
from ledger.domain.access import Permission
from ledger.domain.changes import RULES, ChangeRule, ReportStatus, calendar_known, deadline
from ledger.domain.dates import add_months
from ledger.domain.money import ZERO, Money
from ledger.pilots.store import StoredPilot, StoredProject, load_pilot, load_projects, policy_in_force
from ledger.pilots.store_baselines import newest
from ledger.pilots.store_holds import StoredHold, holds_of_pilot, holds_of_project
from ledger.tenancy import Constant

__all__ = [
    "ACCEPTANCE_MONTHS", "GetReport", "ListReports", "ListedReport", "MoneyPosition", "PreviewReport", "ReportList",
    "ReportPage", "ReportPreview", "ShownReport", "StoredHold", "StoredReport", "personal_values", "words_of",
]  # fmt: skip

ACCEPTANCE_MONTHS = 3
"""After the planned completion. Source: R11.3."""
_HISTORY = Constant(
    f"SELECT {LISTED} FROM change_report r WHERE r.tenant_code = :tenant_code AND r.pilot_id = :pilot_id"
    " AND r.status <> 'draft' AND r.id <> :id ORDER BY r.id DESC"
)
_AWARDED = Constant(
    "SELECT coalesce(sum(n.awarded), 0) AS awarded FROM award_line l"
    " JOIN line_position n ON n.tenant_code = l.tenant_code AND n.line_id = l.id"
    " WHERE l.tenant_code = :tenant_code AND n.pilot_id = :pilot_id"
    " AND (:project_id = 0 OR l.project_id = :project_id)"
)
_ALLOCATED = Constant(
    "SELECT coalesce(sum(q.allocated), 0) AS allocated, coalesce(sum(q.waiting), 0) AS waiting,"
    " coalesce(sum(q.disbursed), 0) AS disbursed, coalesce(sum(q.spent), 0) AS spent,"
    " coalesce(sum(q.recovered_undisbursed), 0) AS recovered_undisbursed,"
    " coalesce(sum(q.recovered_disbursed), 0) AS recovered_disbursed"
    " FROM allocation_position q JOIN document d ON d.tenant_code = q.tenant_code AND d.id = q.allocation_id"
    " WHERE q.tenant_code = :tenant_code AND q.pilot_id = :pilot_id"
    " AND (:project_id = 0 OR d.project_id = :project_id)"
)


@dataclass(frozen=True, slots=True)
class ShownReport:
    """A report with its personal values in the clear, by field: the new ones and the old ones."""

    report: StoredReport
    personal: Mapping[str, str]
    personal_before: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class MoneyPosition:
    """Where the money of a report's project stands (of the whole pilot where it has none), in fen."""

    awarded: Money = ZERO
    allocated: Money = ZERO
    waiting: Money = ZERO
    disbursed: Money = ZERO
    spent: Money = ZERO
    recovered_undisbursed: Money = ZERO
    recovered_disbursed: Money = ZERO


@dataclass(frozen=True, slots=True)
class ReportPage:
    """A report with everything that its page shows.

    `moved` has (原值, 已改为, 您填写) for each field whose baseline is no longer what the report saw;
    `version` is the baseline version to confirm then. `acceptance_due_on` is three months after the
    planned completion, as it would be after this change (R11.3).
    """

    shown: ShownReport
    rule: ChangeRule
    pilot: StoredPilot
    project: StoredProject | None
    version: int
    moved: Mapping[str, tuple[str, str, str]]
    others: Sequence[StoredReport]
    history: Sequence[StoredReport]
    holds: Sequence[StoredHold]
    money: MoneyPosition
    deadline: date
    calendar_known: bool
    acceptance_due_on: date | None

    @property
    def report(self) -> StoredReport:
        """The report itself."""
        return self.shown.report


@dataclass(frozen=True, slots=True, kw_only=True)
class GetReport:
    """One report of a tenant.

    Raises:
        NotFound: unknown, or another tenant's.
    """

    permission: ClassVar[Permission] = Permission.PILOT_READ
    tenant_code: str
    report_id: int

    def run(self, desk: Desk) -> ReportPage:
        report = load_report(desk, self.report_id)
        projects = {project.id: project for project in load_projects(desk, report.pilot_id)}
        project = projects.get(report.project_id or 0)
        base = newest(desk, report.subject, report.subject_id)
        due = deadline(report.occurred_on, policy_in_force(desk, desk.today).switches.change_days)
        is_open = report.status not in (ReportStatus.SETTLED, ReportStatus.WITHDRAWN)
        return ReportPage(
            shown=_shown(desk, report),
            rule=RULES[report.type],
            pilot=load_pilot(desk, report.pilot_id),
            project=project,
            version=base.version,
            moved=moved_fields(report, base) if is_open else {},
            others=other_open(desk, report) if is_open else (),
            history=_history(desk, report),
            holds=_holds(desk, report),
            money=_money(desk, report),
            deadline=due,
            calendar_known=calendar_known(report.occurred_on, max(due, report.filed_on or due)),
            acceptance_due_on=_acceptance_due(report, project),
        )


def _shown(desk: Desk, report: StoredReport) -> ShownReport:
    return ShownReport(
        report,
        personal_values(desk, {one.field: one.after for one in report.changes}),
        personal_values(desk, {one.field: one.before for one in report.changes}),
    )


def _history(desk: Desk, report: StoredReport) -> list[StoredReport]:
    rows = [stored_report(row) for row in desk.rows(_HISTORY, pilot_id=report.pilot_id, id=report.id)]
    return [one for one in rows if report.project_id is None or one.project_id in (None, report.project_id)]


def _holds(desk: Desk, report: StoredReport) -> Sequence[StoredHold]:
    if report.project_id is None:
        return holds_of_pilot(desk, report.pilot_id)
    return holds_of_project(desk, report.pilot_id, report.project_id)


def _money(desk: Desk, report: StoredReport) -> MoneyPosition:
    key = {"pilot_id": report.pilot_id, "project_id": report.project_id or 0}
    (awarded,), (allocated,) = desk.read_all((_AWARDED, key), (_ALLOCATED, key))
    return MoneyPosition(awarded.awarded, **allocated._mapping)


def _acceptance_due(report: StoredReport, project: StoredProject | None) -> date | None:
    finish = report.after.get("finish_on") or (None if project is None else project.finish_on)
    return add_months(finish, ACCEPTANCE_MONTHS) if isinstance(finish, date) else None
