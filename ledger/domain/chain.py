"""The arithmetic of the journal: canonical text, hashes, links and the first broken one."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

Json: TypeAlias = "bool | int | str | Sequence[Json] | Mapping[str, Json] | None"

GENESIS = "0" * 64
FIRST_KIND = "stream_opened"
ALGORITHMS: Mapping[str, str] = {"hash": "sha-256", "canonical": "rfc8785"}
"""What a stream's first entry says in `after`: how its hashes are made."""
LARGEST_INTEGER = 2**53 - 1
"""Beyond it, readers that hold numbers as doubles no longer agree on the digits."""

_SURROGATE = re.compile("[\ud800-\udfff]")
_ENCODE = json.JSONEncoder(ensure_ascii=False).encode
_ENCODE_PLAIN = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
_ANY_HASH = "0123456789abcdef" * 4
_LINK_FIELDS = ("stream", "seq", "prev", "at")


@dataclass(frozen=True)
class Link:
    """One stored entry of a stream; `payload` is the verbatim text that `hash` covers."""

    stream: str
    seq: int
    hash: str
    payload: str


@dataclass(frozen=True)
class Break:
    """The first entry that does not hold; `seq` is the number at which the chain stops."""

    seq: int
    reason: str
    expected: str
    found: str


def canonical(value: Json) -> str:
    """The RFC 8785 text of `value`: sorted keys, no spaces, least escaping.

    Raises:
        TypeError: a float, a key that is no text, or any type that JSON does not have.
        ValueError: an integer of 2**53 or more, or a lone surrogate.
    """
    if _is_plain(value):
        text = _ENCODE_PLAIN(value)
        if text.isascii() or not _SURROGATE.search(text):
            return text
    parts: list[str] = []
    _write(value, parts)
    return "".join(parts)


def entry_hash(payload: str) -> str:
    """SHA-256 of the payload's UTF-8 bytes, as 64 hex digits."""
    return hashlib.sha256(payload.encode("utf-8")).hexdigest()


def link(stream: str, seq: int, prev_hash: str, recorded_at: str, body: Mapping[str, Json]) -> Link:
    """Seal `body` as entry `seq` after the entry whose hash is `prev_hash`.

    Entry 1, and it alone, follows `GENESIS` and is of the kind `FIRST_KIND`.
    `recorded_at` is an ISO instant in UTC.

    Raises:
        ValueError: the body sets a field of the link, or is out of place in the stream.
    """
    taken = [name for name in _LINK_FIELDS if name in body]
    if taken:
        raise ValueError(f"the body may not set {', '.join(taken)}")
    if seq < 1 or (seq == 1) != (prev_hash == GENESIS):
        raise ValueError("entry 1, and it alone, follows the genesis hash")
    if (seq == 1) != (body.get("kind") == FIRST_KIND):
        raise ValueError(f"entry 1, and it alone, is of the kind {FIRST_KIND}")
    position = {"stream": stream, "seq": str(seq), "prev": prev_hash, "at": recorded_at}
    payload = canonical({**body, **position})
    return Link(stream, seq, entry_hash(payload), payload)


def around_link(stream: str, recorded_at: str, body: Mapping[str, Json]) -> tuple[str, str, str]:
    """What a payload has before its `prev`, between that and its `seq`, and after: the whole but for its place.

    With a place put in it is the payload that `link` makes.
    """
    sealed = link(stream, 2, _ANY_HASH, recorded_at, body).payload
    before, after = sealed.split(f'"prev":"{_ANY_HASH}","seq":"2"')
    return f'{before}"prev":"', '","seq":"', f'"{after}'


def first_break(links: Iterable[Link], stream: str, after: int = 0, previous: str = GENESIS) -> Break | None:
    """The first entry of `stream` that does not hold, or None.

    `links` are all entries of one stream in sequence order, or those that follow entry `after`
    with the hash `previous`; they are read once, one at a time.
    A tail that was cut off leaves a whole chain: only a checkpoint shows it.
    """
    for seq, entry in enumerate(links, start=after + 1):
        found = _break_of(entry, stream, seq, previous)
        if found is not None:
            return found
        previous = entry.hash
    return None


def commitment(salt: bytes, value: str) -> str:
    """SHA-256 over salt and value, each after its length in eight bytes, as hex digits.

    The lengths keep two different pairs of salt and value from giving the same bytes.
    """
    text = value.encode("utf-8")
    parts = (len(salt).to_bytes(8, "big"), salt, len(text).to_bytes(8, "big"), text)
    return hashlib.sha256(b"".join(parts)).hexdigest()


def _is_plain(value: Json) -> bool:
    """Whether the standard encoder writes the same text: no numbers, and keys of ASCII, which sort alike everywhere."""
    kind = type(value)
    if kind is str or value is None or kind is bool:
        return True
    if isinstance(value, dict):
        # A loop: this is asked of every value of every entry.
        for key, one in value.items():
            if type(one) is not str and not _is_plain(one):
                return False
            if type(key) is not str or not key.isascii():
                return False
        return kind is dict
    return isinstance(value, list | tuple) and all(map(_is_plain, value))


def _write(value: Json, parts: list[str]) -> None:
    if value is None or isinstance(value, bool):
        parts.append({None: "null", True: "true", False: "false"}[value])
    elif isinstance(value, str):
        parts.append(_text(value))
    elif isinstance(value, int):
        if abs(value) > LARGEST_INTEGER:
            raise ValueError("an integer of 2**53 or more is not exact for every reader")
        parts.append(str(int(value)))
    elif isinstance(value, Mapping):
        _write_object(value, parts)
    elif isinstance(value, list | tuple):
        _write_array(value, parts)
    else:
        raise TypeError(f"{type(value).__name__} has no canonical form in the journal")


def _write_object(value: Mapping[str, Json], parts: list[str]) -> None:
    if not all(isinstance(key, str) for key in value):
        raise TypeError("a key in the journal is text")
    parts.append("{")
    for place, key in enumerate(sorted(value, key=_code_units)):
        parts.append("," if place else "")
        parts.append(f"{_text(key)}:")
        _write(value[key], parts)
    parts.append("}")


def _write_array(value: Sequence[Json], parts: list[str]) -> None:
    parts.append("[")
    for place, item in enumerate(value):
        parts.append("," if place else "")
        _write(item, parts)
    parts.append("]")


def _code_units(key: str) -> bytes:
    # RFC 8785 sorts as UTF-16 does: 😀 (a pair from D800 up) comes before U+FB33.
    return key.encode("utf-16-be", "surrogatepass")


def _text(value: str) -> str:
    if _SURROGATE.search(value):
        raise ValueError("a lone surrogate has no UTF-8 form")
    return _ENCODE(value)


def _break_of(entry: Link, stream: str, seq: int, previous: str) -> Break | None:
    if entry.stream != stream:
        return Break(seq, "stream", stream, entry.stream)
    if entry.seq != seq:
        return Break(seq, "sequence", str(seq), str(entry.seq))
    actual = _hash_or_empty(entry.payload)
    if actual != entry.hash:
        return Break(seq, "hash", entry.hash, actual or "not UTF-8")
    body = _object(entry.payload)
    if body is None:
        return Break(seq, "payload", "a JSON object", entry.payload[:80])
    fields: dict[str, object] = {"stream": stream, "seq": str(seq), "prev": previous}
    if seq == 1:
        fields |= {"kind": FIRST_KIND, "after": ALGORITHMS}
    for name, expected in fields.items():
        if body.get(name) != expected:
            return Break(seq, name, str(expected), str(body.get(name)))
    if not isinstance(body.get("at"), str):
        return Break(seq, "at", "an instant", str(body.get("at")))
    return None


def _hash_or_empty(payload: str) -> str:
    try:
        return entry_hash(payload)
    except UnicodeEncodeError:
        return ""


def _object(payload: str) -> dict[str, object] | None:
    try:
        body: object = json.loads(payload)
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None
