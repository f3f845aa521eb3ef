"""An application of identity's pages and of endpoints that fail in every way a real one may."""

from __future__ import annotations

import pytest
from flask import Blueprint, Flask, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import OperationalError

from ledger import faces
from ledger.domain.errors import CapExceeded, Conflict, NotFound, TooMany
from ledger.domain.money import Money
from ledger.http import actor, forms
from ledger.http.fields import DayField, FormSchema, MoneyField, TextField


class EntrySchema(FormSchema):
    """A small form."""

    amount = MoneyField(typed=True, required=True)
    paid_on = DayField(typed=True, required=True)
    note = TextField(10, typed=True, load_default="")


class PlainEntrySchema(FormSchema):
    """The same as JSON."""

    amount = MoneyField(required=True)
    paid_on = DayField(required=True)
    note = TextField(10, load_default="")


def _probe() -> Blueprint:
    probe = Blueprint("probe", __name__)

    @probe.get("/open")
    @actor.public
    def open_page() -> str:
        return "open"

    @probe.get("/closed")
    def closed_page() -> str:
        return actor.current().name

    for place in ("/probe", "/api/v1/probe"):
        probe.add_url_rule(f"{place}/fail/<kind>", f"fail{len(place)}", _fail, methods=["GET", "POST"])
        probe.add_url_rule(f"{place}/entry", f"entry{len(place)}", _entry, methods=["POST"])
    probe.add_url_rule("/t/<tenant:code>/probe/<id:row_id>", "place", _place)
    probe.add_url_rule("/t/<tenant:code>/pilots", "pilots", lambda code: code)
    return probe


def _fail(kind: str) -> ResponseReturnValue:
    cap, asked = Money(500_000_000), Money(500_000_001)
    errors: dict[str, Exception] = {
        "cap": CapExceeded(
            "核定金额不能超过一次性上限 {limit} 元（第八条）。请改为不高于该数。", limit=cap, requested=asked
        ),
        "missing": NotFound(),
        "conflict": Conflict("李会计在 10:32 修改过这条记录。", changed={"amount": ("800,000.00", "500,000.00")}),
        "many": TooMany("操作太频繁，请稍等一分钟再试。"),
        "database": OperationalError("SELECT secret", {}, Exception("connection refused")),
        "fault": ZeroDivisionError("secret"),
    }
    raise errors[kind]


def _entry() -> ResponseReturnValue:
    if request.is_json:
        return {"note": PlainEntrySchema().load(request.get_json())["note"]}
    return {"note": forms.load(EntrySchema, request.form)["note"]}


def _place(code: str, row_id: int) -> ResponseReturnValue:
    return {"code": code, "id": str(row_id)}


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> None:
    def register(app: Flask) -> None:
        from ledger.identity import web

        app.register_blueprint(web.pages)
        app.register_blueprint(_probe())

    monkeypatch.setattr(faces, "register", register)
