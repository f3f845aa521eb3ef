"""The states of a change report, who moves it where, and what the province may decide. Rules §8, R10.3."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from ledger.domain.errors import Conflict


class ReportStatus(StrEnum):
    """The state of a change report."""

    DRAFT = "draft"
    REVIEWING = "reviewing"
    RETURNED = "returned"
    REPORTED = "reported"
    CHECKING = "checking"
    PROPOSED = "proposed"
    SUPPLEMENT = "supplement"
    SETTLED = "settled"
    WITHDRAWN = "withdrawn"


STATUS_NAMES: dict[ReportStatus, str] = {
    ReportStatus.DRAFT: "草稿",
    ReportStatus.REVIEWING: "待属地审核",
    ReportStatus.RETURNED: "已退回",
    ReportStatus.REPORTED: "已报省",
    ReportStatus.CHECKING: "待财务核对",
    ReportStatus.PROPOSED: "待省级复核",
    ReportStatus.SUPPLEMENT: "补正",
    ReportStatus.SETTLED: "已办结",
    ReportStatus.WITHDRAWN: "已撤回",
}

OPEN = frozenset(ReportStatus) - {ReportStatus.DRAFT, ReportStatus.SETTLED, ReportStatus.WITHDRAWN}
"""Filed by its maker and not settled: other reports on the same field are told of it."""


class ReportAct(StrEnum):
    """What a person does to a report. Passing, settling and sending back have one act for each place they lead to."""

    SAVE = "save"
    SEND = "send"
    WITHDRAW = "withdraw"
    RETURN = "return"
    PASS = "pass"  # nosec B105  # an act, not a secret
    PASS_TO_PROVINCE = "pass_to_province"  # nosec B105  # an act, not a secret
    PASS_TO_FINANCE = "pass_to_finance"  # nosec B105  # an act, not a secret
    CHECK = "check"
    REFUSE_ACCOUNT = "refuse_account"
    DISPOSE = "dispose"
    PROPOSE = "propose"
    SUPPLEMENT = "supplement"
    CONFIRM = "confirm"
    SEND_BACK = "send_back"
    SEND_BACK_FILED = "send_back_filed"


ACT_NAMES: dict[ReportAct, str] = {
    ReportAct.SAVE: "修改",
    ReportAct.SEND: "送审核",
    ReportAct.WITHDRAW: "撤回",
    ReportAct.RETURN: "退回",
    ReportAct.PASS: "审核通过",
    ReportAct.PASS_TO_PROVINCE: "审核报省",
    ReportAct.PASS_TO_FINANCE: "审核并送财务核对",
    ReportAct.CHECK: "核对账户",
    ReportAct.REFUSE_ACCOUNT: "退回账户",
    ReportAct.DISPOSE: "处置",
    ReportAct.PROPOSE: "处置",
    ReportAct.SUPPLEMENT: "要求补正",
    ReportAct.CONFIRM: "复核处置",
    ReportAct.SEND_BACK: "退回处置",
    ReportAct.SEND_BACK_FILED: "退回处置",
}


class Disposition(StrEnum):
    """What the province decides on a report. R10.3, rules §8."""

    FILE = "file"
    AGREE = "agree"
    AGREE_REDUCED = "agree_reduced"
    SUPPLEMENT = "supplement"
    REFUSE = "refuse"
    SUSPEND = "suspend"
    RECOVER = "recover"
    REFER = "refer"


DISPOSITION_NAMES: dict[Disposition, str] = {
    Disposition.FILE: "备案",
    Disposition.AGREE: "同意",
    Disposition.AGREE_REDUCED: "同意并调减",
    Disposition.SUPPLEMENT: "补正",
    Disposition.REFUSE: "不同意",
    Disposition.SUSPEND: "暂缓拨付",
    Disposition.RECOVER: "启动收回",
    Disposition.REFER: "移送评价",
}

AFTER_FILING = frozenset({Disposition.SUSPEND, Disposition.RECOVER, Disposition.REFER})
"""What the province may still decide on a report that took effect by filing alone."""


class HoldReason(StrEnum):
    """Why a project's money is held: a change not disposed of, a stop, an unchecked account, or a suspension."""

    CHANGE = "change"
    STOPPED = "stopped"
    ACCOUNT = "account"
    SUSPENSION = "suspension"


HOLD_NAMES: dict[HoldReason, str] = {
    HoldReason.CHANGE: "变更尚未处置",
    HoldReason.STOPPED: "已缓建、停建、终止或单位不再存续",
    HoldReason.ACCOUNT: "收款账户尚未核对",
    HoldReason.SUSPENSION: "省级暂缓拨付",
}

_S, _A = ReportStatus, ReportAct
ALLOWED: dict[tuple[ReportStatus, ReportAct], ReportStatus] = {
    (_S.DRAFT, _A.SAVE): _S.DRAFT,
    (_S.DRAFT, _A.SEND): _S.REVIEWING,
    (_S.DRAFT, _A.WITHDRAW): _S.WITHDRAWN,
    (_S.RETURNED, _A.SAVE): _S.RETURNED,
    (_S.RETURNED, _A.SEND): _S.REVIEWING,
    (_S.RETURNED, _A.WITHDRAW): _S.WITHDRAWN,
    (_S.SUPPLEMENT, _A.SAVE): _S.SUPPLEMENT,
    (_S.SUPPLEMENT, _A.SEND): _S.REVIEWING,
    (_S.REVIEWING, _A.WITHDRAW): _S.WITHDRAWN,
    (_S.REVIEWING, _A.RETURN): _S.RETURNED,
    (_S.REVIEWING, _A.PASS): _S.SETTLED,
    (_S.REVIEWING, _A.PASS_TO_PROVINCE): _S.REPORTED,
    (_S.REVIEWING, _A.PASS_TO_FINANCE): _S.CHECKING,
    (_S.CHECKING, _A.CHECK): _S.SETTLED,
    (_S.CHECKING, _A.REFUSE_ACCOUNT): _S.RETURNED,
    (_S.REPORTED, _A.WITHDRAW): _S.WITHDRAWN,
    (_S.REPORTED, _A.DISPOSE): _S.SETTLED,
    (_S.REPORTED, _A.PROPOSE): _S.PROPOSED,
    (_S.REPORTED, _A.SUPPLEMENT): _S.SUPPLEMENT,
    (_S.PROPOSED, _A.CONFIRM): _S.SETTLED,
    (_S.PROPOSED, _A.SEND_BACK): _S.REPORTED,
    (_S.PROPOSED, _A.SEND_BACK_FILED): _S.SETTLED,
    (_S.SETTLED, _A.DISPOSE): _S.SETTLED,
    (_S.SETTLED, _A.PROPOSE): _S.PROPOSED,
}
"""Every move of a report; what is not listed is refused. A settled one moves again only where it took effect by
filing (R10.2: filed; R10.3: the province may still act)."""


class BaselineMoved(Conflict):
    """The baseline changed since the report saw it; `moved` has (原值, 已改为, 您填写) by field, as text.

    `version` is the version to confirm.
    """

    def __init__(self, moved: Mapping[str, tuple[str, str, str]], version: int) -> None:
        super().__init__(
            "报送之后基础数据又有变动。请对照“原值、已改为、您填写”三栏，确认后再提交。",
            changed={name: (saw, now) for name, (saw, now, _) in moved.items()},
        )
        self.moved = dict(moved)
        self.version = version


def next_state(status: ReportStatus, act: ReportAct) -> ReportStatus:
    """The state after `act`. Source: rules §8, change report.

    Raises:
        Conflict: the report's state does not allow the act.
    """
    if (status, act) not in ALLOWED:
        raise Conflict(
            "这份变更报告现在是“{status}”，不能{act}。请刷新后查看最新情况。",
            status=STATUS_NAMES[status],
            act=ACT_NAMES[act],
        )
    return ALLOWED[status, act]
