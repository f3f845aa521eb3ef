"""Change reports at each station of their way, on a pilot of the demo that no other page needs free."""

from __future__ import annotations

from datetime import date
from typing import Final

from ledger.changes.commands_release import ReleaseHold
from ledger.dispatch import ask, execute
from ledger.domain.baselines import Value
from ledger.domain.changes import ChangeType, Disposition
from ledger.domain.money import Money
from ledger.funds.queries import ListOpenAllocations
from tests.changes.reporting import Reports
from tests.factories import Factory, MadePilot

_CONTENT: Final = (
    "建设冰雪装备检测中心一座，建筑面积 3,200 平方米，购置检测设备 46 台（套），\n"
    "形成年检测 12,000 批次的能力；同步建设三条中试产线和公共服务平台。"
)
_NEW_CONTENT: Final = (
    "建设冰雪装备检测中心一座，建筑面积 2,800 平方米，购置检测设备 41 台（套），\n"
    "形成年检测 12,000 批次的能力；同步建设两条中试产线、一个检测实验室和公共服务平台。"
)
_LATE: Final = {"occurred_on": date(2026, 10, 9), "told_on": date(2026, 10, 12)}


def furnish_changes(make: Factory, *taken: int) -> dict[str, int]:
    """Reports by what they wait for, and the places around them, by name."""
    reports = Reports(make)
    pilot = _free_pilot(make, taken)
    ids = {"changed_pilot": pilot.id, "changed_project": reports.project_id(pilot)}
    first = reports.passed(pilot, ChangeType.C02, {"content": _CONTENT}, reason="按批复的实施方案补录建设内容")
    reports.settle(first, Disposition.AGREE, opinion="同意。请按批复内容组织实施。")
    ids["settled_report"] = first
    content: dict[str, Value] = {"content": _NEW_CONTENT}
    ids["draft_report"] = reports.draft(pilot, ChangeType.C02, content, reason="市场需求变化，压缩产线规模")
    ids["sent_report"] = reports.sent(pilot, ChangeType.C06, {"finish_on": date(2028, 3, 31)}, **_LATE)
    ids["reported_report"] = reports.passed(
        pilot, ChangeType.C02, content, reason="市场需求变化，压缩产线规模", **_LATE
    )
    ids["proposed_report"] = reports.passed(pilot, ChangeType.C03, {"investment": Money(8_600_000_00)})
    reports.dispose(ids["proposed_report"], Disposition.SUSPEND, opinion="投资大幅变化，先暂缓拨付，待核实资金来源。")
    ids["account_report"] = reports.passed(pilot, ChangeType.C09)
    ids["returned_report"] = reports.sent(pilot, ChangeType.C10)
    reports.return_it(ids["returned_report"])
    held = reports.passed(pilot, ChangeType.C15)
    reports.settle(held, Disposition.SUSPEND, opinion="信用修复之前暂缓拨付。")
    asked = reports.passed(pilot, ChangeType.C17)
    reports.settle(asked, Disposition.SUSPEND)
    holds = {hold.report_id: hold.id for hold in reports.page(asked).holds}
    ids |= {"hold": holds[held], "asked_hold": holds[asked]}
    release = ReleaseHold(
        tenant_code=reports.tenant_code,
        hold_id=ids["asked_hold"],
        document_no="吉发改服务函〔2026〕40号",
        reason="已核实两项资金不重复支持同一内容",
    )
    execute(release, make.actor("province.officer"))
    return ids


def _free_pilot(make: Factory, taken: tuple[int, ...]) -> MadePilot:
    found = ask(ListOpenAllocations(tenant_code="220100"), make.actor("220100.finance_officer"))
    one = next(each for each in found if each.pilot_id not in taken)
    return MadePilot("220100", one.pilot_id, "", one.pilot_name, (), 0, one.allocation_id)
