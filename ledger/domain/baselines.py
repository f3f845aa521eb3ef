"""Baselines: the fields of a pilot and its projects that change only through a change report. R10.2, R10.3."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeAlias

from ledger.domain.chain import Json
from ledger.domain.errors import Invalid
from ledger.domain.identifiers import check_project_code, check_uscc, clean_text, normalise_uscc
from ledger.domain.money import Money, total, yuan

Lines: TypeAlias = tuple[tuple[str, Money], ...]
"""Purposes with their amounts in fen."""
Value: TypeAlias = "str | Money | date | Lines | None"
"""A field's value as people and programs hold it; `to_json` makes what is stored."""


class BaselineSubject(StrEnum):
    """What a baseline describes."""

    PROJECT = "project"
    PILOT = "pilot"


SUBJECT_NAMES: dict[BaselineSubject, str] = {BaselineSubject.PROJECT: "项目", BaselineSubject.PILOT: "试点单位"}


class FieldKind(StrEnum):
    """How a field is typed and stored: `PLACE` is a division's six digits, `LINES` purposes with amounts."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    MONEY = "money"
    DATE = "date"
    USCC = "uscc"
    CHOICE = "choice"
    PLACE = "place"
    LINES = "lines"


@dataclass(frozen=True, slots=True)
class BaselineField:
    """One field of a baseline; `personal` ones are stored as commitments, `choices` are (code, label)."""

    name: str
    label: str
    subject: BaselineSubject
    kind: FieldKind
    personal: bool = False
    choices: tuple[tuple[str, str], ...] = ()


CONSTRUCTION_NAMES = (("building", "在建"), ("delayed", "缓建"), ("stopped", "停建"), ("ended", "终止"))
STANDING_NAMES = (
    ("existing", "存续"),
    ("moved_out", "迁出吉林省"),
    ("deregistered", "注销"),
    ("licence_revoked", "吊销"),
    ("bankrupt", "破产"),
)

_PROJECT_LABELS = (
    ("name", "项目名称", FieldKind.TEXT),
    ("code", "项目代码", FieldKind.TEXT),
    ("no_code_reason", "无项目代码的理由", FieldKind.TEXT),
    ("content", "建设内容和规模", FieldKind.LONG_TEXT),
    ("investment", "总投资", FieldKind.MONEY),
    ("place", "建设地点（县市区）", FieldKind.PLACE),
    ("site", "建设地点（详细地址）", FieldKind.TEXT),
    ("owner_name", "实施主体", FieldKind.TEXT),
    ("owner_uscc", "实施主体统一社会信用代码", FieldKind.USCC),
    ("start_on", "开工日期", FieldKind.DATE),
    ("finish_on", "完工日期", FieldKind.DATE),
    ("construction_state", "建设状态", FieldKind.CHOICE),
    ("fund_use", "补助资金用途明细", FieldKind.LINES),
    ("payee_account", "收款账户", FieldKind.TEXT),
)
_PILOT_LABELS = (
    ("unit_name", "单位名称", FieldKind.TEXT),
    ("uscc", "统一社会信用代码", FieldKind.USCC),
    ("legal_representative", "法定代表人", FieldKind.TEXT),
    ("control", "股权、实际控制人或合并分立", FieldKind.LONG_TEXT),
    ("standing", "主体存续状态", FieldKind.CHOICE),
    ("boundary", "区域四至范围", FieldKind.LONG_TEXT),
    ("managing_body", "管理机构", FieldKind.TEXT),
    ("leading_industry", "主导产业", FieldKind.TEXT),
    ("incident", "安全、环保或质量事故", FieldKind.LONG_TEXT),
    ("credit_note", "失信或纳税信用情况", FieldKind.LONG_TEXT),
    ("other_funds", "同一项目其他资金来源", FieldKind.LONG_TEXT),
    ("other_matter", "其他重大事项", FieldKind.LONG_TEXT),
)
_CHOICES = {"construction_state": CONSTRUCTION_NAMES, "standing": STANDING_NAMES}
_PERSONAL = frozenset({"legal_representative"})

FIELDS: dict[str, BaselineField] = {
    name: BaselineField(name, label, subject, kind, name in _PERSONAL, _CHOICES.get(name, ()))
    for subject, fields in ((BaselineSubject.PROJECT, _PROJECT_LABELS), (BaselineSubject.PILOT, _PILOT_LABELS))
    for name, label, kind in fields
}
"""Every field of both baselines by its name; no name stands in both."""

_TEXT_LIMIT, _LONG_LIMIT, _LINES_LIMIT = 200, 4000, 50
_PLACE = re.compile(r"22[0-9]{4}", re.ASCII)


def fields_of(subject: BaselineSubject) -> tuple[BaselineField, ...]:
    """The fields of one kind of baseline, in their order on paper."""
    return tuple(field for field in FIELDS.values() if field.subject is subject)


def new_content(subject: BaselineSubject, known: Mapping[str, Value]) -> dict[str, Json]:
    """A first version: what is known, and every other field empty."""
    first: dict[str, Value] = {"construction_state": "building", "standing": "existing", "fund_use": ()}
    return {field.name: to_json(known.get(field.name, first.get(field.name))) for field in fields_of(subject)}


def to_json(value: Value) -> Json:
    """A value as it is stored: fen as text, dates in ISO, lines as pairs; blank text is nothing."""
    if isinstance(value, Money):
        return str(value.fen)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [[purpose, str(amount.fen)] for purpose, amount in value]
    return value or None


def from_json(field: BaselineField, stored: Json) -> Value:
    """The value of what `to_json` made. A personal value is read by its commitment elsewhere: here it is None."""
    if field.kind is FieldKind.LINES:
        return tuple((str(line[0]), Money(int(str(line[1])))) for line in _pairs(stored))
    if stored is None or not isinstance(stored, str):
        return None
    if field.kind is FieldKind.MONEY:
        return Money(int(stored))
    return date.fromisoformat(stored) if field.kind is FieldKind.DATE else stored


def _pairs(stored: Json) -> list[list[str]]:
    return [list(map(str, line)) for line in stored if isinstance(line, list)] if isinstance(stored, list) else []


def shown(field: BaselineField, value: Value) -> str:
    """A value in words: money in yuan, a choice by its label, lines one under the other; empty text for nothing."""
    if isinstance(value, Money):
        return yuan(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return "\n".join(f"{purpose} {yuan(amount)}" for purpose, amount in value)
    return dict(field.choices).get(value or "", value or "")


def clean_value(field: BaselineField, value: Value) -> Value:
    """A typed value, normalised and checked by the field's kind. `value` None or blank clears the field.

    Raises:
        Invalid, UsccCheck, Required: the error's `field` is the baseline field's name.
    """
    if field.kind is FieldKind.LINES:
        return _clean_lines(field, value)
    if field.kind is FieldKind.MONEY:
        if value is not None and (not isinstance(value, Money) or value.fen < 0):
            raise Invalid("金额不能为负数。请核对。", field=field.name)
        return value
    if field.kind is FieldKind.DATE:
        if value is not None and not isinstance(value, date):
            raise Invalid("请按 年-月-日 填写日期，例如 2026-03-05。", field=field.name)
        return value
    if value is not None and not isinstance(value, str):
        raise Invalid("这一项应为文字。请核对。", field=field.name)
    return _clean_text(field, value or "")


def _clean_text(field: BaselineField, typed: str) -> str | None:
    long = field.kind is FieldKind.LONG_TEXT
    text = clean_text(typed, field.name, _LONG_LIMIT if long else _TEXT_LIMIT, lines=long)
    if not text:
        return None
    if field.kind is FieldKind.USCC:
        text = normalise_uscc(text)
        check_uscc(text)
    elif field.kind is FieldKind.CHOICE and text not in dict(field.choices):
        raise Invalid("“{label}”没有这个选项。请重新选择。", field=field.name, label=field.label)
    elif field.kind is FieldKind.PLACE and _PLACE.fullmatch(text) is None:
        raise Invalid("建设地点应为吉林省内县（市、区）的六位区划代码。请重新选择。", field=field.name)
    elif field.name == "code":
        check_project_code(text)
    return text


def _clean_lines(field: BaselineField, value: Value) -> Lines:
    if value is None:
        return ()
    if not isinstance(value, tuple) or len(value) > _LINES_LIMIT:
        raise Invalid("资金用途最多 {limit} 行。请合并后填写。", field=field.name, limit=_LINES_LIMIT)
    lines = tuple((clean_text(purpose, field.name, _TEXT_LIMIT, required=True), amount) for purpose, amount in value)
    if any(amount.fen <= 0 for _, amount in lines):
        raise Invalid("每行用途的金额应大于零。请核对。", field=field.name)
    return lines


def sum_of_lines(value: Value) -> Money:
    """The sum of purposes; nothing sums to zero. C08."""
    return total([amount for _, amount in value]) if isinstance(value, tuple) else Money(0)
