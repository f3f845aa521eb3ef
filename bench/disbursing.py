"""The act that is measured: a disbursement recorded, then approved, each one durable commit through dispatch."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Sequence

from bench.server import actor
from ledger.dispatch import execute
from ledger.domain.documents import DocumentKind
from ledger.domain.money import Money
from ledger.funds.commands_check import ApproveDocument
from ledger.funds.commands_disbursement import RecordDisbursement
from ledger.identity.store_reference import TENANTS
from tests.factories import PAID_ON, Factory, MadePilot

PILOTS_A_TENANT = 30
COUNTED, FIRST = 98, 99
"""Workers outside of every crew: whose rows are counted, and who made the texts that the other sides write."""


def allocate(pilots_a_tenant: int = PILOTS_A_TENANT) -> list[MadePilot]:
    """Pilots of all eleven tenants in the opened database, each with 1,000,000 yuan to disburse."""
    people = {name: actor(name) for name in ("province.officer", "province.reviewer")}
    make = Factory(people.__getitem__)
    return [make.allocated(tenant_code=tenant.code) for tenant in TENANTS for _ in range(pilots_a_tenant)]


def begin(pilots_a_tenant: int = PILOTS_A_TENANT) -> list[MadePilot]:
    """The same, with one disbursement of the first pilot: its texts are what the other sides write."""
    pilots = allocate(pilots_a_tenant)
    act = disbursing(FIRST, pilots[:1])
    act()
    act()
    return pilots


def disbursing(number: int, pilots: Sequence[MadePilot]) -> Callable[[], object]:
    """The act of worker `number`: it records a disbursement of some pilot, the next time approves it, and so on.

    One fen each, so that no run ever reaches a limit.
    """
    roles = ("finance_officer", "finance_reviewer")
    codes = {pilot.tenant_code for pilot in pilots}
    people = {code: tuple(actor(f"{code}.{role}") for role in roles) for code in codes}
    choose = random.Random(number)
    waiting: list[tuple[str, int]] = []
    done = 0

    def act() -> None:
        nonlocal done
        done += 1
        key = str(uuid.UUID(int=choose.getrandbits(128)))
        if waiting:
            code, document_id = waiting.pop()
            approval = ApproveDocument(tenant_code=code, kind=DocumentKind.DISBURSEMENT, document_id=document_id)
            execute(approval, people[code][1], key)
            return
        pilot = choose.choice(pilots)
        command = RecordDisbursement(
            tenant_code=pilot.tenant_code,
            allocation_id=pilot.allocation_id,
            amount=Money(1),
            paid_on=PAID_ON,
            voucher_no=f"ZF{number:02d}{done:08d}",
            payee_name=pilot.name,
            payee_account="220012345678901",
        )
        receipt = execute(command, people[pilot.tenant_code][0], key)
        waiting.append((pilot.tenant_code, receipt.subject_id))

    return act
