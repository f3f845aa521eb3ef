"""Makes change reports and carries them on as the right people; every default is a valid one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ledger import dispatch
from ledger.changes.commands import FieldChange, SaveReport, SendReport, WithdrawReport
from ledger.changes.commands_dispose import ConfirmDisposition, DisposeReport, SendBackDisposition
from ledger.changes.commands_review import CheckAccount, PassReport, RefuseAccount, ReturnReport
from ledger.changes.queries import GetReport, ReportPage
from ledger.changes.queries_baselines import BaselineAt, BaselinePage
from ledger.domain.baselines import BaselineSubject, Value
from ledger.domain.changes import RULES, ChangeType, Disposition, needs_second
from ledger.domain.money import Money
from ledger.pilots.queries_projects import GetDesignation
from tests.factories import Factory, MadePilot, credit_code

OCCURRED_ON = date(2026, 11, 18)
DISPOSED_ON = date(2026, 11, 23)
DOCUMENT_NO = "吉发改服务函〔2026〕31号"

NEW_VALUES: dict[ChangeType, dict[str, Value]] = {
    ChangeType.C01: {"code": "2601-220100-04-01-900001"},
    ChangeType.C02: {"content": "两条产线、一个检测中心"},
    ChangeType.C03: {"investment": Money(2_000_000_00)},
    ChangeType.C04: {"place": "220104", "site": "朝阳区高新大街 1 号"},
    ChangeType.C05: {"owner_name": "长春新主体有限公司", "owner_uscc": "91220100GX6WWWDJ10"},
    ChangeType.C06: {"finish_on": date(2028, 3, 1)},
    ChangeType.C07: {"construction_state": "stopped"},
    ChangeType.C08: {"fund_use": (("设备购置", Money(600_000_00)), ("软件", Money(400_000_00)))},
    ChangeType.C09: {"payee_account": "22001234567890999"},
    ChangeType.C10: {"unit_name": "长春新名称有限公司", "legal_representative": "李四"},
    ChangeType.C11: {"uscc": "91350100M000100Y43"},
    ChangeType.C12: {"control": "控股股东变更为甲集团"},
    ChangeType.C13: {"standing": "deregistered"},
    ChangeType.C14: {"incident": "11月10日发生机械伤害事故，一人轻伤"},
    ChangeType.C15: {"credit_note": "2026年度纳税信用由 A 降为 C"},
    ChangeType.C16: {"boundary": "东至东风大街", "managing_body": "汽开区管委会"},
    ChangeType.C17: {"other_funds": "省工信厅技改资金 50 万元"},
    ChangeType.C99: {"other_matter": "与高校共建研究院"},
}
"""What each type changes in a test."""


@dataclass
class Reports:
    """Acts on reports of one tenant, by its people and the province's."""

    make: Factory
    tenant_code: str = "220100"

    def pilot(self, amount: int = 0) -> MadePilot:
        """A pilot with one project; awarded and passed down `amount` fen where it is given."""
        return self.make.allocated(amount) if amount else self.make.pilot()

    def project_id(self, pilot: MadePilot) -> int:
        """The pilot's first project."""
        found = dispatch.ask(GetDesignation(tenant_code=self.tenant_code, pilot_id=pilot.id), self.drc)
        return found.projects[0].id

    @property
    def drc(self) -> Any:
        """The tenant's DRC officer."""
        return self.make.actor(f"{self.tenant_code}.drc_officer")

    def save_command(
        self, pilot: MadePilot, change: ChangeType, after: Mapping[str, Value] | None = None, **changed: Any
    ) -> SaveReport:
        """The command that keeps a draft."""
        is_project = RULES[change].subject is BaselineSubject.PROJECT
        values: dict[str, Any] = {
            "tenant_code": self.tenant_code,
            "pilot_id": pilot.id,
            "project_id": self.project_id(pilot) if is_project else None,
            "type": change,
            "occurred_on": OCCURRED_ON,
            "told_on": OCCURRED_ON,
            "reason": "市场需求变化，单位书面报告",
            "changes": tuple(FieldChange(*one) for one in (after or NEW_VALUES[change]).items()),
        }
        return SaveReport(**(values | changed))

    def draft(self, pilot: MadePilot, change: ChangeType, after: Mapping[str, Value] | None = None, **more: Any) -> int:
        """A kept draft; its id."""
        return dispatch.execute(self.save_command(pilot, change, after, **more), self.drc).subject_id

    def sent(self, pilot: MadePilot, change: ChangeType, after: Mapping[str, Value] | None = None, **more: Any) -> int:
        """A report that its maker sent."""
        report_id = self.draft(pilot, change, after, **more)
        self.send(report_id)
        return report_id

    def passed(
        self, pilot: MadePilot, change: ChangeType, after: Mapping[str, Value] | None = None, **more: Any
    ) -> int:
        """A report that the office's reviewer passed."""
        report_id = self.sent(pilot, change, after, **more)
        self.pass_on(report_id)
        return report_id

    def page(self, report_id: int) -> ReportPage:
        """The report as its page shows it."""
        return dispatch.ask(GetReport(tenant_code=self.tenant_code, report_id=report_id), self.drc)

    def status(self, report_id: int) -> str:
        """The report's state."""
        return self.page(report_id).report.status.value

    def _on(self, report_id: int) -> dict[str, Any]:
        version = self.page(report_id).report.version
        return {"tenant_code": self.tenant_code, "report_id": report_id, "version": version}

    def send(self, report_id: int, **more: Any) -> dispatch.Receipt:
        """Send it as its maker."""
        return dispatch.execute(SendReport(**self._on(report_id), **more), self.drc)

    def withdraw(self, report_id: int, username: str = "") -> dispatch.Receipt:
        """Withdraw it."""
        actor = self.make.actor(username) if username else self.drc
        return dispatch.execute(WithdrawReport(**self._on(report_id)), actor)

    def pass_on(self, report_id: int, **more: Any) -> dispatch.Receipt:
        """Pass it as the office's reviewer."""
        reviewer = self.make.actor(f"{self.tenant_code}.drc_reviewer")
        return dispatch.execute(PassReport(**self._on(report_id), **more), reviewer)

    def return_it(self, report_id: int) -> dispatch.Receipt:
        """Return it as the office's reviewer."""
        reviewer = self.make.actor(f"{self.tenant_code}.drc_reviewer")
        return dispatch.execute(ReturnReport(**self._on(report_id), reason="附件不全"), reviewer)

    def check(self, report_id: int, **more: Any) -> dispatch.Receipt:
        """Check its account as the finance office."""
        finance = self.make.actor(f"{self.tenant_code}.finance_reviewer")
        return dispatch.execute(CheckAccount(**self._on(report_id), **more), finance)

    def refuse_account(self, report_id: int) -> dispatch.Receipt:
        """Return it as the finance office."""
        finance = self.make.actor(f"{self.tenant_code}.finance_reviewer")
        return dispatch.execute(RefuseAccount(**self._on(report_id), reason="户名不符"), finance)

    def dispose_command(self, report_id: int, disposition: Disposition, **more: Any) -> DisposeReport:
        """The command by which the province disposes of it."""
        values: dict[str, Any] = {"document_no": DOCUMENT_NO, "opinion": "情况属实", "disposed_on": DISPOSED_ON}
        if disposition is Disposition.RECOVER:
            values["recover_amount"] = Money(1_000_00)
        return DisposeReport(**self._on(report_id), disposition=disposition, **(values | more))

    def dispose(self, report_id: int, disposition: Disposition, **more: Any) -> dispatch.Receipt:
        """Dispose of it as the province's officer."""
        return dispatch.execute(
            self.dispose_command(report_id, disposition, **more), self.make.actor("province.officer")
        )

    def confirm(self, report_id: int, **more: Any) -> dispatch.Receipt:
        """Confirm its disposition as the province's second person."""
        return dispatch.execute(ConfirmDisposition(**self._on(report_id), **more), self.make.actor("province.reviewer"))

    def send_back(self, report_id: int) -> dispatch.Receipt:
        """Send the proposal back as the province's second person."""
        return dispatch.execute(
            SendBackDisposition(**self._on(report_id), reason="请补充依据"), self.make.actor("province.reviewer")
        )

    def settle(self, report_id: int, disposition: Disposition, **more: Any) -> dispatch.Receipt:
        """Dispose of a reported change, by two people where it takes two; the receipt of the settling act."""
        disposed = self.dispose(report_id, disposition, **more)
        if needs_second(disposition, self.page(report_id).report.type):
            return self.confirm(report_id)
        return disposed

    def baseline(self, pilot: MadePilot, subject: BaselineSubject, on: date | None = None) -> BaselinePage:
        """The baseline of the pilot, or of its first project."""
        subject_id = pilot.id if subject is BaselineSubject.PILOT else self.project_id(pilot)
        query = BaselineAt(tenant_code=self.tenant_code, subject=subject, subject_id=subject_id, on=on)
        return dispatch.ask(query, self.drc)

    def text(self, pilot: MadePilot, name: str, change: ChangeType, on: date | None = None) -> str:
        """One field of the baseline in words."""
        page = self.baseline(pilot, RULES[change].subject, on)
        return next(line.text for line in page.lines if line.field.name == name)


def another_code() -> str:
    """A credit code that no pilot has."""
    return credit_code()
