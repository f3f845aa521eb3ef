"""What `make run` does once the environment is there: database, sign-ins, gunicorn."""

from __future__ import annotations

import csv
import hashlib
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import config  # noqa: E402

DIVISIONS = ROOT / "ledger" / "data" / "divisions.csv"
LOCAL_ROLES = ("finance_officer", "finance_reviewer", "drc_officer", "drc_reviewer")
PROVINCE_ACCOUNTS = ("province.officer", "province.reviewer", "province.auditor", "admin", "admin.second")
PREPARED_FROM = ("migrations", "ledger/data", "demo")
HOST = "127.0.0.1"


def main() -> None:
    os.chdir(ROOT)
    try:
        kept = config.read_env_file(config.INSTANCE / config.ENV_FILE)
        if (os.environ.get("LEDGER_ENV") or kept.get("LEDGER_ENV")) != "production":
            config.keep()
        settings = config.load()
    except config.ConfigError as error:
        sys.exit(str(error))
    check_port_is_free(settings.port)
    prepare(settings)
    say(welcome(settings))
    # Replaced, not started: signals of make or a terminal reach gunicorn itself.
    os.execv(sys.executable, [sys.executable, "-m", "gunicorn", "wsgi:app"])


def check_port_is_free(port: int) -> None:
    """Say in one line that something else listens, before anything is made."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            sys.exit(f"port {port} is taken: choose another, for example PORT={port + 1} make run")


def prepare(settings: config.Settings) -> None:
    """Run `ledger init`, unless this very database was prepared from these very files."""
    stamp = settings.instance / "prepared"
    wanted = fingerprint(settings)
    if database_is_there(settings) and stamp.exists() and stamp.read_text(encoding="ascii") == wanted:
        return
    say("preparing the database: the first start takes a little longer")
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "ledger", "init"]
    if settings.is_demo:
        command.append("--demo")
    # Its own report goes to the error stream: standard output is kept for the address and the sign-ins.
    code = subprocess.run(command, stdout=sys.stderr).returncode
    if code != 0:
        sys.exit(f"the database could not be prepared (ledger init ended with {code}): see the lines above")
    if settings.is_demo:
        sign(settings)
    stamp.write_text(wanted, encoding="ascii")


def sign(settings: config.Settings) -> None:
    """Sign how far the demo's journal has come, so that printed forms and proofs have a checkpoint to name."""
    key = settings.instance / "signer.key"
    commands = [["sign", "--key", str(key), "--once"]]
    if not key.exists():
        commands.insert(0, ["signer-key", str(key)])
    for command in commands:
        subprocess.run([sys.executable, "-m", "flask", "--app", "wsgi", "ledger", *command], stdout=sys.stderr)


def database_is_there(settings: config.Settings) -> bool:
    """Whether the SQLite file exists; a server's database is never taken for granted."""
    scheme, _, path = settings.database_url.partition(":///")
    return scheme == "sqlite" and Path(path).exists()


def fingerprint(settings: config.Settings) -> str:
    """A hash over what `init` depends on: the database's address, the migrations, the demo, its password."""
    digest = hashlib.sha256()
    for text in (settings.env, settings.database_url, settings.demo_password or ""):
        digest.update(text.encode() + b"\0")
    for folder in PREPARED_FROM:
        for file in sorted((ROOT / folder).rglob("*")):
            if file.is_file() and file.suffix != ".pyc":
                digest.update(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def welcome(settings: config.Settings) -> str:
    """The address and, in a demo, the sign-ins."""
    lines = [f"http://{HOST}:{settings.port}"]
    if settings.is_demo:
        lines += ["", f"演示账号 / demo sign-ins, password {settings.demo_password}"]
        lines += [f"  {' '.join(accounts)}" for accounts in sign_ins()]
    return "\n".join(lines)


def sign_ins() -> Iterator[list[str]]:
    """The demo's accounts, one line for the province and one for each tenant."""
    yield list(PROVINCE_ACCOUNTS)
    with DIVISIONS.open(encoding="utf-8-sig", newline="") as stream:
        for row in csv.DictReader(stream):
            if row["is_tenant"] == "yes":
                yield [row["name"], *(f"{row['code']}.{role}" for role in LOCAL_ROLES)]


def say(text: str) -> None:
    """Print at once: gunicorn takes over the process before a buffer would be written."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
