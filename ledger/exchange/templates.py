"""The four official templates, declared: columns, how their texts are read, total and signature lines."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum

from ledger.domain.errors import Invalid
from ledger.domain.identifiers import (
    check_project_code,
    check_uscc,
    clean_text,
    normalise_document_no,
    normalise_uscc,
)

VERSION = "2026"
FAULT_HEADER = "错误说明"


class Kind(StrEnum):
    """What a workbook records; the word of the command line and of the URL."""

    DESIGNATION = "designation"
    AWARDS = "awards"
    ALLOCATIONS = "allocations"
    DISBURSEMENTS = "disbursements"


class Unit(StrEnum):
    """The unit that a sheet declares for its amounts; it is never guessed."""

    YUAN = "元"
    WAN = "万元"


class Reads(Enum):
    """What a column's cells must be; texts are then read by the column's own reader."""

    TEXT = "text"
    AMOUNT = "amount"
    DATE = "date"
    PAST_DATE = "past_date"
    NOTHING = "nothing"


TextReader = Callable[[str, str], str | int]
"""From a cell's text and the field's name; raises the `BadValue` that refuses it."""

NAME_LIMIT, CODE_LIMIT = 200, 64
PILOT_KINDS = {"试点区域": "region", "试点企业": "enterprise"}
_DIRECTION = re.compile(r"M[1-9]|A[1-5]")
_YEAR = re.compile(r"(20[0-9]{2})年?(?:度)?")


def _name(text: str, field: str) -> str:
    return clean_text(text, field, NAME_LIMIT)


def _code(text: str, field: str) -> str:
    return clean_text(unicodedata.normalize("NFKC", text), field, CODE_LIMIT)


def _account(text: str, field: str) -> str:
    return re.sub(r"\s", "", _code(text, field))


def _uscc(text: str, _field: str) -> str:
    code = normalise_uscc(text)
    check_uscc(code)
    return code


def _project_code(text: str, field: str) -> str:
    # Its form is checked where a project is made; elsewhere a wrong code is one the pilot has not.
    return re.sub(r"[\u2010-\u2015\u2212]", "-", _account(text, field)).upper()


def _new_project_code(text: str, field: str) -> str:
    code = _project_code(text, field)
    check_project_code(code)
    return code


def _document_no(text: str, field: str) -> str:
    return normalise_document_no(clean_text(text, field, CODE_LIMIT))


def _pilot_kind(text: str, field: str) -> str:
    kind = PILOT_KINDS.get(_account(text, field))
    if kind is None:
        raise Invalid("试点类型请填“试点区域”或“试点企业”。", field=field)
    return kind


def _direction(text: str, field: str) -> str:
    direction = _account(text, field).upper()
    if _DIRECTION.fullmatch(direction) is None:
        raise Invalid("融合方向请填 M1–M9 或 A1–A5。", field=field)
    return direction


def _year(text: str, field: str) -> int:
    found = _YEAR.fullmatch(_account(text, field))
    if found is None:
        raise Invalid("资金年度请填四位年份，例如 2026。", field=field)
    return int(found[1])


@dataclass(frozen=True, slots=True)
class Column:
    """One declared column; `header` is the official one, `aliases` are accepted too."""

    key: str
    header: str
    reads: Reads = Reads.TEXT
    reader: TextReader = _name
    is_required: bool = True
    aliases: tuple[str, ...] = ()
    blank_words: str = "请填写{column}。"


@dataclass(frozen=True, slots=True)
class Template:
    """One official format of version 2026."""

    kind: Kind
    title: str
    columns: tuple[Column, ...]
    amount_key: str


@dataclass(frozen=True, slots=True)
class Layout:
    """Where one sheet holds what: its unit, and its columns (from 1) in sheet order."""

    template: Template
    unit: Unit
    header_row: int
    columns: Mapping[int, Column]
    headers: Mapping[str, str]  # key -> the sheet's own header text
    unlabelled: frozenset[int]


_NUMBER = Column("serial", "序号", Reads.NOTHING, is_required=False, aliases=("编号",))
_FAULTS = Column("faults", FAULT_HEADER, Reads.NOTHING, is_required=False)
_TENANT = Column("tenant_name", "市（州）", aliases=("市州", "市、州"))
_NAME = Column("name", "试点名称")
_USCC = Column("uscc", "统一社会信用代码", reader=_uscc, aliases=("社会信用代码", "信用代码"))
_PROJECT = Column("project_code", "项目代码", reader=_project_code)


def _template(kind: Kind, title: str, amount_key: str, *columns: Column) -> Template:
    return Template(kind, title, (_NUMBER, *columns, _FAULTS), amount_key)


TEMPLATES: Mapping[Kind, Template] = {
    template.kind: template
    for template in (
        _template(
            Kind.DESIGNATION,
            "试点名单",
            "investment",
            _NAME,
            Column("kind", "试点类型", reader=_pilot_kind),
            _USCC,
            _TENANT,
            Column("county_name", "县（市、区）", is_required=False, aliases=("县市区",)),
            Column("direction", "融合方向", reader=_direction),
            Column("project_name", "项目名称"),
            Column("project_code", "项目代码", reader=_new_project_code, is_required=False),
            Column("investment", "项目总投资", Reads.AMOUNT, aliases=("总投资",)),
            Column("start_on", "计划开工", Reads.DATE, aliases=("计划开工日期", "计划开工时间")),
            Column("finish_on", "计划竣工", Reads.DATE, aliases=("计划竣工日期", "计划竣工时间")),
            Column("document_no", "认定文号", reader=_document_no),
            Column("designated_on", "认定日期", Reads.PAST_DATE),
        ),
        _template(
            Kind.AWARDS,
            "资金安排表",
            "amount",
            _TENANT,
            _NAME,
            _USCC,
            _PROJECT,
            Column("amount", "安排金额", Reads.AMOUNT),
            Column("fiscal_year", "资金年度", reader=_year, aliases=("预算年度",)),
            Column("document_no", "安排文号", reader=_document_no),
            Column("decided_on", "安排日期", Reads.PAST_DATE),
        ),
        _template(
            Kind.ALLOCATIONS,
            "指标下达表",
            "amount",
            Column("document_no", "指标文号", reader=_document_no),
            Column("allocated_on", "下达日期", Reads.PAST_DATE),
            _TENANT,
            _NAME,
            _USCC,
            _PROJECT,
            Column("amount", "下达金额", Reads.AMOUNT),
        ),
        _template(
            Kind.DISBURSEMENTS,
            "拨付台账",
            "amount",
            Column("paid_on", "拨付日期", Reads.PAST_DATE),
            _NAME,
            _USCC,
            _PROJECT,
            Column("payee_name", "收款单位", aliases=("收款单位名称",)),
            Column("payee_account", "收款账号", reader=_account, aliases=("收款账户",)),
            Column(
                "document_no",
                "指标文号",
                reader=_document_no,
                blank_words="请填写指标文号，例如 吉财建指〔2026〕118号。没有文号？请先联系省级登记指标。",
            ),
            Column("voucher_no", "支付凭证号", reader=_code, aliases=("凭证号",)),
            Column("amount", "拨付金额", Reads.AMOUNT),
        ),
    )
}

_SIGNATURES = (
    "填表",
    "填报",
    "制表",
    "单位负责人",
    "负责人",
    "审核",
    "复核",
    "经办",
    "联系人",
    "联系电话",
    "备注",
    "说明",
    "注:",
)
_TOTALS = ("合计", "总计")


def fold_header(text: object) -> str:
    """A header without what people vary: width, brackets, separators inside them, white space."""
    folded = unicodedata.normalize("NFKC", str(text))
    return re.sub(r"[\s()\[\]{}〔〕【】<>《》、,*:]", "", folded)


def is_total(cells: Sequence[object], layout: Layout) -> bool:
    """Whether a row is the 合计 row: the word comes first, and no credit code stands in it."""
    first = next((str(cell) for cell in cells if str(cell).strip()), "")
    if re.sub(r"\s", "", first).rstrip("：:") not in _TOTALS:
        return False
    return not any(column.key == "uscc" and _cell(cells, at) for at, column in layout.columns.items())


def is_signature(cells: Sequence[object], layout: Layout) -> bool:
    """Whether a row is the 填表单位 line; a row with an amount or a credit code never is."""
    first = next((str(cell).strip() for cell in cells if str(cell).strip()), "")
    if not unicodedata.normalize("NFKC", first).startswith(_SIGNATURES):
        return False
    money = ("uscc", layout.template.amount_key)
    return not any(column.key in money and _cell(cells, at) for at, column in layout.columns.items())


def _cell(cells: Sequence[object], column: int) -> str:
    return str(cells[column - 1]).strip() if column <= len(cells) else ""


def known_headers(template: Template) -> dict[str, tuple[Column, Unit | None]]:
    """Folded header text to its column, and to the unit that the text itself names."""
    known: dict[str, tuple[Column, Unit | None]] = {}
    for column in template.columns:
        for text in (column.header, *column.aliases):
            known[fold_header(text)] = (column, None)
            if column.reads is Reads.AMOUNT:
                known |= {fold_header(text) + unit.value: (column, unit) for unit in Unit}
    return known
