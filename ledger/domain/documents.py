"""Kinds of documents, their states, who records and checks them, and where their money moves."""

from __future__ import annotations

from enum import StrEnum

from ledger.domain.access import Permission
from ledger.domain.errors import Conflict


class DocumentKind(StrEnum):
    """What people fill in; posting a document writes its entries."""

    AWARD = "award"
    ALLOCATION = "allocation"
    DISBURSEMENT = "disbursement"
    EXPENDITURE = "expenditure"
    ACCEPTANCE = "acceptance"
    RECOVERY = "recovery"
    REDUCTION = "reduction"
    REVERSAL = "reversal"


class Status(StrEnum):
    """The state of a document."""

    DRAFT = "draft"
    WAITING = "waiting"
    RETURNED = "returned"
    POSTED = "posted"
    REVERSED = "reversed"


class Act(StrEnum):
    """What a person does to a document."""

    SEND = "send"
    WITHDRAW = "withdraw"
    RETURN = "return"
    APPROVE = "approve"
    REVERSE = "reverse"


class Stage(StrEnum):
    """Where money stands; an entry moves one positive amount from one stage to another."""

    FUND_LINE = "fund_line"
    AWARDED = "awarded"
    ALLOCATED = "allocated"
    DISBURSED = "disbursed"
    SPENT = "spent"
    ACCEPTED = "accepted"
    RECOVERED = "recovered"


Move = tuple[Stage, Stage]

KIND_NAMES: dict[DocumentKind, str] = {
    DocumentKind.AWARD: "资金核定",
    DocumentKind.ALLOCATION: "指标下达",
    DocumentKind.DISBURSEMENT: "拨付",
    DocumentKind.EXPENDITURE: "支出",
    DocumentKind.ACCEPTANCE: "验收",
    DocumentKind.RECOVERY: "收回",
    DocumentKind.REDUCTION: "核定调减",
    DocumentKind.REVERSAL: "冲销",
}

STATUS_NAMES: dict[Status, str] = {
    Status.DRAFT: "草稿",
    Status.WAITING: "待复核",
    Status.RETURNED: "已退回",
    Status.POSTED: "已入账",
    Status.REVERSED: "已冲销",
}

ACT_NAMES: dict[Act, str] = {
    Act.SEND: "送复核",
    Act.WITHDRAW: "撤回",
    Act.RETURN: "退回",
    Act.APPROVE: "复核通过",
    Act.REVERSE: "冲销",
}

ALLOWED: dict[tuple[Status, Act], Status] = {
    (Status.DRAFT, Act.SEND): Status.WAITING,
    (Status.RETURNED, Act.SEND): Status.WAITING,
    (Status.WAITING, Act.WITHDRAW): Status.DRAFT,
    (Status.WAITING, Act.RETURN): Status.RETURNED,
    (Status.WAITING, Act.APPROVE): Status.POSTED,
    (Status.POSTED, Act.REVERSE): Status.REVERSED,
}
"""Every move of a document; what is not listed is refused."""

REVERSIBLE = frozenset(
    {
        DocumentKind.ALLOCATION,
        DocumentKind.DISBURSEMENT,
        DocumentKind.EXPENDITURE,
        DocumentKind.ACCEPTANCE,
        DocumentKind.RECOVERY,
    }
)
"""Never an award or its reduction: the one-time right comes back only by a provincial act (Q4). Never a reversal."""

PERMISSIONS: dict[DocumentKind, tuple[Permission, Permission]] = {
    DocumentKind.AWARD: (Permission.AWARD_RECORD, Permission.AWARD_CHECK),
    DocumentKind.ALLOCATION: (Permission.ALLOCATION_RECORD, Permission.ALLOCATION_CHECK),
    DocumentKind.DISBURSEMENT: (Permission.DISBURSEMENT_RECORD, Permission.DISBURSEMENT_CHECK),
    DocumentKind.EXPENDITURE: (Permission.EXPENDITURE_RECORD, Permission.EXPENDITURE_CHECK),
    DocumentKind.ACCEPTANCE: (Permission.ACCEPTANCE_RECORD, Permission.ACCEPTANCE_CHECK),
    DocumentKind.RECOVERY: (Permission.RECOVERY_RECORD, Permission.RECOVERY_CHECK),
    DocumentKind.REDUCTION: (Permission.AWARD_RECORD, Permission.AWARD_CHECK),
}
"""Who records and who checks; a reversal takes those of the document that it reverses."""

MOVES: dict[DocumentKind, tuple[Move, ...]] = {
    DocumentKind.AWARD: ((Stage.FUND_LINE, Stage.AWARDED),),
    DocumentKind.ALLOCATION: ((Stage.AWARDED, Stage.ALLOCATED),),
    DocumentKind.DISBURSEMENT: ((Stage.ALLOCATED, Stage.DISBURSED),),
    DocumentKind.EXPENDITURE: ((Stage.DISBURSED, Stage.SPENT),),
    DocumentKind.ACCEPTANCE: ((Stage.SPENT, Stage.ACCEPTED),),
    DocumentKind.RECOVERY: ((Stage.ALLOCATED, Stage.RECOVERED), (Stage.DISBURSED, Stage.RECOVERED)),
    DocumentKind.REDUCTION: ((Stage.AWARDED, Stage.FUND_LINE),),
}
"""The moves a kind may write; a recovery has two origins; a reversal writes `back()` of the original's."""


def back(move: Move) -> Move:
    """The move that undoes `move`."""
    return move[1], move[0]


def next_status(status: Status, act: Act) -> Status:
    """The state after `act`. Source: rules §8.

    Raises:
        Conflict: the document's state does not allow the act (someone else was first, or it is settled).
    """
    if (status, act) not in ALLOWED:
        raise Conflict(
            "这份单据现在是“{status}”，不能{act}。请刷新后查看最新情况。",
            status=STATUS_NAMES[status],
            act=ACT_NAMES[act],
        )
    return ALLOWED[status, act]


def check_reversible(kind: DocumentKind) -> None:
    """Refuse the reversal of an award or its reduction (Q3, Q4), or of a reversal; they stand once posted.

    Raises:
        Conflict: `kind` is not in `REVERSIBLE`.
    """
    if kind is DocumentKind.AWARD:
        raise Conflict("资金核定不能冲销，一次性资格不因此恢复（第八条）。如需调减，请办理变更处置。")
    if kind is DocumentKind.REDUCTION:
        raise Conflict("核定调减不能冲销：核定为一次性，调减后不再增加（第八条）。如确有错误，请按省级文件另行处理。")
    if kind not in REVERSIBLE:
        raise Conflict("冲销单不能再次冲销。请按正确内容重新登记。")
