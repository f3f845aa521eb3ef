"""The reader's language."""

from __future__ import annotations

import pytest
from flask import Flask

from ledger.http import locale


@pytest.mark.parametrize(
    ("query", "cookie", "accepts", "language"),
    [
        ("", "", "", "zh"),
        ("", "", "en-GB,en;q=0.9", "zh"),
        ("", "", "zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("", "", "fr", "zh"),
        ("", "en", "zh-CN", "en"),
        ("?lang=zh", "en", "en", "zh"),
        ("?lang=xx", "", "", "zh"),
    ],
)
def test_a_page_speaks_the_language_that_was_chosen_and_chinese_before(
    query: str, cookie: str, accepts: str, language: str
) -> None:
    headers = {"Accept-Language": accepts} if accepts else {}
    if cookie:
        headers["Cookie"] = f"lang={cookie}"
    with Flask(__name__).test_request_context(f"/{query}", headers=headers):
        assert locale.select() == language


def test_the_api_follows_the_header() -> None:
    with Flask(__name__).test_request_context("/api/v1/totals", headers={"Accept-Language": "en-GB,en;q=0.9"}):
        assert locale.select() == "en"


def test_without_a_request_it_is_chinese() -> None:
    assert locale.select() == "zh"
