"""`verify_journal.py` over a million entries: beside raw SHA-256 over the same bytes, and how much memory it takes."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import config
from bench.measure import Figure, interleaved, medians, ratio
from bench.server import Place
from ledger import journal
from ledger.database import instant_text
from ledger.domain import chain
from ledger.domain.access import Actor
from ledger.domain.documents import MOVES, DocumentKind
from ledger.domain.money import Money
from ledger.funds.store import StoredDocument, fact
from ledger.funds.store_entries import NewEntry, entry_row, posted_fact
from ledger.journal import Fact

ENTRIES = 1_000_000
SMALL = 100_000
STREAMS = tuple(f"22{number:04d}" for number in range(10))
ALLOCATIONS = 25
"""Of each stream. The rest are disbursements: two entries each, as the product writes them."""
SLICES = 3
AWARDED, ALLOCATED, PAID = 900_000_000_000, 30_000_000_000, 10_000
NOW = datetime(2026, 3, 5, 1, tzinfo=UTC)
FIRST_ID = 7_000_000_000_000_000_000
PILOT, LINE, AWARD, OF, ALLOCATION = (FIRST_ID + number for number in (10, 20, 30, 40, 100))
PAYMENT = FIRST_ID + 1_000
"""The first disbursement; the next is two further, a document's movement one."""
_SCRIPT = config.ROOT / "verify_journal.py"
# By a process that is itself small: what a child takes is counted from before it becomes the script.
_MEASURED = (
    "import resource, subprocess, sys; code = subprocess.call([sys.executable, '-I', *sys.argv[1:]]);"
    " print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss); sys.exit(code)"
)


def figures(place: Place) -> list[Figure]:
    """A million entries beside raw hashing, and the memory beside that of a hundred thousand."""
    large, small = place.folder / "journal.jsonl", place.folder / "journal_small.jsonl"
    for path, entries in ((large, ENTRIES), (small, SMALL)):
        write_export(path, entries)
    ours, raw = interleaved(lambda: ENTRIES / verified(large)[0], lambda: ENTRIES / hashed(large), SLICES)
    most, least = verified(large)[1], verified(small)[1]
    megabytes = large.stat().st_size / 1e6
    for path in (large, small):
        path.unlink()
    return [
        Figure(
            name="verifying 1,000,000 entries ÷ raw SHA-256 over the same bytes",
            ratio=ratio(ours, raw),
            must=0.15,
            aim=0.3,
            at_least=True,
            sides=medians("verify_journal.py", ours, "hashlib.sha256 of each line", raw, "entries a second"),
            bound=(
                f"The whole script, from its start to its answer, over {megabytes:,.0f} MB of payments as the product"
                " writes them with their documents and movements, by as many processes as there are cores; the other"
                " side reads the lines and hashes each, in one process. We hash each payload twice (chain and leaf)"
                " and a node of the tree for it; the rest is taking texts apart in Python."
            ),
        ),
        Figure(
            name="memory of the verifier at 1,000,000 ÷ at 100,000 entries",
            ratio=most / least,
            must=1.15,
            aim=1.02,
            at_least=False,
            sides=f"1,000,000 {most:.1f}, 100,000 {least:.1f} MB (its largest process)",
            bound="One part of the file in each process, the edge of each tree, and one sum for each position.",
        ),
    ]


def verified(export: Path) -> tuple[float, float]:
    """How many seconds the script takes over an export that holds, and the megabytes of its largest process.

    Raises:
        RuntimeError: it finds a problem.
    """
    began = time.perf_counter()
    done = subprocess.run([sys.executable, "-I", "-c", _MEASURED, _SCRIPT, export], check=False, capture_output=True)
    if done.returncode != 0:
        raise RuntimeError("the export of the benchmark does not hold")
    return time.perf_counter() - began, int(done.stdout.split()[-1]) / 1000


def hashed(export: Path) -> float:
    """How many seconds it takes to read a file's lines and to hash each."""
    began = time.perf_counter()
    with export.open("rb") as file:
        for line in file:
            hashlib.sha256(line).digest()
    return time.perf_counter() - began


def write_export(path: Path, entries: int) -> None:
    """Write an export of about as many entries, spread evenly over `STREAMS`."""
    payments = max((entries // len(STREAMS) - 1) // 2 - ALLOCATIONS - 1, ALLOCATIONS)
    with path.open("w", encoding="utf-8") as file:
        file.write(_line({"format": "grant-ledger-journal", "version": 2, "streams": STREAMS}))
        for stream in STREAMS:
            file.writelines(_entries(stream, payments))
        file.writelines(_line({"t": "position", **row}) for row in _positions(payments))
        for sort, rows in (("document", _documents), ("posting", _postings)):
            file.writelines(_line({"t": sort, **row}) for stream in STREAMS for row in rows(stream, payments))
        documents = len(STREAMS) * (1 + ALLOCATIONS + payments)
        counts = {"entries": len(STREAMS) + 2 * documents, "positions": len(list(_positions(payments)))}
        counts |= {"documents": documents, "postings": documents, "baselines": 0, "subjects": 0, "checkpoints": 0}
        file.write(_line({"t": "end", **counts}))


def _line(row: Mapping[str, object]) -> str:
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n"


def _entries(stream: str, payments: int) -> Iterator[str]:
    actor = Actor(FIRST_ID + 50, stream, FIRST_ID + 60, frozenset(), "王")
    first = chain.link(stream, 1, chain.GENESIS, instant_text(NOW), journal._body(journal.opening(stream), actor)[0])
    yield _entry(stream, 1, first.hash, first.payload)
    prev, seq = first.hash, 1
    texts = {
        document.kind: (_template(stream, actor, fact(document, "recorded")), _posted(stream, actor, document))
        for document in (_AWARD, _ALLOCATION, _PAYMENT)
    }
    for kind, identity, _, of in _made(payments):
        for template in texts[kind]:
            seq += 1
            payload = template % {"prev": prev, "seq": seq, "id": identity, "entry": identity + 1, "of": of}
            prev = chain.entry_hash(payload)
            yield _entry(stream, seq, prev, payload)


def _entry(stream: str, seq: int, digest: str, payload: str) -> str:
    return f'{{"t":"entry","stream":"{stream}","seq":{seq},"hash":"{digest}","payload":{payload}}}\n'


def _posted(stream: str, actor: Actor, document: StoredDocument) -> str:
    """The text of a document's posting, to be filled in."""
    start, end = MOVES[document.kind][0]
    moved = NewEntry(
        line_id=LINE,
        from_stage=start,
        to_stage=end,
        amount=document.amount,
        allocation_id=document.id if document.kind is DocumentKind.ALLOCATION else document.allocation_id,
        disbursement_id=document.id if document.kind is DocumentKind.DISBURSEMENT else None,
    )
    row = entry_row(document, moved, document.id + 1, actor, NOW)
    return _template(stream, actor, posted_fact(document, [row], actor, NOW))


def _template(stream: str, actor: Actor, told: Fact) -> str:
    before, between, after = chain.around_link(stream, instant_text(NOW), journal._body(told, actor)[0])
    text = f"{before}\0{between}\1{after}".replace("%", "%%").replace("\0", "%(prev)s").replace("\1", "%(seq)d")
    text = text.replace(f'"{int(told.subject_id)}"', '"%(id)d"').replace(f'"{int(told.subject_id) + 1}"', '"%(entry)d"')
    return text.replace(f'"{OF}"', '"%(of)d"')


def _documents(stream: str, payments: int) -> Iterator[Mapping[str, object]]:
    for kind, identity, fen, of in _made(payments):
        row = {"stream": stream, "id": str(identity), "kind": kind, "status": "posted", "amount_fen": str(fen)}
        yield row | ({"allocation_id": str(of)} if kind is DocumentKind.DISBURSEMENT else {})


def _postings(stream: str, payments: int) -> Iterator[Mapping[str, object]]:
    for kind, identity, fen, of in _made(payments):
        start, end = MOVES[kind][0]
        row = {"stream": stream, "id": str(identity + 1), "from": start, "to": end, "amount_fen": str(fen)}
        row |= {"fund_year": "2026", "pilot": str(PILOT), "line": str(LINE)}
        row |= {} if kind is DocumentKind.AWARD else {"allocation": str(of)}
        yield row | ({"disbursement": str(identity)} if kind is DocumentKind.DISBURSEMENT else {})


def _made(payments: int) -> Iterator[tuple[DocumentKind, int, int, int]]:
    """Each document: kind, id, fen, and the allocation that its money is of."""
    yield DocumentKind.AWARD, AWARD, AWARDED, 0
    yield from (
        (DocumentKind.ALLOCATION, one, ALLOCATED, one) for one in range(ALLOCATION, ALLOCATION + 2 * ALLOCATIONS, 2)
    )
    for number in range(payments):
        yield DocumentKind.DISBURSEMENT, PAYMENT + 2 * number, PAID, ALLOCATION + 2 * (number % ALLOCATIONS)


def _positions(payments: int) -> Iterator[Mapping[str, object]]:
    none = dict.fromkeys(("waiting", "recovered_undisbursed", "spent", "recovered_disbursed", "accepted"), "0")
    for stream in STREAMS:
        yield {"level": "pilot", "stream": stream, "id": str(PILOT), "awarded": str(AWARDED)}
        allocated = str(ALLOCATED * ALLOCATIONS)
        yield {"level": "line", "stream": stream, "id": str(LINE), "awarded": str(AWARDED), "allocated": allocated}
        for number in range(ALLOCATIONS):
            paid = len(range(number, payments, ALLOCATIONS)) * PAID
            row = {"level": "allocation", "stream": stream, "id": str(ALLOCATION + 2 * number)}
            yield {**row, "allocated": str(ALLOCATED), "disbursed": str(paid), **none}
    awarded = str(AWARDED * len(STREAMS))
    yield {"level": "fund_line", "stream": "220000", "id": "2026", "awarded": awarded}


_BASE = StoredDocument(
    id=AWARD,
    kind=DocumentKind.AWARD,
    number="HD-2026-0001",
    pilot_id=PILOT,
    office_id=FIRST_ID + 60,
    office_name="长春市财政局",
    amount=Money(AWARDED),
    business_date=date(2026, 3, 5),
    fiscal_year=2026,
    document_no="吉财建指〔2026〕12号",
    policy_version_id=1,
    made_by=FIRST_ID + 51,
    made_by_name="李",
    made_at=NOW,
    uscc="91220101MA0000000X",
    project_code="2603-220100-04-01-123456",
)
_AWARD = _BASE
_ALLOCATION = replace(
    _BASE, id=ALLOCATION, kind=DocumentKind.ALLOCATION, amount=Money(ALLOCATED), award_id=AWARD, line_id=LINE
)
_PAYMENT = replace(
    _ALLOCATION,
    id=PAYMENT,
    kind=DocumentKind.DISBURSEMENT,
    number="FK-2026-0012",
    amount=Money(PAID),
    document_no=None,
    allocation_id=OF,
    voucher_no="PZ-2026-17",
    payee_name="长春市某某科技有限公司",
    payee_account="22050145020000000123",
    purpose="设备购置首付款",
)
