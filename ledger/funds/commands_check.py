"""The acts on a document: approve, return with reason, withdraw, and reverse (红字冲销). RX.2, RX.5."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from ledger.desk import Desk
from ledger.domain.access import Permission, check_second_person
from ledger.domain.dates import check_not_future
from ledger.domain.documents import PERMISSIONS, Act, DocumentKind, check_reversible, next_status
from ledger.domain.errors import Conflict, NotFound, Required
from ledger.funds import commands_posting, store
from ledger.funds.store import StoredDocument
from ledger.funds.store_positions import document_allocation_reading
from ledger.funds.store_versions import check_maker, check_version
from ledger.journal import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class _Act:
    """An act on one document of `kind`, or on the reversal of one; `version` is what the asker saw."""

    records_refusal: ClassVar[bool] = True
    tenant_code: str
    kind: DocumentKind
    document_id: int
    version: int | None = None

    def _load(self, desk: Desk) -> StoredDocument:
        return self._seen(desk, store.load_document(desk, self.document_id, lock=True))

    def _seen(self, desk: Desk, document: StoredDocument) -> StoredDocument:
        if self._collection(desk, document) is not self.kind:
            raise NotFound()
        check_version(desk, document, self.version)
        return document

    def _collection(self, desk: Desk, document: StoredDocument) -> DocumentKind:
        if document.reverses_id is None:
            return document.kind
        return store.load_document(desk, document.reverses_id).kind

    def _move(self, desk: Desk, act: Act, reason: str | None = None) -> Fact:
        before = self._load(desk)
        status = next_status(before.status, act)
        if act is Act.WITHDRAW:
            check_maker(desk, before)
        else:
            check_second_person(before.made_by, desk.actor.person_id)
        after = store.move(desk, before, status, reason)
        if after is None:
            raise Conflict()
        return store.fact(after, "withdrawn" if act is Act.WITHDRAW else "returned", before=before)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApproveDocument(_Act):
    """Check a waiting document as the second person: every rule runs again, then it is posted."""

    @property
    def permission(self) -> Permission:
        return PERMISSIONS[self.kind][1]

    def run(self, desk: Desk) -> list[Fact]:
        rows, drawn_on = desk.read_all(
            store.document_reading(self.document_id), document_allocation_reading(desk, self.document_id)
        )
        document = self._seen(desk, store.document_found(desk, rows))
        next_status(document.status, Act.APPROVE)
        check_second_person(document.made_by, desk.actor.person_id)
        return commands_posting.post_with_original(desk, document, desk.actor, drawn_on)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnDocument(_Act):
    """Return a waiting document to its maker, with the reason."""

    reason: str

    @property
    def permission(self) -> Permission:
        return PERMISSIONS[self.kind][1]

    def run(self, desk: Desk) -> list[Fact]:
        if not self.reason.strip():
            raise Required("退回时请写明理由，经办人据此修改。", field="reason")
        return [self._move(desk, Act.RETURN, self.reason)]


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawDocument(_Act):
    """Take a document back before it is checked; its maker alone may."""

    @property
    def permission(self) -> Permission:
        return PERMISSIONS[self.kind][0]

    def run(self, desk: Desk) -> list[Fact]:
        return [self._move(desk, Act.WITHDRAW)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReverseDocument(_Act):
    """Ask for the full reversal of a posted document: a new document that waits for its own check."""

    reason: str
    reversed_on: date

    @property
    def permission(self) -> Permission:
        return PERMISSIONS[self.kind][0]

    def run(self, desk: Desk) -> list[Fact]:
        check_not_future(self.reversed_on, desk.today, "reversed_on")
        if not self.reason.strip():
            raise Required("冲销请写明原因。", field="reason")
        original = store.load_document(desk, self.document_id, lock=True)
        if original.kind is DocumentKind.REVERSAL:
            check_reversible(original.kind)
        if original.kind is not self.kind:
            raise NotFound()
        check_version(desk, original, self.version)
        check_reversible(original.kind)
        next_status(original.status, Act.REVERSE)
        commands_posting.check_may_reverse(desk, original)
        reversal = store.new_document(
            desk,
            DocumentKind.REVERSAL,
            reverses_id=original.id,
            business_date=self.reversed_on,
            reason=self.reason,
            **{name: getattr(original, name) for name in _TAKEN_OVER},
        )
        return [store.fact(one, "recorded") for one in store.insert_documents(desk, [reversal])]


_TAKEN_OVER = [
    "pilot_id",
    "amount",
    "fiscal_year",
    "document_no",
    "line_id",
    "project_id",
    "allocation_id",
    "disbursement_id",
    "policy_version_id",
    "uscc",
    "project_code",
]
