"""Evidence files: how large, which kinds, under which name. The kind is told by the bytes, never by the name."""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass
from typing import IO, Final
from zipfile import BadZipFile, ZipFile, ZipInfo

from ledger.domain.documents import DocumentKind
from ledger.domain.errors import Required, TooLarge, WrongType
from ledger.domain.identifiers import clean_text

BROKEN_ARCHIVE: Final = (BadZipFile, ValueError, struct.error, NotImplementedError, EOFError)
"""What the standard library raises over an archive that is damaged, or that it cannot read."""
MAX_BYTES: Final = 20 * 1024 * 1024
SUBJECTS: Final[tuple[str, ...]] = (*(kind.value for kind in DocumentKind), "change_report", "pilot")
"""What files are attached to, as the journal calls it."""
LONGEST_NAME: Final = 150
LONGEST_LABEL: Final = 60
CHUNK_BYTES: Final = 256 * 1024

MAX_DIRECTORY_BYTES: Final = 1024 * 1024
MAX_UNZIPPED_BYTES: Final = 512 * 1024 * 1024
"""What the members of an office file may declare together; nothing of them is unpacked here."""

_RECORD = 128
"""Bytes of a directory record of a compound file (.doc, .xls)."""


TYPE_NAMES: Final = {
    "pdf": "PDF",
    "ofd": "OFD",
    "png": "PNG 图片",
    "jpg": "JPEG 图片",
    "tif": "TIFF 图片",
    "docx": "Word 文档",
    "xlsx": "Excel 表格",
    "doc": "Word 97 文档",
    "xls": "Excel 97 表格",
}
"""What a kind is called, by the first of its endings."""


@dataclass(frozen=True, slots=True)
class FileType:
    """A kind of file that is kept: its media type, and the endings that its name may have; the first is given."""

    media_type: str
    endings: tuple[str, ...]

    @property
    def name(self) -> str:
        """What people call it, in Chinese."""
        return TYPE_NAMES[self.endings[0]]


PDF: Final = FileType("application/pdf", ("pdf",))
OFD: Final = FileType("application/ofd", ("ofd",))
PNG: Final = FileType("image/png", ("png",))
JPEG: Final = FileType("image/jpeg", ("jpg", "jpeg", "jpe", "jfif"))
TIFF: Final = FileType("image/tiff", ("tif", "tiff"))
DOCX: Final = FileType("application/vnd.openxmlformats-officedocument.wordprocessingml.document", ("docx",))
XLSX: Final = FileType("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ("xlsx",))
DOC: Final = FileType("application/msword", ("doc", "wps", "dot"))
XLS: Final = FileType("application/vnd.ms-excel", ("xls", "et", "xlt"))
TYPES: Final = (PDF, OFD, PNG, JPEG, TIFF, DOCX, XLSX, DOC, XLS)
_ENDINGS: Final = frozenset(ending for one in TYPES for ending in one.endings)

_BY_START: Final = (
    (b"%PDF-", PDF),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"\xff\xd8\xff", JPEG),
    (b"II*\x00", TIFF),
    (b"MM\x00*", TIFF),
)
_BY_PART: Final = (("OFD.xml", OFD), ("word/document.xml", DOCX), ("xl/workbook.xml", XLSX))
_BY_STREAM: Final = (("WordDocument", DOC), ("Workbook", XLS), ("Book", XLS))
_MACRO_STREAMS: Final = ("_VBA_PROJECT", "_VBA_PROJECT_CUR", "VBA", "Macros")
_ARCHIVES: Final = (b"PK\x05\x06", b"PK\x07\x08", b"7z\xbc\xaf\x27\x1c", b"Rar!", b"\x1f\x8b", b"BZh", b"\xfd7zXZ")
_UNKNOWN: Final = (
    "这种文件不能作附件。只收 PDF、OFD、图片（PNG、JPEG、TIFF）、Word、Excel 和 WPS 文件；"
    "类型按内容判断，改扩展名没有用。"
)


class Evidence:
    """A file as it came in, read once: its name made safe, its bytes hashed and measured, its kind told.

    As text it is its hash: its content is never written into a record.
    """

    __slots__ = ("file_type", "name", "sha256", "size", "stream")

    def __init__(self, stream: IO[bytes], file_name: str) -> None:
        """Read `stream` to its end in pieces; it stays open and can be read again.

        Raises:
            Required: no bytes, or no name. TooLarge: more than `MAX_BYTES`.
            WrongType: a kind that is not kept, whatever it is called. Invalid: a name that hides something.
        """
        self.stream = stream
        self.sha256, self.size = _measure(stream)
        self.file_type = type_of(stream, self.size)
        self.name = clean_name(file_name, self.file_type)

    def __str__(self) -> str:
        return f"{self.name} sha256:{self.sha256}"

    def content(self) -> bytes:
        """All of its bytes."""
        self.stream.seek(0)
        return self.stream.read()


def too_large(size: int) -> TooLarge:
    """The refusal of a file of `size` bytes, with both numbers in whole megabytes."""
    return TooLarge(
        "文件 {size} MB，超过 {limit} MB。请压缩或拆成多个文件。",
        size=-(-size // (1024 * 1024)),
        limit=MAX_BYTES // (1024 * 1024),
    )


def _measure(stream: IO[bytes]) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    stream.seek(0)
    while chunk := stream.read(CHUNK_BYTES):
        digest.update(chunk)
        size += len(chunk)
    if size > MAX_BYTES:
        raise too_large(size)
    if not size:
        raise Required("这个文件是空的。请重新选择。", field="file")
    return digest.hexdigest(), size


def clean_name(file_name: str, file_type: FileType) -> str:
    """The last part of a path, in NFC, with an ending that fits what the file is.

    Raises:
        Required: nothing is left. Invalid: too long, or a character that hides or controls.
        WrongType: the ending of another kind.
    """
    last = file_name.replace("\\", "/").rpartition("/")[2]
    name = clean_text(last, "file", LONGEST_NAME, required=True).strip(". ")
    if not name:
        raise Required("请给文件起一个名字再传。", field="file")
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    if ending in file_type.endings:
        return name
    if ending in _ENDINGS:
        raise WrongType(
            "文件名写着 .{ending}，内容却是{kind}。请改回正确的扩展名再传。", ending=ending, kind=file_type.name
        )
    return f"{name}.{file_type.endings[0]}"


def type_of(stream: IO[bytes], size: int) -> FileType:
    """What the bytes are.

    Raises:
        WrongType: none of `TYPES`, an archive, a file with macros or with a password.
    """
    stream.seek(0)
    start = stream.read(16)
    for mark, found in _BY_START:
        if start.startswith(mark):
            return found
    if start.startswith(b"PK\x03\x04"):
        return _package_type(stream, size)
    if start.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _compound_type(stream)
    raise _archive() if start.startswith(_ARCHIVES) else WrongType(_UNKNOWN)


def _archive() -> WrongType:
    return WrongType("压缩包不能作附件：里面的文件看不到。请解压后逐个上传。")


def _macro() -> WrongType:
    return WrongType("文件带有宏，不能作附件。请另存为不带宏的文件，或打印成 PDF 再传。")


def _locked() -> WrongType:
    return WrongType("文件加了密码，复核的人打不开。请去掉密码再传。")


def _damaged() -> WrongType:
    return WrongType("文件已损坏，读不出来。请打开后重新保存再传。")


def _package_type(stream: IO[bytes], size: int) -> FileType:
    """The kind of a zip container, by the names of its members alone."""
    members = _members(stream, size)
    names = {member.filename for member in members}
    if any("vbaproject" in name.lower() or "macrosheets/" in name.lower() for name in names):
        raise _macro()
    if any(member.flag_bits & 0x1 for member in members):
        raise _locked()
    if sum(member.file_size for member in members) > MAX_UNZIPPED_BYTES:
        raise _damaged()
    for part, found in _BY_PART:
        if part in names and (found is OFD or "[Content_Types].xml" in names):
            return found
    raise _archive()


def _members(stream: IO[bytes], size: int) -> list[ZipInfo]:
    # The directory's end stands at the very end, and says how much is going to be read.
    stream.seek(max(0, size - 22))
    end = stream.read()
    if not end.startswith(b"PK\x05\x06") or struct.unpack_from("<I", end, 12)[0] > MAX_DIRECTORY_BYTES:
        raise _archive()
    try:
        with ZipFile(stream) as archive:
            return archive.infolist()
    except BROKEN_ARCHIVE as error:
        raise _damaged() from error


def _compound_type(stream: IO[bytes]) -> FileType:
    """The kind of a compound file (.doc, .xls, .wps, .et), by the names in its directory."""
    stream.seek(0)
    content = stream.read()
    if not _has_record(content, "Root Entry"):
        raise _damaged()
    if any(_has_record(content, name) for name in _MACRO_STREAMS):
        raise _macro()
    if _has_record(content, "EncryptedPackage"):
        raise _locked()
    for name, found in _BY_STREAM:
        if _has_record(content, name):
            return found
    raise WrongType(_UNKNOWN)


def _has_record(content: bytes, name: str) -> bool:
    """Whether a storage, a stream or the root is called `name`: records stand at multiples of 128 bytes."""
    sought = name.encode("utf-16-le") + b"\0\0"
    at = content.find(sought)
    while at >= 0:
        record = content[at : at + _RECORD]
        if at % _RECORD == 0 and len(record) == _RECORD and record[66] in (1, 2, 5):
            (length,) = struct.unpack_from("<H", record, 64)
            if length == len(sought):
                return True
        at = content.find(sought, at + 2)
    return False
