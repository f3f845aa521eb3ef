"""Verify an exported journal without the product: chains, roots, signatures, and the tables replayed from it.

    python verify_journal.py EXPORT [--checkpoint FILE …] [--key KEY …] [--json]
    python verify_journal.py [EXPORT] --proof FILE --key KEY

An export has one JSON object a line: what it is, the checkpoints that its database keeps, the journal's entries, and
the tables that must follow from them. Checkpoints that were kept elsewhere (signed notes, or what `--json` prints)
show a cut tail or a rewrite. KEY is a verifier key, or a file of them. `cryptography` is needed for signatures alone.

Exit 0: everything holds. 1: something does not, one line each. 2: the call cannot be used.

The file is read in parts, by as many processes as there are cores, and what is kept does not grow with the log. Each
part tells which runs of entries hang together in it; the runs must join into streams. Rows of tables are held against
the journal by sums of their hashes: only where a sum differs is the file read again, to name the row.
"""

import argparse
import base64
import hashlib
import io
import json
import multiprocessing
import os
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

Row: TypeAlias = dict[str, Any]
Fields: TypeAlias = tuple[bytes, ...]
Key: TypeAlias = tuple[str, bytes, bytes]  # sort of row, stream, id
Tree: TypeAlias = list[tuple[int, bytes]]  # perfect subtrees from the left: level, hash
Cuts: TypeAlias = Mapping[bytes, frozenset[int]]

FORMAT = ("grant-ledger-journal", 2)
ORDER = {"checkpoint": 0, "entry": 1, "position": 2, "document": 2, "posting": 2, "baseline": 2, "subject": 2, "end": 3}
COUNTED = {"entries": "entry", "positions": "position", "documents": "document", "postings": "posting"}
COUNTED |= {"baselines": "baseline", "subjects": "subject", "checkpoints": "checkpoint"}
OPENED = b"stream_opened"
OPENING: Row = {"kind": OPENED.decode(), "after": {"hash": "sha-256", "canonical": "rfc8785"}}
GENESIS = "0" * 64
AMOUNT = re.compile(rb"[1-9][0-9]{0,17}")
KINDS = frozenset(b"award allocation disbursement expenditure acceptance recovery reversal reduction".split())
# Which cumulative columns, by level, a movement from one stage to the next adds to, or (-) takes from.
MOVES = {
    (b"fund_line", b"awarded"): ["fund_line.awarded", "pilot.awarded", "line.awarded"],
    (b"awarded", b"fund_line"): ["-fund_line.awarded", "-pilot.awarded", "-line.awarded"],
    (b"awarded", b"allocated"): ["line.allocated", "allocation.allocated"],
    (b"allocated", b"disbursed"): ["allocation.disbursed"],
    (b"allocated", b"recovered"): ["allocation.recovered_undisbursed"],
    (b"disbursed", b"spent"): ["allocation.spent"],
    (b"disbursed", b"recovered"): ["allocation.recovered_disbursed"],
    (b"spent", b"accepted"): ["allocation.accepted"],
    (b"", b"waiting"): ["allocation.waiting"],
}
COLUMNS = sorted({column for columns in MOVES.values() for column in columns if column[0] != "-"})
# The kinds of entries that are about baselines and gaps.
TOLD_WHOLE = frozenset((b"pilot_designated", b"baseline_changed", b"gap_recorded"))
# The sorts of rows that are held against the journal: the table, and the fields that are compared.
TABLES = {"document": "document", "posting": "entry", "baseline": "baseline_version"}
FIELDS = {
    "document": ("kind", "status", "amount_fen", "allocation_id"),
    "posting": ("from", "to", "amount_fen", "fund_year", "pilot", "line", "allocation", "disbursement"),
    "baseline": ("values",),
}
RANKS = {"file": 0, "journal": 0, "proof": 0, "checkpoint": 1}  # the order of problems: rows of tables are last
PLACES = {"fund_line": 3, "pilot": 4, "line": 5, "allocation": 6}  # of a level's id in the fields of a posting
PART, BUCKETS = 1 << 22, 512


class Problem(NamedTuple):
    """What does not hold: where, which field, and the two values."""

    table: str
    row: str
    field: str
    expected: object
    found: object


# Lines as the product writes them are taken apart by their shape: JSON in one order of keys, without a space or a
# backslash, and with so many braces, can be read in one way only. Every other line is parsed.

HEAD = rb'\{"t":"entry","stream":"([^"\\\n]*)","seq":([1-9][0-9]{0,17}),"hash":"([^"\\\n]*)","payload":'
STATE = rb'(?:"allocation_id":"([^"]*)",)?"amount_fen":"([^"]*)",[^}]*"status":"([^"]*)"[^}]*'
ENTRY = re.compile(HEAD)
MOVED = (
    rb'\{"allocation":(?:null|"([^"]*)"),"amount_fen":"([^"]*)","disbursement":(?:null|"([^"]*)"),"from":"([^"]*)"'
    rb',"fund_year":"([^"]*)","id":"([^"]*)","line":"([^"]*)","on":"[^"]*","pilot":"([^"]*)"'
    rb',"reverses":(?:null|"([^"]*)"),"to":"([^"]*)"\}'
)
DOCUMENT_ENTRY = re.compile(
    HEAD + rb'(\{"actor":\{[^}]*\},"after":\{%b\},"at":"[^"]*","before":\{(?:%b)?\}(?:,"entries":\[%b\])?'
    rb',"kind":"([^"]+)"(?:,"on":"[^"]*")?(?:,"pilot":"[^"]*")?,"prev":"([^"]+)","seq":"([^"]*)","stream":"([^"]*)"'
    rb',"subject":\{"id":"([^"]*)","type":"([^"]*)"\}\})\}\n' % (STATE, STATE, MOVED)
)
DOCUMENT_ROW = re.compile(
    rb'\{"t":"document","stream":"([^"\\\n]*)","id":"([^"\\\n]*)","kind":"([^"\\\n]*)","status":"([^"\\\n]*)"'
    rb',"amount_fen":"([^"\\\n]*)"(?:,"allocation_id":"([^"\\\n]*)")?\}\n'
)
POSTING_ROW = re.compile(
    rb'\{"t":"posting","stream":"([^"\\\n]*)","id":"([^"\\\n]*)","from":"([^"\\\n]*)","to":"([^"\\\n]*)"'
    rb',"amount_fen":"([^"\\\n]*)","fund_year":"([^"\\\n]*)","pilot":"([^"\\\n]*)","line":"([^"\\\n]*)"'
    rb'(?:,"allocation":"([^"\\\n]*)")?(?:,"disbursement":"([^"\\\n]*)")?\}\n'
)


class Posting(NamedTuple):
    """One movement of money as an entry tells it."""

    id: bytes
    reverses: bytes
    fields: Fields


class Told(NamedTuple):
    """What an entry's payload says: its place in the chain, and of which document, money or baseline."""

    stream: bytes
    seq: bytes
    prev: bytes
    kind: bytes
    id: bytes = b""
    before: Fields = ()
    after: Fields = ()
    postings: Sequence[Posting] = ()
    body: Row | None = None  # where more is said than that


def told_by_shape(block: bytes, shape: re.Match[bytes]) -> Told | None:
    """What the entry of a document says, with one movement at the most; None where its line must be parsed."""
    groups = shape.groups(b"")
    allocation, amount, status, allocation_before, amount_before, status_before = groups[4:10]
    of, fen, disbursement, start, year, moved, line, pilot, reverses, to = groups[10:20]
    kind, prev, seq, stream, identity, subject = groups[20:]
    begin, end = shape.span()
    if block.find(b"\n", begin, end) != end - 1 or block.find(b"\\", begin, end) >= 0:
        return None
    if block.count(b"{", begin, end) != (7 if to else 6) or subject not in KINDS or kind == OPENED:
        return None
    before = (subject, status_before, amount_before, allocation_before) if status_before else ()
    posting = Posting(moved, reverses, (start, to, fen, year, pilot, line, of, disbursement)) if to else None
    after = (subject, status, amount, allocation)
    return Told(stream, seq, prev, kind, identity, before, after, (posting,) if posting else ())


def told_by(payload: bytes) -> Told:
    """What any payload says."""
    body = _object(payload)
    subject, entries = body.get("subject"), body.get("entries")
    subject = subject if isinstance(subject, dict) else {}
    kind = _text(subject.get("type"))
    before, after = (_state(kind, body.get(name)) for name in ("before", "after"))
    listed = entries if isinstance(entries, list) else [entries] if entries else []
    stream, seq, prev, what = (_text(body.get(name)) for name in ("stream", "seq", "prev", "kind"))
    postings = [_parsed_posting(one if isinstance(one, dict) else {}) for one in listed]
    return Told(stream, seq, prev, what, _text(subject.get("id")), before, after, postings, body)


def _state(kind: bytes, told: object) -> Fields:
    if kind not in KINDS or not isinstance(told, dict) or "status" not in told:
        return ()
    return kind, *(_text(told.get(name)) for name in FIELDS["document"][1:])


def _parsed_posting(entry: Row) -> Posting:
    fields = tuple(_text(entry.get(name)) for name in FIELDS["posting"])
    return Posting(_text(entry.get("id")), _text(entry.get("reverses")), fields)


def _text(value: object) -> bytes:
    return b"" if value is None else str(value).encode("utf-8", "surrogatepass")


def _object(text: str | bytes) -> Row:
    try:
        value: object = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


class Sums:
    """What the journal comes to: money moved between stages, and sums of hashes of the rows that must stand.

    A row that the journal makes is added and one that it ends is taken away, as is each row of the export: where
    all is well nothing is left. Hashes are Python's own, keyed anew in each run.
    """

    def __init__(self) -> None:
        self.moved: Counter[Fields] = Counter()
        self.rows = [0] * BUCKETS
        self.where = (b"", b"")  # stream and number of the entry that is taken over

    def document(self, stream: bytes, told: Told) -> None:
        """Take over a document's state before and after."""
        for sign, state in ((-1, told.before), (1, told.after)):
            if state and told.after:
                self.row(sign, ("document", stream, told.id), state)
                if state[:2] == (b"disbursement", b"waiting") and AMOUNT.fullmatch(state[2]):
                    self.moved[b"", b"waiting", stream, b"", b"", b"", state[3]] += sign * int(state[2])

    def posting(self, stream: bytes, posting: Posting) -> bool:
        """Take over a movement, or that it is reversed; whether it is whole."""
        identity, reverses, fields = posting
        back = (fields[1], fields[0], *fields[2:])
        if reverses and back[:2] in MOVES:
            fields = back
        columns = MOVES.get((fields[0], fields[1]))
        if not (columns and fields[0] and AMOUNT.fullmatch(fields[2])):
            return False
        if not all(fields[PLACES[name.lstrip("-").partition(".")[0]]] for name in columns):
            return False
        sign = -1 if reverses else 1
        self.row(sign, ("posting", stream, reverses or identity), fields)
        self.moved[fields[0], fields[1], stream, *fields[3:7]] += sign * int(fields[2])
        return True

    def row(self, sign: int, key: Key, fields: Fields) -> None:
        """Add a row to those that must stand, or take it away."""
        self.rows[hash(key[2]) % BUCKETS] += sign * hash((key, fields))

    def found(self, key: Key, fields: Fields) -> None:
        """Hold a row of the export against those that must stand."""
        self.row(-1, key, fields)

    def add(self, other: "Sums") -> None:
        """Add what another part of the journal comes to."""
        self.moved.update(other.moved)
        self.rows = [one + more for one, more in zip(self.rows, other.rows, strict=True)]

    def columns(self) -> Counter[tuple[str, str, str]]:
        """The positions that follow: fen by level and field, stream and id; a fund line is of no one stream."""
        sums: Counter[tuple[str, str, str]] = Counter()
        for (start, end, stream, *ids), fen in self.moved.items():
            for name in MOVES[start, end]:
                column = name.lstrip("-")
                level = column.partition(".")[0]
                of = "" if level == "fund_line" else _shown(stream)
                sums[column, of, _shown(ids[PLACES[level] - 3])] += -fen if name[0] == "-" else fen
        return sums


class Rows(Sums):
    """The rows behind sums that differ, one by one; notes each that does not stand as the journal says."""

    def __init__(self, doubtful: frozenset[int]) -> None:
        super().__init__()
        self.doubtful = doubtful
        self.standing: dict[Key, Fields] = {}
        self.problems: list[Problem] = []

    def row(self, sign: int, key: Key, fields: Fields) -> None:
        """Add a row, which must be new, or end one, which must stand like this."""
        if hash(key[2]) % BUCKETS not in self.doubtful:
            return
        known, must = self.standing.pop(key, None), None if sign > 0 else fields
        if known != must:
            told = "before" if key[0] == "document" else "entries.reverses" if sign < 0 else "entries"
            self.problems.append(Problem("journal", _shown(b"/".join(self.where)), told, _said(known), _said(must)))
        if sign > 0:
            self.standing[key] = fields

    def found(self, key: Key, fields: Fields) -> None:
        """Hold a row of the export against the one that stands; what differs is named field by field."""
        if hash(key[2]) % BUCKETS not in self.doubtful:
            return
        table, place = TABLES[key[0]], _shown(b"/".join(key[1:]))
        known = self.standing.pop(key, None)
        if known is None:
            self.problems.append(Problem(table, place, "row", "none", "a row"))
            return
        named = list(zip(FIELDS[key[0]], known, fields, strict=True))
        if key[0] == "baseline":
            must, is_now = _object(known[0]), _object(fields[0])
            named = [(name, _text(must.get(name)), _text(is_now.get(name))) for name in sorted({*must, *is_now})]
        self.problems += [Problem(table, place, name, _shown(e), _shown(f)) for name, e, f in named if e != f]

    def close(self) -> None:
        """Note every row that must stand and that the export did not have."""
        for (sort, *place), fields in self.standing.items():
            self.problems.append(Problem(TABLES[sort], _shown(b"/".join(place)), "row", _said(fields), "no row"))


def _said(fields: Fields | None) -> str:
    return "nothing" if fields is None else _shown(b" ".join(fields))


class Run:
    """Entries of one stream that hang together, and the perfect subtrees over them."""

    __slots__ = ("edge", "first", "hash", "last", "prev", "stream")

    def __init__(self, stream: bytes, first: int, prev: bytes) -> None:
        self.stream = stream
        self.first = first
        self.prev = prev  # empty where the first entry's payload cannot be believed
        self.last = first - 1
        self.hash = prev
        self.edge: Tree = []

    def add(self, payload: bytes, digest: bytes) -> None:
        """Add the next entry, and its leaf. Source: RFC 6962 2.1."""
        self.last += 1
        self.hash = digest
        grow(self.edge, 0, self.last - 1, hashlib.sha256(b"\x00" + payload).digest())


def grow(edge: Tree, level: int, place: int, node: bytes) -> None:
    """Add a perfect subtree at the right of a tree: with its left neighbour it is half of a larger one."""
    while place & 1 and edge and edge[-1][0] == level:
        node = hashlib.sha256(b"\x01" + edge.pop()[1] + node).digest()
        level, place = level + 1, place >> 1
    edge.append((level, node))


def root_of(edge: Tree) -> bytes:
    """The root over a tree's perfect subtrees."""
    if not edge:
        return hashlib.sha256(b"").digest()
    root = edge[-1][1]
    for _, left in edge[-2::-1]:
        root = hashlib.sha256(b"\x01" + left + root).digest()
    return root


class Part:
    """What the lines of one part of the file come to, and in their order what must be seen beside other parts:
    where lines of another sort begin, runs, rows, entries that say more, and problems."""

    def __init__(self, cuts: Cuts, sums: Sums) -> None:
        self.cuts = cuts  # sizes at which a root is asked for: no run goes on beyond
        self.sums = sums
        self.lines = 0
        self.counts: Counter[str] = Counter()
        self.events: list[tuple[int, str, Any]] = []
        self.run: Run | None = None
        self.sort = ""

    def read(self, block: bytes) -> None:
        """Take whole lines in their order."""
        begin = 0
        while begin < len(block):
            self.lines += 1
            shape = DOCUMENT_ENTRY.match(block, begin)
            told = told_by_shape(block, shape) if shape else None
            if shape and told:
                stream, number, digest, payload = shape.group(1, 2, 3, 4)
                self._entry(stream, number, digest, payload, told)
                begin = shape.end()
            else:
                end = block.find(b"\n", begin) + 1 or len(block)
                self._line(block[begin:end])
                begin = end

    def _line(self, line: bytes) -> None:
        shape = ENTRY.match(line)
        if shape and line.endswith(b"}\n"):
            payload = line[shape.end() : -2]
            stream, number, digest = shape.groups()
            self._entry(stream, number, digest, payload, told_by(payload))
        else:
            self._row(line)

    def _count(self, sort: str) -> None:
        self.counts[sort] += 1
        if sort != self.sort:
            self.sort = sort
            self.events.append((self.lines, "sort", sort))

    def _entry(self, stream: bytes, number: bytes, digest: bytes, payload: bytes, told: Told) -> None:
        self._count("entry")
        seq, run = int(number), self.run
        actual = hashlib.sha256(payload).hexdigest().encode()
        fault = _fault(stream, number, digest, actual, told)
        prev = b"" if fault else told.prev
        if run is None or run.stream != stream or run.last + 1 != seq or prev not in (run.hash, b""):
            run = self.run = Run(stream, seq, prev)
            self.events.append((self.lines, "run", run))
        if fault is not None:
            self.events.append((self.lines, "problem", Problem("journal", f"{_shown(stream)}/{seq}", *fault)))
        run.add(payload, digest)
        if seq in self.cuts.get(stream, ()):
            self.run = None
        self._replay(stream, number, told)

    def _replay(self, stream: bytes, number: bytes, told: Told) -> None:
        self.sums.where = stream, number
        self.sums.document(stream, told)
        for posting in told.postings:
            if not self.sums.posting(stream, posting):
                where = f"{_shown(stream)}/{_shown(number)}"
                self._note(Problem("journal", where, "entries", "a whole movement", _said(posting.fields)))
        if told.kind in TOLD_WHOLE:
            self.events.append((self.lines, "fact", (_shown(stream), _shown(number), told.body)))

    def _note(self, problem: Problem) -> None:
        self.events.append((self.lines, "problem", problem))

    def _row(self, line: bytes) -> None:
        if (shape := DOCUMENT_ROW.fullmatch(line)) is not None:
            stream, identity, *fields = shape.groups(b"")
            self._found("document", stream, identity, tuple(fields))
        elif (shape := POSTING_ROW.fullmatch(line)) is not None:
            stream, identity, *fields = shape.groups(b"")
            self._found("posting", stream, identity, tuple(fields))
        else:
            row = _object(line)
            sort = str(row.get("t"))
            if sort in ("document", "posting"):
                fields = [_text(row.get(name)) for name in FIELDS[sort]]
                self._found(sort, _text(row.get("stream")), _text(row.get("id")), tuple(fields))
            else:
                # An entry with its parts in another order cannot be read verbatim: it is out of place, too.
                self._count(sort if sort in ORDER and sort != "entry" else "no line of an export")
                self.events.append((self.lines, "row", row))

    def _found(self, sort: str, stream: bytes, identity: bytes, fields: Fields) -> None:
        self._count(sort)
        self.sums.found((sort, stream, identity), fields)


def _fault(stream: bytes, number: bytes, digest: bytes, actual: bytes, told: Told) -> tuple[str, object, object] | None:
    """What is wrong with an entry by itself: field, expected and found."""
    if digest == actual and told.body is None and told.seq == number and told.stream == stream and number != b"1":
        return None  # it had the shape of a document's
    if digest != actual:
        return "hash", _shown(digest), _shown(actual)
    if (told.stream, told.seq) != (stream, number):
        named = "seq" if told.stream == stream else "stream"
        return f"payload.{named}", _shown(getattr(Told(stream, number, b"", b""), named)), _shown(getattr(told, named))
    if not told.prev:
        return "payload.prev", "a hash", "none"
    body = told.body or {}
    if number == b"1":
        differing = (name for name, must in OPENING.items() if body.get(name) != must)
        if (name := next(differing, None)) is not None:
            return f"payload.{name}", OPENING[name], body.get(name)
    elif not told.kind or told.kind == OPENED:
        return "payload.kind", "what happened", _shown(told.kind)
    if body and not isinstance(body.get("at"), str):
        return "payload.at", "an instant", body.get("at")
    return None


def _after(body: Row) -> Row:
    after = body.get("after")
    return after if isinstance(after, dict) else {}


class Baselines:
    """Baselines of pilots and projects as the journal tells them: every version is a row that must stand.

    Before baselines were written, a designation told the first version in part: of these subjects the fields that
    are known are held against the rows one by one.
    """

    def __init__(self, sums: Sums) -> None:
        self.sums = sums
        self.latest: dict[Key, Row] = {}
        self.partial: dict[Key, dict[str, Row]] = {}  # by version
        self.problems: list[Problem] = []

    def fact(self, stream: str, body: Row) -> None:
        """Take over the first versions that a designation makes, or the fields that a report changed."""
        after, subject = _after(body), body.get("subject")
        subject = subject if isinstance(subject, dict) else {}
        if body.get("kind") == "baseline_changed":
            self._add(stream, {"subject": subject.get("type"), "id": subject.get("id"), **after})
        elif "baselines" in after:
            for one in _rows(after["baselines"]):
                self._add(stream, one)
        else:
            units = [{"id": subject.get("id"), "unit_name": after.get("name"), "uscc": after.get("uscc")}]
            for sort, told in (("pilot", units), ("project", _rows(after.get("projects")))):
                for one in told:
                    self.partial[_subject(stream, {"subject": sort, **one})] = {}
                    values = {_NAMED.get(name, name): value for name, value in one.items() if name != "id"}
                    self._add(stream, {"subject": sort, "id": one.get("id"), "version": "1", "values": values})

    def _add(self, stream: str, one: Row) -> None:
        place, values = _subject(stream, one), one.get("values")
        known = self.latest[place] = self.latest.get(place, {}) | (values if isinstance(values, dict) else {})
        if place in self.partial:
            self.partial[place][str(one.get("version"))] = known
        else:
            self.sums.row(1, _version(place, one), _values(known))

    def found(self, row: Row) -> None:
        """Hold an exported version, or a pilot or project as it is now, against the journal."""
        place, version = _subject(str(row.get("stream")), row), str(row.get("version"))
        values = row["values"] if isinstance(row.get("values"), dict) else {}
        if row.get("t") == "subject":
            self._compare(str(row.get("subject")), place, self.latest.get(place), values)
        elif place in self.partial:
            self._compare("baseline_version", _version(place, row), self.partial[place].pop(version, None), values)
        else:
            self.sums.found(_version(place, row), _values(values))

    def _compare(self, table: str, place: Key, known: Row | None, values: Row) -> None:
        where = _shown(b"/".join(place[1:]))
        if known is None:
            self.problems.append(Problem(table, where, "row", "none", "a row"))
        for name in sorted({*(known or {})} & {*values}):
            if (must := (known or {})[name]) != values[name]:
                self.problems.append(Problem(table, where, name, must, values[name]))

    def close(self) -> None:
        """Note the versions of partly known baselines that the export did not have."""
        for place, versions in self.partial.items():
            where = _shown(b"/".join(place[1:]))
            self.problems += [Problem("baseline_version", f"{where}/{v}", "row", "a row", "no row") for v in versions]


_NAMED = {"investment_fen": "investment"}


def _rows(told: object) -> list[Row]:
    return [one for one in told if isinstance(one, dict)] if isinstance(told, list) else []


def _subject(stream: str, one: Row) -> Key:
    return "baseline", _text(stream), b"/".join(_text(one.get(name)) for name in ("subject", "id"))


def _version(place: Key, one: Row) -> Key:
    return *place[:2], place[2] + b"/" + _text(one.get("version"))


def _values(values: Row) -> Fields:
    return (_text(json.dumps(values, ensure_ascii=False, sort_keys=True)),)


# Signed notes: the keys that they need, and what they say. Formats: C2SP signed-note and tlog-checkpoint.


class VerifierKey(NamedTuple):
    """A public key by the name that it signs under."""

    name: str
    id: bytes
    public: bytes

    def holds(self, signature: bytes, text: str) -> bool:
        """Whether the Ed25519 signature is of this text."""
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text.encode())
        except InvalidSignature:
            return False
        return True


class Checkpoint(NamedTuple):
    """What someone keeps of a stream, and where it is from; `root` and `time` may be unknown (empty)."""

    source: str
    stream: str
    size: int
    root: str
    hash: str
    time: str = ""


def verifier_key(text: str) -> VerifierKey:
    """A verifier key: `NAME+ID+BASE64`. Raises ValueError."""
    try:
        name, identity, encoded = text.strip().split("+", 2)
        public = base64.b64decode(encoded, validate=True)
    except ValueError:
        raise ValueError(f"{text.strip()} is not a verifier key") from None
    known = hashlib.sha256(name.encode() + b"\n" + public).digest()[:4]
    if public[:1] != b"\x01" or len(public) != 33 or known.hex() != identity:
        raise ValueError(f"{text.strip()} is not an Ed25519 verifier key")
    return VerifierKey(name, known, public[1:])


def signed_text(note: str, keys: Sequence[VerifierKey]) -> str:
    """The text of a note that one of `keys` has signed; of any note where there are none.

    Raises:
        ValueError: none of them has, or a line in the name of one does not hold.
    """
    text, gap, lines = note.rpartition("\n\n")
    text += "\n"
    found = [_signature(line) for line in lines.splitlines()]
    if not gap or not found:
        raise ValueError("a text without a signature")
    own = [(key, line) for key in keys for line in found if line[:2] == (key.name, key.id)]
    if keys and not (own and all(key.holds(signature, text) for key, (_, _, signature) in own)):
        raise ValueError("a signature that does not hold" if own else f"no signature of {keys[0].name}")
    return text


def _signature(line: str) -> tuple[str, bytes, bytes]:
    dash, name, encoded = [*line.split(" "), "", ""][:3]
    try:
        signature = base64.b64decode(encoded, validate=True)
    except ValueError:
        signature = b""
    if dash != "—" or len(signature) < 5:
        raise ValueError("a signature line that cannot be read")
    return name, signature[:4], signature[4:]


def checkpoint_of(source: str, note: str, keys: Sequence[VerifierKey]) -> Checkpoint:
    """The checkpoint that a signed note is. Raises ValueError: it is forged, or is none."""
    origin, *lines = signed_text(note, keys).split("\n")
    log, _, stream = origin.rpartition("/")
    if keys and log not in {key.name for key in keys}:
        raise ValueError(f"a checkpoint of the log {log}")
    told = dict(line.split(" ", 1) for line in lines[2:] if " " in line)
    try:
        root = base64.b64decode(lines[1], validate=True).hex()
        return Checkpoint(source, stream, int(lines[0]), root, told["head"], told["time"])
    except (IndexError, KeyError, ValueError):
        raise ValueError("no checkpoint") from None


class Gap(NamedTuple):
    """A signed word of the operator: the log goes on from here without what was signed up to an instant."""

    stream: str
    kept: str
    signed: str


def gap_of(note: str, keys: Sequence[VerifierKey]) -> Gap:
    """The gap that a signed note tells of. Raises ValueError."""
    origin, *lines = signed_text(note, keys).split("\n")
    told = dict(line.split(" ", 1) for line in lines if " " in line)
    if not origin.endswith("/gap") or not {"kept", "signed"} <= set(told):
        raise ValueError("no gap")
    return Gap(origin.removesuffix("/gap").rpartition("/")[2], told["kept"], told["signed"])


class Stream:
    """A stream as far as it was read: its head and the right edge of its tree."""

    def __init__(self) -> None:
        self.size = 0
        self.hash = GENESIS
        self.edge: Tree = []

    def join(self, run: Run) -> tuple[str, object, object] | None:
        """Go on with a run; what does not fit: field, expected and found."""
        expected = self.size + 1, self.hash
        for level, node in run.edge:
            grow(self.edge, level, self.size >> level, node)
            self.size += 1 << level
        self.size, self.hash = run.last, _shown(run.hash)
        if run.first != expected[0]:
            return "seq", expected[0], run.first
        fits = run.prev in (b"", expected[1].encode())
        return None if fits else ("payload.prev", expected[1], _shown(run.prev))

    def head(self) -> Row:
        """Size, hash and root: a checkpoint."""
        return {"size": self.size, "hash": self.hash, "root": root_of(self.edge).hex()}


class Verifier:
    """One pass over an export; `problems` says what does not hold."""

    def __init__(self, keys: Sequence[VerifierKey]) -> None:
        self.keys = keys
        self.outside: list[Checkpoint] = []
        self.checkpoints: dict[tuple[str, int], list[Checkpoint]] = {}
        self.contradicted: list[tuple[Checkpoint, Problem]] = []
        self.gaps: list[Gap] = []
        self.problems: list[Problem] = []
        self.streams: dict[str, Stream] = {}
        self.sums = Sums()
        self.baselines = Baselines(self.sums)
        self.positions: Counter[tuple[str, str, str]] | None = None
        self.counts: Counter[str] = Counter()
        self.lines = self.reached = 0
        # A fund line is shared by all tenants: one tenant's own export cannot give its sum.
        self.skipped = ""

    def verify(self, path: Path, jobs: int) -> None:
        """Read the file, and again where a row does not stand as the journal says."""
        with path.open("rb") as file:
            begin = self._opening(file)
        for checkpoint in self.outside:
            self.checkpoints.setdefault(checkpoint[1:3], []).append(checkpoint)
        with _parts(path, begin, self._cuts(), jobs) as parts:
            for part in parts:
                self._take(part)
        self._close()
        self.problems += self.baselines.problems
        doubtful = frozenset(place for place, rest in enumerate(self.sums.rows) if rest)
        if doubtful:
            self._name_rows(path, begin, doubtful)
        self.problems.sort(key=lambda problem: RANKS.get(problem.table, len(RANKS)))

    def _opening(self, file: io.BufferedReader) -> int:
        """Take the first line and the checkpoints after it; where the rest begins."""
        begin = len(line := file.readline())
        header = _object(line)
        named, streams = (header.get("format"), header.get("version")), header.get("streams")
        if named == FORMAT and isinstance(streams, list):
            self.streams = {str(stream): Stream() for stream in streams}
            self.skipped = "fund_line" if len(streams) == 1 else ""
        else:
            self._note("file", "line 1", "format", FORMAT, named)
        self.lines = 1
        for line in file:
            row = _object(line)
            if row.get("t") != "checkpoint":
                break
            begin += len(line)
            self.lines += 1
            self.counts["checkpoint"] += 1
            place = f"{row.get('stream')}/{row.get('size')}"
            kept = self.keep(place, str(row.get("note")))
            if kept is not None and f"{kept.stream}/{kept.size}" != place:
                self._note("checkpoint", place, "size", f"{kept.stream}/{kept.size}", place)
        return begin

    def keep(self, source: str, note: str) -> Checkpoint | None:
        """Take over a signed checkpoint; None, and a problem, where it is forged."""
        try:
            kept = checkpoint_of(source, note, self.keys)
        except ValueError as fault:
            self._note("checkpoint", source, "note", "a signed checkpoint", fault)
            return None
        self.outside.append(kept)
        return kept

    def _cuts(self) -> Cuts:
        sizes: dict[bytes, set[int]] = {}
        for stream, size in self.checkpoints:
            sizes.setdefault(_text(stream), set()).add(size)
        return {stream: frozenset(found) for stream, found in sizes.items()}

    def _take(self, part: Part) -> None:
        self.counts.update(part.counts)
        self.sums.add(part.sums)
        for line, what, value in part.events:
            if what == "run":
                self._join(value)
            elif what == "problem":
                self.problems.append(value)
            elif what == "fact":
                self._fact(*value)
            elif what == "sort":
                self._sort(f"line {self.lines + line}", value)
            else:
                self._row(f"line {self.lines + line}", value)
        self.lines += part.lines

    def _join(self, run: Run) -> None:
        name = _shown(run.stream)
        if name not in self.streams:
            self._note("journal", f"{name}/{run.first}", "stream", ", ".join(self.streams), name)
        stream = self.streams.setdefault(name, Stream())
        place = f"{name}/{stream.size + 1}"
        if (fault := stream.join(run)) is not None:
            self._note("journal", place, *fault)
        for kept in self.checkpoints.get((name, stream.size), ()):
            self._compare(kept, stream.head())

    def _compare(self, kept: Checkpoint, head: Row) -> None:
        for field, expected in (("hash", kept.hash), ("root", kept.root)):
            if expected not in ("", head[field]):
                problem = Problem("checkpoint", f"{kept.stream}/{kept.size}", field, expected, head[field])
                self.contradicted.append((kept, problem))
                return

    def _fact(self, stream: str, number: str, body: Row) -> None:
        if body.get("kind") != "gap_recorded":
            self.baselines.fact(stream, body)
        elif self.keys:
            # A gap is of one place: the same words signed for another one excuse nothing.
            must = stream, f"{int(number) - 1} {body.get('prev')}"
            try:
                gap = gap_of(str(_after(body).get("note")), self.keys)
                if (gap.stream, gap.kept) != must:
                    raise ValueError(f"the gap of {gap.stream} after {gap.kept}")
                self.gaps.append(gap)
            except ValueError as fault:
                self._note("journal", f"{stream}/{number}", "after.note", "a signed gap, here", fault)

    def _sort(self, place: str, sort: str) -> None:
        if ORDER.get(sort, -1) < self.reached or self.reached == ORDER["end"]:
            self._note("file", place, "t", "a line in its place", sort)
        self.reached = max(self.reached, ORDER.get(sort, 0))

    def _row(self, place: str, row: Row) -> None:
        sort = row.get("t")
        if sort == "position" and row.get("level") != self.skipped:
            self._position(row)
        elif sort in ("baseline", "subject"):
            self.baselines.found(row)
        elif sort == "end":
            for name, counted in COUNTED.items():
                if row.get(name) != self.counts[counted]:
                    self._note("file", place, name, row.get(name), self.counts[counted])

    def _position(self, row: Row) -> None:
        """Hold one exported position against the journal."""
        if self.positions is None:
            self.positions = self.sums.columns()
        level, identity = str(row.get("level")), str(row.get("id"))
        stream = "" if level == "fund_line" else str(row.get("stream"))
        place = f"{row.get('stream')}/{identity}"
        columns = [name for name in COLUMNS if name.startswith(f"{level}.")]
        if not columns:
            self._note("position", place, "level", "a known level", level)
        for name in columns:
            expected, field = self.positions.pop((name, stream, identity), 0), name.split(".")[1]
            if row.get(field) != str(expected):
                self._note(f"{level}_position", place, field, expected, row.get(field))

    def _close(self) -> None:
        for name in [name for name, stream in self.streams.items() if stream.size == 0]:
            self._note("journal", f"{name}/1", "stream", "its first entry", "none")
        known = {stream for stream, _ in self.checkpoints}
        asked = known & set(self.streams) if self.skipped else known
        for stream, size in sorted(self.checkpoints):
            found = self.streams.get(stream, Stream()).size
            if stream in (asked or known) and found < size:
                problem = Problem("checkpoint", f"{stream}/{size}", "size", f">= {size}", found)
                self.contradicted += [(kept, problem) for kept in self.checkpoints[stream, size]]
        for kept, problem in self.contradicted:
            if not any(gap.stream == kept.stream and kept.time and gap.signed >= kept.time for gap in self.gaps):
                self.problems.append(problem)
        if not self.counts["end"]:
            self._note("file", "last line", "t", "end", "a file that was cut off")
            return
        self.baselines.close()
        left = self.sums.columns() if self.positions is None else self.positions
        for (column, stream, identity), fen in left.items():
            level, field = column.split(".")
            if level != self.skipped:
                self._note(f"{level}_position", f"{stream}/{identity}", field, fen, "no row")

    def _name_rows(self, path: Path, begin: int, doubtful: frozenset[int]) -> None:
        rows, before = Rows(doubtful), len(self.problems)
        baselines = Baselines(rows)
        with _parts(path, begin, {}, 1, rows) as parts:
            for part in parts:
                for _, what, value in part.events:
                    if what == "fact":
                        baselines.fact(value[0], value[2])
                    elif what == "row" and value.get("t") == "baseline":
                        baselines.found(value)
        if self.counts["end"]:
            rows.close()
        self.problems += rows.problems
        if len(self.problems) == before:
            self._note("file", "rows", "sums", "rows as the journal says", "others")

    def _note(self, table: str, row: str, field: str, expected: object, found: object) -> None:
        self.problems.append(Problem(table, row, field, expected, found))

    def result(self, read: bool) -> Row:
        """The outcome as plain JSON; where an export was `read`, its `streams` are a checkpoint."""
        found = {
            "ok": not self.problems,
            "signatures_checked": bool(self.keys),
            "problems": [{name: _shown(value) for name, value in one._asdict().items()} for one in self.problems],
        }
        if not read:
            return found
        return {
            **found,
            **{field: self.counts[name] for field, name in COUNTED.items()},
            "fund_lines_compared": not self.skipped,
            "gaps": [gap._asdict() for gap in self.gaps],
            "streams": {name: stream.head() for name, stream in self.streams.items()},
        }


# Parts are read side by side where the system can fork: hashes of rows are then the same in every process.


def _part(path: Path, first: int, cuts: Cuts, sums: Sums, begin: int) -> Part:
    """The part of the file whose lines begin in `PART` bytes from `begin`; those before `first` are not asked for."""
    part = Part(cuts, sums)
    with path.open("rb") as file:
        file.seek(max(begin - 1, first))
        if begin > first:
            file.readline()
        left = begin + PART - file.tell()
        if left > 0:
            lines = file.read(left)
            part.read(lines if lines.endswith(b"\n") else lines + file.readline())
    part.cuts = {}
    return part


@contextmanager
def _parts(path: Path, first: int, cuts: Cuts, jobs: int, sums: Sums | None = None) -> Iterator[Iterator[Part]]:
    """The parts in their order; with `sums` all of them count there, one after another."""
    begins = range(first, path.stat().st_size, PART)
    if sums is not None or min(jobs, len(begins)) < 2 or "fork" not in multiprocessing.get_all_start_methods():
        yield (_part(path, first, cuts, Sums() if sums is None else sums, begin) for begin in begins)
        return
    with multiprocessing.get_context("fork").Pool(min(jobs, len(begins))) as pool:
        yield pool.imap(partial(_part, path, first, cuts, Sums()), begins)


def verify_proof(proof: Row, keys: Sequence[VerifierKey]) -> tuple[Checkpoint, list[Problem]]:
    """Whether an entry is in the log that a signed checkpoint speaks of: the checkpoint, and what does not hold.

    Raises:
        ValueError: the proof's checkpoint is forged, or is none.
    """
    kept = checkpoint_of("proof", str(proof.get("checkpoint")), keys)
    payload, seq, path = _text(proof.get("payload")), proof.get("seq"), proof.get("path")
    told, place = _object(payload), f"{kept.stream}/{seq}"
    leaf = hashlib.sha256(b"\x00" + payload).hexdigest()
    size = proof.get("size")
    compared = [
        ("stream", kept.stream, proof.get("stream")),
        ("size", kept.size, size),
        ("payload.stream", proof.get("stream"), told.get("stream")),
        ("payload.seq", str(seq), told.get("seq")),
        ("hash", proof.get("hash"), hashlib.sha256(payload).hexdigest()),
        ("leaf", proof.get("leaf"), leaf),
    ]
    try:
        root = _root_by_path(bytes.fromhex(leaf), int(str(seq)) - 1, kept.size, [bytes.fromhex(h) for h in path or ()])
        compared.append(("path", kept.root, root.hex()))
    except (TypeError, ValueError) as fault:
        compared.append(("path", "a path from the entry to the root", fault))
    return kept, [Problem("proof", place, name, must, found) for name, must, found in compared if must != found]


def _root_by_path(leaf: bytes, place: int, size: int, path: Sequence[bytes]) -> bytes:
    """The root that an audit path leads to. Source: RFC 6962 2.1.1, RFC 9162 2.1.3.2. Raises ValueError."""
    last, node = size - 1, leaf
    if not 0 <= place <= last:
        raise ValueError(f"no entry {place + 1} among {size}")
    for beside in path:
        if last == 0:
            raise ValueError("a path that is too long")
        if place & 1 or place == last:
            node = hashlib.sha256(b"\x01" + beside + node).digest()
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            node = hashlib.sha256(b"\x01" + node + beside).digest()
        place, last = place >> 1, last >> 1
    if last:
        raise ValueError("a path that is too short")
    return node


# The call.


def _text_of(result: Row) -> str:
    lines = ["{table} {row} {field}: expected {expected}, found {found}".format(**one) for one in result["problems"]]
    verdict = "holds" if result["ok"] else f"DOES NOT HOLD: {len(lines)} problems"
    if "proof" in result:
        lines.append("entry {seq} of {stream} is among the {size} that were signed at {time}".format(**result["proof"]))
    if "streams" not in result:
        return "\n".join([*lines, f"the proof {verdict}\n"])
    counts = ", ".join(f"{result[field]} {field}" for field in COUNTED)
    scope = "all compared" if result["fund_lines_compared"] else "not compared (one stream)"
    signed = "checked" if result["signatures_checked"] else "not checked (no key)"
    return "\n".join([*lines, f"{counts}, fund lines {scope}, signatures {signed}: the journal {verdict}\n"])


def _shown(value: object) -> str:
    # A terminal must not obey what a forged export has in its values.
    text = value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else str(value)
    return (text if text.isascii() and text.isprintable() else ascii(text))[:200]


def _keys(given: str) -> list[VerifierKey]:
    path = Path(given)
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else [given]
    return [verifier_key(line) for line in lines if line.strip()]


def _kept_in(path: Path, verifier: Verifier) -> None:
    """Take over what a file keeps: a signed note, or the heads that `--json` printed. Raises ValueError."""
    text = path.read_text(encoding="utf-8")
    if not text.lstrip().startswith(("{", "[")):
        if not verifier.keys:
            raise ValueError(f"{path} is signed: its --key is needed")
        verifier.keep(path.name, text)
        return
    try:
        streams = _object(text)["streams"].items()
        heads = [(code, int(one["size"]), str(one.get("root", "")), str(one["hash"])) for code, one in streams]
    except (KeyError, TypeError, AttributeError, ValueError):
        heads = []
    if not heads:
        raise ValueError(f"{path} is not a checkpoint")
    verifier.outside += [Checkpoint(path.name, *head) for head in heads]


def _read_proof(path: Path, verifier: Verifier) -> Row:
    """Check an inclusion proof; its checkpoint is held against the export, too. What it shows, in words."""
    proof = _object(path.read_bytes())
    if not verifier.keys or proof.get("format") != "grant-ledger-proof":
        raise ValueError(f"{path} is not a proof" if verifier.keys else "a proof needs the --key of its signer")
    try:
        kept, problems = verify_proof(proof, verifier.keys)
    except ValueError as fault:
        verifier.problems.append(Problem("proof", path.name, "checkpoint", "a signed checkpoint", fault))
        return {}
    verifier.outside.append(kept)
    verifier.problems += problems
    return {"proof": {"stream": kept.stream, "seq": proof.get("seq"), "size": kept.size, "time": kept.time}}


def main() -> int:
    """Verify what the call names and print what was found; the exit code."""
    parser = argparse.ArgumentParser(description="Verify an exported journal, or one entry's proof.")
    parser.add_argument("file", type=Path, nargs="?", help="an export")
    parser.add_argument("--checkpoint", type=Path, nargs="+", action="extend", default=[], help="kept elsewhere")
    parser.add_argument("--key", action="append", default=[], help="a verifier key, or a file of them")
    parser.add_argument("--proof", type=Path, help="an inclusion proof")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes")
    options = parser.parse_args()
    if options.file is None and options.proof is None:
        parser.error("an export or a --proof is needed")
    try:
        verifier = Verifier([key for given in options.key for key in _keys(given)])
        for path in options.checkpoint:
            _kept_in(path, verifier)
        proved = _read_proof(options.proof, verifier) if options.proof else {}
        if options.file is not None:
            verifier.verify(options.file, options.jobs)
    except (OSError, ValueError, RecursionError, ImportError) as error:
        parser.exit(2, f"verify_journal: {_shown(error)}\n")
    result = proved | verifier.result(read=options.file is not None)
    sys.stdout.write(json.dumps(result) + "\n" if options.json else _text_of(result))
    return 0 if result["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())
