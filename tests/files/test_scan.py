"""The office's own check of files: let through, refused, or silent."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import config
from tests.conftest import Browser, make_settings
from tests.files.conftest import OFFICER, blobs, place_of, send
from tests.files.samples import PDF, pdf

SCANNER = "import sys; found = sys.stdin.buffer.read(); sys.exit(1 if b'bad' in found else 3 if b'odd' in found else 0)"


@pytest.fixture
def settings(database_urls: dict[str, str], tmp_path: Path) -> config.Settings:
    """An application that asks a scanner about each file."""
    (tmp_path / "scan.py").write_text(SCANNER)
    return make_settings(database_urls, tmp_path, LEDGER_SCAN=f"{sys.executable} '{tmp_path / 'scan.py'}'")


@pytest.mark.parametrize("database_urls", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("content", "status", "words"),
    [(PDF, 303, ""), (pdf("bad"), 415, "安全检查没有通过"), (pdf("odd"), 503, "安全检查程序没有应答")],
)
def test_what_the_scanner_says_counts(
    sign_in: Callable[[str], Browser], document_id: int, folder: Path, content: bytes, status: int, words: str
) -> None:
    answer = send(sign_in(OFFICER), place_of(document_id), content)
    assert (answer.status_code, words in answer.get_data(as_text=True)) == (status, True)
    assert len(blobs(folder)) == (status == 303)


@pytest.mark.parametrize("text", ["gs://bucket", "s3://", "s3:///x"])
def test_a_place_for_files_that_is_neither_a_folder_nor_s3_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(config.ConfigError, match="LEDGER_FILES"):
        make_settings({}, tmp_path, LEDGER_FILES=text)


def test_a_folder_stands_below_the_instance_unless_it_is_absolute(tmp_path: Path) -> None:
    assert make_settings({}, tmp_path, LEDGER_FILES="kept").files == str(tmp_path / "kept")
    assert make_settings({}, tmp_path, LEDGER_FILES="/srv/files").files == "/srv/files"
    assert make_settings({}, tmp_path, LEDGER_FILES="s3://bucket/prefix/").files == "s3://bucket/prefix"


def test_a_command_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(config.ConfigError, match="LEDGER_SCAN"):
        make_settings({}, tmp_path, LEDGER_SCAN="clamdscan 'x")
