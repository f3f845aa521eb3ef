"""The acts on a report, each from its page: send, pass, return, withdraw, check the account, confirm, send back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from flask import Response, flash, request
from flask_babel import gettext as _

from ledger.changes.commands import SendReport, WithdrawReport
from ledger.changes.commands_dispose import ConfirmDisposition, SendBackDisposition
from ledger.changes.commands_review import CheckAccount, PassReport, RefuseAccount, ReturnReport
from ledger.changes.schemas_form import ActSchema
from ledger.changes.schemas_shown import report_url, status_name
from ledger.changes.web_pages import REPORT, Again, conflict, pages, whole
from ledger.changes.web_report import page_of, report_page
from ledger.dispatch import Command, execute
from ledger.domain.access import Permission, check_permission, check_reach
from ledger.domain.changes import BaselineMoved, ReportStatus
from ledger.domain.errors import Conflict, LedgerError, MakerIsChecker, NotFound, NotPermitted
from ledger.http import actor, forms
from ledger.http.htmx import redirect_to


@dataclass(frozen=True, slots=True)
class _Act:
    """What a button asks for, what its form carries beside the version, and the states in which it fits."""

    command: Callable[..., Command]
    permission: Permission
    names: tuple[str, ...]
    fits: frozenset[ReportStatus]


_S = ReportStatus
_ACTS: Final[dict[str, _Act]] = {
    "send": _Act(
        SendReport, SendReport.permission, ("confirmed_version",), frozenset({_S.DRAFT, _S.RETURNED, _S.SUPPLEMENT})
    ),
    "pass": _Act(PassReport, PassReport.permission, ("confirmed_version",), frozenset({_S.REVIEWING})),
    "return": _Act(ReturnReport, ReturnReport.permission, ("reason",), frozenset({_S.REVIEWING})),
    "withdraw": _Act(
        WithdrawReport, WithdrawReport.permission, (), frozenset({_S.DRAFT, _S.RETURNED, _S.REVIEWING, _S.REPORTED})
    ),
    "check-account": _Act(CheckAccount, CheckAccount.permission, ("confirmed_version",), frozenset({_S.CHECKING})),
    "refuse-account": _Act(RefuseAccount, RefuseAccount.permission, ("reason",), frozenset({_S.CHECKING})),
    "confirm": _Act(
        ConfirmDisposition, ConfirmDisposition.permission, ("confirmed_version",), frozenset({_S.PROPOSED})
    ),
    "send-back": _Act(SendBackDisposition, SendBackDisposition.permission, ("reason",), frozenset({_S.PROPOSED})),
}


@pages.post(f"{REPORT}/send")
def send_report(code: str, report_id: int) -> Response:
    """送审核: it is filed."""
    return _act(code, report_id, "send")


@pages.post(f"{REPORT}/pass")
def pass_report(code: str, report_id: int) -> Response:
    """审核通过, as the office's second person."""
    return _act(code, report_id, "pass")


@pages.post(f"{REPORT}/return")
def return_report(code: str, report_id: int) -> Response:
    """退回经办人, with the reason."""
    return _act(code, report_id, "return")


@pages.post(f"{REPORT}/withdraw")
def withdraw_report(code: str, report_id: int) -> Response:
    """撤回, before the next office has taken it up."""
    return _act(code, report_id, "withdraw")


@pages.post(f"{REPORT}/check-account")
def check_account(code: str, report_id: int) -> Response:
    """核对无误, as the finance office. C09."""
    return _act(code, report_id, "check-account")


@pages.post(f"{REPORT}/refuse-account")
def refuse_account(code: str, report_id: int) -> Response:
    """退回经办人, as the finance office. C09."""
    return _act(code, report_id, "refuse-account")


@pages.post(f"{REPORT}/confirm")
def confirm_report(code: str, report_id: int) -> Response:
    """确认处置, as the province's second person."""
    return _act(code, report_id, "confirm")


@pages.post(f"{REPORT}/send-back")
def send_back_report(code: str, report_id: int) -> Response:
    """退回处置人, with the reason."""
    return _act(code, report_id, "send-back")


def _act(code: str, report_id: int, name: str) -> Response:
    act, form = _ACTS[name], forms.Form.sent()
    # Before the form is read: another tenant's place is missing, whatever was sent there.
    check_reach(actor.current(), code)
    check_permission(actor.current(), act.permission)
    place = {"tenant_code": code, "report_id": report_id}
    try:
        command = forms.load(ActSchema, request.form, command=act.command, place=place, names=("version", *act.names))
        execute(command, actor.current(), forms.sent_key())
    except forms.FormRefused as refused:
        return report_page(code, page_of(code, report_id), refused.form, 422)
    except (MakerIsChecker, NotPermitted, NotFound):
        raise
    except Conflict as refusal:
        return _outrun(code, report_id, name, form, refusal)
    except LedgerError as refusal:
        return report_page(code, page_of(code, report_id), form.refuse(refusal), 422)
    return _done(code, report_id, name)


def _done(code: str, report_id: int, name: str) -> Response:
    report = page_of(code, report_id).report
    said = {
        "send": _("已送审核"),
        "pass": _("审核通过"),
        "return": _("已退回经办人"),
        "withdraw": _("已撤回"),
        "check-account": _("账户已核对"),
        "refuse-account": _("已退回经办人"),
        "confirm": _("处置已生效"),
        "send-back": _("已退回处置人"),
    }[name]
    words = _(
        "%(number)s %(said)s，现在是“%(state)s”。", number=report.number, said=said, state=status_name(report.status)
    )
    flash(words, "success")
    return redirect_to(report_url(code, report_id))


def _outrun(code: str, report_id: int, name: str, form: forms.Form, refusal: Conflict) -> Response:
    """409: it goes on where the report still fits the act, over a moved baseline only once it was seen."""
    page = page_of(code, report_id)
    report, url = page.report, report_url(code, report_id)
    buttons = {
        "send": _("按现在的内容送审核"),
        "pass": _("按现在的内容审核通过"),
        "return": _("按现在的内容退回"),
        "withdraw": _("仍然撤回"),
        "check-account": _("按现在的内容核对通过"),
        "refuse-account": _("按现在的内容退回"),
        "confirm": _("看过变动，确认处置"),
        "send-back": _("按现在的内容退回"),
    }
    is_new = isinstance(refusal, BaselineMoved) or report.version != whole(form.typed.get("version", ""))
    goes_on = report.status in _ACTS[name].fits and is_new
    again = Again(
        action=f"{url}/{name}", version=report.version, latest_url=url, button=buttons[name] if goes_on else ""
    )
    typed: list[tuple[str, Any]] = [(_("原因"), form.typed["reason"])] if form.typed.get("reason") else []
    return conflict(refusal, form, again, typed)
