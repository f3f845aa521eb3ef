"""Evidence files against what is recorded of them: the bytes in the store, and each attachment's journal entry."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ledger.desk import Desk
from ledger.domain.errors import Unavailable
from ledger.files import store_blobs
from ledger.tenancy import Constant

RULE = "RX.3"
_BATCH = 1000
_BLOBS = Constant(
    "SELECT b.tenant_code, b.sha256 FROM file_blob b WHERE b.tenant_code > :tenant OR b.tenant_code = :tenant"
    " AND b.sha256 > :after ORDER BY b.tenant_code, b.sha256 LIMIT :count",
    across=True,
)
_ATTACHED = Constant(
    "SELECT a.tenant_code, a.id, a.sha256, a.name, a.label, e.payload FROM attachment a LEFT JOIN journal_entry e"
    " ON e.tenant_code = a.tenant_code AND e.subject_type = a.subject_type AND e.subject_id = a.subject_id"
    " AND e.kind = 'file_attached' WHERE a.id > 0 ORDER BY a.tenant_code, a.id, e.seq",
    across=True,
)
_COMPARED = {"sha256": "sha256", "name": "file", "label": "label"}

Finding = tuple[str, str, str, str, str]
"""Table, row, field, expected, found."""


def findings(desk: Desk) -> Iterator[Finding]:
    """Every blob that is missing or altered, with its hash as recorded and as found; every attachment unlike its entry.

    All tenants. A store that does not answer is one finding, and no blob is looked at after it.
    """
    yield from _attachments(desk)
    tenant, after = "", ""
    while rows := desk.rows(_BLOBS, tenant=tenant, after=after, count=_BATCH):
        for row in rows:
            place = f"{row.tenant_code}/{row.sha256}"
            try:
                found = store_blobs.found_hash(row.tenant_code, row.sha256)
            except Unavailable:
                yield "file_blob", place, "sha256", row.sha256, "the store does not answer"
                return
            if found != row.sha256:
                yield "file_blob", place, "sha256", row.sha256, found or "missing"
        tenant, after = rows[-1].tenant_code, rows[-1].sha256


def _attachments(desk: Desk) -> Iterator[Finding]:
    told: dict[tuple[str, int], dict[str, Any]] = {}
    rows: dict[tuple[str, int], Any] = {}
    for row in desk.rows(_ATTACHED):
        key = (row.tenant_code, row.id)
        rows[key] = row
        after = _after(row.payload)
        if after.get("attachment") == str(row.id):
            told[key] = after
    for (tenant_code, attachment_id), row in rows.items():
        place, entry = f"{tenant_code}/{attachment_id}", told.get((tenant_code, attachment_id))
        if entry is None:
            yield "attachment", place, "id", "a journal entry", "none"
            continue
        for column, name in _COMPARED.items():
            if entry.get(name) != getattr(row, column):
                yield "attachment", place, column, str(entry.get(name)), str(getattr(row, column))


def _after(payload: str | None) -> dict[str, Any]:
    # A payload that cannot be read says nothing here; verifying the journal names it.
    try:
        body = json.loads(payload or "{}")
    except ValueError:
        return {}
    after = body.get("after") if isinstance(body, dict) else None
    return after if isinstance(after, dict) else {}
