"""The import of a workbook: one path for page, API and command line; all rows or none unless asked otherwise."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import ClassVar

from ledger.desk import Desk
from ledger.domain.access import Actor, Permission, check_permission, check_reach, check_second_person
from ledger.domain.errors import Conflict, LedgerError, NotFound
from ledger.exchange import store
from ledger.exchange.commands_designation_rows import DesignationRows
from ledger.exchange.commands_money_rows import AllocationRows, AwardRows, DisbursementRows
from ledger.exchange.commands_rows import RowPlanner
from ledger.exchange.report import Report, Spelling, Upload, spellings
from ledger.exchange.rows import BookReader, ReadRow
from ledger.exchange.templates import Kind
from ledger.exchange.words import words
from ledger.exchange.workbook import HEADER_WITHIN_ROWS, Sheet, read_sheet
from ledger.journal import Fact

PERMISSIONS = {
    Kind.DESIGNATION: (Permission.DESIGNATION_RECORD, Permission.DESIGNATION_CHECK),
    Kind.AWARDS: (Permission.AWARD_RECORD, Permission.AWARD_CHECK),
    Kind.ALLOCATIONS: (Permission.ALLOCATION_RECORD, Permission.ALLOCATION_CHECK),
    Kind.DISBURSEMENTS: (Permission.DISBURSEMENT_RECORD, Permission.DISBURSEMENT_CHECK),
}
"""Who may import a kind, and who may be its checker."""

_PLANNERS: dict[Kind, Callable[[Desk, str | None], RowPlanner]] = {
    Kind.AWARDS: AwardRows,
    Kind.ALLOCATIONS: AllocationRows,
    Kind.DISBURSEMENTS: DisbursementRows,
}
_SEEN = "这个文件已在 {day} 导入过。请核对是否重复。"
_BATCH = re.compile(r"[0-9]{4}\s*年第[一二三四五六七八九十百0-9]+批")


class NotStored(LedgerError):
    """Nothing was written: rows were refused and not left out, or it was a trial. `report` says which and why."""

    def __init__(self, template: str, report: Report) -> None:
        super().__init__(template, field="file", rows=report.rows, refused=len(report.refused))
        self.report = report


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckImport:
    """Read a workbook and plan every row against the ledger; keep the file and its report, and nothing else.

    `target_code` limits the rows to one tenant; outside the province it can only be one's own.
    """

    kind: Kind
    upload: Upload
    target_code: str | None = None

    @property
    def permission(self) -> Permission:
        return PERMISSIONS[self.kind][0]

    def run(self, desk: Desk) -> Sequence[Fact]:
        planned = _Import(desk, self.kind, self.upload, self.target_code)
        import_id = desk.new_id()
        planned.keep(import_id, store.CHECKED, planned.report)
        return [planned.fact(import_id, "import_checked", planned.report)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmImport:
    """Plan a checked workbook again and store it: its rows wait for their check, or `checker` posts them.

    Raises:
        NotFound: not the asker's own. NotStored: rows are refused and not `only_good`.
        Conflict: it was confirmed already.
    """

    permission: ClassVar[Permission] = Permission.IMPORT
    records_refusal: ClassVar[bool] = True
    import_id: int
    only_good: bool = False
    checker: Actor | None = None

    def run(self, desk: Desk) -> Sequence[Fact]:
        kept = store.load_file(desk, self.import_id, lock=True)
        kind = Kind(kept.kind)
        check_permission(desk.actor, PERMISSIONS[kind][0])
        if kept.made_by != desk.actor.person_id:
            raise NotFound()
        if kept.status != store.CHECKED:
            raise Conflict("这次导入已经确认过。请刷新后查看结果。")
        upload = Upload(kept.file_name, store.load_content(desk, self.import_id))
        planned = _Import(desk, kind, upload, kept.target_code)
        report, facts = planned.store(only_good=self.only_good, checker=self.checker)
        if not store.confirm_file(desk, self.import_id, report.to_text()):
            raise Conflict("这次导入已经确认过。请刷新后查看结果。")
        return [planned.fact(self.import_id, "import_recorded", report, self.checker), *facts]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportBook:
    """Check and store a workbook in one act, as the command line does; `dry_run` goes all the way and back.

    Raises:
        NotStored: rows are refused and not `only_good`, or it was a dry run.
    """

    kind: Kind
    upload: Upload
    target_code: str | None = None
    dry_run: bool = False
    only_good: bool = False
    checker: Actor | None = None

    @property
    def permission(self) -> Permission:
        return PERMISSIONS[self.kind][0]

    @property
    def records_refusal(self) -> bool:
        return not self.dry_run

    def run(self, desk: Desk) -> Sequence[Fact]:
        planned = _Import(desk, self.kind, self.upload, self.target_code)
        if self.dry_run and planned.report.refused:
            raise NotStored("共 {rows} 行，{refused} 行有错。这只是检查，没有导入。", planned.report)
        report, facts = planned.store(only_good=self.only_good, checker=self.checker)
        if self.dry_run:
            # Raised after everything was written: the database has agreed to it as well, and takes it back.
            raise NotStored("共 {rows} 行，都可以导入。这只是检查，没有导入。", replace(report, stored=0))
        import_id = desk.new_id()
        planned.keep(import_id, store.CONFIRMED, report)
        return [planned.fact(import_id, "import_recorded", report, self.checker), *facts]


class _Import:
    """A workbook whose rows are planned, in the transaction that will store them."""

    def __init__(self, desk: Desk, kind: Kind, upload: Upload, target_code: str | None) -> None:
        check_reach(desk.actor, target_code or desk.tenant_code)
        self._desk = desk
        self._kind = kind
        self._upload = upload
        self._target_code = target_code
        self._home = desk.tenant_code
        if kind is Kind.DISBURSEMENTS and target_code not in (None, self._home):
            raise NotFound(field="target_code")
        seen_at = store.confirmed_at(desk, upload.sha256)
        sheet = read_sheet(upload.content)
        reader = BookReader(kind, sheet, desk.today)
        read_otherwise: list[Spelling] = []
        self._planner = _planner(desk, kind, target_code, sheet)
        self._planner.plan(_noting(reader, read_otherwise))
        desk.go_to(self._home)
        again = [] if seen_at is None else [words(_SEEN, day=desk.day_of(seen_at).isoformat())]
        self.report = Report(
            rows=self._planner.rows,
            accepted=self._planner.accepted,
            stored=0,
            refused=tuple(self._planner.faults[number] for number in sorted(self._planner.faults)),
            warnings=(*again, *reader.warnings, *self._planner.warnings),
            normalised=tuple(read_otherwise),
        )

    def store(self, *, only_good: bool, checker: Actor | None) -> tuple[Report, list[Fact]]:
        """Write the faultless rows, and post them where there is a checker.

        Raises:
            NotStored, MakerIsChecker, NotPermitted.
        """
        if checker is not None:
            check_reach(checker, self._home)
            check_permission(checker, PERMISSIONS[self._kind][1])
            check_second_person(self._desk.actor.person_id, checker.person_id)
        if self.report.refused and not only_good:
            raise NotStored("共 {rows} 行，{refused} 行有错，全部没有导入。请改好再传，或只导入其余各行。", self.report)
        if self.report.refused and not self.report.accepted:
            raise NotStored("共 {rows} 行，{refused} 行有错，没有可以导入的行。请改好再传。", self.report)
        warned = len(self._planner.warnings)
        facts = self._planner.store(checker)
        self._desk.go_to(self._home)
        warnings = (*self.report.warnings, *self._planner.warnings[warned:])
        return replace(self.report, stored=self.report.accepted, warnings=warnings), facts

    def keep(self, import_id: int, status: str, report: Report) -> None:
        """Keep the file with its report in the importer's tenant."""
        store.add_file(
            self._desk,
            id=import_id,
            kind=self._kind.value,
            file_name=self._upload.file_name,
            sha256=self._upload.sha256,
            content=self._upload.content,
            target_code=self._target_code,
            report=report.to_text(),
            status=status,
            made_by=self._desk.actor.person_id,
            made_by_name=self._desk.actor.name,
            made_at=self._desk.now,
            confirmed_at=self._desk.now if status == store.CONFIRMED else None,
        )

    def fact(self, import_id: int, kind: str, report: Report, checker: Actor | None = None) -> Fact:
        """The import as a whole, in the importer's stream."""
        after = {
            "kind": self._kind.value,
            "file_name": self._upload.file_name,
            "sha256": self._upload.sha256,
            "rows": str(report.rows),
            "accepted": str(report.accepted),
            "stored": str(report.stored),
        }
        if checker is not None:
            after["checked_by"] = str(checker.person_id)
        return Fact(kind, "import", import_id, after=after, stream=self._home)


def _noting(rows: Iterable[ReadRow], spelled: list[Spelling]) -> Iterator[ReadRow]:
    """The rows one by one, while what was read otherwise than it stood is noted."""
    for row in rows:
        spelled += spellings(row)
        yield row


def _planner(desk: Desk, kind: Kind, target_code: str | None, sheet: Sheet) -> RowPlanner:
    if kind is Kind.DESIGNATION:
        return DesignationRows(desk, target_code, _batch(sheet))
    return _PLANNERS[kind](desk, target_code)


def _batch(sheet: Sheet) -> str:
    """The batch that the title of a designation list names, or nothing."""
    for _, cells in islice(sheet.rows(), HEADER_WITHIN_ROWS):
        found = _BATCH.search(" ".join(str(cell) for cell in cells))
        if found is not None:
            return "".join(found[0].split())
    return ""
