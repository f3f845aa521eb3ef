"""The journal as a file for `verify_journal.py`: entries, then the positions and documents to hold against them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from ledger.audit.queries_reach import Reaching
from ledger.audit.queries_verify import BATCH, Head, entries_of, stream_heads
from ledger.database import instant_text
from ledger.desk import Desk
from ledger.domain.access import PROVINCE, Permission
from ledger.domain.errors import NotFound
from ledger.domain.money import Money
from ledger.journal import Fact
from ledger.tenancy import Constant

_PAGE = " AND {key} > :after ORDER BY {key} LIMIT :count"


def _paged(columns: str, table: str, key: str) -> Reaching:
    page = _PAGE.format(key=key)
    return Reaching(f"SELECT {key} AS id, {columns} FROM {table} WHERE tenant_code {{reach}}{page}")


_POSITIONS = {
    "pilot": _paged("cap, awarded", "pilot_position", "pilot_id"),
    "line": _paged("awarded, allocated", "line_position", "line_id"),
    "allocation": _paged(
        "allocated, waiting, disbursed, recovered_undisbursed, spent, recovered_disbursed, accepted",
        "allocation_position",
        "allocation_id",
    ),
}
_DOCUMENTS = _paged("kind, status, amount, allocation_id", "document", "id")
_FUND_LINES = Constant("SELECT fiscal_year AS id, awarded FROM fund_line ORDER BY fiscal_year", province_wide=True)


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written: the file, its streams' heads, and how many lines of each sort."""

    path: Path
    streams: tuple[Head, ...]
    entries: int
    positions: int
    documents: int


@dataclass(frozen=True, slots=True)
class ExportJournal:
    """Write the journal in reach, or one tenant's, to `path`; the export is an entry of its own.

    Read a batch at a time within one snapshot, so that a posting meanwhile does not part
    the entries from the positions.

    Raises:
        NotFound: `of_tenant` is unknown or another tenant's.
        OSError: the file cannot be written; nothing is left behind.
    """

    permission: ClassVar[Permission] = Permission.JOURNAL_READ
    across: ClassVar[bool] = True
    one_snapshot: ClassVar[bool] = True
    path: Path
    of_tenant: str | None = None

    def run(self, desk: Desk) -> Exported:
        heads = stream_heads(desk, self.of_tenant)
        if not heads:
            raise NotFound()
        counts: Counter[str] = Counter()
        draft = self.path.with_name(f"{self.path.name}.part")
        try:
            with draft.open("w", encoding="utf-8", newline="\n") as file:
                for line in _lines(desk, [head.stream for head in heads], counts):
                    file.write(json.dumps(line, ensure_ascii=False) + "\n")
            draft.replace(self.path)
        finally:
            draft.unlink(missing_ok=True)
        return Exported(self.path, tuple(heads), counts["entry"], counts["position"], counts["document"])

    def fact(self, answer: Exported) -> Fact:
        """The entry that says who took which streams away."""
        streams = [head.stream for head in answer.streams]
        after = {"streams": streams, "entries": str(answer.entries)}
        return Fact("journal_exported", "journal", self.of_tenant or ",".join(streams), after=after)


def _lines(desk: Desk, streams: list[str], counts: Counter[str]) -> Iterator[dict[str, Any]]:
    head: dict[str, Any] = {"format": "grant-ledger-journal", "version": 1, "streams": streams}
    yield {**head, "exported_at": instant_text(desk.now)}
    for sort, lines in (
        ("entry", _entry_lines(desk, streams)),
        ("position", _position_lines(desk, streams)),
        ("document", _document_lines(desk, streams)),
    ):
        for line in lines:
            counts[sort] += 1
            yield {"t": sort, **line}
    yield {"t": "end", "entries": counts["entry"], "positions": counts["position"], "documents": counts["document"]}


def _entry_lines(desk: Desk, streams: list[str]) -> Iterator[dict[str, Any]]:
    for stream in streams:
        for row in entries_of(desk, stream):
            yield {"stream": stream, "seq": row.seq, "hash": row.hash, "payload": row.payload}


def _position_lines(desk: Desk, streams: list[str]) -> Iterator[dict[str, Any]]:
    for level, statement in _POSITIONS.items():
        for stream in streams:
            for row in _all(desk, statement, stream):
                yield {"level": level, "stream": stream, **_plain(row)}
    # One tenant's own export cannot give the sum of a line that all tenants share.
    if len(streams) > 1:
        for row in desk.rows(_FUND_LINES):
            yield {"level": "fund_line", "stream": PROVINCE, **_plain(row)}


def _document_lines(desk: Desk, streams: list[str]) -> Iterator[dict[str, Any]]:
    for stream in streams:
        for row in _all(desk, _DOCUMENTS, stream):
            line = {"stream": stream, **_plain(row)}
            yield {"amount_fen" if name == "amount" else name: value for name, value in line.items()}


def _all(desk: Desk, statement: Reaching, stream: str) -> Iterator[Any]:
    after = -1
    while rows := statement.rows(desk, stream, after=after, count=BATCH):
        yield from rows
        after = rows[-1].id


def _plain(row: Any) -> dict[str, str]:
    """A row's columns as text, fen for money; what is empty is left out."""
    shown = {name: value.fen if isinstance(value, Money) else value for name, value in row._mapping.items()}
    return {name: str(value) for name, value in shown.items() if value is not None}
