"""From a waiting document to its entries: the rules once more under the lock, then the posting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ledger.desk import Desk
from ledger.domain.access import Actor
from ledger.domain.documents import MOVES, DocumentKind, Move, Stage, Status, back
from ledger.domain.funds import (
    check_acceptance,
    check_allocation,
    check_award_lines,
    check_disbursement,
    check_expenditure,
    check_fund_line,
    check_recovery_disbursed,
    check_recovery_undisbursed,
    check_reversal,
    split_acceptance,
)
from ledger.domain.money import ZERO, Money, total
from ledger.domain.pilots import check_may_be_awarded
from ledger.funds import store, store_positions
from ledger.funds.commands_spending import posted_disbursement, unspent_of
from ledger.funds.store import StoredDocument
from ledger.funds.store_entries import NewEntry, post_entries
from ledger.funds.store_reductions import check_waiting_reduction, reduction_entry
from ledger.journal import Fact
from ledger.pilots.store import check_holds, load_pilot, policy_in_force
from ledger.pilots.store_holds import check_project_holds
from ledger.tenancy import Constant, Row

_ENTRIES = Constant(
    "SELECT id, line_id, allocation_id, disbursement_id, from_stage, to_stage, amount FROM entry"
    " WHERE tenant_code = :tenant_code AND document_id = :document_id ORDER BY id"
)


def post(desk: Desk, document: StoredDocument, checker: Actor, drawn_on: Sequence[Row] = ()) -> Fact:
    """Check a waiting document against the present positions and post it.

    `drawn_on` is the allocation that a disbursement draws on, where it was read and locked with the document.

    Raises:
        LedgerError: a rule no longer holds; the document keeps waiting.
    """
    entries = _disbursement(desk, document, drawn_on) if drawn_on else entries_of(desk, document)
    return post_entries(desk, document, entries, checker)


def post_with_original(
    desk: Desk, document: StoredDocument, checker: Actor, drawn_on: Sequence[Row] = ()
) -> list[Fact]:
    """Post a document; a reversal leaves a fact about the document that it reversed, too."""
    if document.reverses_id is None:
        return [post(desk, document, checker, drawn_on)]
    before = store.load_document(desk, document.reverses_id, lock=True)
    posted = post(desk, document, checker)
    after = replace(before, status=Status.REVERSED, version=before.version + 1)
    return [posted, store.fact(after, "reversed", before=before, actor=checker)]


def entries_of(desk: Desk, document: StoredDocument) -> list[NewEntry]:
    """The entries that a document stands for, once its rules hold under the locks."""
    return _ENTRIES_OF[document.kind](desk, document)


def _award(desk: Desk, document: StoredDocument) -> list[NewEntry]:
    pilot = load_pilot(desk, document.pilot_id)
    check_may_be_awarded(pilot.status, pilot.name)
    check_holds(desk, pilot.uscc, DocumentKind.AWARD)
    lines = store.award_lines(desk, document.id)
    check_project_holds(desk, pilot.id, [line.project_id for line in lines], DocumentKind.AWARD)
    cap = policy_in_force(desk, desk.today).cap_of(pilot.kind)
    check_award_lines(pilot.kind, cap, [line.amount for line in lines])
    check_fund_line(store_positions.fund_line(desk, document.fiscal_year), document.amount)
    move = MOVES[DocumentKind.AWARD][0]
    return [_entry(move, line.amount, line_id=line.id) for line in lines]


def _allocation(desk: Desk, document: StoredDocument) -> list[NewEntry]:
    pilot = load_pilot(desk, document.pilot_id)
    check_may_be_awarded(pilot.status, pilot.name)
    check_holds(desk, document.uscc, DocumentKind.ALLOCATION)
    check_project_holds(desk, pilot.id, [document.project_id or 0], DocumentKind.ALLOCATION)
    line_id = document.line_id or 0
    # Others under check wait for their own check; they take nothing from what is posted now.
    check_allocation(replace(store_positions.line(desk, line_id, except_id=document.id), waiting=ZERO), document.amount)
    return [_entry(MOVES[DocumentKind.ALLOCATION][0], document.amount, line_id=line_id, allocation_id=document.id)]


def _disbursement(desk: Desk, document: StoredDocument, drawn_on: Sequence[Row] = ()) -> list[NewEntry]:
    if drawn_on:
        context = store_positions.allocation_found(drawn_on)
    else:
        context = store_positions.allocation(desk, document.allocation_id or 0)
    if context.held:
        check_holds(desk, context.uscc, DocumentKind.DISBURSEMENT)
    if context.project_held:
        check_project_holds(desk, context.pilot_id, [context.project_id], DocumentKind.DISBURSEMENT)
    # The document's own reservation makes room for it.
    own = replace(context.position, waiting=context.position.waiting - document.amount)
    check_disbursement(own, document.amount)
    return [disbursement_entry(document, context.line_id)]


def disbursement_entry(document: StoredDocument, line_id: int) -> NewEntry:
    """The one entry that a disbursement out of an award's line stands for."""
    return _entry(
        MOVES[DocumentKind.DISBURSEMENT][0],
        document.amount,
        line_id=line_id,
        allocation_id=document.allocation_id,
        disbursement_id=document.id,
    )


def _expenditure(desk: Desk, document: StoredDocument) -> list[NewEntry]:
    disbursement = posted_disbursement(desk, document.disbursement_id or 0)
    context = store_positions.allocation(desk, document.allocation_id or 0)
    check_expenditure(document.amount, unspent_of(desk, disbursement, document.id), context.position)
    return [_like(MOVES[DocumentKind.EXPENDITURE][0], document)]


def _recovery(desk: Desk, document: StoredDocument) -> list[NewEntry]:
    context = store_positions.allocation(desk, document.allocation_id or 0)
    undisbursed, disbursed = MOVES[DocumentKind.RECOVERY]
    if document.disbursement_id is None:
        check_recovery_undisbursed(context.position, document.amount)
        return [_like(undisbursed, document)]
    disbursement = posted_disbursement(desk, document.disbursement_id)
    check_recovery_disbursed(document.amount, unspent_of(desk, disbursement, document.id), context.position)
    return [_like(disbursed, document)]


def _acceptance(desk: Desk, document: StoredDocument) -> list[NewEntry]:
    allocations = store_positions.allocations_of_project(desk, document.project_id or 0)
    unaccepted = [one.position.unaccepted for one in allocations]
    check_acceptance(total(unaccepted), document.amount)
    shares = split_acceptance(document.amount, unaccepted)
    move = MOVES[DocumentKind.ACCEPTANCE][0]
    return [
        _entry(move, share, line_id=one.line_id, allocation_id=one.allocation_id)
        for one, share in zip(allocations, shares, strict=True)
        if share
    ]


def _reduction(desk: Desk, document: StoredDocument) -> list[NewEntry]:
    check_waiting_reduction(desk, document)
    return [reduction_entry(document)]


def _reversal(desk: Desk, document: StoredDocument) -> list[NewEntry]:
    original = store.load_document(desk, document.reverses_id or 0, lock=True)
    check_may_reverse(desk, original)
    return [
        NewEntry(
            line_id=row.line_id,
            from_stage=back((Stage(row.from_stage), Stage(row.to_stage)))[0],
            to_stage=back((Stage(row.from_stage), Stage(row.to_stage)))[1],
            amount=row.amount,
            allocation_id=row.allocation_id,
            disbursement_id=row.disbursement_id,
            reverses_id=row.id,
        )
        for row in desk.rows(_ENTRIES, document_id=original.id)
    ]


def check_may_reverse(desk: Desk, original: StoredDocument) -> None:
    """Refuse the reversal of a document on which later money stands; money under check counts.

    Raises:
        ExceedsAllocated, ExceedsDisbursed, ExceedsSpent: reverse the later documents first.
    """
    child = ZERO
    if original.kind is DocumentKind.DISBURSEMENT:
        child = original.amount - unspent_of(desk, original)
    if original.kind is DocumentKind.ACCEPTANCE:
        return
    allocation_id = original.id if original.kind is DocumentKind.ALLOCATION else original.allocation_id
    position = store_positions.allocation(desk, allocation_id or 0).position
    check_reversal(original.kind, position, original.amount, child)


def _entry(
    move: Move, amount: Money, *, line_id: int, allocation_id: int | None = None, disbursement_id: int | None = None
) -> NewEntry:
    return NewEntry(
        line_id=line_id,
        from_stage=move[0],
        to_stage=move[1],
        amount=amount,
        allocation_id=allocation_id,
        disbursement_id=disbursement_id,
    )


def _like(move: Move, document: StoredDocument) -> NewEntry:
    return _entry(
        move,
        document.amount,
        line_id=document.line_id or 0,
        allocation_id=document.allocation_id,
        disbursement_id=document.disbursement_id,
    )


_ENTRIES_OF = {
    DocumentKind.AWARD: _award,
    DocumentKind.ALLOCATION: _allocation,
    DocumentKind.DISBURSEMENT: _disbursement,
    DocumentKind.EXPENDITURE: _expenditure,
    DocumentKind.ACCEPTANCE: _acceptance,
    DocumentKind.RECOVERY: _recovery,
    DocumentKind.REDUCTION: _reduction,
    DocumentKind.REVERSAL: _reversal,
}
