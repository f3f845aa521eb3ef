"""The other side on SQLite: a loop over the driver alone that writes the rows of one act, in the product's tables."""

from __future__ import annotations

import hashlib
import json
import random
import sqlite3
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "recursive_triggers=ON", "busy_timeout=10000")
_TARGETS = """
SELECT d.tenant_code, d.id AS allocation_id, d.pilot_id, d.line_id, d.project_id, d.fiscal_year, d.document_no,
  p.name AS payee_name, m.id AS maker_id, m.name AS maker_name, c.id AS checker_id, c.name AS checker_name,
  o.id AS office_id, o.name AS office_name
FROM document d JOIN pilot p ON p.tenant_code = d.tenant_code AND p.id = d.pilot_id
JOIN person_role r ON r.tenant_code = d.tenant_code AND r.role = 'finance_officer'
JOIN person m ON m.tenant_code = r.tenant_code AND m.id = r.person_id
JOIN office o ON o.tenant_code = m.tenant_code AND o.id = m.office_id
JOIN person_role s ON s.tenant_code = d.tenant_code AND s.role = 'finance_reviewer'
JOIN person c ON c.tenant_code = s.tenant_code AND c.id = s.person_id
WHERE d.kind = 'allocation' AND d.status = 'posted' ORDER BY d.tenant_code, d.id"""
_TEXTS = """
SELECT j.kind, j.payload, j.seq, j.subject_id, k.fingerprint, k.answer FROM journal_entry j
JOIN idempotency_key k ON k.tenant_code = j.tenant_code AND k.answer LIKE '%"kind":"' || j.kind || '"%'
WHERE j.kind IN ('disbursement_recorded', 'disbursement_approved')"""
_KEY = (
    "INSERT INTO idempotency_key (tenant_code, idempotency_key, fingerprint, answer, recorded_at)"
    " VALUES (:tenant_code, :key, :fingerprint, :answer, :at)"
)
_NUMBER = (
    "INSERT INTO document_number (tenant_code, prefix, year, last) VALUES (:tenant_code, 'FK', 2026, 1)"
    " ON CONFLICT (tenant_code, prefix, year) DO UPDATE SET last = last + 1 RETURNING last"
)
_DOCUMENT = (
    "INSERT INTO document (tenant_code, id, kind, number, pilot_id, office_id, office_name, status, version, amount,"
    " business_date, fiscal_year, document_no, line_id, project_id, allocation_id, voucher_no, payee_name,"
    " payee_account, note, policy_version_id, made_by, made_by_name, made_at, spent, recovered) VALUES (:tenant_code,"
    " :id, 'disbursement', :number, :pilot_id, :office_id, :office_name, 'waiting', 1, 1, '2026-05-20', :fiscal_year,"
    " :document_no, :line_id, :project_id, :allocation_id, :voucher_no, :payee_name, '220012345678901', '', 1,"
    " :maker_id, :maker_name, :at, 0, 0)"
)
_ENTRY = (
    "INSERT INTO entry (tenant_code, id, document_id, pilot_id, line_id, allocation_id, disbursement_id, from_stage,"
    " to_stage, amount, fiscal_year, business_date, recorded_at, document_version, checked_by, checked_by_name)"
    " VALUES (:tenant_code, :entry_id, :id, :pilot_id, :line_id, :allocation_id, :id, 'allocated', 'disbursed', 1,"
    " :fiscal_year, '2026-05-20', :at, 1, :checker_id, :checker_name)"
)
_HEAD = "SELECT seq, hash FROM journal_head WHERE tenant_code = ?"
_JOURNAL = (
    "INSERT INTO journal_entry (tenant_code, seq, hash, payload, recorded_at, kind, subject_type, subject_id,"
    " pilot_id, office_id, actor_id, actor_name, total, business_date) VALUES (:tenant_code, :seq, :hash, :payload,"
    " :at, :kind, 'disbursement', :id, :pilot_id, :office_id, :actor_id, :actor_name, 1, '2026-05-20')"
)


def raw_disbursing(number: int, path: str, *, first_only: bool = False) -> Callable[[], object]:
    """The act of worker `number` on the file at `path`: what `disbursing` writes, and nothing asked or checked.

    `first_only` keeps it to the first tenant's first allocation.
    """
    connection = sqlite3.connect(path, isolation_level=None)
    connection.row_factory = sqlite3.Row
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    raw = _Raw(connection, random.Random(number))
    waiting: list[tuple[dict[str, Any], int]] = []

    def act() -> None:
        if waiting:
            raw.approve(*waiting.pop())
        else:
            target = dict(raw.targets[0] if first_only else raw.choose.choice(raw.targets))
            waiting.append((target, raw.record(target)))

    return act


class _Raw:
    def __init__(self, connection: sqlite3.Connection, choose: random.Random) -> None:
        self.choose = choose
        self.targets = connection.execute(_TARGETS).fetchall()
        self._say = connection.execute
        self._texts = {row["kind"]: _text(row) for row in connection.execute(_TEXTS)}

    def record(self, target: dict[str, Any]) -> int:
        made = self._id()
        self._say("BEGIN IMMEDIATE")
        values = self._take_key("disbursement_recorded", target, made)
        serial = self._say(_NUMBER, values).fetchone()[0]
        self._say(_DOCUMENT, values | {"number": f"FK-2026-{serial:04d}", "voucher_no": f"ZF{made}"})
        self._append(values, target["maker_id"], target["maker_name"])
        self._say("COMMIT")
        return made

    def approve(self, target: dict[str, Any], document_id: int) -> None:
        self._say("BEGIN IMMEDIATE")
        values = self._take_key("disbursement_approved", target, document_id)
        self._say(_ENTRY, values | {"entry_id": self._id()})
        self._append(values, target["checker_id"], target["checker_name"])
        self._say("COMMIT")

    def _take_key(self, kind: str, target: dict[str, Any], subject_id: int) -> dict[str, Any]:
        payload, answer, fingerprint = self._texts[kind]
        values = target | {
            "kind": kind,
            "id": subject_id,
            "at": datetime.now(UTC).isoformat(timespec="microseconds"),
            "payload": payload.replace("@ID", str(subject_id)),
            "key": str(uuid.UUID(int=self.choose.getrandbits(128))),
            "fingerprint": fingerprint,
            "answer": answer.replace("@ID", str(subject_id)),
        }
        self._say(_KEY, values)
        return values

    def _append(self, values: dict[str, Any], actor_id: int, actor_name: str) -> None:
        head = self._say(_HEAD, (values["tenant_code"],)).fetchone()
        seq = head["seq"] + 1
        payload = values["payload"].replace("@SEQ", str(seq)).replace("@PREV", head["hash"])
        made = {"seq": seq, "hash": hashlib.sha256(payload.encode()).hexdigest(), "payload": payload}
        self._say(_JOURNAL, values | made | {"actor_id": actor_id, "actor_name": actor_name})

    def _id(self) -> int:
        return (int(datetime.now(UTC).timestamp() * 1000) << 21) | self.choose.getrandbits(20)


def _text(row: sqlite3.Row) -> tuple[str, str, str]:
    """What the product wrote for an act of this kind, the words that differ from act to act replaced."""
    previous = str(json.loads(row["payload"])["prev"])
    payload = row["payload"].replace(previous, "@PREV").replace(f'"seq":"{row["seq"]}', '"seq":"@SEQ')
    return (
        payload.replace(row["subject_id"], "@ID"),
        row["answer"].replace(row["subject_id"], "@ID"),
        row["fingerprint"],
    )
