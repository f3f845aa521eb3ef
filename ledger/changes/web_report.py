"""The page of one change report, and the page on which its maker reads it once more before it is sent."""

from __future__ import annotations

from typing import Any

from flask import Response, make_response, render_template
from flask_babel import gettext as _

from ledger import clock
from ledger.changes.queries import GetReport, ReportPage, StoredReport
from ledger.changes.queries_story import ReportStory
from ledger.changes.schemas_report import (
    decision_of,
    effects_of,
    facts_of,
    named,
    steps_of,
    waiting_days,
)
from ledger.changes.schemas_shown import (
    Changed,
    about,
    baseline_url,
    changed,
    disposition_name,
    report_url,
    status_name,
    type_name,
)
from ledger.changes.web_events import events_of
from ledger.changes.web_form import others_of
from ledger.changes.web_holds import shown_holds
from ledger.changes.web_new import MENDED
from ledger.changes.web_pages import REPORT, TENANT_NAMES, Moved, moved_rows, pages
from ledger.dispatch import ask
from ledger.domain.access import Permission, check_permission
from ledger.domain.changes import ChangeType, ReportStatus, late_days
from ledger.domain.errors import Conflict, NotPermitted
from ledger.files.queries import ListAttachments
from ledger.http import actor, forms
from ledger.http.locale import speaking
from ledger.http.paging import path

_STATES_OF_OFFICE = frozenset({ReportStatus.DRAFT, *MENDED})


@pages.get(REPORT)
def show_report(code: str, report_id: int) -> Response:
    """One report as it stands; whoever may act on it finds the buttons here."""
    return report_page(code, page_of(code, report_id), forms.Form({"reason": ""}))


@pages.get(f"{REPORT}/check")
def check_report(code: str, report_id: int) -> Response:
    """核对: the draft read once more, with its files, before it is sent."""
    page, who = page_of(code, report_id), actor.current()
    check_permission(who, Permission.CHANGE_RECORD)
    report = page.report
    if report.made_by != who.person_id:
        raise NotPermitted("只有经办人 {name} 可以修改、送审或撤回这份变更报告。", name=report.made_by_name)
    if report.status not in MENDED:
        raise Conflict("这份变更报告刚被他人处理。请刷新后查看最新状态。")
    late = max(report.late_days or 0, _late_today(page))
    context = _context(code, page) | {"late_days": late}
    return make_response(render_template("changes/check.html", form=forms.Form(), **context))


def page_of(code: str, report_id: int) -> ReportPage:
    """A report of the tenant that the URL names; raises NotFound."""
    return ask(GetReport(tenant_code=code, report_id=report_id), actor.current())


def report_page(code: str, page: ReportPage, form: forms.Form, status: int = 200) -> Response:
    """The page of a report; `form` is of the act that was refused."""
    report = page.report
    story = ask(ReportStory(tenant_code=code, report_id=report.id), actor.current())
    context = _context(code, page)
    return make_response(
        render_template(
            "changes/report.html",
            form=form,
            may=may(page),
            why=_why(page),
            events=events_of(story),
            paper=paper_of(page, [one.name for one in context["files"].items if one.retired_at is None]),
            **context,
        ),
        status,
    )


def rows_of(page: ReportPage) -> list[Changed]:
    """What the report changes, word by word."""
    report, shown = page.report, page.shown
    return [
        changed(name, report.before[name], value, shown.personal_before.get(name, ""), shown.personal.get(name, ""))
        for name, value in report.after.items()
    ]


def moved_of_page(page: ReportPage) -> Moved | None:
    """The three columns where the baseline moved since the report saw it."""
    return Moved(page.version, moved_rows(page.moved)) if page.moved else None


def shown_report(code: str, page: ReportPage) -> dict[str, Any]:
    """What the head of every page of a report says."""
    report = page.report
    return {
        "id": report.id,
        "tenant_code": code,
        "tenant_name": TENANT_NAMES[code],
        "number": report.number,
        "version": report.version,
        "waiting_days": waiting_days(report, clock.today()),
        "pilot_name": page.pilot.name,
        "pilot_url": path("t", code, "pilots", report.pilot_id),
        "project_name": page.project.name if page.project else "",
        "baseline_url": baseline_url(code, report.subject.value, report.subject_id),
        "late_days": report.late_days,
        "province_first": report.province_first,
        "is_account": report.type is ChangeType.C09,
        "facts": facts_of(page),
        "steps": steps_of(page),
        "returned": _returned(report),
        "disposition": decision_of(page),
        **{name: value for name, value in named(report).items() if name != "disposition"},
    }


def history_of(code: str, page: ReportPage) -> list[dict[str, Any]]:
    """The other reports of the same project or pilot, in lines."""
    return [
        {
            "number": one.number,
            "url": report_url(code, one.id),
            "type_name": type_name(one.type),
            "status": one.status.value,
            "status_name": status_name(one.status),
            "occurred_on": one.occurred_on,
            "disposition": disposition_name(one.disposition),
        }
        for one in page.history
    ]


def may(page: ReportPage) -> dict[str, bool]:
    """Which acts the asker may do now."""
    report, who = page.report, actor.current()
    mine = report.made_by == who.person_id
    at = report.status
    officer = actor.may(Permission.CHANGE_RECORD)
    passes = at is ReportStatus.REVIEWING and not mine and actor.may(Permission.CHANGE_CHECK)
    checks = at is ReportStatus.CHECKING and not mine and actor.may(Permission.ACCOUNT_CHECK)
    confirms = at is ReportStatus.PROPOSED and actor.may(Permission.CHANGE_CONFIRM)
    confirms = confirms and report.disposed_by != who.person_id
    return {
        "send": mine and officer and at in MENDED,
        "change": mine and officer and at in MENDED,
        "pass": passes,
        "return": passes,
        "check_account": checks,
        "refuse_account": checks,
        "dispose": actor.may(Permission.CHANGE_DISPOSE) and may_dispose(report),
        "confirm": confirms,
        "send_back": confirms,
        "withdraw": officer and _may_withdraw(report, mine, who.office_id),
    }


def may_dispose(report: StoredReport) -> bool:
    """Whether the province may decide on it now; on one that took effect by filing it may once."""
    is_filed = not report.province_first and report.disposed_by is None
    return report.status is ReportStatus.REPORTED or (report.status is ReportStatus.SETTLED and is_filed)


def _may_withdraw(report: StoredReport, mine: bool, office_id: int) -> bool:
    if report.status is ReportStatus.REPORTED:
        return report.office_id == office_id and report.disposed_by is None
    return (
        mine
        and report.disposed_by is None
        and report.status in (ReportStatus.DRAFT, ReportStatus.RETURNED, ReportStatus.REVIEWING)
    )


def _why(page: ReportPage) -> str:
    """What it waits for, where the asker may not do the next step."""
    report, allowed = page.report, may(page)
    if any(allowed[name] for name in ("pass", "check_account", "confirm", "send")):
        return ""
    if report.status is ReportStatus.REVIEWING and report.made_by == actor.current().person_id:
        return str(_("您报备的变更须由本单位另一人审核。"))
    if report.status is ReportStatus.PROPOSED and report.disposed_by == actor.current().person_id:
        return str(_("您提出的处置须由省级另一人复核。"))
    waits = {
        ReportStatus.REVIEWING: _("等待属地发改审核。"),
        ReportStatus.REPORTED: _("等待省级处置。"),
        ReportStatus.CHECKING: _("等待财务复核人员核对账户。"),
        ReportStatus.PROPOSED: _("处置等待省级第二人复核。"),
        ReportStatus.RETURNED: _("已退回，等待经办人修改。"),
        ReportStatus.SUPPLEMENT: _("省级要求补正，等待经办人补充后再送。"),
    }
    return "" if allowed["dispose"] and report.status is ReportStatus.REPORTED else str(waits.get(report.status, ""))


def _returned(report: StoredReport) -> str | None:
    if report.status is ReportStatus.SUPPLEMENT:
        return report.opinion
    goes_back = report.status in (ReportStatus.RETURNED, ReportStatus.REPORTED, ReportStatus.SETTLED)
    return report.return_reason if goes_back else None


def _late_today(page: ReportPage) -> int:
    return late_days(page.report.occurred_on, page.report.filed_on or clock.today())


def _context(code: str, page: ReportPage) -> dict[str, Any]:
    report = page.report
    query = ListAttachments(tenant_code=code, subject_type="change_report", subject_id=report.id)
    told = about(report.type, report.province_first)
    return {
        "report": shown_report(code, page),
        "rows": rows_of(page),
        "moved": moved_of_page(page),
        "effects": effects_of(page),
        "about": told,
        "others": others_of(code, page.others),
        "holds": shown_holds(code, page.holds),
        "history": history_of(code, page),
        "needed": told.evidence if report.status in _STATES_OF_OFFICE else [],
        "files": ask(query, actor.current()),
        "url": report_url(code, report.id),
        "idempotency_key": forms.new_key(),
    }


def paper_of(page: ReportPage, files: list[str]) -> dict[str, Any]:
    """The report's printed form, in Chinese however the page is read."""
    with speaking("zh"):
        return {
            "type": type_name(page.report.type),
            "office": page.report.office_name,
            "rows": rows_of(page),
            "facts": facts_of(page),
            "disposition": decision_of(page),
            "status": status_name(page.report.status),
            "files": files,
            "printed_at": clock.now(),
        }
