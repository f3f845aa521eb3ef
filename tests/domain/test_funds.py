"""Limits of the acts after an award: at, one fen above and one fen below."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.documents import DocumentKind
from ledger.domain.errors import (
    BeforeAllocation,
    Conflict,
    ExceedsAllocated,
    ExceedsAwarded,
    ExceedsDisbursed,
    ExceedsSpent,
    PayeeMismatch,
    Required,
)
from ledger.domain.funds import (
    AllocationPosition,
    LinePosition,
    check_acceptance,
    check_allocation,
    check_disbursement,
    check_expenditure,
    check_not_before_allocation,
    check_payee,
    check_recovery_disbursed,
    check_recovery_undisbursed,
    check_reversal,
    split_acceptance,
)
from ledger.domain.money import ZERO, Money, total

FEN = Money(1)
POSITION = AllocationPosition(
    allocated=Money(100_00),
    waiting=Money(8_00),
    disbursed=Money(60_00),
    recovered_undisbursed=Money(2_00),
    spent=Money(40_00),
    accepted=Money(15_00),
    recovered_disbursed=Money(5_00),
)


def test_what_a_position_leaves() -> None:
    assert POSITION.available == Money(30_00)
    assert POSITION.unspent == Money(15_00)
    assert POSITION.unaccepted == Money(25_00)
    assert LinePosition(Money(100), Money(60), Money(30)).available == Money(10)


@pytest.mark.rule("RX.1")
def test_allocations_up_to_what_the_award_line_has_left() -> None:
    line = LinePosition(awarded=Money(100_00), allocated=Money(60_00), waiting=Money(10_00))
    check_allocation(line, Money(29_99))
    check_allocation(line, Money(30_00))
    with pytest.raises(ExceedsAwarded, match=r"30.00.*100.00.*60.00.*10.00") as refused:
        check_allocation(line, Money(30_01))
    assert refused.value.numbers["available"] == Money(30_00)


@pytest.mark.rule("RX.1")
@pytest.mark.rule("RX.2")
def test_disbursements_up_to_what_is_available() -> None:
    check_disbursement(POSITION, Money(29_99))
    check_disbursement(POSITION, Money(30_00))
    with pytest.raises(ExceedsAllocated) as refused:
        check_disbursement(POSITION, Money(30_01))
    assert refused.value.numbers == {
        "limit": Money(100_00),
        "used": Money(60_00),
        "waiting": Money(8_00),
        "recovered": Money(2_00),
        "requested": Money(30_01),
        "available": Money(30_00),
    }
    assert str(refused.value) == (
        "最多还可填 30.00 元。下达 100.00，已拨 60.00，待复核 8.00，已收回 2.00。如需增加，请先办理指标下达。"
    )


def test_a_disbursement_is_refused_in_the_words_of_the_screens() -> None:
    position = AllocationPosition(Money(5_000_000_00), waiting=Money(800_000_00), disbursed=Money(3_400_000_00))
    with pytest.raises(ExceedsAllocated) as refused:
        check_disbursement(position, Money(800_000_01))
    assert str(refused.value) == (
        "最多还可填 800,000.00 元。下达 5,000,000.00，已拨 3,400,000.00，待复核 800,000.00。"
        "如需增加，请先办理指标下达。"
    )


@pytest.mark.rule("RX.5")
def test_recoveries_of_what_is_not_disbursed() -> None:
    check_recovery_undisbursed(POSITION, Money(29_99))
    check_recovery_undisbursed(POSITION, Money(30_00))
    with pytest.raises(ExceedsAllocated, match=r"最多可收回 30.00"):
        check_recovery_undisbursed(POSITION, Money(30_01))


@pytest.mark.rule("RX.1")
def test_a_disbursement_is_not_before_its_allocation() -> None:
    allocated_on = date(2026, 4, 28)
    check_not_before_allocation(date(2026, 4, 29), allocated_on)
    check_not_before_allocation(allocated_on, allocated_on)
    with pytest.raises(BeforeAllocation, match="2026-04-28") as refused:
        check_not_before_allocation(date(2026, 4, 27), allocated_on)
    assert refused.value.field == "paid_on"


@pytest.mark.rule("RX.2")
@pytest.mark.parametrize("payee", ["吉林启衡（集团）有限公司", "吉林启衡(集团)有限公司", " 吉林启衡（集团） 有限公司"])
def test_a_payee_is_the_owner_whatever_the_brackets(payee: str) -> None:
    check_payee(payee, "吉林启衡（集团）有限公司")


@pytest.mark.rule("RX.2")
@pytest.mark.parametrize("payee", ["某某贸易有限公司", '=HYPERLINK("http://x","y")', "吉林启衡有限公司", "{owner}{0}"])
def test_another_payee_is_refused(payee: str) -> None:
    with pytest.raises(PayeeMismatch) as refused:
        check_payee(payee, "吉林启衡（集团）有限公司")
    assert payee in str(refused.value)


def test_a_missing_payee_is_required() -> None:
    with pytest.raises(Required) as refused:
        check_payee("\u3000", "吉林启衡有限公司")
    assert refused.value.field == "payee_name"


@pytest.mark.rule("RX.1")
@pytest.mark.parametrize(("remaining", "room"), [(Money(10_00), Money(10_00)), (Money(20_00), Money(15_00))])
def test_expenditures_up_to_the_tighter_of_disbursement_and_allocation(remaining: Money, room: Money) -> None:
    check_expenditure(room - FEN, remaining, POSITION)
    check_expenditure(room, remaining, POSITION)
    with pytest.raises(ExceedsDisbursed) as refused:
        check_expenditure(room + FEN, remaining, POSITION)
    assert refused.value.numbers["available"] == room


@pytest.mark.rule("RX.5")
@pytest.mark.rule("Q15")
@pytest.mark.parametrize(("remaining", "room"), [(Money(10_00), Money(10_00)), (Money(20_00), Money(15_00))])
def test_recoveries_of_what_is_disbursed_and_unspent(remaining: Money, room: Money) -> None:
    check_recovery_disbursed(room - FEN, remaining, POSITION)
    check_recovery_disbursed(room, remaining, POSITION)
    with pytest.raises(ExceedsDisbursed, match="最多可收回"):
        check_recovery_disbursed(room + FEN, remaining, POSITION)


@pytest.mark.rule("R11.3")
def test_acceptances_up_to_what_is_spent_and_not_accepted() -> None:
    check_acceptance(Money(25_00), Money(24_99))
    check_acceptance(Money(25_00), Money(25_00))
    with pytest.raises(ExceedsSpent, match=r"25.00") as refused:
        check_acceptance(Money(25_00), Money(25_01))
    assert refused.value.numbers["requested"] == Money(25_01)


@pytest.mark.rule("R11.3")
@pytest.mark.parametrize(
    ("amount", "rooms", "shares"),
    [
        (10, [10, 5], [10, 0]),
        (12, [10, 5], [10, 2]),
        (15, [10, 5], [10, 5]),
        (3, [0, 5, 4], [0, 3, 0]),
        (1, [1], [1]),
    ],
)
def test_an_acceptance_fills_the_oldest_allocation_first(amount: int, rooms: list[int], shares: list[int]) -> None:
    assert split_acceptance(Money(amount), [Money(room) for room in rooms]) == [Money(share) for share in shares]


@given(st.lists(st.integers(0, 10**12), max_size=6), st.integers(1, 10**12))
def test_shares_of_an_acceptance_add_up_or_it_is_refused(rooms: list[int], amount: int) -> None:
    unaccepted = [Money(room) for room in rooms]
    if amount > sum(rooms):
        with pytest.raises(ExceedsSpent):
            split_acceptance(Money(amount), unaccepted)
        return
    shares = split_acceptance(Money(amount), unaccepted)
    assert total(shares) == Money(amount)
    assert all(ZERO <= share <= room for share, room in zip(shares, unaccepted, strict=True))


@pytest.mark.parametrize("used", ["waiting", "disbursed", "recovered_undisbursed"])
def test_an_allocation_in_use_is_not_reversed(used: str) -> None:
    check_reversal(DocumentKind.ALLOCATION, AllocationPosition(Money(100_00)), Money(100_00))
    with pytest.raises(ExceedsAllocated, match=r"不能冲销.*请先冲销"):
        check_reversal(DocumentKind.ALLOCATION, AllocationPosition(Money(100_00), **{used: FEN}), Money(100_00))


def test_a_disbursement_with_expenditure_or_recovery_is_not_reversed() -> None:
    check_reversal(DocumentKind.DISBURSEMENT, POSITION, Money(15_00) - FEN)
    check_reversal(DocumentKind.DISBURSEMENT, POSITION, Money(15_00))
    for amount, child in ((Money(15_00), FEN), (Money(15_01), ZERO)):
        with pytest.raises(ExceedsDisbursed, match="请先冲销"):
            check_reversal(DocumentKind.DISBURSEMENT, POSITION, amount, child)


def test_an_accepted_expenditure_is_not_reversed() -> None:
    check_reversal(DocumentKind.EXPENDITURE, POSITION, Money(24_99))
    check_reversal(DocumentKind.EXPENDITURE, POSITION, Money(25_00))
    with pytest.raises(ExceedsSpent, match="请先冲销验收"):
        check_reversal(DocumentKind.EXPENDITURE, POSITION, Money(25_01))


@pytest.mark.parametrize("kind", [DocumentKind.ACCEPTANCE, DocumentKind.RECOVERY])
def test_acceptances_and_recoveries_are_reversed_whole(kind: DocumentKind) -> None:
    check_reversal(kind, POSITION, Money(1_00))


@pytest.mark.rule("Q4")
@pytest.mark.parametrize("kind", [DocumentKind.AWARD, DocumentKind.REVERSAL])
def test_awards_and_reversals_are_never_reversed(kind: DocumentKind) -> None:
    with pytest.raises(Conflict):
        check_reversal(kind, POSITION, FEN)
