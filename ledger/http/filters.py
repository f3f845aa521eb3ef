"""How pages write money, shares, dates and instants; the only place that does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from flask import Flask
from flask_babel import gettext
from markupsafe import Markup, escape

from ledger.domain import money
from ledger.domain.money import Money
from ledger.http import codes, locale, paging
from ledger.http.headers import preference

SHANGHAI = ZoneInfo("Asia/Shanghai")
_FEN_PER_SHOWN_WAN = 10_000  # 0.01 万元 is 100 yuan
_BAR = 1000


def yuan(amount: Money) -> str:
    """Yuan with separators and two decimals: `1,234.00`; minus is U+2212."""
    return money.yuan(amount)


def wan(amount: Money) -> str:
    """万元 with two decimals, half up; `≈` says that digits were lost."""
    shown, rest = divmod(abs(amount.fen), _FEN_PER_SHOWN_WAN)
    if rest * 2 >= _FEN_PER_SHOWN_WAN:
        shown += 1
    whole, cents = divmod(shown, 100)
    sign = "\u2212" if amount.fen < 0 and shown else ""
    return f"{'≈' if rest else ''}{sign}{whole:,}.{cents:02d}"


def amount(value: Money | None) -> str | Markup:
    """An amount in the unit the reader chose (元 or 万元); a missing one is `—`, read out as 未填."""
    if value is None:
        return _missing()
    return wan(value) if preference("unit") == "wan" else yuan(value)


def capital(value: Money) -> str:
    """The amount in words, as vouchers write it: `人民币捌拾万元整`."""
    from ledger.domain.amounts import capital as in_words

    return in_words(value)


def typed(value: Money) -> str:
    """The amount as a person types it into a field: `1250000.00`."""
    return money.plain(value)


def percent(part: Money, whole: Money) -> str:
    """The share of `whole` with one decimal, half up; `100.0%` only when exact, `—` of nothing."""
    if whole.fen <= 0:
        return "—"
    tenths = (part.fen * 2000 + whole.fen) // (2 * whole.fen)
    if tenths == 1000 and part != whole:
        tenths = 999 if part < whole else 1001
    if tenths <= 0 < part.fen:
        tenths = 1
    return f"{tenths // 10}.{tenths % 10}%"


def bar(part: Money, whole: Money) -> int:
    """The length of a bar in thousandths of its scale, between 0 and 1000; something is never invisible."""
    if whole.fen <= 0 or part.fen <= 0:
        return 0
    return min(_BAR, max(2, part.fen * _BAR // whole.fen))


def day(value: date | None) -> str | Markup:
    """A business date: `2026-11-20`; a missing one is `—`."""
    return _missing() if value is None else value.isoformat()[:10]


def long_day(value: date) -> str:
    """A date in full, with its weekday, in the reader's language."""
    if is_english():
        return f"{value:%A, %d %B %Y}"
    return f"{value.year}年{value.month}月{value.day}日 星期{'一二三四五六日'[value.weekday()]}"


def instant(value: datetime | None) -> str | Markup:
    """An aware instant in Asia/Shanghai: `2026-11-20 10:32`; a missing one is `—`."""
    return _missing() if value is None else value.astimezone(SHANGHAI).isoformat(" ", "minutes")[:16]


def iso(value: datetime | date) -> str:
    """The machine form for a `<time>` element: a date, or an instant in UTC."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds")
    return value.isoformat()


def cell(value: object) -> str | Markup:
    """Any value of a read model as a page shows it; money always in yuan, as a voucher has it."""
    if value is None or value == "":
        return _missing()
    if isinstance(value, Money):
        return yuan(value)
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, date):
        return day(value)
    return str(value)


def _missing() -> Markup:
    return Markup('<span aria-hidden="true">—</span><span class="visually-hidden">{}</span>').format(
        escape(gettext("未填"))
    )


def is_english() -> bool:
    """Whether the page is in English."""
    return locale.language() == "en"


def in_chinese(caller: Callable[[], Markup]) -> Markup:
    """`{% call in_chinese() %}…{% endcall %}`: a form that offices file is in Chinese, however the page is read."""
    with locale.speaking("zh"):
        return caller()


def page_language() -> str:
    """The `lang` attribute of the page."""
    return "en" if is_english() else "zh-CN"


def register(app: Flask) -> None:
    """Give the filters, the links and the reader's language to every template."""
    codes.register(app)
    named = (yuan, wan, amount, capital, typed, percent, bar, day, long_day, instant, iso, cell)
    app.jinja_env.filters.update({each.__name__: each for each in named})
    app.jinja_env.globals.update(
        link=paging.link,
        path=paging.path,
        sizes=paging.SIZES,
        page_language=page_language,
        is_english=is_english,
        in_chinese=in_chinese,
    )
