"""The reader's language."""

from __future__ import annotations

import pytest
from flask import Flask

from ledger.http import locale


@pytest.mark.parametrize(
    ("query", "cookie", "accepts", "language"),
    [
        ("", "", "", "zh"),
        ("", "", "en-GB,en;q=0.9", "en"),
        ("", "", "zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("", "", "fr", "zh"),
        ("", "en", "zh-CN", "en"),
        ("?lang=zh", "en", "en", "zh"),
        ("?lang=xx", "", "", "zh"),
    ],
)
def test_the_language_is_asked_for_remembered_or_accepted(query: str, cookie: str, accepts: str, language: str) -> None:
    headers = {"Accept-Language": accepts} if accepts else {}
    if cookie:
        headers["Cookie"] = f"lang={cookie}"
    with Flask(__name__).test_request_context(f"/{query}", headers=headers):
        assert locale.select() == language


def test_without_a_request_it_is_chinese() -> None:
    assert locale.select() == "zh"
