"""The demo, served once for the tests of a file, with a window for each person and language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.browser import looks
from tests.browser.looks import Records
from tests.browser.places import Places
from tests.browser.served import FAULT_HEADER, demo
from tests.browser.sights import NOBODY, Sight
from tests.browser.visits import Mode, Visit
from tests.browser.windows import opened


@dataclass(slots=True)
class House:
    """A served demo and the windows that were opened on it."""

    base: str
    places: Places
    records: Records
    chromium: Browser
    stack: ExitStack
    windows: dict[tuple[str, str], Visit] = field(default_factory=dict)

    def window(self, username: str, language: str = "zh") -> Visit:
        """The person's own window, signed in once."""
        if (username, language) not in self.windows:
            visit = self.stack.enter_context(opened(self.chromium, self.base, Mode.LOCAL, b""))
            if language != "zh":
                visit.open(f"/login?lang={language}")
            if username != NOBODY:
                visit.sign_in(username)
            self.windows[username, language] = visit
        return self.windows[username, language]

    def visit(self, sight: Sight, language: str = "zh") -> Page:
        """Open the page of `sight` and act on it; what the browser complained of before is forgotten."""
        window = self.window(sight.who, language)
        page, watch = window.page, window.watch
        # What was typed for the last sight must not ask before it is left.
        page.goto("about:blank")
        watch.complaints.clear()
        watch.expected[:] = [f"status of {status}" for status in (sight.status, 409, 415, 422) if status != 200]
        # A live check may be on its way while the window goes on to the next page.
        watch.expected += ["htmx:sendAbort", "htmx:afterRequest"]
        page.set_extra_http_headers({FAULT_HEADER: str(sight.fault)} if sight.fault else {})
        answer = page.goto(self.base + self.places.path(sight.path))
        window.settle()
        assert answer is not None
        assert answer.status == sight.status
        assert answer.headers["cache-control"] == "no-store"
        if sight.act:
            sight.act(page, self.places)
        return page


@contextmanager
def opened_house(chromium: Browser, folder: Path) -> Iterator[House]:
    """Serve the demo from `folder` while the block lasts."""
    with demo(folder) as (base, places), ExitStack() as stack:
        file = next(folder.glob("*.db"))
        yield House(base, places, Records.of(file), chromium, stack)


def look(house: House, sight: Sight) -> None:
    """In light, dark and narrow, then in English: nothing may be wrong with the page in any of them."""
    page = house.visit(sight)
    expect(page.get_by_role("heading", level=1)).to_contain_text(sight.shows)
    found = looks.faults(page)
    found += house.window(sight.who).watch.complaints
    page = house.visit(sight, "en")
    expect(page.locator("html")).to_have_attribute("lang", re.compile("^en"))
    found += [f"English: {each}" for each in looks.violations(page)]
    found += [f"not English: {each}" for each in house.records.untranslated(page)]
    found += house.window(sight.who, "en").watch.complaints
    assert not found, "\n".join(found)
