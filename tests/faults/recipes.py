"""For each command of the product one use of it that succeeds: what must be there before, the command, and who asks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from ledger.dispatch import execute
from ledger.domain.access import SYSTEM, Actor, Role
from ledger.domain.documents import DocumentKind
from ledger.domain.money import Money
from ledger.domain.policy import Switches
from ledger.exchange import commands as imports
from ledger.exchange.report import Upload
from ledger.exchange.templates import Kind
from ledger.funds import commands_amend, commands_check, commands_disbursement, commands_notice, commands_spending
from ledger.funds.commands_allocation import RecordAllocation
from ledger.funds.commands_award import RecordAward
from ledger.funds.commands_fund_line import SetFundLine
from ledger.identity import (
    commands,
    commands_accounts,
    commands_offices,
    commands_roles,
    commands_sign_in,
    commands_tokens,
    store_passwords,
)
from ledger.pilots import commands as designations
from ledger.pilots.commands_policy import PublishPolicy
from tests.conftest import PASSWORD
from tests.data import make_workbooks
from tests.factories import PAID_ON, Factory

HOME = "220100"
OFFICER, REVIEWER = f"{HOME}.finance_officer", f"{HOME}.finance_reviewer"
NEW_PASSWORD = "another horse battery"

Ready = tuple[Any, Actor]
"""A command, and the person who gives it."""
Recipe = Callable[[Factory], Ready]


def _document(make: Factory) -> dict[str, Any]:
    """A waiting disbursement, named."""
    document_id = make.waiting(make.allocated(1000), 400)
    return {"tenant_code": HOME, "kind": DocumentKind.DISBURSEMENT, "document_id": document_id}


def _reversible(make: Factory) -> dict[str, Any]:
    document_id = make.disbursed(make.allocated(1000), 400)
    return {"tenant_code": HOME, "kind": DocumentKind.DISBURSEMENT, "document_id": document_id}


def _returned(make: Factory) -> Ready:
    pilot = make.allocated(1000)
    entered = make.disbursement_command(pilot, 400)
    document_id = execute(entered, make.actor(OFFICER)).subject_id
    named: dict[str, Any] = {"tenant_code": HOME, "kind": DocumentKind.DISBURSEMENT, "document_id": document_id}
    execute(commands_check.ReturnDocument(**named, reason="账号有误"), make.actor(REVIEWER))
    fields = {name: getattr(entered, name) for name in commands_disbursement.DisbursementDraft.__dataclass_fields__}
    amended = commands_disbursement.AmendDisbursement(
        tenant_code=HOME, document_id=document_id, version=2, **{**fields, "note": "已更正"}
    )
    return amended, make.actor(OFFICER)


def _amended(make: Factory) -> Ready:
    entered = make.disbursement_command(make.allocated(1000), 400)
    drafted = execute(commands_amend.DraftDocument(entered=entered), make.actor(OFFICER)).subject_id
    return commands_amend.AmendDocument(entered=entered, document_id=drafted, version=1), make.actor(OFFICER)


def _spent(make: Factory, amount: int = 300) -> tuple[Any, commands_spending.RecordExpenditure]:
    pilot = make.allocated(1000)
    paid = make.disbursed(pilot, 400)
    spending = commands_spending.RecordExpenditure(
        tenant_code=HOME, disbursement_id=paid, amount=Money(amount), spent_on=date(2026, 6, 1), purpose="设备"
    )
    return pilot, spending


def _accepted(make: Factory) -> Ready:
    pilot, spending = _spent(make)
    document_id = execute(spending, make.actor(OFFICER)).subject_id
    make.approve(HOME, DocumentKind.EXPENDITURE, document_id, REVIEWER)
    accepting = commands_spending.RecordAcceptance(
        tenant_code=HOME,
        pilot_id=pilot.id,
        project_code=pilot.project_codes[0],
        amount=Money(200),
        accepted_on=date(2026, 7, 1),
        document_no="验1号",
    )
    return accepting, make.actor(f"{HOME}.drc_officer")


def _recovered(make: Factory) -> Ready:
    recovering = commands_spending.RecordRecovery(
        tenant_code=HOME,
        allocation_id=make.allocated(1000).allocation_id,
        amount=Money(100),
        recovered_on=date(2026, 7, 2),
        document_no="收1号",
        reason="终止",
    )
    return recovering, make.actor(OFFICER)


def _notice(make: Factory) -> Ready:
    pilot = make.awarded(1000)
    line = commands_notice.NoticeLine(
        tenant_code=HOME, award_id=pilot.award_id, project_code=pilot.project_codes[0], amount=Money(500)
    )
    notice = commands_notice.RecordNotice(
        fiscal_year=2026, document_no="吉财建指〔2026〕118号", allocated_on=date(2026, 4, 28), lines=(line,)
    )
    return notice, make.actor("province.officer")


def _designation(make: Factory) -> dict[str, Any]:
    return {"tenant_code": HOME, "pilot_id": make.pilot(active=False).id}


def _book(make: Factory) -> Upload:
    pilot = make.allocated(1000_00)
    row: list[Any] = [1, PAID_ON, pilot.name, pilot.uscc, pilot.project_codes[0], pilot.name, "2200123"]
    row += ["吉财建指〔2026〕118号", "ZF99", 400]
    return Upload("拨付.xlsx", make_workbooks.book("disbursements", [row]))


def _checked_book(make: Factory) -> Ready:
    officer = make.actor(OFFICER)
    import_id = execute(imports.CheckImport(kind=Kind.DISBURSEMENTS, upload=_book(make)), officer).subject_id
    return imports.ConfirmImport(import_id=import_id), officer


def _person(make: Factory) -> Actor:
    return make.actor(OFFICER)


def _proposed(make: Factory) -> int:
    person = _person(make)
    proposal = commands_roles.ProposeRoles(HOME, person.person_id, (Role.FINANCE_REVIEWER,), "轮岗")
    return execute(proposal, make.actor("admin")).subject_id


def _empty_office(make: Factory) -> int:
    office = commands.RegisterOffice(HOME, "长春市试验区财政局", "finance", "220102")
    return execute(office, make.actor("admin")).subject_id


def _ended_office(make: Factory) -> Ready:
    office_id = _empty_office(make)
    execute(commands_offices.DeactivateOffice(HOME, office_id), make.actor("admin"))
    return commands_offices.ReactivateOffice(HOME, office_id), make.actor("admin")


def _session(make: Factory) -> Ready:
    person = _person(make)
    found = commands_sign_in.record_sign_in(HOME, person.person_id, True, OFFICER, "10.0.0.1")
    return commands_sign_in.SignOut(store_passwords.hash_secret(found.secret or "")), person


def _token(make: Factory) -> Ready:
    person = _person(make)
    issued = commands_tokens.IssueToken(HOME, person.person_id, 30, store_passwords.hash_secret("x" * 32))
    return commands_tokens.RevokeToken(HOME, execute(issued, person).subject_id), person


def _signing_in(make: Factory) -> Ready:
    hashed = store_passwords.hash_secret("s" * 32)
    return commands_sign_in.RecordSignIn(HOME, _person(make).person_id, True, OFFICER, "10.0.0.1", hashed), SYSTEM


RECIPES: dict[type, Recipe] = {
    commands_check.ApproveDocument: lambda make: (
        commands_check.ApproveDocument(**_document(make)), make.actor(REVIEWER)),
    commands_check.ReturnDocument: lambda make: (
        commands_check.ReturnDocument(**_document(make), reason="账号有误"), make.actor(REVIEWER)),
    commands_check.WithdrawDocument: lambda make: (
        commands_check.WithdrawDocument(**_document(make)), make.actor(OFFICER)),
    commands_check.ReverseDocument: lambda make: (
        commands_check.ReverseDocument(**_reversible(make), reason="重复", reversed_on=PAID_ON), make.actor(OFFICER)),
    commands_disbursement.RecordDisbursement: lambda make: (
        make.disbursement_command(make.allocated(1000), 400), make.actor(OFFICER)),
    commands_disbursement.AmendDisbursement: _returned,
    commands_amend.DraftDocument: lambda make: (
        commands_amend.DraftDocument(entered=make.disbursement_command(make.allocated(1000), 400)),
        make.actor(OFFICER)),
    commands_amend.AmendDocument: _amended,
    RecordAward: lambda make: (make.award_command(make.pilot(), 1000), make.actor("province.officer")),
    RecordAllocation: lambda make: (
        make.allocation_command(make.awarded(1000), 1000), make.actor("province.officer")),
    commands_notice.RecordNotice: _notice,
    commands_spending.RecordExpenditure: lambda make: (_spent(make)[1], make.actor(OFFICER)),
    commands_spending.RecordAcceptance: _accepted,
    commands_spending.RecordRecovery: _recovered,
    SetFundLine: lambda make: (
        SetFundLine(fiscal_year=2025, total=Money(100), checker=make.actor("province.reviewer")),
        make.actor("province.officer")),
    PublishPolicy: lambda make: (
        PublishPolicy(effective_from=date(2027, 1, 1), document_no="吉发改服务〔2026〕99号", switches=Switches(),
                      checker=make.actor("province.reviewer")), make.actor("province.officer")),
    designations.ConfirmDesignation: lambda make: (
        designations.ConfirmDesignation(**_designation(make)), make.actor("province.reviewer")),
    designations.ReturnDesignation: lambda make: (
        designations.ReturnDesignation(**_designation(make), reason="代码有误"), make.actor("province.reviewer")),
    imports.CheckImport: lambda make: (
        imports.CheckImport(kind=Kind.DISBURSEMENTS, upload=_book(make)), make.actor(OFFICER)),
    imports.ConfirmImport: _checked_book,
    imports.ImportBook: lambda make: (
        imports.ImportBook(kind=Kind.DISBURSEMENTS, upload=_book(make)), make.actor(OFFICER)),
    commands.RegisterOffice: lambda make: (
        commands.RegisterOffice(HOME, "长春市试验区财政局", "finance", "220102"), make.actor("admin")),
    commands.RegisterPerson: lambda make: (
        commands.RegisterPerson(HOME, "wang.fang", "王芳", _person(make).office_id, (Role.FINANCE_OFFICER,), PASSWORD),
        make.actor("admin")),
    commands.DeactivatePerson: lambda make: (
        commands.DeactivatePerson(HOME, _person(make).person_id), make.actor("admin")),
    commands_accounts.ChangeOwnPassword: lambda make: (
        commands_accounts.ChangeOwnPassword(PASSWORD, NEW_PASSWORD), _person(make)),
    commands_accounts.ResetPassword: lambda make: (
        commands_accounts.ResetPassword(HOME, _person(make).person_id, NEW_PASSWORD), make.actor("admin")),
    commands_accounts.RevokeTokens: lambda make: (
        commands_accounts.RevokeTokens(_token(make)[0].tenant_code, _person(make).person_id), make.actor("admin")),
    commands_offices.DeactivateOffice: lambda make: (
        commands_offices.DeactivateOffice(HOME, _empty_office(make)), make.actor("admin")),
    commands_offices.ReactivateOffice: _ended_office,
    commands_roles.ProposeRoles: lambda make: (
        commands_roles.ProposeRoles(HOME, _person(make).person_id, (Role.FINANCE_REVIEWER,), "轮岗"),
        make.actor("admin")),
    commands_roles.ConfirmRoles: lambda make: (
        commands_roles.ConfirmRoles(HOME, _person(make).person_id, _proposed(make)), make.actor("admin.second")),
    commands_roles.RefuseRoles: lambda make: (
        commands_roles.RefuseRoles(HOME, _person(make).person_id, _proposed(make)), make.actor("admin.second")),
    commands_sign_in.RecordSignIn: _signing_in,
    commands_sign_in.SignOut: _session,
    commands_tokens.IssueToken: lambda make: (
        commands_tokens.IssueToken(HOME, _person(make).person_id, 30, store_passwords.hash_secret("y" * 32)),
        _person(make)),
    commands_tokens.RevokeToken: _token,
}  # fmt: skip
