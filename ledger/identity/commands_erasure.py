"""Erasing what a person's commitments stand for: one administrator asks, another one confirms, and it is gone.

Value and salt are deleted; the journal keeps its commitments, so its chain and its checkpoints stay whole, and
nobody can find the value again by trying.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from ledger.desk import Desk
from ledger.domain.access import Permission
from ledger.domain.errors import Conflict, Invalid, MakerIsChecker
from ledger.domain.identifiers import clean_text, normalise_document_no
from ledger.identity import store_erasure
from ledger.identity.models import ErasureRequest
from ledger.journal import Fact

_REASON, _NUMBER, LONGEST_VALUE = 200, 80, 200
"""Characters at most."""


@dataclass(frozen=True, slots=True)
class AskErasure:
    """Ask for a value of one tenant to be erased, wherever its journal commits to it; nothing is deleted yet.

    Raises:
        Invalid: no commitment stands for this exact text.
        Conflict: a request about it waits already.
    """

    permission: ClassVar[Permission] = Permission.PERSONAL_ERASE
    tenant_code: str
    content: str
    reason: str
    document_no: str

    def run(self, desk: Desk) -> Sequence[Fact]:
        content = clean_text(self.content, "content", LONGEST_VALUE, required=True)
        reason = clean_text(self.reason, "reason", _REASON, required=True, lines=True)
        number = normalise_document_no(clean_text(self.document_no, "document_no", _NUMBER, required=True))
        commitments = store_erasure.commitments_of(desk, content)
        if not commitments:
            raise Invalid("留痕里没有这条个人信息，或已经删除。请按登记时的写法逐字填写。", field="content")
        if store_erasure.waiting_commitments(desk) & set(commitments):
            raise Conflict("这条个人信息已有一项删除申请等待确认。请先办结那一项。")
        request = ErasureRequest(
            tenant_code=desk.tenant_code,
            id=desk.new_id(),
            commitments=" ".join(commitments),
            reason=reason,
            document_no=number,
            status="waiting",
            made_by=desk.actor.person_id,
            made_by_name=desk.actor.name,
            made_at=desk.now,
            decided_by=None,
            decided_by_name=None,
            decided_at=None,
        )
        desk.add(request)
        return [_fact("erasure_asked", request)]


@dataclass(frozen=True, slots=True)
class ConfirmErasure:
    """Delete the values and salts of a request that another administrator made; they cannot be restored.

    Raises:
        MakerIsChecker: the asker made the request.
        Conflict: it is decided already.
    """

    permission: ClassVar[Permission] = Permission.PERSONAL_ERASE
    tenant_code: str
    request_id: int

    def run(self, desk: Desk) -> Sequence[Fact]:
        request = _waiting(desk, self.request_id)
        if request.made_by == desk.actor.person_id:
            raise MakerIsChecker("您提出的删除申请须由另一位系统管理员确认。")
        _decide(desk, request, "confirmed")
        # The database lets go of a value only where it finds the confirmed request.
        desk.session.flush()
        erased = store_erasure.erase(desk, request.commitments.split())
        return [_fact("personal_value_erased", request, erased=str(erased), checker=str(desk.actor.person_id))]


@dataclass(frozen=True, slots=True)
class RefuseErasure:
    """End a request without deleting anything: refused by another administrator, withdrawn by who made it."""

    permission: ClassVar[Permission] = Permission.PERSONAL_ERASE
    tenant_code: str
    request_id: int

    def run(self, desk: Desk) -> Sequence[Fact]:
        request = _waiting(desk, self.request_id)
        own = request.made_by == desk.actor.person_id
        _decide(desk, request, "withdrawn" if own else "refused")
        return [_fact("erasure_withdrawn" if own else "erasure_refused", request)]


def _waiting(desk: Desk, request_id: int) -> ErasureRequest:
    request = store_erasure.request_to_decide(desk, request_id)
    if request.status != "waiting":
        raise Conflict("这项删除申请已经办结。请刷新后查看。")
    return request


def _decide(desk: Desk, request: ErasureRequest, status: str) -> None:
    request.status = status
    request.decided_by, request.decided_by_name, request.decided_at = desk.actor.person_id, desk.actor.name, desk.now


def _fact(kind: str, request: ErasureRequest, **more: str) -> Fact:
    # The reason speaks of a person: it stays with the request and never enters the journal.
    after = {"commitments": [*request.commitments.split()], "document_no": request.document_no}
    return Fact(kind, "erasure_request", request.id, after={**after, "maker": str(request.made_by), **more})
