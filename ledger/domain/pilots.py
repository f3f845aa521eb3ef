"""Pilots: kinds, directions of Articles 1 and 2, status, and the holds on their money."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from ledger.domain.dates import add_months
from ledger.domain.documents import DocumentKind
from ledger.domain.errors import Banned, Frozen, Invalid, NotDesignated


class PilotKind(StrEnum):
    """What was designated; the cap depends on it (R8.3, R8.4)."""

    REGION = "region"
    ENTERPRISE = "enterprise"


KIND_NAMES: dict[PilotKind, str] = {PilotKind.REGION: "试点区域", PilotKind.ENTERPRISE: "试点企业"}


class Track(StrEnum):
    """With what services integrate: advanced manufacturing (Article 1) or modern agriculture (Article 2)."""

    MANUFACTURING = "manufacturing"
    AGRICULTURE = "agriculture"


TRACK_NAMES: dict[Track, str] = {
    Track.MANUFACTURING: "现代服务业×先进制造业",
    Track.AGRICULTURE: "现代服务业×现代农业",
}


class Direction(StrEnum):
    """The fourteen directions. Source: R1.2 and R2.1, 《管理办法》第一条、第二条."""

    M1 = "M1"
    M2 = "M2"
    M3 = "M3"
    M4 = "M4"
    M5 = "M5"
    M6 = "M6"
    M7 = "M7"
    M8 = "M8"
    M9 = "M9"
    A1 = "A1"
    A2 = "A2"
    A3 = "A3"
    A4 = "A4"
    A5 = "A5"

    @property
    def label(self) -> str:
        return _DIRECTION_NAMES[self]

    @property
    def track(self) -> Track:
        return Track.MANUFACTURING if self.value[0] == "M" else Track.AGRICULTURE

    @property
    def clause(self) -> str:
        """Where the Measures name it: 第一条（一）."""
        article = "第一条" if self.track is Track.MANUFACTURING else "第二条"
        return f"{article}（{'一二三四五六七八九'[int(self.value[1]) - 1]}）"


_DIRECTION_NAMES: dict[Direction, str] = {
    Direction.M1: "汽车产业和服务业全链条融合",
    Direction.M2: "装备制造业和服务业集成化融合",
    Direction.M3: "医药产业和服务业有机融合",
    Direction.M4: "原材料工业和服务业融合",
    Direction.M5: "消费品工业和服务业深度融合",
    Direction.M6: "信息技术和制造业数字化融合",
    Direction.M7: "现代物流和制造业高效融合",
    Direction.M8: "研发设计和制造业创新融合",
    Direction.M9: "文旅体和制造业多元化融合",
    Direction.A1: "农机装备制造和研发设计融合",
    Direction.A2: "农作物育种和科技服务融合",
    Direction.A3: "农业生产和信息技术融合",
    Direction.A4: "农产品销售和冷链物流融合",
    Direction.A5: "休闲农业和乡村旅游融合",
}


class PilotStatus(StrEnum):
    """Where a pilot stands from designation on. Source: rules §8."""

    WAITING = "waiting"
    ACTIVE = "active"
    RETURNED = "returned"
    WATCH = "watch"
    PENDING_REVOCATION = "pending_revocation"
    REVOKED = "revoked"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    SUSPENDED = "suspended"


STATUS_NAMES: dict[PilotStatus, str] = {
    PilotStatus.WAITING: "认定待复核",
    PilotStatus.ACTIVE: "正常",
    PilotStatus.RETURNED: "认定已退回",
    PilotStatus.WATCH: "观察",
    PilotStatus.PENDING_REVOCATION: "待取消",
    PilotStatus.REVOKED: "已取消",
    PilotStatus.WITHDRAWN: "已退出",
    PilotStatus.EXPIRED: "期满",
    PilotStatus.SUSPENDED: "暂停",
}

MAY_BE_AWARDED = frozenset({PilotStatus.ACTIVE, PilotStatus.WATCH})
"""One failed evaluation puts a pilot under watch and takes nothing from it (R12.3)."""


class HoldKind(StrEnum):
    """What holds a subject's money: a ban with an end, or a freeze until the province decides."""

    BAN = "ban"
    FREEZE = "freeze"


def check_direction(track: Track, direction: Direction) -> None:
    """Refuse a direction of the other track.

    Raises:
        Invalid: `direction` is not listed under the track's article.

    Source: R1.1, R1.2, R2.1, 《管理办法》第一条、第二条.
    """
    if direction.track is not track:
        raise Invalid(
            "方向“{direction}”见于{clause}，不属于“{track}”。请改选方向或领域。",
            field="direction",
            direction=direction.label,
            clause=direction.clause,
            track=TRACK_NAMES[track],
        )


def check_may_be_awarded(status: PilotStatus, name: str) -> None:
    """Refuse money to a unit that is not a designated pilot in good standing.

    Raises:
        NotDesignated: the status is neither active nor watch.

    Source: R8.1, 《管理办法》第八条.
    """
    if status not in MAY_BE_AWARDED:
        raise NotDesignated(
            "“{name}”现为“{status}”，不在省级新认定的试点之列，不能安排资金（第八条）。请先核对认定情况。",
            name=name,
            status=STATUS_NAMES[status],
        )


def check_not_held(hold: HoldKind | None, ends_on: date | None, document_no: str, act: DocumentKind) -> None:
    """Refuse new money under an active ban or freeze; `ends_on` is its last day, `None` if open.

    A ban bars awards; either bars allocation and disbursement of what was awarded before (Q13, Q14).
    Expenditure, acceptance, recovery and reversal stay open: they record or bring back money already out.

    Raises:
        Banned: an award under a ban. Frozen: any other act that gives money.

    Source: R12.3, R12.4, 《管理办法》第十二条.
    """
    if hold is None or act not in _GIVES_MONEY:
        return
    last_day = ends_on.isoformat() if ends_on else "省级作出决定"
    if hold is HoldKind.BAN and act is DocumentKind.AWARD:
        raise Banned(
            "该单位到 {ends_on} 为止不能申报（取消决定 {document_no}，第十二条）。期满后可重新申报。",
            field="pilot_id",
            ends_on=last_day,
            document_no=document_no,
        )
    raise Frozen(
        "该单位的资金已冻结，到 {ends_on} 为止（{document_no}，第十二条）。请等待或请示省级处置决定。",
        field="pilot_id",
        ends_on=last_day,
        document_no=document_no,
    )


_GIVES_MONEY = frozenset({DocumentKind.AWARD, DocumentKind.ALLOCATION, DocumentKind.DISBURSEMENT})


def last_ban_day(decided_on: date, months: int) -> date:
    """The last day of a ban, inclusive to 24:00; the day of the decision itself is not counted.

    It does not roll over holidays: 2026-03-10 and 24 months end on 2028-03-10.

    Source: R12.4, Q12, 《管理办法》第十二条.
    """
    return add_months(decided_on, months)
