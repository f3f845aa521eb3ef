"""The SQL of erasing personal values: found by their exact text, shown by where they stand, deleted for good."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from ledger.desk import Desk
from ledger.domain.errors import NotFound
from ledger.identity.models import ErasureRequest
from ledger.tenancy import Constant

_OF_CONTENT = Constant(
    "SELECT commitment FROM personal_value WHERE tenant_code = :tenant_code AND content = :content ORDER BY commitment"
)
_LISTED = "SELECT v.value FROM json_array_elements_text(CAST(:listed AS json)) v"
_LISTED_SQLITE = "SELECT v.value FROM json_each(:listed) v"
_KEPT = "SELECT commitment, content FROM personal_value WHERE tenant_code = :tenant_code AND commitment IN ({})"
_VALUES = Constant(
    f"{_KEPT.format(_LISTED)} ORDER BY commitment", sqlite=f"{_KEPT.format(_LISTED_SQLITE)} ORDER BY commitment"
)
_GONE = "DELETE FROM personal_value WHERE tenant_code = :tenant_code AND commitment IN ({})"
_ERASE = Constant(_GONE.format(_LISTED), sqlite=_GONE.format(_LISTED_SQLITE))
# No index finds a text inside a payload: rare enough to read the whole stream for.
_USES = Constant(
    "SELECT seq, kind, recorded_at FROM journal_entry WHERE tenant_code = :tenant_code"
    " AND payload LIKE :like ORDER BY seq LIMIT :count"
)
MOST_USES = 50
"""Entries that are shown for one commitment at most."""


@dataclass(frozen=True, slots=True)
class Use:
    """An entry of the journal that commits to a value."""

    seq: int
    kind: str
    recorded_at: datetime


def commitments_of(desk: Desk, content: str) -> list[str]:
    """What the tenant's journal holds of a value: one commitment for each time that it was recorded."""
    return [row.commitment for row in desk.rows(_OF_CONTENT, content=content)]


def values_of(desk: Desk, commitments: Sequence[str]) -> dict[str, str]:
    """The values that are still there, by commitment."""
    rows = desk.rows(_VALUES, listed=json.dumps(list(commitments)))
    return {row.commitment: row.content for row in rows}


def erase(desk: Desk, commitments: Sequence[str]) -> int:
    """Delete values and salts for good; how many there were."""
    return desk.write(_ERASE, listed=json.dumps(list(commitments)))


def uses_of(desk: Desk, commitment: str) -> list[Use]:
    """The entries that hold a commitment, the oldest first."""
    rows = desk.rows(_USES, like=f'%"commitment":"{commitment}"%', count=MOST_USES)
    return [Use(row.seq, row.kind, row.recorded_at) for row in rows]


def waiting_commitments(desk: Desk) -> set[str]:
    """What the tenant's waiting requests are about."""
    query = select(ErasureRequest).where(ErasureRequest.status == "waiting")
    return {each for one in desk.all(query) for each in one.commitments.split()}


def request_to_decide(desk: Desk, request_id: int) -> ErasureRequest:
    """A request, held until the transaction ends.

    Raises:
        NotFound: there is none.
    """
    found = desk.one_or_none(select(ErasureRequest).where(ErasureRequest.id == request_id).with_for_update())
    if found is None:
        raise NotFound()
    return found
