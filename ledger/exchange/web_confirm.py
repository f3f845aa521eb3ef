"""确认导入: the last look before only a part of a workbook is stored, and the storing itself."""

from __future__ import annotations

from flask import Response, flash, make_response, render_template, request
from flask_babel import gettext as _

from ledger.dispatch import ask, execute
from ledger.domain.errors import LedgerError
from ledger.exchange.commands import ConfirmImport, NotStored
from ledger.exchange.queries import ImportReport
from ledger.exchange.queries_mine import MyImportRows, Show
from ledger.exchange.report import Report
from ledger.exchange.schemas_web import ConfirmFormSchema, book_name
from ledger.exchange.web_imports import amount_name, report_page
from ledger.exchange.web_pages import pages
from ledger.http import actor, forms, htmx
from ledger.http.errors import status_of
from ledger.http.locale import say
from ledger.http.paging import path

_MOST_LISTED = 200
"""Refused rows that one page shows without a pager."""
_SHOWN_HERE = (409, 422)


@pages.get("/imports/<id:import_id>/confirm")
def confirm_form(import_id: int) -> Response:
    """What will be stored and which rows will not, before the rest of a workbook with faults goes in."""
    query = MyImportRows(import_id=import_id, show=Show.REFUSED, per_page=_MOST_LISTED)
    found = ask(query, actor.current())
    if found.view.status != "checked" or not (found.report.refused and found.report.accepted):
        return htmx.redirect_to(path("imports", import_id))
    page = render_template(
        "exchange/confirm.html",
        book=found.view,
        kind_name=book_name(found.view.kind),
        amount_name=amount_name(found.view.kind),
        report=found.report,
        rows=found.items,
        amount_total=found.amount_total,
        url=path("imports", import_id),
        idempotency_key=forms.new_key(),
    )
    return make_response(page)


@pages.post("/imports/<id:import_id>/confirm")
def confirm_import(import_id: int) -> Response:
    """Store all rows, or with `only_good` the faultless ones; they wait for somebody else's check."""
    before = ask(ImportReport(import_id), actor.current())
    only_good = forms.load(ConfirmFormSchema, request.form)["only_good"] == "1"
    command = ConfirmImport(import_id=import_id, only_good=only_good)
    try:
        execute(command, actor.current(), forms.sent_key())
    except LedgerError as refusal:
        if status_of(refusal) not in _SHOWN_HERE:
            raise
        return _not_stored(import_id, refusal, before.report)
    flash(_receipt(ask(ImportReport(import_id), actor.current()).report), "success")
    return htmx.redirect_to(path("imports", import_id))


def _not_stored(import_id: int, refusal: LedgerError, before: Report) -> Response:
    report = refusal.report if isinstance(refusal, NotStored) else None
    query = MyImportRows(import_id=import_id, show=Show.REFUSED, report=report, per_page=_MOST_LISTED)
    words = say(refusal)
    if report is not None and report.refused != before.refused:
        words += _("检查之后台账有了变化，下面是刚才的结果。请改好后重新上传。")
    found = ask(query, actor.current())
    return report_page(found, Show.REFUSED, refusal=words, http_status=status_of(refusal))


def _receipt(report: Report) -> str:
    words = _("已导入 %(n)s 行，等待他人复核。", n=report.stored)
    if report.refused:
        words += _("另有 %(n)s 行有错，没有导入。", n=len(report.refused))
    return str(words)
