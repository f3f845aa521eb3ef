"""What a hold on a project keeps back: money on its way to it, and nothing that brings money back. R10.2, R10.3."""

from __future__ import annotations

from ledger.domain.changes_states import HoldReason
from ledger.domain.changes_types import ChangeType
from ledger.domain.documents import KIND_NAMES, DocumentKind
from ledger.domain.errors import HeldByReport

_GIVES_MONEY = frozenset({DocumentKind.AWARD, DocumentKind.ALLOCATION, DocumentKind.DISBURSEMENT})
_HELD_BACK: dict[HoldReason, frozenset[DocumentKind]] = {
    HoldReason.CHANGE: _GIVES_MONEY,
    HoldReason.STOPPED: _GIVES_MONEY,
    HoldReason.SUSPENSION: _GIVES_MONEY,
    # An account is where money is paid to: what the province decides goes on meanwhile.
    HoldReason.ACCOUNT: frozenset({DocumentKind.DISBURSEMENT}),
}
_WORDS: dict[HoldReason, str] = {
    HoldReason.CHANGE: "变更报告 {report}（{type}）尚未处置，期间不能办理{act}（第十条）。"
    "请先办结该报告；省级处置后按处置结果办理。",
    HoldReason.STOPPED: "按变更报告 {report}（{type}），项目已缓建、停建、终止或单位不再存续，不能办理{act}（第十条）。"
    "请待恢复后另行报备，经省级同意再办理。",
    HoldReason.SUSPENSION: "省级已按变更报告 {report}（{type}）暂缓拨付，不能办理{act}（第十条）。"
    "请按处置意见整改，待省级解除暂缓后再办理。",
    HoldReason.ACCOUNT: "变更报告 {report}（{type}）的收款账户尚未核对，不能办理{act}（第十条）。"
    "请先由财务复核人员核对新账户。",
}


def holds_back(reason: HoldReason, act: DocumentKind) -> bool:
    """Whether a hold stands in the way of an act; expenditure, acceptance, recovery and reversal always go on."""
    return act in _HELD_BACK[reason]


def check_not_held_by(reason: HoldReason, report_number: str, report_type: ChangeType, act: DocumentKind) -> None:
    """Refuse money to a project that a change report holds.

    Raises:
        HeldByReport: and names the report, and what to do.

    Source: R10.2, R10.3, 《管理办法》第十条.
    """
    if holds_back(reason, act):
        raise HeldByReport(_WORDS[reason], report=report_number, type=report_type.label, act=KIND_NAMES[act])
