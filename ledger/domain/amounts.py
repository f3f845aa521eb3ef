"""Amounts as people and programs write them, read into fen or refused with the number written out."""

from __future__ import annotations

import re
from decimal import Decimal

from ledger.domain.errors import AmountFormat, AmountScale, AmountSign, AmountZero, BadValue, Required
from ledger.domain.money import ZERO, Money, yuan

LARGEST = Money(999_999_999_999_999)
"""Thirteen digits of yuan and two decimals: the most that the amount pattern lets through."""

BLANKS = " \t\r\n\u00a0\u3000"
"""Spaces that may surround a typed value: the keyboard's, the non-breaking and the ideographic one."""

_FULL_WIDTH = str.maketrans("０１２３４５６７８９，．－\u2212", "0123456789,.--")
_SHAPE = re.compile(r"(-?)([0-9]+)(?:\.([0-9]+))?", re.ASCII)
_GROUPED = re.compile(r"(-?)([0-9]{1,3}(?:,[0-9]{3})+)(?:\.([0-9]+))?", re.ASCII)
_WITH_UNIT = re.compile(r"([0-9,.]+)\s*(亿|千万|百万|十万|万|千|百)?元?整?", re.ASCII)
_UNITS = {"亿": 10**8, "千万": 10**7, "百万": 10**6, "十万": 10**5, "万": 10**4, "千": 1000, "百": 100, None: 1}

_FEN_PER_YUAN = 2
_FEN_PER_WAN = 6
"""Decimals that reach down to one fen, in 元 and in 万元."""


def parse_plain(text: object, field: str = "amount") -> Money:
    """Read yuan in the plain form of the API: digits, at most two decimals, nothing around them.

    Raises:
        Required, AmountFormat, AmountSign, AmountScale, AmountZero: the first that applies.
    """
    if text is None or (isinstance(text, str) and not text.strip(BLANKS)):
        raise _required(field)
    found = _SHAPE.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise AmountFormat("金额请用文本填写数字，单位是元，例如 1250000.00。", field=field)
    return _read(found, "元", field)


def parse_typed(text: str, field: str = "amount") -> Money:
    """Read yuan as people type it: full-width digits, separators in the right places, spaces around.

    Raises:
        Required, AmountFormat, AmountSign, AmountScale, AmountZero: the first that applies.
    """
    return _read(_typed(text, "元", field), "元", field)


def parse_wan(text: str, field: str = "amount") -> Money:
    """Read 万元 as people type it; six decimals are one fen exactly.

    Raises:
        Required, AmountFormat, AmountSign, AmountScale, AmountZero: the first that applies.
    """
    return _read(_typed(text, "万元", field), "万元", field)


def normalised(text: str) -> str:
    """What a typed amount in yuan was read as, to show beside it; unreadable text stays as it was."""
    try:
        return yuan(parse_typed(text))
    except BadValue:
        return text


def number_cell_text(value: float) -> str:
    """A workbook's number cell as its shortest decimal, never with an exponent: 100.005, 30000."""
    text = format(Decimal(value) if isinstance(value, int) else Decimal(repr(value)), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def looks_like_wan(amount: Money, available: Money) -> Money | None:
    """The amount to suggest when yuan look like 万元 typed by mistake, else `None`.

    That is below 10,000 yuan, and ten thousand times as much would still fit in `available`.
    """
    meant = Money(amount.fen * 10_000)
    return meant if ZERO < amount < Money(10_000_00) and meant <= available else None


_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ((10**8, "亿"), (10**4, "万"), (1000, "仟"), (100, "佰"), (10, "拾"))


def capital(amount: Money) -> str:
    """The amount in capital characters for documents (人民币大写); 整 after 元 and 角, never after 分.

    Source: 《支付结算办法》附一, with its first spelling where it allows two.
    """
    whole, cents = divmod(abs(amount.fen), 100)
    tenths, hundredths = divmod(cents, 10)
    words = "人民币负" if amount.fen < 0 else "人民币"
    if whole or not cents:
        words += (_whole(whole) or "零") + "元"
        if cents and (not tenths or whole % 10 == 0):
            words += "零"
    if tenths:
        words += _DIGITS[tenths] + "角"
    return words + (_DIGITS[hundredths] + "分" if hundredths else "整")


def _whole(number: int) -> str:
    for size, unit in _PLACES:
        if number >= size:
            high, low = divmod(number, size)
            gap = "零" if 0 < low < size // 10 else ""
            return _whole(high) + unit + gap + _whole(low)
    return _DIGITS[number] if number else ""


def _typed(text: str, unit: str, field: str) -> re.Match[str]:
    folded = text.strip(BLANKS).translate(_FULL_WIDTH)
    if not folded:
        raise _required(field)
    found = _SHAPE.fullmatch(folded) or _GROUPED.fullmatch(folded)
    if found is None:
        raise _unreadable(folded, unit, field)
    return found


def _read(found: re.Match[str], unit: str, field: str) -> Money:
    sign, whole, fraction = found[1], found[2].replace(",", ""), found[3] or ""
    places = _FEN_PER_YUAN if unit == "元" else _FEN_PER_WAN
    too_long = len(whole) > 13 - (places - _FEN_PER_YUAN)
    if too_long or (len(whole) > 1 and whole[0] == "0"):
        raise _unreadable(whole, unit, field)
    if sign:
        raise AmountSign("金额不能是负数。要减少已入账的金额，请办理冲销或收回。", field=field)
    if len(fraction) > places:
        if unit == "元":
            raise AmountScale("金额最多两位小数（到分）。", field=field)
        raise AmountScale("以万元填写的金额最多六位小数（到分）。", field=field)
    fen = int(whole + fraction.ljust(places, "0"))
    if fen == 0:
        raise AmountZero("金额不能是零。请填写大于零的金额。", field=field)
    return Money(fen)


def _required(field: str) -> Required:
    return Required("请填写金额，例如 1,250,000.00。", field=field)


def _unreadable(folded: str, unit: str, field: str) -> AmountFormat:
    meant = _written_out(folded)
    if unit == "元":
        if meant is None:
            return AmountFormat("金额请只填数字，例如 1,250,000.00。", field=field)
        return AmountFormat("金额请只填数字，单位是元：{suggested}。", field=field, suggested=yuan(meant))
    if meant is None:
        return AmountFormat("金额请只填数字，单位是万元，例如 125.5。", field=field)
    wan = format(Decimal(meant.fen).scaleb(-_FEN_PER_WAN).normalize(), "f")
    return AmountFormat("金额请只填数字，单位是万元：{suggested}。", field=field, suggested=wan)


def _written_out(folded: str) -> Money | None:
    """The amount that a number with its unit means, such as 5万元; `None` where that is not certain."""
    found = _WITH_UNIT.fullmatch(folded)
    if found is None or found[0] == found[1]:
        return None
    number = _SHAPE.fullmatch(found[1]) or _GROUPED.fullmatch(found[1])
    if number is None or len(found[1]) > 24:
        return None
    fen = Decimal(found[1].replace(",", "")) * _UNITS[found[2]] * 100
    if fen != int(fen) or not 0 < fen <= LARGEST.fen:
        return None
    return Money(int(fen))
