"""The end of a suspension: asked for with a document by one provincial person, confirmed by another. R10.3."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from ledger.desk import Desk
from ledger.domain.access import Permission, check_second_person
from ledger.domain.changes import HoldReason
from ledger.domain.errors import Conflict, Required
from ledger.domain.identifiers import clean_text, normalise_document_no
from ledger.journal import Fact
from ledger.pilots.store_holds import StoredHold, load_hold, propose_release, release_hold

_REASON, _NUMBER = 2000, 100


@dataclass(frozen=True, slots=True, kw_only=True)
class _OnHold:
    """An act on one hold."""

    tenant_code: str
    hold_id: int

    def load(self, desk: Desk) -> StoredHold:
        """The hold, locked and open.

        Raises:
            NotFound: unknown, or another tenant's. Conflict: it ends in another way, or is released.
        """
        hold = load_hold(desk, self.hold_id)
        if hold.released_at is not None:
            raise Conflict("这项暂停拨付已经解除。请刷新后查看。")
        if hold.kind not in (HoldReason.SUSPENSION, HoldReason.STOPPED):
            raise Conflict("这项暂停拨付随变更报告 {number} 的处置解除。请先处置该报告。", number=hold.report_number)
        return hold


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseHold(_OnHold):
    """Ask for the end of a suspension or stop; it goes on until a second provincial person confirms."""

    permission: ClassVar[Permission] = Permission.CHANGE_DISPOSE
    records_refusal: ClassVar[bool] = True
    document_no: str
    reason: str

    def run(self, desk: Desk) -> Sequence[Fact]:
        hold = self.load(desk)
        if hold.release_made_by is not None:
            raise Conflict("解除申请已提出，正等待复核。")
        number = clean_text(normalise_document_no(self.document_no), "document_no", _NUMBER)
        if not number:
            raise Required("请填写解除暂停的文号。", field="document_no")
        reason = clean_text(self.reason, "reason", _REASON, required=True, lines=True)
        return [propose_release(desk, hold, number, reason)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmRelease(_OnHold):
    """Confirm the end of a hold as the province's second person: payments go on."""

    permission: ClassVar[Permission] = Permission.CHANGE_CONFIRM
    records_refusal: ClassVar[bool] = True

    def run(self, desk: Desk) -> Sequence[Fact]:
        hold = self.load(desk)
        if hold.release_made_by is None:
            raise Conflict("还没有人提出解除。请由省级业务人员先提出。")
        check_second_person(hold.release_made_by, desk.actor.person_id)
        return [release_hold(desk, hold)]


@dataclass(frozen=True, slots=True, kw_only=True)
class SendBackRelease(_OnHold):
    """Refuse the asked end of a hold, as the province's second person: it goes on."""

    permission: ClassVar[Permission] = Permission.CHANGE_CONFIRM

    def run(self, desk: Desk) -> Sequence[Fact]:
        hold = self.load(desk)
        if hold.release_made_by is None:
            raise Conflict("还没有人提出解除。请由省级业务人员先提出。")
        check_second_person(hold.release_made_by, desk.actor.person_id)
        return [propose_release(desk, hold, None, None)]
