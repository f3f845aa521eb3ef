"""Policy versions: dated switches, recorded by two people of the province. R13.1."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar

from ledger.desk import Desk
from ledger.domain.access import PROVINCE, Actor, Permission, check_permission, check_second_person
from ledger.domain.policy import Switches, to_json
from ledger.journal import Fact
from ledger.pilots.models import PolicyVersionRow
from ledger.pilots.store import policy_versions


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishPolicy:
    """Record a policy version: every switch, in force from a day, by two people with a document. R13.1."""

    permission: ClassVar[Permission] = Permission.FUND_LINE_SET
    effective_from: date
    document_no: str
    switches: Switches
    checker: Actor
    tenant_code: str = PROVINCE

    def run(self, desk: Desk) -> list[Fact]:
        check_permission(self.checker, Permission.FUND_LINE_CHECK)
        check_second_person(desk.actor.person_id, self.checker.person_id)
        number = max((version.id for version in policy_versions(desk)), default=0) + 1
        return [_publish(desk, number, self.effective_from, self.document_no, self.switches, self.checker)]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenPolicy:
    """Record the first policy version of a new ledger, before there are people; where there is one, nothing."""

    permission: ClassVar[Permission] = Permission.SYSTEM
    effective_from: date = date(2026, 1, 1)
    document_no: str = "首个政策版本"
    switches: Switches = field(default_factory=Switches)
    tenant_code: str = PROVINCE

    def run(self, desk: Desk) -> list[Fact]:
        if policy_versions(desk):
            return []
        return [_publish(desk, 1, self.effective_from, self.document_no, self.switches, desk.actor)]


def _publish(
    desk: Desk, number: int, effective_from: date, document_no: str, switches: Switches, checker: Actor
) -> Fact:
    text = to_json(switches)
    desk.add(
        PolicyVersionRow(
            id=number,
            effective_from=effective_from,
            document_no=document_no,
            region_cap=switches.region_cap,
            enterprise_cap=switches.enterprise_cap,
            switches=text,
            made_by=desk.actor.person_id,
            checked_by=checker.person_id,
            recorded_at=desk.now,
        )
    )
    after = {"switches": text, "document_no": document_no, "checked_by": str(checker.person_id)}
    return Fact("policy_published", "policy_version", number, after=after, business_date=effective_from)
