"""汇总: the province in figures, or one's own tenant; each number leads to what it is made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from flask import render_template
from flask_babel import gettext as _

from ledger.audit.queries_figures import EARLIEST, LATEST, ListChoices, NarrowedTotals
from ledger.audit.queries_status import SystemStatus
from ledger.audit.queries_totals import ProvinceTable, TenantTotals
from ledger.audit.web_pages import pages
from ledger.dispatch import ask
from ledger.domain.access import Permission
from ledger.domain.dates import parse_typed_date
from ledger.domain.errors import BadValue
from ledger.domain.pilots import KIND_NAMES, Direction, PilotKind
from ledger.funds.queries_pilots import DESIGNATED
from ledger.http import actor, paging
from ledger.http.locale import say
from ledger.http.paging import path

_OF_PILOTS = ("kind", "batch", "direction")
_COLLECTIONS = {
    "awarded": "awards",
    "allocated": "allocations",
    "disbursed": "disbursements",
    "spent": "expenditures",
    "accepted": "acceptances",
    "rate": "disbursements",
}
"""The list of documents behind each figure."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the figures are narrowed to; `fault` says why a typed date was not read."""

    typed: dict[str, str]
    first_on: date
    last_on: date
    fault: str

    @property
    def is_narrowed(self) -> bool:
        return any(self.typed.values()) and not (self.fault and not any(self.typed[name] for name in _OF_PILOTS))

    @property
    def of_pilots(self) -> dict[str, str]:
        """What of the pilots was chosen."""
        return {name: self.typed[name] for name in _OF_PILOTS if self.typed[name]}

    @property
    def is_dated(self) -> bool:
        return (self.first_on, self.last_on) != (EARLIEST, LATEST)

    def url(self, tenant_code: str, figure: str) -> str:
        """The list that comes to the same figure: of documents, or of pilots; "" where there is none.

        Documents are not narrowed by what their pilot is, and pilots have no figures of a day; a
        "rate" leads to the pilots behind it.
        """
        within = ("t", tenant_code) if tenant_code else ()
        if figure == "pilots" or (not self.is_dated and (figure == "rate" or self.of_pilots)):
            is_listed = figure not in ("spent", "accepted")
            query = urlencode({**self.of_pilots, "status": DESIGNATED})
            return f"{path(*within, 'pilots')}?{query}" if is_listed else ""
        if self.of_pilots:
            return ""
        dates = {"from": self.first_on, "to": self.last_on}
        kept = {name: day.isoformat() for name, day in dates.items() if day not in (EARLIEST, LATEST)}
        return path(*within, _COLLECTIONS[figure]) + (f"?{urlencode(kept)}" if kept else "")


@pages.get("/totals")
def totals() -> str:
    """Sums by tenant in division order, of all or of what the URL narrows them to."""
    who, choices = actor.current(), ask(ListChoices(), actor.current())
    asked = _asked(choices.years)
    table = _table(asked)
    return render_template(
        "audit/totals.html",
        typed=asked.typed,
        fault=asked.fault,
        chips=_chips(asked.typed),
        years=[(str(year), _("%(year)s 年", year=year)) for year in choices.years],
        kinds=[(kind.value, _(KIND_NAMES[kind])) for kind in PilotKind],
        batches=[(batch, batch) for batch in choices.batches],
        directions=[(each.value, f"{each.clause} {_(each.label)}") for each in Direction],
        as_of=table.as_of,
        read_at=table.read_at,
        is_province=who.is_province,
        figures=table.figures,
        rows=table.rows,
        own_code="" if who.is_province else who.tenant_code,
        figure_url=asked.url,
        has_unlisted=bool(asked.of_pilots),
        journal=_journal() if who.may(Permission.STATUS_READ) else None,
    )


def _asked(years: Any) -> _Asked:
    typed = {name: paging.words_asked(name) for name in ("year", *_OF_PILOTS, "as_of")}
    typed["year"] = typed["year"] if typed["year"] in {str(year) for year in years} else ""
    typed["kind"] = typed["kind"] if typed["kind"] in set(PilotKind) else ""
    typed["direction"] = typed["direction"] if typed["direction"] in set(Direction) else ""
    first_on, last_on, fault = EARLIEST, LATEST, ""
    if typed["year"]:
        first_on, last_on = date(int(typed["year"]), 1, 1), date(int(typed["year"]), 12, 31)
    try:
        last_on = min(last_on, parse_typed_date(typed["as_of"], "as_of")) if typed["as_of"] else last_on
    except BadValue as refusal:
        fault = say(refusal)
    return _Asked(typed, first_on, last_on, fault)


def _table(asked: _Asked) -> ProvinceTable:
    if not asked.is_narrowed:
        return ask(TenantTotals(), actor.current())
    chosen = {name: asked.typed[name] for name in _OF_PILOTS}
    return ask(NarrowedTotals(**chosen, first_on=asked.first_on, last_on=asked.last_on), actor.current())


def _chips(typed: dict[str, str]) -> list[tuple[str, str]]:
    kind = _(KIND_NAMES[PilotKind(typed["kind"])]) if typed["kind"] else ""
    direction = _(Direction(typed["direction"]).label) if typed["direction"] else ""
    words = {
        "year": _("年度＝%(what)s", what=typed["year"]),
        "kind": _("类型＝%(what)s", what=kind),
        "batch": _("批次＝%(what)s", what=typed["batch"]),
        "direction": _("方向＝%(what)s", what=direction),
        "as_of": _("截至 %(day)s", day=typed["as_of"]),
    }
    return [(name, words[name]) for name, value in typed.items() if value]


def _journal() -> dict[str, Any]:
    status = ask(SystemStatus(), actor.current())
    last = status.verification
    return {
        "entries": status.entries,
        "checked_at": last.verified_at if last else None,
        "sound": last is None or last.sound,
    }
