"""Questions of one who passes down a notice: from which year, for which projects, and what was made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, Protocol

from ledger.desk import Desk
from ledger.domain.access import Permission, check_permission
from ledger.domain.errors import LedgerError
from ledger.domain.funds import LinePosition
from ledger.domain.money import ZERO, Money
from ledger.tenancy import Constant, containing

MOST_FOUND = 20
"""Lines that a search shows; who finds more of them types more."""
MOST_LINES = 200
"""Lines of one notice."""

_LINE = (
    "SELECT l.tenant_code, t.name AS tenant_name, l.id AS line_id, l.award_id, j.code AS project_code,"
    " j.name AS project_name, p.name AS pilot_name, p.uscc, d.document_no, d.fiscal_year, q.awarded, q.allocated,"
    " (SELECT sum(w.amount) FROM document w WHERE w.tenant_code = l.tenant_code AND w.line_id = l.id"
    " AND w.kind = 'allocation' AND w.status = 'waiting') AS waiting"
    " FROM award_line l JOIN document d ON d.tenant_code = l.tenant_code AND d.id = l.award_id AND d.status = 'posted'"
    " JOIN tenant t ON t.code = l.tenant_code JOIN pilot p ON p.tenant_code = d.tenant_code AND p.id = d.pilot_id"
    " JOIN project j ON j.tenant_code = l.tenant_code AND j.id = l.project_id"
    " JOIN line_position q ON q.tenant_code = l.tenant_code AND q.line_id = l.id"
)
_ONE = Constant(f"{_LINE} WHERE l.tenant_code = :line_tenant AND l.id = :line_id", across=True)
_FOUND = Constant(
    f"{_LINE} WHERE d.fiscal_year = :fiscal_year AND q.allocated < q.awarded AND (:words = '' OR"
    " lower(p.name) LIKE :like ESCAPE '!' OR lower(j.name) LIKE :like ESCAPE '!' OR lower(t.name) LIKE :like ESCAPE '!'"
    " OR lower(j.code) LIKE :like ESCAPE '!' OR lower(p.uscc) LIKE :like ESCAPE '!')"
    " ORDER BY t.position, p.name, l.id LIMIT :limit",
    across=True,
)
_MATCHED = Constant(
    f"{_LINE} WHERE d.fiscal_year = :fiscal_year AND :name IN (j.code, p.uscc, p.name, j.name) ORDER BY l.id LIMIT 5",
    across=True,
)
_YEARS = Constant(
    "SELECT d.fiscal_year, sum(q.awarded) AS awarded, sum(q.allocated) AS allocated"
    " FROM document d JOIN award_line l ON l.tenant_code = d.tenant_code AND l.award_id = d.id"
    " JOIN line_position q ON q.tenant_code = l.tenant_code AND q.line_id = l.id"
    " WHERE d.kind = 'award' AND d.status = 'posted' GROUP BY d.fiscal_year ORDER BY d.fiscal_year DESC",
    across=True,
)
_MADE = Constant(
    "SELECT d.tenant_code, t.name AS tenant_name, d.id, d.number, d.status, d.amount, d.business_date, d.fiscal_year,"
    " d.made_by_name, p.name AS pilot_name, j.name AS project_name FROM document d"
    " JOIN tenant t ON t.code = d.tenant_code JOIN pilot p ON p.tenant_code = d.tenant_code AND p.id = d.pilot_id"
    " JOIN project j ON j.tenant_code = d.tenant_code AND j.id = d.project_id"
    " WHERE d.kind = 'allocation' AND d.document_no = :document_no ORDER BY t.position, d.id",
    across=True,
)


@dataclass(frozen=True, slots=True)
class NoticeYear:
    """A year's fund, and what is awarded of it but not passed down yet."""

    fiscal_year: int
    available: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundLine:
    """A project's line of a posted award of any tenant, with what was passed down of it."""

    tenant_code: str
    tenant_name: str
    line_id: int
    award_id: int
    code: str
    """The project's code, or its name where it has none."""
    project_name: str
    pilot_name: str
    uscc: str
    award_document_no: str
    fiscal_year: int
    position: LinePosition

    @property
    def key(self) -> str:
        """How pages name it: its tenant and its id."""
        return f"{self.tenant_code}-{self.line_id}"


@dataclass(frozen=True, slots=True)
class ListNoticeYears:
    """The years with awards, the newest first."""

    permission: ClassVar[Permission] = Permission.ALLOCATION_RECORD
    across: ClassVar[bool] = True

    def run(self, desk: Desk) -> list[NoticeYear]:
        return [NoticeYear(row.fiscal_year, row.awarded - row.allocated) for row in desk.rows(_YEARS)]


@dataclass(frozen=True, slots=True, kw_only=True)
class FindLines:
    """Lines of a year with something left to pass down, by words of their tenant, pilot or project."""

    permission: ClassVar[Permission] = Permission.ALLOCATION_RECORD
    across: ClassVar[bool] = True
    fiscal_year: int
    words: str

    def run(self, desk: Desk) -> list[FoundLine]:
        given = {"fiscal_year": self.fiscal_year, "words": self.words, "like": containing(self.words)}
        return [_line(row) for row in desk.rows(_FOUND, limit=MOST_FOUND + 1, **given)]


@dataclass(frozen=True, slots=True, kw_only=True)
class GetLines:
    """Lines by tenant and id, in the order asked; one that is unknown or not posted is left out."""

    permission: ClassVar[Permission] = Permission.ALLOCATION_RECORD
    across: ClassVar[bool] = True
    keys: tuple[tuple[str, int], ...]

    def run(self, desk: Desk) -> list[FoundLine]:
        rows = [desk.first(_ONE, line_tenant=code, line_id=line_id) for code, line_id in self.keys[:MOST_LINES]]
        return [_line(row) for row in rows if row is not None]


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchLines:
    """For each name the lines of a year that it is exactly the name of: a code or name of project or pilot."""

    permission: ClassVar[Permission] = Permission.ALLOCATION_RECORD
    across: ClassVar[bool] = True
    fiscal_year: int
    names: tuple[str, ...]

    def run(self, desk: Desk) -> list[list[FoundLine]]:
        return [
            [_line(row) for row in desk.rows(_MATCHED, fiscal_year=self.fiscal_year, name=name)]
            for name in self.names[:MOST_LINES]
        ]


@dataclass(frozen=True, slots=True)
class NoticeDocument:
    """An allocation that a notice made."""

    tenant_code: str
    tenant_name: str
    id: int
    number: str
    status: str
    amount: Money
    business_date: date
    fiscal_year: int
    made_by_name: str
    pilot_name: str
    project_name: str


@dataclass(frozen=True, slots=True)
class GetNotice:
    """Every allocation under a notice's number, in whatever tenant and state."""

    permission: ClassVar[Permission] = Permission.MONEY_READ
    across: ClassVar[bool] = True
    document_no: str

    def run(self, desk: Desk) -> Sequence[NoticeDocument]:
        return [NoticeDocument(*row) for row in desk.rows(_MADE, document_no=self.document_no)]


class PlannedNotice(Protocol):
    """A notice whose rules can be asked alone, line by line."""

    @property
    def permission(self) -> Permission: ...

    def plan(self, desk: Desk) -> list[LedgerError | None]: ...


@dataclass(frozen=True, slots=True)
class TryNotice:
    """What each line of a notice is refused for, in order: advice, since sending it checks again."""

    permission: ClassVar[Permission] = Permission.ALLOCATION_RECORD
    entered: PlannedNotice

    def run(self, desk: Desk) -> list[LedgerError | None]:
        check_permission(desk.actor, self.entered.permission)
        return self.entered.plan(desk)


def _line(row: Any) -> FoundLine:
    same = ("tenant_code", "tenant_name", "line_id", "award_id", "project_name", "pilot_name", "uscc", "fiscal_year")
    return FoundLine(
        **{name: getattr(row, name) for name in same},
        code=row.project_code or row.project_name,
        award_document_no=row.document_no,
        position=LinePosition(awarded=row.awarded, allocated=row.allocated, waiting=row.waiting or ZERO),
    )
