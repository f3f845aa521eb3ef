"""New values as they are typed: each kind of field read, and one spelling of each given back."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ledger.domain import amounts, dates
from ledger.domain.amounts import BLANKS
from ledger.domain.baselines import clean_value
from ledger.domain.changes import BaselineField, FieldKind, Lines, Value
from ledger.domain.errors import Invalid, LedgerError
from ledger.domain.money import Money, yuan

_LINE = re.compile(r"(?P<purpose>.*\S)[\s：:]+(?P<amount>[0-9０-９][0-9０-９,，.．]*)\s*元?", re.DOTALL)


def entry(name: str) -> str:
    """The input that holds the new value of a field."""
    return f"new_{name}"


def tick(name: str) -> str:
    """The box that says that a field changes."""
    return f"tick_{name}"


def read_value(field: BaselineField, text: str) -> Value:
    """What `text` says for `field`, normalised; blank is None, or no lines.

    Raises:
        BadValue, Invalid: the error's `field` is the baseline field's name.
    """
    if not text.strip(BLANKS):
        return () if field.kind is FieldKind.LINES else None
    try:
        return clean_value(field, _read(field, text))
    except LedgerError as error:
        error.field = field.name
        raise


def _read(field: BaselineField, text: str) -> Value:
    if field.kind is FieldKind.MONEY:
        return amounts.parse_typed(text)
    if field.kind is FieldKind.DATE:
        return dates.parse_typed_date(text, field.name)
    return _lines(field, text) if field.kind is FieldKind.LINES else text


def _lines(field: BaselineField, text: str) -> Lines:
    found: list[tuple[str, Money]] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip(BLANKS):
            continue
        match = _LINE.fullmatch(line.strip(BLANKS))
        if match is None:
            raise Invalid(
                "第 {line} 行没有读懂。每行写一项用途，空一格，再写金额，例如：设备购置 1,200,000.00。",
                field=field.name,
                line=number,
            )
        found.append((match["purpose"].strip(BLANKS), amounts.parse_typed(match["amount"])))
    return tuple(found)


def typed_as(value: Value) -> str:
    """A value as its input holds it; `read_value` reads it back."""
    if isinstance(value, Money):
        return yuan(value)
    if isinstance(value, tuple):
        return "\n".join(f"{purpose} {yuan(amount)}" for purpose, amount in value)
    return "" if value is None else str(value)


def is_ticked(typed: Mapping[str, str], name: str) -> bool:
    """Whether the form says that a field changes."""
    return bool(typed.get(tick(name)))
