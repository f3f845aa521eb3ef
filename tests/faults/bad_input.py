"""What the tests of bad input share: values that nobody means, and what a refused one must leave untouched."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from html import escape

from sqlalchemy import text

from ledger import database

OFFICER, REVIEWER = "220100.finance_officer", "220100.finance_reviewer"
NEW = "/t/220100/disbursements/new"
ATTEMPTS = "('attempt_refused', 'signed_in', 'signed_out', 'sign_in_failed', 'sign_in_locked')"
"""Entries that record a try and no change."""

HIDDEN = (
    "a\x00b",
    "a\x1bb",
    "a\x7fb",
    "a\u0085b",
    "a\u200bb",
    "a\u2060b",
    "\ufeffab",
    "a\u202eb",
    "a\u2066b",
    "a\u200fb",
)
"""Texts with a character that controls or hides."""
LIVELY = ("<script>alert(1)</script>", "{{7*7}}", "{0}{amount}", "%(n)s %s", '=HYPERLINK("//x")', "'; DROP TABLE x;--")
"""Texts that some reader would take for an instruction; to a ledger they are text."""


def stored() -> dict[str, int]:
    """How many documents, entries, pilots and journal entries of a change there are, in every tenant."""
    counts = {
        "document": (database.PROVINCE, "SELECT count(*) FROM document"),
        "entry": (database.PROVINCE, "SELECT count(*) FROM entry"),
        "pilot": (database.PROVINCE, "SELECT count(*) FROM pilot"),
        "journal": (database.AUDIT, f"SELECT count(*) FROM journal_entry WHERE kind NOT IN {ATTEMPTS}"),
    }
    return {name: _count(role, statement) for name, (role, statement) in counts.items()}


def _count(role: str, statement: str) -> int:
    with database.engine(role).connect() as connection:
        return int(connection.execute(text(statement)).scalar_one())


@contextmanager
def nothing_stored() -> Iterator[None]:
    """The block leaves every document, entry and journal entry as they were, but for records of attempts."""
    before = stored()
    yield
    assert stored() == before


def holds(page: str, typed: str) -> bool:
    """Whether a page shows what was typed, escaped as an attribute's value or a text is."""
    lines = typed.replace("\r\n", "\n").replace("\r", "\n")
    return any(escape(one).replace("&#x27;", "&#39;").replace("&quot;", "&#34;") in page for one in (typed, lines))
