"""A job as its handler sees it, and the handlers: each slice above names its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ledger.domain.access import Actor

Result = Mapping[str, Any]


class Interrupted(Exception):
    """The worker stops, or another one has taken the job: the handler is to end where it is."""


class Task:
    """What a handler is given: who asked, with which arguments; and where it tells how far it is."""

    def __init__(self, actor: Actor, tenant_code: str, arguments: Mapping[str, Any]) -> None:
        self.actor = actor
        self.tenant_code = tenant_code
        self.arguments = arguments
        self.done = 0
        self.out_of = 0
        self._stopped: Callable[[], bool] = lambda: False

    def stop_when(self, stopped: Callable[[], bool]) -> None:
        """Let `progress` interrupt the handler once `stopped` says so."""
        self._stopped = stopped

    def progress(self, done: int, out_of: int) -> None:
        """Tell that `done` of `out_of` steps are behind; cheap enough to be told often.

        Raises:
            Interrupted: the handler is to end.
        """
        # Never more than all of it: what was counted at the start may have grown.
        self.done, self.out_of = min(done, out_of), out_of
        if self._stopped():
            raise Interrupted


Handler = Callable[[Task], Result]
_HANDLERS: dict[str, Handler] = {}


def handles(kind: str) -> Callable[[Handler], Handler]:
    """Make a function the handler of a kind of job; called once, where its module is loaded."""

    def register(handler: Handler) -> Handler:
        _HANDLERS[kind] = handler
        return handler

    return register


def handler_of(kind: str) -> Handler | None:
    """The handler of a kind; None where this program knows none, as after an older version is installed."""
    return _HANDLERS.get(kind)
