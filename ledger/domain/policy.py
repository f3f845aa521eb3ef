"""Dated policy versions: each switch that an ambiguity of the Measures (Q1-Q32) leaves to the province."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Any, get_args, get_type_hints

from ledger.domain.errors import Invalid, NotFound
from ledger.domain.money import Money, plain
from ledger.domain.pilots import PilotKind


class OneTimeSubject(StrEnum):
    """Q1: what the one-time right is keyed to."""

    LEGAL_ENTITY = "legal_entity"
    DESIGNATION = "designation"
    PROJECT = "project"


class OneTimeMode(StrEnum):
    """Q2: one decision with instalments inside it, or several awards under one cap."""

    SINGLE_AWARD = "single_award"
    CUMULATIVE_CAP = "cumulative_cap"


class Restore(StrEnum):
    """Q4: whether an award cancelled before any payment gives the right back."""

    BY_PROVINCIAL_ACT = "by_provincial_act"
    NEVER = "never"


class Overlap(StrEnum):
    """Q5, Q7, Q16: what a coincidence does."""

    ALLOW = "allow"
    WARN = "allow_warn"
    DENY = "deny"


class FailSource(StrEnum):
    """Q8: which evaluations count towards two fails."""

    PROVINCIAL_EFFECTIVE = "provincial_effective"
    PROVINCIAL_AND_LOCAL = "provincial_and_local"


class GapPolicy(StrEnum):
    """Q9: what a cycle without a result does to a streak of fails."""

    SKIP = "skip"
    RESET = "reset"


class Revocation(StrEnum):
    """Q11: what the system does by itself at the second fail."""

    FREEZE_ONLY = "freeze_only"
    CASE_ONLY = "case_only"


class BanStart(StrEnum):
    """Q12: the day from which the ban runs."""

    DOCUMENT_ISSUED = "document_issued"
    DOCUMENT_EFFECTIVE = "document_effective"
    SECOND_RESULT = "second_result"
    NOTICE_SERVED = "notice_served"


class BanScope(StrEnum):
    """Q13: what a ban refuses."""

    NEW_AWARDS = "apply_recommend_award"
    ALL_MONEY = "all_money"


class Undisbursed(StrEnum):
    """Q14: what cancellation proposes for money not yet disbursed; it is frozen at once."""

    FREEZE_THEN_CANCEL = "freeze_then_cancel"
    FREEZE_THEN_RELEASE = "freeze_then_release"


class Disbursed(StrEnum):
    """Q15: what cancellation does about money already disbursed."""

    REVIEW = "review"
    CLAW_BACK = "claw_back"


class Cycle(StrEnum):
    """Q17: how often pilots report progress."""

    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half_year"


class ReportsTo(StrEnum):
    """Q21: to whom a county's DRC sends its half-year report."""

    PREFECTURE = "prefecture"
    PROVINCE = "province"


class AcceptanceTenant(StrEnum):
    """Q30: whose DRC accepts a project."""

    PROJECT_LOCATION = "project_location"
    PILOT = "pilot"


class PartialFailure(StrEnum):
    """Q31: what a failed acceptance leads to."""

    RECTIFY_THEN_REPEAT = "rectify_then_repeat"
    PROVINCE_DECIDES = "province_decides"


CHANGE_TYPES = (*(f"C{number:02d}" for number in range(1, 18)), "C99")
"""Codes of rules §7; C99 is any other change."""

PROVINCE_FIRST = tuple(code for code in CHANGE_TYPES if code not in {"C09", "C10", "C99"})
"""Changes that take effect only after a provincial disposition; C06 beyond `completion_shift_months`."""


def _q(question: str, key: str) -> dict[str, str]:
    """The question of rules §6 that a switch answers, and its configuration key."""
    return {"question": question, "key": key}


@dataclass(frozen=True, slots=True)
class Switches:
    """What the Measures leave open, with the recommended reading as default; amounts are limits in yuan."""

    region_cap: Money = field(default=Money(5_000_000_00), metadata=_q("R8.3", "cap.region"))
    enterprise_cap: Money = field(default=Money(1_000_000_00), metadata=_q("R8.4", "cap.enterprise"))
    one_time_subject: OneTimeSubject = field(default=OneTimeSubject.LEGAL_ENTITY, metadata=_q("Q1", "one_time.subject"))
    one_time_mode: OneTimeMode = field(default=OneTimeMode.SINGLE_AWARD, metadata=_q("Q2", "one_time.mode"))
    max_instalments: int | None = field(default=None, metadata=_q("Q2", "max_instalments"))
    allow_award_adjustment: bool = field(default=True, metadata=_q("Q3", "allow_award_adjustment"))
    restore_on_cancel: Restore = field(default=Restore.BY_PROVINCIAL_ACT, metadata=_q("Q4", "restore_on_cancel"))
    region_enterprise_overlap: Overlap = field(default=Overlap.WARN, metadata=_q("Q5", "region_enterprise_overlap"))
    region_split: bool = field(default=True, metadata=_q("Q6", "region_split"))
    dup_policy_same_fund: Overlap = field(default=Overlap.DENY, metadata=_q("Q7", "dup_policy.same_fund"))
    dup_policy_other_source: Overlap = field(default=Overlap.WARN, metadata=_q("Q7", "dup_policy.other_source"))
    fail_source: FailSource = field(default=FailSource.PROVINCIAL_EFFECTIVE, metadata=_q("Q8", "fail_source"))
    streak_gap_policy: GapPolicy = field(default=GapPolicy.SKIP, metadata=_q("Q9", "streak.gap_policy"))
    fails_to_revoke: int = field(default=2, metadata=_q("Q9", "streak.fails"))
    one_result_per_cycle: bool = field(default=True, metadata=_q("Q10", "one_result_per_cycle"))
    revocation_auto: Revocation = field(default=Revocation.FREEZE_ONLY, metadata=_q("Q11", "revocation.auto"))
    ban_start_event: BanStart = field(default=BanStart.DOCUMENT_ISSUED, metadata=_q("Q12", "ban.start_event"))
    ban_months: int = field(default=24, metadata=_q("Q12", "ban.months"))
    ban_holiday_roll: bool = field(default=False, metadata=_q("Q12", "ban.holiday_roll"))
    ban_scope: BanScope = field(default=BanScope.NEW_AWARDS, metadata=_q("Q13", "ban.scope"))
    revoke_undisbursed: Undisbursed = field(
        default=Undisbursed.FREEZE_THEN_CANCEL, metadata=_q("Q14", "revoke.undisbursed")
    )
    revoke_disbursed: Disbursed = field(default=Disbursed.REVIEW, metadata=_q("Q15", "revoke.disbursed"))
    ban_affiliates: Overlap = field(default=Overlap.WARN, metadata=_q("Q16", "ban.affiliates"))
    progress_cycle: Cycle = field(default=Cycle.QUARTER, metadata=_q("Q17", "progress.cycle"))
    progress_due_day: int = field(default=10, metadata=_q("Q17", "progress.due_day"))
    change_days: int = field(default=10, metadata=_q("Q18", "change.days"))
    change_types: tuple[str, ...] = field(default=CHANGE_TYPES, metadata=_q("Q19", "change.types"))
    needs_province: tuple[str, ...] = field(default=PROVINCE_FIRST, metadata=_q("Q20", "change.needs_province"))
    completion_shift_months: int = field(default=6, metadata=_q("Q20", "change.completion_shift_months"))
    org_reports_to: ReportsTo = field(default=ReportsTo.PREFECTURE, metadata=_q("Q21", "org.reports_to"))
    org_direct_units: tuple[str, ...] = field(default=("220184", "220581"), metadata=_q("Q21", "org.direct_units"))
    halfyear_months: tuple[int, ...] = field(default=(1, 7), metadata=_q("Q22", "halfyear.months"))
    halfyear_due_day: int = field(default=31, metadata=_q("Q22", "halfyear.due_day"))
    threshold_soft: bool = field(default=True, metadata=_q("Q23", "threshold.soft"))
    city_gdp_min: Money = field(default=Money(10_000_000_000_00), metadata=_q("Q23", "threshold.city_gdp"))
    park_revenue_min: Money = field(default=Money(1_000_000_000_00), metadata=_q("Q23", "threshold.park_revenue"))
    zone_gdp_min: Money = field(default=Money(5_000_000_000_00), metadata=_q("Q23", "threshold.zone_gdp"))
    tax_min: str = field(default="B", metadata=_q("Q24", "tax.min"))
    tax_m_waivable: bool = field(default=True, metadata=_q("Q24", "tax.m_waivable"))
    lookback_months: int = field(default=36, metadata=_q("Q25", "lookback"))
    manufacturing_revenue_min: Money = field(
        default=Money(300_000_000_00), metadata=_q("Q26", "threshold.manufacturing_revenue")
    )
    service_revenue_min: Money = field(default=Money(20_000_000_00), metadata=_q("Q26", "threshold.service_revenue"))
    revenue_or_share: bool = field(default=True, metadata=_q("Q26", "threshold.revenue_or_share"))
    service_input_percent: int = field(default=15, metadata=_q("Q26", "threshold.service_input_percent"))
    service_input_for_all: bool = field(default=True, metadata=_q("Q26", "threshold.service_input_for_all"))
    batch_term_months: int | None = field(default=None, metadata=_q("Q27", "batch.term"))
    withdraw: bool = field(default=True, metadata=_q("Q28", "withdraw"))
    withdraw_bans: bool = field(default=False, metadata=_q("Q28", "withdraw.bans"))
    designated_from: date | None = field(default=None, metadata=_q("Q29", "policy.effective_date"))
    acceptance_tenant: AcceptanceTenant = field(
        default=AcceptanceTenant.PROJECT_LOCATION, metadata=_q("Q30", "acceptance.tenant")
    )
    acceptance_failure: PartialFailure = field(
        default=PartialFailure.RECTIFY_THEN_REPEAT, metadata=_q("Q31", "acceptance.failure")
    )
    appeal_days: int = field(default=10, metadata=_q("Q32", "evaluation.appeal_days"))


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """The switches in force from a day on, by a provincial document; a decision stores the `id` it used."""

    id: int
    effective_from: date
    document_no: str
    switches: Switches

    def cap_of(self, kind: PilotKind) -> Money:
        """The most that one pilot of `kind` may be awarded. Source: R8.3, R8.4, 《管理办法》第八条."""
        return self.switches.region_cap if kind is PilotKind.REGION else self.switches.enterprise_cap


def version_in_force(versions: Iterable[PolicyVersion], on: date) -> PolicyVersion:
    """The latest version effective on or before `on`; of two of one day, the one recorded later.

    Raises:
        NotFound: none was in force yet.
    """
    started = [version for version in versions if version.effective_from <= on]
    if not started:
        raise NotFound("{day} 尚无生效的政策版本。请先由省级登记政策版本。", day=on.isoformat())
    return max(started, key=lambda version: (version.effective_from, version.id))


def to_json(switches: Switches) -> str:
    """The switches by field name, sorted; amounts are yuan in text, dates ISO."""
    values = {item.name: _shown(getattr(switches, item.name)) for item in fields(switches)}
    return json.dumps(values, ensure_ascii=False, sort_keys=True)


@lru_cache(maxsize=64)
def from_json(text: str) -> Switches:
    """Read what `to_json` wrote; a switch added since then takes its default.

    A text is read once: few versions are ever in force, and every act on money asks for one.

    Raises:
        Invalid: not such a text, an unknown switch, or a value of another type; `field` names the switch.
    """
    try:
        values = json.loads(text)
    except ValueError:
        values = None
    if not isinstance(values, dict):
        raise Invalid("政策开关应为一个 JSON 对象。请核对。", field="switches")
    hints = get_type_hints(Switches)
    for name in sorted(set(values) - set(hints)):
        raise Invalid("没有名为“{name}”的政策开关。请核对。", field=name, name=name)
    known: dict[str, Any] = {name: _read(hints[name], value, name) for name, value in values.items()}
    return Switches(**known)


def _shown(value: object) -> object:
    if isinstance(value, Money):
        return plain(value)
    return value.isoformat() if isinstance(value, date) else value


def _read(hint: Any, value: object, name: str) -> object:
    """One switch from its JSON form; bool is not taken for int, nor a number for text."""
    kinds = get_args(hint)
    if type(None) in kinds:
        return None if value is None else _read(kinds[0], value, name)
    try:
        if kinds and isinstance(value, list):
            return tuple(_read(kinds[0], item, name) for item in value)
        if hint is Money and isinstance(value, str):
            return _money(value)
        if hint is date and isinstance(value, str):
            return date.fromisoformat(value)
        if isinstance(hint, type) and issubclass(hint, StrEnum) and isinstance(value, str):
            return hint(value)
    except ValueError:
        raise _refused(name, value) from None
    if hint in (str, int, bool) and type(value) is hint:
        return value
    raise _refused(name, value)


def _money(text: str) -> Money:
    whole, point, cents = text.partition(".")
    if not (point and len(cents) == 2 and (whole + cents).isascii() and (whole + cents).isdigit()):
        raise ValueError(text)
    return Money(int(whole + cents))


def _refused(name: str, value: object) -> Invalid:
    return Invalid("政策开关“{name}”的值“{value}”不可用。请核对。", field=name, name=name, value=str(value))
