"""Templates say their constant texts when they are compiled: in the reader's language, and escaped as ever."""

from __future__ import annotations

import pytest
from flask import Flask, render_template
from flask_babel import Babel
from jinja2 import DictLoader

from ledger.http import filters, headers, locale, templates

WORD = "试点"
ENGLISH = locale.in_language("en", WORD)
PARTS = {
    "frame.html": "{% block main %}{% endblock %}",
    "macros.html": '{% macro word(n) %}{{ _("第 %(n)s 页", n=n) }}{% endmacro %}',
    "page.html": '{% extends "frame.html" %}{% import "macros.html" as macros %}'
    '{% block main %}{{ _("试点") }}|{{ macros.word(typed) }}|{{ "x" ~ _("试点") }}{% endblock %}',
    "filed.html": '{{ _("试点") }}|{% call in_chinese() %}{% include "form.html" %}{{ _("试点") }}{% endcall %}|'
    '{{ _("试点") }}',
    "form.html": '{% import "macros.html" as macros %}{{ macros.word(1) }}|{{ _("试点") }}|',
}


@pytest.fixture
def speaking() -> Flask:
    app = Flask(__name__)
    templates.register(app)
    Babel(app, locale_selector=locale.select)
    locale.register(app)
    filters.register(app)
    headers.add_headers(app)
    app.jinja_env.loader = DictLoader(PARTS)
    return app


def drawn(app: Flask, name: str, language: str, **context: str) -> str:
    with app.test_request_context(f"/?lang={language}"):
        return render_template(name, **context)


def test_each_reader_is_answered_in_their_language(speaking: Flask) -> None:
    for _ in range(2):
        assert drawn(speaking, "page.html", "zh", typed="2") == "试点|第 2 页|x试点"
        english = drawn(speaking, "page.html", "en", typed="2")
        assert english.startswith(f"{ENGLISH}|")
        assert english.endswith(f"|x{ENGLISH}")
        assert WORD not in english


def test_what_is_put_into_a_text_is_escaped(speaking: Flask) -> None:
    assert "第 &lt;b&gt; 页" in drawn(speaking, "page.html", "zh", typed="<b>")


def test_a_form_that_is_filed_is_in_chinese_on_an_english_page(speaking: Flask) -> None:
    assert drawn(speaking, "filed.html", "en") == f"{ENGLISH}|第 1 页|试点|试点|{ENGLISH}"
