"""A person without a mouse: every step by Tab, Enter, Space and the arrows, and every stop must be seen."""

from __future__ import annotations

from typing import Any, Final

from playwright.sync_api import Locator, Page

from tests.browser.visits import Visit

MOST_STOPS: Final = 200
"""Presses of Tab from any place of a page to any other; more than that is a trap."""
_STOP = """(target) => {
    const e = document.activeElement, style = getComputedStyle(e), box = e.getBoundingClientRect();
    const ringed = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1 || style.boxShadow !== 'none';
    const x = Math.min(box.left + 3, innerWidth - 1), y = box.top + Math.min(box.height / 2, 8);
    const top = document.elementFromPoint(x, y);
    const clear = top && (e.contains(top) || top.contains(e) || (e.labels && [...e.labels].some(l => l.contains(top))));
    return {there: e === target, page: e === document.body, ringed, clear: !!clear, what: e.outerHTML.slice(0, 120)};
}"""


def next_stop(page: Page, target: Locator | None = None) -> dict[str, Any]:
    """Press Tab; where the focus went, whether it can be seen there, and whether that is `target`."""
    page.keyboard.press("Tab")
    stop: dict[str, Any] = page.evaluate(_STOP, target.element_handle() if target else None)
    if not stop["page"]:
        assert stop["ringed"], f"the focus cannot be seen on {stop['what']} of {page.url}"
        assert stop["clear"], f"something lies over the focused {stop['what']} of {page.url}"
    return stop


class Typist(Visit):
    """A visit by keys alone."""

    def reach(self, target: Locator) -> None:
        """Press Tab until the focus is on `target`."""
        for _ in range(MOST_STOPS):
            if next_stop(self.page, target)["there"]:
                return
        raise AssertionError(f"{target} of {self.page.url} cannot be reached by Tab")

    def activate(self, target: Locator) -> None:
        self.reach(target)
        self.page.keyboard.press("Enter")

    def put(self, field: Locator, text: str) -> None:
        self.reach(field)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.press("Delete")
        self.page.keyboard.type(text)

    def tick(self, box: Locator) -> None:
        self.reach(box)
        self.page.keyboard.press("Space")
