"""Reductions and holds as the JSON API shows them: read, never sent; a held payment is answered `frozen`."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.api.conftest import Caller
from tests.factories import Factory
from tests.funds.holding import T, sent
from tests.funds.reducing import reduced

pytestmark = pytest.mark.rule("R10.3")
BASE = f"/t/{T}"


def test_a_reduction_is_read_and_stands_in_its_list(call: Callable[[str], Caller], make: Factory) -> None:
    pilot = make.awarded(900_000_00)
    reduction_id = reduced(make, pilot, 600_000_00)
    caller = call(f"{T}.drc_officer")
    found = caller.get(f"{BASE}/reductions/{reduction_id}").json
    shown = {name: found[name] for name in ("kind", "number", "amount", "status", "award_id", "decided_on", "reason")}
    assert shown == {
        "kind": "reduction",
        "number": "TJ-2026-0001",
        "amount": "300000.00",
        "status": "posted",
        "award_id": str(pilot.award_id),
        "decided_on": "2026-10-12",
        "reason": "投资缩减",
    }
    assert [one["id"] for one in caller.get(f"{BASE}/reductions").json["items"]] == [str(reduction_id)]
    position = caller.get(f"{BASE}/pilots/{pilot.id}/position").json
    assert (position["awarded"], position["cap"]) == ("600000.00", "1000000.00")
    entries = caller.get(f"{BASE}/pilots/{pilot.id}/entries").json
    assert [one["amount"] for one in entries["items"]] == ["900000.00", "-300000.00"]


def test_nobody_sends_a_reduction(call: Callable[[str], Caller], make: Factory) -> None:
    make.awarded(900)
    assert call("province.officer").post(f"{BASE}/reductions", {}).status_code == 405


@pytest.mark.rule("R10.2")
def test_a_payment_to_a_held_project_is_answered_frozen(call: Callable[[str], Caller], make: Factory) -> None:
    pilot = make.allocated(1_000_000_00)
    sent(make, pilot)
    body = {
        "allocation_id": str(pilot.allocation_id),
        "amount": "1.00",
        "paid_on": "2026-05-20",
        "voucher_no": "ZF1",
        "payee_name": pilot.name,
        "payee_account": "220012345678901",
    }
    answer = call(f"{T}.finance_officer").post(f"{BASE}/disbursements", body)
    assert answer.status_code == 422
    assert (answer.json["code"], answer.json["article"]) == ("frozen", "第十条")
    assert "BG-2026-0001（实施主体或项目法人变更）" in answer.json["detail"]
