"""A fact's plain values as people read them: money in yuan, choices by their labels, personal ones if still there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _

from ledger.audit.queries_record_entries import Event
from ledger.domain import baselines
from ledger.domain.baselines import FIELDS, FieldKind
from ledger.domain.money import Money, yuan
from ledger.http.locale import LIST_BREAK
from ledger.identity.queries import DIVISIONS, PROVINCE_ROW, TENANTS

_DIVISIONS = {row.code: row.name for row in DIVISIONS}
_PLACES = {row.code: row.name for row in (PROVINCE_ROW, *TENANTS)}


def place_name(code: str | None) -> str:
    """A tenant's name, or the code where it is no tenant's."""
    return _PLACES.get(code or "", code or "")


def list_of(value: Any) -> list[Any]:
    """A list, empty where the value is none."""
    return value if isinstance(value, list) else []


def listed(names: Sequence[str]) -> str:
    """Names in a row, as the reader's language has it."""
    return str(_(LIST_BREAK)).join(names)


def told_value(event: Event, value: Any) -> str:
    """A plain value in words; empty where it is nothing."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return str(_("是")) if value else str(_("否"))
    if isinstance(value, dict) and set(value) == {"commitment"}:
        known = event.personal.get(str(value["commitment"]))
        return str(_("已删除")) if known is None else known
    if isinstance(value, list):
        return listed([told_value(event, one) for one in value])
    if isinstance(value, dict):
        return listed([f"{name}={told_value(event, one)}" for name, one in value.items()])
    return str(value)


def told_money(value: Any) -> str:
    """Fen as yuan; what is no number as it stands."""
    text = str(value)
    return yuan(Money(int(text))) if text.removeprefix("-").isascii() and text.removeprefix("-").isdigit() else text


def baseline_value(event: Event, name: str, stored: Any) -> str:
    """A value of a baseline in words."""
    field = FIELDS.get(name)
    if field is None or (isinstance(stored, dict) and set(stored) == {"commitment"}):
        return told_value(event, stored)
    try:
        value = baselines.from_json(field, stored)
    except ValueError:
        return told_value(event, stored)
    if field.kind is FieldKind.PLACE and value:
        return _DIVISIONS.get(str(value), str(value))
    if field.kind is FieldKind.CHOICE and value:
        return str(_(dict(field.choices).get(str(value), str(value))))
    return baselines.shown(field, value)


def baseline_label(name: str) -> str:
    """A field of a baseline by its label."""
    return str(_(FIELDS[name].label)) if name in FIELDS else name
