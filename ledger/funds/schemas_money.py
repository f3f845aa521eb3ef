"""What the forms of every money entry share: the fields that its steps carry along, and a document number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from flask_babel import gettext as _
from marshmallow import ValidationError

from ledger.domain.amounts import BLANKS
from ledger.http.fields import DocumentNoField, Fault, FormSchema, TextField, WholeField

CODE: Final = 64
"""Most characters of a document number: the same as in a workbook."""
_TRAVELLERS: Final = frozenset(
    {"step", "room_seen", "confirm_small", "pilot", "award", "allocation", "disbursement", "version"}
)
_LARGEST_VERSION: Final = 10**9


class MoneyFormSchema(FormSchema):
    """The parent of entry forms; `pilot`, `award`, `allocation` and `disbursement` say what the page is about.

    `version` is that of the document which is mended.
    """

    step = TextField(40, typed=True, load_default="")
    room_seen = TextField(30, typed=True, load_default="")
    confirm_small = TextField(30, typed=True, load_default="")
    pilot = TextField(20, typed=True, load_default="")
    award = TextField(20, typed=True, load_default="")
    allocation = TextField(20, typed=True, load_default="")
    disbursement = TextField(20, typed=True, load_default="")
    version = WholeField(least=1, most=_LARGEST_VERSION, typed=True, load_default=None)


def entered(loaded: dict[str, Any]) -> dict[str, Any]:
    """What was entered, without what the steps carry along."""
    return {name: value for name, value in loaded.items() if name not in _TRAVELLERS}


def version_of(typed: Mapping[str, str]) -> int:
    """The version that a form was opened at; one without it is as stale as one can be."""
    text = typed.get("version", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


class NamedField(TextField):
    """A text that must be there; `missing` says by its name what is not, since a summary lists it among others."""

    def __init__(self, limit: int, *, missing: Any, **options: Any) -> None:
        super().__init__(limit, typed=True, required=True, **options)
        self.missing = missing

    def blank(self) -> Fault:
        return Fault(str(self.missing), "required")

    def read(self, text: str) -> str:
        if not text.strip(BLANKS):
            raise ValidationError([self.blank()])
        return super().read(text)


class NumberField(DocumentNoField):
    """A document number that must be there; a blank one is answered with an example."""

    def __init__(self) -> None:
        super().__init__(CODE, typed=True, required=True)

    def read(self, text: str) -> str:
        if not text.strip(BLANKS):
            raise ValidationError([self.blank()])
        return super().read(text)


def unlisted() -> Fault:
    """The answer to a choice that the page did not offer: the same as for another tenant's."""
    return Fault(_("没有找到这一项。请从列表中选择。"), "not_found")
