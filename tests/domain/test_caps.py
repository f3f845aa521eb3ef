"""Limits of an award: at, one fen above and one fen below."""

from __future__ import annotations

import pytest

from ledger.domain.caps import (
    check_award_lines,
    check_fund_line,
    check_one_time,
    check_reduction,
    check_region_split,
)
from ledger.domain.errors import (
    AlreadyAwarded,
    CapExceeded,
    ExceedsAwarded,
    ExceedsFundLine,
    Invalid,
    LedgerError,
    ProjectMismatch,
    Required,
)
from ledger.domain.money import ZERO, Money
from ledger.domain.pilots import PilotKind
from ledger.domain.positions import FundLinePosition, LinePosition, PilotPosition

REGION_CAP = Money(5_000_000_00)
ENTERPRISE_CAP = Money(1_000_000_00)
FEN = Money(1)


@pytest.mark.rule("R8.3")
def test_a_region_up_to_five_million() -> None:
    check_award_lines(PilotKind.REGION, REGION_CAP, [REGION_CAP - FEN])
    check_award_lines(PilotKind.REGION, REGION_CAP, [REGION_CAP])
    with pytest.raises(CapExceeded, match=r"试点区域.*5,000,000.00 元（第八条）") as refused:
        check_award_lines(PilotKind.REGION, REGION_CAP, [REGION_CAP + FEN])
    assert refused.value.article == "第八条"
    assert refused.value.numbers == {
        "limit": REGION_CAP,
        "used": ZERO,
        "requested": REGION_CAP + FEN,
        "available": REGION_CAP,
    }


@pytest.mark.rule("R8.4")
def test_an_enterprise_up_to_one_million() -> None:
    check_award_lines(PilotKind.ENTERPRISE, ENTERPRISE_CAP, [ENTERPRISE_CAP - FEN])
    check_award_lines(PilotKind.ENTERPRISE, ENTERPRISE_CAP, [ENTERPRISE_CAP])
    with pytest.raises(CapExceeded, match=r"试点企业.*1,000,000.00 元（第八条）.*1,000,000.01"):
        check_award_lines(PilotKind.ENTERPRISE, ENTERPRISE_CAP, [ENTERPRISE_CAP + FEN])


@pytest.mark.rule("R8.3")
@pytest.mark.rule("Q6")
def test_the_lines_of_one_award_count_together() -> None:
    check_award_lines(PilotKind.REGION, REGION_CAP, [Money(2_500_000_00), Money(2_500_000_00)])
    with pytest.raises(CapExceeded):
        check_award_lines(PilotKind.REGION, REGION_CAP, [Money(2_500_000_00), Money(2_500_000_01)])


@pytest.mark.rule("Q2")
def test_earlier_awards_count_where_the_policy_adds_them_up() -> None:
    check_award_lines(PilotKind.ENTERPRISE, ENTERPRISE_CAP, [Money(400_000_00)], used=Money(600_000_00))
    with pytest.raises(CapExceeded) as refused:
        check_award_lines(PilotKind.ENTERPRISE, ENTERPRISE_CAP, [Money(400_000_01)], used=Money(600_000_00))
    assert refused.value.numbers["available"] == Money(400_000_00)


def test_a_cap_lowered_below_what_is_awarded_leaves_nothing() -> None:
    with pytest.raises(CapExceeded) as refused:
        check_award_lines(PilotKind.ENTERPRISE, ENTERPRISE_CAP, [FEN], used=ENTERPRISE_CAP + FEN)
    assert refused.value.numbers["available"] == ZERO


def test_an_award_needs_a_line() -> None:
    with pytest.raises(Required):
        check_award_lines(PilotKind.REGION, REGION_CAP, [])


@pytest.mark.rule("Q6")
@pytest.mark.parametrize(
    ("kind", "codes", "region_split", "error"),
    [
        (PilotKind.REGION, ["a", "b"], True, None),
        (PilotKind.REGION, ["a"], False, None),
        (PilotKind.REGION, ["a", "b"], False, Invalid),
        (PilotKind.REGION, ["a", "a"], True, ProjectMismatch),
        (PilotKind.ENTERPRISE, ["a", "b"], False, None),
        (PilotKind.ENTERPRISE, ["a", "b", "a"], True, ProjectMismatch),
    ],
)
def test_projects_of_an_award(
    kind: PilotKind, codes: list[str], region_split: bool, error: type[LedgerError] | None
) -> None:
    if error is None:
        check_region_split(kind, codes, region_split)
        return
    with pytest.raises(error):
        check_region_split(kind, codes, region_split)


@pytest.mark.rule("R8.6")
def test_awards_up_to_what_the_fund_line_has_left() -> None:
    position = FundLinePosition(total=Money(100_00), awarded=Money(60_00), waiting=Money(10_00))
    check_fund_line(position, Money(29_99))
    check_fund_line(position, Money(30_00))
    with pytest.raises(ExceedsFundLine, match=r"30.00.*100.00.*60.00.*10.00") as refused:
        check_fund_line(position, Money(30_01))
    assert refused.value.numbers["available"] == Money(30_00)
    assert refused.value.numbers["requested"] == Money(30_01)


@pytest.mark.rule("R8.5")
@pytest.mark.rule("Q3")
def test_a_second_award_is_refused_to_its_owner_and_to_others() -> None:
    check_one_time(None, own=True)
    check_one_time(None, own=False)
    with pytest.raises(AlreadyAwarded, match=r"吉发改服务〔2025〕88号.*第八条.*请查看原核定"):
        check_one_time("吉发改服务〔2025〕88号", own=True)
    with pytest.raises(AlreadyAwarded, match=r"吉发改服务〔2025〕88号.*第八条") as refused:
        check_one_time("吉发改服务〔2025〕88号", own=False)
    assert "查看原核定" not in str(refused.value)


def test_what_a_cap_leaves() -> None:
    assert PilotPosition(Money(100), awarded=Money(60), waiting=Money(30)).available == Money(10)


@pytest.mark.rule("R10.3")
def test_a_reduction_down_to_what_is_allocated_or_waits_to_be() -> None:
    line = LinePosition(awarded=Money(1000), allocated=Money(300), waiting=Money(200))
    check_reduction(line, Money(999))
    check_reduction(line, Money(500))
    with pytest.raises(ExceedsAwarded) as refused:
        check_reduction(line, Money(499))
    assert refused.value.numbers == {
        "limit": Money(1000),
        "used": Money(300),
        "waiting": Money(200),
        "least": Money(500),
        "requested": Money(501),
        "available": Money(500),
    }


@pytest.mark.rule("Q3")
def test_a_reduction_is_never_a_rise() -> None:
    line = LinePosition(awarded=Money(1000))
    check_reduction(line, ZERO)
    for amount in (Money(1000), Money(1001)):
        with pytest.raises(Invalid, match="不能增加"):
            check_reduction(line, amount)
