"""What an entry page reads of a form while it is typed, and what it shows beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import request
from flask_babel import gettext as _

from ledger.domain import amounts, dates
from ledger.domain.amounts import looks_like_wan
from ledger.domain.errors import BadValue, LedgerError
from ledger.domain.money import Money, plain, yuan
from ledger.http import forms
from ledger.http.fields import Fault


@dataclass(frozen=True, slots=True)
class Sum:
    """A limit as a column: the first row, less the others, is `room`; `after` names what the entry leaves of it."""

    title: str
    rows: Sequence[tuple[str, Money]]
    total: str
    room: Money
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What the rules say of what is typed so far; advice. `room` is the smallest limit, None while none is known."""

    amount: Money | None
    sums: Sequence[Sum]
    room: Money | None
    problems: Sequence[LedgerError]


def asked_id(name: str) -> int:
    """An id that the URL or the form carries; 0 where there is none that could be one."""
    return _whole(request.values.get(name, ""))


def chosen_id(form: forms.Form, name: str) -> int:
    """The id that a select of the form holds, or 0."""
    return _whole(form.typed.get(name, ""))


def _whole(text: str) -> int:
    return min(int(text), 2**63 - 1) if text.isascii() and text.isdecimal() and len(text) <= 19 else 0


def typed_amount(form: forms.Form, name: str, problems: list[LedgerError]) -> Money | None:
    """The amount in an input; None where there is none yet, and `problems` grows where it cannot be read."""
    text = form.typed.get(name, "")
    try:
        return amounts.parse_typed(text) if text.strip() else None
    except BadValue as error:
        problems.append(error)
        return None


def typed_day(form: forms.Form, name: str, problems: list[LedgerError]) -> date | None:
    """The date in an input, in the same way."""
    text = form.typed.get(name, "")
    try:
        return dates.parse_typed_date(text, name) if text.strip() else None
    except BadValue as error:
        problems.append(error)
        return None


def ask_back(form: forms.Form, amount: Money, available: Money) -> bool:
    """Put the question of the 万元 slip beside the form; False when the answer is there or it need not be asked."""
    meant = looks_like_wan(amount, available)
    # The tick confirms one amount: it does not hold for the next one that is typed.
    if meant is None or form.typed.get("confirm_small") == plain(amount):
        return False
    form.typed.setdefault("confirm_small", "")
    words = _(
        "您填的是 %(yuan)s 元。如果是 %(number)s 万元，请填 %(full)s；确实是 %(yuan)s 元，请在“校验”栏勾选确认。",
        yuan=yuan(amount),
        number=plain(amount).removesuffix(".00"),
        full=yuan(meant),
    )
    form.add("confirm_small", Fault(words, "invalid"))
    return True
