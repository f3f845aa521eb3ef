"""Documents and their acts as pages show them: words, links, rows. Shared by the pages of funds and audit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, Final

from flask_babel import gettext as _

from ledger.domain.documents import KIND_NAMES, STATUS_NAMES, DocumentKind, Status
from ledger.domain.money import Money, yuan
from ledger.funds.queries import ShownDocument
from ledger.funds.queries_entry import WaitingDesignation
from ledger.http import locale
from ledger.http.filters import SHANGHAI
from ledger.http.paging import path

COLLECTIONS: Final[dict[str, DocumentKind]] = {
    "awards": DocumentKind.AWARD,
    "allocations": DocumentKind.ALLOCATION,
    "disbursements": DocumentKind.DISBURSEMENT,
    "expenditures": DocumentKind.EXPENDITURE,
    "acceptances": DocumentKind.ACCEPTANCE,
    "recoveries": DocumentKind.RECOVERY,
    "reductions": DocumentKind.REDUCTION,
}
"""The part of the URL of each kind; a reversal lives with the kind that it reverses."""

_PLACES: Final = {kind: name for name, kind in COLLECTIONS.items()}


def collection_of(kind: DocumentKind) -> str:
    """`disbursements` for a disbursement."""
    return _PLACES[kind]


def document_url(tenant_code: str, collection: DocumentKind, document_id: int, *more: str) -> str:
    """The page of a document, or what lies below it."""
    return path("t", tenant_code, _PLACES[collection], document_id, *more)


def kind_name(kind: DocumentKind) -> str:
    """A kind of document in the reader's language."""
    return str(_(KIND_NAMES[kind]))


def status_name(status: str) -> str:
    """A document's state in the reader's language."""
    return str(_(STATUS_NAMES[Status(status)]))


def event_words(kind: str) -> str:
    """What happened, from the journal's kind: `disbursement_approved` is 复核通过拨付."""
    return _words_in(locale.language(), kind)


@cache
def _words_in(_language: str, kind: str) -> str:
    if kind in _DESIGNATION_NAMES:
        return str(_(_DESIGNATION_NAMES[kind]))
    subject, _bar, verb = kind.rpartition("_")
    if subject not in KIND_NAMES or verb not in _VERB_NAMES:
        return kind
    return str(_(_VERB_NAMES[verb], kind=kind_name(DocumentKind(subject))))


_DESIGNATION_NAMES: Final = {
    "pilot_designated": "登记认定",
    "pilot_confirmed": "认定复核通过",
    "pilot_returned": "退回认定",
    "file_attached": "上传附件",
    "file_retired": "停用附件",
}
_VERB_NAMES: Final = {
    "recorded": "登记%(kind)s",
    "drafted": "起草%(kind)s",
    "amended": "修改%(kind)s并重新送审",
    "approved": "复核通过%(kind)s",
    "returned": "退回%(kind)s",
    "withdrawn": "撤回%(kind)s",
    "reversed": "%(kind)s被冲销",
}


_SILENT: Final = frozenset({"status", "checked_by_name", "return_reason", "version", "checked_by", "checked_at"})


def field_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[tuple[str, Any, Any]]:
    """Plain changed fields as (label, before, now); what the sentence says already is left out."""
    names = _field_names()
    shown = [name for name in names if name not in _SILENT and (name in before or name in after)]
    return [(names[name], field_value(name, before.get(name)), field_value(name, after.get(name))) for name in shown]


def field_label(name: str) -> str:
    """A document's field in the reader's language."""
    return _field_names().get(name, name)


def field_value(name: str, value: Any) -> Any:
    """A journal's plain value as pages show it."""
    if value in (None, ""):
        return None
    if name.endswith("_fen"):
        return Money(int(value))
    return status_name(value) if name == "status" else value


def _field_names() -> dict[str, str]:
    return {
        "status": _("状态"),
        "amount_fen": _("金额"),
        "business_date": _("日期"),
        "document_no": _("文号"),
        "voucher_no": _("支付凭证号"),
        "payee_name": _("收款单位"),
        "payee_account": _("收款账号"),
        "purpose": _("用途"),
        "reason": _("原因"),
        "note": _("说明"),
        "return_reason": _("退回原因"),
        "version": _("版本"),
    }


def days_since(instant: datetime, today: date) -> int:
    """Whole days in Asia/Shanghai from `instant` until `today`."""
    return max(0, (today - instant.astimezone(SHANGHAI).date()).days)


@dataclass(frozen=True, slots=True)
class WorkRow:
    """A row of a work list."""

    kind: str
    number: str
    url: str
    pilot_name: str
    tenant_name: str
    amount: Money | None
    sent_by: str
    sent_at: datetime
    waiting_days: int | None
    status: str
    key: str = ""
    """How a form names it at its version: tenant, kind, id and version; empty where the list settles nothing."""
    document_id: int = 0
    version: int = 0
    checks: tuple[str, ...] = ()
    """What its checker looks at."""
    tenant_code: str = ""
    """Where it waits, of rows that a list narrows by it."""


def checklist(kind: DocumentKind) -> tuple[str, ...]:
    """What the checker of a kind of document looks at before it is posted."""
    asked: dict[DocumentKind, tuple[str, ...]] = {
        DocumentKind.AWARD: (_("金额与核定文件一致"), _("该单位此前没有核定"), _("文号有效")),
        DocumentKind.ALLOCATION: (_("金额与指标文件一致"), _("项目与核定一致"), _("文号有效")),
        DocumentKind.DISBURSEMENT: (_("金额与凭证一致"), _("收款单位与核定一致"), _("文号有效")),
        DocumentKind.EXPENDITURE: (_("金额与凭证一致"), _("用途与批复一致"), _("凭证有效")),
        DocumentKind.ACCEPTANCE: (_("金额与验收意见书一致"), _("项目与核定一致"), _("文号有效")),
        DocumentKind.RECOVERY: (_("金额与缴款凭证一致"), _("原因属实"), _("文号有效")),
        DocumentKind.REDUCTION: (_("金额与处置文件一致"), _("不低于已下达和待复核"), _("文号有效")),
        DocumentKind.REVERSAL: (_("原单确有错误"), _("整笔冲销，金额一致"), _("原因属实")),
    }
    return asked[kind]


def work_rows(found: Sequence[ShownDocument], today: date, *, names_tenant: bool) -> list[WorkRow]:
    """Documents as rows of a work list; only what waits has an age."""
    return [
        WorkRow(
            one.document.kind.value,
            one.document.number,
            document_url(one.tenant_code, one.collection, one.document.id),
            one.pilot_name,
            one.tenant_name if names_tenant else "",
            one.document.amount,
            one.document.made_by_name,
            one.document.made_at,
            days_since(one.document.made_at, today) if one.document.status is Status.WAITING else None,
            one.document.status.value,
            f"{one.tenant_code}-{collection_of(one.collection)}-{one.document.id}-{one.document.version}",
            one.document.id,
            one.document.version,
            checklist(one.document.kind),
        )
        for one in found
    ]


def designation_rows(found: Sequence[WaitingDesignation], today: date) -> list[WorkRow]:
    """Designations as rows of a work list."""
    return [
        WorkRow(
            "designation",
            "",
            path("t", one.tenant_code, "pilots", one.id),
            one.name,
            one.tenant_name,
            None,
            one.made_by_name,
            one.made_at,
            days_since(one.made_at, today),
            "waiting",
        )
        for one in found
    ]


def facts_of(shown: ShownDocument) -> list[tuple[str, Any]]:
    """What a document says, label by label, without its amount."""
    document, kind = shown.document, shown.document.kind
    day, number = document.business_date, document.document_no
    dates = {
        DocumentKind.AWARD: _("核定日期"),
        DocumentKind.ALLOCATION: _("下达日期"),
        DocumentKind.DISBURSEMENT: _("拨付日期"),
        DocumentKind.EXPENDITURE: _("支出日期"),
        DocumentKind.ACCEPTANCE: _("验收日期"),
        DocumentKind.RECOVERY: _("收回日期"),
        DocumentKind.REDUCTION: _("调减日期"),
        DocumentKind.REVERSAL: _("冲销日期"),
    }
    numbers = {
        DocumentKind.AWARD: _("核定文号"),
        DocumentKind.ALLOCATION: _("指标文号"),
        DocumentKind.DISBURSEMENT: _("指标文号"),
        DocumentKind.REDUCTION: _("处置文号"),
    }
    told: list[tuple[str, Any]] = [(numbers.get(kind, _("文号")), number), (dates[kind], day)]
    told += [
        (_("支付凭证号"), document.voucher_no),
        (_("收款单位"), document.payee_name),
        (_("收款账号"), document.payee_account),
        (_("项目代码"), document.project_code),
        (_("用途"), document.purpose),
        (_("冲销原因") if kind is DocumentKind.REVERSAL else _("原因"), document.reason),
        (_("说明"), document.note),
    ]
    facts = [(_("试点"), shown.pilot_name), *((label, value) for label, value in told if value)]
    facts += [(_("项目"), f"{code} · {yuan(amount)}") for code, amount in document.lines]
    return [*facts, (_("预算年度"), str(document.fiscal_year)), (_("登记单位"), document.office_name or None)]
