"""The export that the verifier is measured on is one that holds, in the shape that the product writes."""

from __future__ import annotations

from pathlib import Path

import pytest

import verify_journal
from bench import verifier


def test_the_measured_export_holds_and_is_read_by_its_shape(tmp_path: Path) -> None:
    file = tmp_path / "journal.jsonl"
    verifier.write_export(file, 2_000)
    found = verify_journal.Verifier([])
    found.verify(file, 1)
    result = found.result(read=True)
    assert (result["problems"], result["entries"]) == ([], 1990)
    assert (result["documents"], result["postings"], result["positions"]) == (990, 990, 271)
    entries = [line for line in file.read_bytes().splitlines(keepends=True) if line.startswith(b'{"t":"entry"')]
    shaped = [verify_journal.DOCUMENT_ENTRY.fullmatch(line) for line in entries]
    assert len([shape for shape in shaped if shape]) == len(entries) - len(verifier.STREAMS)


def test_an_export_that_does_not_hold_is_not_measured(tmp_path: Path) -> None:
    file = tmp_path / "journal.jsonl"
    verifier.write_export(file, 1_000)
    assert verifier.verified(file)[1] > 1
    assert verifier.hashed(file) > 0
    file.write_bytes(file.read_bytes().replace(b'"status":"posted"', b'"status":"waiting"', 1))
    with pytest.raises(RuntimeError):
        verifier.verified(file)
