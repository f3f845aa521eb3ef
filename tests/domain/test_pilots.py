"""Pilots: directions, who may be awarded, and what a ban or a freeze stops."""

from __future__ import annotations

from datetime import date
from itertools import product

import pytest

from ledger.domain.documents import DocumentKind
from ledger.domain.errors import Banned, Frozen, Invalid, NotDesignated
from ledger.domain.pilots import (
    KIND_NAMES,
    STATUS_NAMES,
    TRACK_NAMES,
    Direction,
    HoldKind,
    PilotKind,
    PilotStatus,
    Track,
    check_direction,
    check_may_be_awarded,
    check_not_held,
    last_ban_day,
)


@pytest.mark.rule("R1.1")
@pytest.mark.rule("R1.2")
@pytest.mark.rule("R2.1")
@pytest.mark.parametrize(("track", "direction"), list(product(Track, Direction)))
def test_a_direction_belongs_to_one_track(track: Track, direction: Direction) -> None:
    if (track is Track.MANUFACTURING) == direction.value.startswith("M"):
        check_direction(track, direction)
        return
    with pytest.raises(Invalid) as refused:
        check_direction(track, direction)
    assert refused.value.field == "direction"
    assert direction.clause in str(refused.value)


def test_nine_directions_of_manufacturing_and_five_of_agriculture() -> None:
    assert [direction.clause for direction in Direction] == [
        *(f"第一条（{number}）" for number in "一二三四五六七八九"),
        *(f"第二条（{number}）" for number in "一二三四五"),
    ]
    assert len({direction.label for direction in Direction}) == 14
    assert Direction.M1.label == "汽车产业和服务业全链条融合"


@pytest.mark.rule("R8.1")
@pytest.mark.parametrize("status", PilotStatus)
def test_only_a_designated_pilot_in_good_standing_may_be_awarded(status: PilotStatus) -> None:
    if status.value in {"active", "watch"}:
        check_may_be_awarded(status, "某园区")
        return
    with pytest.raises(NotDesignated, match=r"某园区.*第八条") as refused:
        check_may_be_awarded(status, "某园区")
    assert STATUS_NAMES[status] in str(refused.value)


def test_every_status_kind_and_track_has_a_name() -> None:
    assert set(STATUS_NAMES) == set(PilotStatus)
    assert set(KIND_NAMES) == set(PilotKind)
    assert set(TRACK_NAMES) == set(Track)


EXPECTED = {
    (HoldKind.BAN, DocumentKind.AWARD): Banned,
    (HoldKind.BAN, DocumentKind.ALLOCATION): Frozen,
    (HoldKind.BAN, DocumentKind.DISBURSEMENT): Frozen,
    (HoldKind.FREEZE, DocumentKind.AWARD): Frozen,
    (HoldKind.FREEZE, DocumentKind.ALLOCATION): Frozen,
    (HoldKind.FREEZE, DocumentKind.DISBURSEMENT): Frozen,
}


@pytest.mark.rule("R12.3")
@pytest.mark.rule("R12.4")
@pytest.mark.rule("Q13")
@pytest.mark.rule("Q14")
@pytest.mark.parametrize(("hold", "act"), list(product([*HoldKind, None], DocumentKind)))
def test_what_a_hold_stops(hold: HoldKind | None, act: DocumentKind) -> None:
    error = EXPECTED.get((hold, act)) if hold else None
    if error is None:
        check_not_held(hold, date(2028, 3, 10), "吉发改服务〔2026〕9号", act)
        return
    with pytest.raises(error, match=r"2028-03-10.*吉发改服务〔2026〕9号.*第十二条") as refused:
        check_not_held(hold, date(2028, 3, 10), "吉发改服务〔2026〕9号", act)
    assert type(refused.value) is error


def test_an_open_freeze_ends_with_the_decision() -> None:
    with pytest.raises(Frozen, match="省级作出决定"):
        check_not_held(HoldKind.FREEZE, None, "吉发改服务〔2026〕9号", DocumentKind.DISBURSEMENT)


@pytest.mark.rule("R12.4")
@pytest.mark.rule("Q12")
def test_the_last_day_of_a_ban() -> None:
    assert last_ban_day(date(2026, 3, 10), 24) == date(2028, 3, 10)
    assert last_ban_day(date(2024, 2, 29), 24) == date(2026, 2, 28)
