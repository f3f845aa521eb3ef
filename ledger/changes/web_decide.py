"""变更处置: the province's decision, with the money and the history beside it, read once more before it goes."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, request
from flask_babel import gettext as _

from ledger import clock
from ledger.changes.commands_dispose import DisposeReport
from ledger.changes.queries import ReportPage, StoredReport
from ledger.changes.schemas_form import DecideSchema
from ledger.changes.schemas_report import effects_of, money_effects, sums_of
from ledger.changes.schemas_shown import about, disposition_name, report_url, status_name
from ledger.changes.schemas_typed import typed_as
from ledger.changes.web_form import others_of
from ledger.changes.web_holds import shown_holds
from ledger.changes.web_pages import REPORT, Again, conflict, pages, whole
from ledger.changes.web_report import history_of, may_dispose, moved_of_page, page_of, rows_of, shown_report
from ledger.dispatch import execute
from ledger.domain.access import Permission, check_permission, check_reach
from ledger.domain.baselines import BaselineSubject
from ledger.domain.changes import AFTER_FILING, BaselineMoved, Disposition, ReportStatus, applies, needs_second
from ledger.domain.errors import Conflict, IdempotencyMismatch, LedgerError, NotFound, NotPermitted
from ledger.domain.money import Money
from ledger.http import actor, forms, htmx
from ledger.http.fields import Fault

_INPUTS = ("disposition", "document_no", "disposed_on", "opinion", "reduced_to", "recover_amount")


@pages.get(f"{REPORT}/decide")
def decide_form(code: str, report_id: int) -> Response:
    """The decision, empty but for what was proposed and sent back."""
    page = _page(code, report_id)
    _check_open(page.report)
    report = page.report
    typed = dict.fromkeys(_INPUTS, "") | {"disposed_on": clock.today().isoformat()}
    if report.status is ReportStatus.REPORTED and report.disposition is not None:
        typed = {
            "disposition": report.disposition.value,
            "document_no": report.disposition_document_no or "",
            "disposed_on": typed_as(report.disposed_on),
            "opinion": report.opinion or "",
            "reduced_to": typed_as(report.reduced_to),
            "recover_amount": typed_as(report.recover_amount),
        }
    return _step_one(code, page, forms.Form(typed), forms.new_key())


@pages.post(f"{REPORT}/decide")
def decide_report(code: str, report_id: int) -> Response:
    """A step back, the check page, or the decision itself: the button says which."""
    page, key = _page(code, report_id), forms.sent_key() or forms.new_key()
    form = forms.Form.sent()
    form.typed = {**dict.fromkeys(_INPUTS, ""), **form.typed}
    step = form.typed.get("step", "")
    if step.startswith("back"):
        field = step.partition(":")[2]
        return _step_one(code, page, form, key, focus=f"#{field}" if field in _INPUTS else "h1")
    try:
        command = forms.load(DecideSchema, request.form, tenant_code=code, report_id=report_id)
    except forms.FormRefused as refused:
        refused.form.typed = {**dict.fromkeys(_INPUTS, ""), **refused.form.typed}
        return _step_one(code, page, refused.form, key, status=422)
    if step == "send":
        return _send(code, page, form, command, key)
    return _step_two(code, page, form, command, key)


def _page(code: str, report_id: int) -> ReportPage:
    check_reach(actor.current(), code)
    check_permission(actor.current(), Permission.CHANGE_DISPOSE)
    return page_of(code, report_id)


def _check_open(report: StoredReport) -> None:
    if not may_dispose(report):
        raise Conflict(
            "这份变更报告现在是“{status}”，不能处置。请刷新后查看最新情况。", status=status_name(report.status)
        )


def _choices(report: StoredReport) -> list[tuple[str, str, str]]:
    is_filed = report.status is ReportStatus.SETTLED
    hints = {
        Disposition.FILE: _("按报备内容更新基础数据"),
        Disposition.AGREE: _("按报备内容更新基础数据"),
        Disposition.AGREE_REDUCED: _("同意变更，并调减该项目的核定金额"),
        Disposition.SUPPLEMENT: _("退回属地补充材料，不用文号"),
        Disposition.REFUSE: _("基础数据不变"),
        Disposition.SUSPEND: _("暂停拨付，直到省级发文解除"),
        Disposition.RECOVER: _("要求收回资金，期间暂停拨付"),
        Disposition.REFER: _("转入成效评价"),
    }
    return [
        (
            one.value,
            disposition_name(one),
            hints[one] + (_("；须省级第二人复核") if needs_second(one, report.type) else ""),
        )
        for one in Disposition
        if not is_filed or one in AFTER_FILING
    ]


def _context(code: str, page: ReportPage) -> dict[str, Any]:
    report = page.report
    return {
        "report": shown_report(code, page),
        "rows": rows_of(page),
        "url": report_url(code, report.id),
        "moved": moved_of_page(page),
        "holds": shown_holds(code, page.holds),
        "others": others_of(code, page.others),
        "history": history_of(code, page),
        "about": about(report.type, report.province_first),
        "sums": sums_of(page.money),
    }


def _step_one(
    code: str, page: ReportPage, form: forms.Form, key: str, *, status: int = 200, focus: str = "h1"
) -> Response:
    report = page.report
    places = {name: place for place, name in enumerate(_INPUTS)}
    form.errors = dict(sorted(form.errors.items(), key=lambda one: places.get(one[0], len(places))))
    return htmx.render(
        "changes/decide.html",
        "changes/_decide.html",
        http_status=status,
        form=form,
        focus=focus,
        choices=_choices(report),
        effects=effects_of(page),
        may_reduce=report.status is ReportStatus.REPORTED and bool(page.money.awarded.fen),
        idempotency_key=key,
        **_context(code, page),
    )


def _step_two(code: str, page: ReportPage, form: forms.Form, command: DisposeReport, key: str) -> Response:
    # One spelling of what was typed goes on to the sending.
    form.typed |= {
        "document_no": command.document_no,
        "disposed_on": command.disposed_on.isoformat(),
        "reduced_to": typed_as(command.reduced_to),
        "recover_amount": typed_as(command.recover_amount),
    }
    amount: Money | None = command.reduced_to if command.reduced_to is not None else command.recover_amount
    labels = {True: _("调减后的核定金额"), False: _("要收回的金额")}
    return htmx.render(
        "changes/decide_check.html",
        "changes/_decide_check.html",
        form=form,
        amount=amount,
        amount_label=labels[command.reduced_to is not None],
        facts=[
            ("disposition", _("处置"), disposition_name(command.disposition)),
            ("document_no", _("处置文号"), command.document_no or None),
            ("disposed_on", _("处置日期"), command.disposed_on),
            ("opinion", _("处置意见"), command.opinion or None),
        ],
        second=needs_second(command.disposition, page.report.type),
        effects=_effects(page, command),
        idempotency_key=key,
        **_context(code, page),
    )


def _effects(page: ReportPage, command: DisposeReport) -> list[str]:
    report, decided = page.report, command.disposition
    is_filed = report.status is ReportStatus.SETTLED
    whose = _("项目") if report.subject is BaselineSubject.PROJECT else _("试点单位")
    told = []
    if decided is Disposition.SUPPLEMENT:
        told.append(_("退回属地补正，基础数据不变。"))
    elif applies(decided, report.type) and not is_filed:
        told.append(_("%(whose)s的基础数据增加一版，原来的版本保留。", whose=whose))
    else:
        told.append(_("%(whose)s的基础数据不变。", whose=whose))
    return told + effects_of(page) + money_effects(decided, command.reduced_to, command.recover_amount)


def _send(code: str, page: ReportPage, form: forms.Form, command: DisposeReport, key: str) -> Response:
    try:
        execute(command, actor.current(), key)
    except IdempotencyMismatch:
        form.add("", Fault(_("这张表单已经送出过一次，之后内容又改了。请先查看这份变更的最新状态。")))
        return _step_one(code, page, form, forms.new_key(), status=422)
    except (NotPermitted, NotFound):
        raise
    except Conflict as refusal:
        return _outrun(code, page, form, refusal)
    except LedgerError as refusal:
        form.add(refusal.field if refusal.field in _INPUTS else _input_of(command), Fault.of(refusal))
        return _step_one(code, page, form, key, status=422)
    report = page_of(code, page.report.id).report
    words = _(
        "%(number)s 处置：%(what)s，现在是“%(state)s”。",
        number=report.number,
        what=disposition_name(command.disposition),
        state=status_name(report.status),
    )
    flash(words, "success")
    return htmx.redirect_to(report_url(code, report.id))


def _input_of(command: DisposeReport) -> str:
    return {Disposition.AGREE_REDUCED: "reduced_to", Disposition.RECOVER: "recover_amount"}.get(
        command.disposition, "disposition"
    )


def _outrun(code: str, page: ReportPage, form: forms.Form, refusal: Conflict) -> Response:
    latest = page_of(code, page.report.id).report
    url = report_url(code, latest.id)
    is_new = isinstance(refusal, BaselineMoved) or latest.version != whole(form.typed.get("version", ""))
    again = Again(
        action=f"{url}/decide",
        version=latest.version,
        latest_url=url,
        button=_("看过变动，继续处置") if may_dispose(latest) and is_new else "",
        step="check",
    )
    asked = form.typed["disposition"]
    typed = [
        (_("处置"), disposition_name(asked) if asked in set(Disposition) else ""),
        (_("处置文号"), form.typed["document_no"]),
        (_("处置意见"), form.typed["opinion"]),
        (_("调减后的核定金额"), form.typed["reduced_to"]),
        (_("要收回的金额"), form.typed["recover_amount"]),
    ]
    return conflict(refusal, form, again, [(label, value) for label, value in typed if value])
