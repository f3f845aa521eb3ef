"""查找: pilots and documents by a few words, in one's own tenant or for the province in all of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from flask import Response
from flask_babel import gettext as _

from ledger.audit.queries_search import FindDocuments, FoundDocument, FoundDocuments, FoundPlace
from ledger.audit.web_pages import pages
from ledger.audit.web_pilots import shown_status
from ledger.dispatch import ask
from ledger.domain.access import Permission, check_permission
from ledger.domain.documents import DocumentKind
from ledger.domain.identifiers import normalise_document_no, normalise_uscc
from ledger.domain.money import ZERO, Money
from ledger.funds.queries_pilots import ListedPilot, ListProvincePilots, PilotPage
from ledger.funds.schemas_shown import collection_of, document_url, kind_name
from ledger.http import actor, htmx, paging
from ledger.http.paging import path

SHORTEST = 2
"""Characters that are looked for at least: one alone is found nearly everywhere."""
MOST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class _Pilot:
    """A found pilot."""

    url: str
    name: str
    tenant_name: str
    kind: str
    uscc: str
    document_no: str
    status: str


@dataclass(frozen=True, slots=True)
class _Document:
    """A found document; a reversal's amount is negative."""

    url: str
    number: str
    kind_name: str
    tenant_name: str
    on: date
    pilot_url: str
    pilot_name: str
    voucher_no: str | None
    document_no: str | None
    amount: Money
    status: str
    is_reversal: bool


@pages.get("/search")
def search() -> Response:
    """What `q` finds, pilots first; htmx takes the results alone."""
    who = actor.current()
    check_permission(who, Permission.PILOT_READ)
    typed = paging.words_asked("q")
    words = as_stored(typed)
    is_short = len(words) < SHORTEST
    pilots: PilotPage | None = None
    documents: FoundDocuments | None = None
    if not is_short:
        pilots = ask(ListProvincePilots(words=words, per_page=MOST_SHOWN), who)
        documents = ask(FindDocuments(words=words, limit=MOST_SHOWN), who)
    return htmx.render(
        "audit/search.html",
        "audit/_search.html",
        typed=typed,
        words=words,
        shortest=SHORTEST,
        is_short=is_short,
        is_province=who.is_province,
        pilots=[_pilot(one) for one in pilots.items] if pilots else [],
        pilot_total=pilots.total if pilots else 0,
        pilots_url=f"{path('pilots') if who.is_province else path('t', who.tenant_code, 'pilots')}?{_query(words)}",
        documents=[_document(one) for one in documents.items] if documents else [],
        document_total=documents.total if documents else 0,
        places=_places(documents, words, name_tenant=who.is_province) if documents else [],
    )


def as_stored(typed: str) -> str:
    """The words as the ledger spells them: 〔〕 around a year, half-width codes; names stay as typed."""
    number = normalise_document_no(typed)
    if "〔" in number:
        return number
    code = normalise_uscc(typed)
    return code if code.isascii() and " " not in typed else typed


def _query(words: str) -> str:
    return urlencode({"q": words})


def _pilot(one: ListedPilot) -> _Pilot:
    return _Pilot(
        path("t", one.tenant_code, "pilots", one.id),
        one.name,
        one.tenant_name,
        one.kind,
        one.uscc,
        one.designation_document_no,
        shown_status(one.status, one.money),
    )


def _document(one: FoundDocument) -> _Document:
    is_reversal = one.kind is DocumentKind.REVERSAL
    return _Document(
        document_url(one.tenant_code, one.collection, one.id),
        one.number,
        kind_name(one.collection),
        one.tenant_name,
        one.business_date,
        path("t", one.tenant_code, "pilots", one.pilot_id),
        one.pilot_name,
        one.voucher_no,
        one.document_no,
        ZERO - one.amount if is_reversal else one.amount,
        one.status,
        is_reversal,
    )


def _places(found: FoundDocuments, words: str, *, name_tenant: bool) -> list[tuple[str, str, int]]:
    """The lists that hold what was found, as (url, words, how many)."""

    def named(place: FoundPlace) -> str:
        kind = kind_name(place.collection)
        return str(_("%(tenant)s %(kind)s", tenant=place.tenant_name, kind=kind)) if name_tenant else kind

    def url(place: FoundPlace) -> str:
        return f"{path('t', place.tenant_code, collection_of(place.collection))}?{_query(words)}"

    return [(url(place), named(place), place.found) for place in found.places]
