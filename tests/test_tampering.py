"""What the owner of the database changes by hand is found and named by someone who holds a checkpoint and a key."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import pytest
from flask import Flask
from sqlalchemy import text

import config
from ledger import database, dispatch
from ledger.audit.queries_export import ExportJournal
from ledger.audit.queries_journal import ListJournal
from ledger.desk import Desk
from ledger.domain import chain
from ledger.domain.access import SYSTEM, Permission
from ledger.domain.changes import ChangeType, Disposition
from ledger.domain.money import Money
from ledger.journal import Fact
from tests.audit.conftest import TENANT, Books, books, tamper
from tests.changes.reporting import Reports
from tests.factories import Factory
from tests.fixtures_money import make

__all__ = ["books", "make", "tamper"]

Tamper = Callable[..., None]
Place = tuple[str, str, str]
SCRIPT = config.ROOT / "verify_journal.py"
OTHER = "220300"


@dataclass
class Auditor:
    """Someone outside: the signer's public key, and copies of what it signed."""

    app: Flask
    folder: Path
    key: str

    def ledger(self, *words: object) -> str:
        result = self.app.test_cli_runner().invoke(args=["ledger", *map(str, words)])
        assert result.exit_code == 0, result.output
        return result.stdout

    def keep(self) -> None:
        """Have every stream signed and take the copies."""
        self.ledger("sign", "--once", "--json")
        shutil.copytree(self.app.config["SETTINGS"].checkpoints, self.folder / "kept", dirs_exist_ok=True)

    @property
    def notes(self) -> list[Path]:
        return sorted((self.folder / "kept").glob("*/*.note"))

    def newest(self, stream: str) -> Path:
        return max((self.folder / "kept" / stream).glob("*.note"))

    def run(self, *words: object) -> dict[str, Any]:
        command = [sys.executable, "-I", str(SCRIPT), "--json", "--key", self.key, *map(str, words)]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        assert done.returncode < 2, done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        assert done.returncode == (0 if found["ok"] else 1)
        return found

    def verify(self) -> list[Place]:
        """What a fresh export does not hold against the copies."""
        file = self.folder / "journal.jsonl"
        dispatch.ask(ExportJournal(file), SYSTEM)
        problems = self.run(file, "--checkpoint", *self.notes)["problems"]
        return [(one["table"], one["row"], one["field"]) for one in problems]


@pytest.fixture
def auditor(app: Flask, tmp_path: Path, make: Factory, books: Books) -> Auditor:
    """Holds checkpoints of two dates; the later ones end with an entry that no row hangs on."""
    key = tmp_path / "signer.key"
    auditor = Auditor(app, tmp_path, "")
    auditor.key = auditor.ledger("signer-key", key).strip()
    auditor.keep()
    for stream in (TENANT, OTHER):
        dispatch.ask(ListJournal(stream, limit=1), make.actor(f"{stream}.drc_officer"))
    auditor.keep()
    return auditor


@pytest.fixture
def project_id(make: Factory, auditor: Auditor) -> int:
    """A project whose completion was moved by a change report."""
    reports = Reports(make)
    pilot = reports.pilot()
    reports.settle(reports.passed(pilot, ChangeType.C06), Disposition.AGREE)
    auditor.keep()
    return reports.project_id(pilot)


def size_of(stream: str) -> int:
    return dispatch.ask(ListJournal(stream, limit=1), SYSTEM).size


def payloads(stream: str) -> list[str]:
    with database.engine(database.AUDIT).connect() as connection:
        found = text("SELECT payload FROM journal_entry WHERE tenant_code = :stream ORDER BY seq")
        return list(connection.execute(found, {"stream": stream}).scalars())


def seq_of(kind: str, stream: str = TENANT) -> int:
    return next(seq for seq, payload in enumerate(payloads(stream), 1) if json.loads(payload)["kind"] == kind)


@dataclass(frozen=True)
class Many:
    """So many entries at once, as a large import leaves them."""

    permission: ClassVar[Permission] = Permission.SYSTEM
    tenant_code: str
    count: int

    def run(self, _desk: Desk) -> Sequence[Fact]:
        return [Fact("journal_read", "journal", self.tenant_code, after={"page": str(n)}) for n in range(self.count)]


def test_an_untouched_export_of_20_000_entries_verifies(auditor: Auditor, project_id: int) -> None:
    for _ in range(4):
        dispatch.execute(Many(TENANT, 5_000), SYSTEM)
    auditor.keep()
    assert auditor.verify() == []
    found = auditor.run(auditor.folder / "journal.jsonl", "--checkpoint", *auditor.notes)
    assert found["entries"] > 20_000
    assert found["signatures_checked"]
    assert min(found[name] for name in ("positions", "documents", "postings", "baselines", "checkpoints")) > 0


@pytest.mark.rule("R10.3")
def test_books_with_changes_of_every_type_verify(auditor: Auditor, make: Factory) -> None:
    reports = Reports(make)
    for change in ChangeType:
        pilot = reports.pilot(1_000_000_00)
        report_id = reports.passed(pilot, change)
        if reports.status(report_id) == "checking":
            reports.check(report_id)
        if reports.status(report_id) == "reported":
            reports.settle(report_id, Disposition.AGREE)
        assert reports.status(report_id) == "settled"
    awarded = make.awarded(1_000_000_00)
    reduced = reports.passed(awarded, ChangeType.C05)
    reports.settle(reduced, Disposition.AGREE_REDUCED, reduced_to=Money(800_000_00))
    auditor.keep()
    assert auditor.verify() == []
    assert seq_of("reduction_approved")


def test_an_edited_payload_is_named(auditor: Auditor, tamper: Tamper) -> None:
    seq = seq_of("award_approved")
    edited = "UPDATE journal_entry SET payload = replace(payload, :old, :new) WHERE tenant_code = :code AND seq = :seq"
    tamper("journal_entry", edited, old="35号", new="36号", code=TENANT, seq=seq)
    assert auditor.verify()[0] == ("journal", f"{TENANT}/{seq}", "hash")


def test_a_deleted_row_is_named(auditor: Auditor, tamper: Tamper) -> None:
    seq = seq_of("journal_read")
    tamper(
        "journal_entry", "DELETE FROM journal_entry WHERE tenant_code = :code AND seq = :seq", code=TENANT, seq=seq - 1
    )
    assert auditor.verify()[0] == ("journal", f"{TENANT}/{seq - 1}", "seq")


def test_two_swapped_rows_are_named(auditor: Auditor, tamper: Tamper) -> None:
    seq = seq_of("award_approved")
    move = "UPDATE journal_entry SET seq = :to WHERE tenant_code = :code AND seq = :seq"
    for old, new in ((seq, 10**9), (seq + 1, seq), (10**9, seq + 1)):
        tamper("journal_entry", move, seq=old, to=new, code=TENANT)
    assert auditor.verify()[0] == ("journal", f"{TENANT}/{seq}", "payload.seq")


def test_a_tail_that_was_cut_with_its_head_is_named_by_the_checkpoint_alone(auditor: Auditor, tamper: Tamper) -> None:
    size = size_of(OTHER)
    last = chain.entry_hash(payloads(OTHER)[-2])
    tamper("journal_entry", "DELETE FROM journal_entry WHERE tenant_code = :code AND seq = :seq", code=OTHER, seq=size)
    moved = "UPDATE journal_head SET seq = seq - 1, hash = :hash WHERE tenant_code = :code"
    tamper("journal_head", moved, hash=last, code=OTHER)
    tamper("checkpoint", "DELETE FROM checkpoint WHERE tenant_code = :code", code=OTHER)
    assert auditor.verify() == [("checkpoint", f"{OTHER}/{size}", "size")]


def test_a_cut_tail_is_excused_by_a_gap_that_was_signed_at_its_place(auditor: Auditor, tamper: Tamper) -> None:
    size = size_of(OTHER)
    last = chain.entry_hash(payloads(OTHER)[-2])
    tamper("journal_entry", "DELETE FROM journal_entry WHERE tenant_code = :code AND seq = :seq", code=OTHER, seq=size)
    moved = "UPDATE journal_head SET seq = seq - 1, hash = :hash WHERE tenant_code = :code"
    tamper("journal_head", moved, hash=last, code=OTHER)
    tamper("checkpoint", "DELETE FROM checkpoint WHERE tenant_code = :code", code=OTHER)
    gap = ("--reason", "恢复昨日备份", "--as", "admin", "--key", auditor.folder / "signer.key")
    auditor.ledger("record-gap", "--checkpoint", auditor.newest(OTHER), *gap)
    assert auditor.verify() == []
    found = auditor.run(auditor.folder / "journal.jsonl", "--checkpoint", *auditor.notes)
    assert [(one["stream"], one["kept"].split()[0]) for one in found["gaps"]] == [(OTHER, str(size - 1))]
    edited = "UPDATE journal_entry SET payload = replace(payload, 'kept ', 'kept 1') WHERE kind = 'gap_recorded'"
    tamper("journal_entry", edited)
    assert {("journal", "hash"), ("journal", "after.note"), ("checkpoint", "hash")} <= {
        (table, field) for table, _, field in auditor.verify()
    }


def test_a_chain_that_was_made_anew_is_named_by_every_checkpoint(auditor: Auditor, tamper: Tamper) -> None:
    previous, sizes = chain.GENESIS, [int(path.stem.rsplit("-", 1)[1]) for path in auditor.notes if OTHER in path.parts]
    changed = "UPDATE journal_entry SET payload = :payload, hash = :hash WHERE tenant_code = :code AND seq = :seq"
    for seq, payload in enumerate(payloads(OTHER), 1):
        body = json.loads(payload)
        at = body.pop("at") if seq < 3 else "2026-01-01T00:00:00.000000+00:00"
        body = {name: value for name, value in body.items() if name not in ("stream", "seq", "prev", "at")}
        link = chain.link(OTHER, seq, previous, at, body)
        tamper("journal_entry", changed, payload=link.payload, hash=link.hash, code=OTHER, seq=seq)
        previous = link.hash
    tamper("journal_head", "UPDATE journal_head SET hash = :hash WHERE tenant_code = :code", hash=previous, code=OTHER)
    tamper("checkpoint", "DELETE FROM checkpoint WHERE tenant_code = :code", code=OTHER)
    assert len(sizes) == 2
    assert auditor.verify() == [("checkpoint", f"{OTHER}/{size}", "hash") for size in sorted(sizes)]


def test_an_edited_position_is_named(auditor: Auditor, tamper: Tamper, books: Books) -> None:
    edited = "UPDATE line_position SET allocated = allocated - 1 WHERE pilot_id = :id"
    tamper("line_position", edited, id=books.other.id)
    edited = "UPDATE allocation_position SET disbursed = disbursed - 1 WHERE allocation_id = :id"
    tamper("allocation_position", edited, id=books.pilot.allocation_id)
    named = auditor.verify()
    assert [(table, field) for table, _, field in named] == [
        ("line_position", "allocated"),
        ("allocation_position", "disbursed"),
    ]
    assert named[1][1] == f"{TENANT}/{books.pilot.allocation_id}"


def test_edited_money_is_named_by_row_and_field(auditor: Auditor, tamper: Tamper, books: Books) -> None:
    tamper("document", "UPDATE document SET amount = amount + 1 WHERE id = :id", id=books.disbursement_id)
    edited = "UPDATE entry SET amount = amount + 1 WHERE document_id = :id"
    tamper("entry", edited, id=books.disbursement_id)
    named = auditor.verify()
    assert ("document", f"{TENANT}/{books.disbursement_id}", "amount_fen") in named
    assert [(table, field) for table, _, field in named] == [("document", "amount_fen"), ("entry", "amount_fen")]


@pytest.mark.rule("R10.3")
def test_an_edited_baseline_is_named_by_version_and_field(auditor: Auditor, tamper: Tamper, project_id: int) -> None:
    edited = (
        "UPDATE baseline_version SET content = replace(content, :old, :new) WHERE subject_id = :id AND version = :v"
    )
    tamper("baseline_version", edited, old="2028-03-01", new="2027-06-28", id=project_id, v=2)
    tamper("baseline_version", edited, old="融合发展", new="融合", id=project_id, v=1)
    assert sorted(auditor.verify()) == [
        ("baseline_version", f"{TENANT}/project/{project_id}/1", "name"),
        ("baseline_version", f"{TENANT}/project/{project_id}/2", "finish_on"),
    ]


@pytest.mark.rule("R10.3")
def test_a_project_that_is_not_as_its_newest_baseline_is_named(
    auditor: Auditor, tamper: Tamper, project_id: int
) -> None:
    tamper("project", "UPDATE project SET finish_on = '2029-01-01' WHERE id = :id", id=project_id)
    assert auditor.verify() == [("project", f"{TENANT}/project/{project_id}", "finish_on")]


def test_a_forged_checkpoint_is_named(auditor: Auditor) -> None:
    note = auditor.newest(TENANT)
    whole = note.read_text(encoding="utf-8")
    lines = whole.split("\n")
    forged = {
        "size": [lines[0], str(int(lines[1]) - 1), *lines[2:]],
        "root": [*lines[:2], "A" * 43 + "=", *lines[3:]],
        "unsigned": lines[:5],
        "other key": [*lines[:6], lines[6].replace("— fund-ledger ", "— fund-ledger2 "), ""],
    }
    for text_of in forged.values():
        note.write_text("\n".join(text_of), encoding="utf-8")
        assert auditor.verify() == [("checkpoint", note.name, "note")]
    note.write_text(whole, encoding="utf-8")
    assert auditor.verify() == []


def test_a_checkpoint_that_was_forged_in_the_database_is_named(auditor: Auditor, tamper: Tamper) -> None:
    size = size_of(TENANT)
    edited = "UPDATE checkpoint SET note = replace(note, 'head ', 'head 0') WHERE tenant_code = :code AND size = :size"
    tamper("checkpoint", edited, code=TENANT, size=size)
    assert auditor.verify() == [("checkpoint", f"{TENANT}/{size}", "note")]


def test_an_entry_s_proof_holds_alone_and_no_other_text_does(auditor: Auditor) -> None:
    seq, file = seq_of("award_approved"), auditor.folder / "proof.json"
    auditor.ledger("proof", TENANT, seq, file)
    found = auditor.run("--proof", file)
    assert (found["ok"], found["proof"]["stream"], found["proof"]["seq"]) == (True, TENANT, seq)
    proof = json.loads(file.read_text(encoding="utf-8"))
    path = proof["path"]
    for name, value, field in (
        ("payload", proof["payload"].replace("35号", "36号"), "hash"),
        ("seq", seq + 1, "payload.seq"),
        ("path", path[:-1], "path"),
        ("path", [*path, path[0]], "path"),
        ("path", path[::-1], "path"),
        ("stream", OTHER, "stream"),
        ("checkpoint", proof["checkpoint"].replace("head ", "head 0"), "checkpoint"),
    ):
        file.write_text(json.dumps(proof | {name: value}), encoding="utf-8")
        problems = auditor.run("--proof", file)["problems"]
        assert field in [problem["field"] for problem in problems]
