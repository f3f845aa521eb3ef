"""What a settled report does: a new baseline version, holds placed and released, a demand for money back. R10.3."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from ledger.changes.store import StoredReport, report_found, report_reading
from ledger.desk import Desk
from ledger.domain.baselines import FIELDS, BaselineSubject, from_json, shown
from ledger.domain.chain import Json
from ledger.domain.changes import BaselineMoved, ChangeType, Disposition, HoldReason, hold_after
from ledger.domain.errors import AlreadyAwarded, Invalid, Required
from ledger.funds.store_rights import check_right
from ledger.journal import Fact
from ledger.pilots.store import load_pilot, load_projects
from ledger.pilots.store_baselines import (
    NewBaseline,
    StoredBaseline,
    add_versions,
    baseline_found,
    newest,
    newest_reading,
)
from ledger.pilots.store_holds import (
    StoredHold,
    holds_found,
    holds_of_pilot,
    holds_of_report,
    place_hold,
    release_hold,
    report_holds_reading,
)
from ledger.tenancy import Constant

_DEMAND = Constant(
    "INSERT INTO recovery_demand (tenant_code, id, pilot_id, project_id, report_id, report_number, amount, basis,"
    " document_no, demanded_on, made_by, checked_by, recorded_at) VALUES (:tenant_code, :id, :pilot_id, :project_id,"
    " :report_id, :report_number, :amount, :basis, :document_no, :demanded_on, :made_by, :checked_by, :recorded_at)"
)
_PROJECTS = Constant(
    "SELECT j.id FROM change_report r JOIN project j ON j.tenant_code = r.tenant_code AND j.pilot_id = r.pilot_id"
    " AND (r.project_id IS NULL OR j.id = r.project_id)"
    " WHERE r.tenant_code = :tenant_code AND r.id = :report_id ORDER BY j.id"
)
_PERSONAL = "（个人信息）"


@dataclass(frozen=True, slots=True)
class Decision:
    """What a report is settled by: its date and its document, where it has one."""

    effective_on: date
    document_no: str | None


@dataclass(frozen=True, slots=True)
class Standing:
    """A report, locked, with the baseline that it changes as it is now, what it holds, and whose money it may move.

    `projects` is the report's own project, or every one of the pilot where the pilot itself changes.
    """

    report: StoredReport
    base: StoredBaseline
    hold: StoredHold | None
    projects: tuple[int, ...]


def load_standing(desk: Desk, report_id: int) -> Standing:
    """One report of the scope's tenant with what its settlement needs, in one exchange.

    Raises:
        NotFound: unknown, or another tenant's.
    """
    reports, baselines, holds, projects = desk.read_all(
        report_reading(report_id),
        newest_reading(report_id),
        report_holds_reading(report_id),
        (_PROJECTS, {"report_id": report_id}),
    )
    report, held = report_found(reports), holds_found(holds)
    return Standing(report, baseline_found(baselines), held[0] if held else None, tuple(row.id for row in projects))


def hold_of_report(desk: Desk, report: StoredReport) -> StoredHold | None:
    """What the report holds now, or None."""
    found = holds_of_report(desk, report.id)
    return found[0] if found else None


def moved_fields(report: StoredReport, base: StoredBaseline) -> dict[str, tuple[str, str, str]]:
    """The report's fields whose baseline is no longer what it saw: (原值, 已改为, 您填写) in words."""
    if base.version == report.seen_version:
        return {}
    return {
        one.field: (in_words(one.field, one.before), in_words(one.field, now), in_words(one.field, one.after))
        for one in report.changes
        if (now := base.content.get(one.field)) != one.before
    }


def in_words(name: str, stored: Json) -> str:
    """A stored value as text; a personal one is not shown here."""
    if isinstance(stored, Mapping):
        return _PERSONAL
    return shown(FIELDS[name], from_json(FIELDS[name], stored))


def check_moved(report: StoredReport, base: StoredBaseline, confirmed_version: int | None) -> None:
    """Refuse to go on over a baseline that moved, unless the asker has seen the version that stands now.

    Raises:
        BaselineMoved: with three columns for each field that moved.
    """
    moved = moved_fields(report, base)
    if moved and confirmed_version != base.version:
        raise BaselineMoved(moved, base.version)


def check_new_code(desk: Desk, report: StoredReport, base: StoredBaseline) -> None:
    """Refuse a new credit code whose one-time right is used where the unit's own is used, too. C11, R8.5.

    Raises:
        AlreadyAwarded: two awards would be one subject's.
    """
    old, new = base.content.get("uscc"), report.after.get("uscc")
    if report.type is not ChangeType.C11 or old == new:
        return
    try:
        check_right(desk, str(old))
    except AlreadyAwarded:
        check_right(desk, str(new))


def change_baseline(desk: Desk, report: StoredReport, base: StoredBaseline, decision: Decision) -> list[Fact]:
    """Add the version that a settled report makes of the baseline that stands now."""
    check_new_code(desk, report, base)
    content = {**base.content, **{one.field: one.after for one in report.changes}}
    facts = [_add(desk, report, base, content, decision)]
    if report.type in (ChangeType.C10, ChangeType.C11):
        facts += _follow_as_owner(desk, report, base, content, decision)
    return facts


def _follow_as_owner(
    desk: Desk, report: StoredReport, base: StoredBaseline, content: Mapping[str, Json], decision: Decision
) -> list[Fact]:
    """A unit that takes another name or code takes it as the owner of its projects, too: payees are owners. RX.2."""
    facts = []
    owner = {"owner_name": content["unit_name"], "owner_uscc": content["uscc"]}
    for project in load_projects(desk, report.pilot_id):
        if project.owner_uscc != base.content["uscc"]:
            continue
        own = newest(desk, BaselineSubject.PROJECT, project.id)
        if any(own.content[name] != value for name, value in owner.items()):
            facts.append(_add(desk, report, own, {**own.content, **owner}, decision))
    return facts


def _add(
    desk: Desk, report: StoredReport, base: StoredBaseline, content: Mapping[str, Json], decision: Decision
) -> Fact:
    version = base.version + 1
    new = NewBaseline(
        base.subject, base.subject_id, version, content, decision.effective_on, report.id, decision.document_no
    )
    add_versions(desk, [new])
    changed = [name for name, value in content.items() if base.content.get(name) != value]
    after: dict[str, Json] = {
        "version": str(version),
        "values": {name: content[name] for name in changed},
        "report": report.number,
    }
    if decision.document_no is not None:
        after["document_no"] = decision.document_no
    return Fact(
        "baseline_changed",
        base.subject.value,
        base.subject_id,
        before={"version": str(base.version), "values": {name: base.content.get(name) for name in changed}},
        after=after,
        pilot_id=report.pilot_id,
        business_date=decision.effective_on,
    )


def settle_holds(desk: Desk, report: StoredReport, disposition: Disposition, own: StoredHold | None) -> list[Fact]:
    """Release `own`, what the report held, and hold what its disposition holds from now on."""
    facts = []
    kept = hold_after(disposition, report.type, report.after)
    if own is not None and own.kind is not kept:
        facts.append(release_hold(desk, own, released_by_report=report.id))
    if kept is HoldReason.STOPPED or _goes_on(report, disposition):
        # A project that goes on, or is stopped anew, leaves the stop of an earlier report behind.
        facts += [
            release_hold(desk, hold, released_by_report=report.id)
            for hold in holds_of_pilot(desk, report.pilot_id)
            if hold.kind is HoldReason.STOPPED
            and hold.report_id != report.id
            and (hold.report_type, hold.project_id) == (report.type, report.project_id)
        ]
    if kept is not None and (own is None or own.kind is not kept):
        facts.append(
            place_hold(
                desk,
                pilot_id=report.pilot_id,
                project_id=report.project_id,
                kind=kept,
                report_id=report.id,
                report_number=report.number,
                report_type=report.type,
            )
        )
    return facts


def _goes_on(report: StoredReport, disposition: Disposition) -> bool:
    agreed = disposition in (Disposition.FILE, Disposition.AGREE, Disposition.AGREE_REDUCED)
    return agreed and (
        report.after.get("construction_state") == "building" or report.after.get("standing") == "existing"
    )


def money_project(desk: Desk, standing: Standing) -> int:
    """The project whose money a disposition moves: the report's, or the pilot's only one.

    Raises:
        Invalid: the report is of a pilot with several projects.
    """
    if len(standing.projects) != 1:
        raise Invalid(
            "“{name}”有 {count} 个项目，调减或收回须按项目办理。请另由该项目的变更报告处置。",
            field="disposition",
            name=load_pilot(desk, standing.report.pilot_id).name,
            count=len(standing.projects),
        )
    return standing.projects[0]


def demand_back(desk: Desk, report: StoredReport, project_id: int, made_by: int) -> Fact:
    """Open the recovery that a settled report decided; it is settled by recoveries that reach it."""
    amount, document_no, demanded_on = report.recover_amount, report.disposition_document_no, report.disposed_on
    if amount is None or document_no is None or demanded_on is None:
        raise Required("请填写要收回的金额、文号和日期。", field="recover_amount")
    row = {
        "id": desk.new_id(),
        "pilot_id": report.pilot_id,
        "project_id": project_id,
        "report_id": report.id,
        "report_number": report.number,
        "amount": amount,
        "basis": report.opinion or report.reason,
        "document_no": document_no,
        "demanded_on": demanded_on,
        "made_by": made_by,
        "checked_by": desk.actor.person_id,
        "recorded_at": desk.now,
    }
    desk.write(_DEMAND, **row)
    return Fact(
        "recovery_demanded",
        "recovery_demand",
        int(str(row["id"])),
        after={
            "project": str(row["project_id"]),
            "report": report.number,
            "amount_fen": str(amount.fen),
            "document_no": document_no,
        },
        pilot_id=report.pilot_id,
        business_date=demanded_on,
    )
