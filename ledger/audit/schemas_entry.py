"""The fields of an entry's text as a person reads them: labels, amounts in yuan, personal values or 已删除."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from ledger.audit.queries_record_entries import Event
from ledger.audit.schemas_sentences_values import baseline_label
from ledger.domain.documents import KIND_NAMES, DocumentKind
from ledger.domain.money import Money
from ledger.funds.schemas_shown import field_label, field_value
from ledger.http.filters import instant, yuan

_SHOWN_PERSONAL = frozenset({"pilot", "project", "change_report"})
"""What these hold of persons is theirs to be known by; other personal values administrators alone look up."""
_DEEP = 6


@dataclass(frozen=True, slots=True)
class Line:
    """A field with its label; `is_code` marks hashes and codes, which are set apart and never broken."""

    label: str
    value: str
    is_code: bool = False


@dataclass(frozen=True, slots=True)
class Fields:
    """What an entry says: the fields that an act changed, (label, before, after), and those that it only names."""

    changed: Sequence[tuple[str, Line, Line]]
    same: Sequence[Line]


def fields_of(event: Event) -> Fields:
    """The fields of an entry, in the order of its text; without a `before` nothing was changed, only said."""
    before = {line.label: line for line in lines_of(event, event.before)}
    after = {line.label: line for line in lines_of(event, event.after)}
    if not before:
        return Fields((), list(after.values()))
    labels = list(dict.fromkeys([*before, *after]))
    none = Line("", "—")
    changed = [
        (label, before.get(label, none), after.get(label, none))
        for label in labels
        if before.get(label) != after.get(label)
    ]
    return Fields(changed, [after[label] for label in labels if before.get(label) == after.get(label)])


def lines_of(event: Event, part: Mapping[str, Any]) -> Sequence[Line]:
    """The fields of one part of the text (`before`, `after`), nested ones under the label of theirs."""
    return list(_lines(event, part, "", 0))


def _lines(event: Event, part: Mapping[str, Any], above: str, depth: int) -> Iterator[Line]:
    for name, value in part.items():
        label = f"{above}{_label(name)}"
        if _is_commitment(value):
            yield Line(label, _personal(event, value["commitment"]))
        elif isinstance(value, dict) and depth < _DEEP:
            yield from _lines(event, value, f"{label} › ", depth + 1)
        elif isinstance(value, list):
            yield from _listed(event, value, label, depth)
        else:
            text = _text(name, value)
            yield Line(label, text, _is_code(text))


def _listed(event: Event, values: Sequence[Any], label: str, depth: int) -> Iterator[Line]:
    if not any(isinstance(one, dict) for one in values):
        yield Line(label, str(_("、")).join(str(one) for one in values) or "—")
        return
    for number, one in enumerate(values, start=1):
        if isinstance(one, dict) and depth < _DEEP:
            yield from _lines(event, one, f"{label} {number} › ", depth + 1)
        else:
            yield Line(f"{label} {number}", str(one))


def _is_commitment(value: Any) -> bool:
    return isinstance(value, dict) and value.keys() == {"commitment"}


def _personal(event: Event, commitment: str) -> str:
    known = event.personal.get(commitment)
    if known is None:
        return str(_("已删除"))
    return known if event.subject_type in _SHOWN_PERSONAL else str(_("个人信息，此处不显示"))


def _is_code(text: str) -> bool:
    return len(text) >= 32 and text.isascii() and " " not in text


def _text(name: str, value: Any) -> str:
    if value in (None, ""):
        return "—"
    if isinstance(value, bool):
        return str(_("是") if value else _("否"))
    if name.endswith("_at"):
        return _instant(str(value))
    if name == "kind" and value in set(DocumentKind):
        return str(_(KIND_NAMES[DocumentKind(value)]))
    if name in ("from", "to"):
        return _stage(str(value))
    try:
        shown = field_value(name, value)
    except ValueError:
        return str(value)
    return yuan(shown) if isinstance(shown, Money) else str(shown)


def _instant(text: str) -> str:
    try:
        return str(instant(datetime.fromisoformat(text)))
    except ValueError:
        return text


def _stage(name: str) -> str:
    """A stage of the money by the word of the money bar."""
    told = {
        "fund_line": _("资金规模"),
        "awarded": _("核定"),
        "allocated": _("下达"),
        "disbursed": _("拨付"),
        "spent": _("使用"),
        "accepted": _("验收"),
        "recovered": _("收回"),
    }
    return str(told.get(name, name))


def _label(name: str) -> str:
    told = {
        "id": _("编号"),
        "number": _("单号"),
        "kind": _("种类"),
        "made_by": _("经办人编号"),
        "made_at": _("登记时间"),
        "checked_by": _("复核人编号"),
        "checked_at": _("复核时间"),
        "pilot_id": _("试点编号"),
        "award_id": _("核定编号"),
        "line_id": _("核定项编号"),
        "project_id": _("项目编号"),
        "allocation_id": _("下达编号"),
        "disbursement_id": _("拨付编号"),
        "reverses_id": _("被冲销单编号"),
        "office_id": _("单位编号"),
        "policy_version_id": _("政策版本"),
        "fiscal_year": _("年度"),
        "uscc": _("统一社会信用代码"),
        "person": _("人员编号"),
        "roles": _("角色"),
        "request": _("申请编号"),
        "maker": _("提出人编号"),
        "checker": _("确认人编号"),
        "name": _("名称"),
        "username": _("用户名"),
        "lines": _("明细"),
        "entries": _("条数"),
        "after": _("起始序号"),
        "sound": _("完整"),
        "job": _("任务"),
        "stream": _("流"),
        "streams": _("流"),
        "seq": _("序号"),
        "first_break": _("第一处断裂"),
        "code": _("代码"),
        "words": _("理由"),
        "asked": _("要办的事"),
        "numbers": _("数额"),
        "commitments": _("承诺值"),
        "field": _("字段"),
        "before": _("原值"),
        "values": _("内容"),
        "file": _("文件"),
        "sha256": _("文件校验值"),
        "size": _("大小"),
        "label": _("名称"),
        "office_name": _("单位"),
        "project_code": _("项目代码"),
        "allocation": _("下达编号"),
        "disbursement": _("拨付编号"),
        "award": _("核定编号"),
        "line": _("核定项编号"),
        "project": _("项目编号"),
        "pilot": _("试点编号"),
        "reverses": _("被冲销单编号"),
        "fund_year": _("年度"),
        "on": _("日期"),
        "erased": _("已删除处数"),
        "from": _("从"),
        "to": _("到"),
        "hash": _("哈希算法"),
        "canonical": _("规范写法"),
    }
    if name in told:
        return str(told[name])
    known = field_label(name)
    return baseline_label(name) if known == name else known
