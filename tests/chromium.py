"""Debian's Chromium, driven by Playwright."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, Playwright

EXECUTABLE: Final = Path("/usr/bin/chromium")
ARGUMENTS: Final = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


def launch(playwright: Playwright) -> Browser:
    """Start the browser without a window; the caller closes it."""
    return playwright.chromium.launch(executable_path=EXECUTABLE, args=list(ARGUMENTS))
