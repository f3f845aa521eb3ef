"""The signer: checkpoints that only go on, and what it refuses to sign."""

from __future__ import annotations

import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from ledger import database, dispatch
from ledger.audit import queries_signing, store_kept, store_keys
from ledger.audit.queries_proof import ProveInclusion
from ledger.domain import merkle, notes
from ledger.domain.access import PROVINCE, SYSTEM
from ledger.domain.notes import Checkpoint
from tests.audit.conftest import TENANT, Books
from tests.audit.signing import (
    Run,
    Tamper,
    grow,
    kept,
    key,
    later,
    opened,
    payloads,
    refusal,
    run,
    sign,
)
from tests.conftest import STARTS_AT
from tests.factories import Factory
from tests.faults.raw import refused, session_of

__all__ = ["key", "run"]


def test_a_key_is_its_owners_alone_and_never_written_over(run: Run, key: str, tmp_path: Path) -> None:
    file = tmp_path / "signer.key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert notes.parse_verifier(key).name == "fund-ledger"
    assert key not in file.read_text(encoding="utf-8")
    assert run("signer-key", file).exit_code == 2
    assert run("signer-key", tmp_path / "other", "--name", "two words").exit_code == 2
    file.chmod(0o640)
    assert run("sign", "--once").exit_code == 2


@pytest.mark.rule("RX.3")
def test_every_stream_is_signed_and_the_root_is_that_of_its_entries(
    run: Run, key: str, books: Books, tmp_path: Path
) -> None:
    streams = sign(run)
    assert len(streams) == 12
    assert all(one["written"] == 1 for one in streams.values())
    for stream in (TENANT, "220300", PROVINCE):
        checkpoint = opened(kept(tmp_path, stream)[0], key)
        assert (checkpoint.origin, checkpoint.size) == (f"fund-ledger/{stream}", streams[stream]["size"])
        tree = merkle.Frontier()
        for payload in payloads(stream)[: checkpoint.size]:
            tree.add(merkle.leaf_hash(payload.encode()))
        assert checkpoint.root == tree.root()
    assert store_kept.keys(tmp_path / "checkpoints") == (notes.parse_verifier(key),)


def test_a_stream_that_did_not_grow_gets_no_checkpoint(run: Run, key: str, make: Factory, tmp_path: Path) -> None:
    sign(run)
    assert all(one["written"] == 0 for one in sign(run).values())
    grow(make)
    again = sign(run)
    assert {stream for stream, one in again.items() if one["written"]} == {TENANT}
    assert len(kept(tmp_path)) == 2


def test_a_note_that_was_not_kept_is_kept_by_the_next_round(run: Run, key: str, make: Factory, tmp_path: Path) -> None:
    sign(run)
    (path,) = kept(tmp_path)
    before = path.read_bytes()
    path.unlink()
    sign(run)
    assert path.read_bytes() == before


def test_long_streams_are_signed_in_steps_over_stored_nodes(
    run: Run, key: str, make: Factory, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(queries_signing, "MOST", 300)
    grow(make, 620)
    streams = sign(run)
    assert streams[TENANT]["written"] == 3
    grow(make, 150)
    sign(run)
    found = payloads()
    for path in kept(tmp_path):
        checkpoint, tree = opened(path, key), merkle.Frontier()
        for payload in found[: checkpoint.size]:
            tree.add(merkle.leaf_hash(payload.encode()))
        assert checkpoint.root == tree.root()
    last = opened(kept(tmp_path)[-1], key)
    for seq in (1, 2, 256, 257, 512, last.size):
        proof = dispatch.ask(ProveInclusion(TENANT, seq), SYSTEM)
        assert merkle.verify_inclusion(
            merkle.leaf_hash(found[seq - 1].encode()), seq - 1, last.size, proof.path, last.root
        )


def test_another_key_does_not_go_on_from_the_last_checkpoint(run: Run, key: str, make: Factory, tmp_path: Path) -> None:
    sign(run)
    run("signer-key", tmp_path / "other.key")
    grow(make)
    streams = sign(run, "--key", tmp_path / "other.key", code=1)
    assert {refusal(streams, stream) for stream in streams} == {"key"}
    streams = sign(run, "--key", tmp_path / "other.key", "--previous", key)
    assert streams[TENANT]["written"] == 1


def test_a_clock_that_went_back_signs_nothing(run: Run, key: str, make: Factory) -> None:
    sign(run)
    grow(make)
    later(hours=-2)
    assert refusal(sign(run, code=1)) == "time"
    later(hours=3)
    assert sign(run)[TENANT]["written"] == 1


@pytest.mark.rule("RX.3")
@pytest.mark.parametrize("how", ["cut", "rewritten", "payload", "old"])
def test_a_journal_that_did_not_only_go_on_is_not_signed(
    run: Run, key: str, books: Books, make: Factory, tamper: Tamper, how: str
) -> None:
    size = sign(run)[TENANT]["size"]
    grow(make, 2)
    at = f"tenant_code = '{TENANT}' AND seq"
    if how == "cut":
        tamper("journal_entry", f"DELETE FROM journal_entry WHERE {at} >= :size", size=size)
        tamper("journal_head", f"UPDATE journal_head SET seq = :seq WHERE tenant_code = '{TENANT}'", seq=size - 1)
        reason = "shorter"
    elif how == "rewritten":
        tamper("journal_entry", f"UPDATE journal_entry SET hash = :hash WHERE {at} = :size", hash="0" * 64, size=size)
        reason = "differs"
    elif how == "payload":
        tamper("journal_entry", f"UPDATE journal_entry SET payload = payload || ' ' WHERE {at} = :size", size=size + 1)
        reason = "chain"
    else:
        tamper("journal_entry", f"UPDATE journal_entry SET payload = payload || ' ' WHERE {at} = :size", size=size)
        reason = "root"
    assert refusal(sign(run, code=1)) == reason


@pytest.mark.rule("RX.3")
def test_checkpoints_are_the_signers_alone_and_stay(app: Flask, run: Run, key: str, books: Books) -> None:
    size = sign(run)[TENANT]["size"]
    hash_ = "0" * 64
    insert = (
        "INSERT INTO {} VALUES (:code, {})",
        {
            "checkpoint": f"{size + 1}, '{hash_}', '{hash_}', 'x', '2027-01-01T00:00:00.000000+00:00'",
            "journal_node": f"9, 5, '{hash_}'",
            "signing_refusal": "9, '', '', '', '2027-01-01T00:00:00.000000+00:00'",
        },
    )
    roles = [database.APP, database.PROVINCE, database.AUDIT, database.SIGNER]
    for role in roles:
        with session_of(app, TENANT, role) as connection:
            for table, values in insert[1].items():
                for change in (f"UPDATE {table} SET tenant_code = tenant_code", f"DELETE FROM {table}"):
                    assert refused(connection, change) or table == "journal_node", (role, table, change)
                if role != database.SIGNER and connection.dialect.name == "postgresql":
                    assert refused(connection, insert[0].format(table, values), code=TENANT), (role, table)
            # Of an entry that the journal does not hold there is no checkpoint, whoever asks.
            assert refused(connection, insert[0].format("checkpoint", insert[1]["checkpoint"]), code=TENANT)
            assert connection.execute(text("SELECT count(*) FROM checkpoint")).scalar_one() >= 1


def test_the_instant_is_the_clocks_and_the_files_sort_by_it(run: Run, key: str, make: Factory, tmp_path: Path) -> None:
    sign(run)
    grow(make)
    later(days=1)
    sign(run)
    first, second = (opened(path, key) for path in kept(tmp_path))
    assert STARTS_AT <= first.signed_at < second.signed_at
    assert first.size < second.size
    found = store_kept.newest(tmp_path / "checkpoints", store_kept.keys(tmp_path / "checkpoints"))
    assert [one for one in found.checkpoints if one.stream == TENANT] == [second]


def test_a_damaged_note_hides_none_before_it(tmp_path: Path) -> None:
    key = store_keys.make_signer(tmp_path / "key", "one")
    old = Checkpoint("one/220100", 3, bytes(32), "0" * 64, datetime(2026, 1, 1, tzinfo=UTC))
    new = Checkpoint("one/220100", 4, bytes(32), "0" * 64, datetime(2026, 1, 2, tzinfo=UTC))
    store_kept.keep(tmp_path, old, key.signed(old.text))
    store_kept.keep(tmp_path, new, key.signed(new.text).replace("\n4\n", "\n5\n"))
    found = store_kept.newest(tmp_path, (key.verifier,))
    assert found.checkpoints == (old,)
    assert len(found.unreadable) == 1
