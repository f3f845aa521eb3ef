"""A real PostgreSQL server of the tests' own: a child process on a free port, in a folder that is thrown away."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

STARTS_WITHIN = 60.0
STOPS_WITHIN = 30.0

THROWN_AWAY = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "64MB",
}
"""Settings of a server whose rows nobody needs after a crash."""


class PostgresMissing(Exception):
    """No PostgreSQL server program was found on this machine."""


@dataclass(slots=True)
class Server:
    """A running server. `admin_url` is the superuser's, for making databases and roles alone."""

    admin_url: str
    socket_url: str
    """The same server by its unix socket."""
    port: int
    folder: Path
    process: subprocess.Popen[bytes]

    def stop(self) -> None:
        """End the server at once, wait for it, and throw its folder away; may be called again."""
        if self.process.poll() is None:
            # SIGINT is the server's "fast": it ends its sessions and does not wait for them.
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(STOPS_WITHIN)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def start_server(settings: Mapping[str, str] = THROWN_AWAY) -> Server:
    """Start a server with a fresh data folder and these settings, and wait until it answers.

    Loopback and socket trust the superuser `postgres`; every other role needs its password.

    Raises:
        PostgresMissing: there is no `initdb` and `postgres` here.
    """
    programs = find_programs()
    folder = Path(tempfile.mkdtemp(prefix="ledger-pg-"))
    try:
        owner = pwd.getpwnam("postgres") if os.geteuid() == 0 else None
        if owner is not None:
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        cluster = folder / "cluster"
        _make_cluster(programs, cluster, as_postgres=owner is not None)
        return _start(programs, folder, cluster, settings, as_postgres=owner is not None)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


@contextmanager
def running_server() -> Iterator[Server]:
    """A server for the length of a `with` block."""
    server = start_server()
    try:
        yield server
    finally:
        server.stop()


def find_programs() -> Path:
    """The folder of `initdb` and `postgres`: the newest of Debian's, else the one on the PATH.

    Raises:
        PostgresMissing: neither is there.
    """
    found = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if (path / "initdb").exists()]
    if found:
        return max(found, key=lambda path: float(path.parent.name))
    on_path = shutil.which("initdb")
    if on_path is None:
        raise PostgresMissing("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    return Path(on_path).resolve().parent


def _make_cluster(programs: Path, cluster: Path, *, as_postgres: bool) -> None:
    command = [
        *_as_user(as_postgres),
        str(programs / "initdb"),
        "--pgdata", str(cluster), "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8",
        "--auth=trust", "--no-sync",
    ]  # fmt: skip
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd="/", env=_environment())
    if done.returncode != 0:
        raise RuntimeError(f"initdb failed: {done.stderr.strip()}")
    # Instead of initdb's: a role of the product needs its password here as it does in production.
    rules = [
        "local all postgres trust",
        "host all postgres 127.0.0.1/32 trust",
        "local all all scram-sha-256",
        "host all all 127.0.0.1/32 scram-sha-256",
    ]
    (cluster / "pg_hba.conf").write_text("\n".join(rules) + "\n", encoding="ascii")


def _start(programs: Path, folder: Path, cluster: Path, given: Mapping[str, str], *, as_postgres: bool) -> Server:
    port = _free_port()
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": str(port),
        "unix_socket_directories": str(folder),
        "max_connections": "200",
        "timezone": "UTC",
        "log_min_messages": "warning",
        **given,
    }
    command = [*_as_user(as_postgres), str(programs / "postgres"), "-D", str(cluster)]
    for name, value in settings.items():
        command += ["-c", f"{name}={value}"]
    with (folder / "server.log").open("wb") as log:
        # setpriv replaces itself, so the child is the server and signals reach it.
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", env=_environment(), process_group=0
        )
    server = Server(
        admin_url=f"postgresql://postgres@127.0.0.1:{port}/postgres",
        socket_url=f"postgresql://postgres@/postgres?host={folder}&port={port}",
        port=port,
        folder=folder,
        process=process,
    )
    try:
        _wait_until_it_answers(server)
    except BaseException:
        server.stop()
        raise
    return server


def _wait_until_it_answers(server: Server) -> None:
    until = time.monotonic() + STARTS_WITHIN
    while True:
        if server.process.poll() is not None:
            raise RuntimeError(f"PostgreSQL did not start: {(server.folder / 'server.log').read_text()}")
        try:
            psycopg.connect(server.admin_url, connect_timeout=2).close()
        except psycopg.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _as_user(as_postgres: bool) -> list[str]:
    # The server refuses to run as root. --pdeathsig ends it with the tests, even when they are killed.
    if not as_postgres:
        return []
    return [
        "setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--pdeathsig=INT", "--",
    ]  # fmt: skip


def _environment() -> dict[str, str]:
    """Without the caller's PG variables: they would point the programs elsewhere."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_"))}
    return kept | {"LC_ALL": "C.UTF-8"}
