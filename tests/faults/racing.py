"""Processes of their own that race for the same money, each with its application and its connections."""

from __future__ import annotations

import multiprocessing
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ledger.domain.errors import LedgerError

STARTS_AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)

Task = Callable[..., None]


def race(urls: dict[str, str], folder: Path, task: Task, rounds: Sequence[Sequence[Any]]) -> Counter[str]:
    """Run `task` once for each list of arguments, a process each; how each act ended, by code or `done`."""
    context = multiprocessing.get_context("spawn")
    barrier, answers = context.Barrier(len(rounds)), context.Queue()
    started = [
        context.Process(target=_run, args=(urls, str(folder), task, arguments, barrier, answers))
        for arguments in rounds
    ]
    for process in started:
        process.start()
    ended: Counter[str] = Counter()
    for _ in started:
        ended.update(answers.get(timeout=120))
    for process in started:
        process.join(timeout=30)
    return ended


def _run(urls: dict[str, str], folder: str, task: Task, arguments: Sequence[Any], barrier: Any, answers: Any) -> None:
    from flask import Flask

    from ledger import clock, database

    app = Flask("race", instance_path=folder)
    names = ((database.APP, ""), (database.PROVINCE, "PROVINCE_"), (database.AUDIT, "AUDIT_"))
    database.configure(app, {role: urls[f"DATABASE_{name}URL"] for role, name in names})
    clock.configure(STARTS_AT)
    ended: list[str] = []
    with app.app_context():
        barrier.wait(timeout=60)
        try:
            task(ended, *arguments)
        except BaseException as error:  # noqa: BLE001  said to the parent, which fails on it
            ended.append(f"broken: {error!r}")
    answers.put(ended)


def attempt(ended: list[str], act: Callable[[], object]) -> bool:
    """Do one act and note how it ended; whether it was done."""
    try:
        act()
    except LedgerError as refusal:
        ended.append(refusal.code)
        return False
    ended.append("done")
    return True
