"""One worksheet of an uploaded workbook: its cells by the sheet's own row numbers, its unit and columns."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from io import BytesIO
from itertools import islice

from python_calamine import CalamineError, CalamineSheet, load_workbook

from ledger.domain.errors import Invalid, TooLarge
from ledger.exchange.safety import Attributes, ElementHandler, check_package, damaged, next_row
from ledger.exchange.templates import (
    TEMPLATES,
    VERSION,
    Column,
    Kind,
    Layout,
    Reads,
    Template,
    Unit,
    fold_header,
    known_headers,
)

Cell = str | int | float | bool | date | datetime | time | timedelta

MAX_COLUMNS = 40  # the reader keeps a full rectangle of cells in memory
MAX_FORMULAS = 200_000
MAX_TEXT = 200_000_000  # characters, were each cell the longest text: one text may be repeated by all

HEADER_WITHIN_ROWS = 10

_VERSION_MARK = re.compile(r"模板版本[:：]?\s*([0-9]{4})")
_UNIT_MARK = re.compile(r"(?:^|[\s(（])(?:金额|计量)?单位\s*[:：]\s*(?:人民币)?\s*([^\s，,；;。）)]+)")
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})\Z")


@dataclass(slots=True)
class SheetScan:
    """What one worksheet's XML holds; rows and columns count from 1."""

    formulas: set[tuple[int, int]] = field(default_factory=set)
    row: int = 0
    column: int = 0
    shared_texts: int = 0
    has_content: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """A worksheet: read as often as asked, one row at a time, nothing evaluated.

    `formulas` are the (row, column) of cells whose shown value is a formula's or an error,
    from 1 as in the sheet. A text that only begins with "=" is not among them.
    """

    name: str
    width: int
    formulas: frozenset[tuple[int, int]]
    source: CalamineSheet

    def rows(self) -> Iterator[tuple[int, list[Cell]]]:
        """Each row's own number and its cells from column A on; a blank cell is ""."""
        start = self.source.start
        if start is None:
            return
        left: list[Cell] = [""] * start[1]
        # The reader gives the blank rows above the first cell, but not the columns left of it.
        for number, cells in enumerate(self.source.iter_rows(), start=1):
            yield number, left + list(cells)

    def is_formula(self, row: int, column: int) -> bool:
        return (row, column) in self.formulas


def read_sheet(data: bytes) -> Sheet:
    """Check the package, then open its one visible worksheet with content.

    Raises:
        TooLarge, Invalid: as `check_package`; also several sheets with content, none,
            or too many columns or formulas.
    """
    scans: dict[str, SheetScan] = {}

    def scan_worksheet(part: str) -> ElementHandler:
        scan = scans[part] = SheetScan()
        return sheet_handler(scan)

    parts = check_package(data, scan_worksheet)
    filled = [part for part in parts if part.is_visible and scans[part.name].has_content]
    if not filled:
        raise Invalid("工作簿里没有内容。请下载模板，填好后再传。", field="file")
    if len(filled) > 1:
        raise Invalid(
            "工作簿里有 {count} 张有内容的表，不知道要导入哪一张。请只保留一张。",
            field="file",
            count=len(filled),
        )
    part = filled[0]
    if part.longest_text * scans[part.name].shared_texts > MAX_TEXT:
        raise TooLarge("表格里的文字太多（最长的一格 {length} 字）。请删短，或拆成多个文件。", length=part.longest_text)
    try:
        source = load_workbook(BytesIO(data)).get_sheet_by_index(part.index)
    except CalamineError as error:
        raise damaged() from error
    return Sheet(
        name=source.name,
        width=source.end[1] + 1 if source.end else 0,
        formulas=frozenset(scans[part.name].formulas),
        source=source,
    )


def sheet_handler(scan: SheetScan) -> ElementHandler:
    """Follow rows and cells in order; order and bounds are checked because readers assume them."""

    def element(tag: str, given: Attributes) -> None:
        name = tag.rpartition(":")[2] if ":" in tag else tag
        if name == "c":
            _enter_cell(scan, given)
        elif name in {"v", "is"}:
            scan.has_content = True
        elif name == "row":
            scan.row, scan.column = next_row(scan.row, given), 0
        elif name == "f":
            _mark_formula(scan, given)

    return element


def _enter_cell(scan: SheetScan, given: Attributes) -> None:
    written = given.get("r")
    row, column = (scan.row, scan.column + 1) if written is None else _place(written)
    if row != scan.row or column <= scan.column:
        raise damaged()
    if column > MAX_COLUMNS:
        raise Invalid("表格超过 {limit} 列。请删除右侧多余的列。", field="file", limit=MAX_COLUMNS)
    scan.column = column
    kind = given.get("t")
    scan.shared_texts += kind == "s"
    if kind == "e":  # #N/A and the like: the trace of a formula, never a value
        scan.formulas.add((row, column))


def _place(reference: str) -> tuple[int, int]:
    """Row and column of `B7`, from 1."""
    match = _REFERENCE.match(reference)
    if match is None:
        raise damaged()
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - 64
    return int(match[2]), column


def _mark_formula(scan: SheetScan, given: Attributes) -> None:
    """Mark the cell, and the whole area of an array formula: its other cells carry no mark."""
    scan.formulas.add((scan.row, scan.column))
    area = given.get("ref")
    if area is not None and given.get("t") in ("array", "dataTable"):
        first, _, last = area.partition(":")
        (top, left), (bottom, right) = _place(first), _place(last or first)
        if (bottom - top + 1) * (right - left + 1) > MAX_FORMULAS:
            raise _too_many_formulas()
        scan.formulas.update((r, c) for r in range(top, bottom + 1) for c in range(left, right + 1))
    if len(scan.formulas) > MAX_FORMULAS:
        raise _too_many_formulas()


def _too_many_formulas() -> Invalid:
    return Invalid("表格里公式太多。请全选、复制，选择性粘贴为“数值”后再传。", field="file")


def read_layout(kind: Kind, sheet: Sheet) -> Layout:
    """Find the version, the unit and the header row of a sheet of one kind.

    Raises:
        Invalid: another version, no or an unknown unit, no header row, columns missing,
            unknown, twice, or whose header contradicts the declared unit.
    """
    template = TEMPLATES[kind]
    top = list(islice(sheet.rows(), HEADER_WITHIN_ROWS))
    _check_version(top)
    number, cells = _header_row(template, top)
    unit = _declared_unit(top[: number - 1])
    return _layout(template, unit, number, cells)


def find_header_row(sheet: Sheet) -> tuple[int, list[Cell]]:
    """The header row of a sheet of any kind: its number and cells; (0, []) where there is none."""
    top = list(islice(sheet.rows(), HEADER_WITHIN_ROWS))
    for template in TEMPLATES.values():
        found = _best_header_row(template, top)
        if found is not None:
            return found
    return 0, []


def _texts(top: list[tuple[int, list[Cell]]]) -> Iterator[str]:
    for _, cells in top:
        yield from (cell for cell in cells if isinstance(cell, str) and cell.strip())


def _check_version(top: list[tuple[int, list[Cell]]]) -> None:
    for text in _texts(top):
        found = _VERSION_MARK.search(unicodedata.normalize("NFKC", text))
        if found is None:
            continue
        if found[1] != VERSION:
            raise Invalid(
                "这是 {version} 版模板。请下载 {current} 版，把数据粘贴过去再传。",
                field="file",
                version=found[1],
                current=VERSION,
            )
        return
    raise Invalid(
        "表里没有“模板版本：{current}”。请下载 {current} 版模板，把数据粘贴过去再传。",
        field="file",
        current=VERSION,
    )


def _declared_unit(top: list[tuple[int, list[Cell]]]) -> Unit:
    written = {found for text in _texts(top) for found in _UNIT_MARK.findall(text)}
    if not written:
        raise Invalid("表里没有写明金额单位。请在表头上方写“单位：元”或“单位：万元”。", field="file")
    if len(written) > 1 or not written <= {unit.value for unit in Unit}:
        raise Invalid(
            "金额单位写的是“{written}”。请只写“单位：元”或“单位：万元”。",
            field="file",
            written="、".join(sorted(written)),
        )
    return Unit(written.pop())


def _best_header_row(template: Template, top: list[tuple[int, list[Cell]]]) -> tuple[int, list[Cell]] | None:
    known = known_headers(template)
    matches = [sum(fold_header(cell) in known for cell in cells) for _, cells in top]
    best = max(matches, default=0)
    # Half of the columns: a title or a note may hold one of the words, not half of them.
    return top[matches.index(best)] if best * 2 >= len(template.columns) else None


def _header_row(template: Template, top: list[tuple[int, list[Cell]]]) -> tuple[int, list[Cell]]:
    found = _best_header_row(template, top)
    if found is None:
        raise Invalid(
            "前 {limit} 行里没有“{title}”的表头。请核对导入种类，或下载模板重填。",
            field="file",
            limit=HEADER_WITHIN_ROWS,
            title=template.title,
        )
    return found


def _layout(template: Template, unit: Unit, number: int, cells: list[Cell]) -> Layout:
    known = known_headers(template)
    columns: dict[int, Column] = {}
    headers: dict[str, str] = {}
    unknown: list[str] = []
    for at, cell in enumerate(cells, start=1):
        text = str(cell).strip()
        column, named = known.get(fold_header(cell), (None, None))
        if column is None:
            unknown += [text] if text else []
            continue
        if column.key in headers:
            raise Invalid("“{column}”列出现了两次。请只保留一列。", field="file", column=column.header)
        if named is not None and named is not unit:
            raise Invalid(
                "表上写“单位：{unit}”，“{column}”列却写{named}。请改成同一个单位。",
                field="file",
                unit=unit.value,
                column=column.header,
                named=named.value,
            )
        columns[at], headers[column.key] = column, text
    missing = [c.header for c in template.columns if c.reads is not Reads.NOTHING and c.key not in headers]
    if missing:
        raise Invalid("缺少列：{columns}。请按模板补上。", field="file", columns="、".join(missing))
    if unknown:
        raise Invalid("模板里没有这些列：{columns}。请删除后再传。", field="file", columns="、".join(unknown))
    unlabelled = frozenset(range(1, len(cells) + 1)) - columns.keys()
    return Layout(template, unit, number, columns, headers, unlabelled)
