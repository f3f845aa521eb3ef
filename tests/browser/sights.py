"""A page as one person sees it: a line of the table of pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tests.browser.acts import Act

NOBODY: Final = ""


@dataclass(frozen=True, slots=True)
class Sight:
    """A page as one person sees it, after `act`."""

    name: str
    who: str
    """The user name, or nothing for somebody who is not signed in."""
    path: str
    shows: str
    """Its heading."""
    about: str = ""
    """Two lines for the tour: what it is for."""
    act: Act | None = None
    status: int = 200
    fault: int = 0
    """The status of a fault that the test asks the ledger for."""
