"""A change report on its way: the office's reviewer passes or returns it, finance checks an account. R10.2, RX.2."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from ledger.changes import store
from ledger.changes.commands import release_own
from ledger.changes.commands_checks import OnReport
from ledger.changes.store import StoredReport
from ledger.changes.store_effects import Decision, Standing, change_baseline, check_moved, settle_holds
from ledger.desk import Desk
from ledger.domain.access import Permission, check_second_person
from ledger.domain.changes import ChangeType, Disposition, ReportAct, next_state
from ledger.domain.identifiers import clean_text
from ledger.journal import Fact

_REASON = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class PassReport(OnReport):
    """Pass a report as the office's second person.

    Where the province must act first it is reported to it, an account goes to finance; any other
    change takes effect by this filing. Q20.
    """

    permission: ClassVar[Permission] = Permission.CHANGE_CHECK
    confirmed_version: int | None = None

    def run(self, desk: Desk) -> Sequence[Fact]:
        standing = self.look(desk)
        before = standing.report
        act = _way_of(before)
        status = next_state(before.status, act)
        check_second_person(before.made_by, desk.actor.person_id)
        filed = act is ReportAct.PASS
        after = store.move(
            desk,
            before,
            status=status,
            disposition=Disposition.FILE if filed else before.disposition,
            passed_by=desk.actor.person_id,
            passed_by_name=desk.actor.name,
            passed_at=desk.now,
        )
        if not filed:
            return [store.fact(after, "passed", before=before)]
        return [
            store.fact(after, "settled", before=before),
            *take_effect(desk, standing, after, self.confirmed_version),
        ]


def _way_of(report: StoredReport) -> ReportAct:
    if report.province_first:
        return ReportAct.PASS_TO_PROVINCE
    return ReportAct.PASS_TO_FINANCE if report.type is ChangeType.C09 else ReportAct.PASS


def take_effect(desk: Desk, standing: Standing, report: StoredReport, confirmed_version: int | None) -> list[Fact]:
    """What filing alone does: the new baseline from today on, and the release of what was held."""
    check_moved(report, standing.base, confirmed_version)
    facts = change_baseline(desk, report, standing.base, Decision(desk.today, None))
    return [*facts, *settle_holds(desk, report, Disposition.FILE, standing.hold)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnReport(OnReport):
    """Return a report to its maker with the reason, as the office's reviewer; what it held is released.

    What the province has taken up before stays held until the province disposes of it.
    """

    permission: ClassVar[Permission] = Permission.CHANGE_CHECK
    reason: str

    def run(self, desk: Desk) -> Sequence[Fact]:
        before = self.load(desk)
        return _return(desk, before, self.reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckAccount(OnReport):
    """Check a new payee account as the finance office: it takes effect now, and payments go on. C09."""

    permission: ClassVar[Permission] = Permission.ACCOUNT_CHECK
    confirmed_version: int | None = None

    def run(self, desk: Desk) -> Sequence[Fact]:
        standing = self.look(desk)
        before = standing.report
        status = next_state(before.status, ReportAct.CHECK)
        check_second_person(before.made_by, desk.actor.person_id)
        after = store.move(
            desk,
            before,
            status=status,
            disposition=Disposition.FILE,
            checked_by=desk.actor.person_id,
            checked_by_name=desk.actor.name,
            checked_at=desk.now,
        )
        return [
            store.fact(after, "checked", before=before),
            *take_effect(desk, standing, after, self.confirmed_version),
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class RefuseAccount(OnReport):
    """Return a report of an account that finance could not confirm, with the reason. C09."""

    permission: ClassVar[Permission] = Permission.ACCOUNT_CHECK
    reason: str

    def run(self, desk: Desk) -> Sequence[Fact]:
        before = self.load(desk)
        next_state(before.status, ReportAct.REFUSE_ACCOUNT)
        return _return(desk, before, self.reason, ReportAct.REFUSE_ACCOUNT)


def _return(desk: Desk, before: StoredReport, reason: str, act: ReportAct = ReportAct.RETURN) -> list[Fact]:
    status = next_state(before.status, act)
    check_second_person(before.made_by, desk.actor.person_id)
    text = clean_text(reason, "reason", _REASON, required=True, lines=True)
    after = store.move(desk, before, status=status, return_reason=text)
    taken_up = before.disposed_by is not None
    return [store.fact(after, "returned", before=before), *([] if taken_up else release_own(desk, after))]
