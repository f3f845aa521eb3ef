"""Designation: the list that makes entity, pilot and project. R6.3, R8.1."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, ClassVar

from ledger.desk import Desk
from ledger.domain.access import Actor, Permission, check_second_person
from ledger.domain.baselines import BaselineSubject, new_content
from ledger.domain.chain import Json
from ledger.domain.dates import check_not_future
from ledger.domain.errors import Conflict, Invalid, ProjectMismatch, Required
from ledger.domain.identifiers import check_project_code, check_uscc
from ledger.domain.money import Money
from ledger.domain.pilots import Direction, PilotKind, PilotStatus
from ledger.journal import Fact
from ledger.pilots.store import StoredPilot, find_pilot, load_pilot, policy_in_force
from ledger.pilots.store_baselines import NewBaseline, add_versions
from ledger.tenancy import Constant

_ENTITY = Constant(
    "INSERT INTO entity (uscc, kind, name, recorded_at) VALUES (:uscc, :kind, :name, :recorded_at)"
    " ON CONFLICT DO NOTHING",
    province_wide=True,
)
_PILOT = Constant(
    "INSERT INTO pilot (tenant_code, id, uscc, name, kind, direction, batch, county_name, designation_document_no,"
    " designated_on, status, version, policy_version_id, made_by, made_by_name, made_at) VALUES (:tenant_code, :id,"
    " :uscc, :name, :kind, :direction, :batch, :county_name, :designation_document_no, :designated_on, 'waiting', 1,"
    " :policy_version_id, :made_by, :made_by_name, :made_at)"
)
_PROJECT = Constant(
    "INSERT INTO project (tenant_code, id, pilot_id, name, code, no_code_reason, owner_name, owner_uscc, investment,"
    " start_on, finish_on) VALUES (:tenant_code, :id, :pilot_id, :name, :code, :no_code_reason, :owner_name,"
    " :owner_uscc, :investment, :start_on, :finish_on)"
)
_CHECK = Constant(
    "UPDATE pilot SET status = :status, version = version + 1, checked_by = :checked_by,"
    " checked_by_name = :checked_by_name, checked_at = :checked_at, return_reason = :return_reason"
    " WHERE tenant_code = :tenant_code AND id = :id AND version = :version AND status = 'waiting'"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PilotDraft:
    """A row of a designation list: a pilot and the project that it applied with."""

    name: str
    kind: PilotKind
    uscc: str
    county_name: str
    direction: Direction
    batch: str
    project_name: str
    project_code: str | None
    no_code_reason: str | None
    investment: Money
    start_on: date | None
    finish_on: date | None
    document_no: str
    designated_on: date


@dataclass(slots=True)
class _PlannedPilot:
    """A pilot of the list with the projects that it applied with; the first row speaks for the pilot."""

    id: int
    projects: list[tuple[int, PilotDraft]]

    @property
    def draft(self) -> PilotDraft:
        return self.projects[0][1]


class DesignationBook:
    """Checks the rows of a designation list one after another and stores pilots with their projects.

    Rows of one credit code in one tenant are one pilot with several projects. `elsewhere`
    names the pilots just stored whose legal person was designated before in another place.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._planned: dict[str, dict[str, _PlannedPilot]] = {}
        self.elsewhere: list[str] = []

    @property
    def tenants(self) -> list[str]:
        """The tenants that have planned rows."""
        return list(self._planned)

    def plan(self, draft: PilotDraft) -> None:
        """Check one row in sight of those before it.

        Raises:
            UsccCheck, Required, FutureDate, Invalid, ProjectMismatch.
            Conflict: the unit is a pilot of this tenant already.
        """
        desk = self._desk
        check_uscc(draft.uscc)
        check_not_future(draft.designated_on, desk.today, "designated_on")
        if draft.project_code is None and not draft.no_code_reason:
            raise Required("请填写项目代码；没有代码的，写明理由。", field="project_code")
        if draft.project_code is not None:
            check_project_code(draft.project_code)
        here = self._planned.get(desk.tenant_code, {})
        pilot = here.get(draft.uscc)
        if pilot is not None:
            _check_same_pilot(pilot, draft)
        elif find_pilot(desk, draft.uscc) is not None:
            raise Conflict("{name} 在本地区已认定为试点。请核对统一社会信用代码。", name=draft.name, field="uscc")
        policy_in_force(desk, draft.designated_on)
        if pilot is None:
            pilot = _PlannedPilot(desk.new_id(), [])
            self._planned.setdefault(desk.tenant_code, {})[draft.uscc] = pilot
        pilot.projects.append((desk.new_id(), draft))

    def store(self) -> list[Fact]:
        """Store what is planned in the scope's tenant, waiting for its check; one fact a pilot."""
        return [self._store(pilot) for pilot in self._planned.get(self._desk.tenant_code, {}).values()]

    def _store(self, pilot: _PlannedPilot) -> Fact:
        desk = self._desk
        fact = self._pilot(pilot.draft, pilot)
        desk.write_many(_PROJECT, [_project_row(pilot.id, *each) for each in pilot.projects])
        baselines = _baselines(pilot)
        add_versions(desk, baselines)
        after = {**fact.after, "baselines": [_plain_baseline(one) for one in baselines]}
        return replace(fact, after=after)

    def _pilot(self, draft: PilotDraft, pilot: _PlannedPilot) -> Fact:
        desk = self._desk
        policy = policy_in_force(desk, draft.designated_on)
        new = desk.write(_ENTITY, uscc=draft.uscc, kind=draft.kind.value, name=draft.name, recorded_at=desk.now)
        if new != 1:
            self.elsewhere.append(draft.name)
        row = {
            "id": pilot.id,
            "uscc": draft.uscc,
            "name": draft.name,
            "kind": draft.kind.value,
            "direction": draft.direction.value,
            "batch": draft.batch,
            "county_name": draft.county_name,
            "designation_document_no": draft.document_no,
            "designated_on": draft.designated_on,
            "policy_version_id": policy.id,
            "made_by": desk.actor.person_id,
            "made_by_name": desk.actor.name,
            "made_at": desk.now,
        }
        desk.write(_PILOT, **row)
        after: dict[str, Json] = {name: str(value) for name, value in row.items() if name not in _NOT_RECORDED}
        after["projects"] = [_plain_project(project_id, each) for project_id, each in pilot.projects]
        return Fact(
            "pilot_designated",
            "pilot",
            pilot.id,
            after=after | {"status": "waiting"},
            pilot_id=pilot.id,
            business_date=draft.designated_on,
            stream=desk.tenant_code,
        )


_NOT_RECORDED = ("id", "made_at", "made_by_name")


def _check_same_pilot(pilot: _PlannedPilot, draft: PilotDraft) -> None:
    for name in ("name", "kind", "direction", "document_no", "designated_on"):
        if getattr(pilot.draft, name) != getattr(draft, name):
            raise Invalid("同一单位的几行里，这一项应相同。请核对统一社会信用代码。", field=name)
    if any(each.project_code == draft.project_code for _, each in pilot.projects if each.project_code):
        raise ProjectMismatch("项目 {code} 在名单中出现了两次。请核对项目代码。", code=draft.project_code or "")


def _project_row(pilot_id: int, project_id: int, draft: PilotDraft) -> dict[str, Any]:
    return {
        "id": project_id,
        "pilot_id": pilot_id,
        "name": draft.project_name,
        "code": draft.project_code,
        "no_code_reason": draft.no_code_reason,
        "owner_name": draft.name,
        "owner_uscc": draft.uscc,
        "investment": draft.investment,
        "start_on": draft.start_on,
        "finish_on": draft.finish_on,
    }


def _baselines(pilot: _PlannedPilot) -> list[NewBaseline]:
    """The first versions: what the list says of the pilot and of each of its projects. R10.3."""
    day = pilot.draft.designated_on
    known = {"unit_name": pilot.draft.name, "uscc": pilot.draft.uscc}
    first = NewBaseline(BaselineSubject.PILOT, pilot.id, 1, new_content(BaselineSubject.PILOT, known), day)
    return [
        first,
        *(
            NewBaseline(
                BaselineSubject.PROJECT,
                project_id,
                1,
                new_content(BaselineSubject.PROJECT, _project_row(pilot.id, project_id, draft)),
                day,
            )
            for project_id, draft in pilot.projects
        ),
    ]


def _plain_baseline(one: NewBaseline) -> dict[str, Json]:
    return {
        "subject": one.subject.value,
        "id": str(one.subject_id),
        "version": str(one.version),
        "values": dict(one.content),
    }


def _plain_project(project_id: int, draft: PilotDraft) -> Json:
    return {
        "id": str(project_id),
        "name": draft.project_name,
        "code": draft.project_code,
        "investment_fen": str(draft.investment.fen),
    }


def check_designation(
    desk: Desk, pilot: StoredPilot, status: PilotStatus, checker: Actor, reason: str | None = None
) -> Fact:
    """Move a waiting pilot to `status` as the second person.

    Raises:
        MakerIsChecker, Conflict.
    """
    if pilot.status is not PilotStatus.WAITING:
        raise Conflict("该试点刚被他人处理。请刷新后查看最新状态。")
    check_second_person(pilot.made_by, checker.person_id)
    touched = desk.write(
        _CHECK,
        id=pilot.id,
        version=pilot.version,
        status=status.value,
        checked_by=checker.person_id,
        checked_by_name=checker.name,
        checked_at=desk.now,
        return_reason=reason,
    )
    if touched != 1:
        raise Conflict("该试点刚被他人处理。请刷新后查看最新状态。")
    after = {"status": status.value} | ({"return_reason": reason} if reason else {})
    return Fact(
        "pilot_confirmed" if status is PilotStatus.ACTIVE else "pilot_returned",
        "pilot",
        pilot.id,
        before={"status": pilot.status.value},
        after=after,
        pilot_id=pilot.id,
        stream=desk.tenant_code,
        actor=checker,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmDesignation:
    """Check a waiting designation as the second person: the pilot is in force. R6.3."""

    permission: ClassVar[Permission] = Permission.DESIGNATION_CHECK
    tenant_code: str
    pilot_id: int

    def run(self, desk: Desk) -> Sequence[Fact]:
        pilot = load_pilot(desk, self.pilot_id)
        return [check_designation(desk, pilot, PilotStatus.ACTIVE, desk.actor)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnDesignation:
    """Return a waiting designation with the reason."""

    permission: ClassVar[Permission] = Permission.DESIGNATION_CHECK
    tenant_code: str
    pilot_id: int
    reason: str

    def run(self, desk: Desk) -> Sequence[Fact]:
        if not self.reason.strip():
            raise Required("退回时请写明理由。", field="reason")
        pilot = load_pilot(desk, self.pilot_id)
        return [check_designation(desk, pilot, PilotStatus.RETURNED, desk.actor, self.reason)]
