"""The one map from refusals to status codes, and their three renderings: page, htmx notice, problem document."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, jsonify, make_response, render_template, request
from flask_babel import gettext as _
from jinja2 import Template
from marshmallow import ValidationError
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from ledger.domain import money
from ledger.domain.errors import Conflict, LedgerError
from ledger.http import forms
from ledger.http.fields import Fault
from ledger.http.locale import say

API: Final = "/api/"

STATUS: Final[dict[str, int]] = {
    "signed_out": 401,
    "maker_is_checker": 403,
    "not_permitted": 403,
    "not_found": 404,
    "conflict": 409,
    "file_altered": 409,
    "too_large": 413,
    "wrong_type": 415,
    "too_many": 429,
    "read_only": 503,
    "unavailable": 503,
    **dict.fromkeys(
        (
            "already_awarded", "amount_format", "amount_scale", "amount_sign", "amount_zero", "banned",
            "before_allocation", "cap_exceeded", "date", "document_unknown", "exceeds_allocated", "exceeds_awarded",
            "exceeds_disbursed", "exceeds_fund_line", "exceeds_spent", "frozen", "future", "idempotency_mismatch",
            "invalid", "not_designated", "payee", "project", "required", "uscc_check", "voucher_duplicate",
        ),
        422,
    ),
}  # fmt: skip
"""Status of every code; a test walks the refusals and asks for each."""

_CODES: Final = {401: "signed_out", 403: "not_permitted", 404: "not_found", 409: "conflict", 413: "too_large",
                 429: "too_many"}  # fmt: skip
_LONGEST_NAME: Final = 60
_MAY_GO_BETTER: Final = frozenset({401, 429, 500, 503})
_SECRETS: Final = frozenset({"password", "current", "again", "code"})
_ANY_PAGE: Final = (
    '{% extends "errors/_error.html" %}{% block title %}{{ title }}{% endblock %}'
    "{% block what %}<p>{{ message }}</p>{% endblock %}"
)
"""The page of a status that has no page of its own."""


def is_api() -> bool:
    """Whether the answer goes to a program: problem documents instead of pages."""
    return request.path.startswith(API)


def is_htmx() -> bool:
    """Whether htmx sent the request."""
    return request.headers.get("HX-Request") == "true"


def host_of(url: str) -> str | None:
    """The host that a URL names; None where it is no URL."""
    try:
        return urlsplit(url).netloc
    except ValueError:
        return None


def status_of(error: LedgerError) -> int:
    """The status of a refusal."""
    return STATUS[error.code]


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    article: str | None = None,
    faults: Sequence[tuple[str, Fault]] = (),
    **numbers: Any,
) -> Response:
    """An `application/problem+json` answer (RFC 9457); `numbers` are plain yuan or text, at the top level."""
    body: dict[str, Any] = {
        **numbers,
        "type": f"urn:fund-ledger:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
    }
    if article is not None:
        body["article"] = article
    if faults:
        body["errors"] = [{"field": field, "code": fault.code, "message": str(fault)} for field, fault in faults]
    response = make_response(jsonify(body), status)
    response.mimetype = "application/problem+json"
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def problem_of(error: LedgerError) -> Response:
    """The problem document of a refusal, with its article, its field and its numbers."""
    numbers: dict[str, Any] = {name: money.plain(amount) for name, amount in error.numbers.items()}
    if isinstance(error, Conflict) and error.changed:
        numbers["changed"] = {name: {"before": old, "now": new} for name, (old, new) in error.changed.items()}
    faults = [(error.field, Fault.of(error))] if error.field else []
    return problem(status_of(error), error.code, say(error), article=error.article, faults=faults, **numbers)


def invalid_problem(error: ValidationError) -> Response:
    """The problem document of what a schema refused: 400 for an unknown field or a wrong type, else 422."""
    faults = [(place.removeprefix("json.").removeprefix("form."), fault) for place, fault in forms.faults(error)]
    first = next((fault for _place, fault in faults if fault.malformed), faults[0][1])
    numbers = {name: money.plain(amount) for name, amount in first.numbers.items()}
    status = 400 if first.malformed else STATUS.get(first.code, 422)
    return problem(status, first.code, str(first), article=first.article, faults=faults, **numbers)


def page(status: int, message: str, *, title: str = "", keeps: bool = False, **context: Any) -> Response:
    """An error page; htmx takes its notice alone, into `#page-notice`.

    What may go better the next time keeps what was typed, for a browser without script: it forgets a form on Back.
    """
    context = {"message": message, "title": title or _titles().get(status) or HTTPStatus(status).phrase, **context}
    context["kept"] = _kept() if keeps or status in _MAY_GO_BETTER else []
    templates: list[str | Template] = [f"errors/{status}.html", current_app.jinja_env.from_string(_ANY_PAGE)]
    response = make_response(render_template(templates, **context), status)
    response.vary.add("HX-Request")
    if is_htmx():
        # A refusal that no form caught must not replace the form.
        response.headers["HX-Retarget"] = "#page-notice"
        response.headers["HX-Reswap"] = "innerHTML"
        response.headers["HX-Reselect"] = "[data-notice-body]"
    return response


def _kept() -> list[tuple[str, str]]:
    """The fields to send again; none of a form that holds a secret, a file, or that another site sent."""
    is_ours = host_of(request.headers.get("Origin", "")) == request.host
    if request.method != "POST" or is_htmx() or not is_ours:
        return []
    try:
        fields, has_files = list(request.form.items(multi=True)), bool(request.files)
    except HTTPException:
        return []
    if has_files or any(name in _SECRETS for name, _value in fields):
        return []
    return [(name, value) for name, value in fields if name != "csrf_token"]


def _titles() -> dict[int, str]:
    return {
        400: _("请求无法处理"),
        401: _("登录已超时"),
        405: _("请求无法处理"),
        413: _("文件太大"),
        415: _("文件类型不对"),
        422: _("需要修改"),
    }


def refuse(error: LedgerError) -> Response:
    """The answer to a refusal that no face caught."""
    if is_api():
        return problem_of(error)
    return page(status_of(error), say(error))


def _invalid(error: ValidationError) -> Response:
    if is_api():
        return invalid_problem(error)
    name, fault = next((one for one in forms.faults(error) if one[1].malformed), forms.faults(error)[0])
    if not fault.malformed:
        return page(422, str(fault))
    words = _("“%(name)s”：%(what)s请返回上一页，刷新后重新填写。", name=name[:_LONGEST_NAME], what=fault)
    return page(400, words)


def _form_refused(error: forms.FormRefused) -> Response:
    first = next((fault for faults in error.form.errors.values() for fault in faults), Fault(_("请检查填写的内容。")))
    return page(422, str(first))


def _http(error: HTTPException) -> Response:
    status = error.code or 500
    messages = {
        400: _("请求的内容不完整或格式不对。请返回上一页重试。"),
        403: _("您的角色不能办理此事。请联系本单位管理员。"),
        404: _("没有找到这个页面，或您无权查看。请从列表进入，或联系本单位管理员。"),
        405: _("这个地址不接受这种请求。请从页面上的按钮办理。"),
        413: _("文件太大。请压缩或拆成多个文件。"),
        415: _("不接受这种类型的内容。"),
        429: _("操作太频繁，请稍等一分钟再试。"),
    }
    message = messages.get(status, messages[400])
    answer = problem(status, _CODES.get(status, "invalid"), message) if is_api() else page(status, message)
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            answer.headers[name] = value
    return answer


def fault_number() -> str:
    """This request's number, such as `7F3A-21C4`: quoted by the user, found in the log."""
    if "fault_number" not in g:
        chance = secrets.token_hex(4).upper()
        g.fault_number = f"{chance[:4]}-{chance[4:]}"
    return str(g.fault_number)


def _fault(error: Exception, status: int) -> Response:
    number = fault_number()
    # The page of a fault asks the database nothing: neither who reads it nor what waits for them.
    g.signed_in = None
    current_app.logger.error("fault %s: %s %r", number, request.method, request.path, exc_info=error)
    words = {
        500: _("系统没有保存这次操作，请稍后重试。若仍不行，请把编号告诉管理员。"),
        503: _("系统正在维护或数据库没有应答，没有保存这次操作。请稍后重试。"),
    }[status]
    if is_api():
        answer = problem(status, "unavailable" if status == 503 else "fault", words, number=number)
    else:
        answer = page(status, words, request_id=number)
    answer.headers["X-Request-ID"] = number
    if status == 503:
        answer.headers["Retry-After"] = "5"
    return answer


def _unreachable(error: Exception) -> Response:
    return _fault(error, 503)


def _unexpected(error: Exception) -> Response:
    if current_app.testing:
        raise error
    return _fault(error, 500)


def register(app: Flask) -> None:
    """Answer refusals, invalid input, HTTP errors and faults; no answer shows a stack trace."""
    app.register_error_handler(LedgerError, refuse)
    app.register_error_handler(ValidationError, _invalid)
    app.register_error_handler(forms.FormRefused, _form_refused)
    app.register_error_handler(HTTPException, _http)
    for unreachable in (OperationalError, InterfaceError, PoolTimeout):
        app.register_error_handler(unreachable, _unreachable)
    app.register_error_handler(Exception, _unexpected)
