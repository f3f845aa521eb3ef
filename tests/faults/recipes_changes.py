"""The same for change reports, holds, files, checkpoints, jobs and what is erased."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from io import BytesIO
from typing import Any

from ledger.audit.commands_chain import StartVerification
from ledger.audit.commands_sign import RecordGap
from ledger.changes import commands as reporting
from ledger.changes import commands_dispose, commands_release, commands_review
from ledger.changes.queries_lists import ListHoldsOf
from ledger.clock import now
from ledger.dispatch import ask, execute
from ledger.domain.changes import ChangeType, Disposition
from ledger.domain.evidence import Evidence
from ledger.domain.notes import Checkpoint
from ledger.files import commands as files
from ledger.identity import commands_erasure
from tests.changes.reporting import DISPOSED_ON, DOCUMENT_NO, Reports
from tests.factories import Factory
from tests.faults.recipes import HOME, OFFICER, Ready, Recipe

LOCAL, REVIEWER = f"{HOME}.drc_officer", f"{HOME}.drc_reviewer"
PDF = b"%PDF-1.7\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n"


def _draft(make: Factory, change: ChangeType = ChangeType.C05) -> tuple[Reports, int]:
    reports = Reports(make)
    return reports, reports.draft(reports.pilot(1_000_00), change)


def _sent(make: Factory, change: ChangeType = ChangeType.C05) -> tuple[Reports, int]:
    reports, report_id = _draft(make, change)
    reports.send(report_id)
    return reports, report_id


def _passed(make: Factory, change: ChangeType = ChangeType.C05) -> tuple[Reports, int]:
    reports, report_id = _sent(make, change)
    reports.pass_on(report_id)
    return reports, report_id


def _proposed(make: Factory) -> tuple[Reports, int]:
    reports, report_id = _passed(make)
    reports.dispose(report_id, Disposition.AGREE)
    return reports, report_id


def _on(made: tuple[Reports, int]) -> dict[str, Any]:
    reports, report_id = made
    return {"tenant_code": HOME, "report_id": report_id, "version": reports.page(report_id).report.version}


def _disposing(make: Factory) -> Ready:
    named = _on(_passed(make))
    how: dict[str, Any] = {"disposition": Disposition.SUSPEND, "document_no": DOCUMENT_NO, "disposed_on": DISPOSED_ON}
    return commands_dispose.DisposeReport(**named, **how), make.actor("province.officer")


def _hold(make: Factory) -> dict[str, Any]:
    """A suspension that both provincial people decided."""
    reports, report_id = _passed(make)
    reports.settle(report_id, Disposition.SUSPEND)
    pilot_id = reports.page(report_id).report.pilot_id
    (listed,) = ask(ListHoldsOf(tenant_code=HOME, pilot_id=pilot_id), make.actor(LOCAL))
    return {"tenant_code": HOME, "hold_id": listed.hold.id}


def _asked_release(make: Factory) -> dict[str, Any]:
    named = _hold(make)
    asking = commands_release.ReleaseHold(**named, document_no=DOCUMENT_NO, reason="已整改")
    execute(asking, make.actor("province.officer"))
    return named


def _attaching(make: Factory) -> Ready:
    document_id = make.waiting(make.allocated(1000), 400)
    evidence = Evidence(BytesIO(PDF), "凭证.pdf")
    attaching = files.AttachFile(
        tenant_code=HOME, subject_type="disbursement", subject_id=document_id, file=evidence, label="支付凭证"
    )
    return attaching, make.actor(OFFICER)


def _retiring(make: Factory) -> Ready:
    attaching, person = _attaching(make)
    fact = execute(attaching, person).facts[0]
    attachment_id = int(str(fact.after["attachment"]))
    return files.RetireFile(tenant_code=HOME, attachment_id=attachment_id, reason="附错了"), person


def _gap(make: Factory) -> Ready:
    missing = Checkpoint(f"fund-ledger/{HOME}", 1_000_000, b"\0" * 32, "0" * 64, now())
    return RecordGap((missing,), "磁盘损坏", lambda text: f"{text}\n"), make.actor("admin")


def _erasing(make: Factory) -> Ready:
    asking = commands_erasure.AskErasure(HOME, OFFICER, "本人申请", "长发改函〔2026〕3号")
    return asking, make.actor("admin")


def _asked_erasure(make: Factory) -> int:
    return execute(*_erasing(make)).subject_id


def _report(made: Callable[[Factory], tuple[Reports, int]], command: Any, who: str, **more: Any) -> Recipe:
    return lambda make: (command(**_on(made(make)), **more), make.actor(who))


CHANGES: dict[type, Recipe] = {
    reporting.SaveReport: lambda make: (
        Reports(make).save_command(make.pilot(), ChangeType.C06, {"finish_on": date(2028, 3, 1)}), make.actor(LOCAL)),
    reporting.SendReport: _report(_draft, reporting.SendReport, LOCAL),
    reporting.WithdrawReport: _report(_sent, reporting.WithdrawReport, LOCAL),
    commands_review.PassReport: _report(_sent, commands_review.PassReport, REVIEWER),
    commands_review.ReturnReport: _report(_sent, commands_review.ReturnReport, REVIEWER, reason="附件不全"),
    commands_review.CheckAccount: _report(
        lambda make: _passed(make, ChangeType.C09), commands_review.CheckAccount, f"{HOME}.finance_reviewer"),
    commands_review.RefuseAccount: _report(
        lambda make: _passed(make, ChangeType.C09), commands_review.RefuseAccount, f"{HOME}.finance_reviewer",
        reason="户名不符"),
    commands_dispose.DisposeReport: _disposing,
    commands_dispose.ConfirmDisposition: _report(
        _proposed, commands_dispose.ConfirmDisposition, "province.reviewer"),
    commands_dispose.SendBackDisposition: _report(
        _proposed, commands_dispose.SendBackDisposition, "province.reviewer", reason="请补充依据"),
    commands_release.ReleaseHold: lambda make: (
        commands_release.ReleaseHold(**_hold(make), document_no=DOCUMENT_NO, reason="已整改"),
        make.actor("province.officer")),
    commands_release.ConfirmRelease: lambda make: (
        commands_release.ConfirmRelease(**_asked_release(make)), make.actor("province.reviewer")),
    commands_release.SendBackRelease: lambda make: (
        commands_release.SendBackRelease(**_asked_release(make)), make.actor("province.reviewer")),
    files.AttachFile: _attaching,
    files.RetireFile: _retiring,
    RecordGap: _gap,
    StartVerification: lambda make: (StartVerification(HOME), make.actor("province.auditor")),
    commands_erasure.AskErasure: _erasing,
    commands_erasure.ConfirmErasure: lambda make: (
        commands_erasure.ConfirmErasure(HOME, _asked_erasure(make)), make.actor("admin.second")),
    commands_erasure.RefuseErasure: lambda make: (
        commands_erasure.RefuseErasure(HOME, _asked_erasure(make)), make.actor("admin.second")),
}  # fmt: skip
