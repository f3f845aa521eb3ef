"""One round of the signer: each stream that grew is proved to go on from its last checkpoint, signed and kept."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.exc import IntegrityError

from ledger import clock, dispatch
from ledger.audit import store_kept
from ledger.audit.commands_sign import NoteSigning, WriteCheckpoint
from ledger.audit.queries_signing import Draft, DraftCheckpoint, NothingNew, Refused, StreamsToSign
from ledger.audit.store_keys import SignerKey, opened_by_any
from ledger.domain import notes
from ledger.domain.access import SYSTEM
from ledger.domain.errors import Conflict
from ledger.domain.notes import Checkpoint, NoteRefused, VerifierKey


@dataclass(frozen=True, slots=True)
class Signed:
    """How a stream's round ended: its checkpoint now, how many it wrote, and why it was refused."""

    stream: str
    checkpoint: Checkpoint | None
    written: int
    refused: Refused | None


@dataclass(frozen=True, slots=True)
class Signer:
    """A key, those whose notes it goes on from, and the folder where notes are kept."""

    key: SignerKey
    folder: Path
    previous: tuple[VerifierKey, ...] = ()

    @property
    def keys(self) -> tuple[VerifierKey, ...]:
        """The keys whose checkpoints are believed, the signer's own first."""
        return (self.key.verifier, *self.previous)

    def round(self) -> list[Signed]:
        """Sign every stream that grew.

        Raises:
            OSError: a note cannot be kept.
        """
        kept = store_kept.newest(self.folder, (*self.keys, *store_kept.keys(self.folder)))
        newest = {one.stream: one for one in kept.checkpoints}
        streams = sorted({*dispatch.ask(StreamsToSign(), SYSTEM), *newest})
        return [self._stream(stream, newest.get(stream)) for stream in streams]

    def _stream(self, stream: str, kept: Checkpoint | None) -> Signed:
        try:
            return self._signed(stream, kept)
        except (Conflict, IntegrityError):
            # Another signer was first: its checkpoint is the next round's last one.
            return Signed(stream, None, 0, None)

    def _signed(self, stream: str, kept: Checkpoint | None) -> Signed:
        written, last = 0, None
        while True:
            found = dispatch.ask(DraftCheckpoint(stream, self.keys, kept), SYSTEM)
            if isinstance(found, Refused):
                dispatch.execute(NoteSigning(stream, found.reason, found.expected, found.found), SYSTEM)
                return Signed(stream, last, written, found)
            if isinstance(found, NothingNew):
                dispatch.execute(NoteSigning(stream), SYSTEM)
                return Signed(stream, last or self._kept_again(found.note), written, None)
            last = kept = self._sign(stream, found)
            written += 1

    def _sign(self, stream: str, draft: Draft) -> Checkpoint:
        origin = f"{self.key.verifier.name}/{stream}"
        checkpoint = Checkpoint(origin, draft.size, draft.root, draft.head, clock.now())
        note = self.key.signed(checkpoint.text)
        command = WriteCheckpoint(
            tenant_code=stream,
            size=draft.size,
            root=draft.root,
            head=draft.head,
            note=note,
            signed_at=checkpoint.signed_at,
            nodes=draft.nodes,
        )
        dispatch.execute(command, SYSTEM)
        self._keep(checkpoint, note)
        return checkpoint

    def _kept_again(self, note: str | None) -> Checkpoint | None:
        """The last checkpoint, kept outside too: what stopped between the two is made good."""
        if note is None:
            return None
        try:
            checkpoint = notes.parse_checkpoint(opened_by_any(note, self.keys))
        except NoteRefused:
            return None
        self._keep(checkpoint, note)
        return checkpoint

    def _keep(self, checkpoint: Checkpoint, note: str) -> None:
        store_kept.keep_key(self.folder, self.key.verifier)
        store_kept.keep(self.folder, checkpoint, note)
