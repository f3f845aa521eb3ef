"""From read rows to the ledger: what each row names is found, checked as a single act is, and stored.

The same books check the rows as check a form or an API call. A refused row reserves nothing.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

from ledger.desk import Desk
from ledger.domain.access import Actor
from ledger.domain.errors import LedgerError, NotFound
from ledger.exchange import store
from ledger.exchange.rows import ReadRow
from ledger.exchange.words import Fault, Words, first_fault, words
from ledger.journal import Fact
from ledger.pilots.store import StoredPilot, StoredProject, find_pilot, load_projects, project_of

V = TypeVar("V")

_COLUMNS = {"pilot_id": "uscc", "award_id": "uscc", "allocation_id": "document_no", "lines": "project_code"}
"""Where a refusal is shown whose field is no column of the sheet."""


def known(row: ReadRow, key: str, kind: type[V]) -> V | None:
    """A row's value where it was readable and filled in, else None."""
    value = row.values.get(key)
    return value if isinstance(value, kind) else None


def given(row: ReadRow, key: str, kind: type[V]) -> V:
    """A required value of a row that has no fault."""
    value = known(row, key, kind)
    if value is None:
        raise TypeError(f"row {row.number} has no fault and no {key}")
    return value


def fault_of(row: ReadRow, error: LedgerError) -> Fault:
    """A refusal as the row's fault, in the column that it speaks of."""
    key = _COLUMNS.get(error.field or "", error.field or "")
    return row.fault_at(key if key in row.headers else "uscc", error)


class Places:
    """Finds the tenant, pilot and project that a row names; each is asked for once."""

    def __init__(self, desk: Desk, target_code: str | None) -> None:
        self._desk = desk
        self._target_code = target_code
        self._codes = store.tenant_codes(desk)
        self._pilots: dict[tuple[str, str], StoredPilot | None] = {}
        self._projects: dict[int, list[StoredProject]] = {}

    def enter(self, row: ReadRow) -> bool:
        """Go to the row's tenant, by its name alone; a sheet without that column stays where it is.

        Raises:
            NotFound: no such tenant, or not the one that the import is for.
        """
        if "tenant_name" not in row.headers:
            return True
        name = known(row, "tenant_name", str)
        if name is None:
            return False
        code = self._codes.get(name)
        if code is None or self._target_code not in (None, code):
            raise NotFound("没有找到市（州）“{name}”。请照模板填写全称，例如 长春市。", field="tenant_name", name=name)
        self._desk.go_to(code)
        return True

    def pilot(self, uscc: str) -> StoredPilot:
        """The tenant's pilot; another tenant's is answered as an unknown one.

        Raises:
            NotFound.
        """
        place = (self._desk.tenant_code, uscc)
        if place not in self._pilots:
            self._pilots[place] = find_pilot(self._desk, uscc)
        pilot = self._pilots[place]
        if pilot is None:
            raise NotFound("本地区没有这个统一社会信用代码的试点。请核对代码，或先由省级登记认定。", field="uscc")
        return pilot

    def project(self, pilot: StoredPilot, code: str) -> StoredProject:
        """The pilot's project with this code.

        Raises:
            ProjectMismatch.
        """
        if pilot.id not in self._projects:
            self._projects[pilot.id] = load_projects(self._desk, pilot.id)
        return project_of(self._projects[pilot.id], code)


class RowPlanner(ABC):
    """Plans the rows of one kind in sheet order and stores what passed, tenant by tenant.

    `faults` holds one fault for each refused row by its number; no other row is kept longer than its kind needs.
    """

    def __init__(self, desk: Desk, target_code: str | None = None) -> None:
        self.desk = desk
        self.places = Places(desk, target_code)
        self.faults: dict[int, Fault] = {}
        self.rows = 0
        self.warnings: list[Words] = []
        self._misnamed: list[int] = []

    def plan(self, rows: Iterable[ReadRow]) -> None:
        """Check every row; the ledger is only read."""
        for row in rows:
            self.rows += 1
            self._plan_row(row)
        self._finish()
        if self._misnamed:
            numbers = "、".join(str(number) for number in self._misnamed)
            told = words("第 {rows} 行的试点名称与台账登记的不同，以信用代码为准。请核对。", rows=numbers)
            self.warnings.append(told)

    def _plan_row(self, row: ReadRow) -> None:
        fault = row.fault
        for check in (self._check_cells, self._locate):
            try:
                check(row)
            except LedgerError as error:
                fault = first_fault(fault, fault_of(row, error))
        if fault is not None:
            self.faults[row.number] = fault
            return
        try:
            self._take(row)
        except LedgerError as error:
            self._refuse(row, error)

    @property
    def accepted(self) -> int:
        """How many rows passed."""
        return self.rows - len(self.faults)

    def _locate(self, row: ReadRow) -> None:
        if self.places.enter(row):
            self._find(row)

    def _refuse(self, row: ReadRow, error: LedgerError) -> None:
        self.faults[row.number] = fault_of(row, error)

    def _pilot(self, row: ReadRow) -> StoredPilot | None:
        uscc = known(row, "uscc", str)
        if uscc is None:
            return None
        pilot = self.places.pilot(uscc)
        name = known(row, "name", str)
        if name is not None and "".join(name.split()) != "".join(pilot.name.split()):
            self._misnamed.append(row.number)
        return pilot

    def store(self, checker: Actor | None) -> list[Fact]:
        """Store what passed, and post it where there is a checker; each fact names its tenant's stream."""
        facts = []
        for code in sorted(self._tenants()):
            self.desk.go_to(code)
            facts += [replace(fact, stream=code) for fact in self._store_here(checker)]
        return facts

    def _check_cells(self, row: ReadRow) -> None:  # noqa: B027  most kinds leave it to the reader
        """Check what the reader lets through and this import does not."""

    def _finish(self) -> None:  # noqa: B027  most kinds check row by row
        """Check what needs every row."""

    @abstractmethod
    def _find(self, row: ReadRow) -> None:
        """Find what a row names, as far as its cells could be read."""

    @abstractmethod
    def _take(self, row: ReadRow) -> None:
        """Check a readable row against the ledger and the rows before it."""

    @abstractmethod
    def _tenants(self) -> Sequence[str]:
        """The tenants that have planned rows."""

    @abstractmethod
    def _store_here(self, checker: Actor | None) -> list[Fact]:
        """Store and post what is planned in the scope's tenant."""
