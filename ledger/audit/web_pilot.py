"""试点页: what a pilot was given, where the money stands, and everything that happened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response, make_response, render_template, request
from flask_babel import gettext as _

from ledger import clock
from ledger.audit import web_pilot_files, web_statement
from ledger.audit.queries_journal import TIMELINE_PARTS, Event, Timeline, TimelinePage
from ledger.audit.queries_pilot_page import GetPilotPage, PilotPage
from ledger.audit.schemas_record import ToldFile, told
from ledger.audit.web_pages import pages
from ledger.audit.web_pilots import shown_status
from ledger.changes.queries import ListReports
from ledger.changes.schemas_report import listed
from ledger.changes.schemas_shown import baseline_url
from ledger.dispatch import ask
from ledger.domain.access import Permission
from ledger.domain.changes_states import HOLD_NAMES
from ledger.domain.documents import DocumentKind
from ledger.domain.holds import holds_back
from ledger.domain.money import Money
from ledger.domain.pilots import MAY_BE_AWARDED, Direction, HoldKind, PilotStatus
from ledger.funds.queries_pilots import GetPilot, PilotMoney
from ledger.funds.schemas_shown import days_since
from ledger.http import actor, forms, htmx, navigation
from ledger.http.paging import path

_TABS = ("timeline", "ledger", "projects", "changes", "files")
_KINDS = frozenset(DocumentKind)
_MOST_CHANGES = 200
"""Reports on the page of one pilot; the list of all has the rest."""


@pages.get("/t/<tenant:code>/pilots/<id:pilot_id>")
def show_pilot(code: str, pilot_id: int) -> Response:
    """One pilot; the tab is in the URL, and htmx may ask for the money bar or for older acts alone."""
    who, wanted = actor.current(), _asked_timeline(code, pilot_id)
    if htmx.is_target("timeline"):
        return make_response(render_template("pilots/_older.html", **_timeline(wanted, ask(wanted, who))))
    tab = request.args.get("tab", "")
    tab = tab if tab in _TABS else "timeline"
    is_part = htmx.is_target("moneybar")
    found = ask(
        GetPilotPage(
            tenant_code=code,
            pilot_id=pilot_id,
            timeline=wanted if tab == "timeline" and not is_part else None,
            counts_waiting=not is_part,
        ),
        who,
    )
    projects = ask(GetPilot(tenant_code=code, pilot_id=pilot_id), who).projects if tab == "projects" else ()
    shown = {"pilot": _pilot(found, projects), "position": _bars(found)}
    if is_part:
        return make_response(render_template("pilots/_moneybar.html", **shown))
    statement = web_statement.context(code, pilot_id, found.position) if tab == "ledger" else {}
    if htmx.is_target("ledger") and statement:
        return make_response(render_template("pilots/_ledger.html", **shown, **statement))
    if found.waiting is not None:
        navigation.counted("/", found.waiting)
    page = render_template(
        "pilots/page.html",
        **shown,
        **(_timeline(wanted, found.timeline) if found.timeline is not None else {}),
        **statement,
        tab=tab,
        **(_changes(code, pilot_id) if tab == "changes" else {}),
        **(web_pilot_files.context(code, pilot_id) if tab == "files" else {}),
        tabs=_tabs(path("t", code, "pilots", pilot_id), tab, found),
        acts=_acts(found),
        may_confirm=_may_confirm(found),
        idempotency_key=forms.new_key(),
    )
    return make_response(page)


def _changes(code: str, pilot_id: int) -> dict[str, Any]:
    found = ask(ListReports(tenant_code=code, pilot_id=pilot_id, per_page=_MOST_CHANGES), actor.current())
    projects = ask(GetPilot(tenant_code=code, pilot_id=pilot_id), actor.current()).projects
    named = [(_("试点单位"), baseline_url(code, "pilot", pilot_id))]
    return {
        "reports": [listed(one, "", clock.today()) for one in found.items],
        "reports_total": found.total,
        "baselines": named + [(one.name, baseline_url(code, "project", one.id)) for one, _money in projects],
    }


def _tabs(url: str, tab: str, found: PilotPage) -> list[dict[str, Any]]:
    rows: list[tuple[str, str, str, int | None]] = [
        ("timeline", _("全部动态"), url, None),
        ("ledger", _("资金台账"), f"{url}?tab=ledger", None),
    ]
    rows.append(("changes", _("变更"), f"{url}?tab=changes", found.changes))
    rows.append(("projects", _("项目"), f"{url}?tab=projects", found.projects))
    rows.append(("files", _("文件"), f"{url}?tab=files", found.files))
    return [{"label": label, "url": to, "current": name == tab, "count": count} for name, label, to, count in rows]


def _acts(found: PilotPage) -> list[dict[str, str]]:
    """The entries that this person may make here, the one that the money waits for first."""
    position, held = found.position, bool(found.holds)
    # A held subject is given no money: the banner says why, and a button would only lead to a refusal.
    may_be_awarded = found.pilot.status in MAY_BE_AWARDED and not held and not _all_held(found, DocumentKind.ALLOCATION)
    may_be_paid = bool(position.available) and not held and not _all_held(found, DocumentKind.DISBURSEMENT)
    rows = [
        (Permission.DISBURSEMENT_RECORD, may_be_paid, _("登记拨付"), "disbursements"),
        (Permission.AWARD_RECORD, may_be_awarded and not position.awarded, _("资金核定"), "awards"),
        (
            Permission.ALLOCATION_RECORD,
            may_be_awarded and position.awarded > position.allocated,
            _("下达指标"),
            "allocations",
        ),
        (Permission.ACCEPTANCE_RECORD, position.spent > position.accepted, _("登记验收金额"), "acceptances"),
        (
            Permission.CHANGE_RECORD,
            found.pilot.status not in (PilotStatus.WAITING, PilotStatus.RETURNED),
            _("报备变更"),
            "changes",
        ),
    ]
    return [
        {"label": label, "url": f"{path('t', position.tenant_code, collection, 'new')}?pilot={found.pilot.id}"}
        for permission, fits, label, collection in rows
        if fits and actor.may(permission)
    ]


def _all_held(found: PilotPage, act: DocumentKind) -> bool:
    """Whether change reports hold every project of the pilot against such an act."""
    held = {one.project_id for one in found.project_holds if holds_back(one.kind, act)}
    return None in held or len(held) >= max(found.projects, 1)


def _holds(found: PilotPage) -> list[dict[str, Any]]:
    code = found.position.tenant_code
    return [
        {
            "text": _(HOLD_NAMES[one.kind]),
            "kind": one.kind.value,
            "project": found.project_names.get(one.project_id or 0),
            "report": f"{one.report_number} {_(one.report_type.label)}",
            "url": path("t", code, "changes", one.report_id),
        }
        for one in found.project_holds
    ]


def _may_confirm(found: PilotPage) -> bool:
    pilot = found.pilot
    return (
        pilot.status is PilotStatus.WAITING
        and pilot.made_by != actor.current().person_id
        and actor.may(Permission.DESIGNATION_CHECK)
    )


def _pilot(found: PilotPage, projects: Sequence[tuple[Any, PilotMoney]]) -> dict[str, Any]:
    pilot, position, holds = found.pilot, found.position, found.holds
    status = shown_status(pilot.status, _money(found))
    frozen = any(hold.kind is HoldKind.FREEZE for hold in holds) or _all_held(found, DocumentKind.DISBURSEMENT)
    if status not in set(PilotStatus) and frozen:
        status = "frozen"
    direction = Direction(pilot.direction) if pilot.direction in set(Direction) else None
    return {
        "id": pilot.id,
        "tenant_code": position.tenant_code,
        "tenant_name": position.tenant_name,
        "name": pilot.name,
        "kind": pilot.kind.value,
        "status": status,
        "made_by": pilot.made_by_name,
        "direction": f"{direction.clause}{_(direction.label)}" if direction else pilot.direction,
        "uscc": pilot.uscc,
        "designation_document_no": pilot.designation_document_no,
        "designated_on": pilot.designated_on,
        "batch": pilot.batch,
        "holds": holds,
        "project_holds": _holds(found),
        "demands": found.demands,
        "banned_until": next((hold.ends_on for hold in holds if hold.kind is HoldKind.BAN), None),
        "projects": [_project(project.name, project.code, money) for project, money in projects],
    }


def _money(found: PilotPage) -> PilotMoney:
    position = found.position
    return PilotMoney(
        awarded=position.awarded,
        allocated=position.allocated,
        waiting=position.waiting,
        disbursed=position.disbursed,
        recovered_undisbursed=found.recovered_undisbursed,
        recovered_disbursed=found.recovered_disbursed,
        spent=position.spent,
        accepted=position.accepted,
    )


def _project(name: str, code: str | None, money: PilotMoney) -> dict[str, Any]:
    sums = {each: getattr(money, each) for each in ("awarded", "allocated", "disbursed", "spent", "accepted")}
    return {"name": name, "code": code or _("无项目代码"), "available": money.available, **sums}


def _bars(found: PilotPage) -> dict[str, Money]:
    names = ("cap", "awarded", "allocated", "waiting", "disbursed", "available", "spent", "accepted", "recovered")
    bars: dict[str, Money] = {name: getattr(found.position, name) for name in names}
    return bars | {"recovered_undisbursed": found.recovered_undisbursed}


def _asked_timeline(code: str, pilot_id: int) -> Timeline:
    text, part = request.args.get("before", ""), request.args.get("show", "")
    before = int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else None
    part = part if part in TIMELINE_PARTS else ""
    return Timeline(tenant_code=code, pilot_id=pilot_id, before_seq=before, part=part)


def _timeline(asked: Timeline, page: TimelinePage) -> dict[str, Any]:
    code, before, part = asked.tenant_code, asked.before_seq, asked.part
    url = path("t", code, "pilots", asked.pilot_id)
    kept = f"&show={part}" if part else ""
    words = {"": _("全部"), "money": _("资金"), "changes": _("变更"), "checks": _("审批")}
    # On the newest page of all an act that no later one follows says where its document stands now.
    last = {} if before is not None or part else {event.subject_id: event.seq for event in reversed(page.items)}
    return {
        "events": [_event(event, is_last=last.get(event.subject_id) == event.seq) for event in page.items],
        "older_url": None if page.next_before is None else f"{url}?before={page.next_before}{kept}",
        "record_url": f"{path('t', code, 'record')}?pilot={asked.pilot_id}",
        "newest_url": None if before is None else url + (f"?show={part}" if part else ""),
        "parts": [
            {"label": words[name], "url": url + (f"?show={name}" if name else ""), "current": name == part}
            for name in ("", *TIMELINE_PARTS)
        ],
    }


_STANDS = {"recorded": "waiting", "amended": "waiting", "drafted": "draft", "withdrawn": "draft"}


@dataclass(frozen=True, slots=True)
class _Act:
    """An act as a row of the timeline."""

    at: datetime
    text: str
    number: str | None
    url: str | None
    amount: Money | None
    status: str
    waiting_days: int | None
    told: str
    changes: list[tuple[str, str, str]]
    files: tuple[ToldFile, ...]
    seq: str
    entry_url: str | None
    digest: str


def _event(event: Event, *, is_last: bool) -> _Act:
    one = told(event)
    verb = event.kind.rpartition("_")[2]
    stands = _STANDS.get(verb, "") if event.subject_type in _KINDS and is_last else ""
    return _Act(
        at=one.at,
        text=one.text,
        number=one.number if one.number and one.number not in one.text else None,
        url=one.number_url,
        amount=one.amount,
        status="returned" if verb == "returned" and event.subject_type in _KINDS else stands,
        waiting_days=days_since(event.recorded_at, clock.today()) if stands == "waiting" else None,
        told=" · ".join(each for each in (one.who, one.office, one.grounds) if each),
        changes=[(each.label, each.before, each.after) for each in one.changes],
        files=one.files,
        seq=f"{one.seq:,}",
        entry_url=one.url,
        digest=one.digest,
    )
