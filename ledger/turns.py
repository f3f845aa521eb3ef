"""Writers of one SQLite file take turns, first come first served: in the process, and between processes.

Whoever lets a plain lock go is often the first to take it again, and the others starve.
"""

from __future__ import annotations

import fcntl
import os
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_COUNTER = 8
"""Bytes at the start of a lock file that hold the number of the next place; the places follow."""


class Queue:
    """A lock of the process's threads that goes to the one that has waited longest."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._taken = False
        self._waiting: deque[threading.Lock] = deque()

    def __enter__(self) -> None:
        with self._guard:
            if not self._taken:
                self._taken = True
                return
            called = threading.Lock()
            called.acquire()
            self._waiting.append(called)
        called.acquire()

    def __exit__(self, *_raised: object) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False


@contextmanager
def place_in_line(path: Path) -> Iterator[None]:
    """Wait until every process that came before is done; one thread of a process at a time.

    Each holds its own place in the lock file and waits for the one before it. Who dies
    leaves its place at once; the database's own lock is what keeps writers apart then.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX, _COUNTER, 0)
        number = int.from_bytes(os.pread(descriptor, _COUNTER, 0), "big") + 1
        os.pwrite(descriptor, number.to_bytes(_COUNTER, "big"), 0)
        fcntl.lockf(descriptor, fcntl.LOCK_EX, 1, _COUNTER + number)
        fcntl.lockf(descriptor, fcntl.LOCK_UN, _COUNTER, 0)
        fcntl.lockf(descriptor, fcntl.LOCK_EX, 1, _COUNTER + number - 1)
        yield
    finally:
        # It lets all of this process's places in the file go.
        os.close(descriptor)
