"""What a new report is about: the pilots and projects of a tenant, the types in use, and the present values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from ledger.changes.queries_shown import words_of
from ledger.desk import Desk
from ledger.domain.access import Permission
from ledger.domain.baselines import FIELDS, BaselineSubject, Value, from_json
from ledger.domain.changes import RULES, ChangeType, in_use
from ledger.domain.errors import NotFound
from ledger.pilots.store import load_pilot, load_projects, policy_in_force
from ledger.pilots.store_baselines import newest
from ledger.tenancy import Constant

_PILOTS = Constant(
    "SELECT id, name FROM pilot WHERE tenant_code = :tenant_code AND status NOT IN ('waiting', 'returned')"
    " ORDER BY name, id"
)


@dataclass(frozen=True, slots=True)
class Choices:
    """Designated pilots and the projects of the chosen one, as (id, name), and the types that the policy lists."""

    pilots: Sequence[tuple[int, str]]
    projects: Sequence[tuple[int, str]]
    types: Sequence[ChangeType]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListChoices:
    """What a report may be about; an unknown `pilot_id` has no projects. Q19."""

    permission: ClassVar[Permission] = Permission.CHANGE_RECORD
    tenant_code: str
    pilot_id: int = 0

    def run(self, desk: Desk) -> Choices:
        pilots = [(row.id, row.name) for row in desk.rows(_PILOTS)]
        projects = load_projects(desk, self.pilot_id) if self.pilot_id in dict(pilots) else []
        codes = policy_in_force(desk, desk.today).switches.change_types
        return Choices(pilots, [(one.id, one.name) for one in projects], in_use(codes))


@dataclass(frozen=True, slots=True)
class Subject:
    """What a report changes, as it is now: `values` of the type's fields, and the same in words."""

    pilot_id: int
    pilot_name: str
    project_id: int | None
    project_name: str
    version: int
    values: Mapping[str, Value]
    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class GetSubject:
    """The present values of the fields that a type changes; a pilot's only project is found without being named.

    Raises:
        NotFound: the pilot or the project is unknown, or another tenant's.
    """

    permission: ClassVar[Permission] = Permission.CHANGE_RECORD
    tenant_code: str
    pilot_id: int
    project_id: int | None
    type: ChangeType

    def run(self, desk: Desk) -> Subject:
        pilot, rule = load_pilot(desk, self.pilot_id), RULES[self.type]
        project_id, name = None, ""
        if rule.subject is BaselineSubject.PROJECT:
            project_id, name = self._project(desk)
        base = newest(desk, rule.subject, pilot.id if project_id is None else project_id)
        stored = {each: base.content.get(each) for each in rule.fields}
        return Subject(
            pilot.id,
            pilot.name,
            project_id,
            name,
            base.version,
            {each: from_json(FIELDS[each], value) for each, value in stored.items()},
            {each: words_of(desk, FIELDS[each], value) for each, value in stored.items()},
        )

    def _project(self, desk: Desk) -> tuple[int, str]:
        found = load_projects(desk, self.pilot_id)
        chosen = [one for one in found if one.id == self.project_id] or (found if self.project_id is None else [])
        if len(chosen) != 1:
            raise NotFound(field="project_id")
        return chosen[0].id, chosen[0].name
