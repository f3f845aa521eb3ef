"""What the API refuses, with which status and code; nothing is stored, and nothing is said too much."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from ledger import database
from tests.api.conftest import Answer, Caller
from tests.factories import Factory, MadePilot

Call = Callable[[str], Caller]
OFFICER, REVIEWER = "220100.finance_officer", "220100.finance_reviewer"

AMOUNTS: list[tuple[object, str, int]] = [
    ("NaN", "amount_format", 422),
    ("Infinity", "amount_format", 422),
    ("1e400", "amount_format", 422),
    ("1e3", "amount_format", 422),
    ("-0", "amount_sign", 422),
    ("-1.00", "amount_sign", 422),
    ("0", "amount_zero", 422),
    ("0.00", "amount_zero", 422),
    ("0.001", "amount_scale", 422),
    ("1.005", "amount_scale", 422),
    ("１２", "amount_format", 422),
    ("1_000", "amount_format", 422),
    ("1,000", "amount_format", 422),
    ("+5", "amount_format", 422),
    ("1" * 40, "amount_format", 422),
    ("", "required", 422),
    (" ", "required", 422),
    ("\u200f100", "amount_format", 422),
    (" 100", "amount_format", 422),
    ("100\n", "amount_format", 422),
    ("01", "amount_format", 422),
    ("1.", "amount_format", 422),
    (".5", "amount_format", 422),
    ("500万", "amount_format", 422),
    ("\ud800", "amount_format", 422),
    (None, "required", 422),
    (100, "amount_format", 400),
    (0.1, "amount_format", 400),
    (True, "amount_format", 400),
    ([], "amount_format", 400),
    ({}, "amount_format", 400),
    (float("nan"), "amount_format", 400),
    (10**5000, "amount_format", 400),
]


def body(pilot: MadePilot, **changes: Any) -> dict[str, Any]:
    made = {
        "allocation_id": str(pilot.allocation_id),
        "amount": "100.00",
        "paid_on": "2026-05-20",
        "voucher_no": "ZF-1",
        "payee_name": pilot.name,
        "payee_account": "220012345678901",
    }
    return {name: value for name, value in (made | changes).items() if value is not ...}


def documents(kind: str = "disbursement") -> int:
    """How many documents of a kind are stored, of any state."""
    with database.engine(database.PROVINCE).connect() as connection:
        counted = connection.execute(text("SELECT count(*) FROM document WHERE kind = :kind"), {"kind": kind})
        return int(counted.scalar_one())


def test_every_odd_amount_is_refused_by_name_and_nothing_is_stored(call: Call, make: Factory) -> None:
    pilot, officer = make.allocated(), call(OFFICER)
    for amount, code, status in AMOUNTS:
        if amount == 10**5000:
            raw = '{"amount": 1' + "0" * 5000 + "}"
            answer = officer.post("/t/220100/disbursements", data=raw, content_type="application/json")
            assert answer.status_code == 400
            continue
        answer = officer.post("/t/220100/disbursements", body(pilot, amount=amount))
        assert answer.mimetype == "application/problem+json", amount
        assert (answer.status_code, answer.json["code"]) == (status, code), amount
        assert [one["field"] for one in answer.json["errors"]] == ["amount"], amount
    assert documents() == 0


def test_an_odd_amount_in_a_line_is_named_by_its_place(call: Call, make: Factory) -> None:
    pilot = make.pilot(projects=2)
    lines = [{"project_code": pilot.project_codes[0], "amount": "1"}, {"project_code": pilot.project_codes[1]}]
    sent = {
        "pilot_id": str(pilot.id),
        "lines": lines,
        "fiscal_year": 2026,
        "document_no": "吉〔2026〕1号",
        "decided_on": "2026-04-10",
    }
    answer = call("province.officer").post("/t/220100/awards", sent)
    assert (answer.status_code, answer.json["code"]) == (422, "required")
    assert [one["field"] for one in answer.json["errors"]] == ["lines.1.amount"]
    empty = call("province.officer").post("/t/220100/awards", {**sent, "lines": []})
    assert (empty.status_code, empty.json["errors"][0]["field"]) == (422, "lines")


@pytest.mark.parametrize(
    "extra",
    [
        {"tenant_code": "220200"},
        {"tenant_id": "1"},
        {"status": "posted"},
        {"checked_by": "1"},
        {"cap": "1"},
        {"draft": True},
    ],
)
def test_a_field_that_is_not_asked_for_is_refused(extra: dict[str, Any], call: Call, make: Factory) -> None:
    pilot = make.allocated()
    answer = call(OFFICER).post("/t/220100/disbursements", body(pilot, **extra))
    assert answer.status_code == 400
    assert [one["field"] for one in answer.json["errors"]] == list(extra)
    assert documents() == 0


@pytest.mark.parametrize(
    ("field", "value", "status", "code"),
    [
        ("paid_on", "2026-02-30", 422, "date"),
        ("paid_on", "2026/05/20", 422, "date"),
        ("paid_on", 20260520, 400, "date"),
        ("paid_on", ..., 422, "required"),
        ("paid_on", "2027-01-01", 422, "future"),
        ("paid_on", "2026-04-27", 422, "before_allocation"),
        ("voucher_no", ..., 422, "required"),
        ("voucher_no", "a\x00b", 422, "invalid"),
        ("payee_name", "别的单位", 422, "payee"),
        ("amount", "1000000.01", 422, "exceeds_allocated"),
        ("allocation_id", "7", 404, "not_found"),
        ("allocation_id", "x", 404, "not_found"),
        ("note", "x" * 201, 422, "invalid"),
    ],
)
def test_a_refusal_names_its_code_and_field(
    field: str, value: object, status: int, code: str, call: Call, make: Factory
) -> None:
    pilot = make.allocated()
    answer = call(OFFICER).post("/t/220100/disbursements", body(pilot, **{field: value}))
    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert answer.json["status"] == status
    assert [one["field"] for one in answer.json["errors"]] == [field]
    assert documents() == 0


def test_a_refused_limit_shows_its_numbers(call: Call, make: Factory) -> None:
    pilot = make.allocated(600_000_00)
    answer = call(OFFICER).post("/t/220100/disbursements", body(pilot, amount="600000.01"))
    assert answer.json["requested"] == "600000.01"
    assert answer.json["available"] == "600000.00"


def test_what_is_not_json_is_refused(call: Call, make: Factory) -> None:
    officer = call(OFFICER)
    for raw in (b"", b"{", b"amount=1", b"\xff\xfe", b"[]", b'"text"', b"[" * 100_000, b'{"note": "a", "note": "b"}'):
        answer = officer.post("/t/220100/disbursements", data=raw, content_type="application/json")
        assert (answer.status_code, answer.mimetype) == (400, "application/problem+json"), raw[:20]
    form = officer.post("/t/220100/disbursements", data={"a": "1"})
    assert form.status_code == 400


def test_a_post_without_a_key_is_refused(call: Call, make: Factory) -> None:
    pilot, officer = make.allocated(), call(OFFICER)
    answer = officer.post("/t/220100/disbursements", body(pilot), key=None)
    assert (answer.status_code, answer.json["code"]) == (400, "required")
    assert answer.json["errors"][0]["field"] == "Idempotency-Key"
    assert officer.post("/t/220100/disbursements", body(pilot), key="k" * 201).status_code == 400
    assert officer.post("/t/220100/disbursements", body(pilot), key="k" * 200).status_code == 201


def test_nobody_is_answered_without_a_token(app: Flask, make: Factory) -> None:
    client = app.test_client()
    for headers in ({}, {"Authorization": "Bearer 220100.1.x"}, {"Authorization": "Basic YTpi"}):
        answer = Answer.of(client.get("/api/v1/totals", headers=headers))
        assert (answer.status_code, answer.json["code"]) == (401, "signed_out")
        assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_another_tenants_id_is_answered_word_for_word_as_a_missing_one(call: Call, make: Factory) -> None:
    pilot = make.allocated()
    document_id = make.waiting(pilot, 100_00)
    other, reviewer = call("220200.finance_officer"), call("220200.finance_reviewer")
    missing = other.get("/t/220200/disbursements/7").raw
    for path in (
        f"/t/220200/disbursements/{document_id}",
        f"/t/220100/disbursements/{document_id}",
        f"/t/220200/pilots/{pilot.id}",
        "/t/220200/pilots/7",
        f"/t/220200/pilots/{pilot.id}/position",
        f"/t/220200/pilots/{pilot.id}/entries",
        f"/t/220100/pilots/{pilot.id}/entries",
        f"/t/999999/pilots/{pilot.id}",
        "/t/220100/pilots",
        "/nowhere",
    ):
        answer = other.get(path)
        assert (answer.status_code, answer.raw) == (404, missing), path
    for path in (
        f"/t/220200/disbursements/{document_id}/approve",
        f"/t/220100/disbursements/{document_id}/approve",
        "/t/220200/disbursements/7/approve",
    ):
        answer = reviewer.post(path)
        assert (answer.status_code, answer.raw) == (404, missing), path
    body_of_other = body(pilot)
    unknown = other.post("/t/220200/disbursements", {**body_of_other, "allocation_id": "7"})
    foreign = other.post("/t/220200/disbursements", body_of_other)
    assert (foreign.status_code, foreign.raw) == (404, unknown.raw)
    # Nor does a malformed request to another tenant's place learn more.
    assert other.post("/t/220100/disbursements", {"amount": 1}).raw == missing
    assert other.get("/t/220100/disbursements", per_page="0").raw == missing


WRITES = (
    "awards",
    "allocations",
    "disbursements",
    "expenditures",
    "acceptances",
    "recoveries",
    "awards/7/approve",
    "allocations/7/return",
    "disbursements/7/approve",
    "disbursements/7/return",
    "disbursements/7/reverse",
    "pilots/7/approve",
    "pilots/7/return",
)


def test_the_auditor_may_write_nothing(call: Call, make: Factory) -> None:
    auditor = call("province.auditor")
    for path in WRITES:
        for sent in ({}, {"reason": "x"}, {"reason": "x", "reversed_on": "2026-05-20"}):
            answer = auditor.post(f"/t/220100/{path}", sent)
            assert (answer.status_code, answer.json["code"]) == (403, "not_permitted"), path
    assert auditor.post("/imports/7/confirm", {}).status_code == 403
    assert auditor.post("/imports/awards", data={}).status_code == 403


def test_the_administrator_sees_no_amounts(call: Call, make: Factory) -> None:
    pilot = make.allocated()
    admin = call("admin")
    for path in (
        "/totals",
        "/journal",
        "/t/220100/pilots",
        f"/t/220100/pilots/{pilot.id}/position",
        "/t/220100/awards",
    ):
        assert admin.get(path).status_code == 403, path
    assert admin.get("/tenants").json["total"] == 11


def test_a_name_that_no_list_knows_is_refused(call: Call, make: Factory) -> None:
    pilot, officer = make.allocated(), call(OFFICER)
    for path in (
        "/tenants", "/totals", "/journal", "/t/220100/pilots", "/t/220100/disbursements",
        f"/t/220100/pilots/{pilot.id}", f"/t/220100/pilots/{pilot.id}/position",
        f"/t/220100/pilots/{pilot.id}/entries",
    ):  # fmt: skip
        answer = officer.get(path, statsu="posted")
        assert (answer.status_code, answer.json["errors"][0]["field"]) == (400, "statsu"), path
    assert call("admin").get("/t/220100/disbursements", statsu="posted").status_code == 403


def test_a_list_beyond_its_bounds_is_refused(call: Call, make: Factory) -> None:
    officer = call(OFFICER)
    for query in ({"per_page": "201"}, {"per_page": "0"}, {"page": "0"}, {"page": "x"}, {"page": "9" * 30}):
        answer = officer.get("/t/220100/disbursements", **query)
        assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, next(iter(query))), query
    assert officer.get("/t/220100/disbursements", q="\x00").status_code == 422
    assert officer.get("/t/220100/disbursements", status="gone").status_code == 422
    assert officer.get("/t/220100/disbursements", **{"from": "2026-13-01"}).json["errors"][0]["field"] == "from"
    assert officer.get("/totals", as_of="yesterday").json["code"] == "date"
    assert call("province.auditor").get("/totals", tenant="999999").status_code in (200, 404)
    for known_at in ("0001-01-01", "9999-12-31T23:59:59-12:00", "soon", "\x00"):
        answer = officer.get("/t/220100/pilots/7/entries", known_at=known_at)
        assert (answer.status_code, answer.json["code"]) == (422, "date"), known_at
    assert officer.get("/journal", stream="220200").status_code == 404
    assert officer.get("/journal", stream="nobody").status_code == 404
