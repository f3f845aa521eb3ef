"""Change reports and baselines as pages show them: names, values, and what changed, word by word."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from flask_babel import gettext as _

from ledger.domain.baselines import shown, sum_of_lines
from ledger.domain.changes import (
    DISPOSITION_NAMES,
    FIELDS,
    GROUP_NAMES,
    GROUPS,
    RULES,
    STATUS_NAMES,
    BaselineField,
    ChangeType,
    Disposition,
    FieldKind,
    ProvinceFirst,
    ReportStatus,
    Value,
)
from ledger.domain.changes_states import HOLD_NAMES, HoldReason
from ledger.domain.differences import Piece, difference, replaced
from ledger.domain.money import Money, yuan
from ledger.http.filters import percent
from ledger.http.paging import path
from ledger.identity.queries import DIVISIONS

WAITS: Final = frozenset({ReportStatus.REVIEWING, ReportStatus.REPORTED, ReportStatus.CHECKING, ReportStatus.PROPOSED})
"""States in which somebody else is to act."""
_TEXTS: Final = frozenset({FieldKind.TEXT, FieldKind.LONG_TEXT, FieldKind.LINES, FieldKind.USCC})
_PLACES: Final = {row.code: row.name for row in DIVISIONS}
PLACES: Final = tuple((row.code, row.name) for row in DIVISIONS if row.level == "county")
"""Counties as a select offers them, in the order of their codes."""


@dataclass(frozen=True, slots=True)
class Changed:
    """A field before and after, in words."""

    name: str
    label: str
    before: str
    after: str
    pieces: tuple[Piece, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class About:
    """What a type of change asks for and does, in the reader's language."""

    province: str
    money: str
    evidence: list[str]


def report_url(tenant_code: str, report_id: int, *more: str) -> str:
    """The page of a report, or what lies below it."""
    return path("t", tenant_code, "changes", report_id, *more)


def baseline_url(tenant_code: str, subject: str, subject_id: int) -> str:
    """The page of a baseline's versions."""
    return path("t", tenant_code, "baselines", subject, subject_id)


def type_name(change: str) -> str:
    """A type of change in the reader's language."""
    return str(_(ChangeType(change).label))


def status_name(status: str) -> str:
    """A report's state in the reader's language."""
    return str(_(STATUS_NAMES[ReportStatus(status)]))


def disposition_name(disposition: str | None) -> str:
    """What the province decided, in the reader's language; empty text for nothing."""
    return str(_(DISPOSITION_NAMES[Disposition(disposition)])) if disposition else ""


def hold_name(kind: str) -> str:
    """Why money is held, in the reader's language."""
    return str(_(HOLD_NAMES[HoldReason(kind)]))


def field_label(name: str) -> str:
    """A baseline field in the reader's language."""
    return str(_(FIELDS[name].label))


def labels(names: Iterable[str]) -> str:
    """Several fields in one phrase."""
    return str(_("、")).join(field_label(name) for name in names)


def type_groups(types: Iterable[ChangeType]) -> list[tuple[str, list[tuple[str, str]]]]:
    """The types that are in use, grouped as a select offers them."""
    used = set(types)
    found = [
        (str(_(GROUP_NAMES[group])), [(one.value, type_name(one)) for one in members if one in used])
        for group, members in GROUPS.items()
    ]
    return [(label, options) for label, options in found if options]


def words_of(field: BaselineField, value: Value) -> str:
    """A value as a page shows it; a choice and a place by name."""
    if field.kind is FieldKind.PLACE and isinstance(value, str):
        return f"{_PLACES.get(value, '')} {value}".strip()
    words = shown(field, value)
    return str(_(words)) if field.kind is FieldKind.CHOICE and words else words


def changed(name: str, before: Value, after: Value, old_text: str = "", new_text: str = "") -> Changed:
    """One field before and after; texts are compared word by word, any other value takes the place of the old one.

    `old_text` and `new_text` are what a personal value reads as: its own value is a commitment.
    """
    field = FIELDS[name]
    old, new = words_of(field, before), words_of(field, after)
    if field.personal:
        old, new = old_text, new_text
    pieces = difference(old, new) if field.kind in _TEXTS else replaced(old, new)
    return Changed(name, field_label(name), old, new, pieces, _note(field, before, after))


def _note(field: BaselineField, before: Value, after: Value) -> str:
    if isinstance(before, date) and isinstance(after, date):
        return str(_("%(n)s 天", n=f"{(after - before).days:+d}".replace("-", "−")))
    if isinstance(before, Money) and isinstance(after, Money):
        moved = after - before
        share = f"（{percent(Money(abs(moved.fen)), before)}）" if before.fen else ""
        return f"{'+' if moved.fen > 0 else ''}{yuan(moved)}{share}"
    if field.kind is FieldKind.LINES:
        return str(_("合计 %(sum)s", sum=yuan(sum_of_lines(after))))
    return ""


def about(change: ChangeType, is_first: bool | None = None) -> About:
    """What a type asks for and does; `is_first` is known once the new values are, None before."""
    rule = RULES[change]
    if change is ChangeType.C09:
        province = "属地审核后由财务复核人员核对账户，核对通过即生效。"
    elif is_first is None:
        province = _CONDITIONS[rule.province_first]
    else:
        province = _FIRST if is_first else _CONDITIONS[ProvinceFirst.NEVER]
    return About(str(_(province)), str(_(rule.money_effect)), [str(_(one)) for one in rule.evidence])


_FIRST: Final = "须省级先处置，处置之前基础数据不变。"
_CONDITIONS: Final[Mapping[ProvinceFirst, str]] = {
    ProvinceFirst.ALWAYS: _FIRST,
    ProvinceFirst.NEVER: "属地审核通过即生效，省级可以查看并另作处置。",
    ProvinceFirst.IF_CODE: "改项目代码的须省级先处置；只改名称的，属地审核通过即生效。",
    ProvinceFirst.IF_BEYOND_TENTH: "总投资增减达到十分之一的须省级先处置；不足的，属地审核通过即生效。",
    ProvinceFirst.IF_BEYOND_MONTHS: "完工日期变动超过 6 个月的须省级先处置；不超过的，属地审核通过即生效。",
}
