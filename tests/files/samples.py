"""Small files of the kinds that are kept, and of kinds that are not."""

from __future__ import annotations

import io
import struct
from zipfile import ZipFile

PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
HTML = b"<!doctype html><title>x</title><script>alert(document.cookie)</script>"


def pdf(text: str = "") -> bytes:
    """A PDF of its own for each text."""
    return PDF + f"% {text}\n".encode()


def png() -> bytes:
    """The start of a picture."""
    return b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(17)


def office(*parts: str, types: bool = True) -> bytes:
    """A package of empty parts, as .docx and .xlsx are."""
    packed = io.BytesIO()
    with ZipFile(packed, "w") as archive:
        if types:
            archive.writestr("[Content_Types].xml", "<Types/>")
        for part in parts:
            archive.writestr(part, "<x/>")
    return packed.getvalue()


def compound(*streams: str) -> bytes:
    """A compound file, as .doc and .xls are, with streams of these names."""
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(512, b"\0")
    return header + _record("Root Entry", 5) + b"".join(_record(name, 2) for name in streams)


def _record(name: str, kind: int) -> bytes:
    encoded = name.encode("utf-16-le") + b"\0\0"
    return (encoded.ljust(64, b"\0") + struct.pack("<HB", len(encoded), kind)).ljust(128, b"\0")
