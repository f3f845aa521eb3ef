"""A person at a browser: how htmx reaches it, what it complains of, and the steps that every way shares."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from playwright.sync_api import ConsoleMessage, Locator, Page, Request, ViewportSize, expect

from tests.browser import looks
from tests.browser.looks import NARROW, WIDE
from tests.conftest import PASSWORD
from tests.factories import MadePilot


class Mode(StrEnum):
    """How the library reaches the browser."""

    CDN = "cdn"
    UNREACHABLE = "cdn-unreachable"
    TAMPERED = "cdn-tampered"
    LOCAL = "local"
    """The ledger is set to serve the library itself."""
    KEYBOARD = "keyboard"
    """Every step by keys alone."""
    NARROW = "narrow"
    ZOOMED = "zoomed"
    """A screen of 1280 by 1024 at 400 %."""
    NO_SCRIPT = "no-script"

    @property
    def has_script(self) -> bool:
        return self is not Mode.NO_SCRIPT

    @property
    def screen(self) -> ViewportSize:
        """Width and height in CSS pixels."""
        if self is Mode.NARROW:
            return {"width": NARROW, "height": 700}
        return {"width": NARROW, "height": 256} if self is Mode.ZOOMED else {"width": WIDE, "height": 900}


COMPLAINTS = {
    Mode.UNREACHABLE: ("Failed to load resource: net::ERR_FAILED",),
    Mode.TAMPERED: ("Failed to find a valid digest in the 'integrity' attribute",),
}
"""What the browser says of a CDN that fails, and rightly so."""
ABORTED = ("htmx:sendAbort", "htmx:afterRequest")
"""What htmx says of a live check that was on its way when its page was left."""
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

    expected: list[str] = field(default_factory=lambda: [REFUSED, *ABORTED])
    """What an error of the console may contain without being a complaint."""

    def expects(self, words: str) -> None:
        self.expected.append(words)

    def console(self, message: ConsoleMessage) -> None:
        known = (*COMPLAINTS.get(self.mode, ()), *self.expected)
        if message.type == "error" and not any(words in message.text for words in known):
            self.complaints.append(message.text)

    def request(self, request: Request) -> None:
        if request.method == "POST":
            path = "/" + request.url.split("/", 3)[3]
            self.posts.append((path, request.headers.get("hx-request") == "true"))


@dataclass
class Visit:
    """One browser with its cookies, on one page. `keyboard.Typist` takes the same steps by keys."""

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

    def activate(self, target: Locator) -> None:
        """Follow a link or press a button; on a small screen the page that is left must have fitted."""
        if self.mode.screen["width"] < WIDE:
            assert not looks.is_wider_than_the_screen(self.page), (self.page.url, looks.widest(self.page))
        target.click()

    def put(self, field: Locator, text: str) -> None:
        """Type key by key into an emptied field, as a person does: the live check must bear it."""
        field.fill("")
        field.press_sequentially(text)

    def tick(self, box: Locator) -> None:
        box.check()

    def fill(self, label: str, text: str) -> None:
        self.put(self.page.get_by_label(label), text)

    def press(self, name: str) -> None:
        self.activate(self.page.get_by_role("button", name=name, exact=True))

    def follow(self, name: str) -> None:
        """Follow the first link of the page's own part that is called so."""
        self.activate(self.page.get_by_role("main").get_by_role("link", name=name).first)

    def go_to(self, name: str) -> None:
        """Follow a link of the navigation."""
        self.activate(self.page.get_by_role("navigation", name="主导航").get_by_role("link", name=name))

    def sign_in(self, username: str) -> None:
        """By the controls' ids, which are the same in English."""
        self.open("/login")
        self.put(self.page.locator("#username"), username)
        self.put(self.page.locator("#password"), PASSWORD)
        self.activate(self.page.locator("main button[type=submit]"))
        expect(self.page.locator("header details.menu")).to_be_visible()
        self.settle()

    def sign_out(self) -> None:
        self.activate(self.page.locator("header details.menu > summary"))
        self.press("退出")
        expect(self.page.get_by_label("用户名")).to_be_visible()

    def says(self, *words: str) -> None:
        """The page's own part shows each of the words."""
        for each in words:
            expect(self.page.get_by_role("main")).to_contain_text(each)

    def money(self, stage: str) -> str:
        """The amount that the money bar shows for a stage."""
        row = self.page.locator("#moneybar .money > div").filter(has=self.page.get_by_text(stage, exact=True))
        return row.locator(".v").inner_text().split("\n")[0]
