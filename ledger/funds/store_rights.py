"""The one-time right, asked for by key: whether it is used, and by which document. R8.5."""

from __future__ import annotations

from ledger.desk import Desk
from ledger.domain.funds import check_one_time
from ledger.tenancy import Constant

_RIGHT = Constant(
    "SELECT document_no, own FROM award_right_of(:subject_key) WHERE document_no IS NOT NULL AND :tenant_code <> ''",
    sqlite="SELECT document_no, tenant_code = :tenant_code AS own FROM award_right WHERE subject_key = :subject_key",
)


def check_right(desk: Desk, uscc: str) -> None:
    """Refuse a subject whose right is used, whatever tenant, year or name it was used from.

    Raises:
        AlreadyAwarded: by which document, and not whose where the asker may not see it.
    """
    found = desk.first(_RIGHT, subject_key=uscc)
    check_one_time(None if found is None else found.document_no, own=bool(found and found.own))
