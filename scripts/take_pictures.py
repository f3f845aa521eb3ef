"""Take the pictures of `docs/pictures` and write `docs/tour.md`: every page of the table, on the demo's books."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Final

from playwright.sync_api import Page, ViewportSize, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts.pictures import png  # noqa: E402
from scripts.pictures.tour import IN_THREE, pictures, tour  # noqa: E402
from tests.browser.house import House, opened_house  # noqa: E402
from tests.browser.pages import SIGHTS  # noqa: E402
from tests.browser.sights import Sight  # noqa: E402
from tests.chromium import launch  # noqa: E402

WIDE: Final[ViewportSize] = {"width": 1280, "height": 720}
NARROW: Final[ViewportSize] = {"width": 320, "height": 640}
TALLEST = 1200
"""Pixels of a picture at most: a long list goes on below it."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--into", type=Path, default=ROOT / "docs", help="the folder of tour.md and pictures/")
    into: Path = parser.parse_args().into
    folder = into / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        browser = launch(playwright)
        with opened_house(browser, Path(place)) as house:
            for sight in SIGHTS:
                if sight.about:
                    take_all(house, sight, folder)
        browser.close()
    wanted = {f"{name}.png" for name in pictures(SIGHTS)}
    for file in folder.glob("*.png"):
        if file.name not in wanted:
            file.unlink()
    (into / "tour.md").write_text(tour(SIGHTS), encoding="utf-8")
    total = sum(file.stat().st_size for file in folder.glob("*.png"))
    sys.stdout.write(f"{len(wanted)} pictures, {total // 1024} KB\n")


def take_all(house: House, sight: Sight, folder: Path) -> None:
    """One picture; of a few pages also in the dark and on the narrowest screen."""
    page = house.visit(sight)
    take(page, folder / f"{sight.name}.png")
    if sight.name in IN_THREE:
        page.emulate_media(color_scheme="dark")
        take(page, folder / f"{sight.name}-dark.png")
        page.emulate_media(color_scheme="light")
        take(page, folder / f"{sight.name}-320.png", NARROW)


def take(page: Page, file: Path, size: ViewportSize = WIDE) -> None:
    """Write the page from its top, as tall as it is, in a window of `size` at least."""
    page.set_viewport_size(size)
    page.evaluate("() => { document.activeElement.blur(); scrollTo(0, 0); }")
    height = min(int(page.evaluate("document.documentElement.scrollHeight")), TALLEST)
    page.set_viewport_size({"width": size["width"], "height": height})
    file.write_bytes(png.small(page.screenshot(animations="disabled", caret="hide")))
    page.set_viewport_size(WIDE)


if __name__ == "__main__":
    main()
