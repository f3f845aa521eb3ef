"""What the database refused, in the ledger's own words.

The rules are checked before a statement is sent, under the row's lock; a refusal that
arrives here came from a race or from a path that forgot the check. It carries the
same code, without the numbers.
"""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError, OperationalError

from ledger.domain import errors
from ledger.domain.errors import LedgerError

_AGAIN = "此刻余额刚被其他单据占用，本次没有入账。请刷新页面，按最新余额再试。"
_BY_MARK: tuple[tuple[tuple[str, ...], type[LedgerError], str], ...] = (
    (("pk_award_right", "award_right.subject_key"), errors.AlreadyAwarded,
     "该单位的一次性支持已被使用（第八条），不能再次核定。请查看原核定，或通过变更调减。"),
    (("pk_funded_project", "funded_project.project_code"), errors.ProjectMismatch,
     "该项目代码已由另一项核定支持，同一项目不得重复支持（第八条）。请核对项目代码。"),
    (("voucher",), errors.VoucherDuplicate, "该支付凭证号本年度已登记。请核对凭证，或查看原单据。"),
    (("notice_project",), errors.Conflict, "同一指标文号下该项目已有一笔下达。请核对指标文件。"),
    (("notice_date", "allocation_notice"), errors.DocumentUnknown,
     "该指标文号已用于另一日期的指标文件。请核对文号和下达日期。"),
    (("one_reversal", "reverses_id"), errors.Conflict, "该单据已有冲销，不能再次冲销。"),
    (("cap_exceeded",), errors.CapExceeded, _AGAIN),
    (("exceeds_fund_line",), errors.ExceedsFundLine, _AGAIN),
    (("exceeds_awarded",), errors.ExceedsAwarded, _AGAIN),
    (("exceeds_allocated",), errors.ExceedsAllocated, _AGAIN),
    (("exceeds_disbursed", "reversed_untouched"), errors.ExceedsDisbursed, _AGAIN),
    (("exceeds_spent",), errors.ExceedsSpent, _AGAIN),
    (("ledger:held",), errors.HeldByReport,
     "该项目的资金因变更报告暂停（第十条），本次没有入账。请刷新页面查看是哪份报告，待处置后再办理。"),
    (("second_person",), errors.MakerIsChecker, "您登记的单据须由他人复核。请转给本单位其他复核人员。"),
    (("ledger:conflict",), errors.Conflict, errors.CHANGED),
    (("login_name",), errors.Invalid, "该用户名已被使用。请换一个。"),
    (("uq_pilot", "pilot.uscc"), errors.Conflict, "该单位在本地区已认定为试点。请核对统一社会信用代码。"),
)  # fmt: skip


def refusal_of(error: DBAPIError) -> Exception:
    """The refusal that a database error stands for; an unknown error is given back as it is."""
    said = str(error.orig)
    for marks, refusal, words in _BY_MARK:
        if any(mark in said for mark in marks):
            return refusal(words)
    return error


def is_passing(error: DBAPIError) -> bool:
    """Whether the same transaction may well succeed if it is tried again: a deadlock or a busy file."""
    state = getattr(error.orig, "sqlstate", None)
    return state in ("40001", "40P01") or (isinstance(error, OperationalError) and "locked" in str(error.orig))
