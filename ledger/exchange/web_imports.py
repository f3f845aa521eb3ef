"""导入: one's uploads, the check of a new one, and its report row by row."""

from __future__ import annotations

from io import BytesIO

from flask import Response, request, send_file
from flask_babel import gettext as _
from werkzeug.exceptions import RequestEntityTooLarge

from ledger.dispatch import ask, execute
from ledger.domain.access import Permission, check_permission
from ledger.domain.errors import LedgerError, Required
from ledger.domain.identifiers import clean_text
from ledger.exchange.commands import PERMISSIONS, CheckImport
from ledger.exchange.queries import ErrorsBook
from ledger.exchange.queries_mine import ImportsPage, MyImportRows, MyImports, RowsPage, Show
from ledger.exchange.report import Upload
from ledger.exchange.safety import MAX_BYTES, MAX_ROWS
from ledger.exchange.schemas_web import UploadFormSchema, book_name
from ledger.exchange.templates import TEMPLATES, VERSION, Kind
from ledger.exchange.web_pages import XLSX, pages
from ledger.http import actor, errors, forms, htmx, paging
from ledger.http.fields import Fault
from ledger.http.paging import path

_MEGABYTES = MAX_BYTES // (1024 * 1024)
_SHOWN_HERE = (413, 422)
"""Refusals of an upload that are told beside its fields; others have a page of their own."""


@pages.get("/imports")
def list_imports() -> Response:
    """One's imports, and the form for another."""
    kind = request.args.get("kind", "")
    return _imports(forms.Form({"kind": kind if kind in set(Kind) else ""}), 200)


@pages.post("/imports")
def check_import() -> Response:
    """Check every row of a workbook and lead to its report; nothing is stored in the ledger."""
    check_permission(actor.current(), Permission.IMPORT)
    try:
        kind = Kind(forms.load(UploadFormSchema, request.form)["kind"])
    except forms.FormRefused as refused:
        return _imports(refused.form, 422)
    form = forms.Form({"kind": kind.value, "file": ""})
    try:
        made = execute(CheckImport(kind=kind, upload=_upload()), actor.current(), forms.sent_key()).subject_id
    except LedgerError as refusal:
        if errors.status_of(refusal) not in _SHOWN_HERE:
            raise
        form.add("file", Fault.of(refusal))
        return _imports(form, errors.status_of(refusal))
    return htmx.redirect_to(path("imports", made))


@pages.errorhandler(413)
def refuse_large(_error: RequestEntityTooLarge) -> Response:
    """A body that was not even read: of its form nothing is known but that it carried a file."""
    words = _("文件超过 %(limit)s MB。请拆成多个文件再传。", limit=_MEGABYTES)
    if not actor.may(Permission.IMPORT):
        return errors.page(413, words)
    form = forms.Form({"kind": "", "file": ""})
    form.add("file", Fault(words, "too_large"))
    return _imports(form, 413)


@pages.get("/imports/<id:import_id>")
def show_import(import_id: int) -> Response:
    """What the check found, row by row; htmx takes the rows alone."""
    asked = paging.page_asked()
    show = next((one for one in Show if one == request.args.get("show")), Show.ALL)
    query = MyImportRows(import_id=import_id, show=show, page=asked.page, per_page=asked.per_page)
    return report_page(ask(query, actor.current()), show)


@pages.get("/imports/<id:import_id>/errors.xlsx")
def errors_book(import_id: int) -> Response:
    """The uploaded sheet with what is wrong beside each row."""
    book = ask(ErrorsBook(import_id), actor.current())
    return send_file(BytesIO(book.content), XLSX, as_attachment=True, download_name=book.file_name)


def report_page(found: RowsPage, show: Show, *, refusal: str = "", http_status: int = 200) -> Response:
    """The report of an import; `refusal` says why its confirm has just stored nothing."""
    view = found.view
    return htmx.render(
        "exchange/import.html",
        "exchange/_rows.html",
        http_status=http_status,
        book=view,
        kind_name=book_name(view.kind),
        amount_name=amount_name(view.kind),
        report=found.report,
        amount_total=found.amount_total,
        page=paging.Page(found.items, found.total, found.page, found.per_page),
        show=show.value,
        url=path("imports", view.id),
        waiting_url=_waiting_url(view.kind),
        refusal=refusal,
        idempotency_key=forms.new_key(),
    )


def amount_name(kind: Kind) -> str:
    """The header of a kind's amounts, as its official template has it."""
    template = TEMPLATES[kind]
    return next(column.header for column in template.columns if column.key == template.amount_key)


def _imports(form: forms.Form, http_status: int) -> Response:
    who, asked = actor.current(), paging.page_asked()
    found: ImportsPage = ask(MyImports(page=asked.page, per_page=asked.per_page), who)
    kinds = [kind for kind in Kind if who.may(PERMISSIONS[kind][0])]
    if len(kinds) == 1:
        form.typed["kind"] = kinds[0].value
    return htmx.render(
        "exchange/imports.html",
        "exchange/_imports.html",
        http_status=http_status,
        kinds=[(kind.value, book_name(kind)) for kind in kinds],
        names={kind: book_name(kind) for kind in Kind},
        version=VERSION,
        most_megabytes=_MEGABYTES,
        most_rows=MAX_ROWS,
        form=form,
        page=paging.Page(found.items, found.total, found.page, found.per_page),
        idempotency_key=forms.new_key(),
    )


def _upload() -> Upload:
    file = request.files.get("file")
    if file is None or not file.filename:
        raise Required("请选择要上传的文件。", field="file")
    return Upload(clean_text(file.filename, "file", 200, required=True), file.read())


def _waiting_url(kind: Kind) -> str:
    """Where the stored rows wait for their check."""
    if kind is Kind.DISBURSEMENTS:
        return f"{path('t', actor.current().tenant_code, 'disbursements')}?status=waiting"
    return f"{path('pilots')}?status=waiting" if kind is Kind.DESIGNATION else f"{path()}?box=sent"
