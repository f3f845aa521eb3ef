"""What every act on a document looks at first: its version, its maker, and what changed since."""

from __future__ import annotations

import json

from ledger.desk import Desk
from ledger.domain.errors import Conflict, NotPermitted
from ledger.funds.store import StoredDocument
from ledger.tenancy import Constant

_LAST_FACT = Constant(
    "SELECT payload, actor_name, recorded_at FROM journal_entry WHERE tenant_code = :tenant_code"
    " AND subject_type = :subject_type AND subject_id = :subject_id"
    # A file that was put beside it changes nothing of the document.
    " AND kind NOT IN ('file_attached', 'file_retired') ORDER BY seq DESC LIMIT 1"
)
_SHOWN = (
    "status",
    "amount_fen",
    "business_date",
    "document_no",
    "voucher_no",
    "payee_name",
    "payee_account",
    "purpose",
    "reason",
    "note",
    "version",
)


def check_version(desk: Desk, document: StoredDocument, version: int | None) -> None:
    """Refuse an act on a version that is no longer the current one, and say what changed.

    Raises:
        Conflict: `changed` holds field by field what was and what is.
    """
    if version is None or document.version == version:
        return
    row = desk.first(_LAST_FACT, subject_type=document.kind.value, subject_id=str(document.id))
    if row is None:
        raise Conflict()
    payload = json.loads(row.payload)
    before, after = payload["before"], payload["after"]
    changed = {
        name: (str(before.get(name, "")), str(after.get(name, "")))
        for name in _SHOWN
        if before.get(name) != after.get(name)
    }
    raise Conflict(
        "{who} 在 {when} 处理过这张单据。您填的内容都还在，请对照后再提交。",
        changed=changed,
        who=row.actor_name,
        when=desk.clock_time(row.recorded_at),
    )


def check_maker(desk: Desk, document: StoredDocument) -> None:
    """Refuse an act that belongs to the document's maker.

    Raises:
        NotPermitted: the actor is someone else.
    """
    if document.made_by != desk.actor.person_id:
        raise NotPermitted("只有经办人 {name} 可以修改或撤回这张单据。", name=document.made_by_name)
