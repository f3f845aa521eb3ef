"""The journal's integrity, in the product and by the script that stands alone on an export."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ledger import clock, dispatch
from ledger.audit.queries_export import ExportJournal
from ledger.audit.queries_journal import ListJournal
from ledger.audit.queries_verify import BrokenEntry, Flag, Head, VerifyJournal
from ledger.audit.schemas import checkpoint_heads, verification_json
from ledger.domain import errors
from ledger.domain.access import PROVINCE, SYSTEM
from tests.audit.conftest import TENANT, Books
from tests.factories import Factory

Tamper = Callable[..., None]
SCRIPT = Path(__file__).resolve().parents[2] / "verify_journal.py"
ONE_BYTE = 'UPDATE journal_entry SET payload = replace(payload, \'"status":"posted"\', \'"status":"Posted"\')'


def broken() -> BrokenEntry | None:
    return dispatch.ask(VerifyJournal(), SYSTEM).first_break


def run_script(file: Path, *more: str) -> tuple[int, dict[str, Any]]:
    command = [sys.executable, "-I", str(SCRIPT), str(file), "--json", *more]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    return done.returncode, json.loads(done.stdout)


def places(file: Path, *more: str) -> set[tuple[str, str]]:
    code, report = run_script(file, *more)
    assert code == (1 if report["problems"] else 0)
    return {(problem["table"], problem["row"]) for problem in report["problems"]}


def test_a_sound_journal_verifies_in_every_stream(books: Books) -> None:
    found = dispatch.ask(VerifyJournal(), SYSTEM)
    assert found.sound
    assert len(found.streams) == 12
    assert found.entries > 20


def test_a_verification_is_an_entry_with_its_outcome(make: Factory, books: Books, tamper: Tamper) -> None:
    auditor = make.actor("province.auditor")
    dispatch.ask(VerifyJournal(), auditor)
    tamper("journal_entry", f"{ONE_BYTE} WHERE tenant_code = '{TENANT}'")
    dispatch.ask(VerifyJournal(), auditor)
    entries = dispatch.ask(ListJournal(PROVINCE), SYSTEM).entries
    told = [json.loads(entry.payload)["after"] for entry in entries if entry.kind == "journal_verified"]
    assert [after["sound"] for after in told] == [True, False]
    assert told[1]["first_break"]["stream"] == TENANT


def test_one_changed_byte_is_found_at_its_entry(books: Books, tamper: Tamper) -> None:
    tamper("journal_entry", f"{ONE_BYTE} WHERE tenant_code = '{TENANT}' AND kind = 'award_approved'")
    found = broken()
    assert found is not None
    assert (found.stream, found.reason) == (TENANT, "hash")
    (entry,) = [e for e in dispatch.ask(ListJournal(TENANT), SYSTEM).entries if e.kind == "award_approved"]
    assert found.seq == entry.seq


def test_a_cut_tail_shows_against_the_head(books: Books, tamper: Tamper) -> None:
    size = dispatch.ask(ListJournal("220300"), SYSTEM).size
    tamper("journal_entry", "DELETE FROM journal_entry WHERE tenant_code = '220300' AND seq = :seq", seq=size)
    found = broken()
    assert found is not None
    assert (found.stream, found.seq, found.reason) == ("220300", size, "head")


def test_a_tail_cut_with_its_head_shows_against_a_checkpoint(books: Books, tamper: Tamper) -> None:
    before = dispatch.ask(VerifyJournal(), SYSTEM)
    checkpoint = checkpoint_heads(verification_json(before))
    assert checkpoint == before.streams
    page = dispatch.ask(ListJournal("220300"), SYSTEM)
    tamper("journal_entry", "DELETE FROM journal_entry WHERE tenant_code = '220300' AND seq = :seq", seq=page.size)
    head = {"seq": page.size - 1, "hash": page.entries[-2].hash}
    tamper("journal_head", "UPDATE journal_head SET seq = :seq, hash = :hash WHERE tenant_code = '220300'", **head)
    assert broken() is None
    found = dispatch.ask(VerifyJournal(checkpoint), SYSTEM).first_break
    assert found is not None
    assert (found.stream, found.seq, found.reason) == ("220300", page.size, "checkpoint")
    rewritten = tuple(replace(one, hash="0" * 64) if one.stream == TENANT else one for one in before.streams)
    found = dispatch.ask(VerifyJournal(rewritten), SYSTEM).first_break
    assert found is not None
    assert (found.stream, found.reason) == (TENANT, "checkpoint")


def test_a_verification_tells_what_it_found_where_no_entry_can_be_added(books: Books, tamper: Tamper) -> None:
    tamper("journal_head", f"UPDATE journal_head SET seq = seq - 1 WHERE tenant_code = '{PROVINCE}'")
    found = broken()
    assert found is not None
    assert (found.stream, found.reason) == (PROVINCE, "head")


def test_a_stream_that_is_gone_is_missed(books: Books, tamper: Tamper) -> None:
    tamper("journal_entry", "DELETE FROM journal_entry WHERE tenant_code = '220800'")
    tamper("journal_head", "DELETE FROM journal_head WHERE tenant_code = '220800'")
    found = broken()
    assert found is not None
    assert (found.stream, found.reason) == ("220800", "stream")


@pytest.mark.parametrize(
    ("column", "value"), [("kind", "x"), ("subject_id", "1"), ("actor_id", 1), ("total", 1), ("office_id", 1)]
)
def test_a_column_beside_the_payload_must_say_the_same(
    books: Books, tamper: Tamper, column: str, value: object
) -> None:
    seq = dispatch.ask(ListJournal("220300"), SYSTEM).size
    change = f"UPDATE journal_entry SET {column} = :value WHERE tenant_code = '220300' AND seq = :seq"
    tamper("journal_entry", change, value=value, seq=seq)
    found = broken()
    assert found is not None
    assert (found.stream, found.seq, found.reason) == ("220300", seq, f"column {column}")


def test_people_of_a_tenant_verify_their_own_stream(make: Factory, books: Books) -> None:
    found = dispatch.ask(VerifyJournal(), make.actor("220300.drc_officer"))
    assert [head.stream for head in found.streams] == ["220300"]
    assert found.sound


def test_a_clock_that_went_back_is_flagged_and_breaks_nothing(make: Factory, books: Books) -> None:
    size = dispatch.ask(ListJournal("220300"), make.actor("220300.drc_officer")).size
    clock.configure(datetime(2026, 11, 20, tzinfo=UTC))
    dispatch.ask(ListJournal("220300"), make.actor("220300.drc_officer"))
    found = dispatch.ask(VerifyJournal(), SYSTEM)
    assert found.sound
    assert Flag("220300", size + 2, "recorded_at") in found.flags


def test_an_export_holds_by_the_script_that_stands_alone(make: Factory, books: Books, tmp_path: Path) -> None:
    file = tmp_path / "journal.jsonl"
    exported = dispatch.ask(ExportJournal(file), make.actor("province.auditor"))
    code, report = run_script(file)
    assert report["problems"] == []
    assert code == 0
    assert report["fund_lines_compared"]
    counted = (report["entries"], report["positions"], report["documents"])
    assert counted == (exported.entries, exported.positions, exported.documents)
    assert not list(tmp_path.glob("*.part"))
    (entry,) = [e for e in dispatch.ask(ListJournal(PROVINCE), SYSTEM).entries if e.kind == "journal_exported"]
    assert entry.actor_id == make.actor("province.auditor").person_id


def test_a_tenants_export_holds_its_own_stream_alone(make: Factory, books: Books, tmp_path: Path) -> None:
    clerk = make.actor(f"{TENANT}.finance_officer")
    for name, who, wanted in (("own", clerk, None), ("named", SYSTEM, TENANT)):
        file = tmp_path / name
        exported = dispatch.ask(ExportJournal(file, wanted), who)
        assert [head.stream for head in exported.streams] == [TENANT]
        assert run_script(file)[1]["problems"] == []
        assert "220300" not in file.read_text(encoding="utf-8").replace(TENANT, "").split('"payload"')[0]
    with pytest.raises(errors.NotFound):
        dispatch.ask(ExportJournal(tmp_path / "other", "220300"), clerk)
    with pytest.raises(errors.NotFound):
        dispatch.ask(ExportJournal(tmp_path / "none", "999999"), SYSTEM)
    assert not (tmp_path / "none").exists()


def test_tampering_is_named_by_the_script(books: Books, tamper: Tamper, tmp_path: Path) -> None:
    file = tmp_path / "journal.jsonl"
    tamper("document", "UPDATE document SET amount = amount + 1 WHERE id = :id", id=books.disbursement_id)
    change = "UPDATE allocation_position SET spent = spent - 1 WHERE allocation_id = :id AND spent > accepted"
    tamper("allocation_position", change, id=books.pilot.allocation_id)
    dispatch.ask(ExportJournal(file), SYSTEM)
    assert places(file) == {
        ("document", f"{TENANT}/{books.disbursement_id}"),
        ("allocation_position", f"{TENANT}/{books.pilot.allocation_id}"),
    }
    tamper("journal_entry", f"{ONE_BYTE} WHERE tenant_code = '220300' AND kind = 'award_approved'")
    dispatch.ask(ExportJournal(file), SYSTEM)
    found = broken()
    assert found is not None
    assert ("journal", f"220300/{found.seq}") in places(file)


def test_what_verify_prints_is_a_checkpoint_for_the_script(books: Books, tamper: Tamper, tmp_path: Path) -> None:
    checkpoint, file = tmp_path / "checkpoint.json", tmp_path / "journal.jsonl"
    told = verification_json(dispatch.ask(VerifyJournal(), SYSTEM))
    checkpoint.write_text(json.dumps(told), encoding="utf-8")
    dispatch.ask(ExportJournal(file), SYSTEM)
    assert places(file, "--checkpoint", str(checkpoint)) == set()
    told["streams"]["220300"]["hash"] = "f" * 64
    checkpoint.write_text(json.dumps(told), encoding="utf-8")
    assert places(file, "--checkpoint", str(checkpoint)) == {
        ("checkpoint", f"220300/{told['streams']['220300']['size']}")
    }


@pytest.mark.parametrize("given", [{}, [], {"streams": {}}, {"streams": {"a": 1}}, {"streams": {"a": {"size": "x"}}}])
def test_what_is_no_checkpoint_is_refused(given: object) -> None:
    with pytest.raises(ValueError, match=r"not a checkpoint|invalid literal"):
        checkpoint_heads(given)


def test_heads_are_read_from_a_checkpoint() -> None:
    assert checkpoint_heads({"streams": {"a": {"size": 3, "hash": "h"}}}) == (Head("a", 3, "h"),)
