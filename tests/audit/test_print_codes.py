"""Printed forms carry a code that leads to their entry, and statements the newest checkpoint."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from ledger.audit.queries_entry import NewestCheckpoint
from ledger.audit.queries_journal import ListJournal
from ledger.dispatch import ask
from ledger.domain.access import SYSTEM
from ledger.http.codes import qr
from ledger.jobs.web_worker import work_off
from tests.audit.conftest import TENANT, Books
from tests.conftest import Browser

SignIn = Callable[[str], Browser]
CODE = re.compile(r'<svg [^>]*class="qr"[^>]*>.*?</svg>', re.DOTALL)


@pytest.fixture
def signed(app: Flask, books: Books, tmp_path: Path) -> None:
    """A checkpoint over every stream as the books left it."""
    for words in (("signer-key", str(tmp_path / "signer.key")), ("sign", "--once")):
        done = app.test_cli_runner().invoke(args=["ledger", *words])
        assert done.exit_code == 0, done.output


def paper_of(person: Browser, url: str) -> str:
    page = person.get(url).get_data(as_text=True)
    return str(page[page.index('class="paper"') :])


@pytest.mark.rule("RX.3")
def test_a_voucher_carries_its_entry_as_a_number_a_short_hash_and_a_code(books: Books, sign_in: SignIn) -> None:
    (entry,) = [
        one
        for one in ask(ListJournal(TENANT), SYSTEM).entries
        if one.kind == "disbursement_approved" and one.subject_id == str(books.disbursement_id)
    ]
    paper = paper_of(sign_in(f"{TENANT}.finance_officer"), f"/t/{TENANT}/disbursements/{books.disbursement_id}")
    assert f"记录 #{entry.seq}" in paper
    assert entry.hash[:8] in paper
    (code,) = CODE.findall(paper)
    assert code == str(qr(f"http://localhost/t/{TENANT}/journal/{entry.seq}"))
    assert "style" not in code, "the policy of styles would refuse it"


@pytest.mark.rule("RX.3")
def test_a_statement_carries_the_newest_checkpoint(signed: None, books: Books, sign_in: SignIn) -> None:
    point = ask(NewestCheckpoint(TENANT), SYSTEM)
    assert point is not None
    paper = paper_of(sign_in(f"{TENANT}.finance_officer"), f"/t/{TENANT}/pilots/{books.pilot.id}?tab=ledger")
    assert f"前 {point.size} 条" in paper
    assert point.root[:16] in paper
    codes = CODE.findall(paper)
    assert len(codes) == 2
    held = "\n".join((TENANT, str(point.size), point.root, point.signed_at.isoformat(timespec="seconds")))
    assert codes[1] == str(qr(held))


@pytest.mark.rule("RX.3")
def test_a_chain_that_contradicts_its_checkpoint_is_found_by_a_verification(
    signed: None, books: Books, tamper: Callable[..., None], sign_in: SignIn
) -> None:
    auditor = sign_in("province.auditor")
    sound = auditor.post("/audit/chain", {"idempotency_key": "first"}).headers["Location"]
    work_off()
    assert "逐条相接" in auditor.get(sound).get_data(as_text=True)
    point = ask(NewestCheckpoint(TENANT), SYSTEM)
    assert point is not None
    tamper("checkpoint", f"UPDATE checkpoint SET hash = '{'f' * 64}' WHERE tenant_code = '{TENANT}'")
    url = auditor.post("/audit/chain", {"idempotency_key": "second"}).headers["Location"]
    work_off()
    page = auditor.get(url).get_data(as_text=True)
    assert "与较早的检查点不符" in page
    assert f"长春市 第 {point.size} 条" in page
    assert "f" * 64 in page


def test_without_a_checkpoint_a_statement_goes_without_it(books: Books, sign_in: SignIn) -> None:
    paper = paper_of(sign_in(f"{TENANT}.finance_officer"), f"/t/{TENANT}/pilots/{books.pilot.id}?tab=ledger")
    assert len(CODE.findall(paper)) == 1
    assert "检查点：" not in paper


@pytest.mark.rule("RX.3")
def test_the_entry_says_which_checkpoint_covers_it_and_gives_its_proof_away(
    signed: None, books: Books, sign_in: SignIn
) -> None:
    entry = next(one for one in ask(ListJournal(TENANT), SYSTEM).entries if one.kind == "award_approved")
    auditor = sign_in("province.auditor")
    page = auditor.get(f"/t/{TENANT}/journal/{entry.seq}").get_data(as_text=True)
    assert f'href="/t/{TENANT}/journal/{entry.seq}/proof"' in page
    assert "覆盖它的检查点" in page
    file = auditor.get(f"/t/{TENANT}/journal/{entry.seq}/proof")
    assert file.status_code == 200
    assert file.headers["Content-Disposition"] == f"attachment; filename=proof-{TENANT}-{entry.seq}.json"
    proof = json.loads(file.get_data(as_text=True))
    assert (proof["hash"], proof["payload"]) == (entry.hash, entry.payload)
    assert auditor.get("/journal/1/proof").status_code == 200
    chain = auditor.get("/audit/chain").get_data(as_text=True)
    assert chain.count("分钟前") == 12
