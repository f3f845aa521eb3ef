"""Ed25519 keys: a signer's own, and whether a public one made a signature."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from ledger.domain import notes
from ledger.domain.notes import NoteRefused, VerifierKey


@dataclass(frozen=True, slots=True)
class SignerKey:
    """A key pair: what signs, and the key that others verify with."""

    verifier: VerifierKey
    secret: Any = field(repr=False)

    def signed(self, text: str) -> str:
        """The note of `text`, signed."""
        return notes.signed(text, self.verifier, self.secret.sign)


def make_signer(path: Path, name: str) -> SignerKey:
    """Make a key pair and write its secret line to `path`, readable by its owner alone.

    Raises:
        NoteRefused: the name cannot be a key's.
        FileExistsError: a key is never written over.
        OSError: the file cannot be written.
    """
    secret = Ed25519PrivateKey.generate()
    key = SignerKey(VerifierKey(notes.check_name(name), _public(secret)), secret)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(f"{notes.signer_text(key.verifier, secret.private_bytes_raw())}\n")
    return key


def load_signer(path: Path) -> SignerKey:
    """The key pair of a file.

    Raises:
        NoteRefused: the file holds no signer's key, or others may read it.
        OSError: the file cannot be read.
    """
    if path.stat().st_mode & 0o077:
        raise NoteRefused("others may read the key's file: chmod 600")
    try:
        name, given, seed = notes.parse_signer(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise NoteRefused("the key's file is no text") from error
    secret = Ed25519PrivateKey.from_private_bytes(seed)
    key = SignerKey(VerifierKey(name, _public(secret)), secret)
    if key.verifier.id.hex() != given:
        raise NoteRefused("the key's id is not its own")
    return key


def verify(public: bytes, signature: bytes, text: bytes) -> bool:
    """Whether the public key made the signature over the text."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, text)
    except (InvalidSignature, ValueError):
        return False
    return True


def opened_by_any(note: str, keys: Iterable[VerifierKey]) -> str:
    """The text of a note that one of `keys` signed.

    Raises:
        NoteRefused: it is no note, or none of them did.
    """
    said = ""
    for key in keys:
        try:
            return notes.opened(note, key, verify)
        except NoteRefused as refused:
            said = str(refused)
    raise NoteRefused(said or "no key is known to verify the note with")


def _public(secret: Ed25519PrivateKey) -> bytes:
    return secret.public_key().public_bytes_raw()
