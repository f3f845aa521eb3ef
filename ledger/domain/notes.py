"""Signed notes and checkpoints as text. Source: C2SP signed-note and tlog-checkpoint (Ed25519).

Everything here is text and hashes; who signs and who verifies is given by the caller.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

Sign = Callable[[bytes], bytes]
"""The Ed25519 signature (64 bytes) over a text."""
Verify = Callable[[bytes, bytes, bytes], bool]
"""Whether a public key (32 bytes) made a signature over a text: key, signature, text."""

ED25519: Final = b"\x01"
LONGEST: Final = 64 * 1024
"""Characters of a note at most: ours have some hundred."""
PRIVATE: Final = "PRIVATE+KEY+"

_NAME = re.compile(r"[^\s+\x00-\x1f\x7f]{1,200}")
_SIZE = re.compile(r"0|[1-9][0-9]{0,17}", re.ASCII)
_HEX = re.compile(r"[0-9a-f]{64}", re.ASCII)
_DASH = "— "


class NoteRefused(ValueError):
    """A note, or a key, that is not what it should be; the text says why."""


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key with its name: what a reader of notes must have from elsewhere."""

    name: str
    public: bytes

    @property
    def id(self) -> bytes:
        """Four bytes that find the key's line in a note."""
        return hashlib.sha256(self.name.encode() + b"\n" + ED25519 + self.public).digest()[:4]

    @property
    def label(self) -> str:
        """Name and id: which key, without the key."""
        return f"{self.name}+{self.id.hex()}"

    @property
    def text(self) -> str:
        """The key in one line."""
        return f"{self.label}+{_base64(ED25519 + self.public)}"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How far a stream had come: its size, the root over its entries, its last entry's hash, and the instant.

    `origin` is the key's name and the stream, `fund-ledger/220100`; `head` are 64 hex digits;
    `signed_at` is an aware instant.
    """

    origin: str
    size: int
    root: bytes
    head: str
    signed_at: datetime

    @property
    def stream(self) -> str:
        """The stream that the origin names."""
        return self.origin.rpartition("/")[2]

    @property
    def text(self) -> str:
        """What is signed."""
        lines = (self.origin, self.size, _base64(self.root), f"head {self.head}", f"time {instant(self.signed_at)}")
        return "".join(f"{line}\n" for line in lines)


@dataclass(frozen=True, slots=True)
class Gap:
    """What a restored backup lacks: how far the log had come, and the checkpoint that it does not hold."""

    origin: str
    kept_size: int
    kept_head: str
    missing: Checkpoint
    recorded_at: datetime

    @property
    def text(self) -> str:
        """What is signed."""
        lost = self.missing
        lines = (
            f"{self.origin}/gap",
            f"kept {self.kept_size} {self.kept_head}",
            f"missing {lost.size} {lost.head} {_base64(lost.root)}",
            f"signed {instant(lost.signed_at)}",
            f"recorded {instant(self.recorded_at)}",
        )
        return "".join(f"{line}\n" for line in lines)


def check_name(name: str) -> str:
    """A key's name as it may be.

    Raises:
        NoteRefused: it is empty, too long, or has a space or a plus in it.
    """
    if not _NAME.fullmatch(name):
        raise NoteRefused("a key's name has 1 to 200 characters, no space and no +")
    return name


def parse_verifier(text: str) -> VerifierKey:
    """A verifier key from its line `name+id+key`.

    Raises:
        NoteRefused: it is no such line, or its id is not its own.
    """
    name, given, public = _key_parts(text.strip())
    key = VerifierKey(name, public)
    if key.id.hex() != given:
        raise NoteRefused("the key's id is not its own")
    return key


def signer_text(key: VerifierKey, seed: bytes) -> str:
    """A signer's secret line; `seed` are the 32 bytes that the key pair is made of."""
    return f"{PRIVATE}{key.label}+{_base64(ED25519 + seed)}"


def parse_signer(text: str) -> tuple[str, str, bytes]:
    """Name, id and seed of a signer's secret line.

    Raises:
        NoteRefused: it is no such line.
    """
    line = text.strip()
    if not line.startswith(PRIVATE):
        raise NoteRefused(f"a signer's key begins with {PRIVATE}")
    return _key_parts(line.removeprefix(PRIVATE))


def signed(text: str, key: VerifierKey, sign: Sign) -> str:
    """The note of `text`, signed."""
    return f"{text}\n{_DASH}{key.name} {_base64(key.id + sign(text.encode()))}\n"


def opened(note: str, key: VerifierKey, verify: Verify) -> str:
    """The text of a note that `key` signed.

    Raises:
        NoteRefused: it is no note, the key did not sign it, or what it is said to have signed is another text.
    """
    text, lines = _halves(note)
    found = False
    for line in lines:
        name, _, encoded = line.removeprefix(_DASH).partition(" ")
        content = _unbase64(encoded)
        if not line.startswith(_DASH) or not _NAME.fullmatch(name) or len(content) < 5:
            raise NoteRefused("a signature's line cannot be read")
        if (name, content[:4]) == (key.name, key.id):
            if not verify(key.public, content[4:], text.encode()):
                raise NoteRefused(f"the signature of {key.label} does not hold")
            found = True
    if not found:
        raise NoteRefused(f"the note is not signed by {key.label}")
    return text


def signers(note: str) -> list[str]:
    """Who is said to have signed a note: name and id of each line; nothing of it is verified.

    Raises:
        NoteRefused: it is no note.
    """
    parts = [line.removeprefix(_DASH).partition(" ") for line in _halves(note)[1]]
    return [f"{name}+{_unbase64(encoded)[:4].hex()}" for name, _, encoded in parts]


def parse_checkpoint(text: str) -> Checkpoint:
    """A checkpoint from the text of an opened note; extension lines beyond ours are left alone.

    Raises:
        NoteRefused: it is no checkpoint of ours.
    """
    origin, size, encoded, head, signed_at = (text.split("\n") + [""] * 5)[:5]
    content = _unbase64(encoded)
    named = _NAME.fullmatch(origin) and "/" in origin and not origin.endswith("/gap")
    if not (named and _SIZE.fullmatch(size) and len(content) == 32):
        raise NoteRefused("not a checkpoint: origin, size and root are its first lines")
    if not (head.startswith("head ") and _HEX.fullmatch(head[5:]) and signed_at.startswith("time ")):
        raise NoteRefused("not a checkpoint of this ledger: the lines of its head and its time are missing")
    return Checkpoint(origin, int(size), content, head[5:], parse_instant(signed_at[5:]))


def parse_gap(text: str) -> Gap:
    """What a gap entry's opened note says.

    Raises:
        NoteRefused: it is no such text.
    """
    try:
        origin, kept, missing, signed_at, recorded = text.removesuffix("\n").split("\n")
        marks = [line.partition(" ")[0] for line in (kept, missing, signed_at, recorded)]
        _, kept_size, kept_head = kept.split(" ")
        _, size, head, encoded = missing.split(" ")
    except ValueError as error:
        raise NoteRefused("not the record of a gap") from error
    is_whole = _SIZE.fullmatch(kept_size) and _SIZE.fullmatch(size) and _HEX.fullmatch(kept_head)
    if marks != ["kept", "missing", "signed", "recorded"] or not origin.endswith("/gap") or not is_whole:
        raise NoteRefused("not the record of a gap")
    of = origin.removesuffix("/gap")
    lost = Checkpoint(of, int(size), _unbase64(encoded), head, parse_instant(signed_at.partition(" ")[2]))
    return Gap(of, int(kept_size), kept_head, lost, parse_instant(recorded.partition(" ")[2]))


def instant(value: datetime) -> str:
    """An aware UTC instant as notes write it."""
    return value.isoformat(timespec="microseconds")


def parse_instant(text: str) -> datetime:
    """An instant from a note.

    Raises:
        NoteRefused: it is no instant, or has no zone.
    """
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise NoteRefused("a note's instant cannot be read") from error
    if found.tzinfo is None:
        raise NoteRefused("a note's instant has no zone")
    return found


def _halves(note: str) -> tuple[str, list[str]]:
    text, parted, signatures = note.rpartition("\n\n")
    lines = signatures.removesuffix("\n").split("\n")
    if len(note) > LONGEST or not parted or not signatures.endswith("\n") or not text:
        raise NoteRefused("not a signed note")
    if any(one < " " and one != "\n" for one in note):
        raise NoteRefused("a note has no control characters")
    return f"{text}\n", lines


def _key_parts(line: str) -> tuple[str, str, bytes]:
    name, _, rest = line.partition("+")
    given, _, encoded = rest.partition("+")
    content = _unbase64(encoded)
    if not _NAME.fullmatch(name) or len(given) != 8 or len(content) != 33 or content[:1] != ED25519:
        raise NoteRefused("a key is one line: name+id+base64 of an Ed25519 key")
    return name, given, content[1:]


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


def _unbase64(text: str) -> bytes:
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NoteRefused("a part of the note is no base64") from error
    if _base64(content) != text:
        # One content has one text: nothing can be changed in a note that is not seen.
        raise NoteRefused("a part of the note is no base64")
    return content
