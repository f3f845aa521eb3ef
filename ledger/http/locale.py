"""The reader's language: chosen, else remembered, else Chinese; the JSON API follows Accept-Language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache

from babel.support import Translations
from flask import Flask, g, has_request_context, request
from flask_babel import Domain, force_locale, gettext

import config
from ledger.domain.errors import LedgerError
from ledger.domain.money import Money, yuan
from ledger.http.headers import PREFERENCES

LANGUAGES = PREFERENCES["lang"]
LIST_BREAK = "、"
"""What stands between the names of a list in Chinese."""


class _Texts(Domain):  # type: ignore[misc]
    """flask-babel's catalogue, asked with one look-up a text: a page asks it hundreds of times."""

    def gettext(self, string: str, **variables: object) -> str:
        said = in_language(language(), string)
        return said % variables if variables else said


def register(app: Flask) -> None:
    """Let every `gettext` of `app` look its text up so; called once flask-babel is there."""
    app.extensions["babel"].instance.domain_instance = _Texts()


def language() -> str:
    """The language that is spoken now, found once a request: `zh` or `en`."""
    # Every text of a page asks: behind the proxy that is quicker.
    known = g._get_current_object()
    found = known.get("language")
    if found is None:
        found = known.language = select()
    return str(found)


@contextmanager
def speaking(other: str) -> Iterator[None]:
    """Speak another language for the length of a `with` block."""
    before = language()
    g.language = other
    try:
        with force_locale(other):
            yield
    finally:
        g.language = before


def in_language(language: str, text: str) -> str:
    """`text` as `language` has it, or itself."""
    said = _catalogue(language).get(text, text)
    return said if isinstance(said, str) else text


@cache
def _catalogue(language: str) -> dict[object, object]:
    return dict(getattr(Translations.load(str(config.ROOT / "translations"), [language]), "_catalog", {}))


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
    return tell(error.template, error.values)


def tell(template: str, values: Mapping[str, Money | str | int] | None) -> str:
    """A template in the reader's language, filled with `values`; without them it is said as it is."""
    text = str(gettext(template)) if template else ""
    if not values:
        return text if values is None else text.format()
    return text.format(**{name: value if isinstance(value, int) else _told(value) for name, value in values.items()})


def _told(value: Money | str) -> str:
    """A value within a refusal: money in yuan, and a name of ours, or a list of them, in the reader's language."""
    if isinstance(value, Money):
        return yuan(value)
    # A name of ours may hold the mark of a list itself.
    said = str(gettext(value)) if value else ""
    if said != value:
        return said
    return str(gettext(LIST_BREAK)).join(gettext(name) if name else "" for name in value.split(LIST_BREAK))
