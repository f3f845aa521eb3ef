"""What a report tells is kept by template and values; what an older version kept as text is still read."""

from __future__ import annotations

import json

from flask import Flask

from ledger.domain.errors import AmountFormat, ExceedsAllocated
from ledger.domain.money import Money
from ledger.exchange.report import Report, read_report
from ledger.exchange.web_pages import said
from ledger.exchange.words import fault_of, words
from ledger.http import locale

LIMIT = ExceedsAllocated(
    "该项目可拨付 {available} 元，本次 {requested} 元。", available=Money(0), requested=Money(1_234_56)
)
UNIT = AmountFormat("金额请只填数字，单位是元：{suggested}。", field="amount", suggested="5,000,000.00")
WORDS = "金额请只填数字，单位是元：5,000,000.00。"


def test_a_report_is_read_as_it_was_kept() -> None:
    report = Report(
        rows=9,
        accepted=7,
        stored=0,
        refused=(fault_of(5, "拨付金额", LIMIT, "1234.56"), fault_of(6, "拨付金额", UNIT, "500万")),
        warnings=(words("第 {row} 行的合计“{total}”读不出来，没有核对。", row=12, total="约五千"),),
        normalised=(),
    )
    kept = read_report(report.to_text())
    assert kept == report
    assert [fault["message"] for fault in kept.plain()["refused"]] == [
        "该项目可拨付 0.00 元，本次 1,234.56 元。",
        WORDS,
    ]
    assert kept.plain()["warnings"] == ["第 12 行的合计“约五千”读不出来，没有核对。"]


def test_a_kept_fault_is_told_in_the_reader_s_language(app: Flask) -> None:
    (fault,) = read_report(Report(1, 0, 0, (fault_of(6, "拨付金额", UNIT, "500万"),), (), ()).to_text()).refused
    with app.test_request_context():
        with locale.speaking("en"):
            told = said(fault.words)
        assert said(fault.words) == WORDS
    assert "5,000,000.00" in told
    assert "金额" not in told


def test_the_text_that_an_older_version_kept_is_still_read(app: Flask) -> None:
    fault = {"row": 6, "column": "拨付金额", "code": "amount_format", "message": WORDS, "value": "{500万}"}
    older = {"rows": 1, "accepted": 0, "stored": 0, "refused": [fault], "warnings": ["旧的{提醒}"], "normalised": []}
    report = read_report(json.dumps(older))
    assert report.plain() == older
    assert read_report(report.to_text()) == report
    with app.test_request_context(), locale.speaking("en"):
        assert said(report.refused[0].words) == WORDS
