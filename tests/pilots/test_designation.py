"""Designation and policy: two people, a document, and what follows from them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from ledger import dispatch
from ledger.domain import errors
from ledger.domain.documents import DocumentKind
from ledger.domain.money import Money
from ledger.domain.policy import Switches
from ledger.pilots.commands import ConfirmDesignation, ReturnDesignation
from ledger.pilots.commands_policy import PublishPolicy
from tests.factories import Factory


@pytest.mark.rule("R6.3")
def test_a_designation_is_confirmed_by_a_second_person_and_starts_every_later_right(make: Factory) -> None:
    pilot = make.pilot(active=False)
    officer, reviewer = make.actor("province.officer"), make.actor("province.reviewer")
    confirm = ConfirmDesignation(tenant_code=pilot.tenant_code, pilot_id=pilot.id)
    both = replace(officer, roles=officer.roles | reviewer.roles)
    with pytest.raises(errors.MakerIsChecker):
        dispatch.execute(confirm, both)
    with pytest.raises(errors.NotPermitted):
        dispatch.execute(confirm, make.actor("220100.drc_reviewer"))
    dispatch.execute(confirm, reviewer)
    with pytest.raises(errors.Conflict):
        dispatch.execute(confirm, reviewer)
    dispatch.execute(make.award_command(pilot, 1), officer)


@pytest.mark.rule("R6.3")
def test_a_returned_designation_needs_a_reason_and_gives_no_right(make: Factory) -> None:
    pilot = make.pilot(active=False)
    reviewer = make.actor("province.reviewer")
    back = ReturnDesignation(tenant_code=pilot.tenant_code, pilot_id=pilot.id, reason="文号有误")
    with pytest.raises(errors.Required):
        dispatch.execute(replace(back, reason=" "), reviewer)
    dispatch.execute(back, reviewer)
    with pytest.raises(errors.NotDesignated):
        dispatch.execute(make.award_command(pilot, 1), make.actor("province.officer"))


def test_one_unit_is_designated_once_in_a_tenant(make: Factory) -> None:
    pilot = make.pilot()
    with pytest.raises(errors.Conflict):
        make.pilot(uscc=pilot.uscc)


@pytest.mark.rule("R13.1")
def test_a_policy_version_takes_two_people_and_decisions_follow_the_one_in_force(make: Factory) -> None:
    officer, reviewer = make.actor("province.officer"), make.actor("province.reviewer")
    lower = PublishPolicy(
        effective_from=date(2026, 5, 1),
        document_no="吉发改服务〔2026〕50号",
        switches=Switches(enterprise_cap=Money(800_000_00)),
        checker=reviewer,
    )
    with pytest.raises(errors.MakerIsChecker):
        dispatch.execute(replace(lower, checker=replace(reviewer, person_id=officer.person_id)), officer)
    waiting = make.pilot()
    award_id = dispatch.execute(make.award_command(waiting, 1_000_000_00), officer).subject_id
    dispatch.execute(lower, officer)
    # The cap was lowered while the award waited: its check refuses it, the numbers said.
    with pytest.raises(errors.CapExceeded) as refusal:
        make.approve(waiting.tenant_code, DocumentKind.AWARD, award_id, "province.reviewer")
    assert refusal.value.numbers["limit"] == Money(800_000_00)
    with pytest.raises(errors.CapExceeded):
        dispatch.execute(make.award_command(make.pilot(), 800_000_01, decided_on=date(2026, 5, 2)), officer)
