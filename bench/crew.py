"""Worker processes that are started once and told by a pipe when a slice begins, so that no start-up is measured."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, Self

from bench.server import Database

SECONDS = 3.0
"""How long a slice is."""
WARM_UP = 2.0
READY_WITHIN = 120.0

Act = Callable[[], object]
Prepare = Callable[..., Act]
"""Called in the worker with its number and the crew's arguments; what it returns is done over and over."""


class WorkerFailed(Exception):
    """A worker process ended or raised; the text is its error."""


@dataclass(frozen=True, slots=True)
class Slice:
    """What a crew did in one slice; `latencies` are seconds an act, a list for each worker."""

    acts_a_second: float
    latencies: list[list[float]]


class Crew:
    """`count` processes, each with the product's application on `database`, that do one act over and over."""

    def __init__(self, database: Database, count: int, prepare: Prepare, *arguments: Any) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipes: list[Connection] = []
        self._processes: list[BaseProcess] = []
        for number in range(count):
            ours, theirs = context.Pipe()
            process = context.Process(target=_work, args=(theirs, database, number, prepare, arguments), daemon=True)
            process.start()
            theirs.close()
            self._pipes.append(ours)
            self._processes.append(process)
        try:
            self._answers()
            self.slice(WARM_UP)
        except BaseException:
            self.stop()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_raised: object) -> None:
        self.stop()

    def slice(self, seconds: float = SECONDS) -> Slice:
        """Let every worker act for `seconds` at once.

        Raises:
            WorkerFailed: one of them could not.
        """
        for pipe in self._pipes:
            pipe.send(seconds)
        answers: list[tuple[float, list[float]]] = self._answers(seconds)
        rate = sum(len(latencies) / elapsed for elapsed, latencies in answers)
        return Slice(rate, [latencies for _, latencies in answers])

    def rate(self, seconds: float = SECONDS) -> float:
        """Acts a second in one slice, for `interleaved`."""
        return self.slice(seconds).acts_a_second

    def stop(self) -> None:
        """End the workers and wait for them; may be called again."""
        for pipe in self._pipes:
            pipe.close()
        for process in self._processes:
            process.join(timeout=10)
            if process.is_alive():
                process.kill()
                process.join()

    def _answers(self, seconds: float = 0.0) -> list[Any]:
        found = []
        for pipe in self._pipes:
            try:
                answer = pipe.recv() if pipe.poll(READY_WITHIN + seconds) else "a worker does not answer"
            except EOFError:
                answer = "a worker ended"
            if isinstance(answer, str):
                raise WorkerFailed(answer)
            found.append(answer)
        return found


def _work(pipe: Connection, database: Database, number: int, prepare: Prepare, arguments: Sequence[Any]) -> None:
    try:
        with database.opened():
            act = prepare(number, *arguments)
            pipe.send(())
            while True:
                pipe.send(_run_slice(act, pipe.recv()))
    except (EOFError, BrokenPipeError):
        # The pipe was closed: the crew is no longer needed.
        return
    except BaseException as error:  # noqa: BLE001  said to the parent, which fails on it
        pipe.send(f"a worker failed: {error!r}")


def _run_slice(act: Act, seconds: float) -> tuple[float, list[float]]:
    latencies: list[float] = []
    began = before = time.perf_counter()
    until = began + seconds
    while before < until:
        act()
        after = time.perf_counter()
        latencies.append(after - before)
        before = after
    return before - began, latencies
