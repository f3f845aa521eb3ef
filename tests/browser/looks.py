"""How a page is looked at: by axe, on a narrow screen, in English, in print; and what the browser keeps of it."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from axe_playwright_python.base import AXE_SCRIPT
from babel.messages.pofile import read_po
from playwright.sync_api import Page

import config

WIDE: Final = 1280
NARROW: Final = 320
"""Widths in CSS pixels: a desk, and the narrowest screen on which pages must not scroll sideways."""

_IS_WIDER = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
_WIDEST = """() => [...document.querySelectorAll('body *')]
    .filter(e => e.getBoundingClientRect().right > innerWidth && !e.children.length)
    .slice(0, 3).map(e => e.outerHTML.slice(0, 120)).join(' ')"""
_KEPT = """async () => [...Object.keys(localStorage), ...Object.keys(sessionStorage),
    ...(window.caches ? await caches.keys() : [])]"""
_TEXTS = r"""() => {
    const found = [document.title], cjk = /[\u3400-\u9fff]/;
    const walk = (root) => {
        for (const e of root.querySelectorAll('*')) {
            if (e.closest('[lang|=zh],script,style')) continue;
            for (const name of ['placeholder', 'title', 'aria-label', 'alt', 'data-label', 'data-title', 'data-live',
                'data-error-prefix', 'aria-description'])
                if (e.hasAttribute(name)) found.push(e.getAttribute(name));
            if (e.matches('input[type=submit],input[type=button]')) found.push(e.value);
            for (const part of e.childNodes) if (part.nodeType === 3) found.push(part.data);
            if (e.content) walk(e.content);
        }
    };
    walk(document.body);
    return found.map(text => text.replace(/\s+/g, ' ').trim()).filter(text => cjk.test(text));
}"""
_RUN = re.compile(r"[\u3400-\u9fff][\u3400-\u9fff〔〕（）0-9]*")
_OF_THE_LAW = re.compile(
    r"第[一二三四五六七八九十]+条(（[一二三四五六七八九十]+）)?|人民币[零壹贰叁肆伍陆柒捌玖拾佰仟万亿元角分整]+"
)
"""The name of a clause and an amount in capitals are Chinese in every language."""
_OF_THE_BOOKS: Final = ("错误说明",)
"""Names that the workbooks carry, in every language."""
_PATH_ALONE: Final = "htmx-current-path-for-history"
"""What htmx notes for its history: where the reader is, and nothing of what is there."""


def violations(page: Page) -> list[str]:
    """What axe finds on the page as it stands, of any severity."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found: list[dict[str, Any]] = page.evaluate("axe.run().then(found => found.violations)")
    return [f"{each['id']}: {node['target']} {node['html'][:120]}" for each in found for node in each["nodes"]]


def is_wider_than_the_screen(page: Page) -> bool:
    page.wait_for_load_state()
    return bool(page.evaluate(_IS_WIDER))


def widest(page: Page) -> str:
    """The innermost elements that reach beyond the screen's right edge, at most three."""
    return str(page.evaluate(_WIDEST))


def kept(page: Page) -> list[str]:
    """The names of what the page keeps in the browser's storages and caches."""
    return [name for name in page.evaluate(_KEPT) if name != _PATH_ALONE]


def faults(page: Page) -> list[str]:
    """What is wrong with the page as it stands: in light, in the dark, and on a narrow screen."""
    found = [f"light: {each}" for each in violations(page)]
    page.emulate_media(color_scheme="dark")
    found += [f"dark: {each}" for each in violations(page)]
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": NARROW, "height": 700})
    if is_wider_than_the_screen(page):
        found.append(f"scrolls sideways at {NARROW} px: {widest(page)}")
    found += [f"narrow: {each}" for each in violations(page)]
    page.set_viewport_size({"width": WIDE, "height": 900})
    found += [f"kept in the browser: {each}" for each in kept(page)]
    return found


@dataclass(frozen=True, slots=True)
class Records:
    """Every text that the ledger holds: names and reasons stay as they were written, in any language."""

    texts: frozenset[str]
    joined: str

    @classmethod
    def of(cls, file: Path) -> Records:
        """Read from an SQLite database."""
        with closing(sqlite3.connect(file)) as connection:
            tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            rows = (row for name in tables for row in connection.execute(f'SELECT * FROM "{name}"'))
            texts = frozenset(value for row in rows for value in row if isinstance(value, str))
        return cls(texts, "\n".join((*texts, *_OF_THE_BOOKS)))

    def untranslated(self, page: Page) -> list[str]:
        """Words of an English page that are neither English nor recorded."""
        texts: set[str] = set(page.evaluate(_TEXTS))
        return sorted(text for text in texts - self.texts if text in _messages() or not self._explains(text))

    def _explains(self, text: str) -> bool:
        return all(run in self.joined for run in _RUN.findall(_OF_THE_LAW.sub("", text)))


@cache
def _messages() -> frozenset[str]:
    """The Chinese words of the catalogue that are said otherwise in English."""
    with (config.ROOT / "translations" / "en" / "LC_MESSAGES" / "messages.po").open("rb") as file:
        catalogue = read_po(file)
    return frozenset(str(one.id) for one in catalogue if one.id and one.string and one.id != one.string)
