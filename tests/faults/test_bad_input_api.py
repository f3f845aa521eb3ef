"""What programs send to the JSON API, beside what its own tests try: every odd value is refused by its field's name."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from ledger import dispatch
from ledger.app import LIMIT_BODY
from ledger.domain.documents import DocumentKind
from ledger.domain.money import Money
from ledger.funds.commands_spending import RecordExpenditure
from tests.api.conftest import Answer, Caller
from tests.api.test_refusals import AMOUNTS, body
from tests.factories import Factory, MadePilot
from tests.faults.bad_input import HIDDEN, LIVELY, OFFICER, REVIEWER, nothing_stored

Call = Callable[[str], Caller]
PROVINCE = "province.officer"
REFUSED = (400, 404, 422)


@pytest.fixture
def pilot(make: Factory) -> MadePilot:
    return make.allocated(1_000_000_00)


@pytest.fixture
def call(api: Callable[[str], FlaskClient]) -> Call:
    return lambda username: Caller(api(username))


def bodies(make: Factory, pilot: MadePilot) -> dict[str, tuple[str, dict[str, Any]]]:
    """A right body for each kind of document, and who sends it."""
    paid, code = make.disbursed(pilot, 100_000_00), pilot.project_codes[0]
    new, awarded = make.pilot(), make.awarded(100_000_00)
    spent = dispatch.execute(
        RecordExpenditure(
            tenant_code="220100",
            disbursement_id=paid,
            amount=Money(50_000_00),
            spent_on=date(2026, 6, 1),
            purpose="设备",
        ),
        make.actor(OFFICER),
    )
    make.approve("220100", DocumentKind.EXPENDITURE, spent.subject_id, REVIEWER)
    no, on = "吉〔2026〕9号", "2026-06-01"
    return {
        "awards": (PROVINCE, {
            "pilot_id": str(new.id), "lines": [{"project_code": new.project_codes[0], "amount": "10.00"}],
            "fiscal_year": 2026, "document_no": no, "decided_on": "2026-04-10",
        }),
        "allocations": (PROVINCE, {
            "award_id": str(awarded.award_id), "project_code": awarded.project_codes[0], "amount": "10.00",
            "document_no": no, "allocated_on": on,
        }),
        "disbursements": (OFFICER, body(pilot)),
        "expenditures": (OFFICER, {"disbursement_id": str(paid), "amount": "10.00", "spent_on": on, "purpose": "设备"}),
        "acceptances": ("220100.drc_officer", {
            "pilot_id": str(pilot.id), "project_code": code, "amount": "10.00", "accepted_on": on, "document_no": no,
        }),
        "recoveries": (OFFICER, {
            "disbursement_id": str(paid), "amount": "10.00", "recovered_on": on, "document_no": no, "reason": "结余",
        }),
    }  # fmt: skip


IDS: tuple[Any, ...] = ("7", "0", "-1", "01", "1.0", "1e3", "abc", "9" * 19, "9" * 20, "9" * 5000, "", " ", "１",
"\x00", 7, -1,
                        1.5, True, None, [], {}, "\ud800")  # fmt: skip
DAYS: tuple[Any, ...] = ("2026-02-30", "2026-13-01", "0000-00-00", "99999-01-01", "2026/03/05", "2026-3-5",
"20260305", "", " ",
                         "2027-01-01", "2101-01-01", "1999-12-31", "2026-06-01T00:00:00", "\x00", "２０２６-06-01",
                         20260601,
                         1.5, None, True, [], "W" * 5000)  # fmt: skip
TEXTS: tuple[Any, ...] = (*HIDDEN, "长" * 10_000, "", " ", 5, 1.5, True, None, [], {}, ["x"], "a\ud800b")
KINDS = ("awards", "allocations", "disbursements", "expenditures", "acceptances", "recoveries")


@pytest.mark.parametrize("kind", KINDS)
def test_every_odd_value_of_every_field_is_refused_by_the_field_s_name(
    kind: str, call: Call, make: Factory, pilot: MadePilot
) -> None:
    username, right = bodies(make, pilot)[kind]
    caller, path = call(username), f"/t/220100/{kind}"
    odd: dict[str, tuple[Any, ...]] = {"amount": tuple(value for value, _code, _status in AMOUNTS if value != 10**5000)}
    with nothing_stored():
        for field in right:
            values: tuple[Any, ...]
            if field == "lines":
                values = ([], {}, "x", None, [1], [None], [{}], [[]], [{**right["lines"][0], "cap": "1"}],
                right["lines"] * 2,
                         right["lines"] * 101)  # fmt: skip
            elif field == "fiscal_year":
                values = ("2026", 2026.0, 1999, 2101, -1, 0, 10**30, True, None, [], "", "2026年", 2027)
            elif field == "note":
                values = tuple(value for value in TEXTS if value not in ("", " "))
            else:
                values = odd.get(field) or (IDS if field.endswith("_id") else DAYS if field.endswith("_on") else TEXTS)
            for value in (*values, ...):
                sent = {name: one for name, one in {**right, field: value}.items() if one is not ...}
                if kind == "recoveries" and field == "disbursement_id" and value in (None, ...):
                    continue
                answer = caller.post(path, sent)
                said = (field, ascii(value)[:40], answer.raw[:300])
                assert answer.status_code in REFUSED, said
                assert answer.mimetype == "application/problem+json", said
                named = {one["field"].partition(".")[0] for one in answer.json.get("errors", ())}
                assert (
                    named <= {field, "project_code"}
                    if field in ("lines", "pilot_id")
                    else named == {field} or (answer.status_code == 404)
                ), said
                assert answer.json["detail"], said
    assert caller.post(path, right).status_code == 201


def test_instructions_and_rare_characters_are_kept_as_they_are(call: Call, pilot: MadePilot) -> None:
    officer = call(OFFICER)
    for number, text in enumerate((*LIVELY, "𠮷野家😀", "=1+1", "\u3000两边\u3000")):
        sent = body(pilot, voucher_no=f"V{number}", note=text, payee_account=text, amount="1.00")
        made = officer.post("/t/220100/disbursements", sent)
        assert made.status_code == 201, made.raw
        assert (made.json["note"], made.json["payee_account"]) == (text.strip(), text.strip())
    two = officer.post("/t/220100/disbursements", body(pilot, voucher_no="N", note="a\r\nb\tc", amount="1.00"))
    assert two.json["note"] == "a\nb c"


@pytest.mark.parametrize("act", ["approve", "return", "reverse"])
def test_an_act_with_an_odd_version_or_reason_is_refused(act: str, call: Call, make: Factory, pilot: MadePilot) -> None:
    document_id = make.disbursed(pilot, 100_00) if act == "reverse" else make.waiting(pilot, 100_00)
    caller = call(OFFICER if act == "reverse" else REVIEWER)
    path = f"/t/220100/disbursements/{document_id}/{act}"
    right: dict[str, Any] = {
        "approve": {},
        "return": {"reason": "x"},
        "reverse": {"reason": "x", "reversed_on": "2026-06-01"},
    }[act]
    with nothing_stored():
        for version, status in ((77, 409), (2**31, 409), ("1", 400), (1.0, 400), (True, 400), (0, 422), (-1, 422),
        (2**31 + 1, 422),
                                (10**30, 422), ([], 400), ("x", 400), (float("nan"), 400)):  # fmt: skip
            answer = caller.post(path, {**right, "version": version})
            assert answer.status_code == status, (version, answer.raw)
        for extra in ("status", "checked_by", "tenant_code", "document_id", "kind", ""):
            assert caller.post(path, {**right, extra: "1"}).status_code == 400, extra
        for reason in TEXTS if act != "approve" else ():
            answer = caller.post(path, {**right, "reason": reason})
            assert (answer.status_code in REFUSED, answer.json["errors"][0]["field"]) == (True, "reason"), ascii(
                reason
            )[:20]
        for raw in (b"[]", b"null", b"1", b'"x"', b"{", b"\xff", b'{"version": 1, "version": 2}', b'{"version": NaN}'):
            answer = caller.post(path, data=raw, content_type="application/json")
            assert answer.status_code == 400, raw
        for number in ("0", "-1", "1.0", "abc", "9" * 19, "9" * 20, "9" * 5000, "%00", "%FF", "7"):
            answer = caller.post(f"/t/220100/disbursements/{number}/{act}", right)
            assert (answer.status_code, answer.mimetype) == (404, "application/problem+json"), number
            assert caller.post(f"/t/220200/disbursements/{number}/{act}", right).status_code == 404


def test_a_key_is_one_to_two_hundred_printable_characters(app: Flask, call: Call, pilot: MadePilot) -> None:
    caller = call(OFFICER)
    with nothing_stored():
        for key in ("k" * 201, "k" * 8000, "a\tb", "a\x7fb", "\x80", "钥匙".encode().decode("latin-1"), ""):
            headers = {"Idempotency-Key": key}
            made = caller.client.post("/api/v1/t/220100/disbursements", json=body(pilot), headers=headers)
            answer = Answer.of(made)
            assert (answer.status_code, answer.json["errors"][0]["field"]) == (400, "Idempotency-Key"), ascii(key[:20])


def test_an_answer_to_a_wrong_address_or_method_is_a_problem_document(call: Call, pilot: MadePilot) -> None:
    caller = call(OFFICER)
    with nothing_stored():
        for method, path, status in (
            ("PUT", "/t/220100/disbursements", 405), ("DELETE", f"/t/220100/pilots/{pilot.id}", 405),
            ("PATCH", "/totals", 405), ("POST", "/tenants", 405), ("GET", "/imports/awards", 405),
            ("GET", "/t/220100/%00", 404), ("GET", "/t/%FF/pilots", 404), ("GET", "/" + "x" * 5000, 404), ("GET", "",
            404),
            ("GET", "/t/220000/pilots", 404), ("GET", "/t/220100/pilots/1e3", 404),
        ):  # fmt: skip
            answer = Answer.of(caller.client.open(f"/api/v1{path}", method=method))
            assert (answer.status_code, answer.mimetype) == (status, "application/problem+json"), (method, path)
            assert answer.json["detail"]


def test_a_body_above_the_limit_is_a_problem_document(call: Call, pilot: MadePilot) -> None:
    officer = call(OFFICER)
    with nothing_stored():
        raw = b'{"note": "' + b"x" * LIMIT_BODY + b'"}'
        answer = officer.post("/t/220100/disbursements", data=raw, content_type="application/json")
        assert (answer.status_code, answer.json["code"]) == (413, "too_large")
        deep = b'{"note": ' + b'{"a":' * 50_000 + b"1" + b"}" * 50_001
        assert officer.post("/t/220100/disbursements", data=deep, content_type="application/json").status_code == 400
        many = json.dumps({f"f{number}": 1 for number in range(20_000)}).encode()
        assert officer.post("/t/220100/disbursements", data=many, content_type="application/json").status_code == 400


QUERIES = (
    ("page", ("0", "-1", "abc", "1e9", "1.5", "9" * 30, "\x00", "１"), ("disbursements", "pilots", "entries")),
    ("per_page", ("0", "-1", "201", "100000", "x", "\x00"), ("disbursements", "pilots", "entries")),
    ("status", ("nonsense", "\x00", "posted' --"), ("disbursements", "pilots")),
    ("kind", ("nonsense", "\x00"), ("pilots",)),
    ("from", ("2026-02-30", "soon", "\x00", "0000-00-00", "99999-01-01"), ("disbursements", "awards")),
    ("pilot_id", ("x", "-1", "9" * 30, "1.0", "\x00"), ("disbursements", "allocations")),
    ("q", ("\x00", "\u202e", "x" * 101), ("disbursements", "pilots")),
    ("known_at", ("soon", "\x00", "2026-02-30"), ("entries",)),
    ("as_of", ("soon", "\x00", "2026-02-30"), ("entries",)),
)


def test_a_list_is_asked_for_rightly_or_refused_by_name(call: Call, pilot: MadePilot) -> None:
    caller, auditor = call(OFFICER), call("province.auditor")
    with nothing_stored():
        for name, values, places in QUERIES:
            for value in values:
                for place in places:
                    path = f"/t/220100/pilots/{pilot.id}/entries" if place == "entries" else f"/t/220100/{place}"
                    answer = caller.get(path, **{name: value})
                    assert answer.status_code in (404, 422), (path, name, ascii(value), answer.raw[:200])
                    assert [one["field"] for one in answer.json["errors"]] == [name]
        for sort in ("; DROP TABLE pilot", "name; DROP TABLE pilot", "password_hash", "-", "1"):
            assert caller.get("/t/220100/pilots", sort=sort).status_code in (200, 422), sort
        for query in ({"after": "-1"}, {"after": "x"}, {"after": "9" * 30}, {"limit": "0"}, {"limit": "201"},
        {"stream": "\x00"},
                      {"stream": "x" * 7}):  # fmt: skip
            answer = auditor.get("/journal", **query)
            assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, next(iter(query))), query
        for query in ({"as_of": "2026-02-30"}, {"as_of": "\x00"}, {"tenant": "\x00"}, {"tenant": "1234567"}):
            assert auditor.get("/totals", **query).status_code == 422, query
        for code in ("%", "2201__", "\\", "22%", "999999", "%\\"):
            assert auditor.get("/totals", tenant=code).status_code in (200, 404), code
            assert pilot.uscc not in auditor.get("/totals", tenant=code).raw.decode(), code
            assert caller.get("/totals", tenant=code).status_code == 404, code
