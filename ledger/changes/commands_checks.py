"""What every act on a change report looks at first: its version, its maker, its days and what it is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from ledger.changes import store
from ledger.changes.store import CHANGED_REPORT, StoredReport
from ledger.changes.store_effects import Standing, load_standing
from ledger.desk import Desk
from ledger.domain.baselines import FIELDS, BaselineSubject, Value, from_json
from ledger.domain.changes import RULES, ChangeType, needs_province
from ledger.domain.dates import check_not_future
from ledger.domain.errors import Conflict, Invalid, NotFound, NotPermitted, Required
from ledger.domain.pilots import PilotStatus
from ledger.domain.policy import PolicyVersion
from ledger.pilots.store import StoredPilot, load_pilot, load_projects
from ledger.pilots.store_baselines import StoredBaseline


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A ticked field and its new value; None or blank text empties it."""

    field: str
    after: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class OnReport:
    """An act on one report; `version` is what the asker saw."""

    tenant_code: str
    report_id: int
    version: int

    def load(self, desk: Desk) -> StoredReport:
        """The report, locked.

        Raises:
            NotFound: unknown, or another tenant's. Conflict: no longer at `version`.
        """
        report = store.load_report(desk, self.report_id, lock=True)
        check_version(report, self.version)
        return report

    def look(self, desk: Desk) -> Standing:
        """The report, locked, with what its settlement needs. Raises what `load` raises."""
        standing = load_standing(desk, self.report_id)
        check_version(standing.report, self.version)
        return standing


def check_version(report: StoredReport, version: int) -> None:
    """Refuse an act on a version that is no longer the current one.

    Raises:
        Conflict: somebody else was first.
    """
    if report.version != version:
        raise Conflict(CHANGED_REPORT)


def check_maker(desk: Desk, report: StoredReport) -> None:
    """Refuse an act that belongs to the report's maker.

    Raises:
        NotPermitted: the actor is someone else.
    """
    if report.made_by != desk.actor.person_id:
        raise NotPermitted("只有经办人 {name} 可以修改、送审或撤回这份变更报告。", name=report.made_by_name)


def check_dates(desk: Desk, occurred_on: date, told_on: date) -> None:
    """Refuse days to come, and a unit that told before it happened.

    Raises:
        FutureDate, Invalid.
    """
    check_not_future(occurred_on, desk.today, "occurred_on")
    check_not_future(told_on, desk.today, "told_on")
    if told_on < occurred_on:
        raise Invalid("收到单位报告的日期不能早于发生日期。请核对。", field="told_on")


def check_subject(
    desk: Desk, pilot_id: int, project_id: int | None, change: ChangeType, policy: PolicyVersion
) -> int | None:
    """The project of a report, or None where its type changes the pilot itself.

    Raises:
        NotFound, Required: no such pilot or project, or none named. Invalid: the type is not in use (Q19).
    """
    pilot = load_pilot(desk, pilot_id)
    _check_designated(pilot)
    if change not in policy.switches.change_types:
        raise Invalid("现行政策没有列出变更类别 {type}。请改选类别。", field="type", type=change.value)
    if RULES[change].subject is BaselineSubject.PILOT:
        return None
    if project_id is None:
        raise Required("请选择发生变更的项目。", field="project_id")
    if project_id not in {project.id for project in load_projects(desk, pilot_id)}:
        raise NotFound(field="project_id")
    return project_id


def _check_designated(pilot: StoredPilot) -> None:
    if pilot.status in (PilotStatus.WAITING, PilotStatus.RETURNED):
        raise Conflict("“{name}”的认定尚未复核，还不能报备变更。", name=pilot.name)


def asked_values(changes: Sequence[FieldChange]) -> dict[str, Value]:
    """The ticked fields by name.

    Raises:
        Invalid: a field twice, or an unknown one.
    """
    asked = {one.field: one.after for one in changes}
    if len(asked) < len(changes) or not asked.keys() <= FIELDS.keys():
        raise Invalid("变更字段重复或不存在。请重新勾选。", field="changes")
    return asked


def values_of(base: StoredBaseline, names: Sequence[str]) -> dict[str, Value]:
    """Some fields of a baseline, as values."""
    return {name: from_json(FIELDS[name], base.content.get(name)) for name in names}


def province_first(
    policy: PolicyVersion, change: ChangeType, before: Mapping[str, Value], after: Mapping[str, Value]
) -> bool:
    """Whether the province acts before the change takes effect, under a policy version. Q20, R13.1."""
    switches = policy.switches
    return needs_province(change, before, after, switches.needs_province, switches.completion_shift_months)
