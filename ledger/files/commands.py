"""What may be done with evidence: receive a file, attach it, retire it with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO, ClassVar

from ledger.desk import Desk
from ledger.domain.access import Actor, Permission
from ledger.domain.errors import Conflict, NotFound, NotPermitted
from ledger.domain.evidence import SUBJECTS, Evidence
from ledger.files import store, store_blobs, store_scan
from ledger.files.store import StoredFile
from ledger.journal import Fact


def receive(stream: IO[bytes], file_name: str) -> Evidence:
    """A file that came in, measured and looked at before any row is locked for it.

    Raises:
        Required, TooLarge, WrongType, Invalid: it is not kept, and why.
        Unavailable: the check of files does not answer.
    """
    evidence = Evidence(stream, file_name)
    store_scan.check(evidence)
    return evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachFile:
    """Attach a file to a document, a report or a pilot; its hash enters the journal with it. Source: RX.3.

    Raises:
        NotFound: there is no such thing in the tenant. Unavailable: the store does not answer.
    """

    permission: ClassVar[Permission] = Permission.FILE_ATTACH
    tenant_code: str
    subject_type: str
    subject_id: int
    file: Evidence
    label: str = ""

    def run(self, desk: Desk) -> Sequence[Fact]:
        if self.subject_type not in SUBJECTS:
            raise NotFound()
        pilot_id = store.pilot_of(desk, self.subject_type, str(self.subject_id))
        # The bytes first: a row never lacks them. What a refused act leaves in the store harms nobody.
        way = store_blobs.keep(desk.tenant_code, self.file)
        store.add_blob(desk, self.file)
        attachment_id = desk.new_id()
        store.add(
            desk,
            id=attachment_id,
            sha256=self.file.sha256,
            subject_type=self.subject_type,
            subject_id=str(self.subject_id),
            pilot_id=pilot_id,
            name=self.file.name,
            label=self.label,
            made_by=desk.actor.person_id,
            made_by_name=desk.actor.name,
            made_at=desk.now,
            office_id=desk.actor.office_id,
            office_name=desk.actor.office_name,
        )
        after = _plain(attachment_id, self.file.name, self.file.sha256, self.file.size, self.label)
        if way == "mended":
            after["mended"] = "true"
        return [Fact("file_attached", self.subject_type, self.subject_id, after=after, pilot_id=pilot_id)]


@dataclass(frozen=True, slots=True, kw_only=True)
class RetireFile:
    """Say of an attached file that it no longer counts, and why; it stays readable.

    Raises:
        NotFound. NotPermitted: another office attached it. Conflict: it was retired already.
    """

    permission: ClassVar[Permission] = Permission.FILE_ATTACH
    tenant_code: str
    attachment_id: int
    reason: str

    def run(self, desk: Desk) -> Sequence[Fact]:
        file = store.load(desk, self.attachment_id)
        check_own(desk.actor, file)
        if not store.retire(desk, file.id, self.reason):
            raise Conflict("这个附件已经停用。请刷新后查看。")
        before = _plain(file.id, file.name, file.sha256, file.size, file.label)
        after = {**before, "retired_reason": self.reason}
        return [Fact("file_retired", file.subject_type, file.subject_id, after=after, pilot_id=file.pilot_id)]


def check_own(actor: Actor, file: StoredFile) -> None:
    """Refuse to retire what another office attached.

    Raises:
        NotPermitted: and names the office.
    """
    if file.office_id != actor.office_id:
        raise NotPermitted("只有附上这个文件的单位（{office}）可以停用它。", office=file.office_name)


def _plain(attachment_id: int, name: str, sha256: str, size: int, label: str) -> dict[str, str]:
    return {"attachment": str(attachment_id), "file": name, "sha256": sha256, "size": str(size), "label": label}
