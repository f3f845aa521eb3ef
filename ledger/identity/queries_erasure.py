"""Requests to erase personal values as administrators see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from sqlalchemy import select

from ledger.desk import Desk
from ledger.domain.access import Permission
from ledger.domain.errors import NotFound
from ledger.identity import store_erasure
from ledger.identity.models import ErasureRequest
from ledger.identity.store_erasure import Use

RECENT = 50
"""Requests that the list shows at most."""


@dataclass(frozen=True, slots=True)
class ErasureShown:
    """A request with who made and who decided it; `values` is how many commitments it is about."""

    id: int
    tenant_code: str
    values: int
    reason: str
    document_no: str
    status: str
    made_by: int
    made_by_name: str
    made_at: datetime
    decided_by_name: str | None
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class Committed:
    """A commitment: the value behind it (None once erased), and the entries that hold it."""

    commitment: str
    content: str | None
    uses: Sequence[Use]


@dataclass(frozen=True, slots=True)
class ErasureDetail:
    """A request with everything that it is about."""

    request: ErasureShown
    committed: Sequence[Committed]


@dataclass(frozen=True, slots=True)
class ListErasures:
    """The newest requests in reach: the asker's tenant, or all for the province's administrators."""

    permission: ClassVar[Permission] = Permission.PERSONAL_ERASE
    across: ClassVar[bool] = True

    def run(self, desk: Desk) -> Sequence[ErasureShown]:
        query = select(ErasureRequest).order_by(ErasureRequest.made_at.desc(), ErasureRequest.id.desc()).limit(RECENT)
        return [_shown(one) for one in desk.all(query)]


@dataclass(frozen=True, slots=True)
class GetErasure:
    """One request with its values and where they stand. Raises NotFound."""

    permission: ClassVar[Permission] = Permission.PERSONAL_ERASE
    tenant_code: str
    request_id: int

    def run(self, desk: Desk) -> ErasureDetail:
        found = desk.one_or_none(select(ErasureRequest).where(ErasureRequest.id == self.request_id))
        if found is None:
            raise NotFound()
        commitments = found.commitments.split()
        kept = store_erasure.values_of(desk, commitments)
        committed = [Committed(one, kept.get(one), store_erasure.uses_of(desk, one)) for one in commitments]
        return ErasureDetail(_shown(found), committed)


def _shown(one: ErasureRequest) -> ErasureShown:
    return ErasureShown(
        one.id,
        one.tenant_code,
        len(one.commitments.split()),
        one.reason,
        one.document_no,
        one.status,
        one.made_by,
        one.made_by_name,
        one.made_at,
        one.decided_by_name,
        one.decided_at,
    )
