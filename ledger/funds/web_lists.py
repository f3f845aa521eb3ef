"""The lists of documents, one for each kind: of one tenant, and of every tenant for the province."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Response
from flask_babel import gettext as _

from ledger import clock
from ledger.dispatch import ask
from ledger.domain.access import PROVINCE, Permission, check_permission
from ledger.domain.dates import parse_typed_date
from ledger.domain.documents import PERMISSIONS, DocumentKind, Status
from ledger.domain.errors import BadValue, NotPermitted
from ledger.domain.money import ZERO, Money
from ledger.funds.queries import ShownDocument
from ledger.funds.queries_lists import EARLIEST, LATEST, DocumentPage, ListDocuments, ListProvinceDocuments
from ledger.funds.schemas_shown import COLLECTIONS, days_since, document_url, kind_name, status_name
from ledger.funds.web_pages import pages, tenant
from ledger.http import actor, htmx, paging
from ledger.identity.queries import TENANTS

_STATUSES = (Status.WAITING, Status.POSTED, Status.RETURNED, Status.DRAFT, Status.REVERSED)


@dataclass(frozen=True, slots=True)
class _Row:
    """A document of a list; a reversal's amount is negative."""

    url: str
    number: str
    on: date
    tenant_code: str
    tenant_name: str
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


_PLACE = f"<any({', '.join(COLLECTIONS)}):collection>"
_TENANTS = [(row.code, row.name) for row in TENANTS if row.code != PROVINCE]


@pages.get(f"/t/<tenant:code>/{_PLACE}")
def list_documents(code: str, collection: str) -> Response:
    """Documents of one kind with their reversals, filtered by the URL."""
    return _list(code, collection)


@pages.get(f"/{_PLACE}")
def list_all_documents(collection: str) -> Response:
    """Documents of one kind in every tenant, for the province."""
    check_permission(actor.current(), Permission.MONEY_READ)
    if not actor.current().is_province:
        raise NotPermitted("全省单据由省级人员查看。请从导航进入本地区的列表。")
    return _list(None, collection)


def _list(code: str | None, collection: str) -> Response:
    kind = COLLECTIONS[collection]
    typed = {name: paging.words_asked(name) for name in ("q", "status", "from", "to")}
    if code is None:
        typed["tenant"] = paging.words_asked("tenant")
        typed["tenant"] = typed["tenant"] if typed["tenant"] in dict(_TENANTS) else ""
    asked = paging.page_asked()
    found = _ask(code, kind, typed, asked)
    ids = [one.document.id for one in found.items]
    return htmx.render(
        "funds/documents.html",
        "funds/_documents.html",
        tenant=tenant(code) if code else None,
        tenants=None if code else _TENANTS,
        collection=collection,
        kind=kind.value,
        kind_name=kind_name(kind),
        statuses=[(status.value, status_name(status)) for status in _STATUSES],
        typed=typed,
        chips=_chips(typed),
        new=_new(code or typed["tenant"], collection),
        page=paging.Page(
            [_row(one) for one in found.items],
            found.total,
            found.page,
            found.per_page,
            keys=(ids[0], ids[-1]) if ids else None,
            may_jump=found.may_jump,
            is_more=found.is_more,
        ),
        amount_total=found.amount_total,
    )


def _ask(code: str | None, kind: DocumentKind, typed: dict[str, str], asked: paging.PageAsked) -> DocumentPage:
    chosen: dict[str, Any] = {
        "kind": kind,
        "status": typed["status"] if typed["status"] in set(Status) else "",
        "words": typed["q"],
        "first_on": _day(typed["from"], EARLIEST),
        "last_on": _day(typed["to"], LATEST),
        "page": asked.page,
        "per_page": asked.per_page,
        "after": asked.after,
        "before": asked.before,
    }
    if code is None:
        return ask(ListProvinceDocuments(of_tenant=typed["tenant"], **chosen), actor.current())
    return ask(ListDocuments(tenant_code=code, **chosen), actor.current())


def _new(code: str, collection: str) -> dict[str, str] | None:
    """The button that records one more, for who may; the province first chooses the tenant.

    None for reductions: the disposition of a change report makes them.
    """
    kind, who = COLLECTIONS[collection], actor.current()
    if kind is DocumentKind.REDUCTION or not who.may(PERMISSIONS[kind][0]):
        return None
    labels = {
        DocumentKind.AWARD: _("资金核定"),
        DocumentKind.ALLOCATION: _("下达指标"),
        DocumentKind.DISBURSEMENT: _("登记拨付"),
        DocumentKind.EXPENDITURE: _("登记支出"),
        DocumentKind.ACCEPTANCE: _("登记验收金额"),
        DocumentKind.RECOVERY: _("登记收回"),
    }
    url = paging.path("t", code, collection, "new") if code else paging.path("pilots")
    if kind is DocumentKind.ALLOCATION:
        # One notice over as many pilots and tenants as it names.
        url = paging.path("allocations", "new")
    return {"url": url, "label": labels[kind]}


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
        "tenant": _("市州＝%(what)s", what=dict(_TENANTS).get(typed.get("tenant", ""), "—")),
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
        shown.tenant_code,
        shown.tenant_name,
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
