"""Business dates as people and programs write them; days of Asia/Shanghai."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date

from ledger.domain.amounts import BLANKS
from ledger.domain.errors import DateUnreadable, FutureDate, Required

FIRST_YEAR, LAST_YEAR = 2000, 2100

_FULL_WIDTH = str.maketrans("０１２３４５６７８９－／．", "0123456789-/.")
_TYPED = re.compile(
    r"([0-9]{4})(?:([-/.])([0-9]{1,2})\2([0-9]{1,2})|年([0-9]{1,2})月([0-9]{1,2})日?)",
    re.ASCII,
)
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", re.ASCII)


def parse_typed_date(text: str, field: str) -> date:
    """Read 2026-03-05, 2026/3/5, 2026.3.5 or 2026年3月5日, with full-width digits and spaces around.

    Raises:
        Required: blank. DateUnreadable: another spelling, or a day that does not exist.
    """
    folded = text.strip(BLANKS).translate(_FULL_WIDTH)
    if not folded:
        raise _required(field)
    found = _TYPED.fullmatch(folded)
    if found is None:
        raise _unreadable(field)
    return _day(int(found[1]), int(found[3] or found[5]), int(found[4] or found[6]), field)


def parse_plain_date(text: object, field: str) -> date:
    """Read an ISO date (2026-03-05) and nothing else, as the API takes it.

    Raises:
        Required: missing or blank. DateUnreadable: another spelling, or a day that does not exist.
    """
    if text is None or (isinstance(text, str) and not text.strip(BLANKS)):
        raise _required(field)
    found = _ISO.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise _unreadable(field)
    return _day(int(found[1]), int(found[2]), int(found[3]), field)


def check_not_future(day: date, today: date, field: str) -> None:
    """Refuse a business date after `today` (Asia/Shanghai). Source: ledger invariant 12.

    Raises:
        FutureDate: `day` is later than `today`.
    """
    if day > today:
        raise FutureDate(
            "日期 {day} 晚于今天 {today}。请核对凭证日期。",
            field=field,
            day=day.isoformat(),
            today=today.isoformat(),
        )


def add_months(day: date, months: int) -> date:
    """The corresponding day `months` later; the month's last day where there is none (29 Feb, 31st).

    Source: Q12, 《民法典》第二百零一条、第二百零二条.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _day(year: int, month: int, day: int, field: str) -> date:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise DateUnreadable("年份应在 2000 到 2100 之间。请核对日期 {year} 年。", field=field, year=year)
    try:
        return date(year, month, day)
    except ValueError:
        raise DateUnreadable(
            "{year} 年没有 {month} 月 {day} 日。请按凭证核对日期。", field=field, year=year, month=month, day=day
        ) from None


def _required(field: str) -> Required:
    return Required("请填写日期，例如 2026-03-05。", field=field)


def _unreadable(field: str) -> DateUnreadable:
    return DateUnreadable("请按 年-月-日 填写日期，例如 2026-03-05。", field=field)
