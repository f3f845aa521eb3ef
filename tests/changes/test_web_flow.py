"""A change report through the browser, without a script: filled in, kept, sent, passed, decided, confirmed."""

from __future__ import annotations

import re
from typing import Any

import pytest

from ledger.changes.queries_baselines import BaselineAt
from ledger.dispatch import ask
from ledger.domain.baselines import BaselineSubject
from ledger.domain.changes import ReportStatus
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
    kept,
    page_of,
    project_of,
    typed,
)
from tests.factories import Factory, MadePilot


@pytest.fixture
def pilot(make: Factory) -> MadePilot:
    return make.allocated(1_000_000_00)


@pytest.mark.rule("C06")
@pytest.mark.rule("R10.2")
@pytest.mark.rule("R10.3")
def test_a_completion_moved_by_more_than_six_months_goes_all_the_way(
    sign_in: SignIn, make: Factory, pilot: MadePilot
) -> None:
    url = kept(sign_in, make, pilot)
    check = sign_in(MAKER).get(f"{url}/check").get_data(as_text=True)
    assert "须省级先处置" in check
    assert "变更原因说明" in check
    assert "+368 天" in check
    assert "〔删〕2027-06-28〔增〕2028-06-30" in re.sub("<[^>]+>", "", check)
    assert act(sign_in, make, MAKER, url, "send").location == url
    assert 'id="pass"' in sign_in(REVIEWER).get(url).get_data(as_text=True)
    assert 'id="pass"' not in sign_in(MAKER).get(url).get_data(as_text=True)
    act(sign_in, make, REVIEWER, url, "pass")
    subject = BaselineAt(tenant_code="220100", subject=BaselineSubject.PROJECT, subject_id=project_of(make, pilot))
    assert ask(subject, make.actor(MAKER)).version.version == 1
    decide = sign_in(OFFICER).get(f"{url}/decide").get_data(as_text=True)
    assert "1,000,000.00" in decide
    read = act(sign_in, make, OFFICER, url, "decide", **decided(step="check"))
    assert read.status_code == 200
    assert "吉发改服务函〔2026〕31号" in read.get_data(as_text=True) or "吉发改服务函[2026]31号" in read.get_data(
        as_text=True
    )
    assert act(sign_in, make, OFFICER, url, "decide", **decided()).status_code == 303
    report = page_of(make, url).report
    assert (report.status, report.disposition_document_no) == (ReportStatus.SETTLED, "吉发改服务函〔2026〕31号")
    now = ask(subject, make.actor(MAKER)).version
    assert (now.version, now.content["finish_on"]) == (2, "2028-06-30")
    page = sign_in(MAKER).get(url).get_data(as_text=True)
    assert "服务业发展专项资金变更报备表" in page
    assert "2028-09-30" in page
    baseline = sign_in(MAKER).get(f"/t/220100/baselines/project/{project_of(make, pilot)}?a=1&b=2")
    assert "2028-06-30" in baseline.get_data(as_text=True)


def test_a_report_that_came_back_is_mended_and_sent_again(sign_in: SignIn, make: Factory, pilot: MadePilot) -> None:
    url = kept(sign_in, make, pilot)
    act(sign_in, make, MAKER, url, "send")
    assert act(sign_in, make, REVIEWER, url, "return", reason=" ").status_code == 422
    assert act(sign_in, make, REVIEWER, url, "return", reason="原因不清楚").status_code == 303
    form = sign_in(MAKER).get(f"{url}/change").get_data(as_text=True)
    assert "原因不清楚" in form
    assert 'value="2028-06-30"' in form
    version = page_of(make, url).report.version
    assert f'name="version" value="{version}"' in form
    mended = typed(make, pilot, reason="设备到货推迟，见说明", version=str(version), step="draft")
    assert sign_in(MAKER).post(f"{url}/change", mended).location == url
    assert page_of(make, url).report.reason == "设备到货推迟，见说明"
    stale = sign_in(MAKER).post(f"{url}/change", mended)
    assert stale.status_code == 409
    assert "设备到货推迟，见说明" in stale.get_data(as_text=True)
    assert act(sign_in, make, MAKER, url, "send").status_code == 303
    assert act(sign_in, make, MAKER, url, "withdraw").status_code == 303
    assert page_of(make, url).report.status is ReportStatus.WITHDRAWN


@pytest.mark.parametrize(
    ("changes", "words", "field"),
    [
        ({"tick_finish_on": None}, "填了新值但没有勾选", "new_finish_on"),
        ({"tick_finish_on": None, "new_finish_on": ""}, "请至少勾选一个", "tick_start_on"),
        ({"new_finish_on": ""}, "请填写“完工日期”的新值", "new_finish_on"),
        ({"new_finish_on": "2028-02-30"}, "没有 2 月 30 日", "new_finish_on"),
        ({"new_finish_on": "2027-06-28"}, "与现值相同", "new_finish_on"),
        ({"new_finish_on": "2020-06-28"}, "不能早于开工日期", "new_finish_on"),
        ({"occurred_on": ""}, "请填写发生日期", "occurred_on"),
        ({"occurred_on": "", "new_finish_on": "2027-06-28"}, "与现值相同", "new_finish_on"),
        ({"occurred_on": "2026-11-24"}, "晚于今天", "occurred_on"),
        ({"told_on": "2026-11-17"}, "不能早于发生日期", "told_on"),
        ({"reason": " "}, "请填写变更原因", "reason"),
    ],
)
def test_a_fault_stands_beside_its_field_and_all_that_was_typed_stays(
    sign_in: SignIn, make: Factory, pilot: MadePilot, changes: dict[str, Any], words: str, field: str
) -> None:
    for htmx in (False, True):
        answer = sign_in(MAKER).post(NEW, typed(make, pilot, **changes), htmx=htmx)
        page = answer.get_data(as_text=True)
        assert answer.status_code == 422
        assert words in page
        assert f'href="#{field}"' in page
        if "reason" not in changes:
            assert "主要设备到货推迟" in page


def test_the_difference_is_shown_while_it_is_typed(sign_in: SignIn, make: Factory, pilot: MadePilot) -> None:
    long_ago = typed(make, pilot, occurred_on="2026-10-09", step=None)
    answer = sign_in(MAKER).post(NEW, long_ago, htmx=True, headers={"HX-Target": "diff"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "〔增〕2028-06-30" in re.sub("<[^>]+>", "", page)
    assert "迟报" in page
    url = kept(sign_in, make, pilot)
    act(sign_in, make, MAKER, url, "send")
    told = sign_in(MAKER).post(NEW, typed(make, pilot), htmx=True, headers={"HX-Target": "diff"})
    assert page_of(make, url).report.number in told.get_data(as_text=True)


@pytest.mark.rule("R10.3")
def test_money_is_reduced_by_two_people(sign_in: SignIn, make: Factory, pilot: MadePilot) -> None:
    again = make.awarded(500_000_00)
    url = filed(sign_in, make, again, type="C03", tick_investment="1", new_investment="600,000", new_finish_on=None,
                new_start_on=None, tick_finish_on=None)  # fmt: skip
    refused = act(sign_in, make, OFFICER, url, "decide", **decided(disposition="agree_reduced"))
    assert refused.status_code == 422
    assert "请填写调减后的核定金额" in refused.get_data(as_text=True)
    ask_first = decided(disposition="agree_reduced", reduced_to="300,000", step="check")
    read = act(sign_in, make, OFFICER, url, "decide", **ask_first).get_data(as_text=True)
    assert "人民币叁拾万元整" in read
    assert "送省级复核" in read
    answer = act(sign_in, make, OFFICER, url, "decide", **(ask_first | {"step": "send"}))
    assert answer.status_code == 303, answer.get_data(as_text=True)
    assert page_of(make, url).report.status is ReportStatus.PROPOSED
    assert 'id="confirm"' in sign_in(SECOND).get(url).get_data(as_text=True)
    confirmed = act(sign_in, make, SECOND, url, "confirm")
    assert confirmed.status_code == 303, confirmed.get_data(as_text=True)
    page = page_of(make, url)
    assert page.report.status is ReportStatus.SETTLED
    assert page.money.awarded.fen == 300_000_00


@pytest.mark.rule("C09")
def test_an_account_is_checked_by_finance(sign_in: SignIn, make: Factory, pilot: MadePilot) -> None:
    url = filed(sign_in, make, pilot, type="C09", tick_payee_account="1", new_payee_account="220012345678918821",
                new_finish_on=None, new_start_on=None, tick_finish_on=None)  # fmt: skip
    assert page_of(make, url).report.status is ReportStatus.CHECKING
    page = sign_in(FINANCE).get(url).get_data(as_text=True)
    assert 'id="check-account"' in page
    assert "暂停拨付" in page
    assert act(sign_in, make, FINANCE, url, "check-account").status_code == 303
    assert page_of(make, url).report.status is ReportStatus.SETTLED
    assert page_of(make, url).holds == []


@pytest.mark.rule("R10.3")
def test_a_suspension_is_released_by_two_people(sign_in: SignIn, make: Factory, pilot: MadePilot) -> None:
    url = filed(sign_in, make, pilot)
    assert act(sign_in, make, OFFICER, url, "decide", **decided(disposition="suspend")).status_code == 303
    assert act(sign_in, make, SECOND, url, "confirm").status_code == 303
    hold = page_of(make, url).holds[0]
    release = f"/t/220100/holds/{hold.id}/release"
    assert release in sign_in(OFFICER).get(url).get_data(as_text=True)
    assert sign_in(OFFICER).post(release, {"document_no": "", "reason": "已整改"}).status_code == 422
    asked = sign_in(OFFICER).post(release, {"document_no": "吉发改服务函〔2026〕40号", "reason": "已整改"})
    assert asked.status_code == 303, asked.get_data(as_text=True)
    assert "已整改" in sign_in(SECOND).get(release).get_data(as_text=True)
    assert sign_in(SECOND).post(f"{release}/confirm").location == url
    assert page_of(make, url).holds == []
    assert sign_in(SECOND).post(f"{release}/confirm").status_code == 404


def test_a_baseline_that_moved_is_shown_in_three_columns_and_confirmed(
    sign_in: SignIn, make: Factory, pilot: MadePilot
) -> None:
    first, second = kept(sign_in, make, pilot), kept(sign_in, make, pilot, new_finish_on="2029-01-31")
    for url in (first, second):
        act(sign_in, make, MAKER, url, "send")
        act(sign_in, make, REVIEWER, url, "pass")
    assert page_of(make, first).report.number in sign_in(OFFICER).get(second).get_data(as_text=True)
    act(sign_in, make, OFFICER, first, "decide", **decided())
    outrun = act(sign_in, make, OFFICER, second, "decide", **decided())
    page = outrun.get_data(as_text=True)
    assert outrun.status_code == 409
    for words in ("原值", "已改为", "您填写", "2027-06-28", "2028-06-30", "2029-01-31", "同意延期"):
        assert words in page
    confirmed = re.search(r'name="confirmed_version" value="([0-9]+)"', page)
    assert confirmed
    answer = act(sign_in, make, OFFICER, second, "decide", **decided(confirmed_version=confirmed[1]))
    assert answer.status_code == 303, answer.get_data(as_text=True)
