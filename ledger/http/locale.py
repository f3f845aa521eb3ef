"""The reader's language: chosen, else remembered, else the browser's; Chinese by default."""

from __future__ import annotations

from flask import has_request_context, request
from flask_babel import gettext

from ledger.domain.errors import LedgerError
from ledger.http.headers import PREFERENCES

LANGUAGES = PREFERENCES["lang"]


def select() -> str:
    """The language of this answer: `zh` or `en`."""
    if not has_request_context():
        return LANGUAGES[0]
    for value in (request.args.get("lang"), request.cookies.get("lang")):
        if value in LANGUAGES:
            return str(value)
    return request.accept_languages.best_match(LANGUAGES) or LANGUAGES[0]


def say(error: LedgerError) -> str:
    """A refusal in the reader's language, with the same numbers in it."""
    return error.words(gettext(error.template)) if error.template else ""
