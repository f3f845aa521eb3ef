"""Whatever people do in whatever order: the ledger's invariants hold, and the books recount to what they show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger import dispatch
from ledger.audit.queries_check import CheckBooks
from ledger.audit.queries_totals import PilotPositionOf
from ledger.audit.queries_verify import VerifyJournal
from ledger.domain.access import SYSTEM
from ledger.domain.documents import DocumentKind
from ledger.domain.errors import LedgerError
from ledger.domain.money import Money
from ledger.funds.commands_check import ApproveDocument, ReturnDocument, ReverseDocument, WithdrawDocument
from ledger.funds.commands_spending import RecordAcceptance, RecordExpenditure, RecordRecovery
from tests.factories import Factory, MadePilot

ROOM = 1000
NAMES = [
    "disburse",
    "disburse",
    "disburse",
    "approve",
    "send_back",
    "withdraw",
    "spend",
    "spend",
    "accept",
    "recover",
    "take_back",
    "reverse",
]
ACT = st.tuples(
    st.sampled_from(NAMES),
    st.integers(1, ROOM // 3),
    st.integers(0, 20),
)
REVIEWERS = {DocumentKind.ACCEPTANCE: "220100.drc_reviewer"}
OFFICERS = {DocumentKind.ACCEPTANCE: "220100.drc_officer"}


class Clerks:
    """Two clerks at one pilot: they try what they are told, and note which documents they made."""

    def __init__(self, make: Factory, pilot: MadePilot) -> None:
        self.make, self.pilot = make, pilot
        self.made: list[tuple[DocumentKind, int]] = []
        self.ended: Counter[str] = Counter()

    def act(self, name: str, amount: int, choice: int) -> None:
        """Try one act; a refusal is as good as a success here."""
        try:
            getattr(self, name)(Money(amount), choice)
        except LedgerError as refusal:
            self.ended[refusal.code] += 1
        else:
            self.ended[name] += 1

    def _chosen(self, choice: int, kind: DocumentKind | None = None) -> tuple[DocumentKind, int]:
        fitting = [one for one in self.made if kind in (None, one[0])]
        return fitting[choice % len(fitting)] if fitting else (DocumentKind.DISBURSEMENT, 1)

    def _record(self, kind: DocumentKind, command: object, choice: int) -> None:
        officer = self.make.actor(OFFICERS.get(kind, "220100.finance_officer"))
        document_id = dispatch.execute(command, officer).subject_id  # type: ignore[arg-type]
        self.made.append((kind, document_id))
        if choice % 3:
            self._check(ApproveDocument(tenant_code="220100", kind=kind, document_id=document_id))

    def disburse(self, amount: Money, choice: int) -> None:
        self._record(DocumentKind.DISBURSEMENT, self.make.disbursement_command(self.pilot, amount.fen), choice)

    def spend(self, amount: Money, choice: int) -> None:
        _, disbursement_id = self._chosen(choice, DocumentKind.DISBURSEMENT)
        command = RecordExpenditure(
            tenant_code="220100",
            disbursement_id=disbursement_id,
            amount=amount,
            spent_on=date(2026, 6, 1),
            purpose="设备",
        )
        self._record(DocumentKind.EXPENDITURE, command, choice)

    def accept(self, amount: Money, choice: int) -> None:
        command = RecordAcceptance(
            tenant_code="220100",
            pilot_id=self.pilot.id,
            project_code=self.pilot.project_codes[0],
            amount=amount,
            accepted_on=date(2026, 7, 1),
            document_no="验1号",
        )
        self._record(DocumentKind.ACCEPTANCE, command, choice)

    def recover(self, amount: Money, choice: int) -> None:
        self._recover(amount, choice, disbursement_id=self._chosen(choice, DocumentKind.DISBURSEMENT)[1])

    def take_back(self, amount: Money, choice: int) -> None:
        self._recover(amount, choice, allocation_id=self.pilot.allocation_id)

    def _recover(self, amount: Money, choice: int, **what: int) -> None:
        command = RecordRecovery(
            tenant_code="220100",
            amount=amount,
            recovered_on=date(2026, 7, 2),
            document_no="收1号",
            reason="终止",
            **what,
        )
        self._record(DocumentKind.RECOVERY, command, choice)

    def approve(self, _amount: Money, choice: int) -> None:
        kind, document_id = self._chosen(choice)
        self._check(ApproveDocument(tenant_code="220100", kind=kind, document_id=document_id))

    def _check(self, command: ApproveDocument | ReturnDocument) -> None:
        dispatch.execute(command, self.make.actor(REVIEWERS.get(command.kind, "220100.finance_reviewer")))

    def send_back(self, _amount: Money, choice: int) -> None:
        kind, document_id = self._chosen(choice)
        self._check(ReturnDocument(tenant_code="220100", kind=kind, document_id=document_id, reason="错"))

    def withdraw(self, _amount: Money, choice: int) -> None:
        kind, document_id = self._chosen(choice)
        officer = self.make.actor(OFFICERS.get(kind, "220100.finance_officer"))
        dispatch.execute(WithdrawDocument(tenant_code="220100", kind=kind, document_id=document_id), officer)

    def reverse(self, _amount: Money, choice: int) -> None:
        kind, document_id = self._chosen(choice)
        command = ReverseDocument(
            tenant_code="220100", kind=kind, document_id=document_id, reason="错", reversed_on=date(2026, 8, 1)
        )
        officer = self.make.actor(OFFICERS.get(kind, "220100.finance_officer"))
        reversal = dispatch.execute(command, officer).subject_id
        self._check(ApproveDocument(tenant_code="220100", kind=kind, document_id=reversal))


@pytest.mark.rule("RX.1")
def test_no_order_of_acts_breaks_an_invariant(make: Factory) -> None:
    reader = make.actor("220100.finance_officer")
    ended: Counter[str] = Counter()

    @settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck), database=None, derandomize=True)
    @given(st.lists(ACT, min_size=5, max_size=25))
    def run(acts: Sequence[tuple[str, int, int]]) -> None:
        clerks = Clerks(make, make.allocated(ROOM, uscc=None))
        for act in acts:
            clerks.act(*act)
        ended.update(clerks.ended)
        found = dispatch.ask(PilotPositionOf(tenant_code="220100", pilot_id=clerks.pilot.id), reader)
        position = found.sums
        assert Money(0) <= position.accepted <= position.spent <= position.disbursed <= Money(ROOM)
        assert found.available == Money(ROOM) - position.disbursed - position.waiting - (
            position.recovered - _recovered_disbursed(clerks)
        )

    run()
    assert {"disburse", "approve", "spend", "recover", "take_back", "reverse"} <= ended.keys()
    assert dispatch.ask(CheckBooks(), SYSTEM) == ()
    assert dispatch.ask(VerifyJournal(), SYSTEM).sound


def _recovered_disbursed(clerks: Clerks) -> Money:
    from ledger.funds.queries_pilots import ListPilots

    page = dispatch.ask(
        ListPilots(tenant_code="220100", words=clerks.pilot.uscc), clerks.make.actor("220100.finance_officer")
    )
    return page.items[0].money.recovered_disbursed
