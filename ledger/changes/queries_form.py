"""What is said at once of a change report in the making. Q18–Q20, R10.2."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from ledger.changes.store import LISTED, StoredReport, stored_report
from ledger.desk import Desk
from ledger.domain.access import Permission
from ledger.domain.baselines import FIELDS, BaselineSubject, Value, from_json
from ledger.domain.changes import (
    RULES,
    ChangeRule,
    ChangeType,
    calendar_known,
    check_changes,
    deadline,
    late_days,
    needs_province,
)
from ledger.domain.errors import LedgerError
from ledger.domain.policy import Switches
from ledger.pilots.store import policy_in_force
from ledger.pilots.store_baselines import newest
from ledger.tenancy import Constant

_OPEN = Constant(
    f"SELECT {LISTED} FROM change_report r WHERE r.tenant_code = :tenant_code AND r.pilot_id = :pilot_id"
    " AND r.id <> :except_id"
    " AND r.status IN ('reviewing', 'returned', 'reported', 'checking', 'proposed', 'supplement') ORDER BY r.id"
)


@dataclass(frozen=True, slots=True)
class ReportPreview:
    """What is said before anything is sent; advice.

    `province_first` is None while it cannot be told yet; `deadline` is the last day in time (Q18).
    """

    rule: ChangeRule
    province_first: bool | None
    problems: Sequence[LedgerError]
    deadline: date | None
    late_days: int
    calendar_known: bool
    others: Sequence[StoredReport]


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewReport:
    """What a report would mean: whether the province acts first, what is wrong, how late, who else asks.

    `changes` are the ticked fields with their new values, as far as they can be read. Nothing is refused here.
    """

    permission: ClassVar[Permission] = Permission.CHANGE_RECORD
    tenant_code: str
    pilot_id: int
    project_id: int | None = None
    type: ChangeType
    occurred_on: date | None = None
    changes: Mapping[str, Value]
    except_id: int = 0

    def run(self, desk: Desk) -> ReportPreview:
        switches = policy_in_force(desk, desk.today).switches
        rule, day = RULES[self.type], self.occurred_on
        due = None if day is None else deadline(day, switches.change_days)
        province_first, problems = self._looked_at(desk, rule, switches)
        return ReportPreview(
            rule,
            province_first,
            problems,
            due,
            0 if day is None else late_days(day, desk.today, switches.change_days),
            day is None or due is None or calendar_known(min(day, desk.today), max(due, desk.today)),
            self._others(desk, rule),
        )

    def _looked_at(self, desk: Desk, rule: ChangeRule, switches: Switches) -> tuple[bool | None, list[LedgerError]]:
        subject_id = self.pilot_id if rule.subject is BaselineSubject.PILOT else self.project_id
        if subject_id is None or not self.changes:
            return None, []
        content = newest(desk, rule.subject, subject_id).content
        before = {name: from_json(FIELDS[name], content.get(name)) for name in rule.fields}
        codes, months = switches.needs_province, switches.completion_shift_months
        try:
            after = check_changes(self.type, before, self.changes)
        except LedgerError as problem:
            return None, [problem]
        return needs_province(self.type, before, after, codes, months), []

    def _others(self, desk: Desk, rule: ChangeRule) -> list[StoredReport]:
        found = [stored_report(row) for row in desk.rows(_OPEN, pilot_id=self.pilot_id, except_id=self.except_id)]
        project_id = None if rule.subject is BaselineSubject.PILOT else self.project_id
        asked = set(self.changes)
        return [one for one in found if one.project_id == project_id and asked & {each.field for each in one.changes}]
