"""The pages in English: every text translated, and no Chinese left on them but data and clause numbers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from html import unescape
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urlsplit

import pytest
from babel.messages.catalog import Catalog
from flask import Flask
from sqlalchemy import String, column, create_engine, inspect, table

from ledger.domain.errors import NotPermitted
from ledger.exchange.templates import TEMPLATES, Kind
from ledger.http import locale
from scripts import translations
from tests.audit.conftest import Books, books
from tests.conftest import Browser
from tests.exchange.test_web_imports import book_of, row_of, uploaded
from tests.fixtures_money import make

__all__ = ["books", "make"]

SignIn = Callable[[str], Browser]
WALKERS = (
    "220100.finance_officer",
    "220100.finance_reviewer",
    "220100.drc_officer",
    "province.officer",
    "province.reviewer",
    "province.auditor",
    "admin",
)
CHINESE = re.compile(r"[\u3400-\u9fff，。；：？！、（）]+")
KEPT = re.compile(
    # A clause number, beside its gloss or at the head of a direction.
    r"第[一二三四五六七八九十]+条(（[一二三四五六七八九]）)?(、第[一二三四五六七八九十]+条)?"
    # The number of a document, as an example of what to type.
    r"|[\u4e00-\u9fff]+〔\d{4}〕\d+号"
    # The amount in words: the form that vouchers have by regulation.
    r"|人民币[负零壹贰叁肆伍陆柒捌玖拾佰仟万亿元角分整]+"
    # The column that the error book has: the workbooks are the province's own, in Chinese.
    r"|“错误说明”"
)
READ_OUT = (
    "alt",
    "aria-label",
    "content",
    "data-label",
    "data-live",
    "data-title",
    "data-error-prefix",
    "placeholder",
    "title",
)
WORDED = ("import_file", "journal_entry", "personal_value")
"""Tables that hold words of ours beside those of people."""
ASIDE = re.compile(r"^/(api|static)/|[?&](lang|theme|unit|per_page)=")
"""Links that lead to the same page read otherwise, or to none."""
VOID = ("br", "hr", "img", "input", "link", "meta", "rect", "use", "path")
"""Tags without an end, of which there is nothing to leave."""


@pytest.fixture
def served() -> None:
    """Every face, unlike the other tests of this folder."""


@pytest.fixture(scope="module", autouse=True)
def _compiled() -> None:
    translations.compile_catalogues()


class Words(HTMLParser):
    """What a page says: its text and the attributes that are shown or read out; not what is marked as Chinese."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self._open: list[bool] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        silent = tag in ("script", "style") or (tag != "html" and (told.get("lang") or "").startswith("zh"))
        if tag not in VOID:
            self._open.append(silent)
        if not silent and not any(self._open):
            self.said += [text for name in READ_OUT if (text := told.get(name))]

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID and self._open:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if not any(self._open):
            self.said.append(data)


@pytest.fixture
def known(database_urls: dict[str, str]) -> Callable[[], list[str]]:
    """Read the Chinese that people wrote into the database, the longest first; not what the journal words."""

    def names() -> list[str]:
        engine = create_engine(database_urls["DATABASE_OWNER_URL"])
        held = inspect(engine)
        columns = [
            table(name, column(each["name"])).select().distinct()
            for name in held.get_table_names()
            if name not in WORDED
            for each in held.get_columns(name)
            if isinstance(each["type"], String)
        ]
        with engine.connect() as connection:
            found = {value for statement in columns for value in connection.scalars(statement)}
        engine.dispose()
        return sorted((one for one in found if one and CHINESE.search(one)), key=len, reverse=True)

    return names


def left_in(page: str, names: list[str]) -> list[str]:
    words = Words()
    words.feed(page)
    text = KEPT.sub("", "\n".join(words.said))
    for name in names:
        text = text.replace(name, "")
    return CHINESE.findall(KEPT.sub("", text))


def walk(app: Flask, browser: Browser, start: str = "/") -> Iterator[tuple[str, str]]:
    """Every page that links lead to from `start`: the first two of each endpoint and set of arguments."""
    waiting, seen = [start], Counter[object]()
    routes = app.url_map.bind("localhost")
    while waiting:
        url = waiting.pop(0)
        parts = urlsplit(url)
        endpoint, values = routes.match(parts.path, method="GET")
        shape = (endpoint, values.get("collection"), tuple(sorted(name for name, _value in parse_qsl(parts.query))))
        seen[shape] += 1
        if seen[shape] > 2:
            continue
        answer = browser.get(url)
        if answer.mimetype != "text/html" or "<main" not in (page := answer.get_data(as_text=True)):
            continue
        yield url, page
        links = (unescape(link) for link in re.findall(r'<a [^>]*?href="(/[^"#]*)', page))
        waiting += [link for link in links if not ASIDE.search(link)]


def english(browser: Browser) -> Browser:
    browser.client.set_cookie("lang", "en")
    return browser


def test_every_text_is_translated_and_keeps_its_places() -> None:
    assert translations.check() == []


def test_a_text_without_a_translation_a_guess_and_a_lost_place_are_found() -> None:
    texts, kept = Catalog(), Catalog()
    for text in ("最多 {limit} 个字。", "共 %(n)s 笔", "待复核", "拨付"):
        texts.add(text)
    kept.add("最多 {limit} 个字。", "At most {most} characters.")
    kept.add("共 %(n)s 笔", "%(n)s in all")
    kept.add("待复核", "Waiting", flags=["fuzzy"])
    assert translations.faults(kept, texts) == [
        "other places than the Chinese: 最多 {limit} 个字。",
        "only guessed: 待复核",
        "not translated: 拨付",
    ]


@pytest.mark.parametrize("username", WALKERS)
def test_no_chinese_is_left_on_a_page(
    app: Flask, sign_in: SignIn, books: Books, known: Callable[[], list[str]], username: str
) -> None:
    names = known()
    pages = dict(walk(app, english(sign_in(username))))
    assert len(pages) > 8
    assert all('<html lang="en"' in page for page in pages.values())
    assert {url: found for url, page in pages.items() if (found := left_in(page, names))} == {}


def test_no_chinese_is_left_on_what_a_form_answers(
    sign_in: SignIn, browser: Callable[[], Browser], books: Books, known: Callable[[], list[str]]
) -> None:
    officer, stranger, names = english(sign_in(WALKERS[0])), english(browser()), known()
    place, pilot = "/t/220100/disbursements/new", books.pilot
    typed = {
        "allocation_id": str(pilot.allocation_id),
        "amount": "1,000.00",
        "paid_on": "2026-05-20",
        "voucher_no": "PZ-1",
        "payee_name": pilot.name,
        "payee_account": "6222000012348821",
        "step": "check",
    }
    answers = {
        "sign in": stranger.get("/login"),
        "wrong password": stranger.sign_in(WALKERS[0], "wrong"),
        "nothing filled in": officer.post(place, {"step": "check"}),
        "step two": officer.post(place, typed),
        "too much": officer.post(place, typed | {"amount": "9,000,000.00"}),
        "wan yuan meant": officer.post(place, typed | {"amount": "50"}),
        "wrong date and payee": officer.post(place, typed | {"paid_on": "2026-13-41", "payee_name": "ACME"}),
        "not found": officer.get("/t/220300/pilots"),
        "not permitted": officer.get("/admin/users"),
        "no such person": english(sign_in("admin")).post("/admin/users/new", {"tenant": "220100", "username": "a b"}),
    }
    assert [name for name, answer in answers.items() if '<html lang="en"' not in answer.get_data(as_text=True)] == []
    assert {
        name: found for name, answer in answers.items() if (found := left_in(answer.get_data(as_text=True), names))
    } == {}


def test_what_the_check_of_a_book_kept_is_said_in_english(
    sign_in: SignIn, books: Books, known: Callable[[], list[str]]
) -> None:
    browser, columns = english(sign_in(WALKERS[0])), [column.header for column in TEMPLATES[Kind.DISBURSEMENTS].columns]
    rows = [
        row_of(books.pilot, 1, 1000.5),
        row_of(books.pilot, 2, "9,000,000.00"),
        row_of(books.pilot, 3, "a lot"),
        [*row_of(books.pilot, 4, 10)[:5], "ACME", *row_of(books.pilot, 4, 10)[6:]],
    ]
    report = uploaded(browser, book_of(rows))
    pages = [browser.get(url).get_data(as_text=True) for url in (report, f"{report}/confirm?only_good=1")]
    assert [left_in(page, ["拨付.xlsx", *known(), *columns]) for page in pages] == [[], []]
    assert "You can enter at most" in pages[0]


def test_the_names_in_a_list_are_told_in_the_reader_s_language(app: Flask) -> None:
    with app.test_request_context("/?lang=en"):
        assert locale.say(NotPermitted("您的角色不能办理此事。可由{roles}办理。", roles="财务经办、财务复核")) == (
            "Your role may not do this. Roles that may: Finance maker, Finance checker."
        )


def test_a_template_without_a_translation_is_told_as_it_is(app: Flask) -> None:
    with app.test_request_context("/?lang=en"):
        assert locale.tell("无人译过的话：{name}", {"name": "甲"}) == "无人译过的话：甲"
        assert locale.tell("旧版留下的{原文}", None) == "旧版留下的{原文}"
