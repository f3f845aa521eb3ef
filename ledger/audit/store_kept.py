"""The folder outside the database in which checkpoint notes are kept, for others to hold copies of.

`FOLDER/STREAM/INSTANT-SIZE.note` are notes, the newest of a stream the last by name; `FOLDER/*.vkey`
hold the public keys that they are verified with, one a line.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from ledger.audit.store_keys import opened_by_any
from ledger.domain import notes
from ledger.domain.notes import Checkpoint, NoteRefused, VerifierKey

NOTE, KEY = ".note", ".vkey"


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of the streams: the newest checkpoint of each, and files whose notes do not hold."""

    checkpoints: tuple[Checkpoint, ...]
    unreadable: tuple[str, ...]


def keep(folder: Path, checkpoint: Checkpoint, note: str) -> Path:
    """Write a note beside those of its stream; one that is there already is left as it is.

    Raises:
        OSError: it cannot be written.
    """
    signed_at = checkpoint.signed_at.strftime("%Y%m%dT%H%M%S.%fZ")
    path = folder / checkpoint.stream / f"{signed_at}-{checkpoint.size:012d}{NOTE}"
    if not path.exists():
        _write(path, note)
    return path


def keep_key(folder: Path, key: VerifierKey) -> Path:
    """Write a public key beside the notes.

    Raises:
        OSError: it cannot be written.
    """
    path = folder / f"{key.label.replace('/', '_')}{KEY}"
    if not path.exists():
        _write(path, f"{key.text}\n")
    return path


def keys(folder: Path) -> tuple[VerifierKey, ...]:
    """The public keys of a folder; a line that is no key is passed over."""
    found = []
    for path in sorted(folder.glob(f"*{KEY}")):
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            try:
                found.append(notes.parse_verifier(line))
            except NoteRefused:
                continue
    return tuple(found)


def newest(folder: Path, known: tuple[VerifierKey, ...]) -> Kept:
    """The newest note of each stream that is kept in `folder`, verified with one of the `known` keys."""
    checkpoints, unreadable = [], []
    for stream in sorted(path for path in _entries(folder) if path.is_dir()):
        names = sorted((path for path in _entries(stream) if path.suffix == NOTE), reverse=True)
        for path in names:
            try:
                text = opened_by_any(path.read_text(encoding="utf-8", errors="replace"), known)
                checkpoint = notes.parse_checkpoint(text)
            except (NoteRefused, OSError):
                # What somebody damaged must not hide the note before it.
                unreadable.append(str(path.relative_to(folder)))
                continue
            if checkpoint.stream == stream.name:
                checkpoints.append(checkpoint)
                break
            unreadable.append(str(path.relative_to(folder)))
    return Kept(tuple(checkpoints), tuple(unreadable))


def _entries(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # Written beside and renamed: who reads meanwhile sees a whole note or none.
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with draft.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
