"""An uploaded workbook is checked here before any reader opens it.

The bytes of every member are inflated and measured by this module, never trusted from
the archive's headers: two readers may otherwise see two different files in one archive.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from posixpath import normpath
from xml.parsers import expat  # nosec B407
from zipfile import ZipFile, ZipInfo

from ledger.domain.errors import Invalid, TooLarge
from ledger.domain.evidence import BROKEN_ARCHIVE

MAX_BYTES = 10 * 1024 * 1024
MAX_UNZIPPED_BYTES = 64 * 1024 * 1024
MAX_MEMBERS = 200
MAX_RATIO = 200  # Excel's own sheets of repeated rows stay under 40
SMALL_MEMBER_BYTES = 1024 * 1024  # below this a high ratio harms nobody
MAX_ROWS = 100_000
HEADING_ROWS = 20  # title, version, headers, total, signatures
CHUNK_BYTES = 64 * 1024

_WORKBOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
_ACTIVE_PARTS = ("vbaproject", "xl/macrosheets/", "xl/activex/", "xl/embeddings/", "xl/dialogsheets/")
_OUTSIDE_PARTS = ("xl/externallinks/", "xl/connections", "xl/querytables/", "xl/ddelinks/")

Attributes = dict[str, str]
ElementHandler = Callable[[str, Attributes], None]


@dataclass(frozen=True, slots=True)
class WorksheetPart:
    """A worksheet: its place (from 0), its part, and the longest shared text that a cell may repeat (characters)."""

    index: int
    name: str
    is_visible: bool
    longest_text: int


def check_package(data: bytes, on_worksheet: Callable[[str], ElementHandler] | None = None) -> list[WorksheetPart]:
    """Refuse a file that is not a plain, bounded .xlsx workbook, and list its worksheets.

    `on_worksheet` gets each worksheet's part name and gives the handler of its elements,
    so that a reader can scan a sheet in the same pass; without it only rows are counted.

    Raises:
        TooLarge: more bytes (packed or unpacked) or rows than the limits above.
        Invalid: not an .xlsx, macros, outside links, a DOCTYPE, damage.
    """
    if len(data) > MAX_BYTES:
        raise TooLarge(
            "文件 {size} MB，超过 {limit} MB。请拆成多个文件。",
            size=_megabytes(len(data)),
            limit=_megabytes(MAX_BYTES),
        )
    if not data.startswith(b"PK\x03\x04"):
        raise _invalid("这不是 .xlsx 文件（可能是 .xls、加密或改了扩展名的文件）。请在 Excel 里另存为 .xlsx 再传。")
    try:
        with ZipFile(BytesIO(data)) as archive:
            members = archive.infolist()
    except BROKEN_ARCHIVE as error:
        raise damaged() from error
    # The directory's end stands at the very end, so that no reader can find another one.
    if data[-22:-18] != b"PK\x05\x06" or data[-2:] != b"\0\0":
        raise damaged()
    _check_members(members)
    parts = _Parts(on_worksheet or count_rows)
    for member in members:
        parts.take(member, _inflate(data, member))
    return parts.finish()


def _megabytes(size: int) -> int:
    return -(-size // (1024 * 1024))


def _invalid(template: str, **values: int) -> Invalid:
    return Invalid(template, field="file", **values)


def damaged() -> Invalid:
    """The refusal of a file that cannot be read as Excel writes one."""
    return _invalid("文件已损坏，读不出来。请在 Excel 里打开后另存为 .xlsx 再传。")


def _check_members(members: list[ZipInfo]) -> None:
    """Names and headers alone: nothing is inflated for a file refused here."""
    names = [member.filename for member in members]
    lowered = {name.lower() for name in names}
    if "[Content_Types].xml" not in names or "xl/workbook.xml" not in names:
        raise _invalid("这不是 Excel 工作簿（.xlsx）。请下载模板，填好后再传。")
    if len(lowered) != len(names) or any("\\" in name or ".." in name.split("/") for name in names):
        raise damaged()
    if len(members) > MAX_MEMBERS:
        raise _invalid("工作簿里的部件太多（{count} 个）。请只保留要导入的一张表。", count=len(members))
    if any(part in name for name in lowered for part in _ACTIVE_PARTS):
        raise _macro()
    if any(name.startswith(_OUTSIDE_PARTS) for name in lowered):
        raise _outside()
    for member in members:
        if member.flag_bits & 0x1 or member.compress_type not in (0, 8):
            raise damaged()
        if member.file_size > max(SMALL_MEMBER_BYTES, member.compress_size * MAX_RATIO):
            raise _unzips_too_large()
    if sum(member.file_size for member in members) > MAX_UNZIPPED_BYTES:
        raise _unzips_too_large()


def _macro() -> Invalid:
    return _invalid("文件带有宏或嵌入对象，不能导入。请另存为不带宏的 .xlsx 再传。")


def _outside() -> Invalid:
    return _invalid("文件链接到外部数据。请在 Excel 的“数据—编辑链接”里断开链接，另存后再传。")


def _unzips_too_large() -> TooLarge:
    return TooLarge("文件解压后超过 {limit} MB。请拆成多个文件。", limit=_megabytes(MAX_UNZIPPED_BYTES))


def _inflate(data: bytes, member: ZipInfo) -> Iterator[bytes]:
    """The member's bytes in chunks; its true length must be the one its header declares."""
    start = member.header_offset
    header = data[start : start + 30]
    if len(header) < 30 or header[:4] != b"PK\x03\x04":
        raise damaged()
    (method,) = struct.unpack_from("<H", header, 8)
    name_length, extra_length = struct.unpack_from("<HH", header, 26)
    name = data[start + 30 : start + 30 + name_length]
    begin = start + 30 + name_length + extra_length
    packed = memoryview(data)[begin : begin + member.compress_size]
    same_name = name in (
        member.orig_filename.encode("utf-8"),
        member.orig_filename.encode("cp437", "replace"),
    )
    if not same_name or method != member.compress_type or len(packed) != member.compress_size:
        raise damaged()
    size = checksum = 0
    for chunk in _chunks(packed, method):
        size += len(chunk)
        checksum = zlib.crc32(chunk, checksum)
        if size > member.file_size:
            raise damaged()
        yield chunk
    if size != member.file_size or checksum != member.CRC:
        raise damaged()


def _chunks(packed: memoryview, method: int) -> Iterator[bytes]:
    inflater = zlib.decompressobj(-15)
    for at in range(0, len(packed), CHUNK_BYTES):
        piece = bytes(packed[at : at + CHUNK_BYTES])
        if method == 0:
            yield piece
            continue
        while piece:
            if inflater.eof:
                raise damaged()
            try:
                yield inflater.decompress(piece, CHUNK_BYTES)
            except zlib.error as error:
                raise damaged() from error
            piece = inflater.unconsumed_tail
        if inflater.unused_data:
            raise damaged()
    yield inflater.flush()  # at most one match: all input has been taken


class _Parts:
    """Gathers what the parts of one package say, and refuses the ones that may not be there."""

    def __init__(self, on_worksheet: Callable[[str], ElementHandler]) -> None:
        self._on_worksheet = on_worksheet
        self._is_workbook = False
        self._text = self._longest_text = 0
        self._sheets: list[Attributes] = []
        self._targets: dict[str, str] = {}
        self._worksheets: set[str] = set()

    def take(self, member: ZipInfo, chunks: Iterator[bytes]) -> None:
        name = member.filename
        if not name.lower().endswith((".xml", ".rels", ".vml")):
            for _ in chunks:
                pass
            return
        parser = expat.ParserCreate()
        parser.buffer_text = True
        # Refused at its first word, before any entity could exist.
        parser.StartDoctypeDeclHandler = _refuse_doctype
        parser.XmlDeclHandler = _check_encoding
        parser.StartElementHandler = self._first_element(parser, name)
        try:
            for at, chunk in enumerate(chunks):
                if at == 0 and (b"\0" in chunk[:4] or chunk[:2] in (b"\xfe\xff", b"\xff\xfe")):
                    raise damaged()
                parser.Parse(chunk, False)
            parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise damaged() from error

    def _first_element(self, parser: expat.XMLParserType, part: str) -> ElementHandler:
        """Choose by the root element how the rest of the part is read."""
        inside = {
            "Types": self._content_type,
            "Relationships": lambda _tag, given: self._relationship(part, given),
            "workbook": self._workbook_element,
            "sst": self._shared_element,
        }

        def first(tag: str, _given: Attributes) -> None:
            root = tag.rpartition(":")[2]
            if root == "worksheet":
                self._worksheets.add(part)
                parser.StartElementHandler = self._on_worksheet(part)
            else:
                parser.StartElementHandler = inside.get(root)
                parser.CharacterDataHandler = self._shared_characters if root == "sst" else None

        return first

    def _content_type(self, _tag: str, given: Attributes) -> None:
        kind = given.get("ContentType", "").lower()
        if any(word in kind for word in ("macro", "vba", "oleobject", "activex")):
            raise _macro()
        self._is_workbook = self._is_workbook or kind == _WORKBOOK_TYPE

    def _relationship(self, part: str, given: Attributes) -> None:
        kind = given.get("Type", "").lower()
        if "vbaproject" in kind or "oleobject" in kind:
            raise _macro()
        # A hyperlink on a cell is never followed; anything else outside the file is a link to data.
        if given.get("TargetMode", "").lower() == "external" and not kind.endswith("/hyperlink"):
            raise _outside()
        if part == "xl/_rels/workbook.xml.rels":
            target = given.get("Target", "")
            path = target.lstrip("/") if target.startswith("/") else normpath(f"xl/{target}")
            self._targets[given.get("Id", "")] = path

    def _workbook_element(self, tag: str, given: Attributes) -> None:
        if tag.rpartition(":")[2] == "sheet":
            self._sheets.append({key.rpartition(":")[2]: value for key, value in given.items()})

    def _shared_element(self, tag: str, _given: Attributes) -> None:
        if tag.rpartition(":")[2] == "si":
            self._text = 0

    def _shared_characters(self, text: str) -> None:
        self._text += len(text)
        self._longest_text = max(self._longest_text, self._text)

    def finish(self) -> list[WorksheetPart]:
        if not self._is_workbook:
            raise _invalid("这不是普通的 .xlsx 工作簿。请另存为 .xlsx 再传。")
        found = []
        for index, sheet in enumerate(self._sheets):
            name = self._targets.get(sheet.get("id", ""), "")
            if name in self._worksheets:
                found.append(WorksheetPart(index, name, sheet.get("state", "visible") == "visible", self._longest_text))
        return found


def _refuse_doctype(*_: object) -> None:
    raise _invalid("文件里有外部实体声明（DOCTYPE），不能导入。请在 Excel 里另存为 .xlsx 再传。")


def _check_encoding(_version: str, encoding: str | None, _standalone: int) -> None:
    # One reading of the bytes only: Excel and WPS write UTF-8 and nothing else.
    if encoding is not None and encoding.lower() not in ("utf-8", "us-ascii"):
        raise damaged()


def count_rows(_part: str) -> ElementHandler:
    """The least that is asked of any worksheet: its rows stay within the limit."""
    row = 0

    def element(tag: str, given: Attributes) -> None:
        nonlocal row
        if tag.rpartition(":")[2] == "row":
            row = next_row(row, given)

    return element


def next_row(row: int, given: Attributes) -> int:
    """The number of the row that follows `row`: written in its `r`, else one more."""
    written = given.get("r")
    number = row + 1 if written is None else int(written) if written.isascii() and written.isdigit() else 0
    if number <= row:
        raise damaged()
    if number > MAX_ROWS + HEADING_ROWS:
        raise TooLarge("表格超过 {limit} 行。请删除下方多余的行，或拆成多个文件。", limit=f"{MAX_ROWS:,}")
    return number
