"""A change report on its maker's side: drafted, amended, sent, withdrawn. R10.2, Q18–Q20."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar

from ledger.changes import store
from ledger.changes.commands_checks import (
    FieldChange,
    OnReport,
    asked_values,
    check_dates,
    check_maker,
    check_subject,
    check_version,
    province_first,
    values_of,
)
from ledger.changes.store import StoredChange, StoredReport
from ledger.changes.store_effects import check_moved, check_new_code, hold_of_report
from ledger.desk import Desk
from ledger.domain.access import Permission
from ledger.domain.baselines import FIELDS, Value, to_json
from ledger.domain.changes import (
    RULES,
    ChangeType,
    HoldReason,
    Holds,
    ReportAct,
    ReportStatus,
    check_changes,
    late_days,
    next_state,
)
from ledger.domain.errors import Conflict, Invalid, NotPermitted
from ledger.domain.identifiers import clean_text
from ledger.journal import Fact, commit_to
from ledger.pilots.store import policy_in_force
from ledger.pilots.store_baselines import StoredBaseline, newest
from ledger.pilots.store_holds import place_hold, release_hold

__all__ = ["FieldChange", "OnReport", "SaveReport", "SendReport", "WithdrawReport", "release_own"]

_REASON = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveReport:
    """Keep a report as a draft, or amend one that is a draft, came back, or is to be supplemented.

    `report_id` None makes a new one; `version` is what the maker saw. The old values are filled in
    from the baseline as it is now.
    """

    permission: ClassVar[Permission] = Permission.CHANGE_RECORD
    tenant_code: str
    report_id: int | None = None
    version: int = 0
    pilot_id: int
    project_id: int | None = None
    type: ChangeType
    occurred_on: date
    told_on: date
    reason: str
    changes: tuple[FieldChange, ...]

    def run(self, desk: Desk) -> Sequence[Fact]:
        before = None
        if self.report_id is not None:
            before = store.load_report(desk, self.report_id, lock=True)
            check_version(before, self.version)
            next_state(before.status, ReportAct.SAVE)
            check_maker(desk, before)
        entered = self._entered(desk)
        if before is None:
            return [store.fact(store.insert_report(desk, entered), "drafted")]
        _check_same_subject(before, entered)
        names = ("pilot_id", "project_id", "type", "occurred_on", "told_on", "reason", "changes", "seen_version")
        given = {name: getattr(entered, name) for name in names}
        after = store.move(desk, before, **given, province_first=entered.province_first)
        return [store.fact(after, "amended", before=before)]

    def _entered(self, desk: Desk) -> StoredReport:
        policy = policy_in_force(desk, desk.today)
        check_dates(desk, self.occurred_on, self.told_on)
        project_id = check_subject(desk, self.pilot_id, self.project_id, self.type, policy)
        subject = RULES[self.type].subject
        base = newest(desk, subject, self.pilot_id if project_id is None else project_id)
        before = values_of(base, RULES[self.type].fields)
        asked = check_changes(self.type, before, asked_values(self.changes))
        changes = tuple(_stored(desk, base, name, value) for name, value in asked.items())
        report = StoredReport(
            id=desk.new_id(),
            number="",
            pilot_id=self.pilot_id,
            project_id=project_id,
            type=self.type,
            occurred_on=self.occurred_on,
            told_on=self.told_on,
            reason=clean_text(self.reason, "reason", _REASON, required=True, lines=True),
            changes=changes,
            seen_version=base.version,
            province_first=province_first(policy, self.type, before, asked),
            office_id=desk.actor.office_id,
            office_name=desk.actor.office_name,
            made_by=desk.actor.person_id,
            made_by_name=desk.actor.name,
            made_at=desk.now,
        )
        check_new_code(desk, report, base)
        return report


@dataclass(frozen=True, slots=True, kw_only=True)
class SendReport(OnReport):
    """File a report: it goes to the office's reviewer, and what it holds is held from now on. R10.2.

    A late one is marked, never refused (Q18). `confirmed_version` names the baseline version whose
    moved values the maker has seen.
    """

    permission: ClassVar[Permission] = Permission.CHANGE_RECORD
    confirmed_version: int | None = None

    def run(self, desk: Desk) -> Sequence[Fact]:
        before = self.load(desk)
        status = next_state(before.status, ReportAct.SEND)
        check_maker(desk, before)
        policy = policy_in_force(desk, desk.today)
        check_dates(desk, before.occurred_on, before.told_on)
        check_subject(desk, before.pilot_id, before.project_id, before.type, policy)
        base = newest(desk, before.subject, before.subject_id)
        check_moved(before, base, self.confirmed_version)
        seen = values_of(base, RULES[before.type].fields)
        _check_again(before, seen)
        filed_on = before.filed_on or desk.today
        after = store.move(
            desk,
            before,
            status=status,
            changes=tuple(replace(one, before=base.content[one.field]) for one in before.changes),
            seen_version=base.version,
            # What the province has taken up is the province's to settle, however it is mended.
            province_first=before.disposed_by is not None or province_first(policy, before.type, seen, before.after),
            policy_version_id=policy.id,
            filed_on=filed_on,
            late_days=late_days(before.occurred_on, filed_on, policy.switches.change_days),
            return_reason=None,
            passed_by=None,
            passed_by_name=None,
            passed_at=None,
        )
        return [store.fact(after, "sent", before=before), *_hold(desk, after)]


def _check_same_subject(before: StoredReport, entered: StoredReport) -> None:
    """Refuse another subject or type for a report that the province has taken up: its hold stands on them."""
    same = all(getattr(before, name) == getattr(entered, name) for name in ("pilot_id", "project_id", "type"))
    if before.disposed_by is not None and not same:
        raise Invalid("补正时不能更换试点、项目或变更类别。请只补充内容；如需另报，请新建变更报告。", field="type")


def _check_again(report: StoredReport, seen: Mapping[str, Value]) -> None:
    # A personal value is a commitment by now: it was checked when it was typed.
    after = {name: value for name, value in report.after.items() if not FIELDS[name].personal}
    if after:
        check_changes(report.type, seen, after)


def _hold(desk: Desk, report: StoredReport) -> list[Fact]:
    holds = RULES[report.type].holds
    if holds is Holds.NOTHING or hold_of_report(desk, report) is not None:
        return []
    kind = HoldReason.ACCOUNT if report.type is ChangeType.C09 else HoldReason.CHANGE
    return [
        place_hold(
            desk,
            pilot_id=report.pilot_id,
            project_id=report.project_id,
            kind=kind,
            report_id=report.id,
            report_number=report.number,
            report_type=report.type,
        )
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawReport(OnReport):
    """Take a report back before the next office has taken it up: its maker, or once reported an officer of its office.

    What the province has answered once (补正, or a proposal sent back) is no longer withdrawn.
    """

    permission: ClassVar[Permission] = Permission.CHANGE_RECORD

    def run(self, desk: Desk) -> Sequence[Fact]:
        before = self.load(desk)
        status = next_state(before.status, ReportAct.WITHDRAW)
        if before.status is not ReportStatus.REPORTED:
            check_maker(desk, before)
        elif before.office_id != desk.actor.office_id:
            raise NotPermitted("只有报送单位可以撤回这份变更报告。")
        if before.disposed_by is not None:
            raise Conflict("省级已受理这份变更报告，不能撤回。请按省级意见补正后再报。")
        after = store.move(desk, before, status=status)
        return [store.fact(after, "withdrawn", before=before), *release_own(desk, after)]


def release_own(desk: Desk, report: StoredReport) -> list[Fact]:
    """Release what a report holds, as it is over or back with its maker."""
    hold = hold_of_report(desk, report)
    return [] if hold is None else [release_hold(desk, hold, released_by_report=report.id)]


def _stored(desk: Desk, base: StoredBaseline, name: str, value: Value) -> StoredChange:
    was = base.content.get(name)
    if FIELDS[name].personal and isinstance(value, str) and value:
        return StoredChange(name, was, commit_to(desk, value))
    return StoredChange(name, was, to_json(value))
