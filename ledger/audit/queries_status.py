"""How the system stands: its database, and how far each stream of the journal has come. No amounts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from ledger import database
from ledger.audit.queries_reach import Reaching
from ledger.desk import Desk
from ledger.domain.access import Permission
from ledger.tenancy import Constant

_STREAMS = Reaching(
    "SELECT t.code, t.name, h.seq, j.recorded_at FROM tenant t"
    " LEFT JOIN journal_head h ON h.tenant_code = t.code"
    " LEFT JOIN journal_entry j ON j.tenant_code = h.tenant_code AND j.seq = h.seq"
    " WHERE t.code {reach} ORDER BY t.position, t.code"
)
_VERIFIED = Reaching(
    "SELECT recorded_at, payload FROM journal_entry WHERE tenant_code {reach} AND subject_type = 'journal'"
    " AND kind = 'journal_verified' ORDER BY recorded_at DESC, tenant_code, seq DESC LIMIT 1"
)
_SERVER = Constant("SELECT version() AS words", sqlite="SELECT sqlite_version() AS words", province_wide=True)


@dataclass(frozen=True, slots=True)
class StreamState:
    """A stream: how many entries it has, and when the last one was recorded (None: it was never opened)."""

    code: str
    name: str
    entries: int
    recorded_at: datetime | None


@dataclass(frozen=True, slots=True)
class LastVerification:
    """How the last verification in reach ended, and where the first break was (`220100 17`)."""

    verified_at: datetime
    sound: bool
    entries: int
    first_break: str


@dataclass(frozen=True, slots=True)
class Status:
    """The database by name and version, the streams in tenant order, and the last verification."""

    server: str
    streams: Sequence[StreamState]
    verification: LastVerification | None
    read_at: datetime

    @property
    def entries(self) -> int:
        """Entries of all streams shown."""
        return sum(stream.entries for stream in self.streams)

    @property
    def recorded_at(self) -> datetime | None:
        """When the newest entry was recorded."""
        return max((stream.recorded_at for stream in self.streams if stream.recorded_at), default=None)


@dataclass(frozen=True, slots=True)
class SystemStatus:
    """What administrators and the auditor may know of the system; people of a tenant their own stream.

    Raises:
        NotPermitted: the asker is neither.
    """

    permission: ClassVar[Permission] = Permission.STATUS_READ
    across: ClassVar[bool] = True
    role: ClassVar[str] = database.AUDIT

    def run(self, desk: Desk) -> Status:
        server = desk.first(_SERVER)
        streams = [StreamState(row.code, row.name, row.seq or 0, row.recorded_at) for row in _STREAMS.rows(desk)]
        return Status("" if server is None else _short(server.words), streams, _verification(desk), desk.now)


def _short(words: str) -> str:
    """`PostgreSQL 15.8` of the server's long sentence; SQLite says a bare number."""
    return f"SQLite {words}" if words[:1].isdigit() else " ".join(words.split()[:2])


def _verification(desk: Desk) -> LastVerification | None:
    row = next(iter(_VERIFIED.rows(desk)), None)
    if row is None:
        return None
    after = json.loads(row.payload).get("after", {})
    broken = after.get("first_break") or {}
    place = f"{broken.get('stream', '')} {broken.get('seq', '')}".strip()
    return LastVerification(row.recorded_at, after.get("sound") is True, int(after.get("entries", "0")), place)
