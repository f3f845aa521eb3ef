"""A form as it was typed: shown again with everything in it, or loaded into a command."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from flask import has_request_context, request
from flask_babel import gettext as _
from marshmallow import Schema, ValidationError
from marshmallow.fields import List, Raw
from werkzeug.datastructures import MultiDict

from ledger.domain.errors import LedgerError
from ledger.http.fields import Fault

KEPT_APART = frozenset({"csrf_token", "idempotency_key"})
"""Fields that every form may carry and no schema names."""


class Form:
    """What was typed, by field, and what is wrong with it; errors under `""` speak of the whole form."""

    def __init__(self, typed: Mapping[str, str] | None = None) -> None:
        self.typed: dict[str, str] = dict(typed or {})
        self.errors: dict[str, list[Fault]] = {}

    @classmethod
    def sent(cls) -> Form:
        """The form of this request, as typed."""
        return cls({name: value for name, value in request.form.items() if name not in KEPT_APART})

    def add(self, field: str, fault: Fault) -> None:
        """Put `fault` beside `field`, or over the form where the form has no such field."""
        self.errors.setdefault(field if field in self.typed else "", []).append(fault)

    def refuse(self, error: LedgerError) -> Form:
        """Put a refusal beside the field that it speaks of."""
        self.add(error.field or "", Fault.of(error))
        return self


class FormRefused(Exception):
    """A form that its schema refused; `form` holds what was typed and every fault by field."""

    def __init__(self, form: Form) -> None:
        super().__init__("; ".join(sorted(form.errors)))
        self.form = form


def load(schema_class: type[Schema], source: MultiDict[str, str], /, **constructor: Any) -> Any:
    """The command that `schema_class(**constructor)` makes of a sent form.

    Raises:
        FormRefused: fields are missing or malformed.
        ValidationError: the form has a field that the schema does not know, or one of its fields twice,
            which no page of ours sends.
    """
    schema = schema_class(**constructor)
    lists = {name for name, field in schema.fields.items() if isinstance(field, List)}
    sent = {name: source.getlist(name) if name in lists else source[name] for name in source if name not in KEPT_APART}
    # A file may stand where the schema reads nothing of it.
    files = {name for name, field in schema.fields.items() if type(field) is Raw}
    _check_names(source, (sent.keys() - schema.fields.keys()) | (_file_names() - files), sent.keys() - lists)
    try:
        return schema.load(sent)
    except ValidationError as error:
        raise FormRefused(refused(error, source)) from error


def _file_names() -> AbstractSet[str]:
    return request.files.keys() if has_request_context() else set()


def _check_names(source: MultiDict[str, str], unknown: AbstractSet[str], single: AbstractSet[str]) -> None:
    if unknown:
        raise ValidationError({name: ["Unknown field."] for name in sorted(unknown)})
    # Of two amounts neither may be read as the one that was meant.
    if twice := sorted(name for name in single if len(source.getlist(name)) > 1):
        raise ValidationError({name: [Fault(_("此项重复。"), malformed=True)] for name in twice})


def refused(error: ValidationError, source: MultiDict[str, str]) -> Form:
    """The form to show again for what marshmallow refused in `source`."""
    form = Form({name: value for name, value in source.items() if name not in KEPT_APART})
    for field, fault in faults(error):
        # A required field that was not sent at all still has its place in the form.
        form.errors.setdefault("" if field == "_schema" else field, []).append(fault)
    return form


def faults(error: ValidationError) -> list[tuple[str, Fault]]:
    """Each fault of a ValidationError with its field; nested fields as `lines.0.amount`."""
    return list(_walk(error.messages, ""))


def _walk(messages: Any, place: str) -> Iterator[tuple[str, Fault]]:
    if isinstance(messages, dict):
        for name, inner in messages.items():
            yield from _walk(inner, f"{place}.{name}" if place else str(name))
    elif isinstance(messages, list):
        for one in messages:
            yield from _walk(one, place)
    else:
        yield place, messages if isinstance(messages, Fault) else _in_our_words(str(messages))


def _in_our_words(said: str) -> Fault:
    """Marshmallow's own sentence with our code; what it says of types and names is a malformed request."""
    if said in ("Missing data for required field.", "Field may not be null."):
        return Fault(_("请填写此项。"), "required")
    if said == "Unknown field.":
        return Fault(_("没有这一项。"), malformed=True)
    if said.startswith(("Not a valid", "Invalid input type", "Invalid type", "Invalid JSON", "Invalid boolean")):
        return Fault(_("此项的类型不对。"), malformed=True)
    return Fault(said)


def new_key() -> str:
    """A fresh idempotency key for a form's hidden field."""
    return secrets.token_urlsafe(18)


def sent_key() -> str | None:
    """The idempotency key that the form carried; one that is no key of ours is as none."""
    key = request.form.get("idempotency_key", "")
    return key if 0 < len(key) <= 200 and key.isascii() and key.isprintable() else None
