"""Signing the journal, proofs that units keep, and what is recorded after an older backup was restored."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import click
from flask import current_app
from sqlalchemy.exc import DBAPIError

import config
from ledger import database, dispatch, serving
from ledger.audit import store_kept, store_keys
from ledger.audit.commands_sign import RecordGap
from ledger.audit.queries_proof import ProveInclusion
from ledger.audit.schemas_proof import proof_json, proof_text
from ledger.cli.answers import DONE, REFUSED, Answer, command, person
from ledger.cli.signing import Signed, Signer
from ledger.domain import notes
from ledger.domain.access import SYSTEM
from ledger.domain.identifiers import clean_text
from ledger.domain.notes import Checkpoint, NoteRefused, VerifierKey

FILE = click.Path(dir_okay=False, path_type=Path)
READABLE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)
HOUR = 3600
LONGEST_REASON = 500
"""Characters of the reason that a gap entry gives."""


@command("signer-key", needs_settings=False)
@click.argument("file", type=FILE)
@click.option(
    "--name", default="fund-ledger", show_default=True, help="The key's name; it begins each stream's origin."
)
def signer_key(file: Path, name: str) -> Answer:
    """Make the signer's key pair in FILE, for its owner alone; prints the verifier key that others are given."""
    try:
        made = store_keys.make_signer(file, name)
    except NoteRefused as error:
        raise click.UsageError(str(error)) from error
    except FileExistsError as error:
        raise click.UsageError(f"{file} 已存在，密钥从不覆盖") from error
    except OSError as error:
        raise click.UsageError(f"{file} 写不进去：{error.strerror}") from error
    return Answer({"file": str(file), "key": made.verifier.text}, made.verifier.text)


@command("sign")
@click.option("--key", "key_file", type=FILE, help="The signer's key (default: signer.key in the instance folder).")
@click.option(
    "--previous", metavar="VERIFIER", multiple=True, help="An earlier key whose checkpoints are gone on from."
)
@click.option("--once", is_flag=True, help="One round, then end.")
@click.option("--every", type=click.IntRange(1, 86_400), default=HOUR, show_default=True, metavar="SECONDS")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="The folder that keeps the notes.")
def sign(key_file: Path | None, previous: tuple[str, ...], *, once: bool, every: int, out: Path | None) -> Answer:
    """Sign each stream that grew since its last checkpoint, again and again. Exit 1 when one was refused."""
    settings: config.Settings = current_app.config["SETTINGS"]
    key = _load(key_file or settings.instance / "signer.key")
    signer = Signer(key, out or settings.checkpoints, tuple(_verifier(text) for text in previous))
    database.attach(database.SIGNER, settings.database_signer_url)
    if settings.is_production and database.is_superuser(database.SIGNER):
        raise click.UsageError("DATABASE_SIGNER_URL signs in as a superuser; use the signer's own role")
    if once:
        return _told(_round(signer))
    while True:
        # What passes (a database that is away, a full disk) must not end the process: the next round covers the gap.
        try:
            click.echo(_told(_round(signer)).text)
        except (DBAPIError, click.UsageError) as error:
            click.echo(str(error), err=True)
        time.sleep(every)


@command("proof")
@click.argument("stream")
@click.argument("seq", type=click.IntRange(1, 2**53))
@click.argument("file", type=FILE)
def proof(stream: str, seq: int, file: Path) -> Answer:
    """Write the proof that entry SEQ is in STREAM's journal into FILE, for `verify_journal.py`."""
    if not file.parent.is_dir():
        raise click.UsageError(f"没有文件夹 {file.parent}")
    made = dispatch.ask(ProveInclusion(stream, seq), SYSTEM)
    try:
        file.write_text(proof_text(made), encoding="utf-8")
    except OSError as error:
        raise click.UsageError(f"{file} 写不进去：{error.strerror}") from error
    plain = proof_json(made)
    told = {name: plain[name] for name in ("stream", "seq", "size", "hash", "key")}
    return Answer({"file": str(file), **told}, f"{file}：{stream} 第 {seq} 条，检查点 {made.size} 条（{made.key}）")


@command("record-gap")
@click.option("--checkpoint", "files", type=READABLE, multiple=True, required=True, help="A note the journal lacks.")
@click.option("--reason", required=True, help="Why entries are missing.")
@click.option("--as", "maker", metavar="USER", required=True, help="Who records it: an administrator.")
@click.option("--key", "key_file", type=READABLE, required=True, help="The signer's key.")
def record_gap(files: tuple[Path, ...], reason: str, maker: str, key_file: Path) -> Answer:
    """Record in each stream concerned that an older backup was restored; after it the ledger is written again.

    The other streams whose kept checkpoint the journal lacks are recorded with the named ones.
    """
    settings: config.Settings = current_app.config["SETTINGS"]
    key = _load(key_file)
    known = (key.verifier, *store_kept.keys(settings.checkpoints))
    missing = {one.stream: one for one in (_checkpoint(file, known) for file in files)}
    for found in serving.missing_entries(settings.checkpoints):
        missing.setdefault(found.checkpoint.stream, found.checkpoint)
    order = RecordGap(tuple(missing.values()), clean_text(reason, "reason", LONGEST_REASON, required=True), key.signed)
    facts = dispatch.execute(order, person(maker)).facts
    plain = {str(fact.subject_id): {name: fact.after[name] for name in ("kept", "missing")} for fact in facts}
    lines = [
        f"{stream}：现有 {one['kept']} 条，检查点 {one['missing']} 条，已登记缺口" for stream, one in plain.items()
    ]
    return Answer({"streams": plain}, "\n".join(lines))


def _round(signer: Signer) -> list[Signed]:
    try:
        return signer.round()
    except OSError as error:
        raise click.UsageError(f"{error.filename} 写不进去：{error.strerror}") from error


def _told(rounds: list[Signed]) -> Answer:
    streams: dict[str, Any] = {}
    lines = []
    for one in rounds:
        size = None if one.checkpoint is None else one.checkpoint.size
        refused = one.refused
        streams[one.stream] = {"size": size, "written": one.written, "refused": None}
        if refused is not None:
            why = {"reason": refused.reason, "expected": refused.expected, "found": refused.found}
            streams[one.stream]["refused"] = why
            lines.append(f"{one.stream} 拒绝签名（{refused.reason}）：应为 {refused.expected}，实为 {refused.found}")
        elif one.written:
            lines.append(f"{one.stream} 已签名：{size} 条")
    is_refused = any(one.refused for one in rounds)
    text = "\n".join(lines) or "没有新的记录，不需要新的检查点。"
    return Answer({"ok": not is_refused, "streams": streams}, text, REFUSED if is_refused else DONE)


def _load(file: Path) -> store_keys.SignerKey:
    try:
        return store_keys.load_signer(file)
    except NoteRefused as error:
        raise click.UsageError(f"{file.name}: {error}") from error
    except OSError as error:
        raise click.UsageError(f"{file}：{os.strerror(error.errno or 0)}") from error


def _verifier(text: str) -> VerifierKey:
    try:
        return notes.parse_verifier(text)
    except NoteRefused as error:
        raise click.UsageError(str(error)) from error


def _checkpoint(file: Path, known: tuple[VerifierKey, ...]) -> Checkpoint:
    try:
        return notes.parse_checkpoint(store_keys.opened_by_any(file.read_text(encoding="utf-8"), known))
    except (NoteRefused, UnicodeDecodeError) as error:
        raise click.UsageError(f"{file.name}: {error}") from error


COMMANDS = (signer_key, sign, proof, record_gap)
