"""Imports as they are kept: their reports, and the sheet once more with what is wrong beside each row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath
from typing import ClassVar

from ledger.desk import Desk
from ledger.domain.access import Permission
from ledger.domain.errors import NotFound
from ledger.exchange import store
from ledger.exchange.errors_book import write_errors_book
from ledger.exchange.report import Report, read_report
from ledger.exchange.templates import Kind


@dataclass(frozen=True, slots=True)
class ImportView:
    """An uploaded file with its report; `status` is checked or confirmed."""

    id: int
    kind: Kind
    file_name: str
    sha256: str
    status: str
    made_by: int
    made_by_name: str
    made_at: datetime
    confirmed_at: datetime | None
    report: Report


def view_of(kept: store.StoredImport) -> ImportView:
    """A kept file with its report read."""
    return ImportView(
        id=kept.id,
        kind=Kind(kept.kind),
        file_name=kept.file_name,
        sha256=kept.sha256,
        status=kept.status,
        made_by=kept.made_by,
        made_by_name=kept.made_by_name,
        made_at=kept.made_at,
        confirmed_at=kept.confirmed_at,
        report=read_report(kept.report),
    )


def own(desk: Desk, import_id: int) -> ImportView:
    """An import of the asker's own.

    Raises:
        NotFound: unknown, another tenant's, or somebody else's.
    """
    kept = store.load_file(desk, import_id)
    if kept.made_by != desk.actor.person_id:
        raise NotFound()
    return view_of(kept)


@dataclass(frozen=True, slots=True)
class ImportReport:
    """One import of the asker's own. Raises what `own` raises."""

    permission: ClassVar[Permission] = Permission.IMPORT
    import_id: int

    def run(self, desk: Desk) -> ImportView:
        return own(desk, self.import_id)


@dataclass(frozen=True, slots=True)
class IsConfirmed:
    """Whether this very file was imported into the asker's tenant before."""

    permission: ClassVar[Permission] = Permission.IMPORT
    sha256: str

    def run(self, desk: Desk) -> bool:
        return store.confirmed_at(desk, self.sha256) is not None


@dataclass(frozen=True, slots=True)
class ErrorsFile:
    """A workbook to download."""

    file_name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class ErrorsBook:
    """The uploaded sheet of an import of the asker's own with a 错误说明 column, rows where they were."""

    permission: ClassVar[Permission] = Permission.IMPORT
    import_id: int

    def run(self, desk: Desk) -> ErrorsFile:
        view = own(desk, self.import_id)
        content = write_errors_book(store.load_content(desk, self.import_id), view.report.refused)
        return ErrorsFile(f"{PurePath(view.file_name).stem}-错误表.xlsx", content)
