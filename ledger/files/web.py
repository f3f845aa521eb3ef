"""附件: the files of a document, a report or a pilot; sent by a plain form, given back as downloads alone."""

from __future__ import annotations

import base64
from typing import Any, Final

from flask import Blueprint, Response, current_app, flash, make_response, render_template, request, send_file
from flask_babel import gettext as _
from werkzeug.exceptions import RequestEntityTooLarge

from ledger.dispatch import ask, execute
from ledger.domain.access import Actor, Permission, check_permission
from ledger.domain.errors import Conflict, FileAltered, LedgerError, Required
from ledger.domain.evidence import MAX_BYTES, SUBJECTS, TYPES, Evidence, too_large
from ledger.files.commands import AttachFile, RetireFile, check_own, receive
from ledger.files.queries import FetchFile, GetFile, ListAttachments, StoredFile
from ledger.files.schemas import RetireSchema, UploadSchema, subject_url
from ledger.http import actor, errors, forms
from ledger.http.fields import Fault
from ledger.http.htmx import redirect_to

pages = Blueprint("files", __name__)

_OF: Final = f"/t/<tenant:code>/files/<any({', '.join(SUBJECTS)}):subject_type>/<id:subject_id>"
_ONE: Final = "/t/<tenant:code>/files/<id:attachment_id>"
_READ_BYTES: Final = 2 * MAX_BYTES
"""Of a body, before it is refused unread: what is somewhat too large is told its size."""
_DRAINED_BYTES: Final = 256 * 1024 * 1024
_SHOWN_HERE: Final = (413, 415, 422, 503)
"""Refusals of an upload that are told beside its fields; others have a page of their own."""
_NO_PAGE: Final = "default-src 'none'; frame-ancestors 'none'; sandbox"


@pages.url_value_preprocessor
def _take_files(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
    # Before the gate reads the form: these alone of all requests may be as large as a file.
    request.max_content_length = _READ_BYTES


@pages.app_context_processor
def _accepted() -> dict[str, Any]:
    return {"file_endings": [ending for one in TYPES for ending in one.endings], "file_megabytes": MAX_BYTES >> 20}


@pages.get(_OF)
def list_files(code: str, subject_type: str, subject_id: int) -> Response:
    """The files of one thing, and the form for another."""
    return _page(code, subject_type, subject_id, forms.Form(), 200)


@pages.post(_OF)
def attach_file(code: str, subject_type: str, subject_id: int) -> Response:
    """Keep a file and attach it, then lead back to what it belongs to."""
    who = actor.current()
    check_permission(who, Permission.FILE_ATTACH)
    # Before its bytes are looked at: a file for what is not there is not even read.
    ask(ListAttachments(tenant_code=code, subject_type=subject_type, subject_id=subject_id, is_read=False), who)
    form = forms.Form({"file": "", **forms.Form.sent().typed})
    try:
        label = forms.load(UploadSchema, request.form)["file_label"]
        command = AttachFile(
            tenant_code=code, subject_type=subject_type, subject_id=subject_id, file=_received(), label=label
        )
        receipt = execute(command, who, forms.sent_key())
    except forms.FormRefused as refused:
        return _page(code, subject_type, subject_id, refused.form, 422)
    except LedgerError as refusal:
        if errors.status_of(refusal) not in _SHOWN_HERE:
            raise
        form.add("file", Fault.of(refusal))
        return _page(code, subject_type, subject_id, form, errors.status_of(refusal))
    flash(_("附件已上传：%(name)s", name=receipt.facts[0].after.get("file", "")), "success")
    return redirect_to(subject_url(code, subject_type, subject_id))


@pages.errorhandler(413)
def refuse_large(_error: RequestEntityTooLarge) -> Response:
    """A body that was not even read: of its form nothing is known but how long it is."""
    _drain()
    refusal = too_large(request.content_length or _READ_BYTES)
    place = request.view_args or {}
    if "subject_type" not in place or not actor.may(Permission.FILE_ATTACH):
        return errors.refuse(refusal)
    form = forms.Form({"file": ""})
    form.add("file", Fault.of(refusal))
    try:
        return _page(place["code"], place["subject_type"], place["subject_id"], form, 413)
    except LedgerError as unknown:
        return errors.refuse(unknown)


def _drain() -> None:
    """Take the rest of a body off the line: a browser that still sends would not read the answer."""
    left = min(request.content_length or 0, _DRAINED_BYTES)
    while left > 0 and (chunk := request.environ["wsgi.input"].read(min(left, 1 << 16))):
        left -= len(chunk)


@pages.get(_ONE)
def download_file(code: str, attachment_id: int) -> Response:
    """One file, to be saved and never shown by the browser itself."""
    try:
        found = ask(FetchFile(tenant_code=code, attachment_id=attachment_id), actor.current())
    except FileAltered as refusal:
        current_app.logger.error("attachment %s/%s: %s", code, attachment_id, refusal.values)
        raise
    # Whatever it is, no browser takes it for something to run or to draw.
    response = send_file(
        found.content,
        "application/octet-stream",
        as_attachment=True,
        download_name=found.file.name,
        conditional=False,
        etag=False,
    )
    response.content_length = found.file.size
    response.headers["Content-Security-Policy"] = _NO_PAGE
    digest = base64.b64encode(bytes.fromhex(found.file.sha256)).decode()
    response.headers["Repr-Digest"] = f"sha-256=:{digest}:"
    return response


@pages.get(f"{_ONE}/retire")
def retire_form(code: str, attachment_id: int) -> Response:
    """The form in which an office says that its file no longer counts."""
    _who, file = _own(code, attachment_id)
    if file.retired_at is not None:
        raise Conflict("这个附件已经停用。请刷新后查看。")
    return _retire_page(code, file, forms.Form({"reason": ""}), 200)


@pages.post(f"{_ONE}/retire")
def retire_file(code: str, attachment_id: int) -> Response:
    """Retire a file; it stays readable, struck out, with the reason."""
    who, file = _own(code, attachment_id)
    try:
        reason = forms.load(RetireSchema, request.form)["reason"]
    except forms.FormRefused as refused:
        return _retire_page(code, file, refused.form, 422)
    execute(RetireFile(tenant_code=code, attachment_id=attachment_id, reason=reason), who, forms.sent_key())
    flash(_("附件已停用：%(name)s", name=file.name), "success")
    return redirect_to(subject_url(code, file.subject_type, file.subject_id))


def _received() -> Evidence:
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise Required("请选择要上传的文件。", field="file")
    return receive(sent.stream, sent.filename)


def _page(code: str, subject_type: str, subject_id: int, form: forms.Form, status: int) -> Response:
    query = ListAttachments(tenant_code=code, subject_type=subject_type, subject_id=subject_id, is_read=False)
    page = render_template(
        "files/page.html",
        files=ask(query, actor.current()),
        upload=form,
        back_url=subject_url(code, subject_type, subject_id),
        idempotency_key=forms.new_key(),
    )
    return make_response(page, status)


def _own(code: str, attachment_id: int) -> tuple[Actor, StoredFile]:
    """Who asks, and a file of their own office."""
    who = actor.current()
    check_permission(who, Permission.FILE_ATTACH)
    file = ask(GetFile(tenant_code=code, attachment_id=attachment_id), who)
    check_own(who, file)
    return who, file


def _retire_page(code: str, file: StoredFile, form: forms.Form, status: int) -> Response:
    page = render_template(
        "files/retire.html",
        file=file,
        code=code,
        form=form,
        back_url=subject_url(code, file.subject_type, file.subject_id),
        idempotency_key=forms.new_key(),
    )
    return make_response(page, status)
