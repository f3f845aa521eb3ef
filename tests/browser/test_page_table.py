"""The table of pages is whole: no page of the URL map is without a visit, and none without a picture."""

from __future__ import annotations

from collections import Counter
from urllib.parse import urlsplit

import pytest
from flask import Flask

import config
from scripts.pictures.tour import pictures, tour
from tests.browser.pages import SIGHTS
from tests.browser.places import Places
from tests.browser.sights import Sight

DOCS = config.ROOT / "docs"
MOST_BYTES = 4 * 1024 * 1024
"""Of all pictures together: a clone should not be about them."""
NO_PAGES = {
    "api_description.openapi": "the JSON API",
    "audit.count_todo": "a number within a page",
    "audit.entry_proof": "a file",
    "audit.province_entry_proof": "a file",
    "bootstrap.static": "a file",
    "exchange.blank_book": "a workbook",
    "exchange.errors_book": "a workbook",
    "exchange.export_province_record": "a file",
    "exchange.export_record": "a file",
    "files.download_file": "a file",
    "identity.alive": "a probe",
    "identity.ready": "a probe",
    "static": "a file",
}
"""Endpoints that answer GET with something else than a page."""
SEEN_ON = {
    "funds.check_document": "leads to the document",
    "funds.find_document": "leads to the document",
}
"""Pages that a picture of another one shows."""


class AnyPlaces(Places):
    """Numbers for paths that are only matched, not asked for."""

    def path(self, template: str) -> str:
        return template.format_map(_Ones())


class _Ones(dict[str, int]):
    def __missing__(self, _name: str) -> int:
        return 1


def endpoint_of(app: Flask, sight: Sight) -> str:
    """The endpoint that answers a sight's path."""
    path = urlsplit(AnyPlaces().path(sight.path)).path
    return str(app.url_map.bind("localhost").match(path, method="GET")[0])


def pages_of(app: Flask) -> set[str]:
    """The endpoints that answer GET with a page."""
    return {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and rule.endpoint not in NO_PAGES and not rule.rule.startswith("/api/")
    }


@pytest.mark.parametrize("database_urls", ["sqlite"], indirect=True)
def test_every_page_has_a_visit(app: Flask) -> None:
    visited = {endpoint_of(app, sight) for sight in SIGHTS if sight.status == 200}
    missing = pages_of(app) - visited
    assert not missing, f"a page needs a line in tests/browser/pages_*.py: {sorted(missing)}"


@pytest.mark.parametrize("database_urls", ["sqlite"], indirect=True)
def test_every_page_has_a_picture_with_two_lines(app: Flask) -> None:
    pictured = {endpoint_of(app, sight) for sight in SIGHTS if sight.about}
    missing = pages_of(app) - pictured - SEEN_ON.keys()
    assert not missing, f"a page needs a line with `about` in tests/browser/pages_*.py: {sorted(missing)}"
    assert all(sight.about.count("\n") == 1 for sight in SIGHTS if sight.about)


def test_the_tour_is_as_the_table_says() -> None:
    written = (DOCS / "tour.md").read_text(encoding="utf-8") if (DOCS / "tour.md").exists() else ""
    assert written == tour(SIGHTS), "make pictures writes docs/tour.md"


def test_the_tour_has_its_pictures_and_they_are_small() -> None:
    files = {file.name: file.stat().st_size for file in (DOCS / "pictures").glob("*.png")}
    assert files.keys() == {f"{name}.png" for name in pictures(SIGHTS)}, "make pictures takes them"
    assert sum(files.values()) <= MOST_BYTES


def test_no_two_sights_have_a_name() -> None:
    assert [name for name, count in Counter(sight.name for sight in SIGHTS).items() if count > 1] == []


@pytest.mark.parametrize("database_urls", ["sqlite"], indirect=True)
def test_what_is_no_page_is_still_there(app: Flask) -> None:
    assert {rule.endpoint for rule in app.url_map.iter_rules()} >= NO_PAGES.keys() | SEEN_ON.keys()
