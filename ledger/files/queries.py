"""Questions about evidence: what is attached, and one file's bytes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import IO, ClassVar

from ledger.desk import Desk
from ledger.domain.access import Permission
from ledger.domain.errors import NotFound
from ledger.domain.evidence import SUBJECTS
from ledger.files import store, store_blobs
from ledger.files.store import StoredFile

__all__ = ["Attachments", "Download", "FetchFile", "GetFile", "ListAttachments", "ListPilotFiles", "StoredFile"]


@dataclass(frozen=True, slots=True)
class Attachments:
    """The files of one document, report or pilot, the oldest first; templates/files/_block.html shows them."""

    tenant_code: str
    subject_type: str
    subject_id: str
    items: tuple[StoredFile, ...]
    office_id: int
    """The asker's: an office retires its own files alone."""
    may_attach: bool

    @property
    def valid(self) -> int:
        """How many are not retired."""
        return sum(one.retired_at is None for one in self.items)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListAttachments:
    """What is attached to one thing of a tenant.

    `is_read` says that the caller has read the thing itself, so that its record is not asked for it.

    Raises:
        NotFound: no files are attached to such things, or the tenant's record does not know this one.
    """

    permission: ClassVar[Permission] = Permission.PILOT_READ
    tenant_code: str
    subject_type: str
    subject_id: int
    is_read: bool = True

    def run(self, desk: Desk) -> Attachments:
        subject_id = str(self.subject_id)
        if self.subject_type not in SUBJECTS:
            raise NotFound()
        items = store.of_subject(desk, self.subject_type, subject_id)
        if not (items or self.is_read):
            store.pilot_of(desk, self.subject_type, subject_id)
        who = desk.actor
        may_attach = who.may(Permission.FILE_ATTACH)
        return Attachments(self.tenant_code, self.subject_type, subject_id, items, who.office_id, may_attach)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPilotFiles:
    """What is attached to a pilot and to every document and report about it, the newest first."""

    permission: ClassVar[Permission] = Permission.PILOT_READ
    tenant_code: str
    pilot_id: int

    def run(self, desk: Desk) -> tuple[StoredFile, ...]:
        return store.of_pilot(desk, self.pilot_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class GetFile:
    """One attached file without its bytes.

    Raises:
        NotFound: unknown, or another tenant's.
    """

    permission: ClassVar[Permission] = Permission.PILOT_READ
    tenant_code: str
    attachment_id: int

    def run(self, desk: Desk) -> StoredFile:
        return store.load(desk, self.attachment_id)


@dataclass(frozen=True, slots=True)
class Download:
    """A file with its bytes, which are those that were recorded; whoever sends `content` closes it."""

    file: StoredFile
    content: IO[bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchFile:
    """One attached file with its bytes, compared with the record before any of them is given away.

    Raises:
        NotFound. FileAltered: the bytes are others, or gone. Unavailable: the store does not answer.
    """

    permission: ClassVar[Permission] = Permission.PILOT_READ
    tenant_code: str
    attachment_id: int

    def run(self, desk: Desk) -> Download:
        file = store.load(desk, self.attachment_id)
        return Download(file, store_blobs.fetch(desk.tenant_code, file.sha256))
