"""Pages of a list: what was asked for, what is shown, and links that keep the filters."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, TypeVar
from urllib.parse import quote, urlencode

from flask import request

from ledger.http.headers import PREFERENCES

T = TypeVar("T")

SIZES = (20, 50, 100, 200)
DEFAULT_SIZE = 50
_AROUND = 2
_LONGEST_FILTER = 80
_PLACE = ("page", "after", "before", "older", "newer")
"""Where in a list a page stands: left behind when the list becomes another one."""


@dataclass(frozen=True, slots=True)
class PageAsked:
    """The page number (from 1) and size that the query string asks for."""

    page: int = 1
    per_page: int = DEFAULT_SIZE
    after: int = 0
    """The key of the last row of the page before, or 0."""
    before: int | None = None
    """The key of the first row of the page after; 0 asks for the last page, None for neither."""

    @property
    def offset(self) -> int:
        """How many rows come before this page."""
        return (self.page - 1) * self.per_page


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list, and how many rows the whole list has.

    A long list has `keys`, those of the first and the last row shown: its neighbouring pages
    begin there, whatever was added meanwhile, and are found without counting to them.
    """

    items: Sequence[T]
    total: int
    page: int = 1
    per_page: int = DEFAULT_SIZE
    keys: tuple[int, int] | None = None
    may_jump: bool = True
    """Whether every page may be linked to by its number."""
    is_more: bool = False
    """Whether the list has more than `total` rows, which nobody counted."""

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
        if not self.may_jump:
            return []
        near = {n for n in range(self.page - _AROUND, self.page + _AROUND + 1) if 1 <= n <= self.pages}
        shown: list[int | None] = []
        for number in sorted(near | {1, self.pages}):
            before = shown[-1] if shown else None
            if before is not None and number - before > 1:
                shown.append(None)
            shown.append(number)
        return shown

    @property
    def has_next(self) -> bool:
        """Whether another page follows."""
        return self.page < self.pages or (self.is_more and len(self.items) == self.per_page)

    @property
    def previous_url(self) -> str:
        """The page before; the first one always begins with the newest row."""
        key = self.keys[0] if self.keys and self.page > 2 else None
        return link(page=self.page - 1, before=key)

    @property
    def next_url(self) -> str:
        """The page after."""
        return link(page=self.page + 1, after=self.keys[1] if self.keys else None)

    @property
    def last_url(self) -> str:
        """The last page."""
        return link(page=self.pages, before=0)


def _whole(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) <= 9 else None


def _key(name: str) -> int | None:
    text = request.args.get(name)
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) <= 18 else None


def page_asked() -> PageAsked:
    """Read `?page=&per_page=&after=&before=`; anything unreadable falls back, since a reader's link must not fail."""
    size = _whole(request.args.get("per_page"))
    number = _whole(request.args.get("page"))
    return PageAsked(number or 1, size if size in SIZES else DEFAULT_SIZE, _key("after") or 0, _key("before"))


def words_asked(name: str) -> str:
    """A filter's text; what controls or cannot be stored is left out, since a reader's link must not fail."""
    kept = (one for one in request.args.get(name, "") if unicodedata.category(one) not in ("Cc", "Cs"))
    return "".join(kept).strip()[:_LONGEST_FILTER]


def link(**changes: object) -> str:
    """This page's URL with query arguments changed; None removes one. A changed filter goes back to page 1."""
    dropped = set(changes) if changes.keys() <= PREFERENCES.keys() else {*changes, *_PLACE}
    kept = [(name, value) for name, value in request.args.items(multi=True) if name not in dropped]
    asked = [(name, str(value)) for name, value in changes.items() if value not in (None, "")]
    query = urlencode(kept + asked)
    return quote(request.script_root + request.path) + (f"?{query}" if query else "")


def path(*parts: object) -> str:
    """A URL of the site map from its parts: `path("t", "220100", "pilots", 7)` is `/t/220100/pilots/7`."""
    return _path(request.script_root, *parts)


@lru_cache(maxsize=4096)
def _path(root: str, *parts: object) -> str:
    return (quote(root) if root else "") + "/" + "/".join([_quoted(str(part)) for part in parts])


def _quoted(text: str) -> str:
    # Codes and ids, which most parts are, stand for themselves.
    return text if text.isascii() and text.isalnum() else quote(text, safe="")
