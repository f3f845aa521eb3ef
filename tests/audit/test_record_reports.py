"""Change reports on record: what they change before and after, on what evidence, and the steps that follow."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pytest
from flask import Flask

from ledger import dispatch
from ledger.audit.queries_record import TenantRecord
from ledger.audit.queries_record_filters import Filters
from ledger.audit.schemas_record import told
from ledger.domain.changes import ChangeType, Disposition
from ledger.files.commands import AttachFile, RetireFile, receive
from tests.audit.conftest import TENANT
from tests.changes.reporting import Reports
from tests.conftest import Browser
from tests.factories import Factory
from tests.files.samples import PDF

SignIn = Callable[[str], Browser]


@pytest.fixture
def reports(make: Factory) -> Reports:
    return Reports(make)


def attach(make: Factory, kind: str, subject_id: int, name: str) -> int:
    file = receive(io.BytesIO(PDF + name.encode()), name)
    order = AttachFile(tenant_code=TENANT, subject_type=kind, subject_id=subject_id, file=file, label="变更申请")
    return int(str(dispatch.execute(order, make.actor(f"{TENANT}.drc_officer")).facts[0].after["attachment"]))


@pytest.mark.rule("R10.2")
def test_a_report_is_told_field_by_field_with_its_evidence(sign_in: SignIn, make: Factory, reports: Reports) -> None:
    pilot = reports.pilot()
    report_id = reports.draft(pilot, ChangeType.C06)
    kept = attach(make, "change_report", report_id, "变更申请.pdf")
    dropped = attach(make, "change_report", report_id, "旧申请.pdf")
    retired = RetireFile(tenant_code=TENANT, attachment_id=dropped, reason="传错了")
    dispatch.execute(retired, make.actor(f"{TENANT}.drc_officer"))
    reports.send(report_id)
    browser = sign_in(f"{TENANT}.drc_officer")
    for url in (f"/t/{TENANT}/record?kind=change", f"/t/{TENANT}/pilots/{pilot.id}?show=changes"):
        page = re.sub(r"\s+", " ", browser.get(url).get_data(as_text=True))
        page = page.partition('<section class="paper"')[0]
        assert re.search(r"送审变更报备 BG-2026-\d{4}：C06 工期或竣工日期变更", page), url
        assert re.search(r"完工日期</th>.*?<ins>2028-03-01</ins>", page), url
        assert f"/t/{TENANT}/files/{kept}" in page
        assert "市场需求变化，单位书面报告" in page
        assert re.search(r"<del>旧申请.pdf</del>", page), url


@pytest.mark.rule("R10.3")
def test_a_settled_report_tells_every_effect(app: Flask, make: Factory, reports: Reports) -> None:
    pilot = reports.pilot(1_000_000_00)
    reports.settle(reports.passed(pilot, ChangeType.C07), Disposition.AGREE)
    asked = TenantRecord(tenant_code=TENANT, filters=Filters(pilot_id=pilot.id, kind="change"), limit=100)
    events = dispatch.ask(asked, make.actor(f"{TENANT}.drc_officer")).events
    kinds = {event.kind for event in events}
    assert {"change_report_sent", "change_report_passed", "change_report_settled", "baseline_changed"} <= kinds
    assert {"hold_placed", "hold_released"} & kinds
    with app.test_request_context("/"):
        lines = {event.kind: told(event) for event in events}
    changed = {one.label: (one.before, one.after) for one in lines["baseline_changed"].changes}
    assert changed["建设状态"] == ("在建", "停建")
    assert "—" not in " ".join(one.text for one in lines.values())
    assert all(not re.search(r"[a-z_]{5,}", one.label) for told_one in lines.values() for one in told_one.changes)


@pytest.mark.rule("C10")
def test_a_person_in_a_report_is_shown_and_then_deleted(
    app: Flask, make: Factory, reports: Reports, tamper: Callable[..., None]
) -> None:
    pilot = reports.pilot()
    report_id = reports.draft(pilot, ChangeType.C10)
    asked = TenantRecord(tenant_code=TENANT, filters=Filters(kind="change_report_drafted"))

    def shown() -> dict[str, str]:
        (event,) = dispatch.ask(asked, make.actor(f"{TENANT}.drc_officer")).events
        assert event.subject_id == str(report_id)
        with app.test_request_context("/"):
            return {one.label: one.after for one in told(event).changes}

    assert shown()["法定代表人"] == "李四"
    tamper("personal_value", "DELETE FROM personal_value WHERE content = :content", content="李四")
    assert shown()["法定代表人"] == "已删除"
