"""The form of an allocation notice over several pilots: its rows, what is pasted into it, and the command."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from marshmallow import Schema, post_load
from marshmallow.fields import Field

from ledger.domain.amounts import BLANKS
from ledger.domain.dates import FIRST_YEAR, LAST_YEAR
from ledger.funds.commands_notice import NoticeLine, RecordNotice
from ledger.funds.queries_notice import MOST_LINES, FoundLine
from ledger.funds.schemas_money import NumberField
from ledger.http.converters import LARGEST_ID, TENANT_PATTERN
from ledger.http.fields import DayField, FormSchema, MoneyField, TextField, WholeField

_KEY: Final = re.compile(rf"({TENANT_PATTERN})-([1-9]\d{{0,18}})", re.ASCII)
_ROW: Final = re.compile(r"line_(\d{1,3})", re.ASCII)
MOST_PASTED: Final = 40_000
"""Characters of a pasted block."""


@dataclass(frozen=True, slots=True)
class TypedRow:
    """A row as the form sent it: which line, and what was typed for it; `place` numbers its inputs."""

    place: int
    tenant_code: str
    line_id: int

    @property
    def key(self) -> str:
        """How the form names the line."""
        return f"{self.tenant_code}-{self.line_id}"

    @property
    def input(self) -> str:
        """The input of its amount."""
        return f"amount_{self.place}"


def key_of(text: str) -> tuple[str, int] | None:
    """Tenant and id of a line as the form names it; None where it is no such name."""
    found = _KEY.fullmatch(text)
    return (found[1], min(int(found[2]), LARGEST_ID)) if found else None


def typed_rows(typed: Mapping[str, str]) -> list[TypedRow]:
    """The rows of a sent form, in the order of their numbers; each line once."""
    places = sorted(int(found[1]) for name in typed if (found := _ROW.fullmatch(name)))
    rows: dict[str, TypedRow] = {}
    for place in places[:MOST_LINES]:
        key = key_of(typed[f"line_{place}"])
        if key is not None:
            row = TypedRow(place, *key)
            rows.setdefault(row.key, row)
    return list(rows.values())


def pasted_rows(text: str) -> list[tuple[str, str]]:
    """Pairs of a name and an amount from rows copied out of a workbook; the amount is a row's last filled cell."""
    pairs = []
    for row in text[:MOST_PASTED].splitlines():
        cells = [cell.strip(BLANKS) for cell in re.split(r"\t|\s{2,}", row.strip(BLANKS)) if cell.strip(BLANKS)]
        if len(cells) == 1:
            # One space between code and amount, as when it is typed by hand.
            cells = cells[0].rsplit(" ", 1)
        if cells:
            pairs.append((cells[0], cells[-1] if len(cells) > 1 else ""))
    return pairs[:MOST_LINES]


class NoticeFormSchema(FormSchema):
    """A notice as the form sends it; `rows` and `found` say which line each row is."""

    fiscal_year = WholeField(least=FIRST_YEAR, most=LAST_YEAR, typed=True, required=True)
    document_no = NumberField()
    allocated_on = DayField(typed=True, required=True)
    step = TextField(40, typed=True, load_default="")
    add = TextField(40, typed=True, load_default="")
    remove = TextField(40, typed=True, load_default="")
    q = TextField(80, typed=True, load_default="")
    pasted = TextField(MOST_PASTED, lines=True, typed=True, load_default="")

    def __init__(self, *, rows: Sequence[TypedRow], found: Mapping[str, FoundLine], **options: Any) -> None:
        super().__init__(**options)
        self.rows, self.found = rows, found

    @post_load
    def _as_command(self, loaded: dict[str, Any], **_kw: Any) -> RecordNotice:
        lines = tuple(
            NoticeLine(
                tenant_code=row.tenant_code,
                award_id=self.found[row.key].award_id,
                project_code=self.found[row.key].code,
                amount=loaded[row.input],
            )
            for row in self.rows
        )
        names = ("fiscal_year", "document_no", "allocated_on")
        return RecordNotice(lines=lines, **{name: loaded[name] for name in names})


def notice_form(rows: Sequence[TypedRow]) -> type[Schema]:
    """The notice's schema with a line and an amount for each of its rows."""
    inputs: dict[str, Field[Any]] = {}
    for row in rows:
        inputs[f"line_{row.place}"] = TextField(40, typed=True, required=True)
        inputs[row.input] = MoneyField(typed=True, required=True)
    return NoticeFormSchema.from_dict(inputs, name="NoticeForm")
