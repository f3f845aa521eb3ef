"""Dates: the spellings that forms read, and what is refused."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.dates import add_months, check_not_future, parse_plain_date, parse_typed_date
from ledger.domain.errors import DateUnreadable, FutureDate, Required

days = st.dates(date(2000, 1, 1), date(2100, 12, 31))


@pytest.mark.parametrize(
    "text",
    [
        *("2026-03-05", "2026/3/5", "2026.3.5", "2026年3月5日", "2026年03月05日", "2026年3月5", "2026/03/05"),
        *("２０２６-０３-０５", "２０２６年３月５日", "２０２６．３．５", " 2026-3-5 ", "\u30002026-03-05\u00a0"),
    ],
)
def test_typed_spellings_of_one_day(text: str) -> None:
    assert parse_typed_date(text, "paid_on") == date(2026, 3, 5)


@pytest.mark.parametrize(
    "text",
    [
        *("2026-3/5", "26-3-5", "20260305", "5/3/2026", "2026-03-05T00:00", "2026-03", "2026年3-5", "昨天", "NaN"),
        *("1999-12-31", "2101-01-01", "0000-00-00", "2026-00-10", "2026-13-01", "2026-03-00", "2026-03-32"),
        *("2026-02-29", "2026-02-30", "2026-03-05\x00", "-2026-03-05", "２０２６-０２-３０", "2026--03-05"),
        *("٢٠٢٦-03-05", "\u200f2026-03-05"),
    ],
)
def test_other_spellings_and_days_are_refused(text: str) -> None:
    for parse in (parse_typed_date, parse_plain_date):
        with pytest.raises(DateUnreadable) as refused:
            parse(text, "paid_on")
        assert refused.value.field == "paid_on"


def test_a_day_that_does_not_exist_is_named() -> None:
    with pytest.raises(DateUnreadable, match="没有 2 月 30 日"):
        parse_typed_date("2026-02-30", "paid_on")
    with pytest.raises(DateUnreadable, match="2026-03-05"):
        parse_typed_date("3月5日", "paid_on")


@pytest.mark.parametrize("value", ["2026/3/5", "2026-3-5", " 2026-03-05", "２０２６-03-05", 20260305, True])
def test_the_api_takes_the_iso_form_alone(value: object) -> None:
    with pytest.raises(DateUnreadable):
        parse_plain_date(value, "paid_on")


def test_a_missing_date_is_required() -> None:
    for value in (None, "", " "):
        with pytest.raises(Required):
            parse_plain_date(value, "paid_on")
    with pytest.raises(Required):
        parse_typed_date("\u3000", "paid_on")


@given(days)
def test_every_day_is_read_back(day: date) -> None:
    assert parse_plain_date(day.isoformat(), "paid_on") == day
    assert parse_typed_date(f"{day.year}年{day.month}月{day.day}日", "paid_on") == day


@given(st.text(max_size=14))
def test_any_text_is_a_day_or_a_refusal(text: str) -> None:
    try:
        year = parse_typed_date(text, "paid_on").year
    except (DateUnreadable, Required) as refused:
        year = 2000 if str(refused) else 0
    assert 2000 <= year <= 2100


def test_today_is_not_the_future() -> None:
    today = date(2026, 9, 30)
    check_not_future(date(2026, 9, 29), today, "paid_on")
    check_not_future(today, today, "paid_on")
    with pytest.raises(FutureDate, match=r"2026-10-01.*2026-09-30") as refused:
        check_not_future(date(2026, 10, 1), today, "paid_on")
    assert refused.value.field == "paid_on"


@pytest.mark.rule("Q12")
@pytest.mark.parametrize(
    ("day", "months", "end"),
    [
        (date(2026, 3, 10), 24, date(2028, 3, 10)),
        (date(2024, 2, 29), 24, date(2026, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2026, 12, 31), 1, date(2027, 1, 31)),
        (date(2026, 11, 30), 1, date(2026, 12, 30)),
    ],
)
def test_months_end_on_the_corresponding_day(day: date, months: int, end: date) -> None:
    assert add_months(day, months) == end
