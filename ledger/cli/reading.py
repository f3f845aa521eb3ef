"""Reading and verifying the books from the command line, with the whole province in sight."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from ledger import dispatch
from ledger.audit import schemas
from ledger.audit.queries_check import CheckBooks
from ledger.audit.queries_export import ExportJournal
from ledger.audit.queries_totals import PositionOf, Totals
from ledger.audit.queries_verify import Head, VerifyJournal
from ledger.audit.store_keys import opened_by_any
from ledger.cli.answers import DONE, REFUSED, Answer, command
from ledger.domain import notes
from ledger.domain.access import SYSTEM
from ledger.domain.notes import NoteRefused

FILE = click.Path(dir_okay=False, path_type=Path)
EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)


@command("totals")
@click.option("--tenant", "tenant_code", metavar="CODE", help="One tenant alone.")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Business date up to which entries count.")
def totals(tenant_code: str | None, as_of: datetime | None) -> Answer:
    """Sums of every tenant and pilot, in whole fen."""
    book = dispatch.ask(Totals(None if as_of is None else as_of.date(), tenant_code), SYSTEM)
    plain = schemas.totals_json(book)
    return Answer(plain, _table(plain["tenants"]))


@command("position")
@click.argument("uscc")
def position(uscc: str) -> Answer:
    """One pilot's money by its credit code, in whole fen."""
    plain = schemas.positions_json(dispatch.ask(PositionOf(uscc), SYSTEM))
    found = plain if isinstance(plain, list) else [plain]
    return Answer(plain, "\n\n".join("\n".join(f"{name}: {value}" for name, value in one.items()) for one in found))


@command("check")
def check() -> Answer:
    """Recompute every balance from the entries and compare; every invariant."""
    plain = schemas.check_json(dispatch.ask(CheckBooks(), SYSTEM))
    failures = [" ".join(f"{name}={value}" for name, value in failure.items()) for failure in plain["failures"]]
    text = "\n".join(failures) or "账目全部相符。"
    return Answer(plain, text, REFUSED if failures else DONE)


@command("verify")
@click.option("--checkpoint", "files", type=EXISTING, multiple=True, help="Heads noted before, or a signed note.")
@click.option("--key", metavar="VERIFIER", help="The key that signed the note; needed for signed notes.")
def verify(files: tuple[Path, ...], key: str | None) -> Answer:
    """Verify the journal's chains, and against checkpoints that were kept outside."""
    known = tuple(head for file in files for head in _heads(file, key))
    found = dispatch.ask(VerifyJournal(known), SYSTEM)
    plain = schemas.verification_json(found)
    if found.first_break is None:
        return Answer(plain, f"留痕完整，共 {found.entries} 条。")
    broken = plain["first_break"]
    return Answer(plain, "留痕不完整：" + " ".join(f"{name}={value}" for name, value in broken.items()), REFUSED)


def _heads(file: Path, key: str | None) -> tuple[Head, ...]:
    try:
        content = file.read_text(encoding="utf-8")
        if content.lstrip()[:1] in ("{", "["):
            return schemas.checkpoint_heads(json.loads(content))
        if key is None:
            raise NoteRefused("a signed note is verified with its key: --key name+id+base64")
        checkpoint = notes.parse_checkpoint(opened_by_any(content, [notes.parse_verifier(key)]))
    except (ValueError, RecursionError) as error:
        raise click.UsageError(f"{file.name}: {error}") from error
    return (Head(checkpoint.stream, checkpoint.size, checkpoint.head),)


@command("export-journal")
@click.argument("file", type=FILE)
@click.option("--tenant", "tenant_code", metavar="CODE", help="One tenant's stream alone.")
def export_journal(file: Path, tenant_code: str | None) -> Answer:
    """Write the journal into FILE, for `verify_journal.py FILE`."""
    if not file.parent.is_dir():
        raise click.UsageError(f"没有文件夹 {file.parent}")
    if file.exists() and not file.is_file():
        # The finished file takes the place of what is there: that must be no device and no pipe.
        raise click.UsageError(f"{file} 不是普通文件")
    try:
        exported = dispatch.ask(ExportJournal(file, tenant_code), SYSTEM)
    except OSError as error:
        raise click.UsageError(f"{file} 写不进去：{error.strerror}") from error
    return Answer(schemas.exported_json(exported), f"{exported.path}：{exported.entries} 条")


def _table(rows: dict[str, dict[str, Any]]) -> str:
    names = next(iter(rows.values()), {}).keys()
    lines = [" ".join(["tenant".ljust(8), *(name.rjust(14) for name in names)])]
    for code, row in rows.items():
        lines.append(" ".join([code.ljust(8), *(f"{row[name] / 100:,.2f}".rjust(14) for name in names)]))
    return "\n".join(lines)


COMMANDS = (totals, position, check, verify, export_journal)
