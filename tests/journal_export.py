"""A journal export built by hand: one pilot whose money went through every stage, and one reversal."""

from __future__ import annotations

import json
from typing import Any

from ledger.domain.chain import ALGORITHMS, FIRST_KIND, GENESIS, Link, link

TENANT, PROVINCE, AT = "220100", "220000", "2026-03-02T01:00:00Z"
Row = dict[str, Any]
CHAIN = {"pilot": "p1", "line": "l1", "allocation": "a1", "disbursement": None, "fund_year": "2026"}


def entry(identity: str, way: str, fen: int, **changed: Any) -> Row:
    start, end = way.split(">")
    posted = {"id": identity, "from": start, "to": end, "amount_fen": str(fen), "on": "2026-03-02", "reverses": None}
    return {**posted, **CHAIN, **changed}


def fact(kind: str, document: str, identity: str, after: Row, *entries: Row, before: Row | None = None) -> Row:
    actor = {"person": "1", "office": "2", "tenant": TENANT}
    body: Row = {"kind": kind, "actor": actor, "subject": {"type": document, "id": identity}, "pilot": "p1"}
    return {**body, "before": before or {}, "after": after, **({"entries": list(entries)} if entries else {})}


def state(status: str, fen: int = 7) -> Row:
    return {"allocation_id": "a1", "amount_fen": str(fen), "note": "设备", "status": status}


def waiting(identity: str, fen: int) -> Row:
    return fact("disbursement_recorded", "disbursement", identity, state("waiting", fen))


def approved(kind: str, identity: str, *entries: Row, before: Row | None = None) -> Row:
    after = {**(before or state("")), "status": "posted"}
    return fact(f"{kind}_approved", kind, identity, after, *entries, before=before)


BASELINE: Row = {"name": "冷链物流", "finish_on": "2026-12-31", "fund_use": [["设备", "800"]], "site": None}
UNIT: Row = {"unit_name": "某公司", "legal_representative": {"commitment": "c1"}}
FIRST = [
    {"subject": "pilot", "id": "p1", "version": "1", "values": UNIT},
    {"subject": "project", "id": "j1", "version": "1", "values": BASELINE},
]
CHANGED = {"version": "2", "values": {"finish_on": "2027-12-31"}, "report": "BG-2026-0001", "document_no": "1号"}
FACTS = [
    approved("award", "10", entry("e1", "fund_line>awarded", 1000)),
    approved("allocation", "11", entry("e2", "awarded>allocated", 800)),
    waiting("12", 300),
    approved("disbursement", "12", entry("e3", "allocated>disbursed", 300), before=state("waiting", 300)),
    waiting("13", 50),
    approved("expenditure", "14", entry("e4", "disbursed>spent", 200)),
    approved("acceptance", "15", entry("e5", "spent>accepted", 150)),
    approved("recovery", "16", entry("e6", "allocated>recovered", 40)),
    approved("recovery", "17", entry("e7", "disbursed>recovered", 20)),
    approved("reversal", "18", entry("e8", "disbursed>spent", 200, reverses="e4"), entry("e9", "disbursed>spent", 190)),
    fact("expenditure_reversed", "expenditure", "14", state("reversed"), before=state("posted")),
    fact("journal_read", "journal", "220100", {}),
    fact("pilot_designated", "pilot", "p1", {"status": "waiting", "baselines": FIRST}),
    fact("baseline_changed", "project", "j1", CHANGED, before={"version": "1", "values": {"finish_on": "2026-12-31"}}),
    approved("reduction", "19", entry("e10", "awarded>fund_line", 100, allocation=None)),
]
ALLOCATION = {"allocated": 800, "disbursed": 300, "spent": 190, "accepted": 150, "waiting": 50}
POSITIONS = {
    ("pilot", TENANT, "p1"): {"awarded": 900, "cap": 5000},
    ("line", TENANT, "l1"): {"awarded": 900, "allocated": 800},
    ("allocation", TENANT, "a1"): {**ALLOCATION, "recovered_undisbursed": 40, "recovered_disbursed": 20},
    ("allocation", TENANT, "a2"): dict.fromkeys([*ALLOCATION, "recovered_undisbursed", "recovered_disbursed"], 0),
    ("fund_line", PROVINCE, "2026"): {"awarded": 900},
}
KINDS = ["award", "allocation", "disbursement", "disbursement", "expenditure", "acceptance", "recovery", "recovery"]
SUMS = {"12": "300", "13": "50"}
STANDING = ["e1", "e2", "e3", "e5", "e6", "e7", "e9", "e10"]
"""The movements that no reversal ended."""
VERSIONS = [*FIRST, {**FIRST[1], "version": "2", "values": {**BASELINE, "finish_on": "2027-12-31"}}]
SUBJECTS = [{**FIRST[0], "values": {"unit_name": "某公司"}}, {**VERSIONS[2], "values": {"finish_on": "2027-12-31"}}]


def chained(stream: str, bodies: list[Row]) -> list[Link]:
    links: list[Link] = []
    for seq, body in enumerate([{"kind": FIRST_KIND, "after": dict(ALGORITHMS)}, *bodies], start=1):
        links.append(link(stream, seq, links[-1].hash if links else GENESIS, AT, body))
    return links


def exported(facts: list[Row] | None = None, *, one: bool = False) -> list[Row]:
    """The lines of a whole export; `one` for the tenant's stream alone."""
    chains = [chained(TENANT, FACTS if facts is None else facts)]
    if not one:
        chains.insert(0, chained(PROVINCE, [fact("fund_line_set", "fund_line", "2026", {"total": "1"})]))
    lines: list[Row] = [
        {"t": "entry", "stream": e.stream, "seq": e.seq, "hash": e.hash, "payload": e.payload}
        for c in chains
        for e in c
    ]
    for (level, stream, identity), sums in POSITIONS.items():
        if not (one and level == "fund_line"):
            texts = {field: str(fen) for field, fen in sums.items()}
            lines.append({"t": "position", "level": level, "stream": stream, "id": identity, **texts})
    for number, kind in enumerate([*KINDS, "reversal", "reduction"], start=10):
        status = {13: "waiting", 14: "reversed"}.get(number, "posted")
        row = {"t": "document", "stream": TENANT, "id": str(number), "kind": kind, "status": status}
        lines.append({**row, "amount_fen": SUMS.get(str(number), "7"), "allocation_id": "a1"})
    lines += [posting(one) for fact in FACTS for one in fact.get("entries", ()) if one["id"] in STANDING]
    lines += [{"t": "baseline", "stream": TENANT, **one} for one in VERSIONS]
    lines += [
        {"t": "subject", "stream": TENANT, "subject": s["subject"], "id": s["id"], "values": s["values"]}
        for s in SUBJECTS
    ]
    head = {"format": "grant-ledger-journal", "version": 2, "streams": [c[0].stream for c in chains], "exported_at": AT}
    return closed([head, *lines])


def posting(told: Row) -> Row:
    """A movement's row as the export has it."""
    names = ("id", "from", "to", "amount_fen", "fund_year", "pilot", "line", "allocation", "disbursement")
    return {"t": "posting", "stream": TENANT, **{name: told[name] for name in names if told[name] is not None}}


def closed(lines: list[Row]) -> list[Row]:
    """The lines with a last line that counts them."""
    kinds = [line.get("t") for line in lines]
    sorts = ("checkpoint", "position", "document", "posting", "baseline", "subject")
    named = {"entries": "entry", **{f"{sort}s": sort for sort in sorts}}
    return [
        *(line for line in lines if line.get("t") != "end"),
        {"t": "end", **{name: kinds.count(sort) for name, sort in named.items()}},
    ]


def as_bytes(lines: list[Row]) -> bytes:
    """The lines as the product writes them: an entry's payload verbatim."""
    return "".join(map(as_line, lines)).encode()


def as_line(line: Row) -> str:
    payload = line.get("payload")
    whole = isinstance(payload, str) and payload.startswith("{") and "\n" not in payload
    text = json.dumps({**line, "payload": ""} if whole else line, ensure_ascii=False, separators=(",", ":"))
    return f"{text[:-3]}{payload}}}\n" if whole else f"{text}\n"


def place(lines: list[Row], **wanted: Any) -> int:
    return next(i for i, line in enumerate(lines) if wanted.items() <= line.items())
