"""Pages of a list: what was asked for, what is shown, and links that keep the filters."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import quote, urlencode

from flask import request

from ledger.http.headers import PREFERENCES

T = TypeVar("T")

SIZES = (20, 50, 100, 200)
DEFAULT_SIZE = 50
_AROUND = 2
_LONGEST_FILTER = 80


@dataclass(frozen=True, slots=True)
class PageAsked:
    """The page number (from 1) and size that the query string asks for."""

    page: int = 1
    per_page: int = DEFAULT_SIZE

    @property
    def offset(self) -> int:
        """How many rows come before this page."""
        return (self.page - 1) * self.per_page


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list, and how many rows the whole list has."""

    items: Sequence[T]
    total: int
    page: int = 1
    per_page: int = DEFAULT_SIZE

    @property
    def pages(self) -> int:
        """How many pages there are; an empty list has one."""
        return max(1, -(-self.total // self.per_page))

    @property
    def first(self) -> int:
        """The number of the first row shown; 0 when none is."""
        return (self.page - 1) * self.per_page + 1 if self.items else 0

    @property
    def last(self) -> int:
        """The number of the last row shown."""
        return (self.page - 1) * self.per_page + len(self.items)

    @property
    def numbers(self) -> list[int | None]:
        """Page numbers to link to; None stands for a gap."""
        near = {n for n in range(self.page - _AROUND, self.page + _AROUND + 1) if 1 <= n <= self.pages}
        shown: list[int | None] = []
        for number in sorted(near | {1, self.pages}):
            before = shown[-1] if shown else None
            if before is not None and number - before > 1:
                shown.append(None)
            shown.append(number)
        return shown


def _whole(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) <= 9 else None


def page_asked() -> PageAsked:
    """Read `?page=&per_page=`; anything unreadable falls back, since a reader's link must not fail."""
    size = _whole(request.args.get("per_page"))
    number = _whole(request.args.get("page"))
    return PageAsked(number or 1, size if size in SIZES else DEFAULT_SIZE)


def words_asked(name: str) -> str:
    """A filter's text; what controls or cannot be stored is left out, since a reader's link must not fail."""
    kept = (one for one in request.args.get(name, "") if unicodedata.category(one) not in ("Cc", "Cs"))
    return "".join(kept).strip()[:_LONGEST_FILTER]


def link(**changes: object) -> str:
    """This page's URL with query arguments changed; None removes one. A changed filter goes back to page 1."""
    dropped = set(changes) if changes.keys() <= PREFERENCES.keys() else {*changes, "page"}
    kept = [(name, value) for name, value in request.args.items(multi=True) if name not in dropped]
    asked = [(name, str(value)) for name, value in changes.items() if value not in (None, "")]
    query = urlencode(kept + asked)
    return quote(request.script_root + request.path) + (f"?{query}" if query else "")


def path(*parts: object) -> str:
    """A URL of the site map from its parts: `path("t", "220100", "pilots", 7)` is `/t/220100/pilots/7`."""
    return quote(request.script_root) + "/" + "/".join(quote(str(part), safe="") for part in parts)
