"""What the URL of a record asks for: its filters, as they are typed and as the query takes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from flask import request
from flask_babel import gettext as _

from ledger.audit.queries_record_filters import (
    FIRST_DAY,
    FIRST_INSTANT,
    LAST_DAY,
    LAST_INSTANT,
    LEAST,
    MOST,
    Filters,
)
from ledger.audit.queries_record_kinds import EVERYTHING, GROUPS, kinds_chosen
from ledger.domain import amounts
from ledger.domain.dates import parse_typed_date
from ledger.domain.documents import KIND_NAMES, DocumentKind
from ledger.domain.errors import BadValue
from ledger.domain.money import Money
from ledger.funds.schemas_shown import event_words
from ledger.http import paging
from ledger.http.filters import SHANGHAI
from ledger.http.locale import say

NAMES: Final = (
    "tenant", "office", "person", "kind", "pilot", "from", "to", "on_from", "on_to", "amount_from", "amount_to",
)  # fmt: skip
"""The filters of a record's URL: `from` and `to` are the days of recording, `on_…` those of the event."""
GROUP_LABELS: Final[dict[str, str]] = {
    "change": "变更报备",
    "designation": "认定与政策",
    "fund_line": "年度总额",
    "file": "证明文件",
    "import": "导入",
    "people": "人员与单位",
    "refused": "被拒绝的操作",
    "sign_in": "登录",
    "reading": "查阅、导出和核验",
    "proof": "记录链",
}
_EVERYTHING_LABELS: Final = {EVERYTHING: "全部，含登录和查阅"}
_EDGE_LIMIT: Final = 400


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters as typed (`typed`), as they are asked (`filters`), and why one could not be read (`fault`)."""

    typed: Mapping[str, str]
    filters: Filters
    fault: str
    older: Mapping[str, int] | None
    newer: Mapping[str, int] | None

    @property
    def tenant(self) -> str:
        return self.typed["tenant"]


def asked() -> Asked:
    """Read the URL; what cannot be read filters nothing and says why, since a reader's link must not fail."""
    typed = {name: paging.words_asked(name) for name in NAMES}
    typed["kind"] = typed["kind"] if typed["kind"] == EVERYTHING or kinds_chosen(typed["kind"]) else ""
    for name in ("office", "person", "pilot"):
        typed[name] = typed[name] if _number(typed[name]) else ""
    read = _Read(typed)
    recorded_from = read.instant("from", FIRST_INSTANT, 0)
    filters = Filters(
        office_id=_number(typed["office"]),
        person_id=_number(typed["person"]),
        pilot_id=_number(typed["pilot"]),
        kind=typed["kind"],
        first_on=read.day("on_from", FIRST_DAY),
        last_on=read.day("on_to", LAST_DAY),
        least=read.amount("amount_from", LEAST),
        most=read.amount("amount_to", MOST),
        recorded_from=recorded_from,
        recorded_until=read.instant("to", LAST_INSTANT, 1),
    )
    return Asked(typed, filters, read.fault, _edge("older"), _edge("newer"))


class _Read:
    def __init__(self, typed: Mapping[str, str]) -> None:
        self._typed = typed
        self.fault = ""

    def day(self, name: str, otherwise: date) -> date:
        try:
            return parse_typed_date(self._typed[name], name) if self._typed[name] else otherwise
        except BadValue as refusal:
            self.fault = say(refusal)
            return otherwise

    def instant(self, name: str, otherwise: datetime, days: int) -> datetime:
        """The beginning of a day in Asia/Shanghai, or of the day after it."""
        day = self.day(name, date.min)
        return otherwise if day == date.min else datetime.combine(day + timedelta(days=days), time(), SHANGHAI)

    def amount(self, name: str, otherwise: Money) -> Money:
        try:
            return amounts.parse_typed(self._typed[name]) if self._typed[name] else otherwise
        except BadValue as refusal:
            self.fault = say(refusal)
            return otherwise


def _number(text: str) -> int:
    return min(int(text), 2**63 - 1) if text.isascii() and text.isdecimal() and len(text) <= 19 else 0


def _edge(name: str) -> dict[str, int] | None:
    """`220100-512.220200-7`: a place in each stream."""
    text = request.args.get(name, "")
    parts = [part.rpartition("-") for part in text.split(".") if part] if len(text) <= _EDGE_LIMIT else []
    places = {stream: int(seq) for stream, _bar, seq in parts if seq.isascii() and seq.isdecimal() and len(seq) <= 18}
    return places or None


def edge_text(edge: Mapping[str, int] | None) -> str | None:
    """An edge as the URL carries it."""
    return None if edge is None else ".".join(f"{stream}-{seq}" for stream, seq in edge.items())


def kind_groups() -> list[tuple[str, str]]:
    """What the kind may be narrowed to, with the names of the groups; money first."""
    money = [(kind.value, str(_(KIND_NAMES[kind]))) for kind in DocumentKind]
    others = [(name, str(_(label))) for name, label in GROUP_LABELS.items()]
    return [*money, *others, (EVERYTHING, str(_(_EVERYTHING_LABELS[EVERYTHING])))]


def kind_label(choice: str) -> str:
    """A chosen group, or one kind, in words."""
    return dict(kind_groups()).get(choice) or (event_words(choice) if choice not in GROUPS else choice)


def chips(one: Asked, names: Mapping[str, str]) -> list[tuple[str, str]]:
    """The filters in force as (name, words); `names` are what ids are called."""
    typed = one.typed
    words: dict[str, Any] = {
        "tenant": _("地区＝%(what)s", what=names.get("tenant", typed["tenant"])),
        "office": _("单位＝%(what)s", what=names.get("office", typed["office"])),
        "person": _("人员＝%(what)s", what=names.get("person", typed["person"])),
        "kind": _("类别＝%(what)s", what=kind_label(typed["kind"])),
        "pilot": _("试点＝%(what)s", what=names.get("pilot", typed["pilot"])),
        "from": _("记录自 %(day)s", day=typed["from"]),
        "to": _("记录至 %(day)s", day=typed["to"]),
        "on_from": _("发生自 %(day)s", day=typed["on_from"]),
        "on_to": _("发生至 %(day)s", day=typed["on_to"]),
        "amount_from": _("金额不低于 %(what)s", what=typed["amount_from"]),
        "amount_to": _("金额不高于 %(what)s", what=typed["amount_to"]),
    }
    return [(name, str(words[name])) for name in NAMES if typed[name]]
