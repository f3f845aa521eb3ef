"""That an entry is in the journal: a small file that a unit keeps, and who takes it as a proof."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ledger import dispatch
from ledger.audit import store_keys
from ledger.audit.queries_proof import ProveInclusion
from ledger.audit.schemas_proof import proof_text
from ledger.domain import merkle, notes
from ledger.domain.access import SYSTEM
from ledger.domain.errors import Conflict, NotFound
from tests.audit.conftest import TENANT, Books
from tests.audit.signing import (
    Run,
    Tamper,
    answer,
    grow,
    kept,
    key,
    payloads,
    run,
    script,
    sign,
)
from tests.factories import Factory

__all__ = ["key", "run"]


def test_a_proof_is_a_small_file_and_an_entry_of_its_own(
    run: Run, key: str, make: Factory, books: Books, tmp_path: Path
) -> None:
    sign(run)
    file = tmp_path / "proof.json"
    told = answer(run("proof", TENANT, 5, file, "--json"))
    proof = json.loads(file.read_text(encoding="utf-8"))
    assert (proof["format"], proof["version"], proof["stream"], proof["seq"]) == ("grant-ledger-proof", 1, TENANT, 5)
    assert proof["key"] == told["key"] == notes.parse_verifier(key).label
    checkpoint = notes.parse_checkpoint(notes.opened(proof["checkpoint"], notes.parse_verifier(key), store_keys.verify))
    leaf, path = merkle.leaf_hash(proof["payload"].encode()), [bytes.fromhex(one) for one in proof["path"]]
    assert proof["leaf"] == leaf.hex()
    assert merkle.verify_inclusion(leaf, 4, checkpoint.size, path, checkpoint.root)
    clerk = make.actor(f"{TENANT}.finance_officer")
    made = dispatch.ask(ProveInclusion(TENANT, 5), clerk)
    assert json.loads(proof_text(made)) == proof
    assert payloads()[-1].count('"kind":"proof_made"') == 1
    with pytest.raises(NotFound):
        dispatch.ask(ProveInclusion("220300", 1), clerk)
    with pytest.raises(NotFound):
        dispatch.ask(ProveInclusion(TENANT, 10_000), clerk)
    with pytest.raises(NotFound, match="尚未被检查点覆盖"):
        dispatch.ask(ProveInclusion(TENANT, checkpoint.size + 1), clerk)


def test_the_script_that_stands_alone_takes_the_proof_and_the_note(
    run: Run, key: str, make: Factory, books: Books, tmp_path: Path
) -> None:
    sign(run)
    proof, export = tmp_path / "proof.json", tmp_path / "journal.jsonl"
    answer(run("proof", TENANT, 5, proof, "--json"))
    grow(make, 3)
    answer(run("export-journal", export, "--json"))
    other = run("signer-key", tmp_path / "other.key").stdout.strip()
    checkpoint = ("--checkpoint", kept(tmp_path)[-1])
    assert script("--proof", proof, "--key", key) == 0
    assert script(export, *checkpoint, "--key", key) == 0
    assert script("--proof", proof, "--key", other) == 1
    assert script(export, *checkpoint, "--key", other) == 1
    changed = json.loads(proof.read_text(encoding="utf-8"))
    changed["payload"] = changed["payload"].replace(TENANT, "220200")
    proof.write_text(json.dumps(changed), encoding="utf-8")
    assert script("--proof", proof, "--key", key) == 1


def test_an_entry_that_was_changed_gets_no_proof(run: Run, key: str, books: Books, tamper: Tamper) -> None:
    sign(run)
    tamper(
        "journal_entry", f"UPDATE journal_entry SET payload = payload || ' ' WHERE tenant_code = '{TENANT}' AND seq = 3"
    )
    for seq in (3, 4):
        with pytest.raises(Conflict):
            dispatch.ask(ProveInclusion(TENANT, seq), SYSTEM)
    tamper("journal_entry", f"DELETE FROM journal_entry WHERE tenant_code = '{TENANT}' AND seq = 3")
    with pytest.raises(Conflict):
        dispatch.ask(ProveInclusion(TENANT, 4), SYSTEM)
