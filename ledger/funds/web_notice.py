"""指标下达 over several pilots and tenants: rows added, pasted and removed, checked together, sent as one."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Response, flash, make_response, render_template, request
from flask_babel import gettext as _

from ledger import clock
from ledger.dispatch import ask, execute
from ledger.domain.access import Permission, check_permission
from ledger.domain.errors import Conflict, IdempotencyMismatch, LedgerError, NotPermitted
from ledger.domain.money import total, yuan
from ledger.funds.commands_notice import RecordNotice
from ledger.funds.queries_notice import GetNotice
from ledger.funds.web_notice_form import NoticePage
from ledger.funds.web_pages import pages
from ledger.http import actor, forms, htmx
from ledger.http.fields import Fault
from ledger.http.paging import path

_NEW = "/allocations/new"


@pages.get(_NEW)
def new_notice() -> Response:
    """The notice, empty but for its year; `line` preselects rows."""
    return _step_one(NoticePage.opened(), forms.new_key())


@pages.post(_NEW)
def record_notice() -> Response:
    """A row added or removed, the live totals, a step back, the check page, or the sending: the button says which."""
    page, key = NoticePage.sent(), forms.sent_key() or forms.new_key()
    typed = page.form.typed
    if htmx.is_target("totals"):
        page.look()
        return make_response(render_template("funds/_notice_live.html", notice=page))
    if typed.get("add") or typed.get("remove"):
        return _step_one(page.changed(), key, focus=page.focus)
    step = typed.get("step", "")
    if step.startswith("back"):
        return _step_one(page, key)
    entered = page.load()
    if entered is None:
        return _step_one(page, key, status=422)
    if step == "send":
        return _send(page, entered, key)
    return _step_one(page, key, status=422) if page.refused(entered) else _step_two(page, entered, key)


def _send(page: NoticePage, entered: RecordNotice, key: str) -> Response:
    try:
        execute(entered, actor.current(), key)
    except IdempotencyMismatch:
        words = _("这张表单已经送出过一次，之后内容又改了。请先查看已送的指标文件；如果这是另一份，请核对后再送。")
        page.form.add("", Fault(words))
        return _step_one(page, forms.new_key(), status=422)
    except NotPermitted:
        raise
    except LedgerError as refusal:
        # What the rows were refused for stands beside them; a refusal that none shows stands over the form.
        if not page.refused(entered):
            page.form.add("", Fault.of(refusal))
        return _step_one(page, key, status=409 if isinstance(refusal, Conflict) else 422)
    count = len(entered.lines)
    flash(_("指标文件 %(no)s 已送复核，共 %(n)s 笔 → 省级复核", no=entered.document_no, n=count), "success")
    return htmx.redirect_to(f"{path('allocations', 'notice')}?{urlencode({'no': entered.document_no})}")


@pages.get("/allocations/notice")
def show_notice() -> Response:
    """The documents that a notice made, tenant by tenant."""
    who = actor.current()
    check_permission(who, Permission.MONEY_READ)
    if not who.is_province:
        raise NotPermitted("指标文件涉及几个市州，由省级人员查看。本单位的下达单在“下达”里。")
    number = request.args.get("no", "")[:80]
    rows = ask(GetNotice(number), who)
    counted = [row for row in rows if row.status in ("waiting", "posted")]
    return make_response(
        render_template(
            "funds/notice.html",
            number=number,
            rows=rows,
            amount=total([row.amount for row in counted]),
            may_record=who.may(Permission.ALLOCATION_RECORD),
        ),
        200 if rows or not number else 404,
    )


def _step_one(page: NoticePage, key: str, *, status: int = 200, focus: str = "h1") -> Response:
    page.look()
    return htmx.render(
        "funds/notice_form.html",
        "funds/_notice_form.html",
        http_status=status,
        notice=page,
        form=page.form,
        idempotency_key=key,
        focus=focus,
    )


def _step_two(page: NoticePage, entered: RecordNotice, key: str) -> Response:
    # One spelling of what was typed goes on to the sending.
    amounts = {row.input: yuan(line.amount) for row, line in zip(page.typed_rows, entered.lines, strict=True)}
    page.form.typed |= {"document_no": entered.document_no, "allocated_on": entered.allocated_on.isoformat(), **amounts}
    page.look()
    return htmx.render(
        "funds/notice_check.html",
        "funds/_notice_check.html",
        notice=page,
        form=page.form,
        today=clock.today(),
        idempotency_key=key,
    )
