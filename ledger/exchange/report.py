"""What came in, and what became of it: an uploaded workbook and the report on its rows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from ledger.exchange.rows import ReadRow
from ledger.exchange.words import Fault, Words, read_words


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
    warnings: tuple[Words, ...]
    normalised: tuple[Spelling, ...]

    @property
    def doubles(self) -> int:
        """How many of the refused rows seem to be there already."""
        return sum(fault.is_double for fault in self.refused)

    @property
    def wrong(self) -> int:
        """How many of the refused rows are wrong otherwise."""
        return len(self.refused) - self.doubles

    def plain(self, said: Callable[[Words], str] = str) -> dict[str, Any]:
        """The report as every face shows it in JSON; `said` tells its words, in Chinese where nothing else is asked."""
        return self._as_json(lambda words: {"message": said(words)}, said)

    def to_text(self) -> str:
        """The report as it is kept beside the file: words by template and values."""
        return json.dumps(self._as_json(Words.kept, Words.kept), ensure_ascii=False)

    def _as_json(
        self, of_fault: Callable[[Words], dict[str, Any]], of_warning: Callable[[Words], Any]
    ) -> dict[str, Any]:
        return {
            "rows": self.rows,
            "accepted": self.accepted,
            "stored": self.stored,
            "refused": [
                {"row": one.row, "column": one.column, "code": one.code, **of_fault(one.words), "value": one.value}
                for one in self.refused
            ],
            "warnings": [of_warning(one) for one in self.warnings],
            "normalised": [asdict(spelling) for spelling in self.normalised],
        }


def read_report(text: str) -> Report:
    """Read what `Report.to_text` wrote."""
    kept = json.loads(text)
    return Report(
        rows=kept["rows"],
        accepted=kept["accepted"],
        stored=kept["stored"],
        refused=tuple(_read_fault(fault) for fault in kept["refused"]),
        warnings=tuple(read_words(one) for one in kept["warnings"]),
        normalised=tuple(Spelling(**spelling) for spelling in kept["normalised"]),
    )


def _read_fault(kept: dict[str, Any]) -> Fault:
    # An older version kept the message alone.
    told = read_words(kept if "template" in kept else kept["message"])
    return Fault(kept["row"], kept["column"], kept["code"], told, kept["value"])


def spellings(row: ReadRow) -> tuple[Spelling, ...]:
    """Every cell of a row that was normalised, in sheet order."""
    return tuple(
        Spelling(row.number, row.headers.get(key, ""), raw, read) for key, (raw, read) in row.normalised.items()
    )
