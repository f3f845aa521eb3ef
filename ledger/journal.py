"""The tamper-evident journal: one hash chain per tenant and one for the province.

An entry is appended as the last statement of the business transaction: its payload is
the RFC 8785 text of the fact with the hash of the entry before inside, stored and
exported verbatim. No other code writes these tables, and the database refuses to
change or delete a row. Personal values enter as salted commitments alone.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby, islice

from sqlalchemy import ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from ledger.database import Base, instant_text
from ledger.desk import Desk
from ledger.domain import chain
from ledger.domain.access import Actor
from ledger.domain.money import Money
from ledger.tenancy import Constant, Scope, TenantOwned, Transaction

Json = chain.Json


class JournalHead(TenantOwned, Base):
    """The last entry of a stream; moved by the entry's own trigger."""

    __tablename__ = "journal_head"

    seq: Mapped[int]
    hash: Mapped[str]
    lock_mark: Mapped[int] = mapped_column(default=0)


# An index of a part of the rows names the kinds that it leaves out: what changes nothing, and is much.
_ACTS = text(
    "kind NOT IN ('signed_in', 'sign_in_failed', 'sign_in_locked', 'signed_out', 'journal_read',"
    " 'journal_verified', 'journal_exported', 'record_read', 'record_exported')"
)


def _where(condition: str, column: str) -> Index:
    only = text(condition)
    return Index(None, "tenant_code", column, "seq", sqlite_where=only, postgresql_where=only)


class JournalEntry(TenantOwned, Base):
    """An entry of a stream. `payload` is what is hashed; the columns beside it are for finding and showing."""

    __tablename__ = "journal_entry"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_code"], ["journal_head.tenant_code"]),
        Index(None, "tenant_code", "pilot_id", "seq"),
        Index(None, "tenant_code", "subject_type", "subject_id", "seq"),
        Index(None, "tenant_code", "kind", "seq"),
        Index(None, "tenant_code", "office_id", "seq"),
        Index(None, "tenant_code", "actor_id", "seq"),
        _where("business_date IS NOT NULL", "business_date"),
        _where("total IS NOT NULL", "total"),
        Index("ix_journal_entry_acts", "tenant_code", "seq", sqlite_where=_ACTS, postgresql_where=_ACTS),
    )

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    hash: Mapped[str]
    payload: Mapped[str]
    recorded_at: Mapped[datetime]
    kind: Mapped[str]
    subject_type: Mapped[str]
    subject_id: Mapped[str]
    pilot_id: Mapped[int | None]
    office_id: Mapped[int]
    actor_id: Mapped[int]
    actor_name: Mapped[str]
    total: Mapped[Money | None]
    business_date: Mapped[date | None]


class PersonalValue(TenantOwned, Base):
    """The value and salt behind a commitment in a payload; erasing the row leaves the chain whole."""

    __tablename__ = "personal_value"

    commitment: Mapped[str] = mapped_column(primary_key=True)
    salt: Mapped[str]
    content: Mapped[str]


@dataclass(frozen=True, slots=True)
class Fact:
    """What happened to one document: the return value of a command, and the journal's entry.

    `before` and `after` hold plain JSON values: ids and fen as strings, dates in ISO.
    `entries` are the postings it made. `personal` values are committed to, never written;
    `beside` (names of people) is answered with the record and never enters it.
    `stream` is the tenant whose record it is (default: the scope's); `actor` is who did
    it where that is not the asker (a checker in an import, or the system).
    """

    kind: str
    subject_type: str
    subject_id: int | str
    before: Mapping[str, Json] = field(default_factory=dict)
    after: Mapping[str, Json] = field(default_factory=dict)
    pilot_id: int | None = None
    amount: Money | None = None
    business_date: date | None = None
    entries: Sequence[Mapping[str, Json]] = ()
    personal: Mapping[str, str] = field(default_factory=dict)
    beside: Mapping[str, Json] = field(default_factory=dict)
    stream: str | None = None
    actor: Actor | None = None


_HEAD = Constant("SELECT seq, hash FROM journal_head WHERE tenant_code = :tenant_code FOR UPDATE")
_BESIDE = "recorded_at, kind, subject_type, subject_id, pilot_id, office_id, actor_id, actor_name, total, business_date"
_GIVEN = re.sub(r"(\w+)", r":\1", _BESIDE)
_INSERT = f"INSERT INTO journal_entry (tenant_code, seq, hash, payload, {_BESIDE})"
_APPEND = Constant(f"{_INSERT} VALUES (:tenant_code, :seq, :hash, :payload, {_GIVEN})")
# Joined so that a stream without a head gives a row without a number, which the table refuses, and not no row.
_SEALED = (
    f"{_INSERT} SELECT :tenant_code, seq, {{hash}}, payload, {_GIVEN}"
    " FROM (SELECT seq + 1 AS seq, :before || hash || :between || (seq + 1) || :after AS payload FROM (SELECT 1) o"
    " LEFT JOIN (SELECT seq, hash FROM journal_head WHERE tenant_code = :tenant_code FOR UPDATE) h ON 1 = 1) p"
)
_SEAL = Constant(
    _SEALED.format(hash="encode(sha256(convert_to(payload, 'UTF8')), 'hex')"),
    sqlite=_SEALED.format(hash="sha256_of(payload)"),
)
"""One entry, put into its place and hashed by the database: its head is held for no way to and fro."""
_COMMIT_TO = Constant(
    "INSERT INTO personal_value (tenant_code, commitment, salt, content)"
    " VALUES (:tenant_code, :commitment, :salt, :content)"
)


FEW = 6
"""Facts of one act that the database puts into their places one by one; more are chained before they are sent."""
PART = 500
"""Facts that are held at one time where many follow."""


def commit_to(desk: Desk, content: str) -> dict[str, str]:
    """Commit to a personal value once, for a command that stores it and records it: {"commitment": hash}.

    The value and its salt stand in `personal_value`, which an erasure empties.
    """
    salt = secrets.token_bytes(16)
    commitment = chain.commitment(salt, content)
    desk.write(_COMMIT_TO, commitment=commitment, salt=salt.hex(), content=content)
    return {"commitment": commitment}


def append(transaction: Transaction, facts: Sequence[Fact], actor: Actor, now: datetime) -> None:
    """Append `facts` at the end of their streams, heads locked in code order.

    What follows them (`Desk.follow`) comes after them in the scope's own stream.

    Raises:
        OutOfScope: the session may not write in a fact's stream.
    """
    own = transaction.scope.tenant_code
    ordered = sorted(facts, key=lambda fact: fact.stream or own)
    for stream, group in groupby(ordered, key=lambda fact: fact.stream or own):
        if transaction.scope.tenant_code != stream:
            transaction.enter(Scope(stream))
        _append_stream(transaction, stream, list(group), actor, now)
    following, transaction.following = iter(transaction.following), ()
    while part := list(islice(following, PART)):
        if transaction.scope.tenant_code != own:
            transaction.enter(Scope(own))
        _append_stream(transaction, own, part, actor, now)


def _append_stream(transaction: Transaction, stream: str, facts: list[Fact], asker: Actor, now: datetime) -> None:
    bodies, commitments = [], []
    for fact in facts:
        body, committed = _body(fact, fact.actor or asker)
        bodies.append(body)
        commitments += committed
    transaction.write_many(_COMMIT_TO, commitments)
    if len(facts) <= FEW and bodies[0]["kind"] != chain.FIRST_KIND:
        for fact, body in zip(facts, bodies, strict=True):
            before, between, after = chain.around_link(stream, instant_text(now), body)
            place = {"before": before, "between": between, "after": after}
            transaction.write_many(_SEAL, [{**place, **_columns(fact, asker, now)}])
        return
    (head,) = transaction.rows(_HEAD, {})
    seq, previous = head.seq, head.hash
    rows = []
    for fact, body in zip(facts, bodies, strict=True):
        seq += 1
        link = chain.link(stream, seq, previous, instant_text(now), body)
        previous = link.hash
        rows.append({"seq": seq, "hash": link.hash, "payload": link.payload, **_columns(fact, asker, now)})
    transaction.write_many(_APPEND, rows)


def _columns(fact: Fact, asker: Actor, now: datetime) -> dict[str, object]:
    """What stands beside a payload, for finding and showing."""
    actor = fact.actor or asker
    return {
        "recorded_at": now,
        "kind": fact.kind,
        "subject_type": fact.subject_type,
        "subject_id": str(fact.subject_id),
        "pilot_id": fact.pilot_id,
        "office_id": actor.office_id,
        "actor_id": actor.person_id,
        "actor_name": actor.name,
        "total": fact.amount,
        "business_date": fact.business_date,
    }


def _body(fact: Fact, actor: Actor) -> tuple[dict[str, Json], list[dict[str, str]]]:
    after, commitments = dict(fact.after), []
    for name, content in fact.personal.items():
        salt = secrets.token_bytes(16)
        commitment = chain.commitment(salt, content)
        after[name] = {"commitment": commitment}
        commitments.append({"commitment": commitment, "salt": salt.hex(), "content": content})
    who: dict[str, Json] = (
        {"system": actor.name}
        if actor.is_system
        else {"person": str(actor.person_id), "office": str(actor.office_id), "tenant": actor.tenant_code}
    )
    body: dict[str, Json] = {
        "kind": fact.kind,
        "actor": who,
        "subject": {"type": str(fact.subject_type), "id": str(fact.subject_id)},
        "before": dict(fact.before),
        "after": after,
    }
    if fact.pilot_id is not None:
        body["pilot"] = str(fact.pilot_id)
    if fact.business_date is not None:
        body["on"] = fact.business_date.isoformat()
    if fact.entries:
        body["entries"] = [dict(entry) for entry in fact.entries]
    return body, commitments


def opening(stream: str) -> Fact:
    """The first entry of a stream: it names the algorithms that its chain is made with."""
    return Fact("stream_opened", "stream", stream, after={"hash": "sha-256", "canonical": "rfc8785"}, stream=stream)
