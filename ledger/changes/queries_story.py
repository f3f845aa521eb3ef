"""What happened to one change report, from the journal."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from ledger.desk import Desk
from ledger.domain.access import Permission
from ledger.tenancy import Constant

_STORY = Constant(
    "SELECT seq, hash, recorded_at, kind, actor_name, payload FROM journal_entry WHERE tenant_code = :tenant_code"
    " AND subject_type = 'change_report' AND subject_id = :subject_id ORDER BY seq DESC"
)


@dataclass(frozen=True, slots=True)
class ReportEvent:
    """An act on a report; `note` is the file that was attached, or the reason that was given."""

    seq: int
    short_hash: str
    recorded_at: datetime
    kind: str
    actor_name: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportStory:
    """The acts on one report, the newest first; the caller has read the report itself before."""

    permission: ClassVar[Permission] = Permission.PILOT_READ
    tenant_code: str
    report_id: int

    def run(self, desk: Desk) -> Sequence[ReportEvent]:
        found = []
        for row in desk.rows(_STORY, subject_id=str(self.report_id)):
            after = json.loads(row.payload)["after"]
            is_back = row.kind in ("change_report_returned", "change_report_sent_back")
            note = after.get("return_reason") if is_back else after.get("file")
            found.append(
                ReportEvent(row.seq, row.hash[:8], row.recorded_at, row.kind, row.actor_name or "", str(note or ""))
            )
        return found
