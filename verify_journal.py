"""Verify an exported journal without the product: chain, hashes, balances and documents.

    python verify_journal.py FILE [--checkpoint FILE] [--json]

Exit 0: everything holds. 1: something does not, one line each, in the order of the file.
2: the call cannot be used. What `--json` prints can be kept as a later checkpoint.
"""

import argparse
import hashlib
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

Row: TypeAlias = dict[str, Any]
Column: TypeAlias = tuple[str, str, str]  # level and field, stream, id
Fault: TypeAlias = tuple[str, object, object]  # field, expected, found
FORMAT = ("grant-ledger-journal", 1)
OPENING: Row = {"kind": "stream_opened", "after": {"hash": "sha-256", "canonical": "rfc8785"}}
ORDER = {"entry": 0, "position": 1, "document": 1, "end": 2}
COUNTED = {"entries": "entry", "positions": "position", "documents": "document"}
AMOUNT = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)
DOCUMENT = re.compile("award|allocation|disbursement|expenditure|acceptance|recovery|reversal")
# Which cumulative columns, by level, a movement from one stage to the next adds to.
MOVES = {
    ("fund_line", "awarded"): ["fund_line.awarded", "pilot.awarded", "line.awarded"],
    ("awarded", "allocated"): ["line.allocated", "allocation.allocated"],
    ("allocated", "disbursed"): ["allocation.disbursed"],
    ("allocated", "recovered"): ["allocation.recovered_undisbursed"],
    ("disbursed", "spent"): ["allocation.spent"],
    ("disbursed", "recovered"): ["allocation.recovered_disbursed"],
    ("spent", "accepted"): ["allocation.accepted"],
}
COLUMNS = sorted({"allocation.waiting"}.union(*MOVES.values()))


class Head(NamedTuple):
    """How long a stream is, and the hash of its last entry."""

    size: int
    hash: str


START = Head(0, "0" * 64)


class Problems(list[dict[str, str]]):
    """What does not hold, first found first: where, which field, and the two values."""

    def note(self, table: str, row: str, field: str, expected: object, found: object) -> None:
        """Add one, with every value made safe to print."""
        named = {"row": row, "field": field, "expected": expected, "found": found}
        self.append({"table": table, **{name: _shown(value) for name, value in named.items()}})


class Replay:
    """The positions and documents as the journal alone says they must be."""

    def __init__(self, problems: Problems) -> None:
        self.problems = problems
        self.sums: Counter[Column] = Counter()
        self.documents: dict[tuple[str, str], Row] = {}
        # The movements of this stream by id; None for one that may not be reversed (again).
        self.movements: dict[str, tuple[int, list[Column]] | None] = {}

    def fact(self, stream: str, seq: int, body: Row) -> None:
        """Take over what one journal entry says about a document and about money."""
        subject, after, entries = (body.get(name) for name in ("subject", "after", "entries"))
        if isinstance(subject, dict) and isinstance(after, dict) and "status" in after:
            self._document(stream, str(subject.get("type")), str(subject.get("id")), after)
        for entry in entries if isinstance(entries, list) else [entries] if entries else []:
            self._post(f"{stream}/{seq}", stream, entry if isinstance(entry, dict) else {})

    def _document(self, stream: str, kind: str, identity: str, after: Row) -> None:
        if not DOCUMENT.fullmatch(kind):
            return
        document = self.documents.setdefault((stream, identity), {"kind": kind})
        self._wait(stream, document, -1)
        document.update({told: after[told] for told in ("status", "amount_fen", "allocation_id") if told in after})
        self._wait(stream, document, 1)

    def _wait(self, stream: str, document: Row, sign: int) -> None:
        amount, allocation = (str(document.get(name)) for name in ("amount_fen", "allocation_id"))
        waits = (document["kind"], document.get("status")) == ("disbursement", "waiting")
        if waits and AMOUNT.fullmatch(amount):
            self.sums["allocation.waiting", stream, allocation] += sign * int(amount)

    def _post(self, where: str, stream: str, entry: Row) -> None:
        identity, amount, reverses = (entry.get(k) for k in ("id", "amount_fen", "reverses"))
        stages = (str(entry.get("from")), str(entry.get("to")))
        if stages not in MOVES and reverses is not None:
            stages = stages[::-1]
        touched = [_column(name, stream, entry) for name in MOVES.get(stages, ())]
        whole = touched and all(c[2] for c in touched) and AMOUNT.fullmatch(str(amount))
        if not whole or str(identity) in self.movements:
            self.problems.note("journal", where, "entries", "a whole and new movement", entry)
            return
        movement = (int(str(amount)), touched)
        self.movements[str(identity)] = movement if reverses is None else None
        if reverses is not None:
            if self.movements.get(str(reverses)) != movement:
                self.problems.note("journal", where, "entries.reverses", "its equal, once", entry)
            self.movements[str(reverses)] = None
        for column in touched:
            self.sums[column] += movement[0] if reverses is None else -movement[0]

    def compare_position(self, row: Row) -> None:
        """Hold one exported position against the journal."""
        level, identity = str(row.get("level")), str(row.get("id"))
        stream = "" if level == "fund_line" else str(row.get("stream"))
        place = f"{row.get('stream')}/{identity}"
        columns = [name for name in COLUMNS if name.startswith(f"{level}.")]
        if not columns:
            self.problems.note("position", place, "level", "a known level", level)
        for name in columns:
            expected, field = self.sums.pop((name, stream, identity), 0), name.split(".")[1]
            if row.get(field) != str(expected):
                self.problems.note(f"position.{level}", place, field, expected, row.get(field))

    def compare_document(self, row: Row) -> None:
        """Hold one exported document against the last the journal says about it."""
        key = (str(row.get("stream")), str(row.get("id")))
        if key not in self.documents:
            self.problems.note("document", "/".join(key), "row", "none", "a row")
        for field, expected in self.documents.pop(key, {}).items():
            if row.get(field) != expected:
                self.problems.note("document", "/".join(key), field, expected, row.get(field))

    def note_missing(self, skipped: str) -> None:
        """Note every document, and position of a level not `skipped`, that the export lacks."""
        for (name, stream, identity), fen in self.sums.items():
            level, field = name.split(".")
            if level != skipped:
                self.problems.note(f"position.{level}", f"{stream}/{identity}", field, fen, "no row")
        for key, document in self.documents.items():
            self.problems.note("document", "/".join(key), "row", document, "no row")


class Verifier:
    """One pass over an export; `problems` says what does not hold."""

    def __init__(self, checkpoint: dict[str, Head]) -> None:
        self.checkpoint = checkpoint
        self.problems = Problems()
        self.replay = Replay(self.problems)
        self.heads: dict[str, Head] = {}
        self.counts: Counter[str] = Counter()
        # A fund line is shared by all tenants: one tenant's own export cannot give its sum.
        self.skipped = ""

    def read(self, rows: Iterator[Row]) -> None:
        """Take the lines in the order of the file, an empty row for one that cannot be read."""
        self._header(next(rows, {}))
        reached = 0
        for number, row in enumerate(rows, start=2):
            kind, place = str(row.get("t")), f"line {number}"
            if ORDER.get(kind, -1) < reached or self.counts["end"]:
                self.problems.note("file", place, "t", "a line in its place", row or "no JSON")
            reached = max(reached, ORDER.get(kind, 0))
            self.counts[kind] += 1
            if kind == "entry":
                self._entry(row)
            elif kind == "document":
                self.replay.compare_document(row)
            elif kind == "position" and row.get("level") != self.skipped:
                self.replay.compare_position(row)
            elif kind == "end":
                for field, name in COUNTED.items():
                    if row.get(field) != self.counts[name]:
                        self.problems.note("file", place, field, row.get(field), self.counts[name])
        self._finish()

    def _header(self, row: Row) -> None:
        named, streams = (row.get("format"), row.get("version")), row.get("streams")
        if named != FORMAT or not isinstance(streams, list):
            self.problems.note("file", "line 1", "format", FORMAT, named)
            return
        self.heads = dict.fromkeys(map(str, streams), START)
        self.skipped = "fund_line" if len(self.heads) == 1 else ""

    def _entry(self, row: Row) -> None:
        stream, digest, payload = (str(row.get(name)) for name in ("stream", "hash", "payload"))
        seq = row["seq"] if type(row.get("seq")) is int else -1
        if stream not in self.heads:
            self.problems.note("journal", f"{stream}/{seq}", "stream", list(self.heads), stream)
        head, body = self.heads.get(stream, START), _object(payload)
        actual = hashlib.sha256(payload.encode("utf-8", "surrogatepass")).hexdigest()
        if head == START:
            self.replay.movements.clear()
        fault = _fault(head, seq, digest, actual, body, stream)
        if fault is not None:
            self.problems.note("journal", f"{stream}/{head.size + 1}", *fault)
        known = self.checkpoint.get(stream, START)
        if seq == known.size and actual != known.hash:
            self.problems.note("checkpoint", f"{stream}/{seq}", "hash", known.hash, actual)
        self.heads[stream] = Head(seq, digest)
        self.replay.fact(stream, seq, body)

    def _finish(self) -> None:
        for stream in [code for code, head in self.heads.items() if head == START]:
            self.problems.note("journal", f"{stream}/1", "stream", "its first entry", "none")
        asked = set(self.checkpoint) & set(self.heads) if self.skipped else set(self.checkpoint)
        for stream in sorted(asked or self.checkpoint):
            size, found = self.checkpoint[stream].size, self.heads.get(stream, START).size
            if found < size:
                self.problems.note("checkpoint", f"{stream}/{size}", "size", f">= {size}", found)
        if self.counts["end"]:
            self.replay.note_missing(self.skipped)
        else:
            self.problems.note("file", "last line", "t", "end", "a file that was cut off")

    def result(self) -> Row:
        """The outcome as plain JSON; its `streams` are a checkpoint."""
        return {
            "ok": not self.problems,
            **{field: self.counts[name] for field, name in COUNTED.items()},
            "fund_lines_compared": not self.skipped,
            "streams": {stream: head._asdict() for stream, head in self.heads.items()},
            "problems": self.problems,
        }


def _text(result: Row) -> str:
    counts = ", ".join(f"{result[field]} {field}" for field in COUNTED)
    scope = "all compared" if result["fund_lines_compared"] else "not compared (one stream)"
    verdict = "holds" if result["ok"] else f"DOES NOT HOLD: {len(result['problems'])} problems"
    lines = ["{table} {row} {field}: expected {expected}, found {found}".format(**p) for p in result["problems"]]
    return "\n".join([*lines, f"{counts}, fund lines {scope}: the journal {verdict}\n"])


def _fault(head: Head, seq: int, digest: str, actual: str, body: Row, stream: str) -> Fault | None:
    if seq != head.size + 1:
        return "seq", head.size + 1, seq
    if digest != actual:
        return "hash", digest, actual
    fields: Row = {"stream": stream, "seq": str(seq), "prev": head.hash}
    for name, expected in (fields | (OPENING if seq == 1 else {})).items():
        if body.get(name) != expected:
            return f"payload.{name}", expected, body.get(name)
    kind, instant = body.get("kind"), body.get("at")
    if not isinstance(kind, str) or not kind or (seq > 1 and kind == OPENING["kind"]):
        return "payload.kind", "what happened", kind
    return None if isinstance(instant, str) else ("payload.at", "an instant", instant)


def _column(name: str, stream: str, entry: Row) -> Column:
    level = name.partition(".")[0]
    shared = level == "fund_line"
    return name, "" if shared else stream, str(entry.get("fund_year" if shared else level) or "")


def _object(text: str | bytes) -> Row:
    try:
        value: object = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _shown(value: object) -> str:
    # A terminal must not obey what a forged export has in its values.
    text = str(value)
    return (text if text.isascii() and text.isprintable() else ascii(text))[:200]


def _checkpoint(path: Path) -> dict[str, Head]:
    try:
        streams = _object(path.read_bytes())["streams"].items()
        heads = {code: Head(int(head["size"]), str(head["hash"])) for code, head in streams}
    except (KeyError, TypeError, AttributeError, ValueError):
        heads = {}
    if not heads:
        raise ValueError(f"{path} is not a checkpoint")
    return heads


def main() -> int:
    """Verify the named export and print what was found; the exit code."""
    parser = argparse.ArgumentParser(description="Verify an exported journal.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--checkpoint", type=Path, help="an earlier checkpoint, held elsewhere")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    try:
        verifier = Verifier(_checkpoint(options.checkpoint) if options.checkpoint else {})
        with options.file.open("rb") as file:
            verifier.read(_object(line) for line in file)
    except (OSError, ValueError, RecursionError) as error:
        parser.exit(2, f"verify_journal: {_shown(error)}\n")
    result = verifier.result()
    sys.stdout.write(json.dumps(result) + "\n" if options.json else _text(result))
    return 0 if result["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())
