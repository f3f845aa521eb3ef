"""Change reports as far as they hold money: filed by the office's maker, taken back again."""

from __future__ import annotations

from datetime import date

from ledger import dispatch
from ledger.changes.commands import FieldChange, SaveReport, SendReport, WithdrawReport
from ledger.changes.commands_dispose import ConfirmDisposition, DisposeReport
from ledger.changes.commands_review import PassReport
from ledger.domain.changes import ChangeType, Disposition
from ledger.domain.money import Money
from tests.factories import Factory, MadePilot, credit_code
from tests.funds.reducing import projects_of

T = "220100"


def drafted(
    make: Factory, pilot: MadePilot, *changes: FieldChange, change: ChangeType = ChangeType.C05, project: int = 0
) -> int:
    """A draft of a report on the pilot's `project`-th project (a new owner, unless said otherwise); its id."""
    owner = (FieldChange("owner_name", "吉林新业主有限公司"), FieldChange("owner_uscc", credit_code()))
    command = SaveReport(
        tenant_code=T,
        pilot_id=pilot.id,
        project_id=projects_of(make, pilot)[project],
        type=change,
        occurred_on=date(2026, 11, 16),
        told_on=date(2026, 11, 17),
        reason="公司重组",
        changes=changes or owner,
    )
    return dispatch.execute(command, make.actor(f"{T}.drc_officer")).subject_id


def sent(
    make: Factory, pilot: MadePilot, *changes: FieldChange, change: ChangeType = ChangeType.C05, project: int = 0
) -> int:
    """A report that its maker filed: from now on it holds; its id."""
    report_id = drafted(make, pilot, *changes, change=change, project=project)
    dispatch.execute(SendReport(tenant_code=T, report_id=report_id, version=1), make.actor(f"{T}.drc_officer"))
    return report_id


def withdrawn(make: Factory, report_id: int, version: int = 2) -> None:
    """Its maker takes a report back."""
    command = WithdrawReport(tenant_code=T, report_id=report_id, version=version)
    dispatch.execute(command, make.actor(f"{T}.drc_officer"))


def disposed(
    make: Factory,
    pilot: MadePilot,
    disposition: Disposition,
    *,
    reduced_to: Money | None = None,
    recover_amount: Money | None = None,
) -> int:
    """A report that the province disposes of, confirmed by its second person; the report's id."""
    report_id = sent(make, pilot)
    reviewer = make.actor(f"{T}.drc_reviewer")
    dispatch.execute(PassReport(tenant_code=T, report_id=report_id, version=2), reviewer)
    dispose = DisposeReport(
        tenant_code=T,
        report_id=report_id,
        version=3,
        disposition=disposition,
        document_no="吉发改服务〔2026〕88号",
        opinion="收回结余资金",
        disposed_on=date(2026, 11, 20),
        reduced_to=reduced_to,
        recover_amount=recover_amount,
    )
    dispatch.execute(dispose, make.actor("province.officer"))
    confirm = ConfirmDisposition(tenant_code=T, report_id=report_id, version=4)
    dispatch.execute(confirm, make.actor("province.reviewer"))
    return report_id


def demanded(make: Factory, pilot: MadePilot, amount: int) -> int:
    """A report that the province answers by asking `amount` fen back; its id."""
    return disposed(make, pilot, Disposition.RECOVER, recover_amount=Money(amount))
