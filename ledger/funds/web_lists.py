"""The lists of documents of one tenant, one for each kind."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask import Response
from flask_babel import gettext as _

from ledger import clock
from ledger.dispatch import ask
from ledger.domain.dates import parse_typed_date
from ledger.domain.documents import PERMISSIONS, DocumentKind, Status
from ledger.domain.errors import BadValue
from ledger.domain.money import ZERO, Money
from ledger.funds.queries import EARLIEST, LATEST, ListDocuments, ShownDocument
from ledger.funds.schemas_shown import COLLECTIONS, days_since, document_url, kind_name, status_name
from ledger.funds.web_pages import pages, tenant
from ledger.http import actor, htmx, paging

_STATUSES = (Status.WAITING, Status.POSTED, Status.RETURNED, Status.DRAFT, Status.REVERSED)


@dataclass(frozen=True, slots=True)
class _Row:
    """A document of a list; a reversal's amount is negative."""

    url: str
    number: str
    on: date
    pilot_id: int
    pilot_name: str
    payee_name: str | None
    document_no: str | None
    voucher_no: str | None
    amount: Money
    status: str
    waiting_days: int | None
    is_reversal: bool
    made_by: str
    checked_by: str | None


@pages.get(f"/t/<tenant:code>/<any({', '.join(COLLECTIONS)}):collection>")
def list_documents(code: str, collection: str) -> Response:
    """Documents of one kind with their reversals, filtered by the URL."""
    kind, who = COLLECTIONS[collection], actor.current()
    typed = {name: paging.words_asked(name) for name in ("q", "status", "from", "to")}
    asked = paging.page_asked()
    found = ask(
        ListDocuments(
            tenant_code=code,
            kind=kind,
            status=typed["status"] if typed["status"] in set(Status) else "",
            words=typed["q"],
            first_on=_day(typed["from"], EARLIEST),
            last_on=_day(typed["to"], LATEST),
            page=asked.page,
            per_page=asked.per_page,
        ),
        who,
    )
    may_record = kind is DocumentKind.DISBURSEMENT and who.may(PERMISSIONS[kind][0])
    return htmx.render(
        "funds/documents.html",
        "funds/_documents.html",
        tenant=tenant(code),
        collection=collection,
        kind=kind.value,
        kind_name=kind_name(kind),
        statuses=[(status.value, status_name(status)) for status in _STATUSES],
        typed=typed,
        chips=_chips(typed),
        new_url=paging.path("t", code, "disbursements", "new") if may_record else None,
        page=paging.Page([_row(one) for one in found.items], found.total, found.page, found.per_page),
        amount_total=found.amount_total,
    )


def _day(text: str, otherwise: date) -> date:
    try:
        return parse_typed_date(text, "") if text else otherwise
    except BadValue:
        # A reader's link must not fail: an unreadable day filters nothing.
        return otherwise


def _chips(typed: dict[str, str]) -> list[tuple[str, str]]:
    words = {
        "q": _("查找＝%(what)s", what=typed["q"]),
        "status": _("状态＝%(what)s", what=status_name(typed["status"]) if typed["status"] in set(Status) else "—"),
        "from": _("自 %(day)s", day=typed["from"]),
        "to": _("至 %(day)s", day=typed["to"]),
    }
    return [(name, words[name]) for name, value in typed.items() if value]


def _row(shown: ShownDocument) -> _Row:
    document = shown.document
    is_reversal = document.kind is DocumentKind.REVERSAL
    waits = document.status is Status.WAITING
    return _Row(
        document_url(shown.tenant_code, shown.collection, document.id),
        document.number,
        document.business_date,
        document.pilot_id,
        shown.pilot_name,
        document.payee_name,
        document.document_no,
        document.voucher_no,
        ZERO - document.amount if is_reversal else document.amount,
        document.status.value,
        days_since(document.made_at, clock.today()) if waits else None,
        is_reversal,
        document.made_by_name,
        document.checked_by_name,
    )
