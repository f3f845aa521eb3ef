"""Documents: every pair of state and act, reversals, permissions and moves."""

from __future__ import annotations

from itertools import pairwise, product

import pytest

from ledger.domain.access import Actor, Role
from ledger.domain.documents import (
    ACT_NAMES,
    ALLOWED,
    KIND_NAMES,
    MOVES,
    PERMISSIONS,
    REVERSIBLE,
    STATUS_NAMES,
    Act,
    DocumentKind,
    Stage,
    Status,
    back,
    check_reversible,
    next_status,
)
from ledger.domain.errors import Conflict

EXPECTED = {
    ("draft", "send"): "waiting",
    ("returned", "send"): "waiting",
    ("waiting", "withdraw"): "draft",
    ("waiting", "return"): "returned",
    ("waiting", "approve"): "posted",
    ("posted", "reverse"): "reversed",
}


@pytest.mark.parametrize(("status", "act"), list(product(Status, Act)))
def test_every_pair_of_state_and_act(status: Status, act: Act) -> None:
    expected = EXPECTED.get((status.value, act.value))
    if expected is not None:
        assert next_status(status, act) is Status(expected)
        return
    with pytest.raises(Conflict) as refused:
        next_status(status, act)
    assert STATUS_NAMES[status] in str(refused.value)
    assert ACT_NAMES[act] in str(refused.value)


def test_nothing_leaves_reversed_and_nothing_else_is_allowed() -> None:
    assert len(ALLOWED) == len(EXPECTED)
    assert not [status for status, _ in ALLOWED if status is Status.REVERSED]


@pytest.mark.rule("Q4")
@pytest.mark.parametrize("kind", DocumentKind)
def test_all_but_awards_and_reversals_can_be_reversed(kind: DocumentKind) -> None:
    if kind in REVERSIBLE:
        check_reversible(kind)
        return
    with pytest.raises(Conflict):
        check_reversible(kind)


def test_awards_their_reductions_and_reversals_stand() -> None:
    assert set(DocumentKind) - REVERSIBLE == {DocumentKind.AWARD, DocumentKind.REDUCTION, DocumentKind.REVERSAL}


@pytest.mark.rule("RX.2")
def test_no_single_role_records_and_checks_a_kind() -> None:
    for kind, (record, check) in PERMISSIONS.items():
        # Whoever decides on an award decides on its reduction.
        named = DocumentKind.AWARD if kind is DocumentKind.REDUCTION else kind
        assert (record.value, check.value) == (f"{named}.record", f"{named}.check")
        for role in Role:
            actor = Actor(1, "220100", 1, frozenset({role}), "某人")
            assert not (actor.may(record) and actor.may(check))


def test_every_kind_but_the_reversal_has_its_own_permissions_and_moves() -> None:
    assert set(PERMISSIONS) == set(MOVES) == set(DocumentKind) - {DocumentKind.REVERSAL}


def test_moves_form_the_chain_from_the_fund_line_to_acceptance() -> None:
    chain = [Stage.FUND_LINE, Stage.AWARDED, Stage.ALLOCATED, Stage.DISBURSED, Stage.SPENT, Stage.ACCEPTED]
    others = {DocumentKind.RECOVERY, DocumentKind.REDUCTION, DocumentKind.REVERSAL}
    kinds = [kind for kind in DocumentKind if kind not in others]
    assert [MOVES[kind] for kind in kinds] == [((start, end),) for start, end in pairwise(chain)]


@pytest.mark.rule("RX.5")
def test_a_recovery_has_two_origins() -> None:
    assert [start for start, _ in MOVES[DocumentKind.RECOVERY]] == [Stage.ALLOCATED, Stage.DISBURSED]
    assert {end for _, end in MOVES[DocumentKind.RECOVERY]} == {Stage.RECOVERED}


@pytest.mark.rule("R10.3")
def test_a_reduction_undoes_the_move_of_an_award() -> None:
    assert MOVES[DocumentKind.REDUCTION] == tuple(back(move) for move in MOVES[DocumentKind.AWARD])


def test_a_move_undone_twice_is_the_move() -> None:
    assert back((Stage.ALLOCATED, Stage.DISBURSED)) == (Stage.DISBURSED, Stage.ALLOCATED)
    assert all(back(back(move)) == move for moves in MOVES.values() for move in moves)


def test_every_name_is_written() -> None:
    assert set(KIND_NAMES) == set(DocumentKind)
    assert set(STATUS_NAMES) == set(Status)
    assert set(ACT_NAMES) == set(Act)
