"""The one way in: permission, scope, run, journal, commit; and for a refusal, its record.

Every face (HTML, JSON, command line, import) calls `execute` or `ask`; nothing else
opens a session or commits.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any, ClassVar, Protocol, TypeVar

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from ledger import clock, database, idempotency, journal, refusals, tenancy
from ledger.desk import Desk
from ledger.domain import chain
from ledger.domain.access import Actor, Permission, check_permission, check_reach
from ledger.domain.errors import LedgerError
from ledger.domain.money import Money
from ledger.journal import Fact
from ledger.tenancy import WHOLE_PROVINCE, Scope, Transaction

RETRIES = 3
"""How often a transaction that the database broke off (deadlock) is tried again."""
_NOT_RECORDED = frozenset({"payee_account"})
"""Fields of a command that the record of its refusal leaves out."""

T_co = TypeVar("T_co", covariant=True)
T = TypeVar("T")


class Command(Protocol):
    """A frozen dataclass that changes something. `tenant_code`, where it has one, says where.

    `records_refusal` marks acts on money: their refusals are journal entries too.
    `works_read_only` marks what goes on while the ledger is read-only: signing in, and what ends that state.
    `database_role` names the database role that it signs in as where that is not the application's own.
    """

    @property
    def permission(self) -> Permission: ...

    def run(self, desk: Desk) -> Sequence[Fact]: ...


class Query(Protocol[T_co]):
    """A frozen dataclass that reads. `across = True` reads every tenant for the province's people.

    Such a reading signs in as the province's role, or as the database role that `role` names;
    one within a tenant as the application's, or as the role that `database_role` names.
    `one_snapshot = True` lets all of its statements read the same instant.
    """

    permission: ClassVar[Permission]

    def run(self, desk: Desk) -> T_co: ...


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a command did; `replayed` when the same key and body had done it before."""

    facts: tuple[Fact, ...]
    replayed: bool = False

    @property
    def subject_id(self) -> int:
        """The id of the document that the act was about."""
        return int(self.facts[0].subject_id)


_running: ContextVar[bool] = ContextVar("running", default=False)
_gates: list[Callable[[], None]] = []


def gate(check: Callable[[], None] | None) -> None:
    """Let `check` stand before every command (None: nothing stands there): it raises while the ledger is read-only."""
    _gates[:] = [] if check is None else [check]


def execute(command: Command, actor: Actor, key: str | None = None) -> Receipt:
    """Run `command` as `actor` in one transaction with its journal entry.

    `key` is an idempotency key of the tenant: the same key and command answer the first
    receipt again.

    Raises:
        LedgerError: a rule refused; nothing was stored but the record of the attempt.
        ReadOnly: an older backup was restored; nothing was stored.
    """
    if not getattr(command, "works_read_only", False):
        for check in _gates:
            check()
    now = clock.now()
    try:
        for attempt in range(RETRIES):
            try:
                return _execute_once(command, actor, key, now)
            except DBAPIError as error:
                if not (refusals.is_passing(error) and attempt < RETRIES - 1):
                    raise refusals.refusal_of(error) from error
        raise AssertionError("a retry either returns or raises")
    except LedgerError as refusal:
        if getattr(command, "records_refusal", False):
            _record_refusal(command, actor, refusal, now)
        raise


def _execute_once(command: Command, actor: Actor, key: str | None, now: datetime) -> Receipt:
    tenant_code = getattr(command, "tenant_code", actor.tenant_code)
    check_reach(actor, tenant_code)
    check_permission(actor, command.permission)
    with _writing(Scope(tenant_code), _own_role(command)) as transaction:
        desk = Desk(transaction, actor, now)
        fingerprint = "" if key is None else _fingerprint(command)
        try:
            if key is not None:
                idempotency.begin(desk, key, fingerprint)
            facts = _run(command, desk, transaction)
        except idempotency.Answered as before:
            return Receipt(before.facts, replayed=True)
        if transaction.scope.tenant_code != tenant_code:
            transaction.enter(Scope(tenant_code))
        transaction.flush()
        if key is not None:
            idempotency.finish(desk, key, fingerprint, facts)
        journal.append(transaction, facts, actor, now)
        transaction.commit()
    return Receipt(facts)


def _run(command: Command, desk: Desk, transaction: Transaction) -> tuple[Fact, ...]:
    try:
        return tuple(command.run(desk))
    except LedgerError:
        # What a used key was answered comes before any rule.
        transaction.settle()
        raise


def ask(query: Query[T], actor: Actor) -> T:
    """Answer `query` as `actor`; a query with a `fact(answer)` leaves that fact, unless it is None, in the journal.

    Raises:
        LedgerError: not permitted, or not found.
    """
    tenant_code = getattr(query, "tenant_code", actor.tenant_code)
    check_reach(actor, tenant_code)
    check_permission(actor, query.permission)
    across = getattr(query, "across", False) and (actor.is_province or actor.is_system)
    scope = WHOLE_PROVINCE if across else Scope(tenant_code)
    now = clock.now()
    role = getattr(query, "role", database.PROVINCE) if across else _own_role(query)
    with _transaction(scope, role, one_snapshot=getattr(query, "one_snapshot", False)) as transaction:
        answer = query.run(Desk(transaction, actor, now))
    tell = getattr(query, "fact", None)
    fact = None if tell is None else tell(answer)
    if fact is not None:
        try:
            _record(fact, actor, now)
        except SQLAlchemyError:
            # A journal that was found broken may take no entry; that must not hide the finding.
            if getattr(answer, "sound", True):
                raise
    return answer


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    if _running.get():
        raise tenancy.OutOfScope("a use case never calls another one")
    token = _running.set(True)
    try:
        yield
    finally:
        _running.reset(token)


@contextmanager
def _transaction(
    scope: Scope, role: str | None, *, writing: bool = False, one_snapshot: bool = False
) -> Iterator[Transaction]:
    with _one_at_a_time():
        transaction = Transaction(database.engine(role), scope, writing=writing, one_snapshot=one_snapshot)
        try:
            yield transaction
        finally:
            transaction.close()


@contextmanager
def _writing(scope: Scope, role: str | None = database.APP) -> Iterator[Transaction]:
    turn = database.write_turn(database.engine(role))
    with turn, _transaction(scope, role, writing=True) as transaction:
        yield transaction


def _own_role(order: object) -> str | None:
    """The database role that a command, or a query within a tenant, signs in as."""
    role: str | None = getattr(order, "database_role", database.APP)
    return role


def _record(fact: Fact, actor: Actor, now: datetime) -> None:
    """Append one fact in a transaction of its own, in the asker's stream."""
    with _writing(Scope(actor.tenant_code)) as transaction:
        journal.append(transaction, [fact], actor, now)
        transaction.commit()


def _record_refusal(command: Command, actor: Actor, refusal: LedgerError, now: datetime) -> None:
    asked = _public(_plain(command))
    numbers = {name: str(amount.fen) for name, amount in refusal.numbers.items()}
    amount = getattr(command, "amount", None)
    fact = Fact(
        "attempt_refused",
        type(command).__name__,
        str(getattr(command, "document_id", getattr(command, "pilot_id", ""))),
        after={"code": refusal.code, "asked": asked, "numbers": numbers, "words": refusal.template},
        amount=amount if isinstance(amount, Money) else None,
    )
    _record(fact, actor, now)


def _public(value: chain.Json) -> chain.Json:
    """`value` without the accounts in it, however deep: an entry of the journal is never forgotten."""
    if isinstance(value, dict):
        return {name: _public(one) for name, one in value.items() if name not in _NOT_RECORDED}
    return [_public(one) for one in value] if isinstance(value, list) else value


def _fingerprint(command: Command) -> str:
    text = chain.canonical({"command": type(command).__name__, "fields": _plain(command)})
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(command: Any) -> dict[str, chain.Json]:
    return {field.name: plain_value(getattr(command, field.name)) for field in fields(command)}


def plain_value(value: Any) -> chain.Json:
    """A command's value as plain JSON: money in fen and ids as strings, dates in ISO."""
    if type(value) is str or value is None or isinstance(value, bool):
        return value
    if isinstance(value, Actor):
        return str(value.person_id)
    if isinstance(value, Money):
        return str(value.fen)
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, tuple | list | frozenset):
        return [plain_value(one) for one in value]
    if isinstance(value, dict):
        return {str(name): plain_value(one) for name, one in value.items()}
    if hasattr(value, "__dataclass_fields__"):
        return _plain(value)
    return str(value)
