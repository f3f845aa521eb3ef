"""Documents as the JSON API shows them: the same from a list, from a question, and from the act that made them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields as fields_of
from datetime import date, datetime
from typing import Any

from marshmallow import fields

from ledger.domain.chain import Json
from ledger.domain.documents import DocumentKind, Status
from ledger.domain.money import ZERO, Money
from ledger.funds.queries import ShownDocument
from ledger.http.api import AnswerSchema
from ledger.http.fields import DayField, IdField, MoneyField


class DocumentSchema(AnswerSchema):
    """What every document has."""

    id = IdField(required=True)
    kind = fields.String(required=True, metadata={"enum": list(DocumentKind)})
    number = fields.String(required=True)
    pilot_id = IdField(required=True)
    uscc = fields.String(required=True)
    status = fields.String(required=True, metadata={"enum": list(Status)})
    version = fields.Integer(required=True)
    amount = MoneyField(required=True)
    fiscal_year = fields.Integer(required=True)
    office_name = fields.String(required=True)
    made_by = IdField(required=True)
    made_by_name = fields.String(required=True)
    made_at = fields.String(required=True, metadata={"format": "date-time"})
    checked_by = IdField(required=True, allow_none=True)
    checked_by_name = fields.String(required=True, allow_none=True)
    checked_at = fields.String(required=True, allow_none=True, metadata={"format": "date-time"})
    return_reason = fields.String(required=True, allow_none=True)


class LineSchema(AnswerSchema):
    """A project's share of an award."""

    project_code = fields.String(required=True)
    amount = MoneyField(required=True)


class AwardSchema(DocumentSchema):
    """An award decision (资金核定)."""

    lines = fields.List(fields.Nested(LineSchema), required=True)
    document_no = fields.String(required=True)
    decided_on = DayField(required=True, attribute="business_date")


class AllocationSchema(DocumentSchema):
    """One line of an allocation notice (指标下达); `available` may still be disbursed of it."""

    award_id = IdField(required=True)
    project_code = fields.String(required=True, allow_none=True)
    available = MoneyField(required=True)
    document_no = fields.String(required=True)
    allocated_on = DayField(required=True, attribute="business_date")


class DisbursementSchema(DocumentSchema):
    """A disbursement (拨付)."""

    allocation_id = IdField(required=True)
    project_code = fields.String(required=True, allow_none=True)
    document_no = fields.String(required=True, allow_none=True)
    paid_on = DayField(required=True, attribute="business_date")
    voucher_no = fields.String(required=True, allow_none=True)
    payee_name = fields.String(required=True, allow_none=True)
    payee_account = fields.String(required=True, allow_none=True)
    note = fields.String(required=True)


class ExpenditureSchema(DocumentSchema):
    """An expenditure (支出) of the project unit."""

    disbursement_id = IdField(required=True)
    allocation_id = IdField(required=True)
    project_code = fields.String(required=True, allow_none=True)
    spent_on = DayField(required=True, attribute="business_date")
    purpose = fields.String(required=True)


class AcceptanceSchema(DocumentSchema):
    """An acceptance (验收) of a project."""

    project_code = fields.String(required=True, allow_none=True)
    document_no = fields.String(required=True)
    accepted_on = DayField(required=True, attribute="business_date")


class RecoverySchema(DocumentSchema):
    """A recovery (收回), of an allocation or of a disbursement."""

    allocation_id = IdField(required=True)
    disbursement_id = IdField(required=True, allow_none=True)
    project_code = fields.String(required=True, allow_none=True)
    document_no = fields.String(required=True)
    recovered_on = DayField(required=True, attribute="business_date")
    reason = fields.String(required=True)


class ReductionSchema(DocumentSchema):
    """A reduction (调减) of an award's line by the province; the line has so much less, and the right stays used."""

    award_id = IdField(required=True)
    project_code = fields.String(required=True, allow_none=True)
    document_no = fields.String(required=True)
    decided_on = DayField(required=True, attribute="business_date")
    reason = fields.String(required=True)


class ReversalSchema(DocumentSchema):
    """A reversal (冲销) of the document `reverses_id`, which stands in the same collection."""

    reverses_id = IdField(required=True)
    allocation_id = IdField(required=True, allow_none=True)
    project_code = fields.String(required=True, allow_none=True)
    reversed_on = DayField(required=True, attribute="business_date")
    reason = fields.String(required=True)


SCHEMAS: dict[DocumentKind, type[DocumentSchema]] = {
    DocumentKind.AWARD: AwardSchema,
    DocumentKind.ALLOCATION: AllocationSchema,
    DocumentKind.DISBURSEMENT: DisbursementSchema,
    DocumentKind.EXPENDITURE: ExpenditureSchema,
    DocumentKind.ACCEPTANCE: AcceptanceSchema,
    DocumentKind.RECOVERY: RecoverySchema,
    DocumentKind.REDUCTION: ReductionSchema,
    DocumentKind.REVERSAL: ReversalSchema,
}


def described(kind: DocumentKind) -> dict[str, Any]:
    """The description of a member of a collection: a document of `kind`, or the reversal of one."""
    if kind in (DocumentKind.AWARD, DocumentKind.REDUCTION):
        return {"oneOf": [SCHEMAS[kind]]}
    return {"oneOf": [SCHEMAS[kind], ReversalSchema]}


def document_json(shown: ShownDocument, available: Money = ZERO) -> dict[str, Any]:
    """A stored document; `available` is an allocation's."""
    document = shown.document
    values = {one.name: getattr(document, one.name) for one in fields_of(document)}
    for name in ("made_at", "checked_at"):
        if isinstance(values[name], datetime):
            values[name] = values[name].isoformat()
    values["lines"] = [{"project_code": code, "amount": amount} for code, amount in document.lines]
    return _dumped(values | {"available": available})


def recorded_json(after: Mapping[str, Json]) -> dict[str, Any]:
    """A document as the journal keeps it after an act: the answer to the act, and to its repetition.

    An allocation's money is all available once it is posted, and none of it before.
    """
    amount = Money(int(str(after["amount_fen"])))
    values: dict[str, Any] = dict.fromkeys(_MAY_BE_EMPTY) | dict(after)
    lines = after.get("lines")
    values["lines"] = [
        {"project_code": line["project_code"], "amount": Money(int(str(line["amount_fen"])))}
        for line in (lines if isinstance(lines, list) else [])
        if isinstance(line, dict)
    ]
    values["amount"] = amount
    values["business_date"] = date.fromisoformat(str(after["business_date"]))
    values["available"] = amount if after["status"] == Status.POSTED else ZERO
    return _dumped(values)


_MAY_BE_EMPTY = (
    "checked_by",
    "checked_by_name",
    "checked_at",
    "return_reason",
    "project_code",
    "document_no",
    "allocation_id",
    "disbursement_id",
)


def _dumped(values: Mapping[str, Any]) -> dict[str, Any]:
    dumped: dict[str, Any] = SCHEMAS[DocumentKind(values["kind"])]().dump(values)
    return dumped
