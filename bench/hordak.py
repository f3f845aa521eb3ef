"""django-hordak beside the ledger: its recommended way to post, from processes in an environment of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import IO, Final, Self

import psycopg
from psycopg import sql

from bench.crew import SECONDS, WARM_UP
from bench.server import Place

_FOLDER: Final = Path(__file__).resolve().parent
_VENV: Final = _FOLDER / ".venv"
_PYTHON: Final = _VENV / "bin" / "python"
_REQUIREMENTS: Final = _FOLDER / "hordak-requirements.txt"
_WORKER: Final = _FOLDER / "hordak_worker.py"
NAME: Final = "hordak"
PROCESSES: Final = 8
ACCOUNTS: Final = 330


class HordakMissing(Exception):
    """django-hordak could not be installed or does not run; the text says why."""


class Hordak:
    """Eight processes that each post one balanced transaction of two legs a commit, on a database of its own."""

    def __init__(self, place: Place) -> None:
        _install()
        role = sql.Identifier(NAME)
        place.say(
            sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(role, sql.Literal(NAME)),
            sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8'").format(role, role),
        )
        # Its tables first, and its accounts; each worker then has a connection that stays.
        _run("migrate", str(place.server.port), str(ACCOUNTS))
        self._place = place
        self._workers = [_start("work", str(place.server.port), str(number)) for number in range(PROCESSES)]
        self.rate(WARM_UP)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_raised: object) -> None:
        for worker in self._workers:
            _pipe(worker.stdin).close()
            worker.wait(timeout=10)

    def rate(self, seconds: float = SECONDS) -> float:
        """Transactions a second in one slice, all processes together.

        Raises:
            HordakMissing: a process ended.
        """
        for worker in self._workers:
            _pipe(worker.stdin).write(f"{seconds}\n")
            _pipe(worker.stdin).flush()
        total = 0.0
        for worker in self._workers:
            line = _pipe(worker.stdout).readline()
            if not line:
                raise HordakMissing("a process of django-hordak ended")
            done, elapsed = json.loads(line)
            total += done / elapsed
        return total

    def legs(self) -> tuple[int, int]:
        """How many transactions and legs its database holds."""
        query = "SELECT (SELECT count(*) FROM hordak_transaction), (SELECT count(*) FROM hordak_leg)"
        with psycopg.connect(self._place.server.admin_url, dbname=NAME) as connection:
            row = connection.execute(query).fetchone()
        return (int(row[0]), int(row[1])) if row else (0, 0)


def _install() -> None:
    stamp = _VENV / "installed.txt"
    wanted = _REQUIREMENTS.read_text(encoding="utf-8")
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return
    sys.stderr.write("installing django-hordak in bench/.venv …\n")
    subprocess.run([sys.executable, "-m", "venv", "--clear", _VENV], check=True)
    pip = [str(_PYTHON), "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--require-hashes"]
    done = subprocess.run([*pip, "-r", str(_REQUIREMENTS)], check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise HordakMissing(f"django-hordak could not be installed: {done.stderr.strip()[-400:]}")
    stamp.write_text(wanted, encoding="utf-8")


def _start(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [_PYTHON, "-P", _WORKER, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=_environment(),
    )


def _run(*arguments: str) -> None:
    done = subprocess.run(
        [_PYTHON, "-P", _WORKER, *arguments], check=False, capture_output=True, text=True, env=_environment()
    )
    if done.returncode != 0:
        raise HordakMissing(done.stderr.strip()[-400:])


def _environment() -> dict[str, str]:
    # Without the caller's paths: they are those of another environment.
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PG", "DJANGO"))}


def _pipe(stream: IO[str] | None) -> IO[str]:
    if stream is None:
        raise HordakMissing("a process without pipes")
    return stream
