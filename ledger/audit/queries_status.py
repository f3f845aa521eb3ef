"""How the system stands: its database, and how far each stream of the journal has come. No amounts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar

from ledger import database
from ledger.audit.queries_reach import Reaching
from ledger.desk import Desk
from ledger.domain.access import Permission
from ledger.tenancy import Constant, Row

_STREAMS = Reaching(
    "SELECT t.code, t.name, h.seq, j.recorded_at, c.size, c.signed_at, r.reason, r.expected, r.found FROM tenant t"
    " LEFT JOIN journal_head h ON h.tenant_code = t.code"
    " LEFT JOIN journal_entry j ON j.tenant_code = h.tenant_code AND j.seq = h.seq"
    " LEFT JOIN checkpoint c ON c.tenant_code = t.code"
    " AND c.size = (SELECT max(size) FROM checkpoint WHERE tenant_code = t.code)"
    " LEFT JOIN signing_refusal r ON r.tenant_code = t.code"
    " AND r.number = (SELECT max(number) FROM signing_refusal WHERE tenant_code = t.code)"
    " WHERE t.code {reach} ORDER BY t.position, t.code"
)
_VERIFIED = Reaching(
    "SELECT recorded_at, payload FROM journal_entry WHERE tenant_code {reach} AND subject_type = 'journal'"
    " AND kind = 'journal_verified' ORDER BY recorded_at DESC, tenant_code, seq DESC LIMIT 1"
)
_SERVER = Constant("SELECT version() AS words", sqlite="SELECT sqlite_version() AS words", province_wide=True)


class Signing(StrEnum):
    """How a stream's checkpoints stand."""

    NONE = "none"
    """It was never signed, and neither was another one."""
    CURRENT = "current"
    OLD = "old"
    """Entries came since, and the checkpoint is older than it may be; or others are signed and this one never was."""
    REFUSED = "refused"
    """The signer found that the stream did not only go on."""


REASON_NAMES = {
    "shorter": "留痕比检查点短",
    "differs": "留痕与检查点不符",
    "root": "根哈希与检查点不符",
    "chain": "检查点之后的链断裂",
    "tree": "缺少记录",
    "key": "不是同一把签名密钥",
    "time": "时间倒退",
}
"""Why a signer refuses, for people."""


@dataclass(frozen=True, slots=True)
class StreamState:
    """A stream: how many entries it has, and when the last one was recorded (None: it was never opened).

    `signed_size` and `signed_at` are its latest checkpoint's; `reason` and `refusal` are why the signer wrote no
    later one: one of `REASON_NAMES`, and what it expected and found.
    """

    code: str
    name: str
    entries: int
    recorded_at: datetime | None
    signed_size: int
    signed_at: datetime | None
    reason: str
    refusal: str
    signing: Signing

    def age_hours(self, now: datetime) -> int:
        """Whole hours since the latest checkpoint was signed; 0 where there is none."""
        return 0 if self.signed_at is None else int((now - self.signed_at).total_seconds() // 3600)


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
    def alarms(self) -> Sequence[StreamState]:
        """The streams whose signer refused, or whose checkpoint is old."""
        return [stream for stream in self.streams if stream.signing in (Signing.REFUSED, Signing.OLD)]

    @property
    def signed_at(self) -> datetime | None:
        """When the newest checkpoint was signed; None before the first."""
        return max((stream.signed_at for stream in self.streams if stream.signed_at), default=None)

    @property
    def recorded_at(self) -> datetime | None:
        """When the newest entry was recorded."""
        return max((stream.recorded_at for stream in self.streams if stream.recorded_at), default=None)


@dataclass(frozen=True, slots=True)
class SystemStatus:
    """What administrators and the auditor may know of the system; people of a tenant their own stream.

    A checkpoint is old where entries came since and it is older than `checkpoint_age`.

    Raises:
        NotPermitted: the asker is neither.
    """

    permission: ClassVar[Permission] = Permission.STATUS_READ
    across: ClassVar[bool] = True
    role: ClassVar[str] = database.AUDIT
    checkpoint_age: timedelta = timedelta(hours=24)

    def run(self, desk: Desk) -> Status:
        server, rows = desk.first(_SERVER), _STREAMS.rows(desk)
        is_signed = any(row.size for row in rows)
        streams = [_state(row, self._signing(row, desk.now, is_signed)) for row in rows]
        return Status("" if server is None else _short(server.words), streams, _verification(desk), desk.now)

    def _signing(self, row: Row, now: datetime, is_signed: bool) -> Signing:
        if row.reason:
            return Signing.REFUSED
        if row.size is None:
            return Signing.OLD if is_signed and row.seq else Signing.NONE
        has_grown = (row.seq or 0) != row.size
        return Signing.OLD if has_grown and now - row.signed_at > self.checkpoint_age else Signing.CURRENT


def _state(row: Row, signing: Signing) -> StreamState:
    return StreamState(
        code=row.code,
        name=row.name,
        entries=row.seq or 0,
        recorded_at=row.recorded_at,
        signed_size=row.size or 0,
        signed_at=row.signed_at,
        reason=row.reason or "",
        refusal=f"{row.expected} ≠ {row.found}" if row.reason else "",
        signing=signing,
    )


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
