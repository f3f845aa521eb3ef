"""报备变更: choosing the pilot and the type, filling in, keeping the draft; and mending one that is not sent."""

from __future__ import annotations

from flask import Response, flash, make_response, render_template, request
from flask_babel import gettext as _

from ledger.changes.commands import SaveReport
from ledger.changes.queries import GetReport, ReportPage
from ledger.changes.queries_choose import ListChoices
from ledger.changes.schemas_shown import about, report_url, type_groups
from ledger.changes.web_form import ReportEntry
from ledger.changes.web_pages import REPORT, Again, asked_id, conflict, pages, tenant
from ledger.dispatch import ask, execute
from ledger.domain.access import Permission, check_permission, check_reach
from ledger.domain.baselines import BaselineSubject
from ledger.domain.changes import RULES, ChangeType, ReportStatus
from ledger.domain.errors import Conflict, IdempotencyMismatch, LedgerError, NotFound, NotPermitted
from ledger.http import actor, forms, htmx
from ledger.http.fields import Fault

_NEW = "/t/<tenant:code>/changes/new"
MENDED = frozenset({ReportStatus.DRAFT, ReportStatus.RETURNED, ReportStatus.SUPPLEMENT})
"""States in which the maker may still change what a report says."""


@pages.get(_NEW)
def new_report(code: str) -> Response:
    """The first questions; once they are answered, the form."""
    asked, change = {name: asked_id(name) for name in ("pilot", "project")}, _type_asked()
    choices = ask(ListChoices(tenant_code=code, pilot_id=asked["pilot"]), actor.current())
    is_known, projects = asked["pilot"] in dict(choices.pilots), dict(choices.projects)
    needs_project = change is not None and RULES[change].subject is BaselineSubject.PROJECT
    has_project = not needs_project or len(projects) == 1 or asked["project"] in projects
    is_sent = "go" in request.args
    if is_sent and is_known and has_project and change is not None and change in choices.types:
        project_id = asked["project"] if needs_project and len(projects) > 1 else None
        page = ReportEntry.of(code, change, asked["pilot"], project_id)
        return step_one(page, page.blank(), forms.new_key())
    form = forms.Form({"pilot": str(asked["pilot"]), "type": change or "", "project": str(asked["project"])})
    for name, is_there in (("pilot", is_known), ("type", change is not None), ("project", has_project)):
        if is_sent and not is_there:
            form.add(name, Fault(_("请选择一项。"), "required"))
    return htmx.render(
        "changes/choose.html",
        "changes/_choose.html",
        http_status=422 if form.errors else 200,
        tenant=tenant(code),
        pilots=[(str(number), name) for number, name in choices.pilots],
        projects=[(str(number), name) for number, name in choices.projects],
        types=type_groups(choices.types),
        needs_project=needs_project and len(projects) > 1,
        about=about(change) if change else None,
        form=form,
    )


@pages.post(_NEW)
def save_report(code: str) -> Response:
    """The live difference, or the draft: kept, and read once more on the check page."""
    check_reach(actor.current(), code)
    check_permission(actor.current(), Permission.CHANGE_RECORD)
    change = _type_asked()
    if change is None:
        raise NotFound()
    is_project = RULES[change].subject is BaselineSubject.PROJECT
    project_id = asked_id("project") if is_project else None
    return _advanced(ReportEntry.of(code, change, asked_id("pilot"), project_id or None))


@pages.get(f"{REPORT}/change")
def change_report(code: str, report_id: int) -> Response:
    """The form with what the report says."""
    page = _entry_of(code, report_id)
    return step_one(page, page.own(), forms.new_key())


@pages.post(f"{REPORT}/change")
def amend_report(code: str, report_id: int) -> Response:
    """The same form again, kept as the next version of the draft."""
    return _advanced(_entry_of(code, report_id))


def step_one(page: ReportEntry, form: forms.Form, key: str, *, status: int = 200, focus: str = "h1") -> Response:
    """填写."""
    places = {name: place for place, name in enumerate(form.typed)}
    form.errors = dict(sorted(form.errors.items(), key=lambda one: places.get(one[0], len(places))))
    return htmx.render(
        "changes/form.html",
        "changes/_form.html",
        http_status=status,
        entry=page,
        form=form,
        look=page.look(form),
        idempotency_key=key,
        focus=focus,
    )


def _advanced(page: ReportEntry) -> Response:
    form, key = forms.Form.sent(), forms.sent_key() or forms.new_key()
    if htmx.is_target("diff"):
        return make_response(render_template("changes/_panel.html", look=page.look(form)))
    # Ticks that were not sent are not there: the form names them again for its faults.
    form.typed = {**dict.fromkeys(page.blank().typed, ""), **form.typed}
    try:
        command = page.load()
    except forms.FormRefused as refused:
        refused.form.typed = {**dict.fromkeys(page.blank().typed, ""), **refused.form.typed}
        if not any(name.startswith(("new_", "tick_")) for name in refused.form.errors):
            page.look_over(refused.form)
        return step_one(page, refused.form, key, status=422)
    return _keep(page, form, command, key)


def _keep(page: ReportEntry, form: forms.Form, command: SaveReport, key: str) -> Response:
    code = page.tenant.code
    try:
        receipt = execute(command, actor.current(), key)
    except IdempotencyMismatch:
        form.add("", Fault(_("这张表单已经保存过一次，之后内容又改了。请到草稿里继续修改。")))
        return step_one(page, form, forms.new_key(), status=422)
    except (NotPermitted, NotFound):
        raise
    except Conflict as refusal:
        return _outrun(page, form, refusal)
    except LedgerError as refusal:
        form.add(page.field_of(refusal.field or ""), Fault.of(refusal))
        return step_one(page, form, key, status=422)
    number = receipt.facts[0].after.get("number", "")
    if form.typed.get("step") == "draft":
        flash(_("已存草稿 %(number)s。草稿还没有报备，送审核后才算。", number=number), "success")
        return htmx.redirect_to(report_url(code, receipt.subject_id))
    return htmx.redirect_to(report_url(code, receipt.subject_id, "check"))


def _outrun(page: ReportEntry, form: forms.Form, refusal: Conflict) -> Response:
    """409: what was typed is kept, to be sent again at the present version where it still may be."""
    if page.page is None:
        form.add("", Fault.of(refusal))
        return step_one(page, form, forms.new_key(), status=409)
    latest = _load(page.tenant.code, page.page.report.id).report
    goes_on = latest.status in MENDED
    again = Again(
        action=page.action,
        version=latest.version,
        latest_url=page.cancel_url,
        button=_("按我填写的保存") if goes_on else "",
        step="check",
    )
    typed = [(row.label, row.after) for row in page.look(form).rows]
    return conflict(refusal, form, again, [*typed, (_("变更原因"), form.typed.get("reason"))])


def _entry_of(code: str, report_id: int) -> ReportEntry:
    page = _load(code, report_id)
    check_permission(actor.current(), Permission.CHANGE_RECORD)
    report = page.report
    if report.made_by != actor.current().person_id:
        raise NotPermitted("只有经办人 {name} 可以修改、送审或撤回这份变更报告。", name=report.made_by_name)
    if report.status not in MENDED and request.method == "GET":
        raise Conflict("这份变更报告刚被他人处理。请刷新后查看最新状态。")
    return ReportEntry.of(code, report.type, report.pilot_id, report.project_id, page)


def _load(code: str, report_id: int) -> ReportPage:
    return ask(GetReport(tenant_code=code, report_id=report_id), actor.current())


def _type_asked() -> ChangeType | None:
    asked = request.values.get("type", "")
    return ChangeType(asked) if asked in set(ChangeType) else None
