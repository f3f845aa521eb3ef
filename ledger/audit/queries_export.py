"""The journal as a file for `verify_journal.py`: checkpoints, entries, then the tables to hold against them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
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


def _paged(columns: str, table: str, key: str, only: str = "") -> Reaching:
    page = _PAGE.format(key=key)
    return Reaching(f"SELECT {key} AS id, {columns} FROM {table} WHERE tenant_code {{reach}}{only}{page}")


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
# A reversed movement and its reversal come to nothing: what is held against the journal are those that stand.
_POSTINGS = _paged(
    "from_stage, to_stage, amount, fiscal_year, pilot_id, line_id, allocation_id AS allocation, disbursement_id",
    "entry e",
    "id",
    " AND reverses_id IS NULL AND NOT EXISTS"
    " (SELECT 1 FROM entry r WHERE r.tenant_code = e.tenant_code AND r.reverses_id = e.id)",
)
_BASELINES = _paged("subject_type, subject_id, version, content", "baseline_version", "id")
_SUBJECTS = {
    "pilot": _paged("name AS unit_name, uscc", "pilot", "id"),
    "project": _paged(
        "name, code, no_code_reason, owner_name, owner_uscc, investment, start_on, finish_on", "project", "id"
    ),
}
_CHECKPOINTS = _paged("note", "checkpoint", "size")
_NAMED = {
    "amount": "amount_fen",
    "from_stage": "from",
    "to_stage": "to",
    "fiscal_year": "fund_year",
    "pilot_id": "pilot",
    "line_id": "line",
    "disbursement_id": "disbursement",
}
"""What columns are called in the export, where the journal's entries name them so."""
_COUNTED = {
    "checkpoints": "checkpoint",
    "entries": "entry",
    "positions": "position",
    "documents": "document",
    "postings": "posting",
    "baselines": "baseline",
    "subjects": "subject",
}
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
                    file.write(f"{line}\n")
            draft.replace(self.path)
        finally:
            draft.unlink(missing_ok=True)
        return Exported(self.path, tuple(heads), counts["entry"], counts["position"], counts["document"])

    def fact(self, answer: Exported) -> Fact:
        """The entry that says who took which streams away."""
        streams = [head.stream for head in answer.streams]
        after = {"streams": streams, "entries": str(answer.entries)}
        return Fact("journal_exported", "journal", self.of_tenant or ",".join(streams), after=after)


def _lines(desk: Desk, streams: list[str], counts: Counter[str]) -> Iterator[str]:
    head = {"format": "grant-ledger-journal", "version": 2, "streams": streams}
    yield _json({**head, "exported_at": instant_text(desk.now)})
    for sort, lines in (
        ("checkpoint", _checkpoint_lines(desk, streams)),
        ("entry", _entry_lines(desk, streams)),
        ("position", _position_lines(desk, streams)),
        ("document", _rows_of(desk, _DOCUMENTS, streams)),
        ("posting", _rows_of(desk, _POSTINGS, streams)),
        ("baseline", _baseline_lines(desk, streams)),
        ("subject", _subject_lines(desk, streams)),
    ):
        for line in lines:
            counts[sort] += 1
            yield f'{{"t":"{sort}",{line[1:]}'
    yield _json({"t": "end", **{name: counts[sort] for name, sort in _COUNTED.items()}})


def _json(line: Mapping[str, Any]) -> str:
    return json.dumps(line, ensure_ascii=False, separators=(",", ":"))


def _checkpoint_lines(desk: Desk, streams: list[str]) -> Iterator[str]:
    for stream in streams:
        for row in _all(desk, _CHECKPOINTS, stream):
            yield _json({"stream": stream, "size": row.id, "note": row.note})


def _entry_lines(desk: Desk, streams: list[str]) -> Iterator[str]:
    for stream in streams:
        for row in entries_of(desk, stream):
            place = _json({"stream": stream, "seq": row.seq, "hash": row.hash})
            yield f'{place[:-1]},"payload":{_verbatim(row.payload)}}}'


def _verbatim(payload: str) -> str:
    """A payload as it is stored: the bytes that are hashed. What cannot stand in a line alone is no entry of ours."""
    return payload if payload.startswith("{") and "\n" not in payload else json.dumps(payload)


def _position_lines(desk: Desk, streams: list[str]) -> Iterator[str]:
    for level, statement in _POSITIONS.items():
        for stream in streams:
            for row in _all(desk, statement, stream):
                yield _json({"level": level, "stream": stream, **_plain(row)})
    # One tenant's own export cannot give the sum of a line that all tenants share.
    if len(streams) > 1:
        for row in desk.rows(_FUND_LINES):
            yield _json({"level": "fund_line", "stream": PROVINCE, **_plain(row)})


def _rows_of(desk: Desk, statement: Reaching, streams: list[str]) -> Iterator[str]:
    """Rows under the names that the journal has for their columns."""
    for stream in streams:
        for row in _all(desk, statement, stream):
            plain = _plain(row)
            yield _json({"stream": stream, **{_NAMED.get(name, name): value for name, value in plain.items()}})


def _baseline_lines(desk: Desk, streams: list[str]) -> Iterator[str]:
    for stream in streams:
        for row in _all(desk, _BASELINES, stream):
            place = {"subject": row.subject_type, "id": str(row.subject_id), "version": str(row.version)}
            yield _json({"stream": stream, **place, "values": _content(row.content)})


def _content(stored: str) -> Any:
    try:
        return json.loads(stored)
    except ValueError:
        return stored


def _subject_lines(desk: Desk, streams: list[str]) -> Iterator[str]:
    """What the columns of pilots and projects say that follow their newest baselines."""
    for subject, statement in _SUBJECTS.items():
        for stream in streams:
            for row in _all(desk, statement, stream):
                values = {name: _value(value) for name, value in row._mapping.items() if name != "id"}
                yield _json({"stream": stream, "subject": subject, "id": str(row.id), "values": values})


def _all(desk: Desk, statement: Reaching, stream: str) -> Iterator[Any]:
    after = -1
    while rows := statement.rows(desk, stream, after=after, count=BATCH):
        yield from rows
        after = rows[-1].id


def _plain(row: Any) -> dict[str, str]:
    """A row's columns as text, fen for money; what is empty is left out."""
    shown = {name: _value(value) for name, value in row._mapping.items()}
    return {name: value for name, value in shown.items() if value is not None}


def _value(value: object) -> str | None:
    if value is None:
        return None
    return str(value.fen if isinstance(value, Money) else value)
