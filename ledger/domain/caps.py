"""Limits of an award: the cap of its kind, the one-time right and the year's fund line."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.domain.errors import (
    AlreadyAwarded,
    CapExceeded,
    ExceedsAwarded,
    ExceedsFundLine,
    Invalid,
    ProjectMismatch,
    Required,
)
from ledger.domain.money import ZERO, Money, total
from ledger.domain.pilots import KIND_NAMES, PilotKind
from ledger.domain.positions import FundLinePosition, LinePosition


def check_award_lines(kind: PilotKind, cap: Money, amounts: Sequence[Money], used: Money = ZERO) -> None:
    """Refuse an award whose lines together, with `used`, pass the cap of the pilot's kind.

    `used` is not zero only where the policy counts several awards under one cap (Q2).

    Raises:
        Required: no line. CapExceeded: the sum is above the cap.

    Source: R8.3 (region), R8.4 (enterprise), 《管理办法》第八条.
    """
    if not amounts:
        raise Required("请至少填写一个项目的核定金额。", field="lines")
    asked = total(list(amounts))
    if used + asked > cap:
        raise CapExceeded(
            "核定金额不能超过{kind}一次性上限 {limit} 元（第八条）。已核定 {used}，本次 {requested}。"
            "请改为不高于 {available} 元。",
            kind=KIND_NAMES[kind],
            limit=cap,
            used=used,
            requested=asked,
            available=max(cap - used, ZERO),
        )


def check_region_split(kind: PilotKind, project_codes: Sequence[str], region_split: bool) -> None:
    """Refuse one project twice in an award, and several projects of a region where the policy forbids it.

    An enterprise may spread its award over several of its projects.

    Raises:
        ProjectMismatch: a project twice. Invalid: several lines although `region_split` is off.

    Source: Q6.
    """
    if len(set(project_codes)) < len(project_codes):
        raise ProjectMismatch("同一项目在一次核定中只能有一行。请合并重复的项目。")
    if kind is PilotKind.REGION and len(project_codes) > 1 and not region_split:
        raise Invalid("现行政策规定试点区域的资金只安排给一个项目。请只保留一行。", field="lines")


def check_fund_line(position: FundLinePosition, amount: Money) -> None:
    """Refuse an award above what the year's fund line has left.

    Raises:
        ExceedsFundLine: `amount` is above `position.available`.

    Source: R8.6, 《管理办法》第八条.
    """
    if amount > position.available:
        raise ExceedsFundLine(
            "该年度专项资金最多还可核定 {available} 元。总额 {limit}，已核定 {used}，待复核 {waiting}。"
            "请调减本次核定，或先登记资金总额的调整。",
            limit=position.total,
            used=position.awarded,
            waiting=position.waiting,
            requested=amount,
            available=position.available,
        )


def check_one_time(right_document_no: str | None, own: bool) -> None:
    """Refuse a second award to a subject whose one-time right is used; `None` means unused.

    `own` is whether the asker may see the award that used it; else the text does not lead there.

    Raises:
        AlreadyAwarded: the right is used, in whatever tenant, year or name.

    Source: R8.5, Q1-Q3, 《管理办法》第八条.
    """
    if right_document_no is not None and own:
        raise AlreadyAwarded(
            "该单位已核定过（{document_no}），一次性支持不能重复（第八条）。请查看原核定，或通过变更调减。",
            document_no=right_document_no,
        )
    if right_document_no is not None:
        raise AlreadyAwarded(
            "该单位已核定过（{document_no}），一次性支持不能重复（第八条）。如有疑问，请联系省发展改革委核对。",
            document_no=right_document_no,
        )


def check_reduction(line: LinePosition, new_amount: Money) -> None:
    """Refuse to bring an award's line to `new_amount` (fen, zero allowed) where that is no less, or too little.

    The one-time right stays used, and what waits for its check as an allocation keeps its room.

    Raises:
        Invalid: `new_amount` is not lower than what is awarded.
        ExceedsAwarded: `new_amount` is below what is allocated or waits to be.

    Source: R10.3, Q3, Q4, 《管理办法》第十条.
    """
    if new_amount >= line.awarded:
        raise Invalid(
            "调减后的金额应低于现核定 {limit} 元；核定为一次性，不能增加（第八条）。请核对处置文件。",
            field="reduced_to",
            limit=line.awarded,
            requested=new_amount,
        )
    if new_amount < line.allocated + line.waiting:
        raise ExceedsAwarded(
            "核定最低可调减到 {least} 元：已下达 {used}，待复核 {waiting}。"
            "要调得更低，请先退回待复核的下达，或先冲销未拨的下达。",
            field="reduced_to",
            limit=line.awarded,
            used=line.allocated,
            waiting=line.waiting,
            least=line.allocated + line.waiting,
            requested=line.awarded - new_amount,
            available=line.available,
        )
