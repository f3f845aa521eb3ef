"""The types of change of rules §7: what each lets change, the files it needs, and what it does to money. Q19."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ledger.domain.baselines import FIELDS, BaselineSubject


class ChangeType(StrEnum):
    """The kinds of change of rules §7; the province lists which are in use (Q19)."""

    C01 = "C01"
    C02 = "C02"
    C03 = "C03"
    C04 = "C04"
    C05 = "C05"
    C06 = "C06"
    C07 = "C07"
    C08 = "C08"
    C09 = "C09"
    C10 = "C10"
    C11 = "C11"
    C12 = "C12"
    C13 = "C13"
    C14 = "C14"
    C15 = "C15"
    C16 = "C16"
    C17 = "C17"
    C99 = "C99"

    @property
    def label(self) -> str:
        return TYPE_NAMES[self]

    @property
    def group(self) -> ChangeGroup:
        return next(group for group, types in GROUPS.items() if self in types)


TYPE_NAMES: dict[ChangeType, str] = {
    ChangeType.C01: "项目名称或代码变更",
    ChangeType.C02: "建设内容或规模变更",
    ChangeType.C03: "总投资变更",
    ChangeType.C04: "建设地点变更",
    ChangeType.C05: "实施主体或项目法人变更",
    ChangeType.C06: "工期或竣工日期变更",
    ChangeType.C07: "缓建、停建、终止或恢复建设",
    ChangeType.C08: "补助资金用途或明细变更",
    ChangeType.C09: "收款账户变更",
    ChangeType.C10: "单位名称或法定代表人变更",
    ChangeType.C11: "统一社会信用代码变更",
    ChangeType.C12: "股权、实际控制人变更或合并分立",
    ChangeType.C13: "迁出吉林省、注销、吊销或破产",
    ChangeType.C14: "安全、环保或质量事故",
    ChangeType.C15: "失信或纳税信用降级",
    ChangeType.C16: "区域四至、管理机构或主导产业变更",
    ChangeType.C17: "同一项目新增其他资金来源",
    ChangeType.C99: "其他重大事项",
}


class ChangeGroup(StrEnum):
    """How types are grouped where one is chosen."""

    PROJECT = "project"
    MONEY = "money"
    TIME = "time"
    OWNER = "owner"
    OTHER = "other"


GROUP_NAMES: dict[ChangeGroup, str] = {
    ChangeGroup.PROJECT: "项目建设",
    ChangeGroup.MONEY: "投资与资金用途",
    ChangeGroup.TIME: "完工时间",
    ChangeGroup.OWNER: "实施主体",
    ChangeGroup.OTHER: "其他重大事项",
}
GROUPS: dict[ChangeGroup, tuple[ChangeType, ...]] = {
    ChangeGroup.PROJECT: (ChangeType.C01, ChangeType.C02, ChangeType.C04, ChangeType.C07),
    ChangeGroup.MONEY: (ChangeType.C03, ChangeType.C08, ChangeType.C09, ChangeType.C17),
    ChangeGroup.TIME: (ChangeType.C06,),
    ChangeGroup.OWNER: (ChangeType.C05, ChangeType.C10, ChangeType.C11, ChangeType.C12, ChangeType.C13),
    ChangeGroup.OTHER: (ChangeType.C14, ChangeType.C15, ChangeType.C16, ChangeType.C99),
}


class ProvinceFirst(StrEnum):
    """When a change waits for the province before it takes effect. Q20."""

    NEVER = "never"
    ALWAYS = "always"
    IF_CODE = "if_code"
    IF_BEYOND_TENTH = "if_beyond_tenth"
    IF_BEYOND_MONTHS = "if_beyond_months"


class Holds(StrEnum):
    """Whose money a filed report holds: nobody's, its project's, or every project's of the pilot."""

    NOTHING = "nothing"
    PROJECT = "project"
    PILOT = "pilot"


@dataclass(frozen=True, slots=True)
class ChangeRule:
    """What a type lets change and needs. `evidence` names the files, `money_effect` is a sentence for the page."""

    type: ChangeType
    fields: tuple[str, ...]
    evidence: tuple[str, ...]
    province_first: ProvinceFirst
    money_effect: str
    holds: Holds = Holds.NOTHING
    moves_standing: bool = False
    fact: bool = False

    @property
    def subject(self) -> BaselineSubject:
        """Whose baseline the type changes."""
        return FIELDS[self.fields[0]].subject


_NONE = "不影响资金。"
_ALWAYS, _NEVER = ProvinceFirst.ALWAYS, ProvinceFirst.NEVER

RULES: dict[ChangeType, ChangeRule] = {
    rule.type: rule
    for rule in (
        ChangeRule(ChangeType.C01, ("name", "code", "no_code_reason"), ("项目备案文件",), ProvinceFirst.IF_CODE, _NONE),
        ChangeRule(
            ChangeType.C02,
            ("content",),
            ("新的建设方案", "项目备案文件"),
            _ALWAYS,
            "请复核补助资金用途明细是否仍然适用。",
        ),
        ChangeRule(
            ChangeType.C03,
            ("investment",),
            ("项目备案文件", "资金来源说明"),
            ProvinceFirst.IF_BEYOND_TENTH,
            "补助资金占总投资的比例随之变化。",
        ),
        ChangeRule(
            ChangeType.C04,
            ("place", "site"),
            ("项目备案文件", "用地文件"),
            _ALWAYS,
            "不影响资金；验收单位可能随建设地点改变。",
        ),
        ChangeRule(
            ChangeType.C05,
            ("owner_name", "owner_uscc"),
            ("变更协议", "登记文件"),
            _ALWAYS,
            "自报送起暂停对该项目拨付，省级处置后按新的实施主体核对收款单位。",
            Holds.PROJECT,
            moves_standing=True,
        ),
        ChangeRule(
            ChangeType.C06,
            ("start_on", "finish_on"),
            ("变更原因说明",),
            ProvinceFirst.IF_BEYOND_MONTHS,
            "不影响资金；验收期限随完工日期顺延。",
        ),
        ChangeRule(
            ChangeType.C07,
            ("construction_state",),
            ("情况说明",),
            _ALWAYS,
            "自报送起暂停对该项目拨付；缓建、停建或终止的，处置后继续暂停，直至恢复建设。",
            Holds.PROJECT,
            moves_standing=True,
            fact=True,
        ),
        ChangeRule(
            ChangeType.C08,
            ("fund_use",),
            ("资金用途调整对照表",),
            _ALWAYS,
            "只在用途之间调剂，合计不变。",
            moves_standing=True,
        ),
        ChangeRule(
            ChangeType.C09,
            ("payee_account",),
            ("开户证明",),
            _NEVER,
            "自报送起暂停对该项目拨付，财务复核人员核对账户后恢复。",
            Holds.PROJECT,
        ),
        ChangeRule(ChangeType.C10, ("unit_name", "legal_representative"), ("登记通知书",), _NEVER, _NONE, fact=True),
        ChangeRule(
            ChangeType.C11,
            ("uscc",),
            ("登记文件",),
            _ALWAYS,
            "一次性上限和已用资格随单位转到新代码。",
            moves_standing=True,
        ),
        ChangeRule(
            ChangeType.C12,
            ("control",),
            ("有关决议",),
            _ALWAYS,
            "不直接影响资金；请核对与其他试点单位的关联关系。",
            fact=True,
        ),
        ChangeRule(
            ChangeType.C13,
            ("standing",),
            ("登记文件",),
            _ALWAYS,
            "自报送起暂停对该试点全部项目拨付；不再存续的，处置后继续暂停。",
            Holds.PILOT,
            moves_standing=True,
            fact=True,
        ),
        ChangeRule(
            ChangeType.C14,
            ("incident",),
            ("事故通报",),
            _ALWAYS,
            "自报送起暂停对该试点全部项目拨付，省级处置后恢复。",
            Holds.PILOT,
            moves_standing=True,
            fact=True,
        ),
        ChangeRule(
            ChangeType.C15,
            ("credit_note",),
            ("信用查询截图",),
            _ALWAYS,
            "省级可以暂缓拨付。",
            fact=True,
        ),
        ChangeRule(ChangeType.C16, ("boundary", "managing_body", "leading_industry"), ("批复文件",), _ALWAYS, _NONE),
        ChangeRule(
            ChangeType.C17,
            ("other_funds",),
            ("资金文件",),
            _ALWAYS,
            "请核对是否与本专项资金重复支持同一项目。",
        ),
        ChangeRule(ChangeType.C99, ("other_matter",), (), _NEVER, _NONE, fact=True),
    )
}
"""Rules §7, one row a type. `fact` marks types that tell what happened, whatever the province decides on money."""
