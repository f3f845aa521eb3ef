"""The verifier that stands alone: every kind of tampering with an export is found and named."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import verify_journal
from ledger.domain import merkle
from ledger.domain.chain import GENESIS, canonical, entry_hash
from tests.journal_export import (
    BASELINE,
    FACTS,
    POSITIONS,
    PROVINCE,
    TENANT,
    Row,
    approved,
    as_bytes,
    chained,
    closed,
    entry,
    exported,
    fact,
    place,
    state,
)

SCRIPT = Path(__file__).resolve().parent.parent / "verify_journal.py"


class Found(NamedTuple):
    """What the verifier answered."""

    code: int
    report: Row

    @property
    def first(self) -> tuple[str, str, str]:
        problem = self.report["problems"][0]
        return problem["table"], problem["row"], problem["field"]


class Verify:
    """Runs the script as an auditor would: by itself, on a file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, lines: list[Row] | bytes, checkpoint: Any = None) -> Found:
        raw = lines if isinstance(lines, bytes) else as_bytes(lines)
        (self.folder / "export.jsonl").write_bytes(raw)
        more: list[str] = []
        if checkpoint is not None:
            (self.folder / "checkpoint.json").write_text(json.dumps(checkpoint), encoding="utf-8")
            more = ["--checkpoint", "checkpoint.json"]
        done = self.run("export.jsonl", "--json", *more)
        return Found(done.returncode, json.loads(done.stdout) if done.returncode < 2 else {"error": done.stderr})

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        call = [sys.executable, "-I", str(SCRIPT), *arguments]
        return subprocess.run(call, cwd=self.folder, capture_output=True, text=True, check=False)


@pytest.fixture
def verify(tmp_path: Path) -> Verify:
    return Verify(tmp_path)


def test_a_whole_export_holds_without_our_code_on_the_path(verify: Verify) -> None:
    found = verify(exported())
    assert (found.code, found.report["problems"]) == (0, [])
    assert (found.report["entries"], found.report["positions"], found.report["documents"]) == (18, 5, 10)
    assert found.report["fund_lines_compared"] is True


def test_one_tenant_s_export_leaves_out_the_fund_line(verify: Verify) -> None:
    found = verify(exported(one=True))
    assert (found.code, found.report["fund_lines_compared"]) == (0, False)


def test_a_reversal_may_name_the_stages_backwards(verify: Verify) -> None:
    backwards = entry("e8", "spent>disbursed", 200, reverses="e4")
    facts = [*FACTS[:9], approved("reversal", "18", backwards, entry("e9", "disbursed>spent", 190)), *FACTS[10:]]
    assert verify(exported(facts)).code == 0


@pytest.mark.parametrize("seq", range(1, 17))
def test_one_changed_byte_of_a_payload_names_the_entry(verify: Verify, seq: int) -> None:
    lines = exported()
    row = lines[place(lines, t="entry", stream=TENANT, seq=seq)]
    row["payload"] = row["payload"].replace('"at":"2026', '"at":"2025')
    found = verify(lines)
    assert (found.code, found.first) == (1, ("journal", f"{TENANT}/{seq}", "hash"))


def test_a_changed_entry_with_a_new_hash_breaks_the_next_one(verify: Verify) -> None:
    lines = exported()
    row = lines[place(lines, t="entry", stream=TENANT, seq=4)]
    row["payload"] = row["payload"].replace('"at":"2026', '"at":"2025')
    row["hash"] = entry_hash(row["payload"])
    assert verify(lines).first == ("journal", f"{TENANT}/5", "payload.prev")


def test_a_deleted_entry_is_named_even_when_the_counts_are_mended(verify: Verify) -> None:
    lines = exported()
    del lines[place(lines, t="entry", stream=TENANT, seq=6)]
    found = verify(closed(lines))
    assert (found.code, found.first) == (1, ("journal", f"{TENANT}/6", "seq"))


def test_two_swapped_entries_are_named(verify: Verify) -> None:
    lines = exported()
    at = place(lines, t="entry", stream=TENANT, seq=5)
    lines[at], lines[at + 1] = lines[at + 1], lines[at]
    assert verify(lines).first == ("journal", f"{TENANT}/5", "seq")
    lines[at]["seq"], lines[at + 1]["seq"] = 5, 6
    assert verify(lines).first == ("journal", f"{TENANT}/5", "payload.seq")


def test_an_entry_moved_from_another_stream_is_named(verify: Verify) -> None:
    lines = exported()
    at = place(lines, t="entry", stream=PROVINCE, seq=2)
    lines[at]["stream"] = TENANT
    assert verify(lines).report["problems"][0]["row"] == f"{TENANT}/1"
    lines[at]["stream"] = "220999"
    assert verify(lines).first == ("journal", "220999/2", "stream")


@pytest.mark.parametrize("kept", [0, 1, 5, 20, 30])
def test_a_file_that_was_cut_off_is_found(verify: Verify, kept: int) -> None:
    found = verify(exported()[:kept])
    assert found.code == 1
    assert "a file that was cut off" in [problem["found"] for problem in found.report["problems"]]


def test_a_line_cut_in_the_middle_and_a_line_after_the_end_are_found(verify: Verify) -> None:
    whole = as_bytes(exported())
    assert verify(whole[:-9]).code == 1
    assert verify(whole + b"\n").code == 1
    assert verify(whole.replace(b"waiting", b"wait\xffng", 1)).first == ("journal", f"{TENANT}/4", "hash")
    assert verify(whole.replace(b'"t":"position"', b'"t":"posi\xfftion"', 1)).first == ("file", "line 20", "t")


@pytest.mark.parametrize("name", ["entries", "positions", "documents"])
def test_wrong_counts_are_found(verify: Verify, name: str) -> None:
    lines = exported()
    lines[-1][name] += 1
    assert verify(lines).first == ("file", f"line {len(lines)}", name)


def test_a_cut_tail_is_found_by_a_later_checkpoint_alone(verify: Verify) -> None:
    held = verify(exported()).report
    lines = exported(FACTS[:12])
    assert {p["row"] for p in verify(lines).report["problems"]}.isdisjoint({f"{TENANT}/13"})
    found = verify(lines, held)
    assert (found.code, found.first) == (1, ("checkpoint", f"{TENANT}/16", "size"))


def test_a_full_rewrite_is_found_by_an_earlier_checkpoint_alone(verify: Verify) -> None:
    held = {"streams": {TENANT: {"size": 5, "hash": chained(TENANT, FACTS[:4])[-1].hash}}}
    assert verify(exported(), held).code == 0
    rewritten = [{**FACTS[0], "actor": {"system": "系统"}}, *FACTS[1:]]
    assert verify(exported(rewritten)).code == 0
    found = verify(exported(rewritten), held)
    assert (found.code, found.first) == (1, ("checkpoint", f"{TENANT}/5", "hash"))


def test_a_checkpoint_of_all_streams_serves_for_one_and_one_of_others_does_not(verify: Verify) -> None:
    held = verify(exported()).report
    assert verify(exported(one=True), held).code == 0
    foreign = {"streams": {"220200": {"size": 1, "hash": GENESIS}}}
    assert verify(exported(one=True), foreign).code == 1
    assert verify(exported(), foreign).first == ("checkpoint", "220200/1", "size")


CHANGED = [(key, field) for key, sums in POSITIONS.items() for field in sums if field != "cap"]


@pytest.mark.parametrize(("key", "field"), CHANGED)
def test_one_fen_in_any_column_of_any_position_is_named(verify: Verify, key: tuple[str, str, str], field: str) -> None:
    lines = exported()
    row = lines[place(lines, t="position", level=key[0], id=key[2])]
    row[field] = str(POSITIONS[key][field] + 1)
    (problem,) = verify(lines).report["problems"]
    named = (f"{key[0]}_position", f"{key[1]}/{key[2]}", field)
    assert (problem["table"], problem["row"], problem["field"]) == named
    assert (problem["expected"], problem["found"]) == (str(POSITIONS[key][field]), row[field])


def test_rows_missing_on_either_side_are_named(verify: Verify) -> None:
    lines = exported()
    del lines[place(lines, t="position", id="l1")]
    lines[place(lines, t="position", id="a2")] |= {"disbursed": "9"}
    lines[place(lines, t="document", id="18")] |= {"id": "20"}
    named = [(p["table"], p["row"], p["field"]) for p in verify(closed(lines)).report["problems"]]
    assert named == [
        ("allocation_position", f"{TENANT}/a2", "disbursed"),
        ("line_position", f"{TENANT}/l1", "awarded"),
        ("line_position", f"{TENANT}/l1", "allocated"),
        ("document", f"{TENANT}/20", "row"),
        ("document", f"{TENANT}/18", "row"),
    ]


@pytest.mark.parametrize(("field", "value"), [("status", "posted"), ("amount_fen", "51"), ("allocation_id", "a2")])
def test_a_document_that_is_not_as_the_journal_left_it_is_named(verify: Verify, field: str, value: str) -> None:
    lines = exported()
    lines[place(lines, t="document", id="13")][field] = value
    assert verify(lines).first == ("document", f"{TENANT}/13", field)


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        (entry("e1", "disbursed>spent", 1), "entries"),
        (entry("e20", "awarded>spent", 1), "entries"),
        (entry("e20", "disbursed>spent", 0), "entries"),
        (entry("e20", "disbursed>spent", 1, allocation=None), "entries"),
        (entry("e20", "spent>disbursed", 1), "entries"),
        (entry("e20", "spent>accepted", 149, reverses="e5"), "entries.reverses"),
        (entry("e20", "disbursed>spent", 200, reverses="e4"), "entries.reverses"),
        (entry("e20", "disbursed>spent", 200, reverses="e8"), "entries.reverses"),
        (entry("e20", "disbursed>spent", 1, reverses="e99"), "entries.reverses"),
    ],
)
def test_a_movement_that_cannot_be_is_named(verify: Verify, bad: Row, field: str) -> None:
    found = verify(exported([*FACTS, approved("expenditure", "30", bad)]))
    assert (found.code, found.first) == (1, ("journal", f"{TENANT}/17", field))


@pytest.mark.parametrize("change", [{"format": "x"}, {"version": 1}, {"streams": None}])
def test_another_format_is_not_passed_over(verify: Verify, change: Row) -> None:
    lines = exported()
    assert verify([lines[0] | change, *lines[1:]]).first == ("file", "line 1", "format")


def test_a_kind_in_the_wrong_place_is_named(verify: Verify) -> None:
    lines, opening = exported(), chained(TENANT, [])[0]
    row = lines[place(lines, t="entry", stream=TENANT, seq=16)]
    body = json.loads(row["payload"]) | {"kind": json.loads(opening.payload)["kind"]}
    row |= {"payload": canonical(body), "hash": entry_hash(canonical(body))}
    assert verify(lines).first == ("journal", f"{TENANT}/16", "payload.kind")


HOSTILE: list[Row] = [
    {"payload": '{"subject":[],"after":7,"entries":{"from":[]}}', "hash": "\x1b[2J\ud800"},
    {"seq": True, "stream": ["x"], "payload": {"a": 1}},
    {"seq": 10**30, "payload": None},
    {"t": ["entry"]},
    {"t": "position", "level": ["x"], "id": {}},
]


@pytest.mark.parametrize("change", HOSTILE)
def test_a_hostile_line_is_a_problem_and_never_a_crash(verify: Verify, change: Row) -> None:
    lines = exported()
    lines[6] |= change
    found = verify("".join(json.dumps(line) + "\n" for line in lines).encode())
    assert found.code == 1
    assert "\x1b" not in "".join(problem["found"] for problem in found.report["problems"])


def test_the_text_has_a_line_for_each_problem_and_a_summary(verify: Verify) -> None:
    lines = exported()
    lines[place(lines, t="position", id="a1")]["disbursed"] = "301"
    verify(lines)
    done = verify.run("export.jsonl")
    problem, summary = done.stdout.splitlines()
    assert problem == f"allocation_position {TENANT}/a1 disbursed: expected 300, found 301"
    counts = "18 entries, 5 positions, 10 documents, 8 postings, 3 baselines, 2 subjects, 0 checkpoints"
    scope = "fund lines all compared, signatures not checked (no key)"
    assert summary == f"{counts}, {scope}: the journal DOES NOT HOLD: 1 problems"


NOTES = ["}", "{", '"', "\\", '},"at":"x","before":{', '"status":"draft"', "\n", "]", "设备\u2028"]


@pytest.mark.parametrize("note", ["", *NOTES])
@pytest.mark.parametrize("change", [{}, {"amount_fen": "299"}, {"status": "draft"}])
def test_what_is_read_by_its_shape_is_what_is_parsed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, note: str, change: Row
) -> None:
    before = state("waiting", 300) | {"note": note}
    recorded = fact("disbursement_recorded", "disbursement", "12", before)
    moved = entry("e3", "allocated>disbursed", 300)
    facts = [*FACTS[:2], recorded, approved("disbursement", "12", moved, before=before | change), *FACTS[4:]]
    file = tmp_path / "export.jsonl"
    file.write_bytes(as_bytes(exported(facts)))
    answers = []
    for shapes in (("DOCUMENT_ENTRY",), ("DOCUMENT_ROW", "POSTING_ROW"), ()):
        verifier = verify_journal.Verifier([])
        verifier.verify(file, 1)
        answers.append(verifier.result(read=True))
        for name in shapes:
            monkeypatch.setattr(verify_journal, name, re.compile(b"(?!)"))
    assert answers[0] == answers[1] == answers[2]
    assert answers[0]["ok"] == (not change)


def test_parts_that_are_read_side_by_side_join(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "export.jsonl"
    file.write_bytes(as_bytes(exported()))
    answers = []
    for size, jobs in ((1 << 22, 1), (700, 1), (700, 2), (64, 1)):
        monkeypatch.setattr(verify_journal, "PART", size)
        verifier = verify_journal.Verifier([])
        verifier.verify(file, jobs)
        answers.append(verifier.result(read=True))
    assert answers[0]["ok"]
    assert all(answer == answers[0] for answer in answers)


def test_the_root_is_that_of_the_stream_s_entries(verify: Verify) -> None:
    for count in range(len(FACTS)):
        lines = exported(FACTS[:count])
        tree = merkle.Frontier()
        for link in chained(TENANT, FACTS[:count]):
            tree.add(merkle.leaf_hash(link.payload.encode()))
        assert verify(lines).report["streams"][TENANT]["root"] == tree.root().hex()


def test_a_root_that_was_kept_is_held_against_the_log(verify: Verify) -> None:
    head = verify(exported(FACTS[:4])).report["streams"][TENANT]
    assert verify(exported(), {"streams": {TENANT: head}}).code == 0
    found = verify(exported(), {"streams": {TENANT: head | {"root": "0" * 64}}})
    assert (found.code, found.first) == (1, ("checkpoint", f"{TENANT}/5", "root"))


def test_a_pilot_from_before_baselines_is_held_against_what_its_designation_told(verify: Verify) -> None:
    projects = [{"id": "j1", "name": BASELINE["name"], "investment_fen": "800"}]
    told = {"status": "waiting", "name": "某公司", "uscc": "X", "projects": projects}
    facts = [fact("pilot_designated", "pilot", "p1", told) if f["kind"] == "pilot_designated" else f for f in FACTS]
    assert verify(exported(facts)).code == 0
    lines = exported(facts)
    lines[place(lines, t="baseline", subject="project", version="1")]["values"] = BASELINE | {"name": "另一个"}
    lines[place(lines, t="baseline", subject="project", version="2")]["values"] = BASELINE
    del lines[place(lines, t="baseline", subject="pilot")]
    named = [(p["table"], p["row"], p["field"]) for p in verify(closed(lines)).report["problems"]]
    assert named == [
        ("baseline_version", f"{TENANT}/project/j1/1", "name"),
        ("baseline_version", f"{TENANT}/project/j1/2", "finish_on"),
        ("baseline_version", f"{TENANT}/pilot/p1/1", "row"),
    ]


@pytest.mark.parametrize(("sort", "table"), [("posting", "entry"), ("baseline", "baseline_version")])
def test_a_row_that_is_missing_or_too_many_is_named(verify: Verify, sort: str, table: str) -> None:
    lines = exported()
    row = lines.pop(place(lines, t=sort))
    name = f"{TENANT}/{row['id']}" if sort == "posting" else f"{TENANT}/{row['subject']}/{row['id']}/{row['version']}"
    assert verify(closed(lines)).first == (table, name, "row")
    lines = exported()
    lines.insert(place(lines, t=sort), {**lines[place(lines, t=sort)], "id": "zz"})
    assert verify(closed(lines)).first[::2] == (table, "row")


@pytest.mark.parametrize("checkpoint", [{}, {"streams": {}}, {"streams": {TENANT: {"size": "x", "hash": ""}}}, []])
def test_a_call_that_cannot_be_used_exits_2(verify: Verify, checkpoint: Any) -> None:
    assert verify(exported(), checkpoint).code == 2
    assert verify.run("export.jsonl", "--checkpoint", "missing.json").returncode == 2
    assert verify.run("missing.jsonl").returncode == 2
    assert verify.run().returncode == 2
