"""Mending a document that is a draft or came back, by its maker: the steps of its entry once more."""

from __future__ import annotations

from typing import Final

from flask import Response

from ledger.dispatch import ask
from ledger.domain.access import check_permission
from ledger.domain.documents import PERMISSIONS, DocumentKind, Status
from ledger.domain.errors import Conflict, NotPermitted
from ledger.funds.queries import GetDocument, ShownDocument
from ledger.funds.schemas_shown import COLLECTIONS
from ledger.funds.web_acceptance import AcceptancePage
from ledger.funds.web_allocation import AllocationPage
from ledger.funds.web_award import AwardPage
from ledger.funds.web_disbursements import DisbursementPage
from ledger.funds.web_money import MoneyPage
from ledger.funds.web_pages import pages
from ledger.funds.web_spending import ExpenditurePage, RecoveryPage
from ledger.funds.web_steps import advanced, opened
from ledger.http import actor

_CHANGE = f"/t/<tenant:code>/<any({', '.join(COLLECTIONS)}):collection>/<id:document_id>/change"
_PAGES: Final[dict[DocumentKind, type[MoneyPage]]] = {
    page.kind: page
    for page in (AwardPage, AllocationPage, DisbursementPage, ExpenditurePage, AcceptancePage, RecoveryPage)
}


@pages.get(_CHANGE)
def change_document(code: str, collection: str, document_id: int) -> Response:
    """The first step with the document's own values."""
    shown = _shown(code, collection, document_id)
    document = shown.document
    if document.made_by != actor.current().person_id:
        raise NotPermitted("只有经办人 {name} 可以修改或撤回这张单据。", name=document.made_by_name)
    if document.status not in (Status.DRAFT, Status.RETURNED) or document.kind not in _PAGES:
        raise Conflict()
    return opened(_PAGES[shown.collection](code, shown))


@pages.post(_CHANGE)
def amend_document(code: str, collection: str, document_id: int) -> Response:
    """The same steps as for a new one; the command looks at its maker, its state and its version."""
    shown = _shown(code, collection, document_id)
    if shown.document.kind not in _PAGES:
        raise Conflict()
    return advanced(_PAGES[shown.collection](code, shown))


def _shown(code: str, collection: str, document_id: int) -> ShownDocument:
    kind = COLLECTIONS[collection]
    shown = ask(GetDocument(tenant_code=code, document_id=document_id, kind=kind), actor.current()).shown
    check_permission(actor.current(), PERMISSIONS[kind][0])
    return shown
