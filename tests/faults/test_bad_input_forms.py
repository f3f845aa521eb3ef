"""What a page never sends, forged: ids, versions, keys, steps and fields of somebody's own making."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import Browser
from tests.factories import Factory, MadePilot
from tests.faults.bad_input import HIDDEN, LIVELY, NEW, OFFICER, REVIEWER, holds, nothing_stored
from tests.faults.test_bad_input_pages import AMOUNTS, DATES, typed

SignIn = Callable[[str], Browser]


@pytest.fixture
def pilot(make: Factory) -> MadePilot:
    return make.allocated(1_000_000_00)


IDS = ("7", "0", "-1", "01", "1.0", "1e3", "abc", "9" * 19, "9" * 20, "9223372036854775808", "9" * 5000, "１２",
       "1\x00", "<script>", "null", "NaN", " 7", "7 ", "0x7", "²", "")  # fmt: skip


def test_an_allocation_that_is_not_ours_is_answered_as_one_that_is_not_there(
    sign_in: SignIn, make: Factory, pilot: MadePilot
) -> None:
    foreign = make.allocated(1000_00, tenant_code="220200")
    browser = sign_in(OFFICER)
    answers: dict[str, str] = {}
    with nothing_stored():
        for sent in (*IDS, str(foreign.allocation_id), str(foreign.id), str(pilot.id)):
            for step in ("check", "send", "draft"):
                answer = browser.post(NEW, typed(pilot, allocation_id=sent, step=step))
                page = answer.get_data(as_text=True)
                assert answer.status_code == 422, ascii(sent[:30])
                assert 'href="#allocation_id"' in page, ascii(sent[:30])
                answers[sent] = page.partition('href="#allocation_id">')[2].partition("</a>")[0]
                assert "请" in answers[sent], ascii(sent[:30])
    assert answers[str(foreign.allocation_id)] == answers[str(foreign.id)] == answers[str(pilot.id)] == answers["7"]


ACTS: dict[str, dict[str, Any]] = {
    "approve": {"version": 1}, "return": {"version": 1, "reason": "x"}, "withdraw": {"version": 1},
    "reverse": {"version": 1, "reason": "x", "reversed_on": "2026-11-20"}, "change": {"version": 1},
}  # fmt: skip


def test_ids_in_a_page_s_address_are_numbers_of_one_s_own_or_nothing(
    sign_in: SignIn, make: Factory, pilot: MadePilot
) -> None:
    foreign = make.allocated(1_000_000_00, tenant_code="220200")
    theirs = make.waiting(foreign, 100_00)
    browser, reviewer = sign_in(OFFICER), sign_in(REVIEWER)
    missing = browser.get("/t/220100/disbursements/7").get_data(as_text=True)
    with nothing_stored():
        for number in (
            "7",
            "0",
            "-1",
            "01",
            "1.0",
            "1e3",
            "abc",
            "9" * 19,
            "9" * 20,
            "9" * 5000,
            "%00",
            "%FF",
            "１",
            theirs,
        ):
            for place in (f"/t/220100/disbursements/{number}", f"/t/220200/disbursements/{number}"):
                for url in (place, f"{place}/change", f"{place}/reverse", f"{place}/check"):
                    assert browser.get(url).status_code == 404, url
                for act, sent in ACTS.items():
                    assert reviewer.post(f"{place}/{act}", sent).status_code in (403, 404, 405), (place, act)
        for url in (
            f"/t/220100/pilots/{foreign.id}", f"/t/220100/documents/{theirs}", f"/t/220100/pilots/{'9' * 19}",
            "/t/220100/pilots/-1", "/t/999999/pilots", "/t/220000/pilots", f"/imports/{theirs}/errors.xlsx",
            "/t/220100/%00", "/t/220100/x", "/imports/0/errors.xlsx", "/templates/people.xlsx",
        ):  # fmt: skip
            assert browser.get(url).status_code == 404, url
        shown = browser.get(f"/t/220100/disbursements/{theirs}").get_data(as_text=True)
        assert (
            shown.partition("<main")[2].partition("</main>")[0] == missing.partition("<main")[2].partition("</main>")[0]
        )
        for number in (*IDS, str(foreign.id)):
            answer = browser.get(NEW, query_string={"pilot": number})
            assert answer.status_code == 200, ascii(number[:30])
            assert foreign.name not in answer.get_data(as_text=True)


def test_a_document_is_not_moved_to_an_allocation_of_another_tenant(
    sign_in: SignIn, make: Factory, pilot: MadePilot
) -> None:
    foreign = make.allocated(1000_00, tenant_code="220200")
    browser = sign_in(OFFICER)
    url = browser.post(NEW, typed(pilot, step="draft")).location
    with nothing_stored():
        for step in ("send", "check"):
            sent = typed(pilot, allocation_id=foreign.allocation_id, version=1, step=step)
            answer = browser.post(f"{url}/change", sent)
            assert answer.status_code == 422
            assert 'href="#allocation_id"' in answer.get_data(as_text=True)


VERSIONS = {"x": 422, "1.5": 422, "-1": 422, "0": 422, "9" * 18: 422, "9" * 5000: 422, "": 422, "1\x00": 422, "１": 422,
            "²": 422, "1e0": 422, "77": 409, "999999999": 409}  # fmt: skip


def test_a_version_that_was_never_shown_is_refused(sign_in: SignIn, make: Factory, pilot: MadePilot) -> None:
    waiting, posted = make.waiting(pilot, 100_00), make.disbursed(pilot, 100_00)
    reviewer, officer = sign_in(REVIEWER), sign_in(OFFICER)
    base = "/t/220100/disbursements"
    with nothing_stored():
        for version, status in VERSIONS.items():
            assert reviewer.post(f"{base}/{waiting}/approve", {"version": version}).status_code == status, version[:20]
            answer = reviewer.post(f"{base}/{waiting}/return", {"version": version, "reason": "看不清"})
            assert answer.status_code == status, version[:20]
            assert "看不清" in answer.get_data(as_text=True)
            assert officer.post(f"{base}/{waiting}/withdraw", {"version": version}).status_code == status
            sent = {"version": version, "reason": "录错了", "reversed_on": "2026-11-20"}
            answer = officer.post(f"{base}/{posted}/reverse", sent)
            assert answer.status_code == status, version[:20]
            assert "录错了" in answer.get_data(as_text=True)
    draft = officer.post(NEW, typed(pilot, step="draft", voucher_no="PZ-9")).location
    with nothing_stored():
        for version, status in (VERSIONS | {"": 409}).items():
            answer = officer.post(f"{draft}/change", typed(pilot, version=version))
            assert answer.status_code == status, version[:20]
            assert "6222000012348821" in answer.get_data(as_text=True)


@pytest.mark.parametrize("act", ["return", "reverse"])
def test_an_odd_reason_is_refused_and_kept(act: str, sign_in: SignIn, make: Factory, pilot: MadePilot) -> None:
    document_id = make.waiting(pilot, 100_00) if act == "return" else make.disbursed(pilot, 100_00)
    browser = sign_in(REVIEWER if act == "return" else OFFICER)
    more = {} if act == "return" else {"reversed_on": "2026-11-20"}
    url = f"/t/220100/disbursements/{document_id}/{act}"
    version = {"return": 1, "reverse": 2}[act]
    with nothing_stored():
        for reason in (*HIDDEN, "长" * 10_000, "", " \u3000"):
            answer = browser.post(url, {"version": version, "reason": reason, **more})
            page = answer.get_data(as_text=True)
            assert answer.status_code == 422, ascii(reason[:20])
            assert 'href="#reason"' in page or 'href="#return-reason"' in page, ascii(reason[:20])
            assert holds(page, reason), ascii(reason[:20])
    if act == "reverse":
        with nothing_stored():
            for day, words in DATES.items():
                if day == "2026-04-27":
                    continue
                answer = browser.post(url, {"version": version, "reason": "录错", "reversed_on": day})
                page = answer.get_data(as_text=True)
                assert (answer.status_code, 'href="#reversed_on"' in page) == (422, True), day[:20]
                assert words in page, day[:20]
    answer = browser.post(url, {"version": version, "reason": " <script>alert(1)</script>\r\n{{7*7}} ", **more})
    assert answer.status_code == 303
    page = browser.get(answer.location).get_data(as_text=True)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "{{7*7}}" in page


def test_a_key_that_is_no_key_of_ours_is_as_none(sign_in: SignIn, pilot: MadePilot) -> None:
    browser = sign_in(OFFICER)
    for number, key in enumerate(("", "k" * 201, "a\x00b", "a\nb", "钥匙", "k" * 5000)):
        changes = {"idempotency_key": key, "voucher_no": f"V-{number}", "amount": "10000"}
        assert browser.post(NEW, typed(pilot, **changes)).status_code == 303, ascii(key[:20])
        again = browser.post(NEW, typed(pilot, **changes))
        assert again.status_code == 422
        assert 'href="#voucher_no"' in again.get_data(as_text=True)


@pytest.mark.parametrize("step", ["", "x", "SEND", "send ", "post", "back:nothing", "back:<script>", "a" * 40, "\x00"])
def test_a_step_that_is_none_stores_nothing(step: str, sign_in: SignIn, pilot: MadePilot) -> None:
    with nothing_stored():
        answer = sign_in(OFFICER).post(NEW, typed(pilot, step=step))
        assert answer.status_code in (200, 422)
        assert "6222000012348821" in answer.get_data(as_text=True)
        assert '<script>"' not in answer.get_data(as_text=True)


EXTRAS = ("tenant_code", "status", "made_by", "checked_by", "draft", "document_id", "cap", "amount_fen", "__class__",
"",
          "x" * 500, "<script>alert(1)</script>", "a\x00")  # fmt: skip


def test_a_field_of_somebody_s_own_making_is_a_bad_request(sign_in: SignIn, make: Factory, pilot: MadePilot) -> None:
    waiting = make.waiting(pilot, 100_00)
    officer, reviewer, province = sign_in(OFFICER), sign_in(REVIEWER), sign_in("province.reviewer")
    designation = make.pilot(active=False)
    places: tuple[tuple[Browser, str, dict[str, Any]], ...] = (
        (officer, NEW, typed(pilot)),
        (reviewer, f"/t/220100/disbursements/{waiting}/approve", {"version": 1}),
        (reviewer, f"/t/220100/disbursements/{waiting}/return", {"version": 1, "reason": "x"}),
        (officer, f"/t/220100/disbursements/{waiting}/withdraw", {"version": 1}),
        (province, f"/t/220100/pilots/{designation.id}/return", {"reason": "x"}),
        (province, f"/t/220100/pilots/{designation.id}/confirm", {}),
    )
    with nothing_stored():
        for browser, url, form in places:
            for extra in EXTRAS:
                answer = browser.post(url, {**form, extra: "220200"})
                assert answer.status_code == 400, (url, extra[:20])
                assert "<script>alert" not in answer.get_data(as_text=True)


def test_of_two_values_of_one_field_neither_is_taken(sign_in: SignIn, make: Factory, pilot: MadePilot) -> None:
    waiting = make.waiting(pilot, 100_00)
    officer, reviewer = sign_in(OFFICER), sign_in(REVIEWER)
    with nothing_stored():
        for field in ("amount", "allocation_id", "paid_on", "step", "payee_name"):
            sent = typed(pilot)
            assert officer.post(NEW, {**sent, field: [sent[field], "7"]}).status_code == 400, field
        url = f"/t/220100/disbursements/{waiting}/approve"
        assert reviewer.post(url, {"version": ["1", "2"]}).status_code == 400


def test_the_live_check_answers_whatever_is_typed(sign_in: SignIn, pilot: MadePilot) -> None:
    browser = sign_in(OFFICER)
    with nothing_stored():
        for field, values in (
            ("amount", AMOUNTS), ("paid_on", DATES), ("voucher_no", HIDDEN + LIVELY), ("payee_name", HIDDEN + LIVELY),
            ("allocation_id", IDS), ("room_seen", IDS), ("confirm_small", HIDDEN), ("pilot", IDS), ("version",
            VERSIONS),
        ):  # fmt: skip
            for value in values:
                answer = browser.post(NEW, typed(pilot, **{field: value}), htmx=True, headers={"HX-Target": "capcheck"})
                assert answer.status_code == 200, (field, ascii(value[:30]))
                assert "<script>alert" not in answer.get_data(as_text=True)


def test_hidden_fields_that_were_tampered_with_store_nothing_or_change_nothing(
    sign_in: SignIn, make: Factory, pilot: MadePilot
) -> None:
    browser = sign_in(OFFICER)
    with nothing_stored():
        for field in ("room_seen", "confirm_small", "pilot", "version"):
            for value in (*HIDDEN, "9" * 5000, "-1", "1e3", "<script>alert(1)</script>"):
                answer = browser.post(NEW, typed(pilot, **{field: value}, step="check"))
                assert answer.status_code in (200, 422), (field, ascii(value[:20]))
                assert "<script>alert" not in answer.get_data(as_text=True)
        above = typed(pilot, amount="1000000.01", room_seen="9" * 18)
        assert browser.post(NEW, above).status_code in (409, 422)
