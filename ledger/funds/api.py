"""The JSON API of documents: awards, allocations, disbursements, expenditures, acceptances, recoveries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Response
from marshmallow import Schema

from ledger.dispatch import Command, ask, execute
from ledger.domain.access import Permission
from ledger.domain.documents import PERMISSIONS, REVERSIBLE, DocumentKind
from ledger.domain.money import ZERO, Money
from ledger.funds import schemas_api as sent_schemas
from ledger.funds.commands_allocation import RecordAllocation
from ledger.funds.commands_award import RecordAward
from ledger.funds.commands_check import ApproveDocument, ReturnDocument, ReverseDocument
from ledger.funds.commands_disbursement import RecordDisbursement
from ledger.funds.commands_spending import RecordAcceptance, RecordExpenditure, RecordRecovery
from ledger.funds.queries import GetDocument
from ledger.funds.queries_lists import DocumentPage, ListDocuments, RoomOfAllocations
from ledger.funds.schemas_documents import SCHEMAS, described, document_json, recorded_json
from ledger.http.actor import current
from ledger.http.api import ApiBlueprint, View, answer, list_answer, list_of, sent_key

api = ApiBlueprint("documents", __name__, "Documents of money (单据)")
_ACTS: dict[str, tuple[Callable[..., Command], type[Schema], str]] = {
    "approve": (ApproveDocument, sent_schemas.ApproveSchema, "Check a waiting {name} as the second person"),
    "return": (ReturnDocument, sent_schemas.ReturnSchema, "Return a waiting {name} to its maker"),
    "reverse": (ReverseDocument, sent_schemas.ReverseSchema, "Ask for the full reversal of a posted {name}"),
}


@dataclass(frozen=True, slots=True)
class Listed:
    """One kind of document, and where it stands."""

    name: str
    kind: DocumentKind

    @property
    def path(self) -> str:
        return f"/t/<tenant:tenant_code>/{self.name}"


@dataclass(frozen=True, slots=True)
class Collection(Listed):
    """One kind of document that is sent: what makes it, and from what body."""

    record: Callable[..., Command]
    body: type[Schema]
    roles: tuple[str, str]
    """Who records and who checks, for the description."""

    @property
    def recording(self) -> Permission:
        return PERMISSIONS[self.kind][0]

    @property
    def checking(self) -> Permission:
        return PERMISSIONS[self.kind][1]


_PROVINCE = ("province_officer", "province_reviewer")
_FINANCE = ("finance_officer", "finance_reviewer")
COLLECTIONS = (
    Collection("awards", DocumentKind.AWARD, RecordAward, sent_schemas.RecordAwardSchema, _PROVINCE),
    Collection(
        "allocations", DocumentKind.ALLOCATION, RecordAllocation, sent_schemas.RecordAllocationSchema, _PROVINCE
    ),
    Collection(
        "disbursements", DocumentKind.DISBURSEMENT, RecordDisbursement, sent_schemas.RecordDisbursementSchema, _FINANCE
    ),
    Collection(
        "expenditures", DocumentKind.EXPENDITURE, RecordExpenditure, sent_schemas.RecordExpenditureSchema, _FINANCE
    ),
    Collection(
        "acceptances",
        DocumentKind.ACCEPTANCE,
        RecordAcceptance,
        sent_schemas.RecordAcceptanceSchema,
        ("drc_officer", "drc_reviewer"),
    ),
    Collection("recoveries", DocumentKind.RECOVERY, RecordRecovery, sent_schemas.RecordRecoverySchema, _FINANCE),
)
REDUCTIONS = Listed("reductions", DocumentKind.REDUCTION)
"""Made by the disposition of a change report alone: they are read here."""


def _done(command: Command, tenant_code: str, name: str, status: int) -> Response:
    """Run a command and answer with its main document; a repetition answers the first result again."""
    fact = execute(command, current(), sent_key()).facts[0]
    made = recorded_json({**fact.after, **fact.beside})
    location = f"/t/{tenant_code}/{name}/{made['id']}" if status == 201 else None
    return answer(made, status, location=location)


def _serve_record(collection: Collection) -> None:
    def record(sent: dict[str, Any], tenant_code: str) -> Response:
        return _done(collection.record(tenant_code=tenant_code, **sent), tenant_code, collection.name, 201)

    _named(
        record,
        f"record_{collection.kind}",
        f"Record one {collection.kind}; it waits for its check ({collection.roles[0]}).",
    )
    options: dict[str, Any] = {"status": 201, "body": collection.body, "keyed": True}
    api.endpoint(collection.path, collection.recording, SCHEMAS[collection.kind], **options)(record)


def _serve_list(collection: Listed) -> None:
    def listed(asked: dict[str, Any], tenant_code: str) -> Response:
        query = ListDocuments(tenant_code=tenant_code, kind=collection.kind, is_exact=True, **asked)
        found = ask(query, current())
        available = _available(tenant_code, found) if collection.kind is DocumentKind.ALLOCATION else {}
        items = [document_json(one, available.get(one.document.id, ZERO)) for one in found.items]
        return list_answer(items, found.total, found.page, found.per_page)

    _named(listed, f"list_{collection.name}", "The newest first, with the reversals of that kind.")
    items = list_of(described(collection.kind))
    api.endpoint(collection.path, Permission.MONEY_READ, items, query=sent_schemas.DocumentQuery)(listed)


def _available(tenant_code: str, found: DocumentPage) -> dict[int, Money]:
    ids = [one.document.id for one in found.items] or [0]
    return ask(RoomOfAllocations(tenant_code=tenant_code, first_id=min(ids), last_id=max(ids)), current())


def _serve_one(collection: Listed) -> None:
    def one(tenant_code: str, document_id: int) -> Response:
        query = GetDocument(tenant_code=tenant_code, document_id=document_id, kind=collection.kind)
        found = ask(query, current())
        return answer(document_json(found.shown, found.position.available if found.position else ZERO))

    _named(one, f"get_{collection.kind}", "One document of the collection, or the reversal of one.")
    api.endpoint(f"{collection.path}/<id:document_id>", Permission.MONEY_READ, described(collection.kind))(one)


def _serve_act(collection: Collection, act: str) -> None:
    command, body, words = _ACTS[act]
    status = 201 if act == "reverse" else 200

    def acted(sent: dict[str, Any], tenant_code: str, document_id: int) -> Response:
        made = command(tenant_code=tenant_code, kind=collection.kind, document_id=document_id, **sent)
        return _done(made, tenant_code, collection.name, status)

    role = collection.roles[0 if act == "reverse" else 1]
    _named(acted, f"{act}_{collection.kind}", f"{words.format(name=collection.kind)} ({role}).")
    permission = collection.recording if act == "reverse" else collection.checking
    options: dict[str, Any] = {"status": status, "body": body, "keyed": True}
    rule = f"{collection.path}/<id:document_id>/{act}"
    answered = SCHEMAS[DocumentKind.REVERSAL] if act == "reverse" else described(collection.kind)
    api.endpoint(rule, permission, answered, **options)(acted)


def _named(view: View, name: str, words: str) -> None:
    # The endpoint's name and its description come from the function, as they do for one that is written out.
    view.__name__, view.__doc__ = name, words


for _listed in (*COLLECTIONS, REDUCTIONS):
    _serve_list(_listed)
    _serve_one(_listed)
for _collection in COLLECTIONS:
    _serve_record(_collection)
    for _act in _ACTS:
        if _act != "reverse" or _collection.kind in REVERSIBLE:
            _serve_act(_collection, _act)
