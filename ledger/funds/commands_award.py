"""Awards (核定): one decision per subject for life, with a line for each project. R8.1–R8.6."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar

from ledger.desk import Desk
from ledger.domain.access import Permission
from ledger.domain.dates import check_not_future
from ledger.domain.documents import DocumentKind
from ledger.domain.errors import ProjectMismatch
from ledger.domain.funds import check_award_lines, check_fund_line, check_one_time, check_region_split
from ledger.domain.money import Money, total
from ledger.domain.pilots import check_may_be_awarded
from ledger.funds import store, store_positions
from ledger.funds.store import StoredDocument
from ledger.funds.store_rights import check_right
from ledger.journal import Fact
from ledger.pilots.store import StoredProject, check_holds, load_pilot, load_projects, policy_in_force, project_of
from ledger.pilots.store_holds import check_project_holds
from ledger.tenancy import Constant

_FUNDED = Constant(
    "SELECT project_funded(:project_code) AS funded",
    sqlite="SELECT EXISTS (SELECT 1 FROM funded_project WHERE project_code = :project_code) AS funded",
    province_wide=True,
)
_LINE = Constant(
    "INSERT INTO award_line (tenant_code, id, award_id, project_id, project_code, amount)"
    " VALUES (:tenant_code, :id, :award_id, :project_id, :project_code, :amount)"
)


@dataclass(frozen=True, slots=True)
class AwardLineDraft:
    """An award's share for one project, in fen."""

    project_code: str
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class AwardDraft:
    """One award decision as it was entered: lines per project, of one year's fund line."""

    pilot_id: int
    lines: tuple[AwardLineDraft, ...]
    fiscal_year: int
    document_no: str
    decided_on: date

    @property
    def amount(self) -> Money:
        """The sum of the lines."""
        return total([line.amount for line in self.lines])


@dataclass(frozen=True, slots=True)
class PlannedAward:
    """An award that passed every rule, with the project of each line."""

    document: StoredDocument
    lines: tuple[tuple[StoredProject, Money], ...]


class AwardBook:
    """Checks award drafts one after another, each in sight of those before it, and stores them."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._asked: dict[int, Money] = {}
        self._projects: set[str] = set()
        self._subjects: dict[str, str] = {}

    def plan(self, draft: AwardDraft) -> PlannedAward:
        """Check one draft.

        Raises:
            NotDesignated, Banned, ProjectMismatch, AlreadyAwarded, CapExceeded, ExceedsFundLine: R8.1–R8.6.
        """
        desk = self._desk
        check_not_future(draft.decided_on, desk.today, "decided_on")
        pilot = load_pilot(desk, draft.pilot_id)
        check_may_be_awarded(pilot.status, pilot.name)
        check_holds(desk, pilot.uscc, DocumentKind.AWARD)
        policy = policy_in_force(desk, draft.decided_on)
        codes = [line.project_code for line in draft.lines]
        check_region_split(pilot.kind, codes, policy.switches.region_split)
        projects = load_projects(desk, pilot.id)
        lines = tuple((project_of(projects, line.project_code), line.amount) for line in draft.lines)
        check_project_holds(desk, pilot.id, [project.id for project, _ in lines], DocumentKind.AWARD)
        self._check_right(pilot.uscc)
        self._check_projects([project for project, _ in lines])
        check_award_lines(pilot.kind, policy.cap_of(pilot.kind), [line.amount for line in draft.lines])
        self._check_fund_line(draft)
        self._subjects[pilot.uscc] = draft.document_no
        self._projects |= {project.code for project, _ in lines if project.code}
        document = store.new_document(
            desk,
            DocumentKind.AWARD,
            pilot_id=pilot.id,
            amount=draft.amount,
            business_date=draft.decided_on,
            fiscal_year=draft.fiscal_year,
            document_no=draft.document_no,
            policy_version_id=policy.id,
            uscc=pilot.uscc,
            lines=tuple((project.code or project.name, amount) for project, amount in lines),
        )
        return PlannedAward(document, lines)

    def _check_right(self, uscc: str) -> None:
        check_one_time(self._subjects.get(uscc), own=True)
        check_right(self._desk, uscc)

    def _check_projects(self, projects: Sequence[StoredProject]) -> None:
        for project in projects:
            if project.code is None:
                continue
            found = self._desk.first(_FUNDED, project_code=project.code)
            if project.code in self._projects or (found is not None and found.funded):
                raise ProjectMismatch(
                    "项目 {code} 已获支持，同一项目不得重复支持（第八条）。请核对项目代码。", code=project.code
                )

    def _check_fund_line(self, draft: AwardDraft) -> None:
        asked = self._asked.get(draft.fiscal_year, Money(0))
        position = store_positions.fund_line(self._desk, draft.fiscal_year)
        check_fund_line(replace(position, waiting=asked), draft.amount)
        self._asked[draft.fiscal_year] = asked + draft.amount

    def store(self, planned: Sequence[PlannedAward]) -> list[StoredDocument]:
        """Store planned awards, waiting for their check; each takes its subject's right."""
        documents = store.insert_documents(self._desk, [one.document for one in planned])
        self.store_lines(planned)
        return documents

    def store_lines(self, planned: Sequence[PlannedAward]) -> None:
        """Store the lines of awards that are stored already."""
        rows = [
            {
                "id": self._desk.new_id(),
                "award_id": one.document.id,
                "project_id": project.id,
                "project_code": project.code,
                "amount": amount,
            }
            for one in planned
            for project, amount in one.lines
        ]
        self._desk.write_many(_LINE, rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordAward(AwardDraft):
    """Record an award decision; it waits for its check and takes the one-time right at once. Q4."""

    permission: ClassVar[Permission] = Permission.AWARD_RECORD
    records_refusal: ClassVar[bool] = True
    tenant_code: str

    def plan(self, desk: Desk) -> PlannedAward:
        """The award with its lines, once its rules hold; nothing is stored. Raises what `AwardBook.plan` raises."""
        return AwardBook(desk).plan(self)

    def run(self, desk: Desk) -> list[Fact]:
        return [store.fact(one, "recorded") for one in AwardBook(desk).store([self.plan(desk)])]
