"""Drafts, and the mending of what is a draft or came back: the same for every kind of money document."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar, Protocol

from ledger.desk import Desk
from ledger.domain.access import Permission
from ledger.domain.documents import Act, DocumentKind, Status, next_status
from ledger.domain.errors import Conflict, NotFound
from ledger.domain.money import Money
from ledger.funds import store
from ledger.funds.commands_award import AwardBook, PlannedAward
from ledger.funds.store import StoredDocument
from ledger.funds.store_versions import check_maker, check_version
from ledger.journal import Fact
from ledger.tenancy import Constant

_AMENDED = ("amount", "business_date", "fiscal_year", "document_no", "policy_version_id", "purpose", "reason", "note")
"""What a maker may change; whose money it is, and which document it follows, stand."""
_OF = ("pilot_id", "award_id", "line_id", "project_id", "allocation_id", "disbursement_id")
_AMEND = Constant(
    "UPDATE document SET status = :status, version = version + 1,"
    f" {', '.join(f'{name} = :{name}' for name in _AMENDED)},"
    " return_reason = NULL, checked_by = NULL, checked_by_name = NULL, checked_at = NULL"
    " WHERE tenant_code = :tenant_code AND id = :id AND version = :version"
)
_DROP_LINES = Constant("DELETE FROM award_line WHERE tenant_code = :tenant_code AND award_id = :award_id")


class Recording(Protocol):
    """A command that records one document: its rules and its shape, without the storing."""

    @property
    def permission(self) -> Permission: ...

    @property
    def tenant_code(self) -> str: ...

    @property
    def amount(self) -> Money: ...

    def plan(self, desk: Desk) -> StoredDocument | PlannedAward: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfRecording:
    """An act that takes what a recording would store."""

    records_refusal: ClassVar[bool] = True
    entered: Recording

    @property
    def permission(self) -> Permission:
        return self.entered.permission

    @property
    def tenant_code(self) -> str:
        return self.entered.tenant_code

    @property
    def amount(self) -> Money:
        return self.entered.amount


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftDocument(_OfRecording):
    """Keep what was entered as a draft: checked by every rule, it reserves nothing and waits for nobody."""

    def run(self, desk: Desk) -> list[Fact]:
        planned = self.entered.plan(desk)
        if isinstance(planned, PlannedAward):
            draft = replace(planned, document=replace(planned.document, status=Status.DRAFT))
            return [store.fact(one, "drafted") for one in AwardBook(desk).store([draft])]
        drafts = store.insert_documents(desk, [replace(planned, status=Status.DRAFT)])
        return [store.fact(one, "drafted") for one in drafts]


@dataclass(frozen=True, slots=True, kw_only=True)
class AmendDocument(_OfRecording):
    """Mend a draft or returned document and send it to its check again; its maker alone may.

    What it is of (pilot, award line, allocation, disbursement, project) stays; an award's lines are
    entered anew.
    """

    document_id: int
    version: int

    def run(self, desk: Desk) -> list[Fact]:
        before = store.load_document(desk, self.document_id, lock=True)
        check_version(desk, before, self.version)
        check_maker(desk, before)
        status = next_status(before.status, Act.SEND)
        planned = self.entered.plan(desk)
        document = planned.document if isinstance(planned, PlannedAward) else planned
        if document.kind is not before.kind or any(getattr(document, one) != getattr(before, one) for one in _OF):
            raise NotFound()
        after = replace(
            before,
            status=status,
            version=before.version + 1,
            lines=document.lines,
            return_reason=None,
            checked_by=None,
            checked_by_name=None,
            checked_at=None,
            **{name: getattr(document, name) for name in _AMENDED},
        )
        self._store(desk, before, after, planned)
        return [store.fact(after, "amended", before=before)]

    @staticmethod
    def _store(desk: Desk, before: StoredDocument, after: StoredDocument, planned: Any) -> None:
        if before.kind is DocumentKind.AWARD:
            # Before it waits again: the lines of a waiting award stand, and each takes its project.
            desk.write(_DROP_LINES, award_id=before.id)
        values = {name: getattr(after, name) for name in ("id", "status", *_AMENDED)}
        if desk.write(_AMEND, version=before.version, **values) != 1:
            raise Conflict()
        if isinstance(planned, PlannedAward):
            AwardBook(desk).store_lines([replace(planned, document=after)])
