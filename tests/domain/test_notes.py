"""Signed notes and checkpoints: the texts of C2SP, and what is no such text."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from ledger.audit.store_keys import verify
from ledger.domain import notes
from ledger.domain.notes import Checkpoint, Gap, NoteRefused, VerifierKey

# The keys and the note of golang.org/x/mod/sumdb/note's own documentation.
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
GO_LINE = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
GO_NOTE = f"{GO_TEXT}\n— PeterNeumann {GO_LINE}\n"

SECRET = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEY = VerifierKey("fund-ledger", SECRET.public_key().public_bytes_raw())
AT = datetime(2026, 11, 23, 2, 15, tzinfo=UTC)
POINT = Checkpoint("fund-ledger/220100", 130, hashlib.sha256(b"root").digest(), "ab" * 32, AT)
NOTE = notes.signed(POINT.text, KEY, SECRET.sign)


def test_a_note_of_another_implementation_is_opened() -> None:
    assert notes.opened(GO_NOTE, notes.parse_verifier(GO_KEY), verify) == GO_TEXT


def test_a_key_is_one_line_and_its_id_is_its_own() -> None:
    assert notes.parse_verifier(KEY.text) == KEY
    assert KEY.text.startswith(f"fund-ledger+{KEY.id.hex()}+")
    name, given_id, seed = notes.parse_signer(notes.signer_text(KEY, bytes(range(32))))
    assert (name, given_id, seed) == (KEY.name, KEY.id.hex(), bytes(range(32)))
    for wrong in (
        KEY.text.replace("fund", "found"), "", "a+b", KEY.text + "=", "fund-ledger+00000000+AAAA", notes.PRIVATE
    ):  # fmt: skip
        with pytest.raises(NoteRefused):
            notes.parse_verifier(wrong)
    with pytest.raises(NoteRefused):
        notes.parse_signer(KEY.text)


def test_a_checkpoint_is_read_as_it_was_written() -> None:
    lines = POINT.text.split("\n")
    assert lines[:2] == ["fund-ledger/220100", "130"]
    assert base64.b64decode(lines[2]) == POINT.root
    assert lines[3:] == [f"head {'ab' * 32}", "time 2026-11-23T02:15:00.000000+00:00", ""]
    assert notes.parse_checkpoint(notes.opened(NOTE, KEY, verify)) == POINT
    assert POINT.stream == "220100"
    assert notes.parse_checkpoint(f"{POINT.text}more lines\n") == POINT
    assert notes.signers(NOTE) == [KEY.label]


def test_lines_of_unknown_keys_are_left_alone() -> None:
    other = VerifierKey("witness", Ed25519PrivateKey.generate().public_key().public_bytes_raw())
    line = f"— witness {base64.b64encode(other.id + bytes(64)).decode()}\n"
    assert notes.opened(NOTE + line, KEY, verify) == POINT.text
    with pytest.raises(NoteRefused, match="does not hold"):
        notes.opened(NOTE + line, other, verify)


def test_another_key_of_the_same_name_did_not_sign_it() -> None:
    other = VerifierKey("fund-ledger", Ed25519PrivateKey.generate().public_key().public_bytes_raw())
    with pytest.raises(NoteRefused, match="not signed by"):
        notes.opened(NOTE, other, verify)


@given(st.integers(0, len(NOTE) - 1), st.characters(codec="utf-8"))
def test_a_note_with_one_other_character_is_refused_or_says_the_same(place: int, other: str) -> None:
    changed = NOTE[:place] + other + NOTE[place + 1 :]
    try:
        found = notes.opened(changed, KEY, verify)
    except NoteRefused:
        return
    assert found == POINT.text


@given(st.text(max_size=300))
def test_what_is_no_note_is_refused(text: str) -> None:
    for parse in (notes.parse_verifier, notes.parse_signer, notes.parse_checkpoint, notes.parse_gap):
        act: Callable[[str], object] = parse
        with pytest.raises(NoteRefused):
            act(text)
    with pytest.raises(NoteRefused):
        notes.opened(text, KEY, verify)


@pytest.mark.parametrize(
    ("line", "wrong"),
    [(0, "fund-ledger"), (0, "fund ledger/220100"), (0, "fund-ledger/220100/gap"), (1, "007"), (1, "-1"), (1, "１"),
     (2, "AAAA"), (2, "?"), (3, "head 12"), (3, "130"), (4, "time today"), (4, "time 2026-11-23T02:15:00")],
)  # fmt: skip
def test_a_checkpoint_with_a_wrong_line_is_none(line: int, wrong: str) -> None:
    lines = POINT.text.split("\n")
    lines[line] = wrong
    with pytest.raises(NoteRefused):
        notes.parse_checkpoint("\n".join(lines))


def test_a_gap_is_read_as_it_was_written() -> None:
    gap = Gap(POINT.origin, 104, "cd" * 32, POINT, AT)
    assert notes.parse_gap(gap.text) == gap
    for wrong in (POINT.text, gap.text.replace("kept", "held"), gap.text.replace("/gap", ""), f"{gap.text}more\n"):
        with pytest.raises(NoteRefused):
            notes.parse_gap(wrong)


@pytest.mark.parametrize("name", ["", "two words", "a+b", "x" * 201, "tab\t"])
def test_a_name_that_no_key_may_have_is_refused(name: str) -> None:
    with pytest.raises(NoteRefused):
        notes.check_name(name)
