"""Fields read as typed or plain, and forms that come back as they were typed."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from marshmallow import Schema, ValidationError, fields
from werkzeug.datastructures import MultiDict

from ledger.domain.errors import CapExceeded
from ledger.domain.money import Money
from ledger.http import forms
from ledger.http.fields import (
    DayField,
    DocumentNoField,
    Fault,
    FormSchema,
    IdField,
    MoneyField,
    ProjectCodeField,
    TextField,
    USCCField,
    WholeField,
)


class Typed(FormSchema):
    """A form with a field of each kind."""

    amount = MoneyField(typed=True, required=True)
    paid_on = DayField(typed=True)
    note = TextField(10, typed=True, load_default="")
    document_no = DocumentNoField(typed=True, load_default="")
    allocation_id = IdField(typed=True)
    version = WholeField(typed=True, least=1, most=9999)
    uscc = USCCField(typed=True)
    project_code = ProjectCodeField(typed=True)
    kinds = fields.List(TextField(10, typed=True))


def refused(schema: Schema, **sent: Any) -> list[tuple[str, str, bool]]:
    with pytest.raises(ValidationError) as raised:
        schema.load(sent)
    return [(place, fault.code, fault.malformed) for place, fault in forms.faults(raised.value)]


def test_a_form_is_read_as_people_type() -> None:
    sent = MultiDict(
        [
            ("csrf_token", "x"),
            ("idempotency_key", "y"),
            ("amount", " １２５０.５0 "),
            ("paid_on", "2026年3月5日"),
            ("note", " 一期 "),
            ("document_no", "吉财建指[2026] 118号"),
            ("allocation_id", "77"),
            ("version", " 3 "),
            ("kinds", "a"),
            ("kinds", "b"),
        ]
    )
    loaded = forms.load(Typed, sent)
    assert loaded == {
        "amount": Money(125050),
        "paid_on": date(2026, 3, 5),
        "note": "一期",
        "document_no": "吉财建指〔2026〕118号",
        "allocation_id": 77,
        "version": 3,
        "kinds": ["a", "b"],
    }


def test_blank_fields_that_may_be_blank_are_none() -> None:
    loaded = Typed().load({"amount": "1", "paid_on": " ", "note": "", "allocation_id": "", "uscc": "　"})
    assert (loaded["paid_on"], loaded["note"], loaded["allocation_id"], loaded["uscc"]) == (None, "", None, None)


def test_a_refused_form_comes_back_as_typed() -> None:
    sent = MultiDict({"amount": "500万", "paid_on": "2026-02-30", "note": "一期", "csrf_token": "x"})
    with pytest.raises(forms.FormRefused) as raised:
        forms.load(Typed, sent)
    form = raised.value.form
    assert form.typed == {"amount": "500万", "paid_on": "2026-02-30", "note": "一期"}
    assert {name: [fault.code for fault in found] for name, found in form.errors.items()} == {
        "amount": ["amount_format"],
        "paid_on": ["date"],
    }
    assert "5,000,000.00" in form.errors["amount"][0]


def test_a_refusal_stands_beside_its_field_or_over_the_form() -> None:
    form = forms.Form({"amount": "5"})
    form.refuse(CapExceeded("最多 {limit} 元。", limit=Money(100)))
    form.refuse(CapExceeded("另有原因。", field="pilot_id"))
    assert [str(fault) for fault in form.errors["amount"]] == ["最多 1.00 元。"]
    assert [fault.article for fault in form.errors[""]] == ["第八条"]


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("allocation_id", "abc", "not_found"),
        ("allocation_id", "99999999999999999999", "not_found"),
        ("allocation_id", "9223372036854775808", "not_found"),
        ("version", "1.5", "invalid"),
        ("version", "0", "invalid"),
        ("uscc", "91220101MA17Q0K93", "uscc_check"),
        ("project_code", "2604", "invalid"),
        ("note", "a\u202eb", "invalid"),
        ("paid_on", "20.11.2026", "date"),
    ],
)
def test_what_a_field_refuses(field: str, value: str, code: str) -> None:
    assert refused(Typed(), amount="1", **{field: value}) == [(field, code, False)]


def test_wrong_types_are_malformed() -> None:
    class Plain(FormSchema):
        amount = MoneyField(required=True)
        version = WholeField(least=1, most=9)
        lines = fields.List(fields.Nested(Typed))

    assert refused(Plain(), amount=1.5) == [("amount", "amount_format", True)]
    assert refused(Plain(), amount=True) == [("amount", "amount_format", True)]
    assert refused(Plain(), amount="1", version="3") == [("version", "invalid", True)]
    assert refused(Plain(), amount="1", version=True) == [("version", "invalid", True)]
    assert Plain().load({"amount": "1", "version": 3})["version"] == 3
    assert refused(Plain(), amount="1", lines="x") == [("lines", "invalid", True)]
    assert refused(Plain(), amount="1", lines=[{"amount": "1"}, {"amount": "0"}]) == [
        ("lines.1.amount", "amount_zero", False)
    ]


def test_fields_write_the_plain_form() -> None:
    shown = Typed().dump({"amount": Money(125_000_000), "paid_on": date(2026, 3, 5), "allocation_id": 2**62})
    assert shown == {"amount": "1250000.00", "paid_on": "2026-03-05", "allocation_id": str(2**62)}


def test_a_fault_is_a_text_with_a_code() -> None:
    fault = Fault("太长。", "too_large")
    assert (fault, fault.code, f"{fault}") == ("太长。", "too_large", "太长。")
