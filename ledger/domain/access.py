"""Who may do what: roles, permissions, and the second person. Source: contract of roles, RX.2, RX.4."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ledger.domain.errors import MakerIsChecker, NotFound, NotPermitted

PROVINCE = "220000"
"""The province's own code: its people, its offices and its journal stream."""


class Role(StrEnum):
    """The roles that a person may hold; labels are shown by the faces."""

    FINANCE_OFFICER = "finance_officer"
    FINANCE_REVIEWER = "finance_reviewer"
    DRC_OFFICER = "drc_officer"
    DRC_REVIEWER = "drc_reviewer"
    PROVINCE_OFFICER = "province_officer"
    PROVINCE_REVIEWER = "province_reviewer"
    PROVINCE_AUDITOR = "province_auditor"
    ADMINISTRATOR = "administrator"


PROVINCE_ROLES = frozenset({Role.PROVINCE_OFFICER, Role.PROVINCE_REVIEWER, Role.PROVINCE_AUDITOR, Role.ADMINISTRATOR})
LOCAL_ROLES = frozenset(Role) - PROVINCE_ROLES | {Role.ADMINISTRATOR}


class Permission(StrEnum):
    """What a command or query asks for; one vocabulary for every face."""

    SIGNED_IN = "signed_in"
    PILOT_READ = "pilot.read"
    MONEY_READ = "money.read"
    JOURNAL_READ = "journal.read"
    JOURNAL_VERIFY = "journal.verify"
    DESIGNATION_RECORD = "designation.record"
    DESIGNATION_CHECK = "designation.check"
    AWARD_RECORD = "award.record"
    AWARD_CHECK = "award.check"
    ALLOCATION_RECORD = "allocation.record"
    ALLOCATION_CHECK = "allocation.check"
    DISBURSEMENT_RECORD = "disbursement.record"
    DISBURSEMENT_CHECK = "disbursement.check"
    EXPENDITURE_RECORD = "expenditure.record"
    EXPENDITURE_CHECK = "expenditure.check"
    ACCEPTANCE_RECORD = "acceptance.record"
    ACCEPTANCE_CHECK = "acceptance.check"
    RECOVERY_RECORD = "recovery.record"
    RECOVERY_CHECK = "recovery.check"
    CHANGE_RECORD = "change.record"
    CHANGE_CHECK = "change.check"
    CHANGE_DISPOSE = "change.dispose"
    CHANGE_CONFIRM = "change.confirm"
    ACCOUNT_CHECK = "account.check"
    FUND_LINE_SET = "fund_line.set"
    FUND_LINE_CHECK = "fund_line.check"
    IMPORT = "import"
    FILE_ATTACH = "file.attach"
    PERSON_MANAGE = "person.manage"
    PERSONAL_ERASE = "personal.erase"
    STATUS_READ = "status.read"
    GAP_RECORD = "gap.record"
    SYSTEM = "system"


_READERS = frozenset(Role) - {Role.ADMINISTRATOR}
_ALLOWED: dict[Permission, frozenset[Role]] = {
    Permission.SIGNED_IN: frozenset(Role),
    Permission.PILOT_READ: _READERS,
    Permission.MONEY_READ: _READERS,
    Permission.JOURNAL_READ: _READERS,
    Permission.JOURNAL_VERIFY: _READERS,
    Permission.DESIGNATION_RECORD: frozenset({Role.PROVINCE_OFFICER}),
    Permission.DESIGNATION_CHECK: frozenset({Role.PROVINCE_REVIEWER}),
    Permission.AWARD_RECORD: frozenset({Role.PROVINCE_OFFICER}),
    Permission.AWARD_CHECK: frozenset({Role.PROVINCE_REVIEWER}),
    Permission.ALLOCATION_RECORD: frozenset({Role.PROVINCE_OFFICER}),
    Permission.ALLOCATION_CHECK: frozenset({Role.PROVINCE_REVIEWER}),
    Permission.DISBURSEMENT_RECORD: frozenset({Role.FINANCE_OFFICER}),
    Permission.DISBURSEMENT_CHECK: frozenset({Role.FINANCE_REVIEWER}),
    Permission.EXPENDITURE_RECORD: frozenset({Role.FINANCE_OFFICER}),
    Permission.EXPENDITURE_CHECK: frozenset({Role.FINANCE_REVIEWER}),
    Permission.ACCEPTANCE_RECORD: frozenset({Role.DRC_OFFICER}),
    Permission.ACCEPTANCE_CHECK: frozenset({Role.DRC_REVIEWER}),
    Permission.RECOVERY_RECORD: frozenset({Role.FINANCE_OFFICER}),
    Permission.RECOVERY_CHECK: frozenset({Role.FINANCE_REVIEWER}),
    Permission.CHANGE_RECORD: frozenset({Role.DRC_OFFICER}),
    Permission.CHANGE_CHECK: frozenset({Role.DRC_REVIEWER}),
    Permission.CHANGE_DISPOSE: frozenset({Role.PROVINCE_OFFICER}),
    Permission.CHANGE_CONFIRM: frozenset({Role.PROVINCE_REVIEWER}),
    Permission.ACCOUNT_CHECK: frozenset({Role.FINANCE_REVIEWER}),
    Permission.FUND_LINE_SET: frozenset({Role.PROVINCE_OFFICER}),
    Permission.FUND_LINE_CHECK: frozenset({Role.PROVINCE_REVIEWER}),
    Permission.IMPORT: frozenset({Role.PROVINCE_OFFICER, Role.FINANCE_OFFICER}),
    Permission.FILE_ATTACH: _READERS - {Role.PROVINCE_AUDITOR},
    Permission.PERSON_MANAGE: frozenset({Role.ADMINISTRATOR}),
    Permission.PERSONAL_ERASE: frozenset({Role.ADMINISTRATOR}),
    Permission.STATUS_READ: frozenset({Role.ADMINISTRATOR, Role.PROVINCE_AUDITOR}),
    Permission.GAP_RECORD: frozenset({Role.ADMINISTRATOR}),
    Permission.SYSTEM: frozenset(),
}


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks: a person of one office, or the system itself (`person_id` 0)."""

    person_id: int
    tenant_code: str
    office_id: int
    roles: frozenset[Role]
    name: str
    address: str = ""
    office_name: str = ""

    @property
    def is_system(self) -> bool:
        return self.person_id == 0

    @property
    def is_province(self) -> bool:
        return self.tenant_code == PROVINCE

    def may(self, permission: Permission) -> bool:
        """Whether one of the actor's roles carries `permission`; the system may act for itself."""
        return self.is_system or bool(_ALLOWED[permission] & self.roles)


SYSTEM = Actor(0, PROVINCE, 0, frozenset(), "系统")


def check_permission(actor: Actor, permission: Permission) -> None:
    """Refuse an act whose permission none of the actor's roles carries.

    Raises:
        NotPermitted: and names the roles that may.
    """
    if not actor.may(permission):
        roles = "、".join(ROLE_NAMES[role] for role in Role if role in _ALLOWED[permission]) or "系统"
        raise NotPermitted("您的角色不能办理此事。可由{roles}办理。", roles=roles)


def check_reach(actor: Actor, tenant_code: str) -> None:
    """Refuse another tenant's place exactly as a missing one; the province reaches every tenant.

    Raises:
        NotFound: the actor's office is in another tenant.
    """
    if not (actor.is_system or actor.is_province or actor.tenant_code == tenant_code):
        raise NotFound()


def check_second_person(maker_id: int, checker_id: int) -> None:
    """Refuse the maker of a document as its checker. Source: RX.2.

    Raises:
        MakerIsChecker: both are one person.
    """
    if maker_id == checker_id:
        raise MakerIsChecker("您登记的单据须由他人复核。请转给本单位其他复核人员。")


ROLE_NAMES: dict[Role, str] = {
    Role.FINANCE_OFFICER: "财务经办",
    Role.FINANCE_REVIEWER: "财务复核",
    Role.DRC_OFFICER: "发改经办",
    Role.DRC_REVIEWER: "发改审核",
    Role.PROVINCE_OFFICER: "省级业务",
    Role.PROVINCE_REVIEWER: "省级复核",
    Role.PROVINCE_AUDITOR: "省级审计",
    Role.ADMINISTRATOR: "系统管理员",
}
