"""What the pages of change reports share: their blueprint, the tenant's name, and the answer to a conflict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, request

from ledger.changes.schemas_shown import field_label
from ledger.domain.changes import FIELDS, BaselineMoved
from ledger.domain.errors import LedgerError
from ledger.http import forms, htmx
from ledger.http.locale import say
from ledger.identity.queries import TENANTS

pages = Blueprint("changes", __name__)

TENANT_NAMES = {row.code: row.name for row in TENANTS}
REPORT = "/t/<tenant:code>/changes/<id:report_id>"


@dataclass(frozen=True, slots=True)
class Tenant:
    """A tenant as pages name it."""

    code: str
    name: str


def tenant(code: str) -> Tenant:
    """The tenant of a URL."""
    return Tenant(code, TENANT_NAMES[code])


@dataclass(frozen=True, slots=True)
class MovedRow:
    """A field whose baseline moved: what the report saw, what it is now, and what the report wants."""

    label: str
    saw: str
    now: str
    wanted: str


@dataclass(frozen=True, slots=True)
class Moved:
    """The three columns of 409, and the baseline version that confirming them names."""

    version: int
    rows: Sequence[MovedRow]


def moved_rows(moved: Mapping[str, tuple[str, str, str]]) -> list[MovedRow]:
    """原值, 已改为 and 您填写 of each field that moved."""
    return [MovedRow(field_label(name), *texts) for name, texts in moved.items() if name in FIELDS]


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """How a refused act may go on: where it posts, at which version, under which button (none: it cannot)."""

    action: str
    version: int
    latest_url: str
    button: str = ""
    step: str = ""


def conflict(refusal: LedgerError, form: forms.Form, again: Again, typed: Sequence[tuple[str, Any]] = ()) -> Response:
    """409: someone else was first; all that was typed stays, beside what moved."""
    return htmx.render(
        "changes/conflict.html",
        "changes/_conflict.html",
        http_status=409,
        message=say(refusal),
        moved=Moved(refusal.version, moved_rows(refusal.moved)) if isinstance(refusal, BaselineMoved) else None,
        typed=typed,
        form=form,
        again=again,
        idempotency_key=forms.new_key(),
    )


def whole(text: str) -> int:
    """A version or an id that a form or a URL carries; 0 where there is none that could be one."""
    return min(int(text), 2**63 - 1) if text.isascii() and text.isdecimal() and len(text) <= 19 else 0


def asked_id(name: str) -> int:
    """An id that the URL or the form carries, or 0."""
    return whole(request.values.get(name, ""))
