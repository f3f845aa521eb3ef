"""The reader's language: chosen, else remembered, else Chinese; the JSON API follows Accept-Language."""

from __future__ import annotations

import re
from functools import cache

from flask import has_request_context, request
from flask_babel import get_locale, get_translations, gettext

from ledger.domain.errors import LedgerError
from ledger.domain.money import Money, yuan
from ledger.http.headers import PREFERENCES

LANGUAGES = PREFERENCES["lang"]
_PLACE = re.compile(r"\{(\w+)\}")
LIST_BREAK = "、"
"""What stands between the names of a list in Chinese."""


def select() -> str:
    """The language of this answer: `zh` or `en`."""
    if not has_request_context():
        return LANGUAGES[0]
    for value in (request.args.get("lang"), request.cookies.get("lang")):
        if value in LANGUAGES:
            return str(value)
    if request.path.startswith("/api/"):
        return request.accept_languages.best_match(LANGUAGES) or LANGUAGES[0]
    # An office's browser often speaks English by default; its people read Chinese until they choose.
    return LANGUAGES[0]


def say(error: LedgerError) -> str:
    """A refusal in the reader's language, with the same numbers in it."""
    if not error.template:
        return ""
    shown = {name: value if isinstance(value, int) else _told(value) for name, value in error.values.items()}
    return str(gettext(error.template)).format(**shown)


def say_again(words: str) -> str:
    """A refusal or a warning that was kept in Chinese words, in the reader's language: found again by its template."""
    whole = str(gettext(words)) if words else ""
    if whole != words:
        return whole
    for shape, template in _shapes(str(get_locale())):
        if found := shape.fullmatch(words):
            values = {name: _told(value) for name, value in found.groupdict().items()}
            return str(gettext(template)).format(**values)
    return words


@cache
def _shapes(_language: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    """The translated templates with places, as patterns of what they say; the most particular first."""
    templates = [text for text in getattr(get_translations(), "_catalog", {}) if isinstance(text, str) and "{" in text]
    return tuple((_shape(text), text) for text in sorted(templates, key=lambda text: -len(_PLACE.sub("", text))))


def _shape(template: str) -> re.Pattern[str]:
    pattern, named = "", set[str]()
    # Texts and names by turns.
    for at, part in enumerate(_PLACE.split(template)):
        if at % 2 == 0:
            pattern += re.escape(part)
        else:
            pattern += f"(?P={part})" if part in named else f"(?P<{part}>.+?)"
            named.add(part)
    return re.compile(pattern, re.DOTALL)


def _told(value: Money | str) -> str:
    """A value within a refusal: money in yuan, and a name of ours, or a list of them, in the reader's language."""
    if isinstance(value, Money):
        return yuan(value)
    return str(gettext(LIST_BREAK)).join(gettext(name) if name else "" for name in value.split(LIST_BREAK))
