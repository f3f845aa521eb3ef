"""Take the pictures of `docs/pictures`: the demo's books on a database of their own, walked through as people do."""

from __future__ import annotations

import logging
import secrets
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from playwright.sync_api import Page, ViewportSize, expect, sync_playwright
from werkzeug.serving import make_server

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import config  # noqa: E402
from ledger import clock, database  # noqa: E402
from ledger.app import create_app  # noqa: E402
from tests.chromium import launch  # noqa: E402

PICTURES = ROOT / "docs" / "pictures"
PASSWORD = secrets.token_urlsafe(12)
NOW = "2026-11-23T10:00:00+08:00"
"""A Monday morning after the demo's last payments."""
OFFICER, REVIEWER, AUDITOR = "220100.finance_officer", "220100.finance_reviewer", "province.auditor"
WIDE: Final[ViewportSize] = {"width": 1280, "height": 720}
NARROW: Final[ViewportSize] = {"width": 320, "height": 640}
TALLEST = 1200
"""Pixels of a picture at most: a long list goes on below it."""


@contextmanager
def demo() -> Iterator[str]:
    """The address of a served demo; it is gone at the end of the block."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory() as folder:
        environ = {
            "LEDGER_ENV": "demo",
            "LEDGER_SECRET_KEY": secrets.token_urlsafe(48),
            "LEDGER_DEMO_PASSWORD": PASSWORD,
            "LEDGER_NOW": NOW,
            "HTMX_CDN": "off",
        }
        app = create_app(config.load(environ, instance=Path(folder)))
        done = app.test_cli_runner().invoke(args=["ledger", "init", "--demo"])
        if done.exit_code != 0:
            sys.exit(f"the demo could not be loaded: {done.output.strip()}")
        server = make_server("127.0.0.1", 0, app, threaded=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()
        server.server_close()
        with app.app_context():
            database.dispose()
        clock.configure(None)


@dataclass(frozen=True, slots=True)
class Camera:
    """A page of one person after the other, and the pictures taken of it."""

    page: Page
    base: str

    def open(self, path: str) -> None:
        self.page.goto(self.base + path)
        self.page.wait_for_function("() => window.htmx")

    def sign_in(self, username: str) -> None:
        self.page.context.clear_cookies()
        self.open("/login")
        self.page.get_by_label("用户名").fill(username)
        self.page.get_by_label("密码").fill(PASSWORD)
        self.page.get_by_role("button", name="登录", exact=True).click()
        expect(self.page.get_by_role("heading", level=1)).to_have_text("我的工作")

    def take(self, name: str, size: ViewportSize = WIDE) -> None:
        """Write the page from its top, as tall as it is, in a window of `size` at least."""
        page = self.page
        page.set_viewport_size(size)
        page.evaluate("() => { document.activeElement.blur(); scrollTo(0, 0); }")
        height = min(int(page.evaluate("document.documentElement.scrollHeight")), TALLEST)
        page.set_viewport_size({"width": size["width"], "height": height})
        page.screenshot(path=PICTURES / f"{name}.png", animations="disabled", caret="hide")
        page.set_viewport_size(WIDE)

    def take_three(self, name: str) -> None:
        """Write it in light, in the dark, and on the narrowest screen."""
        self.take(name)
        self.page.emulate_media(color_scheme="dark")
        self.take(f"{name}-dark")
        self.page.emulate_media(color_scheme="light")
        self.take(f"{name}-320", NARROW)


def main() -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with demo() as base, sync_playwright() as playwright:
        browser = launch(playwright)
        context = browser.new_context(locale="zh-CN", viewport=WIDE, reduced_motion="reduce")
        walk(Camera(context.new_page(), base))
        browser.close()
    total = sum(file.stat().st_size for file in PICTURES.glob("*.png"))
    sys.stdout.write(f"{len(list(PICTURES.glob('*.png')))} pictures, {total // 1024} KB\n")


def walk(camera: Camera) -> None:
    """THE WAY of a disbursement, a picture at each stop."""
    page = camera.page
    camera.open("/login")
    camera.take("sign-in")
    camera.sign_in(OFFICER)
    camera.open("/t/220100/pilots?sort=-disbursed")
    camera.take("pilots")
    pilots = [link.get_attribute("href") or "" for link in page.locator("#list tbody th a").all()]
    with_room = [path for path in pilots if has_room(camera, path)]
    for number, path in enumerate(with_room[1:4], 1):
        enter(camera, path, f"{number * 35_000}.00", f"ZF-2026-11{number:02d}")
        page.locator("#next").click()
        page.locator("#send").click()
        expect(page.get_by_role("main")).to_contain_text("已送复核")
    document = record(camera, with_room[0])
    camera.open(with_room[0])
    camera.take_three("pilot")
    camera.sign_in(REVIEWER)
    camera.take("work")
    camera.open(document)
    camera.take("document")
    camera.sign_in(OFFICER)
    camera.open("/t/220100/disbursements?status=posted")
    page.locator("#list tbody a[href*='/disbursements/']").first.click()
    page.get_by_role("link", name="冲销", exact=True).click()
    page.get_by_label("冲销原因").fill("凭证金额录错，应以国库支付凭证为准")
    camera.take("reversal")
    camera.sign_in(AUDITOR)
    camera.open("/totals")
    camera.take_three("totals")


def has_room(camera: Camera, path: str) -> bool:
    """Whether a disbursement may be recorded from the pilot's page."""
    camera.open(path)
    return camera.page.get_by_role("main").get_by_role("link", name="登记拨付").count() > 0


def enter(camera: Camera, path: str, amount: str, voucher: str) -> None:
    """Fill step 1 from the pilot's page; the live check stands beside it at the end."""
    page = camera.page
    camera.open(path)
    payee = page.get_by_role("heading", level=1).inner_text()
    page.get_by_role("main").get_by_role("link", name="登记拨付").click()
    source = page.locator("#allocation_id")
    if not source.input_value():
        source.select_option(index=1)
    page.get_by_label("拨付日期").fill("2026-11-20")
    page.get_by_label("支付凭证号").fill(voucher)
    if not page.get_by_label("收款单位").input_value():
        page.get_by_label("收款单位").fill(payee)
    page.get_by_label("收款账号").fill("220012345678918821")
    page.locator("#amount").press_sequentially(amount)
    expect(page.locator("#capcheck")).to_contain_text("可以提交")


def record(camera: Camera, path: str) -> str:
    """Send a disbursement with pictures of its steps; answer the path of its document."""
    page = camera.page
    enter(camera, path, "125000.50", "ZF-2026-1100")
    page.get_by_label("说明").fill("一期")
    camera.take_three("entry")
    page.locator("#next").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("核对拨付")
    camera.take("check")
    page.locator("#send").click()
    expect(page.get_by_role("main")).to_contain_text("已送复核")
    return page.url.removeprefix(camera.base)


if __name__ == "__main__":
    main()
