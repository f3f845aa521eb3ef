"""What is typed as a new value, and how a change is shown: pure functions of the pages."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask

from ledger.changes.schemas_shown import about, changed, type_groups, words_of
from ledger.changes.schemas_typed import read_value, typed_as
from ledger.domain.changes import FIELDS, RULES, ChangeType, Value
from ledger.domain.errors import LedgerError
from ledger.domain.money import Money

pytestmark = pytest.mark.parametrize("database_urls", ["sqlite"], indirect=True)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("finish_on", "2027年6月30日", date(2027, 6, 30)),
        ("investment", "１，２５０，０００．５", Money(125_000_050)),
        ("content", " 两条产线\r\n一个检测中心 ", "两条产线\n一个检测中心"),
        ("owner_uscc", " 91220100000000012a ", None),
        ("construction_state", "stopped", "stopped"),
        ("place", "220102", "220102"),
        (
            "fund_use",
            "设备购置 1,200,000.00\n\n安装 调试：300000 元",
            (("设备购置", 120_000_000), ("安装 调试", 30_000_000)),
        ),
        ("fund_use", "  ", ()),
        ("content", " ", None),
    ],
)
def test_a_new_value_is_read_as_people_write_it(app: Flask, name: str, text: str, value: Value) -> None:
    if name == "owner_uscc":
        with pytest.raises(LedgerError) as refused:
            read_value(FIELDS[name], text)
        assert refused.value.field == name
        return
    if isinstance(value, tuple):
        value = tuple((purpose, Money(int(str(amount)))) for purpose, amount in value)
    found = read_value(FIELDS[name], text)
    assert found == value
    assert read_value(FIELDS[name], typed_as(found)) == found


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("finish_on", "2027-02-30", "没有 2 月 30 日"),
        ("investment", "125万", "1,250,000.00"),
        ("fund_use", "设备购置1,200,000.00", "第 1 行没有读懂"),
        ("fund_use", "设备购置 100\n安装 一百", "第 2 行没有读懂"),
        ("place", "110000", "六位区划代码"),
        ("code", "123", "项目代码应为 24 位"),
    ],
)
def test_what_cannot_be_read_names_its_field(app: Flask, name: str, text: str, words: str) -> None:
    with pytest.raises(LedgerError, match=words) as refused:
        read_value(FIELDS[name], text)
    assert refused.value.field == name


def test_a_change_is_shown_with_what_it_amounts_to(app: Flask) -> None:
    with app.test_request_context():
        assert changed("finish_on", date(2026, 12, 31), date(2027, 6, 30)).note == "+181 天"
        assert changed("finish_on", date(2027, 6, 30), date(2026, 12, 31)).note == "−181 天"
        assert changed("investment", Money(100_000_00), Money(110_000_00)).note == "+10,000.00（10.0%）"
        assert changed("construction_state", "building", "stopped").after == "停建"
        assert words_of(FIELDS["place"], "220102") == "南关区 220102"
        lines = (("设备", Money(10_000)),)
        assert changed("fund_use", (), lines).note == "合计 100.00"


@pytest.mark.rule("Q20")
def test_each_type_says_at_once_what_it_needs_and_does(app: Flask) -> None:
    with app.test_request_context():
        for change in ChangeType:
            told = about(change)
            assert told.province
            assert told.money
            assert len(told.evidence) == len(RULES[change].evidence)
        offered = [value for _label, options in type_groups(ChangeType) for value, _words in options]
        assert sorted(offered) == [one.value for one in ChangeType]
