"""变更台账: the record of an office, a tenant or the province, on the screen and on paper."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from flask import Response, request

from ledger import clock
from ledger.audit import schemas_record_filters as asking
from ledger.audit.queries_record import (
    MOST_EXPORTED,
    ListRecordChoices,
    OwnProvinceRecord,
    OwnRecord,
    ProvinceRecord,
    RecordChoices,
    RecordPage,
    TenantRecord,
)
from ledger.audit.schemas_record import told
from ledger.audit.schemas_record_filters import Asked, edge_text
from ledger.audit.schemas_sentences_values import place_name
from ledger.audit.web_pages import pages
from ledger.dispatch import ask
from ledger.domain.access import PROVINCE, Permission, check_permission
from ledger.domain.errors import NotPermitted
from ledger.funds.schemas_shown import kind_name
from ledger.http import actor, htmx, paging
from ledger.http.locale import speaking
from ledger.http.paging import path
from ledger.identity.queries import PROVINCE_ROW, TENANTS

_TENANTS = [(row.code, row.name) for row in (PROVINCE_ROW, *TENANTS)]


@pages.get("/t/<tenant:code>/record")
def tenant_record(code: str) -> Response:
    """Every act in one tenant's record, narrowed by the URL."""
    return _record(code)


@pages.get("/record")
def province_record() -> Response:
    """Every act of all tenants and of the province, for its people."""
    check_permission(actor.current(), Permission.JOURNAL_READ)
    if not actor.current().is_province:
        raise NotPermitted("全省变更台账由省级人员查看。请从导航进入本地区的变更台账。")
    return _record(None)


def _record(code: str | None) -> Response:
    asked, limit = asking.asked(), paging.page_asked().per_page
    if code is not None or asked.tenant not in dict(_TENANTS):
        asked = Asked({**asked.typed, "tenant": ""}, asked.filters, asked.fault, asked.older, asked.newer)
    found = _ask(code, asked, limit)
    within = code or asked.tenant or None
    choices = _choices(within, asked)
    rows = [told(event) for event in found.events]
    return htmx.render(
        "audit/record.html",
        "audit/_record.html",
        code=code,
        place=place_name(code) if code else "",
        rows=rows,
        page=found,
        touched=[(kind_name(one.kind), one.documents, one.amount) for one in found.touched],
        typed=asked.typed,
        fault=asked.fault,
        chips=asking.chips(asked, _names(asked, choices)),
        tenants=None if code else _TENANTS,
        choices=choices,
        kinds=asking.kind_groups(),
        is_quiet=not (asked.typed["kind"] or asked.typed["person"]),
        own_url=None if asked.filters.office_id else paging.link(office=actor.current().office_id),
        older_url=_edge_url("older", found.older),
        newer_url=_edge_url("newer", found.newer),
        newest_url=paging.link(older=None, newer=None) if request.args.keys() & {"older", "newer"} else None,
        per_page=limit,
        exports=None if found.is_more or found.total > MOST_EXPORTED else _exports(code),
        most_exported=MOST_EXPORTED,
        paper=_paper(found, asked, choices),
    )


def _ask(code: str | None, asked: Asked, limit: int) -> RecordPage:
    who = actor.current()
    own = asked.filters.office_id == who.office_id
    chosen: dict[str, Any] = {
        "filters": asked.filters,
        "limit": limit,
        "older": asked.older,
        "newer": None if asked.older else asked.newer,
    }
    if code is None:
        wide = OwnProvinceRecord if own else ProvinceRecord
        return ask(wide(of_tenant=asked.tenant, **chosen), who)
    return ask((OwnRecord if own else TenantRecord)(tenant_code=code, **chosen), who)


def _choices(within: str | None, asked: Asked) -> RecordChoices:
    # Over all tenants the province's own people and offices are offered; its own stream has no pilots.
    return ask(ListRecordChoices(within or PROVINCE, asked.filters.person_id), actor.current())


def _names(asked: Asked, choices: RecordChoices) -> dict[str, str]:
    """What the ids of the URL are called, as far as they are offered."""
    who = actor.current()
    offices = {**dict(choices.offices), who.office_id: who.office_name}
    people = {each: name for each, name, _office in choices.people}
    found = {
        "tenant": place_name(asked.tenant),
        "office": offices.get(asked.filters.office_id),
        "person": people.get(asked.filters.person_id) or choices.person,
        "pilot": dict(choices.pilots).get(asked.filters.pilot_id),
    }
    return {name: words for name, words in found.items() if words}


def _edge_url(name: str, edge: Mapping[str, int] | None) -> str | None:
    if edge is None:
        return None
    other = "newer" if name == "older" else "older"
    return paging.link(**{name: edge_text(edge), other: None})


def _exports(code: str | None) -> list[tuple[str, str]]:
    kept = [(name, value) for name in asking.NAMES if (value := paging.words_asked(name))]
    query = f"?{urlencode(kept)}" if kept else ""
    place = ("t", code) if code else ()
    return [(kind, path(*place, f"record.{kind}") + query) for kind in ("xlsx", "csv")]


def _paper(found: RecordPage, asked: Asked, choices: RecordChoices) -> dict[str, Any]:
    """What the printed form says: offices file it in Chinese and in yuan, however the page is read."""
    with speaking("zh"):
        rows = [told(event) for event in found.events]
        touched = [(kind_name(one.kind), one.documents, one.amount) for one in found.touched]
        chips = asking.chips(asked, _names(asked, choices))
    return {"rows": rows, "touched": touched, "chips": chips, "printed_at": clock.now()}
