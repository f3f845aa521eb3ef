"""When the journal was last written: what a clock that was set never runs behind."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from ledger import database
from ledger.desk import Desk
from ledger.domain.access import Permission
from ledger.tenancy import Constant

_LAST = Constant(
    "SELECT max(noted_at) AS recorded_at FROM (SELECT j.recorded_at AS noted_at FROM journal_head h"
    " JOIN journal_entry j ON j.tenant_code = h.tenant_code AND j.seq = h.seq"
    " UNION ALL SELECT signed_at FROM checkpoint) n",
    across=True,
)


@dataclass(frozen=True, slots=True)
class LastRecorded:
    """The instant of the newest entry or checkpoint of all streams, or None before the first."""

    permission: ClassVar[Permission] = Permission.SYSTEM
    across: ClassVar[bool] = True
    role: ClassVar[str] = database.AUDIT

    def run(self, desk: Desk) -> datetime | None:
        row = desk.first(_LAST)
        return None if row is None else row.recorded_at
