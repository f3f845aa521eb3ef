"""A person at a browser: how htmx reaches it, what it complains of, and the steps that every way shares."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Route, expect

import config
from tests.conftest import PASSWORD
from tests.factories import MadePilot

WIDE = 1280
NARROW = 320
"""Widths in CSS pixels: a desk, and the narrowest screen on which pages must not scroll sideways."""


class Mode(StrEnum):
    """How the library reaches the browser."""

    CDN = "cdn"
    UNREACHABLE = "cdn-unreachable"
    TAMPERED = "cdn-tampered"
    NO_SCRIPT = "no-script"

    @property
    def has_script(self) -> bool:
        return self is not Mode.NO_SCRIPT


COMPLAINTS = {
    Mode.CDN: (),
    Mode.UNREACHABLE: ("Failed to load resource: net::ERR_FAILED",),
    Mode.TAMPERED: ("Failed to find a valid digest in the 'integrity' attribute",),
    Mode.NO_SCRIPT: (),
}
"""What the browser says of a CDN that fails, and rightly so."""
REFUSED = "status of 422"
"""What the browser says of each form that came back with its faults."""


@dataclass(frozen=True, slots=True)
class Books:
    """The pilots of the prepared books that a test goes to."""

    region: MadePilot
    firm: MadePilot


@dataclass(slots=True)
class Watch:
    """What happened behind a page's back."""

    mode: Mode
    complaints: list[str] = field(default_factory=list)
    """Errors of the console (a violation of the CSP is one) and of scripts, and questions that stopped the page."""
    foreign: set[str] = field(default_factory=set)
    """Addresses asked for that are not the ledger's."""
    posts: list[tuple[str, bool]] = field(default_factory=list)
    """The path of each POST, and whether htmx sent it."""

    expected: list[str] = field(default_factory=lambda: [REFUSED])
    """What an error of the console may contain without being a complaint."""

    def expects(self, words: str) -> None:
        self.expected.append(words)

    def console(self, message: ConsoleMessage) -> None:
        known = (*COMPLAINTS[self.mode], *self.expected)
        if message.type == "error" and not any(words in message.text for words in known):
            self.complaints.append(message.text)

    def request(self, request: Request) -> None:
        if request.method == "POST":
            path = "/" + request.url.split("/", 3)[3]
            self.posts.append((path, request.headers.get("hx-request") == "true"))


@dataclass(slots=True)
class Visit:
    """One browser with its cookies, on one page."""

    page: Page
    base: str
    mode: Mode
    watch: Watch

    def open(self, path: str) -> None:
        """Load a page of the ledger and wait until its scripts are alive."""
        self.page.goto(self.base + path)
        self.settle()

    def settle(self) -> None:
        """Wait for htmx, which a fallback loads only after the page."""
        if self.mode.has_script:
            self.page.wait_for_function("() => window.htmx && document.readyState === 'complete'")

    def sign_in(self, username: str) -> None:
        self.open("/login")
        self.page.get_by_label("用户名").fill(username)
        self.page.get_by_label("密码").fill(PASSWORD)
        self.press("登录")
        expect(self.page.get_by_role("heading", level=1)).to_have_text("我的工作")

    def sign_out(self) -> None:
        self.page.locator("header details.menu > summary").click()
        self.press("退出")
        expect(self.page.get_by_label("用户名")).to_be_visible()

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def follow(self, name: str) -> None:
        """Click the first link of the page's own part that is called so."""
        self.page.get_by_role("main").get_by_role("link", name=name).first.click()

    def says(self, *words: str) -> None:
        """The page's own part shows each of the words."""
        for each in words:
            expect(self.page.get_by_role("main")).to_contain_text(each)

    def money(self, stage: str) -> str:
        """The amount that the money bar shows for a stage."""
        row = self.page.locator("#moneybar .money > div").filter(has=self.page.get_by_text(stage, exact=True))
        return row.locator(".v").inner_text().split("\n")[0]

    def is_wider_than_the_screen(self) -> bool:
        return bool(self.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))

    def widest(self) -> str:
        """The innermost elements that reach beyond the screen's right edge, at most three."""
        return str(
            self.page.evaluate(
                "() => [...document.querySelectorAll('body *')]"
                ".filter(e => e.getBoundingClientRect().right > innerWidth && !e.children.length)"
                ".slice(0, 3).map(e => e.outerHTML.slice(0, 120)).join(' ')"
            )
        )

    def violations(self) -> list[str]:
        """What axe finds on the page as it stands."""
        found: list[dict[str, Any]] = Axe().run(self.page).response["violations"]
        return [f"{each['id']}: {node['target']} {node['html'][:120]}" for each in found for node in each["nodes"]]


@contextmanager
def opened(chromium: Browser, base: str, mode: Mode, script: bytes) -> Iterator[Visit]:
    """A browser without cookies, its CDN as `mode` says; whatever else is foreign is refused and kept."""
    context = chromium.new_context(
        locale="zh-CN",
        java_script_enabled=mode.has_script,
        # A colour on its way to another one would be judged by neither.
        reduced_motion="reduce",
        viewport={"width": WIDE, "height": 900},
    )
    context.set_default_timeout(10_000)
    watch = Watch(mode)

    def answer(route: Route) -> None:
        watch.foreign.add(route.request.url)
        if route.request.url != config.HTMX_URL or mode is Mode.UNREACHABLE:
            route.abort()
            return
        body = script + b"\n" if mode is Mode.TAMPERED else script
        # The page asks across origins: without this header the browser refuses to compare the hash.
        headers = {"Access-Control-Allow-Origin": "*", "Content-Type": "application/javascript"}
        route.fulfill(body=body, headers=headers)

    context.route(lambda url: not url.startswith(base), answer)
    page = context.new_page()
    # Kept as lambdas: Playwright writes an attribute on the owner of a bound method.
    page.on("console", lambda message: watch.console(message))  # noqa: PLW0108
    page.on("pageerror", lambda error: watch.complaints.append(str(error)))
    page.on("request", lambda request: watch.request(request))  # noqa: PLW0108
    try:
        yield Visit(page, base, mode, watch)
    finally:
        context.close()
