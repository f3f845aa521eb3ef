"""Many disbursements at once: each is checked as a single one is, then all are stored and posted in parts."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.desk import Desk
from ledger.domain.access import Actor
from ledger.domain.documents import DocumentKind
from ledger.funds import store, store_entries
from ledger.funds.commands_disbursement import DisbursementBook, DisbursementDraft
from ledger.funds.commands_posting import disbursement_entry
from ledger.funds.store import StoredDocument
from ledger.funds.store_entries import EntryRow
from ledger.journal import Fact

PART = 1_000
"""Documents that are held in full at one time: a large book is written in such parts."""


class DisbursementBatch:
    """Disbursements of one book: only their drafts are kept, documents and facts are made where they are written."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._book = DisbursementBook(desk, many=True)
        self._planned: list[DisbursementDraft] = []
        self._numbers: list[str] = []
        self._first_id = self._first_entry_id = 0

    def __len__(self) -> int:
        return len(self._planned)

    def plan(self, draft: DisbursementDraft) -> None:
        """Check one draft in sight of those before it. Raises what `DisbursementBook.plan` raises."""
        self._book.check(draft)
        self._planned.append(draft)

    def store(self, checker: Actor | None) -> None:
        """Store what was planned, and post it where there is a checker.

        Raises:
            ExceedsAllocated: money left an allocation since the drafts were checked.
        """
        self._book.lock()
        desk, count = self._desk, len(self._planned)
        self._numbers = store.take_numbers(desk, DocumentKind.DISBURSEMENT, desk.today.year, count)
        self._first_id, self._first_entry_id = desk.new_ids(count), desk.new_ids(count)
        for start in range(0, count, PART):
            part = range(start, min(start + PART, count))
            documents = [self._document(at) for at in part]
            store.write_documents(desk, documents)
            if checker is not None:
                store_entries.write_entries(
                    desk, [self._entry(at, one, checker) for at, one in zip(part, documents, strict=True)]
                )

    def facts(self, checker: Actor | None) -> Iterator[Fact]:
        """What `store` with the same checker did: each document is recorded, then approved."""
        for at in range(len(self._planned)):
            document = self._document(at)
            yield store.fact(document, "recorded")
            if checker is not None:
                row = self._entry(at, document, checker)
                yield store_entries.posted_fact(document, [row], checker, self._desk.now)

    def _document(self, at: int) -> StoredDocument:
        return self._book.document(self._planned[at], id=self._first_id + at, number=self._numbers[at])

    def _entry(self, at: int, document: StoredDocument, checker: Actor) -> EntryRow:
        entry = disbursement_entry(document, document.line_id or 0)
        return store_entries.entry_row(document, entry, self._first_entry_id + at, checker, self._desk.now)
