"""Limits of allocations, disbursements, expenditures, acceptances, recoveries and reversals.

Amounts are in fen and positive; a position is the state before the act.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import date

from ledger.domain.caps import (
    check_award_lines,
    check_fund_line,
    check_one_time,
    check_reduction,
    check_region_split,
)
from ledger.domain.documents import DocumentKind, check_reversible
from ledger.domain.errors import (
    BeforeAllocation,
    ExceedsAllocated,
    ExceedsAwarded,
    ExceedsDisbursed,
    ExceedsSpent,
    PayeeMismatch,
    Required,
)
from ledger.domain.money import ZERO, Money, total
from ledger.domain.positions import AllocationPosition, FundLinePosition, LinePosition, PilotPosition

__all__ = [
    "AllocationPosition",
    "FundLinePosition",
    "LinePosition",
    "PilotPosition",
    "check_acceptance",
    "check_allocation",
    "check_award_lines",
    "check_disbursement",
    "check_expenditure",
    "check_fund_line",
    "check_not_before_allocation",
    "check_one_time",
    "check_payee",
    "check_recovery_disbursed",
    "check_recovery_undisbursed",
    "check_reduction",
    "check_region_split",
    "check_reversal",
    "split_acceptance",
]


def check_allocation(line: LinePosition, amount: Money) -> None:
    """Refuse an allocation above what the award's line has left.

    Raises:
        ExceedsAwarded: `amount` is above `line.available`.

    Source: RX.1, ledger invariant 3.
    """
    if amount > line.available:
        raise ExceedsAwarded(
            "最多还可下达 {available} 元。核定 {limit}，已下达 {used}，待复核 {waiting}。"
            "核定为一次性，请改为不高于该数。",
            limit=line.awarded,
            used=line.allocated,
            waiting=line.waiting,
            requested=amount,
            available=line.available,
        )


_DISBURSE = "最多还可填 {available} 元。下达 {limit}，已拨 {used}，待复核 {waiting}。如需增加，请先办理指标下达。"
_DISBURSE_AFTER_RECOVERY = (
    "最多还可填 {available} 元。下达 {limit}，已拨 {used}，待复核 {waiting}，已收回 {recovered}。"
    "如需增加，请先办理指标下达。"
)
_RECOVER = (
    "最多可收回 {available} 元。下达 {limit}，已拨 {used}，待复核 {waiting}，已收回 {recovered}。"
    "已拨付的资金请按拨付单办理收回。"
)


def check_disbursement(position: AllocationPosition, amount: Money) -> None:
    """Refuse a disbursement above what is allocated, not disbursed, not reserved and not recovered.

    Raises:
        ExceedsAllocated: `amount` is above `position.available`.

    Source: RX.1, RX.2, ledger invariant 4.
    """
    if amount > position.available:
        words = _DISBURSE_AFTER_RECOVERY if position.recovered_undisbursed else _DISBURSE
        raise _beyond_allocated(words, position, amount)


def check_recovery_undisbursed(position: AllocationPosition, amount: Money) -> None:
    """Refuse to recover more than is allocated and free: what waits or is disbursed is not free.

    Raises:
        ExceedsAllocated: `amount` is above `position.available`.

    Source: RX.5, Q14, ledger invariant 6.
    """
    if amount > position.available:
        raise _beyond_allocated(_RECOVER, position, amount)


def _beyond_allocated(words: str, position: AllocationPosition, amount: Money) -> ExceedsAllocated:
    return ExceedsAllocated(
        words,
        limit=position.allocated,
        used=position.disbursed,
        waiting=position.waiting,
        recovered=position.recovered_undisbursed,
        requested=amount,
        available=position.available,
    )


def check_not_before_allocation(paid_on: date, allocated_on: date) -> None:
    """Refuse a disbursement dated before its allocation; the same day is allowed.

    Raises:
        BeforeAllocation: `paid_on` is earlier.

    Source: RX.1.
    """
    if paid_on < allocated_on:
        raise BeforeAllocation(
            "拨付日期不能早于指标下达日期 {allocated_on}。请核对凭证日期。",
            field="paid_on",
            allocated_on=allocated_on.isoformat(),
        )


def check_payee(payee_name: str, owner_name: str) -> None:
    """Refuse a payee that is not the project's owner; spaces and bracket kinds do not matter.

    Raises:
        Required: blank. PayeeMismatch: another name.

    Source: RX.2.
    """
    if not payee_name.strip():
        raise Required("请填写收款单位，应为项目单位“{owner}”。", field="payee_name", owner=owner_name)
    if _name_key(payee_name) != _name_key(owner_name):
        raise PayeeMismatch(
            "收款单位“{payee}”不是项目单位“{owner}”。请核对；项目单位有变更的，请先报备变更。",
            payee=payee_name,
            owner=owner_name,
        )


def _name_key(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).split())


_SPEND = (
    "最多还可登记支出 {available} 元。本笔拨付未支出 {remaining}；"
    "本指标已拨 {limit}，已支出 {used}，已收回 {recovered}。请核对支出凭证，或先登记拨付。"
)
_TAKE_BACK = (
    "最多可收回 {available} 元。本笔拨付未支出 {remaining}；"
    "本指标已拨 {limit}，已支出 {used}，已收回 {recovered}。已支出的部分请先冲销支出，再办理收回。"
)


def check_expenditure(amount: Money, disbursement_unspent: Money, position: AllocationPosition) -> None:
    """Refuse an expenditure above what is left of its disbursement, or of the whole allocation.

    Raises:
        ExceedsDisbursed: `amount` is above either.

    Source: RX.1, ledger invariant 5.
    """
    _check_unspent(_SPEND, amount, disbursement_unspent, position)


def check_recovery_disbursed(amount: Money, disbursement_unspent: Money, position: AllocationPosition) -> None:
    """Refuse to recover more than is disbursed and unspent, of the disbursement and of the allocation.

    Raises:
        ExceedsDisbursed: `amount` is above either.

    Source: RX.5, Q15, ledger invariant 6.
    """
    _check_unspent(_TAKE_BACK, amount, disbursement_unspent, position)


def _check_unspent(words: str, amount: Money, remaining: Money, position: AllocationPosition) -> None:
    available = min(remaining, position.unspent)
    if amount > available:
        raise ExceedsDisbursed(
            words,
            limit=position.disbursed,
            used=position.spent,
            recovered=position.recovered_disbursed,
            remaining=remaining,
            requested=amount,
            available=available,
        )


def check_acceptance(unaccepted_total: Money, amount: Money) -> None:
    """Refuse to accept more than the project has spent and not had accepted.

    Raises:
        ExceedsSpent: `amount` is above `unaccepted_total`.

    Source: R11.3, RX.1.
    """
    if amount > unaccepted_total:
        raise ExceedsSpent(
            "最多还可验收 {available} 元（已支出、未验收）。请改为不高于该数，或先登记支出。",
            limit=unaccepted_total,
            used=ZERO,
            requested=amount,
            available=unaccepted_total,
        )


def split_acceptance(amount: Money, unaccepted: Sequence[Money]) -> list[Money]:
    """Spread an acceptance over a project's allocations, oldest first; the shares add up to `amount`.

    `unaccepted` is one amount per allocation in that order; a share may be zero.

    Raises:
        ExceedsSpent: `amount` is above their sum.
    """
    check_acceptance(total(list(unaccepted)), amount)
    left, shares = amount, []
    for room in unaccepted:
        share = min(left, room)
        shares.append(share)
        left -= share
    return shares


def check_reversal(kind: DocumentKind, position: AllocationPosition, amount: Money, child_amount: Money = ZERO) -> None:
    """Refuse a reversal that would leave later money without what it stands on.

    `amount` is the whole of the original. `child_amount` is what is spent or recovered of a disbursement,
    documents under check included; other kinds ignore it.

    Raises:
        Conflict: an award or a reversal. ExceedsAllocated: an allocation partly used.
        ExceedsDisbursed: a disbursement with expenditure or recovery on it.
        ExceedsSpent: an expenditure that is accepted already.

    Source: rules §8, Q4, RX.5, ledger invariant 10.
    """
    check_reversible(kind)
    if kind is DocumentKind.ALLOCATION and amount > position.available:
        raise _beyond_allocated(
            "该指标已拨 {used}，待复核 {waiting}，已收回 {recovered}，不能冲销。请先冲销或撤回这些单据。",
            position,
            amount,
        )
    if kind is DocumentKind.DISBURSEMENT and (child_amount or amount > position.unspent):
        raise ExceedsDisbursed(
            "该笔拨付已有支出或收回 {child} 元；本指标已拨 {limit}，已支出 {used}，已收回 {recovered}。"
            "请先冲销这些支出和收回，再冲销拨付。",
            limit=position.disbursed,
            used=position.spent,
            recovered=position.recovered_disbursed,
            child=child_amount,
            requested=amount,
            available=position.unspent,
        )
    if kind is DocumentKind.EXPENDITURE and amount > position.unaccepted:
        raise ExceedsSpent(
            "已支出 {limit}，已验收 {used}，最多可冲销 {available} 元。请先冲销验收，再冲销支出。",
            limit=position.spent,
            used=position.accepted,
            requested=amount,
            available=position.unaccepted,
        )
