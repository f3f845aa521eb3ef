"""What the money pages share: their blueprint, the tenant's name, who may check, and the answer to a conflict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response

from ledger.dispatch import ask
from ledger.domain.access import PROVINCE, Actor
from ledger.domain.documents import PERMISSIONS, DocumentKind
from ledger.domain.errors import Conflict, LedgerError
from ledger.funds.schemas_shown import field_label, field_value
from ledger.http import forms, htmx
from ledger.http.locale import say
from ledger.identity.queries import TENANTS, ListPeople

pages = Blueprint("funds", __name__)

_NAMES = {row.code: row.name for row in TENANTS}
_OF_PROVINCE = frozenset({DocumentKind.AWARD, DocumentKind.ALLOCATION, DocumentKind.REDUCTION})


@dataclass(frozen=True, slots=True)
class Tenant:
    """A tenant as pages name it."""

    code: str
    name: str


def tenant(code: str) -> Tenant:
    """The tenant of a URL."""
    return Tenant(code, _NAMES[code])


def checkers(actor: Actor, tenant_code: str, collection: DocumentKind, maker_id: int) -> list[str]:
    """Who else may check such a document; empty where the asker may not know them."""
    home = PROVINCE if collection in _OF_PROVINCE else tenant_code
    if home == PROVINCE and not actor.is_province:
        return []
    needed = PERMISSIONS[collection][1]
    return [
        one.name
        for one in ask(ListPeople(home), actor)
        if one.active
        and one.person_id != maker_id
        and Actor(one.person_id, home, one.office_id, frozenset(one.roles), one.name).may(needed)
    ]


@dataclass(frozen=True, slots=True)
class Compared:
    """A row of the conflict form: what was, what is, and what was typed into the input `name`."""

    label: str
    before: Any
    now: Any
    typed: Any = None
    name: str = ""


def compared(
    refusal: Conflict, typed: Mapping[str, str], inputs: Mapping[str, str], *, editable: bool
) -> list[Compared]:
    """What a conflict says changed, beside what was typed; what cannot be sent again is shown to be copied.

    `inputs` maps a field of the document to the input that holds it.
    """
    changed = [
        Compared(
            field_label(name),
            field_value(name, before),
            field_value(name, now),
            typed.get(inputs.get(name, ""), None),
            inputs.get(name, "") if editable else "",
        )
        for name, (before, now) in refusal.changed.items()
        if name != "version"
    ]
    if editable:
        return changed
    others = [name for name, entered in inputs.items() if name not in refusal.changed and typed.get(entered)]
    return changed + [Compared(field_label(name), None, None, typed[inputs[name]]) for name in others]


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """How a refused act may go on: where it posts, at which version, under which button."""

    action: str
    version: int
    latest_url: str
    step: str = ""
    button: str = ""
    """Empty where there is nothing to send again: someone else settled it."""


def conflict(
    refusal: LedgerError, form: forms.Form, rows: Sequence[Compared], again: Again, message: str = ""
) -> Response:
    """409: someone else was first; all that was typed stays."""
    return htmx.render(
        "funds/conflict.html",
        "funds/_conflict.html",
        http_status=409,
        message=message or say(refusal),
        rows=rows,
        form=form,
        again=again,
        idempotency_key=forms.new_key(),
    )
