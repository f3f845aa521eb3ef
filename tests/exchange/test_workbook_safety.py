"""Hostile and broken workbooks are refused before a reader opens them."""

from __future__ import annotations

import tracemalloc
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import Workbook

from ledger.domain.errors import Invalid, LedgerError, TooLarge
from ledger.exchange import safety
from ledger.exchange.safety import check_package
from ledger.exchange.workbook import read_sheet

BOOK = (Path(__file__).parents[2] / "demo" / "books" / "04-disbursements-220100.xlsx").read_bytes()
SHEET = "xl/worksheets/sheet1.xml"
Change = Callable[[str, bytes], bytes]


def repacked(change: Change = lambda _name, part: part, extra: dict[str, bytes] | None = None) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(BOOK)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
        for name, part in (extra or {}).items():
            new.writestr(name, part)
    return out.getvalue()


def with_sheet(xml: bytes) -> bytes:
    return repacked(lambda name, part: xml if name == SHEET else part)


def sheet_of(rows: bytes) -> bytes:
    return (
        b"<worksheet xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'><sheetData>%s</sheetData></worksheet>"
        % rows
    )


def replaced(part_name: str, old: bytes, new: bytes) -> bytes:
    def change(name: str, part: bytes) -> bytes:
        if name == part_name:
            assert old in part
            return part.replace(old, new)
        return part

    return repacked(change)


def refusal(data: bytes) -> LedgerError:
    with pytest.raises((Invalid, TooLarge)) as caught:
        read_sheet(data)
    assert caught.value.field == "file"
    assert "请" in str(caught.value)
    return caught.value


def test_a_repacked_book_is_still_accepted() -> None:
    assert read_sheet(repacked()).width == 10


def test_bytes_that_are_no_zip_are_refused() -> None:
    for data in (
        b"",
        b"PK\x03\x04",
        b"\xd0\xcf\x11\xe0" + b"\0" * 600,
        "序号,金额".encode(),
        b"PK\x05\x06" + b"\0" * 18,
    ):
        assert refusal(data).code == "invalid"


def test_a_file_above_the_byte_limit_is_refused_at_once() -> None:
    assert refusal(b"PK\x03\x04" + b"\0" * safety.MAX_BYTES).code == "too_large"


def test_a_renamed_zip_is_refused() -> None:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    assert "不是 Excel 工作簿" in str(refusal(out.getvalue()))


@pytest.mark.parametrize("part", ["xl/vbaProject.bin", "xl/macrosheets/sheet1.xml", "xl/embeddings/ole.bin"])
def test_a_part_that_could_run_is_refused(part: str) -> None:
    assert "宏" in str(refusal(repacked(extra={part: b"<a/>"})))


def test_a_macro_workbook_renamed_to_xlsx_is_refused() -> None:
    macro = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    plain = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    assert "宏" in str(refusal(replaced("[Content_Types].xml", plain, macro)))


def test_a_template_or_another_type_is_refused() -> None:
    old, new = b"spreadsheetml.sheet.main+xml", b"spreadsheetml.template.main+xml"
    assert "另存为 .xlsx" in str(refusal(replaced("[Content_Types].xml", old, new)))


def test_links_to_outside_are_refused_but_a_hyperlink_is_not() -> None:
    assert "外部数据" in str(refusal(repacked(extra={"xl/externalLinks/externalLink1.xml": b"<a/>"})))
    link = b'<Relationships><Relationship Type="http://x/%s" Target="http://x/" TargetMode="External"/></Relationships>'
    rels = "xl/worksheets/_rels/sheet1.xml.rels"
    assert "外部数据" in str(refusal(repacked(extra={rels: link % b"image"})))
    assert read_sheet(repacked(extra={rels: link % b"hyperlink"})).width == 10


@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", "[Content_Types].xml", "xl/_rels/workbook.xml.rels"])
def test_a_doctype_is_refused_in_every_part(part: str) -> None:
    entity = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    data = repacked(lambda name, xml: entity + xml[xml.index(b"<", xml.find(b"?>") + 1) :] if name == part else xml)
    assert "DOCTYPE" in str(refusal(data))


def test_another_encoding_is_refused_since_it_could_hide_a_doctype() -> None:
    utf16 = '<?xml version="1.0" encoding="UTF-16"?><worksheet/>'.encode("utf-16")
    assert "损坏" in str(refusal(with_sheet(utf16)))
    assert "损坏" in str(refusal(with_sheet(b'<?xml version="1.0" encoding="gbk"?><worksheet/>')))


def test_a_zip_bomb_is_refused_by_its_headers() -> None:
    bomb = repacked(extra={"xl/media/a.bin": b"\0" * (80 * 1024 * 1024)})
    assert len(bomb) < safety.MAX_BYTES
    tracemalloc.start()
    assert refusal(bomb).code == "too_large"
    assert tracemalloc.get_traced_memory()[1] < 4 * 1024 * 1024
    tracemalloc.stop()


def test_a_zip_bomb_with_small_sizes_in_its_headers_is_refused() -> None:
    length = 20 * 1024 * 1024
    data = bytearray(repacked(extra={"xl/media/a.bin": b"\0" * length}))
    sizes = length.to_bytes(4, "little")
    while (at := data.find(sizes)) >= 0:
        data[at : at + 4] = (10).to_bytes(4, "little")
    tracemalloc.start()
    assert "损坏" in str(refusal(bytes(data)))
    assert tracemalloc.get_traced_memory()[1] < 4 * 1024 * 1024
    tracemalloc.stop()


def test_too_many_members_and_double_names_are_refused() -> None:
    assert "部件太多" in str(refusal(repacked(extra={f"xl/media/{n}.png": b"" for n in range(300)})))
    assert "损坏" in str(refusal(repacked(extra={"xl/Worksheets/sheet1.xml": b"<worksheet/>"})))
    assert "损坏" in str(refusal(repacked(extra={"xl/../a.xml": b"<a/>"})))


def test_a_damaged_member_is_refused() -> None:
    data = bytearray(BOOK)
    at = data.find(b"xl/worksheets/sheet1.xml") + 200
    data[at] ^= 0xFF
    assert "损坏" in str(refusal(bytes(data)))
    assert "损坏" in str(refusal(BOOK[:-30]))
    assert "损坏" in str(refusal(BOOK + b"tail"))


def test_a_member_whose_two_headers_disagree_is_refused() -> None:
    data = bytearray(BOOK)
    at = data.find(b"xl/worksheets/sheet1.xml")
    data[at : at + 2] = b"xx"
    assert "损坏" in str(refusal(bytes(data)))


def test_rows_are_counted_up_to_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(safety, "MAX_ROWS", 30)
    full = sheet_of(b"<row><c><v>1</v></c></row>" * 50)
    assert sum(1 for _ in read_sheet(with_sheet(full)).rows()) == 50
    over = with_sheet(sheet_of(b"<row><c><v>1</v></c></row>" * 51))
    assert refusal(over).code == "too_large"
    with pytest.raises(TooLarge):
        check_package(over)


@pytest.mark.parametrize("row", [b'<row r="1000000"><c r="A1000000"><v>1</v></c></row>', b"<row/>" * 1_000_000])
def test_a_million_rows_are_refused_whether_numbered_or_counted(row: bytes) -> None:
    assert refusal(with_sheet(sheet_of(row))).code == "too_large"


def test_a_lying_dimension_changes_nothing() -> None:
    xml = sheet_of(b'<row r="1"><c r="A1"><v>1</v></c></row>')
    lying = xml.replace(b"<sheetData>", b'<dimension ref="A1:XFD1048576"/><sheetData>')
    assert read_sheet(with_sheet(lying)).width == 1


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (b'<row r="1"><c r="XFD1"><v>1</v></c></row>', "列"),
        (b'<row r="2"/><row r="1"/>', "损坏"),
        (b'<row r="1"><c r="B1"><v>1</v></c><c r="A1"><v>1</v></c></row>', "损坏"),
        (b'<row r="1"><c r="A2"><v>1</v></c></row>', "损坏"),
        (b'<row r="1"><c r="$A$1"><v>1</v></c></row>', "损坏"),
        (b'<row r="1"><c r="A1" t="n"><v>abc</v></c></row>', "损坏"),
        (b'<row r="1"><c r="A1" t="s"><v>99</v></c></row>', "损坏"),
        (b'<row r="1"><c r="A1"><f t="array" ref="A1:AN100000">1</f><v>1</v></c></row>', "公式太多"),
        (b'<row r="1"/>', "没有内容"),
        (b"<row", "损坏"),
    ],
)
def test_cells_out_of_order_or_bounds_are_refused(rows: bytes, words: str) -> None:
    assert words in str(refusal(with_sheet(sheet_of(rows))))


def test_one_long_text_that_a_million_cells_repeat_is_refused() -> None:
    shared = b"<sst><si><t>" + b"A" * 3_000_000 + b"</t></si></sst>"
    rows = b"<row>" + b'<c t="s"><v>0</v></c>' * 40 + b"</row>"
    data = repacked(
        lambda name, part: sheet_of(rows * 50) if name == SHEET else part, extra={"xl/sharedStrings.xml": shared}
    )
    assert refusal(data).code == "too_large"


def test_formulas_array_areas_and_error_values_are_marked() -> None:
    rows = (
        b'<row r="2"><c r="B2"><f>1+1</f><v>2</v></c><c r="C2" t="inlineStr"><is><t>=1+1</t></is></c></row>'
        b'<row r="3"><c r="A3"><f t="array" ref="A3:A4">1</f><v>1</v></c><c r="B3" t="e"><v>#N/A</v></c></row>'
        b'<row r="4"><c r="A4"><v>1</v></c></row>'
    )
    sheet = read_sheet(with_sheet(sheet_of(rows)))
    assert sheet.formulas == {(2, 2), (3, 1), (4, 1), (3, 2)}
    assert sheet.is_formula(2, 2)
    assert not sheet.is_formula(2, 3)


def test_a_prefix_on_the_elements_hides_nothing() -> None:
    xml = (
        b"<x:worksheet xmlns:x='http://schemas.openxmlformats.org/spreadsheetml/2006/main'><x:sheetData>"
        b'<x:row r="1"><x:c r="A1"><x:f>1+1</x:f><x:v>2</x:v></x:c></x:row></x:sheetData></x:worksheet>'
    )
    assert read_sheet(with_sheet(xml)).formulas == {(1, 1)}


def test_the_one_visible_sheet_with_content_is_read() -> None:
    workbook = Workbook()
    first, second, hidden = workbook.active, workbook.create_sheet("数据"), workbook.create_sheet("字典")
    assert first is not None
    second["A1"], hidden["A1"] = "数据在此", "M1"
    hidden.sheet_state = "hidden"
    out = BytesIO()
    workbook.save(out)
    sheet = read_sheet(out.getvalue())
    assert (sheet.name, list(sheet.rows())) == ("数据", [(1, ["数据在此"])])
    first["A1"] = "又一张"
    workbook.save(out := BytesIO())
    assert "2 张" in str(refusal(out.getvalue()))
