"""The worker of the jobs, as a process."""

from __future__ import annotations

import signal
import threading
from types import FrameType

import click

from ledger.cli.answers import DONE, REFUSED, Answer, command
from ledger.jobs.web_worker import Ended, work_off, work_on


@command("work")
@click.option("--once", is_flag=True, help="Run what waits, then end.")
def work(*, once: bool) -> Answer:
    """Run waiting jobs; without --once until it is told to stop (SIGTERM, Ctrl+C)."""
    stop = threading.Event()

    def halt(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, halt)
    ended = work_off(stop) if once else work_on(stop)
    plain = [{"tenant": one.tenant_code, "id": str(one.id), "kind": one.kind, "state": one.state} for one in ended]
    failed = any(one.state == "failed" for one in ended)
    return Answer({"jobs": plain}, _lines(ended), REFUSED if failed else DONE)


def _lines(ended: list[Ended]) -> str:
    return "\n".join(f"{one.kind} {one.id}：{one.state}" for one in ended) or "没有等待办理的任务。"


COMMANDS = (work,)
