"""Makes pilots and their money through the product's own commands; every default is a valid one."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from stdnum.cn import uscc as stdnum_uscc

from ledger import dispatch
from ledger.desk import Desk
from ledger.domain.access import Actor, Permission
from ledger.domain.documents import DocumentKind
from ledger.domain.money import Money
from ledger.domain.pilots import Direction, PilotKind
from ledger.funds.commands_allocation import RecordAllocation
from ledger.funds.commands_award import AwardLineDraft, RecordAward
from ledger.funds.commands_check import ApproveDocument
from ledger.funds.commands_disbursement import RecordDisbursement
from ledger.journal import Fact
from ledger.pilots.commands import ConfirmDesignation, DesignationBook, PilotDraft

DESIGNATED_ON = date(2026, 3, 16)
DECIDED_ON = date(2026, 4, 10)
ALLOCATED_ON = date(2026, 4, 28)
PAID_ON = date(2026, 5, 20)

_serial = itertools.count(1)


def credit_code(serial: int | None = None) -> str:
    """A credit code with a right check character, another one each time."""
    number = next(_serial) if serial is None else serial
    body = f"91220100{number:09d}".replace("I", "1")
    return body + str(stdnum_uscc.calc_check_digit(body))


def project_code(serial: int | None = None) -> str:
    """A project code in the form of GB/T 40058, another one each time."""
    return f"2601-220100-04-01-{next(_serial) if serial is None else serial:06d}"


@dataclass(frozen=True, slots=True)
class Designate:
    """One row of a designation list, as the province's officer would import it."""

    permission: ClassVar[Permission] = Permission.DESIGNATION_RECORD
    tenant_code: str
    rows: tuple[PilotDraft, ...]

    def run(self, desk: Desk) -> Sequence[Fact]:
        book = DesignationBook(desk)
        for row in self.rows:
            book.plan(row)
        return book.store()


@dataclass(frozen=True, slots=True)
class MadePilot:
    """What a test needs of a pilot to go on with it."""

    tenant_code: str
    id: int
    uscc: str
    name: str
    project_codes: tuple[str, ...]
    award_id: int = 0
    allocation_id: int = 0


class Factory:
    """Makes pilots and documents as the right people; `actor` finds a person by user name."""

    def __init__(self, actor: Callable[[str], Actor]) -> None:
        self.actor = actor

    def pilot(
        self,
        tenant_code: str = "220100",
        *,
        kind: PilotKind = PilotKind.ENTERPRISE,
        uscc: str | None = None,
        projects: int = 1,
        project_codes: tuple[str, ...] | None = None,
        active: bool = True,
    ) -> MadePilot:
        """A designated pilot with its projects; not yet confirmed when `active` is off."""
        uscc = uscc or credit_code()
        codes = project_codes or tuple(project_code() for _ in range(projects))
        name = f"长春市试点{uscc[8:17]}有限公司"
        rows = tuple(
            PilotDraft(
                name=name,
                kind=kind,
                uscc=uscc,
                county_name="",
                direction=Direction("M1"),
                batch="2026年第一批",
                project_name=f"融合发展项目{number}",
                project_code=code,
                no_code_reason=None,
                investment=Money(1_000_000_00),
                start_on=date(2026, 4, 1),
                finish_on=date(2027, 6, 28),
                document_no="吉发改服务〔2026〕21号",
                designated_on=DESIGNATED_ON,
            )
            for number, code in enumerate(codes, 1)
        )
        officer, reviewer = self.actor("province.officer"), self.actor("province.reviewer")
        pilot_id = dispatch.execute(Designate(tenant_code, rows), officer).subject_id
        if active:
            dispatch.execute(ConfirmDesignation(tenant_code=tenant_code, pilot_id=pilot_id), reviewer)
        return MadePilot(tenant_code, pilot_id, uscc, name, codes)

    def award_command(self, pilot: MadePilot, amount: int, **changes: Any) -> RecordAward:
        """The command that awards `amount` fen, spread evenly over the pilot's projects."""
        share = amount // len(pilot.project_codes)
        amounts = [share] * (len(pilot.project_codes) - 1)
        amounts.append(amount - sum(amounts))
        values: dict[str, Any] = {
            "tenant_code": pilot.tenant_code,
            "pilot_id": pilot.id,
            "lines": tuple(
                AwardLineDraft(code, Money(each)) for code, each in zip(pilot.project_codes, amounts, strict=True)
            ),
            "fiscal_year": 2026,
            "document_no": "吉发改服务〔2026〕35号",
            "decided_on": DECIDED_ON,
        }
        return RecordAward(**(values | changes))

    def approve(self, tenant_code: str, kind: DocumentKind, document_id: int, username: str) -> dispatch.Receipt:
        """Check a waiting document as `username`."""
        return dispatch.execute(
            ApproveDocument(tenant_code=tenant_code, kind=kind, document_id=document_id), self.actor(username)
        )

    def awarded(self, amount: int = 1_000_000_00, **pilot: Any) -> MadePilot:
        """A pilot with a posted award of `amount` fen."""
        made = self.pilot(**pilot)
        award_id = dispatch.execute(self.award_command(made, amount), self.actor("province.officer")).subject_id
        self.approve(made.tenant_code, DocumentKind.AWARD, award_id, "province.reviewer")
        return MadePilot(made.tenant_code, made.id, made.uscc, made.name, made.project_codes, award_id)

    def allocation_command(self, pilot: MadePilot, amount: int, **changes: Any) -> RecordAllocation:
        """The command that passes down `amount` fen for the pilot's first project."""
        values: dict[str, Any] = {
            "tenant_code": pilot.tenant_code,
            "award_id": pilot.award_id,
            "project_code": pilot.project_codes[0],
            "amount": Money(amount),
            "document_no": "吉财建指〔2026〕118号",
            "allocated_on": ALLOCATED_ON,
        }
        return RecordAllocation(**(values | changes))

    def allocated(self, amount: int = 1_000_000_00, **pilot: Any) -> MadePilot:
        """A pilot whose award of `amount` fen is passed down in full."""
        made = self.awarded(amount, **pilot)
        allocation_id = dispatch.execute(
            self.allocation_command(made, amount), self.actor("province.officer")
        ).subject_id
        self.approve(made.tenant_code, DocumentKind.ALLOCATION, allocation_id, "province.reviewer")
        return MadePilot(
            made.tenant_code, made.id, made.uscc, made.name, made.project_codes, made.award_id, allocation_id
        )

    def disbursement_command(self, pilot: MadePilot, amount: int, **changes: Any) -> RecordDisbursement:
        """The command that disburses `amount` fen of the pilot's allocation, with a voucher of its own."""
        values: dict[str, Any] = {
            "tenant_code": pilot.tenant_code,
            "allocation_id": pilot.allocation_id,
            "amount": Money(amount),
            "paid_on": PAID_ON,
            "voucher_no": f"ZF{next(_serial):06d}",
            "payee_name": pilot.name,
            "payee_account": "220012345678901",
        }
        return RecordDisbursement(**(values | changes))

    def waiting(self, pilot: MadePilot, amount: int, **changes: Any) -> int:
        """A disbursement that waits for its check; its id."""
        officer = self.actor(f"{pilot.tenant_code}.finance_officer")
        return dispatch.execute(self.disbursement_command(pilot, amount, **changes), officer).subject_id

    def disbursed(self, pilot: MadePilot, amount: int, **changes: Any) -> int:
        """A posted disbursement; its id."""
        document_id = self.waiting(pilot, amount, **changes)
        reviewer = f"{pilot.tenant_code}.finance_reviewer"
        self.approve(pilot.tenant_code, DocumentKind.DISBURSEMENT, document_id, reviewer)
        return document_id
