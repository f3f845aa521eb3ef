"""The ceiling of an act: pgbench, which calls one function a commit that writes the same rows as the product."""

from __future__ import annotations

import os
import re
import subprocess
from itertools import pairwise
from pathlib import Path
from typing import Final

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from bench.crew import SECONDS
from bench.server import Database, Place

CLIENTS: Final = 8
THREADS: Final = 2
_FUNCTIONS: Final = Path(__file__).with_name("ceiling.sql")
_SCRIPT: Final = """\\set target random(:first, :last)
SELECT bench_record(:target) AS made \\gset
SELECT bench_approve(:target, :made);
"""
ACTS_A_SCRIPT: Final = 2
"""A record and its approval, each a commit of its own."""


class PgbenchFailed(Exception):
    """pgbench ended with an error, or some of its transactions failed."""


class Ceiling:
    """pgbench on a database in which the product disbursed exactly once, with the functions of `ceiling.sql`.

    Their texts are those of that one disbursement.
    """

    def __init__(self, place: Place, database: Database) -> None:
        self.database = database
        self._program = place.program("pgbench")
        statements = [sql.SQL(text) for text in _FUNCTIONS.read_text(encoding="utf-8").split("--;;")]
        place.say(*statements, database_name=database.name)
        with psycopg.connect(place.server.admin_url, dbname=database.name) as connection:
            row = connection.execute("SELECT count(*) FROM bench_target").fetchone()
        self._script = place.folder / "ceiling.pgbench"
        self._script.write_text(_SCRIPT, encoding="ascii")
        self._targets = int(row[0]) if row else 0

    def rate(self, seconds: int = int(SECONDS)) -> float:
        """Acts a second in one slice; a second before it, in which its clients connect and plan, is not counted.

        Raises:
            PgbenchFailed: it did not run through.
        """
        said = self._run("-T", str(seconds + 1), "-P", "1", "-D", "first=1", "-D", f"last={self._targets}")
        # Scripts a second between one line of progress and the next, which may be late on a busy machine.
        lines = [(float(at), float(tps)) for at, tps in re.findall(r"progress: ([\d.]+) s, ([\d.]+) tps", said)]
        spans = [(at - before, tps) for (before, _), (at, tps) in pairwise(lines)]
        if not spans:
            raise PgbenchFailed(said)
        return ACTS_A_SCRIPT * sum(span * tps for span, tps in spans) / sum(span for span, _ in spans)

    def once(self, target: int = 1) -> None:
        """One record and its approval, by one client, of the allocation with this number."""
        self._run("-t", "1", "-D", f"first={target}", "-D", f"last={target}", clients=1)

    def _run(self, *length: str, clients: int = CLIENTS) -> str:
        url = make_url(self.database.url)
        command = [
            self._program, "-n", "-M", "prepared", "-c", str(clients), "-j", str(min(clients, THREADS)), *length,
            "-f", str(self._script), "-h", str(url.host), "-p", str(url.port), "-U", str(url.username),
            self.database.name,
        ]  # fmt: skip
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, env=kept | {"PGPASSWORD": str(url.password)}
        )
        failed = re.search(r"number of failed transactions: (\d+)", done.stdout)
        if done.returncode != 0 or failed is None or failed[1] != "0":
            raise PgbenchFailed(f"{done.stdout}\n{done.stderr}")
        return done.stderr
