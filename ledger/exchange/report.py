"""What came in, and what became of it: an uploaded workbook and the report on its rows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ledger.exchange.rows import Fault, ReadRow


class Upload:
    """A workbook as it was sent. As text it is its name and hash: its content is never written into a record."""

    def __init__(self, file_name: str, content: bytes) -> None:
        self.file_name = file_name
        self.content = content
        self.sha256 = hashlib.sha256(content).hexdigest()

    def __str__(self) -> str:
        return f"{self.file_name} sha256:{self.sha256}"


@dataclass(frozen=True, slots=True)
class Spelling:
    """A cell that was not taken as it stood: what it held, and how it was read."""

    row: int
    column: str
    value: str
    read: str


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome of an import: `accepted` counts faultless rows, `stored` what was written; one fault a row."""

    rows: int
    accepted: int
    stored: int
    refused: tuple[Fault, ...]
    warnings: tuple[str, ...]
    normalised: tuple[Spelling, ...]

    def plain(self) -> dict[str, Any]:
        """The report as every face shows it in JSON."""
        return {
            "rows": self.rows,
            "accepted": self.accepted,
            "stored": self.stored,
            "refused": [asdict(fault) for fault in self.refused],
            "warnings": list(self.warnings),
            "normalised": [asdict(spelling) for spelling in self.normalised],
        }

    def to_text(self) -> str:
        """The report as it is kept beside the file."""
        return json.dumps(self.plain(), ensure_ascii=False)


def read_report(text: str) -> Report:
    """Read what `Report.to_text` wrote."""
    kept = json.loads(text)
    return Report(
        rows=kept["rows"],
        accepted=kept["accepted"],
        stored=kept["stored"],
        refused=tuple(Fault(**fault) for fault in kept["refused"]),
        warnings=tuple(kept["warnings"]),
        normalised=tuple(Spelling(**spelling) for spelling in kept["normalised"]),
    )


def spellings(rows: Sequence[ReadRow]) -> tuple[Spelling, ...]:
    """Every cell that was normalised, in sheet order."""
    return tuple(
        Spelling(row.number, row.headers.get(key, ""), raw, read)
        for row in rows
        for key, (raw, read) in row.normalised.items()
    )
