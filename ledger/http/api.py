"""What every endpoint of the JSON API shares: strict JSON, the idempotency key, lists, and its own description."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, time
from functools import wraps
from http import HTTPStatus
from typing import Any, ClassVar, Final, NoReturn

from flask import Request, Response, jsonify, make_response, request
from flask_babel import gettext as _
from flask_smorest import Blueprint
from marshmallow import EXCLUDE, RAISE, Schema, ValidationError, fields
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import BadRequest

from ledger.clock import BEIJING
from ledger.domain.access import Permission, check_permission, check_reach
from ledger.domain.dates import FIRST_YEAR, LAST_YEAR
from ledger.domain.errors import NotFound
from ledger.http import actor
from ledger.http.fields import Fault, FormSchema, WholeField

PREFIX: Final = "/api/v1"
KEY: Final = "Idempotency-Key"
KEY_PARAMETER: Final = "IdempotencyKey"
"""The name under which the description keeps the header's parameter."""
MOST_PER_PAGE: Final = 200
LAST_PAGE: Final = 1_000_000

_KEY_FORM = re.compile(r"[ -~]{1,200}", re.ASCII)
_WRITE_REFUSALS = (400, 401, 403, 404, 409, 413, 422, 429)
_READ_REFUSALS = (400, 401, 403, 404, 422, 429)

View = Callable[..., Any]


class AnswerSchema(Schema):
    """The parent of what is answered: a reader must bear names that are added later."""

    class Meta:
        unknown = EXCLUDE


class ListQuery(FormSchema):
    """Which page of a list."""

    page = WholeField(least=1, most=LAST_PAGE, typed=True, load_default=1)
    per_page = WholeField(least=1, most=MOST_PER_PAGE, typed=True, load_default=50)


class InstantField(fields.Field[datetime]):
    """An ISO instant; without a zone it is Beijing's, and a day alone means its end."""

    def _deserialize(self, value: Any, *_args: Any, **_kw: Any) -> Any:
        # An unescaped + of a query string arrives as a space.
        text = str(value).strip().replace(" ", "+")
        if not text:
            return None
        read = None
        with suppress(ValueError):
            read = datetime.fromisoformat(text)
        if read is None or not FIRST_YEAR <= read.year <= LAST_YEAR:
            words = _("请按 ISO 8601 填写时间，例如 2026-11-20T10:00:00+08:00。")
            raise ValidationError([Fault(words, "date")])
        if len(text) == len("2026-11-20"):
            return datetime.combine(read, time.max, BEIJING)
        return read if read.tzinfo else read.replace(tzinfo=BEIJING)


def one_of(allowed: Collection[str]) -> Callable[[str], None]:
    """A validator that lets only the named values (and nothing at all) through."""

    def check(value: str) -> None:
        if value and value not in allowed:
            raise ValidationError([Fault(_("只能是：%(values)s。", values="、".join(sorted(allowed))))])

    return check


def at_most(most: int) -> Callable[[Sequence[object]], None]:
    """A validator of lists: at least one item, at most `most`."""

    def check(value: Sequence[object]) -> None:
        if not value:
            raise ValidationError([Fault(_("请填写此项。"), "required")])
        if len(value) > most:
            raise ValidationError([Fault(_("最多 %(most)s 项。", most=most))])

    return check


def sent_key() -> str:
    """The request's idempotency key.

    Raises:
        ValidationError: it is missing, or not of 1 to 200 printable ASCII characters.
    """
    key = request.headers.get(KEY, "")
    if not key:
        words = _("请在 Idempotency-Key 头里带上本次提交的唯一编号；重试时用同一个编号。")
        raise ValidationError({KEY: [Fault(words, "required", malformed=True)]})
    if _KEY_FORM.fullmatch(key) is None:
        raise ValidationError({KEY: [Fault(_("幂等键应为 1 到 200 个可打印的 ASCII 字符。"), malformed=True)]})
    return key


def answer(body: Any, status: int = 200, *, location: str | None = None) -> Response:
    """A JSON answer; `location` is the path of what was made."""
    response = make_response(jsonify(body), status)
    if location is not None:
        response.headers["Location"] = PREFIX + location
    return response


def list_answer(items: Sequence[Any], total: int, page: int, per_page: int) -> Response:
    """One page of a list."""
    return answer({"items": items, "total": total, "page": page, "per_page": per_page})


def list_of(item: type[Schema] | Mapping[str, Any]) -> dict[str, Any]:
    """The description of one page of a list of `item`."""
    number = {"type": "integer"}
    described = {"items": {"type": "array", "items": item}, "total": number, "page": number, "per_page": number}
    return {"type": "object", "properties": described, "required": list(described)}


class _Parser(FlaskParser):
    """Reads bodies and query strings strictly, and leaves what a schema refuses to the one map of errors."""

    # A filter with a name misspelled must not answer as if nothing had been asked.
    DEFAULT_UNKNOWN_BY_LOCATION: dict[str, str | None] = {  # noqa: RUF012  as the base class has it
        **FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION,
        "query": RAISE,
    }

    def load_json(self, req: Request, schema: Schema) -> Any:
        raw = req.get_data()
        if not raw and not any(field.required for field in schema.fields.values()):
            return {}
        if not req.is_json:
            raise BadRequest
        try:
            return json.loads(raw, object_pairs_hook=_once)
        except (ValueError, RecursionError):
            raise BadRequest from None

    def handle_error(self, error: ValidationError, *_args: Any, **_kw: Any) -> NoReturn:
        # webargs puts the place of the request around the messages; fields are named without it.
        messages = error.messages
        raise ValidationError(next(iter(messages.values())) if isinstance(messages, dict) else messages) from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose names are single: of two amounts neither may be read as the one that was meant."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


class ApiBlueprint(Blueprint):  # type: ignore[misc]
    """The endpoints of one slice under `/api/v1`, described by the schemas that they read and answer with."""

    ARGUMENTS_PARSER: ClassVar[FlaskParser] = _Parser()

    def __init__(self, name: str, import_name: str, description: str) -> None:
        super().__init__(f"api_{name}", import_name, url_prefix=PREFIX, description=description)

    def endpoint(
        self,
        rule: str,
        permission: Permission,
        answered: type[Schema] | Mapping[str, Any],
        *,
        status: int = 200,
        body: type[Schema] | None = None,
        query: type[Schema] | None = None,
        keyed: bool = False,
    ) -> Callable[[View], View]:
        """Serve and describe a view: a POST where it takes a `body`, else a GET.

        The view gets what was sent (where something is) and the parts of the path. `permission`
        is the one of its command or query, asked before anyone learns what was wrong with a
        request; `keyed` demands an idempotency key.
        """

        def decorate(view: View) -> View:
            made = view if query is not None else _asked_nothing(view)
            if body is not None:
                has_required = any(field.required for field in body().fields.values())
                made = self.arguments(body, location=getattr(body, "location", "json"), required=has_required)(made)
            if query is not None:
                made = self.arguments(query, location="query")(made)
            made = self.response(status, answered)(_guarded(made, permission))
            for refusal in _WRITE_REFUSALS if body is not None else _READ_REFUSALS:
                made = self.alt_response(refusal, HTTPStatus(refusal).name)(made)
            made = self.doc(operationId=view.__name__, **({"parameters": [KEY_PARAMETER]} if keyed else {}))(made)
            methods = ["GET"] if body is None else ["POST"]
            self.add_url_rule(rule, endpoint=view.__name__, view_func=made, methods=methods)
            return view

        return decorate


def _asked_nothing(view: View) -> View:
    """The view, refusing a query string: nothing reads one here."""

    @wraps(view)
    def asked(*sent: Any, **path: Any) -> Any:
        if request.args:
            raise ValidationError({name: ["Unknown field."] for name in sorted(request.args)})
        return view(*sent, **path)

    return asked


def _guarded(view: View, permission: Permission) -> View:
    """The view, saying nothing of a malformed request to those who may not make one, nor of a path's part."""

    @wraps(view)
    def guarded(**path: Any) -> Any:
        try:
            return view(**path)
        except (ValidationError, BadRequest):
            asker = actor.current()
            check_reach(asker, path.get("tenant_code", asker.tenant_code))
            check_permission(asker, permission)
            raise
        except NotFound as refusal:
            if refusal.field in path:
                raise NotFound() from refusal
            raise

    return guarded
