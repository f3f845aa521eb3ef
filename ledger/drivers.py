"""The two drivers behind one face: a transaction's beginning, its statements and its end.

On PostgreSQL a statement is prepared once a connection and then sent by its name, through libpq
itself. What needs no answer (the beginning, an insert, the end) waits for the next statement that
does, and they travel together: each way to the server and back costs more than most statements.
"""

from __future__ import annotations

import select
import sqlite3
from collections.abc import Sequence
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


class Driver(Protocol):
    """A driver's connection as a transaction uses it. Raises the driver's own errors."""

    rowcount: int
    """Rows that the last executed statement touched."""

    def begin(self, tenant_code: str | None, *, writing: bool, one_snapshot: bool) -> None: ...

    def bind(self, tenant_code: str) -> None: ...

    def execute(self, sql: str, values: Any) -> Sequence[Sequence[Any]]: ...

    def later(self, sql: str, values: Any) -> None: ...

    def execute_many(self, sql: str, values: Sequence[Any]) -> None: ...

    def columns(self) -> tuple[str, ...]: ...

    def flush(self) -> None: ...

    def commit(self) -> None: ...

    def end(self) -> None: ...


class Postgresql:
    """psycopg's connection; `prepared` keeps the names of its statements as long as it lives."""

    __slots__ = ("_connection", "_libpq", "_prepared", "_queue", "_result", "_transformer", "rowcount")

    def __init__(self, connection: psycopg.Connection[Any], prepared: dict[Any, bytes]) -> None:
        self._connection = connection
        self._libpq = connection.pgconn
        self._prepared = prepared
        self._transformer = Transformer(connection)
        self._queue: list[tuple[bytes, Any, Any]] = []
        self._result: Any = None
        self.rowcount = 0

    def begin(self, tenant_code: str | None, *, writing: bool, one_snapshot: bool) -> None:  # noqa: ARG002
        """Begin, and tell row-level security whose rows these are; None for the province's reading of all."""
        self.later("BEGIN ISOLATION LEVEL REPEATABLE READ" if one_snapshot else "BEGIN", ())
        if tenant_code is not None:
            self.bind(tenant_code)

    def bind(self, tenant_code: str) -> None:
        """Go on under another tenant."""
        self.later(_BIND, (tenant_code,))

    def execute(self, sql: str, values: Sequence[Any]) -> Sequence[Sequence[Any]]:
        """Run one statement with `$1` places, after those that wait; its rows, which may be none."""
        self.later(sql, values)
        self.flush()
        result = self._result
        if result.status != ExecStatus.TUPLES_OK:
            self.rowcount = result.command_tuples or 0
            return ()
        self.rowcount = result.ntuples
        self._transformer.set_pgresult(result)
        return self._transformer.load_rows(0, result.ntuples, tuple)

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

    def columns(self) -> tuple[str, ...]:
        """The names of the last rows' columns."""
        return tuple(self._result.fname(place).decode() for place in range(self._result.nfields))

    def flush(self) -> None:
        """Run what waits."""
        queue, self._queue = self._queue, []
        if len(queue) == 1:
            name, sent, formats = queue[0]
            self._result = self._libpq.exec_prepared(name, sent, formats)
            self._check(self._result)
        elif queue:
            try:
                refused = self._exchange(queue)
            except BaseException:
                # Stopped half way: nobody knows what the server still sends.
                self._libpq.finish()
                raise
            if refused is not None:
                self._check(refused)

    def commit(self) -> None:
        """Make it durable, together with what waits."""
        self.later("COMMIT", ())
        self.flush()

    def end(self) -> None:
        """Undo what was not committed."""
        self._queue.clear()
        if self._libpq.status == ConnStatus.OK and self._libpq.transaction_status != TransactionStatus.IDLE:
            self._libpq.exec_(b"ROLLBACK")

    def _prepare(self, known: tuple[str, Any]) -> bytes:
        name = b"ledger_%d" % len(self._prepared)
        self._check(self._libpq.prepare(name, known[0].encode(), known[1]))
        self._prepared[known] = name
        return name

    def _exchange(self, queue: Sequence[tuple[bytes, Any, Any]]) -> Any:
        """Send statements one behind the other and read their answers: the first that was refused, or None."""
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
        refused = None
        for _ in queue:
            self._result = self._answer(ready)
            if self._answer(ready) is not None:
                raise psycopg.OperationalError("two answers to one statement")
            if refused is None and self._result.status not in _WENT_WELL:
                refused = self._result
        self._answer(ready)
        libpq.exit_pipeline_mode()
        return refused

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


class Sqlite:
    """The standard library's connection, whose transactions are ours to begin."""

    __slots__ = ("_connection", "_cursor", "rowcount")

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._cursor = connection.cursor()
        self.rowcount = 0

    def begin(self, tenant_code: str | None, *, writing: bool, one_snapshot: bool) -> None:  # noqa: ARG002
        """Begin; a writer takes the file at once, and every reader sees one snapshot."""
        self._cursor.execute("BEGIN IMMEDIATE" if writing else "BEGIN")

    def bind(self, tenant_code: str) -> None:
        """Go on under another tenant: there is no row-level security to tell."""

    def execute(self, sql: str, values: Any) -> Sequence[Sequence[Any]]:
        """Run one statement with `:name` places; its rows, which may be none."""
        self._cursor.execute(sql, values)
        found = self._cursor.fetchall()
        self.rowcount = self._cursor.rowcount
        return found

    def later(self, sql: str, values: Any) -> None:
        """Run it at once: there is no way to save."""
        self._cursor.execute(sql, values)

    def flush(self) -> None:
        """Nothing waits."""

    def execute_many(self, sql: str, values: Sequence[Any]) -> None:
        """Run one statement once for each of `values`."""
        self._cursor.executemany(sql, values)

    def columns(self) -> tuple[str, ...]:
        """The names of the last rows' columns."""
        return tuple(column[0] for column in self._cursor.description)

    def commit(self) -> None:
        """Make it durable."""
        self._connection.commit()

    def end(self) -> None:
        """Undo what was not committed."""
        self._connection.rollback()
