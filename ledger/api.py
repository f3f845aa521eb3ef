"""The JSON API as a whole: every slice's endpoints under `/api/v1`, and their description in OpenAPI 3.1."""

from __future__ import annotations

from functools import cache
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, current_app, request
from flask_smorest import Api, Blueprint
from marshmallow import fields
from werkzeug.exceptions import NotFound as PathNotFound

from ledger.domain.errors import NotFound
from ledger.http.actor import public
from ledger.http.api import KEY, KEY_PARAMETER, PREFIX, AnswerSchema, InstantField
from ledger.http.converters import IdConverter, TenantConverter
from ledger.http.errors import STATUS, is_api
from ledger.http.fields import DayField, IdField, MoneyField, TextField, WholeField

AMOUNT = r"^(0|[1-9][0-9]{0,12})(\.[0-9]{1,2})?$"
ID = r"^[1-9][0-9]{0,18}$"
PROBLEM = "application/problem+json"


class FaultSchema(AnswerSchema):
    """What is wrong with one field; nested fields as `lines.0.amount`."""

    field = fields.String(required=True)
    code = fields.String(required=True)
    message = fields.String(required=True)


class ProblemSchema(AnswerSchema):
    """A refusal (RFC 9457); its numbers are yuan."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    code = fields.String(required=True, metadata={"enum": sorted({*STATUS, "fault", "unavailable"})})
    article = fields.String(metadata={"description": "The article of the Measures that refuses"})
    errors = fields.List(fields.Nested(FaultSchema))
    limit = MoneyField()
    used = MoneyField()
    requested = MoneyField()
    available = MoneyField()


class LedgerApi(Api):  # type: ignore[misc]
    """flask-smorest's description alone: errors stay with the one map of the application."""

    ERROR_SCHEMA = ProblemSchema

    def _register_error_handlers(self) -> None:
        # Its own handler would answer the pages' errors in JSON, too.
        return

    def _register_etag_headers(self) -> None:
        return

    def _register_pagination_header(self) -> None:
        return

    def _register_responses(self) -> None:
        # The first step in which the converter is there and nothing has been described yet.
        self.ma_plugin.converter.add_attribute_function(_form_of_field)
        for status in HTTPStatus:
            if status >= 400:
                self.spec.components.response(status.name, _problem(status.phrase), lazy=True)
        self.spec.components.response("DEFAULT_ERROR", _problem("Any other refusal or fault"), lazy=True)


def _problem(description: str) -> dict[str, Any]:
    return {"description": description, "content": {PROBLEM: {"schema": ProblemSchema}}}


def _form_of_field(_converter: object, field: fields.Field[Any], **_kw: Any) -> dict[str, Any]:
    """What a field of ours takes, beyond its type."""
    if isinstance(field, MoneyField):
        return {"pattern": AMOUNT, "examples": ["1250000.00"], "description": "Yuan, at most two decimals"}
    if isinstance(field, IdField):
        return {"pattern": ID}
    if isinstance(field, TextField):
        return {"maxLength": field.limit, **({"minLength": 1} if field.required else {})}
    if isinstance(field, WholeField):
        return {"minimum": field.least, "maximum": field.most}
    return {}


blueprint = Blueprint("api_description", __name__, url_prefix=PREFIX, description="This description")


@public
def openapi() -> Response:
    """The description of this API."""
    return Response(current_app.extensions["ledger_api"](), mimetype="application/json")


_answered = blueprint.response(200, {"type": "object"}, description="OpenAPI 3.1")
blueprint.add_url_rule("/openapi.json", view_func=_answered(blueprint.doc(security=[])(openapi)))


def _refuse_missing() -> None:
    """Answer a path that leads nowhere word for word as one that leads to another tenant's."""
    if is_api() and isinstance(request.routing_exception, PathNotFound):
        raise NotFound()


def register(app: Flask) -> None:
    """Serve every slice's endpoints, and describe them."""
    from ledger.audit.api import api as audit_api
    from ledger.exchange.api import api as exchange_api
    from ledger.files.api import api as files_api
    from ledger.funds.api import api as funds_api
    from ledger.funds.api_pilots import api as pilot_lists_api
    from ledger.identity.api import api as identity_api
    from ledger.pilots.api import api as pilots_api

    app.before_request(_refuse_missing)
    api = LedgerApi()
    for converter, form in ((TenantConverter, r"^[0-9A-Z-]{6}$"), (IdConverter, ID)):
        api.register_converter(converter, _path_part(form))
    for field, kind, spelled in _FIELDS:
        api.register_field(field, kind, spelled)
    api.init_app(app, spec_kwargs=_about())
    api.spec.components.security_scheme("token", {"type": "http", "scheme": "bearer"})
    api.spec.components.parameter(KEY_PARAMETER, "header", _key_parameter())
    for slice_api in (
        identity_api,
        pilots_api,
        pilot_lists_api,
        files_api,
        funds_api,
        audit_api,
        exchange_api,
        blueprint,
    ):
        api.register_blueprint(slice_api)
    app.extensions["ledger_api"] = cache(lambda: app.json.dumps(api.spec.to_dict()))


_FIELDS: tuple[tuple[type[fields.Field[Any]], str, str | None], ...] = (
    (MoneyField, "string", None),
    (DayField, "string", "date"),
    (TextField, "string", None),
    (IdField, "string", None),
    (WholeField, "integer", None),
    (InstantField, "string", "date-time"),
)


def _path_part(form: str) -> Any:
    return lambda _converter: {"type": "string", "pattern": form}


def _about() -> dict[str, Any]:
    return {
        "title": "Fund ledger",
        "version": "1",
        "openapi_version": "3.1.0",
        "info": {"description": "Amounts are yuan as text with at most two decimals; dates are ISO; ids are text."},
        "security": [{"token": []}],
    }


def _key_parameter() -> dict[str, Any]:
    return {
        "name": KEY,
        "required": True,
        "description": "The same key and body answers the first result again. Keys belong to a tenant.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[ -~]+$"},
    }
