"""What the JSON API takes to make a document and to act on one, in the plain form alone."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Final

from marshmallow import fields, post_load

from ledger.domain.dates import FIRST_YEAR, LAST_YEAR
from ledger.domain.documents import Status
from ledger.domain.pilots import PilotKind, PilotStatus
from ledger.funds.commands_award import AwardLineDraft
from ledger.http.api import ListQuery, at_most, one_of
from ledger.http.fields import DayField, DocumentNoField, FormSchema, IdField, MoneyField, TextField, WholeField

NAME, CODE, WORDS = 200, 64, 200
"""Most characters of a name, of a number or code, and of a reason or note: the same as in a workbook."""
MOST_LINES: Final = 100


class AwardLineSchema(FormSchema):
    """A project's share of an award."""

    project_code = TextField(NAME, required=True)
    amount = MoneyField(required=True)

    @post_load
    def _draft(self, loaded: dict[str, Any], **_kw: Any) -> AwardLineDraft:
        return AwardLineDraft(**loaded)


class RecordAwardSchema(FormSchema):
    """An award decision: one line for each project."""

    pilot_id = IdField(required=True)
    lines = fields.List(
        fields.Nested(AwardLineSchema),
        required=True,
        validate=at_most(MOST_LINES),
        metadata={"minItems": 1, "maxItems": MOST_LINES},
    )
    fiscal_year = WholeField(least=FIRST_YEAR, most=LAST_YEAR, required=True)
    document_no = DocumentNoField(CODE, required=True)
    decided_on = DayField(required=True)

    @post_load
    def _frozen(self, loaded: dict[str, Any], **_kw: Any) -> dict[str, Any]:
        return loaded | {"lines": tuple(loaded["lines"])}


class RecordAllocationSchema(FormSchema):
    """One line of an allocation notice."""

    award_id = IdField(required=True)
    project_code = TextField(NAME, required=True)
    amount = MoneyField(required=True)
    document_no = DocumentNoField(CODE, required=True)
    allocated_on = DayField(required=True)


class RecordDisbursementSchema(FormSchema):
    """A payment out of the finance bureau."""

    allocation_id = IdField(required=True)
    amount = MoneyField(required=True)
    paid_on = DayField(required=True)
    voucher_no = TextField(CODE, required=True)
    payee_name = TextField(NAME, required=True)
    payee_account = TextField(CODE, required=True)
    note = TextField(WORDS, lines=True, load_default="")


class RecordExpenditureSchema(FormSchema):
    """What the project unit spent of a disbursement."""

    disbursement_id = IdField(required=True)
    amount = MoneyField(required=True)
    spent_on = DayField(required=True)
    purpose = TextField(WORDS, lines=True, required=True)


class RecordAcceptanceSchema(FormSchema):
    """The amount that an acceptance recognised for a project."""

    pilot_id = IdField(required=True)
    project_code = TextField(NAME, required=True)
    amount = MoneyField(required=True)
    accepted_on = DayField(required=True)
    document_no = DocumentNoField(CODE, required=True)


class RecordRecoverySchema(FormSchema):
    """Money taken back: of an allocation what was not paid out, or of a disbursement what was not spent."""

    allocation_id = IdField(load_default=None)
    disbursement_id = IdField(load_default=None)
    amount = MoneyField(required=True)
    recovered_on = DayField(required=True)
    document_no = DocumentNoField(CODE, required=True)
    reason = TextField(WORDS, lines=True, required=True)


class ApproveSchema(FormSchema):
    """The check of a document; `version` is what the checker saw."""

    version = WholeField(least=1, most=2**31, load_default=None, allow_none=True)


class ReturnSchema(ApproveSchema):
    """A document goes back to its maker, with the reason."""

    reason = TextField(WORDS, lines=True, required=True)


class ReverseSchema(ApproveSchema):
    """The full reversal of a posted document."""

    reason = TextField(WORDS, lines=True, required=True)
    reversed_on = DayField(required=True)


def _choices(allowed: type[StrEnum]) -> dict[str, Any]:
    return {"enum": list(allowed)}


# Defaults that mean "any" are callables: they are nothing that a caller would send, and so are not described.
class DocumentQuery(ListQuery):
    """Filters of a list of documents; `from` and `to` are business dates, both included."""

    status = TextField(20, typed=True, load_default=str, validate=one_of(list(Status)), metadata=_choices(Status))
    pilot_id = IdField(typed=True, load_default=int)
    words = TextField(100, typed=True, load_default=str, data_key="q")
    first_on = DayField(typed=True, data_key="from")
    last_on = DayField(typed=True, data_key="to")

    @post_load
    def _given(self, loaded: dict[str, Any], **_kw: Any) -> dict[str, Any]:
        # A blank date of a form is as none: the query knows its own bounds.
        return {name: value for name, value in loaded.items() if value is not None}


class PilotQuery(ListQuery):
    """Filters of a list of pilots; `sort` is name, awarded or disbursed, with a minus for the largest first."""

    kind = TextField(20, typed=True, load_default=str, validate=one_of(list(PilotKind)), metadata=_choices(PilotKind))
    status = TextField(
        30, typed=True, load_default=str, validate=one_of(list(PilotStatus)), metadata=_choices(PilotStatus)
    )
    direction = TextField(10, typed=True, load_default=str)
    batch = TextField(NAME, typed=True, load_default=str)
    words = TextField(100, typed=True, load_default=str, data_key="q")
    sort = TextField(20, typed=True, load_default=str)
