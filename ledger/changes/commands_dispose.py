"""The province's disposition of a change report, by one person or by two, and what it does at once. R10.3."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from ledger.changes import store
from ledger.changes.commands_checks import OnReport
from ledger.changes.store import StoredReport
from ledger.changes.store_effects import (
    Decision,
    Standing,
    change_baseline,
    check_moved,
    demand_back,
    money_project,
    settle_holds,
)
from ledger.desk import Desk
from ledger.domain.access import PROVINCE, Actor, Permission, check_second_person
from ledger.domain.changes import (
    AFTER_FILING,
    Disposition,
    ReportAct,
    ReportStatus,
    applies,
    needs_second,
    next_state,
)
from ledger.domain.dates import check_not_future
from ledger.domain.errors import AmountSign, Conflict, Invalid, Required
from ledger.domain.funds import check_reduction
from ledger.domain.identifiers import clean_text, normalise_document_no
from ledger.domain.money import Money
from ledger.funds.store_reductions import line_of_project, reduce_award
from ledger.journal import Fact

_OPINION, _NUMBER = 2000, 100
_PROPOSAL: dict[str, Any] = {
    "disposition_document_no": None,
    "disposed_on": None,
    "opinion": None,
    "reduced_to": None,
    "recover_amount": None,
    "disposed_by": None,
    "disposed_by_name": None,
    "disposed_at": None,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DisposeReport(OnReport):
    """Dispose of a reported change; where money or standing moves it waits for a second provincial person.

    `reduced_to` (fen) is the award's new amount for 同意并调减, `recover_amount` what 启动收回 asks
    back. `confirmed_version` names the baseline version whose moved values the officer has seen. A
    report that took effect by filing may still be answered by 暂缓拨付, 启动收回 or 移送评价.
    """

    permission: ClassVar[Permission] = Permission.CHANGE_DISPOSE
    records_refusal: ClassVar[bool] = True
    disposition: Disposition
    document_no: str = ""
    opinion: str = ""
    reduced_to: Money | None = None
    recover_amount: Money | None = None
    confirmed_version: int | None = None
    disposed_on: date

    def run(self, desk: Desk) -> Sequence[Fact]:
        standing = self.look(desk)
        before = standing.report
        status = next_state(before.status, self._act(before))
        _check_filed(before, self.disposition)
        decided = self._decided(desk, standing)
        if not _is_filed(before) and applies(self.disposition, before.type):
            check_moved(before, standing.base, self.confirmed_version)
        after = store.move(desk, before, status=status, disposition=self.disposition, return_reason=None, **decided)
        if status is not ReportStatus.SETTLED:
            verb = "proposed" if status is ReportStatus.PROPOSED else "returned"
            return [store.fact(after, verb, before=before)]
        settled = store.fact(after, "settled", before=before)
        return [settled, *effects(desk, standing, after, self.confirmed_version)]

    def _act(self, report: StoredReport) -> ReportAct:
        if self.disposition is Disposition.SUPPLEMENT:
            return ReportAct.SUPPLEMENT
        return ReportAct.PROPOSE if needs_second(self.disposition, report.type) else ReportAct.DISPOSE

    def _decided(self, desk: Desk, standing: Standing) -> dict[str, Any]:
        check_not_future(self.disposed_on, desk.today, "disposed_on")
        supplement = self.disposition is Disposition.SUPPLEMENT
        number = clean_text(normalise_document_no(self.document_no), "document_no", _NUMBER)
        if not number and not supplement:
            raise Required("请填写处置文号，例如 吉发改服务函〔2026〕31号。", field="document_no")
        words_needed = supplement or self.disposition is Disposition.REFUSE
        opinion = clean_text(self.opinion, "opinion", _OPINION, required=words_needed, lines=True)
        self._check_money(desk, standing)
        return {
            "disposition_document_no": number or None,
            "disposed_on": self.disposed_on,
            "opinion": opinion or None,
            "reduced_to": self.reduced_to if self.disposition is Disposition.AGREE_REDUCED else None,
            "recover_amount": self.recover_amount if self.disposition is Disposition.RECOVER else None,
            "disposed_by": desk.actor.person_id,
            "disposed_by_name": desk.actor.name,
            "disposed_at": desk.now,
        }

    def _check_money(self, desk: Desk, standing: Standing) -> None:
        if self.disposition is Disposition.RECOVER:
            if self.recover_amount is None:
                raise Required("请填写要收回的金额。", field="recover_amount")
            if self.recover_amount.fen <= 0:
                raise AmountSign("要收回的金额应大于零。请核对。", field="recover_amount")
            money_project(desk, standing)
        if self.disposition is Disposition.AGREE_REDUCED:
            if self.reduced_to is None:
                raise Required("请填写调减后的核定金额。", field="reduced_to")
            if self.reduced_to.fen < 0:
                raise AmountSign("调减后的金额不能为负数。请核对。", field="reduced_to")
            line = line_of_project(desk, money_project(desk, standing))
            if line is None:
                raise Invalid("该项目没有已入账的资金核定，不能调减。请改用其他处置。", field="reduced_to")
            check_reduction(line.position, self.reduced_to)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmDisposition(OnReport):
    """Confirm a proposed disposition as the province's second person; its effects run in the same transaction."""

    permission: ClassVar[Permission] = Permission.CHANGE_CONFIRM
    records_refusal: ClassVar[bool] = True
    confirmed_version: int | None = None

    def run(self, desk: Desk) -> Sequence[Fact]:
        standing = self.look(desk)
        before = standing.report
        status = next_state(before.status, ReportAct.CONFIRM)
        check_second_person(before.disposed_by or 0, desk.actor.person_id)
        after = store.move(
            desk,
            before,
            status=status,
            confirmed_by=desk.actor.person_id,
            confirmed_by_name=desk.actor.name,
            confirmed_at=desk.now,
        )
        settled = store.fact(after, "settled", before=before)
        return [settled, *effects(desk, standing, after, self.confirmed_version)]


@dataclass(frozen=True, slots=True, kw_only=True)
class SendBackDisposition(OnReport):
    """Send a proposed disposition back to the officer with the reason, as the second person."""

    permission: ClassVar[Permission] = Permission.CHANGE_CONFIRM
    reason: str

    def run(self, desk: Desk) -> Sequence[Fact]:
        before = self.load(desk)
        filed = _is_filed(before)
        status = next_state(before.status, ReportAct.SEND_BACK_FILED if filed else ReportAct.SEND_BACK)
        check_second_person(before.disposed_by or 0, desk.actor.person_id)
        reason = clean_text(self.reason, "reason", _OPINION, required=True, lines=True)
        # What took effect by filing is filed again; else the proposal stays for the officer to mend.
        back = {**_PROPOSAL, "disposition": Disposition.FILE} if filed else {}
        after = store.move(desk, before, status=status, return_reason=reason, **back)
        return [store.fact(after, "sent_back", before=before)]


def effects(desk: Desk, standing: Standing, report: StoredReport, confirmed_version: int | None) -> list[Fact]:
    """What a settled disposition does: baseline, holds, and the ledger's own acts on money. R10.3."""
    disposition = report.disposition
    if disposition is None or report.disposed_on is None:
        raise Conflict(store.CHANGED_REPORT)
    facts: list[Fact] = []
    if not _is_filed(report) and applies(disposition, report.type):
        base = standing.base
        check_moved(report, base, confirmed_version)
        facts += change_baseline(desk, report, base, Decision(report.disposed_on, report.disposition_document_no))
    facts += settle_holds(desk, report, disposition, standing.hold)
    if disposition is Disposition.AGREE_REDUCED:
        facts += _reduce(desk, report, money_project(desk, standing))
    if disposition is Disposition.RECOVER:
        facts.append(demand_back(desk, report, money_project(desk, standing), report.disposed_by or 0))
    return facts


def _reduce(desk: Desk, report: StoredReport, project_id: int) -> list[Fact]:
    if report.reduced_to is None or report.disposed_on is None:
        raise Required("请填写调减后的核定金额。", field="reduced_to")
    maker = Actor(
        report.disposed_by or 0,
        PROVINCE,
        # Both are people of the province's own commission: a tenant's transaction reads no provincial person.
        desk.actor.office_id,
        frozenset(),
        report.disposed_by_name or "",
        office_name=desk.actor.office_name,
    )
    return reduce_award(
        desk,
        project_id=project_id,
        new_amount=report.reduced_to,
        document_no=report.disposition_document_no or "",
        reason=f"{report.number} {report.type.label}",
        decided_on=report.disposed_on,
        maker=maker,
        checker=desk.actor,
    )


def _is_filed(report: StoredReport) -> bool:
    """Whether the report took effect by filing alone: what the province decides then is an answer to it."""
    return not report.province_first


def _check_filed(report: StoredReport, disposition: Disposition) -> None:
    if report.status is not ReportStatus.SETTLED:
        return
    if not _is_filed(report):
        raise Conflict("这份变更报告省级已处置，不能再次处置。")
    if disposition not in AFTER_FILING:
        raise Conflict("这份变更已按备案办结。省级还可以暂缓拨付、启动收回或移送评价。")
    if report.disposed_by is not None:
        raise Conflict("这份变更报告省级已处置，不能再次处置。")
