"""What is told of a workbook: words kept as template and values, so that each reader has them in their language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ledger.domain.errors import LedgerError, Value
from ledger.domain.money import Money, yuan

ORDER = (
    "required",
    "amount_format",
    "amount_sign",
    "amount_scale",
    "amount_zero",
    "date",
    "future",
    "uscc_check",
    "not_found",
    "project",
    "document_unknown",
    "before_allocation",
    "payee",
    "voucher_duplicate",
    "invalid",
)
"""Which fault of a row is shown: the first of these, then the limits."""


DOUBLES = ("voucher_duplicate", "conflict")
"""Faults of rows that seem to be in the file, or in the ledger, already."""


@dataclass(frozen=True, slots=True)
class Words:
    """A sentence: `template` holds `{name}` places for `values`; as text it is Chinese, money in yuan.

    Without `values` it was kept by an older version, as its text alone.
    """

    template: str
    values: Mapping[str, Value] | None

    def __str__(self) -> str:
        if self.values is None:
            return self.template
        return self.template.format(**{k: yuan(v) if isinstance(v, Money) else v for k, v in self.values.items()})

    def kept(self) -> dict[str, Any]:
        """The words as they are kept in a report."""
        values = {k: {"fen": str(v.fen)} if isinstance(v, Money) else v for k, v in (self.values or {}).items()}
        return {"template": self.template, "values": None if self.values is None else values}


def words(template: str, **values: Value) -> Words:
    """The sentence of a template with its values."""
    return Words(template, values)


def read_words(kept: Mapping[str, Any] | str) -> Words:
    """Read what `Words.kept` wrote, or the text that an older report has in its place."""
    if isinstance(kept, str):
        return Words(kept, None)
    values = kept["values"]
    if values is not None:
        values = {k: Money(int(v["fen"])) if isinstance(v, dict) else v for k, v in values.items()}
    return Words(kept["template"], values)


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a row is refused: the sheet's own row number and header, a code of the contract, words, and the cell."""

    row: int
    column: str
    code: str
    words: Words
    value: str

    @property
    def message(self) -> str:
        """The words in Chinese."""
        return str(self.words)

    @property
    def is_double(self) -> bool:
        """Whether the row seems to be there already, rather than wrong."""
        return self.code in DOUBLES


def fault_of(row: int, column: str, error: LedgerError, value: str) -> Fault:
    """A refusal as the fault of a row in a column, where `value` stands."""
    return Fault(row, column, error.code, Words(error.template, error.values), value)


def first_fault(*faults: Fault | None) -> Fault | None:
    """Of several faults of one row, the one that is shown; at one rank, the one given first."""
    return min((fault for fault in faults if fault is not None), key=_rank, default=None)


def _rank(fault: Fault) -> int:
    return ORDER.index(fault.code) if fault.code in ORDER else len(ORDER)
