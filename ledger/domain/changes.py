"""Change reports: what a change needs, when it is late, and what each disposition leads to. R10.2, R10.3, Q18–Q20."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date, timedelta

from ledger.domain.baselines import (
    FIELDS,
    BaselineField,
    BaselineSubject,
    FieldKind,
    Lines,
    Value,
    clean_value,
    sum_of_lines,
)
from ledger.domain.changes_states import (
    AFTER_FILING,
    ALLOWED,
    DISPOSITION_NAMES,
    HOLD_NAMES,
    OPEN,
    STATUS_NAMES,
    BaselineMoved,
    Disposition,
    HoldReason,
    ReportAct,
    ReportStatus,
    next_state,
)
from ledger.domain.changes_types import (
    GROUP_NAMES,
    GROUPS,
    RULES,
    TYPE_NAMES,
    ChangeGroup,
    ChangeRule,
    ChangeType,
    Holds,
    ProvinceFirst,
)
from ledger.domain.dates import add_months
from ledger.domain.errors import Invalid, Required
from ledger.domain.money import Money
from ledger.domain.policy import CHANGE_TYPES, PROVINCE_FIRST
from ledger.domain.workdays import KNOWN_YEARS, is_workday

__all__ = [
    "AFTER_FILING", "ALLOWED", "DISPOSITION_NAMES", "FIELDS", "GROUPS", "GROUP_NAMES", "HOLD_NAMES", "OPEN", "RULES",
    "STATUS_NAMES", "TYPE_NAMES", "BaselineField", "BaselineMoved", "BaselineSubject", "ChangeGroup", "ChangeRule",
    "ChangeType", "Disposition", "FieldKind", "HoldReason", "Holds", "Lines", "ProvinceFirst", "ReportAct",
    "ReportStatus", "Value", "applies", "calendar_known", "check_changes", "deadline", "hold_after", "in_use",
    "late_days", "needs_province", "needs_second", "next_state",
]  # fmt: skip

Before = Mapping[str, Value]
After = Mapping[str, Value]


def needs_province(
    change: ChangeType, before: Before, after: After, codes: Collection[str] = PROVINCE_FIRST, months: int = 6
) -> bool:
    """Whether a change takes effect only after a provincial disposition; `codes` and `months` are the policy's.

    C03 is asked from a tenth of the old sum on, C06 beyond `months` either way, C01 for the code alone.

    Source: Q20, rules §7.
    """
    if change not in codes:
        return False
    condition = _CONDITIONS.get(RULES[change].province_first)
    # A type that the province put on its list itself is asked always.
    return condition is None or condition(before, after, months)


def _code_changes(_before: Before, after: After, _months: int) -> bool:
    return "code" in after or "no_code_reason" in after


def _beyond_tenth(before: Before, after: After, _months: int) -> bool:
    old, new = before.get("investment"), after.get("investment")
    if not isinstance(old, Money) or not isinstance(new, Money):
        return True
    return abs(new.fen - old.fen) * 10 >= old.fen


def _beyond_months(before: Before, after: After, months: int) -> bool:
    if "finish_on" not in after:
        return False
    old, new = before.get("finish_on"), after["finish_on"]
    if not isinstance(old, date) or not isinstance(new, date):
        return True
    first, last = min(old, new), max(old, new)
    return last > add_months(first, months)


_CONDITIONS: dict[ProvinceFirst, Callable[[Before, After, int], bool]] = {
    ProvinceFirst.IF_CODE: _code_changes,
    ProvinceFirst.IF_BEYOND_TENTH: _beyond_tenth,
    ProvinceFirst.IF_BEYOND_MONTHS: _beyond_months,
}


def check_changes(change: ChangeType, before: Before, after: After) -> dict[str, Value]:
    """The ticked fields' new values, cleaned; a field of another type, or nothing new, is refused.

    Raises:
        Required: no field. Invalid, UsccCheck: a field that the type does not have, a bad or unchanged value.
    """
    rule = RULES[change]
    if not after:
        raise Required("请至少勾选一个要变更的字段。", field="changes")
    cleaned: dict[str, Value] = {}
    for name, value in after.items():
        if name not in rule.fields:
            raise Invalid("“{type}”不能变更这个字段。请改选变更类别。", field="changes", type=TYPE_NAMES[change])
        field = FIELDS[name]
        cleaned[name] = clean_value(field, value)
        if not field.personal and (cleaned[name] or None) == (before.get(name) or None):
            raise Invalid("“{label}”与现值相同，没有变更。请填写新值，或取消勾选。", field=name, label=field.label)
        if not cleaned[name] and name in _NEVER_EMPTY:
            raise Required("请填写“{label}”的新值。", field=name, label=field.label)
    _check_together(before, cleaned)
    return cleaned


_NEVER_EMPTY = frozenset(
    {"name", "investment", "owner_name", "owner_uscc", "construction_state", "fund_use", "payee_account", "unit_name",
     "uscc", "standing", "incident", "credit_note", "control", "other_funds", "other_matter", "finish_on",
     "legal_representative"}
)  # fmt: skip


def _check_together(before: Before, after: After) -> None:
    now = {**before, **after}
    if ("code" in after or "no_code_reason" in after) and not now.get("code") and not now.get("no_code_reason"):
        raise Required("请填写项目代码；没有代码的，写明理由。", field="no_code_reason")
    start, finish = now.get("start_on"), now.get("finish_on")
    moved = "start_on" in after or "finish_on" in after
    if moved and isinstance(start, date) and isinstance(finish, date) and finish < start:
        raise Invalid("完工日期不能早于开工日期。请核对。", field="finish_on")
    if (
        "fund_use" in after
        and before.get("fund_use")
        and sum_of_lines(before["fund_use"]) != sum_of_lines(after["fund_use"])
    ):
        raise Invalid(
            "用途调剂前后合计应相同：原 {limit} 元，现 {requested} 元。请核对各行金额。",
            field="fund_use",
            limit=sum_of_lines(before["fund_use"]),
            requested=sum_of_lines(after["fund_use"]),
        )


def deadline(occurred_on: date, days: int = 10, workday: Callable[[date], bool] = is_workday) -> date:
    """The last day in time: the `days`-th working day after the event, whose own day does not count. Q18."""
    day, left = occurred_on, days
    while left > 0:
        day += timedelta(days=1)
        left -= workday(day)
    return day


def late_days(occurred_on: date, filed_on: date, days: int = 10, workday: Callable[[date], bool] = is_workday) -> int:
    """Working days that a filing came after its deadline; 0 in time. A mark, never a refusal. Source: R10.2, Q18."""
    day, late = deadline(occurred_on, days, workday), 0
    while day < filed_on:
        day += timedelta(days=1)
        late += workday(day)
    return late


def calendar_known(first: date, last: date) -> bool:
    """Whether the holidays of every year between two days are published."""
    return set(range(first.year, last.year + 1)) <= KNOWN_YEARS


def needs_second(disposition: Disposition, change: ChangeType) -> bool:
    """Whether a second provincial person must confirm: where money or standing moves. R10.3."""
    if disposition in (Disposition.AGREE_REDUCED, Disposition.SUSPEND, Disposition.RECOVER):
        return True
    return disposition is not Disposition.SUPPLEMENT and RULES[change].moves_standing


def applies(disposition: Disposition, change: ChangeType) -> bool:
    """Whether the baseline changes: agreed or filed, or a fact that stands whatever follows for the money."""
    if disposition in (Disposition.FILE, Disposition.AGREE, Disposition.AGREE_REDUCED):
        return True
    return disposition in (Disposition.SUSPEND, Disposition.RECOVER, Disposition.REFER) and RULES[change].fact


def hold_after(disposition: Disposition, change: ChangeType, after: After) -> HoldReason | None:
    """What holds the money once a report is settled, or None: released.

    Suspension and recovery hold until they are released by an act of their own; a project that
    stopped, and a unit that no longer exists, stay held until a later report says otherwise.
    """
    if disposition in (Disposition.SUSPEND, Disposition.RECOVER):
        return HoldReason.SUSPENSION
    if disposition is Disposition.REFER:
        return HoldReason.SUSPENSION if RULES[change].holds is not Holds.NOTHING else None
    if not applies(disposition, change):
        return None
    stopped = after.get("construction_state", "building") != "building"
    return HoldReason.STOPPED if stopped or after.get("standing", "existing") != "existing" else None


def in_use(codes: Collection[str] = CHANGE_TYPES) -> tuple[ChangeType, ...]:
    """The types that the policy in force lists. Q19."""
    return tuple(change for change in ChangeType if change in codes)
