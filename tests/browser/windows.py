"""A browser without cookies for each test: its CDN as the mode says, and an eye on everything it complains of."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from playwright.sync_api import Browser, Route

import config
from tests.browser.keyboard import Typist
from tests.browser.visits import Mode, Visit, Watch

VIOLATION: Final = """addEventListener('securitypolicyviolation', (e) => {
    console.error(`CSP ${e.violatedDirective}: ${e.blockedURI} ${e.sample}`);
}, true);"""
"""Says of each breach of the policy what the browser itself would say only of some."""


@contextmanager
def opened(chromium: Browser, base: str, mode: Mode, script: bytes) -> Iterator[Visit]:
    """A browser without cookies, its CDN as `mode` says; whatever else is foreign is refused and kept."""
    context = chromium.new_context(
        locale="zh-CN",
        java_script_enabled=mode.has_script,
        # A colour on its way to another one would be judged by neither.
        reduced_motion="reduce",
        viewport=mode.screen,
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
    if mode.has_script:
        context.add_init_script(VIOLATION)
    page = context.new_page()
    # Kept as lambdas: Playwright writes an attribute on the owner of a bound method.
    page.on("console", lambda message: watch.console(message))  # noqa: PLW0108
    page.on("pageerror", lambda error: watch.complaints.append(str(error)))
    page.on("request", lambda request: watch.request(request))  # noqa: PLW0108
    try:
        yield (Typist if mode is Mode.KEYBOARD else Visit)(page, base, mode, watch)
    finally:
        context.close()
