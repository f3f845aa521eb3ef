"""What a file is, told by its bytes; its size; its name."""

from __future__ import annotations

import hashlib
import io
from zipfile import ZipFile

import pytest

from ledger.domain import evidence
from ledger.domain.errors import Invalid, LedgerError, Required, TooLarge, WrongType
from ledger.domain.evidence import MAX_BYTES, Evidence
from tests.files.samples import compound, office, png

PDF = b"%PDF-1.7\n%%EOF\n"


def taken(content: bytes, name: str = "file") -> Evidence:
    return Evidence(io.BytesIO(content), name)


@pytest.mark.parametrize(
    ("content", "name", "media_type"),
    [
        (PDF, "扫描件.pdf", "application/pdf"),
        (png(), "图.PNG", "image/png"),
        (b"\xff\xd8\xff\xe0" + bytes(16), "照片.jpeg", "image/jpeg"),
        (b"II*\x00" + bytes(16), "a.tif", "image/tiff"),
        (b"MM\x00*" + bytes(16), "a.tiff", "image/tiff"),
        (office("word/document.xml"), "说明.docx", evidence.DOCX.media_type),
        (office("xl/workbook.xml"), "表.xlsx", evidence.XLSX.media_type),
        (office("OFD.xml"), "发票.ofd", "application/ofd"),
        (compound("WordDocument"), "老文档.doc", "application/msword"),
        (compound("WordDocument"), "老文档.wps", "application/msword"),
        (compound("Workbook"), "老表.xls", "application/vnd.ms-excel"),
        (compound("Book"), "老表.et", "application/vnd.ms-excel"),
    ],
)
def test_a_file_is_what_its_bytes_say(content: bytes, name: str, media_type: str) -> None:
    found = taken(content, name)
    assert (found.file_type.media_type, found.name) == (media_type, name)
    assert (found.sha256, found.size) == (hashlib.sha256(content).hexdigest(), len(content))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<!doctype html><script>alert(1)</script>", "改扩展名没有用"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "改扩展名没有用"),
        (b"MZ" + bytes(64), "改扩展名没有用"),
        (b"plain", "改扩展名没有用"),
        (b" " + PDF, "改扩展名没有用"),
        (compound("Other"), "改扩展名没有用"),
        (office("a.txt"), "解压"),
        (office("word/document.xml", types=False), "解压"),
        (b"Rar!\x1a\x07\x00", "解压"),
        (b"7z\xbc\xaf\x27\x1c", "解压"),
        (b"\x1f\x8b\x08", "解压"),
        (b"PK\x05\x06" + bytes(18), "解压"),
        (office("xl/workbook.xml", "xl/vbaProject.bin"), "宏"),
        (compound("WordDocument", "_VBA_PROJECT"), "宏"),
        (compound("EncryptedPackage"), "密码"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "损坏"),
        (office("xl/workbook.xml")[:-30], "解压"),
    ],
)
def test_what_is_not_kept_is_refused_whatever_it_is_called(content: bytes, words: str) -> None:
    for name in ("file.pdf", "file.docx", "file"):
        with pytest.raises(WrongType, match=words):
            taken(content, name)


def test_a_package_that_declares_to_unpack_hugely_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence, "MAX_UNZIPPED_BYTES", 1000)
    packed = io.BytesIO()
    with ZipFile(packed, "w", compression=8) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", bytes(1000))
    with pytest.raises(WrongType, match="损坏"):
        taken(packed.getvalue(), "bomb.docx")


def test_a_directory_that_is_larger_than_any_real_one_is_not_read() -> None:
    packed = io.BytesIO()
    with ZipFile(packed, "w") as archive:
        archive.writestr("[Content_Types].xml", "")
        for number in range(9000):
            archive.writestr(f"{number}{'x' * 100}", "")
    with pytest.raises(WrongType, match="解压"):
        taken(packed.getvalue())


@pytest.mark.parametrize("size", [MAX_BYTES - 1, MAX_BYTES])
def test_a_file_up_to_the_limit_is_taken(size: int) -> None:
    assert taken(PDF.ljust(size, b"\0")).size == size


@pytest.mark.parametrize(
    ("size", "shown"), [(MAX_BYTES + 1, "21 MB"), (25 * 1024 * 1024, "25 MB"), (31 * 1024 * 1024, "31 MB")]
)
def test_a_larger_one_is_refused_with_both_numbers(size: int, shown: str) -> None:
    with pytest.raises(TooLarge) as refused:
        taken(PDF.ljust(size, b"\0"))
    assert str(refused.value) == f"文件 {shown}，超过 20 MB。请压缩或拆成多个文件。"


def test_an_empty_file_is_refused() -> None:
    with pytest.raises(Required, match="空的"):
        taken(b"", "a.pdf")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("C:\\Users\\李\\凭证.pdf", "凭证.pdf"),
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("/tmp/a.pdf", "a.pdf"),
        ("扫描件", "扫描件.pdf"),
        ("合同.第2版", "合同.第2版.pdf"),
        ("page.html", "page.html.pdf"),
        (".htaccess", "htaccess.pdf"),
        (" a.pdf. ", "a.pdf"),
        ("cafe\u0301.pdf", "caf\u00e9.pdf"),
    ],
)
def test_a_name_keeps_its_last_part_in_one_form_with_a_fitting_ending(given: str, kept: str) -> None:
    assert taken(PDF, given).name == kept


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ("a\x00.pdf", Invalid),
        ("a\r\nSet-Cookie: x.pdf", Invalid),
        ("a\u202efdp.exe", Invalid),
        ("a\u200b.pdf", Invalid),
        ("长" * 151, Invalid),
        ("..", Required),
        ("folder/", Required),
        ("   ", Required),
        ("图.png", WrongType),
        ("表.xlsx", WrongType),
    ],
)
def test_a_name_that_hides_or_belies_is_refused(given: str, refusal: type[LedgerError]) -> None:
    with pytest.raises(refusal):
        taken(PDF, given)


def test_as_text_a_file_is_its_name_and_hash_alone() -> None:
    assert str(taken(PDF, "a.pdf")) == f"a.pdf sha256:{hashlib.sha256(PDF).hexdigest()}"
