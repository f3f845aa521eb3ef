"""Amounts: what each face reads, what it refuses, and with which code."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.amounts import (
    LARGEST,
    capital,
    looks_like_wan,
    normalised,
    number_cell_text,
    parse_plain,
    parse_typed,
    parse_wan,
)
from ledger.domain.errors import AmountFormat, AmountScale, AmountSign, AmountZero, BadValue, Required
from ledger.domain.money import ZERO, Money, plain, yuan

FEN = Money(1)
amounts = st.integers(min_value=1, max_value=LARGEST.fen).map(Money)

MALFORMED = [
    *("NaN", "Infinity", "-Infinity", "1e400", "1e3", "1_000", "+1", "+0", "9" * 40, "1" + "0" * 13, "007", "00"),
    *("\u200f1000", "1000\u200f", "1\u200b000", "\ufeff1", "1000\x00", ".5", "5.", "1.2.3", "1 000", "0x10", "١٢"),
    *("½", "²", "一百", "¥100", "--5", "-", ".", "100元", "5万", "500万", "1,0000", "12,34.00", ",100", "100,"),
    *("1,,000", "0,500", "1,000,0", "1.000,00", "100.5元", "1/2", "=1+1", "1\n000"),
]


@pytest.mark.parametrize("text", MALFORMED)
def test_malformed_text_is_refused_by_every_face(text: str) -> None:
    for parse in (parse_plain, parse_typed, parse_wan):
        with pytest.raises(AmountFormat):
            parse(text)


@pytest.mark.parametrize("value", [1, 1.5, 0, True, [], {}, b"1", Decimal(1)])
def test_a_json_number_is_refused(value: object) -> None:
    with pytest.raises(AmountFormat):
        parse_plain(value)


@pytest.mark.parametrize("text", ["１２", "1,000", "１，０００", " 12", "12 ", "12\n", "１2", "1000．5", "－5"])
def test_spellings_are_read_by_forms_and_refused_by_the_api(text: str) -> None:
    with pytest.raises(AmountFormat):
        parse_plain(text)


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("1250000", 1_250_000_00),
        ("1,250,000.00", 1_250_000_00),
        ("１２５００００", 1_250_000_00),
        ("１０，０００.５０", 10_000_50),
        (" 20,000.00 ", 20_000_00),
        ("\u30001.5\u00a0\t", 1_50),
        ("0.01", 1),
        ("９９９．９９", 999_99),
        ("9,999,999,999,999.99", LARGEST.fen),
        ("9999999999999.99", LARGEST.fen),
    ],
)
def test_typed_amounts_are_normalised(text: str, fen: int) -> None:
    assert parse_typed(text) == Money(fen)
    assert normalised(text) == yuan(Money(fen))


def test_an_unreadable_amount_is_shown_as_it_was() -> None:
    assert normalised("5万") == "5万"


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", Required),
        ("  ", Required),
        ("-1", AmountSign),
        ("-0", AmountSign),
        ("-0.001", AmountSign),
        ("-1,000x", AmountFormat),
        ("0.001", AmountScale),
        ("100.000", AmountScale),
        ("0." + "1" * 40, AmountScale),
        ("0", AmountZero),
        ("0.00", AmountZero),
        ("0.0", AmountZero),
    ],
)
def test_one_fault_an_amount_and_the_first_of_the_order(text: str, error: type[BadValue]) -> None:
    for parse in (parse_plain, parse_typed):
        with pytest.raises(error) as refused:
            parse(text, "lines.0.amount")
        assert refused.value.field == "lines.0.amount"


def test_a_missing_amount_is_required() -> None:
    with pytest.raises(Required):
        parse_plain(None)
    with pytest.raises(Required):
        parse_typed("\u3000\u00a0")


@pytest.mark.parametrize("text", ["\u22125", "－５００", "-500"])
def test_every_minus_is_a_sign(text: str) -> None:
    with pytest.raises(AmountSign):
        parse_typed(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("500万", "金额请只填数字，单位是元：5,000,000.00。"),
        ("5万", "金额请只填数字，单位是元：50,000.00。"),
        ("5万元", "金额请只填数字，单位是元：50,000.00。"),
        ("５ 万元整", "金额请只填数字，单位是元：50,000.00。"),
        ("1.5亿元", "金额请只填数字，单位是元：150,000,000.00。"),
        ("1,250元", "金额请只填数字，单位是元：1,250.00。"),
        ("0.000001万", "金额请只填数字，单位是元：0.01。"),
        ("0.0000001万", "金额请只填数字，例如 1,250,000.00。"),
        ("0万", "金额请只填数字，例如 1,250,000.00。"),
        ("9" * 30 + "万", "金额请只填数字，例如 1,250,000.00。"),
        ("1.2.3万", "金额请只填数字，例如 1,250,000.00。"),
        ("{limit}", "金额请只填数字，例如 1,250,000.00。"),
        ("NaN", "金额请只填数字，例如 1,250,000.00。"),
    ],
)
def test_a_unit_is_refused_with_the_number_written_out(text: str, words: str) -> None:
    with pytest.raises(AmountFormat) as refused:
        parse_typed(text)
    assert str(refused.value) == words


@pytest.mark.parametrize(("text", "shown"), [("500万元", "500"), ("5,000,000元", "500"), ("12.5万", "12.5")])
def test_a_unit_in_a_wan_column_is_written_out_in_wan(text: str, shown: str) -> None:
    with pytest.raises(AmountFormat) as refused:
        parse_wan(text)
    assert str(refused.value) == f"金额请只填数字，单位是万元：{shown}。"


@pytest.mark.parametrize(
    ("text", "fen"),
    [("500", 500_000_000), ("0.000001", 1), ("125.5", 125_500_000), ("1,250.00", 1_250_000_000), ("３０", 30_000_000)],
)
def test_wan_is_exact_to_the_fen(text: str, fen: int) -> None:
    assert parse_wan(text) == Money(fen)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("0.0000001", AmountScale),
        ("-1", AmountSign),
        ("0.000000", AmountZero),
        ("", Required),
        ("999999999.999999", None),
        ("1000000000", AmountFormat),
    ],
)
def test_wan_has_its_own_scale_and_the_same_ceiling(text: str, error: type[BadValue] | None) -> None:
    if error is None:
        assert parse_wan(text) == LARGEST
        return
    with pytest.raises(error):
        parse_wan(text)


@given(amounts)
def test_what_is_written_is_read_back(amount: Money) -> None:
    assert parse_plain(plain(amount)) == amount
    assert parse_typed(yuan(amount)) == amount
    assert parse_wan(format(Decimal(amount.fen).scaleb(-6), "f")) == amount


@given(st.text(max_size=30))
def test_any_text_is_an_amount_or_a_refusal(text: str) -> None:
    for parse in (parse_plain, parse_typed, parse_wan):
        try:
            amount = parse(text)
        except BadValue as refused:
            amount = FEN if str(refused) else ZERO
        assert ZERO < amount <= LARGEST


@pytest.mark.parametrize(
    ("value", "text"),
    [
        *((100.005, "100.005"), (30000.0, "30000"), (30000, "30000"), (1e3, "1000"), (1e22, "1" + "0" * 22)),
        *((1e-7, "0.0000001"), (-500, "-500"), (-0.5, "-0.5"), (0.1 + 0.2, "0.30000000000000004"), (0.0, "0")),
    ],
)
def test_a_number_cell_is_its_shortest_decimal(value: float, text: str) -> None:
    assert number_cell_text(value) == text


def test_a_number_cell_that_is_no_number_is_refused() -> None:
    for value in (float("nan"), float("inf"), 10**5000, 1e300):
        with pytest.raises(AmountFormat):
            parse_typed(number_cell_text(value))


@given(st.integers(min_value=1, max_value=10**12))
def test_a_number_cell_keeps_every_fen(fen: int) -> None:
    assert parse_typed(number_cell_text(fen / 100)) == Money(fen)
    assert parse_wan(number_cell_text(fen / 1_000_000)) == Money(fen)


@pytest.mark.parametrize(
    ("fen", "words"),
    [
        (6_007_14, "人民币陆仟零柒元壹角肆分"),
        (16_409_02, "人民币壹万陆仟肆佰零玖元零贰分"),
        (300_004_034_42, "人民币叁亿零肆仟零叁拾肆元肆角贰分"),
        (1_409_50, "人民币壹仟肆佰零玖元伍角整"),
        (1_680_32, "人民币壹仟陆佰捌拾元零叁角贰分"),
        (107_000_53, "人民币壹拾万柒仟元零伍角叁分"),
        (325_04, "人民币叁佰贰拾伍元零肆分"),
        (5_000_000_00, "人民币伍佰万元整"),
        (800_000_00, "人民币捌拾万元整"),
        (5_500_000_00, "人民币伍佰伍拾万元整"),
        (10_00, "人民币壹拾元整"),
        (100_100_00, "人民币壹拾万零壹佰元整"),
        (1_0000_0001_00, "人民币壹亿零壹元整"),
        (1_0010_0000_00, "人民币壹亿零壹拾万元整"),
        (LARGEST.fen, "人民币玖万玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分"),
        (1_0000_0000_0000_00, "人民币壹万亿元整"),
        (50, "人民币伍角整"),
        (5, "人民币伍分"),
        (55, "人民币伍角伍分"),
        (0, "人民币零元整"),
        (-100_00, "人民币负壹佰元整"),
    ],
)
def test_capital_amounts_follow_the_payment_rules(fen: int, words: str) -> None:
    assert capital(Money(fen)) == words


@given(amounts)
def test_a_capital_amount_ends_as_its_last_unit_asks(amount: Money) -> None:
    words = capital(amount)
    assert words.endswith("分") == (amount.fen % 10 > 0)
    assert words.endswith("整") == (amount.fen % 10 == 0)
    assert "零零" not in words


@pytest.mark.parametrize(
    ("amount", "available", "meant"),
    [
        (500_00, 5_000_000_00, 5_000_000_00),
        (500_00, 4_999_999_99, None),
        (500_01, 5_000_000_00, None),
        (9_999_99, 99_999_900_00, 99_999_900_00),
        (10_000_00, 10**15, None),
        (0, 5_000_000_00, None),
    ],
)
def test_yuan_that_look_like_wan_are_noticed(amount: int, available: int, meant: int | None) -> None:
    expected = None if meant is None else Money(meant)
    assert looks_like_wan(Money(amount), Money(available)) == expected
