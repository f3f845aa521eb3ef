"""A browser's connections without a browser: kept alive, each asking for the next page when it has the last."""

from __future__ import annotations

import re
import selectors
import socket
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack

HOST = "127.0.0.1"
ANSWERS_WITHIN = 30.0
_CHUNK = 1 << 16
_LENGTH = re.compile(rb"\r\nContent-Length: (\d+)\r\n", re.IGNORECASE)


class BadAnswer(Exception):
    """A server answered with anything but a whole page of status 200."""


def request_of(path: str, cookie: str = "") -> bytes:
    """What a browser sends for `path`, with the headers that an answer may depend on."""
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: {HOST}",
        "User-Agent: Mozilla/5.0",
        "Accept: text/html",
        "Accept-Language: zh-CN,zh;q=0.9",
        *([f"Cookie: {cookie}"] if cookie else []),
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


class Readers:
    """One connection for each request of `requests`, opened for a slice and kept alive to its end."""

    def __init__(self, port: int, requests: Sequence[bytes]) -> None:
        self._port = port
        self._requests = requests

    def rate(self, seconds: float) -> float:
        """Pages a second, all connections together; each waits for its page before it asks again.

        Raises:
            BadAnswer: a page did not come whole.
        """
        with ExitStack() as stack:
            asking = {}
            for request in self._requests:
                connection = stack.enter_context(socket.create_connection((HOST, self._port), ANSWERS_WITHIN))
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                asking[connection] = request
            return _rate(asking, seconds)


def _rate(asking: Mapping[socket.socket, bytes], seconds: float) -> float:
    selector = selectors.DefaultSelector()
    began = time.perf_counter()
    until = began + seconds
    for connection, request in asking.items():
        selector.register(connection, selectors.EVENT_READ, connection)
        connection.sendall(request)
    held = dict.fromkeys(asking, b"")
    waiting, pages = len(held), 0
    while waiting:
        if not (ready := selector.select(ANSWERS_WITHIN)):
            raise BadAnswer("a page did not come in time")
        for key, _events in ready:
            connection = key.data
            held[connection] += connection.recv(_CHUNK)
            if not _is_whole(held[connection]):
                continue
            held[connection], pages = b"", pages + 1
            if time.perf_counter() < until:
                connection.sendall(asking[connection])
            else:
                waiting -= 1
    selector.close()
    return pages / (time.perf_counter() - began)


def _is_whole(answer: bytes) -> bool:
    head, gap, body = answer.partition(b"\r\n\r\n")
    if not gap:
        if not answer:
            raise BadAnswer("the server closed the connection")
        return False
    length = _LENGTH.search(head + b"\r\n")
    if not head.startswith(b"HTTP/1.1 200 ") or length is None:
        raise BadAnswer(head.decode("latin-1"))
    return len(body) >= int(length[1])
