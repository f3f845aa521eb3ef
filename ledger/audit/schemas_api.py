"""What the JSON API asks of the audit, and how its answers are described."""

from __future__ import annotations

from marshmallow import fields

from ledger.http.api import LAST_PAGE, MOST_PER_PAGE, AnswerSchema, InstantField
from ledger.http.fields import DayField, FormSchema, MoneyField, TextField, WholeField

_SEQ_MOST = 2**53


class PositionSchema(AnswerSchema):
    """A pilot's money in yuan; `available` is the sum over its allocations."""

    cap = MoneyField(required=True)
    awarded = MoneyField(required=True)
    allocated = MoneyField(required=True)
    waiting = MoneyField(required=True)
    disbursed = MoneyField(required=True)
    available = MoneyField(required=True)
    spent = MoneyField(required=True)
    accepted = MoneyField(required=True)
    recovered = MoneyField(required=True)


class SumsSchema(AnswerSchema):
    """Cumulative amounts in whole fen, as the command line writes them."""

    awarded = fields.Integer(required=True)
    allocated = fields.Integer(required=True)
    waiting = fields.Integer(required=True)
    disbursed = fields.Integer(required=True)
    spent = fields.Integer(required=True)
    accepted = fields.Integer(required=True)
    recovered = fields.Integer(required=True)


class PilotSumsSchema(SumsSchema):
    """A pilot's sums, and whose pilot it is."""

    tenant = fields.String(required=True)


class TotalsSchema(AnswerSchema):
    """Sums of tenants by code and of pilots by credit code."""

    as_of = DayField(required=True, allow_none=True)
    tenants = fields.Dict(keys=fields.String(), values=fields.Nested(SumsSchema), required=True)
    pilots = fields.Dict(keys=fields.String(), values=fields.Nested(PilotSumsSchema), required=True)


class RunningSchema(AnswerSchema):
    """The balances after an entry; `balance` is allocated, not disbursed and not recovered."""

    awarded = MoneyField(required=True)
    allocated = MoneyField(required=True)
    disbursed = MoneyField(required=True)
    spent = MoneyField(required=True)
    accepted = MoneyField(required=True)
    recovered = MoneyField(required=True)
    balance = MoneyField(required=True)


class LedgerLineSchema(AnswerSchema):
    """An entry of a pilot's ledger; the amount of a reversal is negative."""

    entry_id = fields.String(required=True)
    business_date = DayField(required=True)
    recorded_at = fields.String(required=True, metadata={"format": "date-time"})
    document_id = fields.String(required=True)
    document_kind = fields.String(required=True)
    number = fields.String(required=True)
    document_no = fields.String(allow_none=True)
    voucher_no = fields.String(allow_none=True)
    project_code = fields.String(allow_none=True)
    project_name = fields.String(allow_none=True)
    payee_name = fields.String(allow_none=True)
    from_stage = fields.String(required=True)
    to_stage = fields.String(required=True)
    amount = fields.String(required=True, metadata={"pattern": r"^-?(0|[1-9][0-9]*)\.[0-9]{2}$"})
    reverses_document_id = fields.String(allow_none=True)
    made_by_name = fields.String(allow_none=True)
    checked_by_name = fields.String(allow_none=True)
    note = fields.String(allow_none=True)
    reason = fields.String(allow_none=True)
    running = fields.Nested(RunningSchema, required=True)
    balance = MoneyField(required=True)


class LedgerSchema(AnswerSchema):
    """One page of a pilot's ledger, and the balances after its last entry."""

    as_of = DayField(required=True, allow_none=True)
    known_at = fields.String(required=True, allow_none=True, metadata={"format": "date-time"})
    items = fields.List(fields.Nested(LedgerLineSchema), required=True)
    closing = fields.Nested(RunningSchema, required=True)
    total = fields.Integer(required=True)
    page = fields.Integer(required=True)
    per_page = fields.Integer(required=True)


class JournalEntrySchema(AnswerSchema):
    """An entry of the journal: `payload` is the text that `hash` covers, with `prev` inside."""

    seq = fields.Integer(required=True)
    hash = fields.String(required=True)
    prev = fields.String(required=True)
    payload = fields.String(required=True)
    recorded_at = fields.String(required=True, metadata={"format": "date-time"})
    kind = fields.String(required=True)
    subject_type = fields.String(required=True)
    subject_id = fields.String(required=True)
    pilot_id = fields.String(required=True, allow_none=True)
    actor_id = fields.String(required=True)
    actor_name = fields.String(required=True)
    actor_tenant = fields.String(required=True, allow_none=True)
    office_name = fields.String(required=True, allow_none=True)
    amount = MoneyField(required=True, allow_none=True)
    business_date = DayField(required=True, allow_none=True)


class JournalSchema(AnswerSchema):
    """Entries of one stream in sequence order, and the stream's head."""

    stream = fields.String(required=True)
    size = fields.Integer(required=True)
    hash = fields.String(required=True)
    items = fields.List(fields.Nested(JournalEntrySchema), required=True)


class EntriesQuery(FormSchema):
    """Entries up to the business date `as_of`, as the ledger knew them at `known_at`."""

    as_of = DayField(typed=True, load_default=None)
    known_at = InstantField(load_default=None)
    page = WholeField(least=1, most=LAST_PAGE, typed=True, load_default=1)
    per_page = WholeField(least=1, most=MOST_PER_PAGE, typed=True, load_default=MOST_PER_PAGE)


class TotalsQuery(FormSchema):
    """Sums up to the business date `as_of`; of one tenant where it is named."""

    as_of = DayField(typed=True, load_default=None)
    tenant = TextField(6, typed=True, load_default=None)


class JournalQuery(FormSchema):
    """Entries of `stream` (default: the asker's) after a sequence number."""

    stream = TextField(6, typed=True, load_default=str)
    after = WholeField(least=0, most=_SEQ_MOST, typed=True, load_default=0)
    limit = WholeField(least=1, most=MOST_PER_PAGE, typed=True, load_default=MOST_PER_PAGE)
