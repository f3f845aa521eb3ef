"""The two drivers behind one face: a transaction's beginning, its statements and its end.

On PostgreSQL a statement is prepared once a connection and then sent by its name, through libpq
itself. What needs no answer (the beginning, an insert, the end) waits for the next statement that
does, and they travel together: each way to the server and back costs more than most statements.

What only reads begins and ends nothing: the server takes all that is sent up to a Sync as one
transaction, so the tenant is bound, the statements run and the binding is gone in one exchange.
"""

from __future__ import annotations

import select
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

import psycopg
from psycopg import RawCursor
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus

_AUTO = [PyFormat.AUTO] * 100
_WENT_WELL = frozenset([ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK])
# Local to the transaction: a pooled connection carries no tenant to its next user.
_BIND = "SELECT set_config('app.tenant', $1, true)"
_READ_ALL = "SELECT set_config('transaction_read_only', 'on', true)"
_READ_ONE = f"{_READ_ALL}, set_config('app.tenant', $1, true)"

Statement = tuple[str, Any]
"""SQL with the driver's own places, and the values for them."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one statement came to: its rows, which may be none, how many it touched, and the columns' names if asked."""

    rows: Sequence[Sequence[Any]]
    count: int
    columns: Callable[[], tuple[str, ...]]


class Driver(Protocol):
    """A driver's connection as a transaction uses it. Raises the driver's own errors."""

    def begin(self, tenant_code: str | None, *, writing: bool, one_snapshot: bool) -> None: ...

    def bind(self, tenant_code: str) -> None: ...

    def execute(self, statements: Sequence[Statement]) -> list[Answer]: ...

    def later(self, sql: str, values: Any) -> None: ...

    def execute_many(self, sql: str, values: Sequence[Any]) -> None: ...

    def flush(self) -> None: ...

    def commit(self) -> None: ...

    def end(self) -> None: ...


class Postgresql:
    """psycopg's connection, as long as it lives: the names of its statements are kept."""

    __slots__ = ("_connection", "_first", "_libpq", "_prepared", "_queue", "_transformer")

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection
        self._libpq = connection.pgconn
        self._prepared: dict[Any, bytes] = {}
        self._transformer = Transformer(connection)
        self._queue: list[tuple[bytes, Any, Any]] = []
        # What goes before each exchange of a transaction that only reads; None where one was begun.
        self._first: Statement | None = None

    def begin(self, tenant_code: str | None, *, writing: bool, one_snapshot: bool) -> None:
        """Begin, and tell row-level security whose rows these are; None for the province's reading of all."""
        if not (writing or one_snapshot):
            self._first = (_READ_ALL, ()) if tenant_code is None else (_READ_ONE, (tenant_code,))
            return
        self._first = None
        self.later("BEGIN ISOLATION LEVEL REPEATABLE READ" if one_snapshot else "BEGIN", ())
        if tenant_code is not None:
            self.bind(tenant_code)

    def bind(self, tenant_code: str) -> None:
        """Go on under another tenant."""
        if self._first is not None:
            self._first = (_READ_ONE, (tenant_code,))
        # An ORM session may have begun a transaction in what only reads: it goes on under that tenant too.
        if self._first is None or self._libpq.transaction_status != TransactionStatus.IDLE:
            self.later(_BIND, (tenant_code,))

    def execute(self, statements: Sequence[Statement]) -> list[Answer]:
        """Run statements with `$1` places after those that wait, all in one exchange; an answer for each."""
        if self._first is not None:
            self.later(*self._first)
        for sql, values in statements:
            self.later(sql, values)
        return [self._answered(result) for result in self._run()[-len(statements) :]]

    def later(self, sql: str, values: Sequence[Any]) -> None:
        """Let a statement wait for the next one that is executed, or for the end; its error comes with that."""
        transformer = self._transformer
        sent = transformer.dump_sequence(values, _AUTO[: len(values)])
        known = (sql, transformer.types)
        name = self._prepared.get(known) or self._prepare(known)
        self._queue.append((name, sent, transformer.formats))

    def execute_many(self, sql: str, values: Sequence[Any]) -> None:
        """Run one statement once for each of `values`, in one batch."""
        self.flush()
        RawCursor(self._connection).executemany(sql.encode(), values)

    def flush(self) -> None:
        """Run what waits."""
        self._run()

    def commit(self) -> None:
        """Make it durable, together with what waits."""
        self.later("COMMIT", ())
        self.flush()

    def end(self) -> None:
        """Undo what was not committed."""
        self._queue.clear()
        if self._libpq.status == ConnStatus.OK and self._libpq.transaction_status != TransactionStatus.IDLE:
            self._libpq.exec_(b"ROLLBACK")

    def _run(self) -> list[Any]:
        """Send what waits; the result of each statement."""
        queue, self._queue = self._queue, []
        if not queue:
            return []
        if len(queue) == 1:
            results = [self._libpq.exec_prepared(*queue[0])]
        else:
            try:
                results = self._exchange(queue)
            except BaseException:
                # Stopped half way: nobody knows what the server still sends.
                self._libpq.finish()
                raise
        for result in results:
            # The first that was refused: those behind it were not run.
            self._check(result)
        return results

    def _answered(self, result: Any) -> Answer:
        columns = partial(_columns, result)
        if result.status != ExecStatus.TUPLES_OK:
            return Answer((), result.command_tuples or 0, columns)
        self._transformer.set_pgresult(result)
        return Answer(self._transformer.load_rows(0, result.ntuples, tuple), result.ntuples, columns)

    def _prepare(self, known: tuple[str, Any]) -> bytes:
        name = b"ledger_%d" % len(self._prepared)
        self._check(self._libpq.prepare(name, known[0].encode(), known[1]))
        self._prepared[known] = name
        return name

    def _exchange(self, queue: Sequence[tuple[bytes, Any, Any]]) -> list[Any]:
        """Send statements one behind the other and read their results."""
        libpq = self._libpq
        libpq.enter_pipeline_mode()
        for name, sent, formats in queue:
            libpq.send_query_prepared(name, sent, formats)
        libpq.pipeline_sync()
        ready = select.poll()
        ready.register(libpq.socket, select.POLLIN)
        while libpq.flush():
            ready.modify(libpq.socket, select.POLLIN | select.POLLOUT)
            ready.poll()
            libpq.consume_input()
        ready.modify(libpq.socket, select.POLLIN)
        results = []
        for _ in queue:
            results.append(self._answer(ready))
            if self._answer(ready) is not None:
                raise psycopg.OperationalError("two answers to one statement")
        self._answer(ready)
        libpq.exit_pipeline_mode()
        return results

    def _answer(self, ready: select.poll) -> Any:
        """The next result. Waiting for it lets other threads run, which libpq's own waiting here would not."""
        while self._libpq.is_busy():
            ready.poll()
            self._libpq.consume_input()
        return self._libpq.get_result()

    def _check(self, result: Any) -> None:
        if self._libpq.status != ConnStatus.OK:
            raise psycopg.OperationalError(self._libpq.get_error_message())
        if result.status not in _WENT_WELL:
            raise error_from_result(result, self._connection.info.encoding)


def _columns(result: Any) -> tuple[str, ...]:
    return tuple(result.fname(place).decode() for place in range(result.nfields))


class Sqlite:
    """The standard library's connection, whose transactions are ours to begin."""

    __slots__ = ("_connection", "_cursor")

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._cursor = connection.cursor()

    def begin(self, tenant_code: str | None, *, writing: bool, one_snapshot: bool) -> None:  # noqa: ARG002
        """Begin; a writer takes the file at once, and every reader sees one snapshot."""
        self._cursor.execute("BEGIN IMMEDIATE" if writing else "BEGIN")

    def bind(self, tenant_code: str) -> None:
        """Go on under another tenant: there is no row-level security to tell."""

    def execute(self, statements: Sequence[Statement]) -> list[Answer]:
        """Run statements with `:name` places, one after the other; an answer for each."""
        return [self._answered(*statement) for statement in statements]

    def later(self, sql: str, values: Any) -> None:
        """Run it at once: there is no way to save."""
        self._cursor.execute(sql, values)

    def flush(self) -> None:
        """Nothing waits."""

    def execute_many(self, sql: str, values: Sequence[Any]) -> None:
        """Run one statement once for each of `values`."""
        self._cursor.executemany(sql, values)

    def commit(self) -> None:
        """Make it durable."""
        self._connection.commit()

    def end(self) -> None:
        """Undo what was not committed."""
        self._connection.rollback()

    def _answered(self, sql: str, values: Any) -> Answer:
        cursor = self._cursor.execute(sql, values)
        described = cursor.description
        return Answer(cursor.fetchall(), cursor.rowcount, lambda: tuple(column[0] for column in described))
