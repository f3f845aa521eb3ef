"""Documents through the API: made, checked, returned, reversed, listed, once per key."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ledger.domain.access import Role
from tests.api.conftest import Caller
from tests.api.test_refusals import OFFICER, REVIEWER, body, documents
from tests.factories import Factory
from tests.identity.administering import change_roles

Call = Callable[[str], Caller]
DRC = ("220100.drc_officer", "220100.drc_reviewer")
PROVINCE = ("province.officer", "province.reviewer")


def settled(call: Call, people: tuple[str, str], path: str, sent: dict[str, Any]) -> dict[str, Any]:
    """A document made by the first person and approved by the second, as the API answers it."""
    officer, reviewer = call(people[0]), call(people[1])
    made = officer.post(path, sent)
    assert made.status_code == 201, made.json
    assert made.json["status"] == "waiting"
    assert made.headers["Location"] == f"/api/v1{path}/{made.json['id']}"
    assert officer.get(f"{path}/{made.json['id']}").json == made.json
    done = reviewer.post(f"{path}/{made.json['id']}/approve", {"version": made.json["version"]})
    assert done.status_code == 200, done.json
    assert (done.json["status"], done.json["version"]) == ("posted", 2)
    assert done.json["checked_by"] not in (None, done.json["made_by"])
    assert officer.get(f"{path}/{made.json['id']}").json == done.json
    found: dict[str, Any] = done.json
    return found


def test_money_goes_all_the_way(call: Call, make: Factory) -> None:
    pilot = make.pilot()
    code, base = pilot.project_codes[0], "/t/220100"
    award = settled(
        call,
        PROVINCE,
        f"{base}/awards",
        {
            "pilot_id": str(pilot.id),
            "lines": [{"project_code": code, "amount": "800000"}],
            "fiscal_year": 2026,
            "document_no": "吉发改服务[2026]35号",
            "decided_on": "2026-04-10",
        },
    )
    assert award["lines"] == [{"project_code": code, "amount": "800000.00"}]
    assert (award["amount"], award["document_no"]) == ("800000.00", "吉发改服务〔2026〕35号")
    allocation = settled(
        call,
        PROVINCE,
        f"{base}/allocations",
        {
            "award_id": award["id"],
            "project_code": code,
            "amount": "800000.00",
            "document_no": "吉财建指〔2026〕118号",
            "allocated_on": "2026-04-28",
        },
    )
    assert allocation["available"] == "800000.00"
    disbursement = settled(
        call,
        (OFFICER, REVIEWER),
        f"{base}/disbursements",
        {
            "allocation_id": allocation["id"],
            "amount": "300000.00",
            "paid_on": "2026-05-20",
            "voucher_no": "ZF-1",
            "payee_name": pilot.name,
            "payee_account": "2200",
            "note": "首付",
        },
    )
    assert disbursement["uscc"] == pilot.uscc
    assert call(OFFICER).get(f"{base}/allocations").json["items"][0]["available"] == "500000.00"
    settled(
        call,
        (OFFICER, REVIEWER),
        f"{base}/expenditures",
        {"disbursement_id": disbursement["id"], "amount": "200000.00", "spent_on": "2026-06-01", "purpose": "设备"},
    )
    settled(
        call,
        DRC,
        f"{base}/acceptances",
        {
            "pilot_id": str(pilot.id),
            "project_code": code,
            "amount": "150000.00",
            "accepted_on": "2026-07-01",
            "document_no": "吉发改验〔2026〕1号",
        },
    )
    settled(
        call,
        (OFFICER, REVIEWER),
        f"{base}/recoveries",
        {
            "disbursement_id": disbursement["id"],
            "amount": "50000.00",
            "recovered_on": "2026-07-02",
            "document_no": "吉财收〔2026〕1号",
            "reason": "结余",
        },
    )
    position = call(OFFICER).get(f"{base}/pilots/{pilot.id}/position").json
    assert position == {
        "cap": "1000000.00",
        "awarded": "800000.00",
        "allocated": "800000.00",
        "waiting": "0.00",
        "disbursed": "300000.00",
        "available": "500000.00",
        "spent": "200000.00",
        "accepted": "150000.00",
        "recovered": "50000.00",
    }
    entries = call(OFFICER).get(f"{base}/pilots/{pilot.id}/entries").json
    assert entries["total"] == len(entries["items"]) == 6
    early = call(OFFICER).get(f"{base}/pilots/{pilot.id}/entries", as_of="2026-04-30", known_at="2026-12-01").json
    assert early["total"] == 2
    blank = call(OFFICER).get(f"{base}/pilots/{pilot.id}/entries", as_of="", known_at="").json
    assert blank["items"] == entries["items"]
    assert call(OFFICER).get("/totals").json["pilots"][pilot.uscc]["disbursed"] == 300_000_00


def test_a_reversal_waits_for_its_own_check(call: Call, make: Factory) -> None:
    pilot = make.allocated()
    officer, reviewer = call(OFFICER), call(REVIEWER)
    path = f"/t/220100/disbursements/{make.disbursed(pilot, 100_00)}"
    made = officer.post(f"{path}/reverse", {"reason": "收款账号有误", "reversed_on": "2026-06-01"})
    assert (made.status_code, made.json["kind"], made.json["status"]) == (201, "reversal", "waiting")
    assert made.json["reversed_on"] == "2026-06-01"
    assert f"/t/220100/disbursements/{made.json['reverses_id']}" == path
    own = f"/t/220100/disbursements/{made.json['id']}"
    assert officer.get(own).json == made.json
    assert reviewer.post(f"{own}/approve").json["status"] == "posted"
    assert officer.get(path).json["status"] == "reversed"
    again = officer.post(f"{own}/reverse", {"reason": "再冲", "reversed_on": "2026-06-01"})
    assert (again.status_code, again.json["code"]) == (409, "conflict")
    assert officer.get("/t/220100/disbursements").json["total"] == 2


def test_a_returned_document_says_why(call: Call, make: Factory) -> None:
    pilot = make.allocated()
    path = f"/t/220100/disbursements/{make.waiting(pilot, 100_00)}"
    assert call(REVIEWER).post(f"{path}/return", {}).json["code"] == "required"
    answer = call(REVIEWER).post(f"{path}/return", {"reason": "缺凭证"})
    assert (answer.status_code, answer.json["status"], answer.json["return_reason"]) == (200, "returned", "缺凭证")


def test_the_same_key_answers_the_first_result_again(call: Call, make: Factory) -> None:
    pilot = make.allocated()
    officer, reviewer = call(OFFICER), call(REVIEWER)
    first = officer.post("/t/220100/disbursements", body(pilot), key="one")
    path = f"/t/220100/disbursements/{first.json['id']}"
    approved = reviewer.post(f"{path}/approve", {"version": 1}, key="two")
    again = officer.post("/t/220100/disbursements", body(pilot), key="one")
    assert (again.status_code, again.raw) == (201, first.raw)
    assert reviewer.post(f"{path}/approve", {"version": 1}, key="two").raw == approved.raw
    other = officer.post("/t/220100/disbursements", body(pilot, amount="2.00"), key="one")
    assert (other.status_code, other.json["code"]) == (422, "idempotency_mismatch")
    assert documents() == 1


def test_keys_belong_to_a_tenant(call: Call, make: Factory) -> None:
    pilots = make.allocated(), make.allocated(tenant_code="220200")
    for pilot in pilots:
        officer = call(f"{pilot.tenant_code}.finance_officer")
        assert officer.post(f"/t/{pilot.tenant_code}/disbursements", body(pilot), key="one").status_code == 201
    assert documents() == 2


def test_twenty_threads_with_four_keys_make_four_rows(call: Call, make: Factory) -> None:
    pilot = make.allocated()
    officers = [call(OFFICER) for _ in range(5)]

    def send(number: int) -> tuple[int, int, bytes]:
        key = number % 4
        sent = body(pilot, voucher_no=f"ZF-{key}", amount="10.00")
        answer = officers[number % 5].post("/t/220100/disbursements", sent, key=f"key-of-{key}")
        return key, answer.status_code, answer.raw

    with ThreadPoolExecutor(20) as pool:
        answers = set(pool.map(send, range(20)))
    assert sorted((key, status) for key, status, _ in answers) == [(key, 201) for key in range(4)]
    assert documents() == 4


def test_the_maker_may_not_check(call: Call, make: Factory) -> None:
    pilot = make.pilot()
    command = make.award_command(pilot, 100_00)
    sent = {
        "pilot_id": str(pilot.id),
        "lines": [{"project_code": line.project_code, "amount": "1.00"} for line in command.lines],
        "fiscal_year": 2026,
        "document_no": command.document_no,
        "decided_on": "2026-04-10",
    }
    make_both_roles(make, "province.officer")
    both = call("province.officer")
    made = both.post("/t/220100/awards", sent).json
    refused = both.post(f"/t/220100/awards/{made['id']}/approve")
    assert (refused.status_code, refused.json["code"]) == (403, "maker_is_checker")
    assert both.get(f"/t/220100/awards/{made['id']}").json["status"] == "waiting"
    attempts = [one for one in both.get("/journal").json["items"] if one["kind"] == "attempt_refused"]
    assert len(attempts) == 1


def make_both_roles(make: Factory, username: str) -> None:
    """Give a person of the province the checker's role, too."""
    change_roles(make.actor, username, (Role.PROVINCE_OFFICER, Role.PROVINCE_REVIEWER))


def test_a_stale_version_is_a_conflict(call: Call, make: Factory) -> None:
    pilot = make.allocated()
    path = f"/t/220100/disbursements/{make.waiting(pilot, 100_00)}"
    assert call(REVIEWER).post(f"{path}/return", {"reason": "x", "version": 1}).status_code == 200
    stale = call(REVIEWER).post(f"{path}/approve", {"version": 1})
    assert (stale.status_code, stale.json["code"]) == (409, "conflict")
    assert stale.json["changed"]["status"] == {"before": "waiting", "now": "returned"}
    assert call(REVIEWER).post(f"{path}/approve", {"version": "2"}).status_code == 400


def test_lists_filter_as_the_pages_do(call: Call, make: Factory) -> None:
    pilots = make.allocated(), make.allocated()
    make.disbursed(pilots[0], 100_00)
    make.waiting(pilots[1], 200_00)
    officer = call(OFFICER)

    def amounts(**query: str) -> list[str]:
        found = officer.get("/t/220100/disbursements", **query)
        assert found.status_code == 200, found.json
        return [one["amount"] for one in found.json["items"]]

    assert amounts() == ["200.00", "100.00"]
    assert amounts(status="waiting", q="") == ["200.00"]
    assert amounts(pilot_id=str(pilots[0].id)) == ["100.00"]
    assert amounts(q=pilots[1].name) == ["200.00"]
    assert amounts(**{"from": "2026-05-21"}) == []
    assert amounts(to="2026-05-20", page="2", per_page="1") == ["100.00"]
    page = officer.get("/t/220100/disbursements", page="2", per_page="1").json
    assert (page["total"], page["page"], page["per_page"]) == (2, 2, 1)


def test_pilots_are_listed_and_their_designation_is_checked(call: Call, make: Factory) -> None:
    pilot = make.pilot(active=False, projects=2)
    reviewer = call("province.reviewer")
    shown = reviewer.get(f"/t/220100/pilots/{pilot.id}").json
    assert (shown["status"], [one["code"] for one in shown["projects"]]) == ("waiting", list(pilot.project_codes))
    assert reviewer.get("/t/220100/pilots", q=pilot.uscc).json["items"] == [shown]
    assert call("province.officer").post(f"/t/220100/pilots/{pilot.id}/approve").status_code == 403
    done = reviewer.post(f"/t/220100/pilots/{pilot.id}/approve", key="yes")
    assert (done.status_code, done.json["status"]) == (200, "active")
    assert reviewer.post(f"/t/220100/pilots/{pilot.id}/approve", key="yes").raw == done.raw
    returned = make.pilot(active=False)
    answer = reviewer.post(f"/t/220100/pilots/{returned.id}/return", {"reason": "名称不符"})
    assert (answer.status_code, answer.json["status"]) == (200, "returned")


def test_the_province_reaches_every_tenant(call: Call, make: Factory) -> None:
    assert call("province.auditor").get("/tenants").json["total"] == 11
    assert [one["code"] for one in call(OFFICER).get("/tenants").json["items"]] == ["220100"]
    assert len(call("province.auditor").get("/totals").json["tenants"]) == 11
    stream = call("province.auditor").get("/journal", stream="220100", after="0").json
    assert (stream["stream"], stream["items"][0]["seq"]) == ("220100", 1)
