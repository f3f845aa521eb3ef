"""Every type of change through its own form, and the acts that only some of them meet."""

from __future__ import annotations

import pytest

from ledger.changes.schemas_typed import entry, tick, typed_as
from ledger.domain.changes import ChangeType, ReportStatus
from tests.changes.filing import (
    FINANCE,
    MAKER,
    NEW,
    OFFICER,
    REVIEWER,
    SECOND,
    SignIn,
    act,
    decided,
    filed,
    page_of,
    typed,
)
from tests.changes.reporting import NEW_VALUES
from tests.factories import Factory, MadePilot

NO_DATES = {"tick_finish_on": None, "new_finish_on": None, "new_start_on": None}


@pytest.fixture
def pilot(make: Factory) -> MadePilot:
    return make.allocated(1_000_000_00)


def of_type(change: ChangeType) -> dict[str, str | None]:
    """What is typed for a type; texts that the form prefills are typed anew."""
    ticked = {name: text for field, value in NEW_VALUES[change].items() for name, text in
              ((tick(field), "1"), (entry(field), typed_as(value)))}  # fmt: skip
    return {**NO_DATES, "type": change.value, **ticked}


@pytest.mark.rule("Q19")
@pytest.mark.parametrize("database_urls", ["sqlite"], indirect=True)
@pytest.mark.parametrize("change", list(ChangeType))
def test_every_type_is_filed_by_its_own_form(
    sign_in: SignIn, make: Factory, pilot: MadePilot, change: ChangeType
) -> None:
    form = sign_in(MAKER).get(f"{NEW}?pilot={pilot.id}&type={change}&go=1").get_data(as_text=True)
    for field in NEW_VALUES[change]:
        assert f'name="{entry(field)}"' in form
    url = filed(sign_in, make, pilot, **of_type(change))
    report = page_of(make, url).report
    expected = ReportStatus.REPORTED if report.province_first else ReportStatus.SETTLED
    assert report.status is (ReportStatus.CHECKING if change is ChangeType.C09 else expected)
    mended = sign_in(OFFICER).get(url).get_data(as_text=True)
    assert "〔增〕" in mended


@pytest.mark.rule("C10")
def test_the_province_may_still_act_on_what_was_filed(sign_in: SignIn, make: Factory, pilot: MadePilot) -> None:
    url = filed(sign_in, make, pilot, **of_type(ChangeType.C10))
    form = sign_in(OFFICER).get(f"{url}/decide").get_data(as_text=True)
    assert "disposition-suspend" in form
    assert "disposition-agree" not in form
    assert "李四" in sign_in(MAKER).get(url).get_data(as_text=True)
    assert act(sign_in, make, OFFICER, url, "decide", **decided(disposition="agree")).status_code == 409
    assert act(sign_in, make, OFFICER, url, "decide", **decided(disposition="suspend")).status_code == 303
    assert act(sign_in, make, SECOND, url, "send-back", reason="依据不足").status_code == 303
    page = sign_in(OFFICER).get(url).get_data(as_text=True)
    assert "依据不足" in page
    assert page_of(make, url).report.status is ReportStatus.SETTLED


@pytest.mark.rule("C09")
def test_finance_returns_an_account_that_it_cannot_confirm(sign_in: SignIn, make: Factory, pilot: MadePilot) -> None:
    url = filed(sign_in, make, pilot, **of_type(ChangeType.C09))
    refused = act(sign_in, make, FINANCE, url, "refuse-account", reason=" ")
    assert refused.status_code == 422
    assert act(sign_in, make, FINANCE, url, "refuse-account", reason="户名不符").status_code == 303
    assert "户名不符" in sign_in(MAKER).get(url).get_data(as_text=True)


@pytest.mark.rule("R10.3")
def test_a_supplement_goes_back_to_the_maker_with_its_words(sign_in: SignIn, make: Factory, pilot: MadePilot) -> None:
    url = filed(sign_in, make, pilot)
    supplement = decided(disposition="supplement", document_no="", opinion="请补设备合同")
    assert act(sign_in, make, OFFICER, url, "decide", **(supplement | {"opinion": ""})).status_code == 422
    assert act(sign_in, make, OFFICER, url, "decide", **supplement).status_code == 303
    form = sign_in(MAKER).get(f"{url}/change").get_data(as_text=True)
    assert "请补设备合同" in form
    assert act(sign_in, make, MAKER, url, "withdraw").status_code == 409
    assert act(sign_in, make, MAKER, url, "send").status_code == 303


def test_a_stale_act_keeps_its_reason_and_a_double_one_is_once(
    sign_in: SignIn, make: Factory, pilot: MadePilot
) -> None:
    answers = [sign_in(MAKER).post(NEW, typed(make, pilot, idempotency_key="k-1")) for _ in range(2)]
    assert answers[0].location == answers[1].location
    url = answers[0].location.removesuffix("/check")
    act(sign_in, make, MAKER, url, "send")
    stale = sign_in(REVIEWER).post(f"{url}/return", {"version": "1", "reason": "附件不清楚"})
    page = stale.get_data(as_text=True)
    assert stale.status_code == 409
    assert "附件不清楚" in page
    assert f'name="version" value="{page_of(make, url).report.version}"' in page
    assert sign_in(MAKER).post(f"{url}/pass", {"version": "2"}).status_code == 403
    assert sign_in("220300.drc_reviewer").post(f"{url}/pass", {}).status_code == 404
