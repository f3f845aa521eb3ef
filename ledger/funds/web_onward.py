"""What may be entered next, from the page of a document."""

from __future__ import annotations

from flask_babel import gettext as _

from ledger.domain.access import Permission
from ledger.domain.documents import PERMISSIONS, DocumentKind, Status
from ledger.funds.queries import DocumentDetail
from ledger.funds.schemas_shown import collection_of
from ledger.http import actor
from ledger.http.paging import path

Link = tuple[Permission, str, str]


def onward(detail: DocumentDetail) -> list[dict[str, str]]:
    """Links to the entries that follow a document and that the asker may make; none where no money is left."""
    document = detail.shown.document
    found: list[Link] = []
    if document.status is Status.POSTED:
        found = _followers(detail)
    return [{"label": label, "url": url} for permission, label, url in found if actor.may(permission)]


def _new(code: str, kind: DocumentKind, about: str, about_id: int) -> str:
    return f"{path('t', code, collection_of(kind), 'new')}?{about}={about_id}"


def _followers(detail: DocumentDetail) -> list[Link]:
    document, code = detail.shown.document, detail.shown.tenant_code
    own, pilot_id = document.id, document.pilot_id
    if document.kind is DocumentKind.AWARD:
        return [(Permission.ALLOCATION_RECORD, _("下达指标"), _new(code, DocumentKind.ALLOCATION, "award", own))]
    if document.kind is DocumentKind.ALLOCATION and detail.position and detail.position.available:
        return [
            (Permission.DISBURSEMENT_RECORD, _("登记拨付"), _new(code, DocumentKind.DISBURSEMENT, "pilot", pilot_id)),
            (Permission.RECOVERY_RECORD, _("收回未拨资金"), _new(code, DocumentKind.RECOVERY, "allocation", own)),
        ]
    if document.kind is DocumentKind.DISBURSEMENT and document.amount > document.spent + document.recovered:
        return [
            (Permission.EXPENDITURE_RECORD, _("登记支出"), _new(code, DocumentKind.EXPENDITURE, "disbursement", own)),
            (Permission.RECOVERY_RECORD, _("收回已拨资金"), _new(code, DocumentKind.RECOVERY, "disbursement", own)),
        ]
    if document.kind is DocumentKind.EXPENDITURE:
        accept = _new(code, DocumentKind.ACCEPTANCE, "pilot", pilot_id)
        return [(Permission.ACCEPTANCE_RECORD, _("登记验收金额"), accept)]
    return []


def once_more(detail: DocumentDetail) -> str | None:
    """Where its maker records one more of the same kind, of the same thing; None where that cannot be."""
    document, code = detail.shown.document, detail.shown.tenant_code
    about = _about(detail)
    if about is None or document.made_by != actor.current().person_id or not actor.may(PERMISSIONS[document.kind][0]):
        return None
    return _new(code, document.kind, *about)


def _about(detail: DocumentDetail) -> tuple[str, int] | None:
    document = detail.shown.document
    if document.kind in (DocumentKind.DISBURSEMENT, DocumentKind.ACCEPTANCE):
        return "pilot", document.pilot_id
    if document.kind is DocumentKind.ALLOCATION and document.award_id:
        return "award", document.award_id
    if document.kind in (DocumentKind.EXPENDITURE, DocumentKind.RECOVERY) and document.disbursement_id:
        return "disbursement", document.disbursement_id
    if document.kind is DocumentKind.RECOVERY and document.allocation_id:
        return "allocation", document.allocation_id
    return None
