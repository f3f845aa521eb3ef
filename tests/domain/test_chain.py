"""The journal's arithmetic: canonical text, links, the first broken one, commitments."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

import pytest

from ledger.domain.chain import (
    ALGORITHMS,
    FIRST_KIND,
    GENESIS,
    LARGEST_INTEGER,
    Json,
    Link,
    around_link,
    canonical,
    commitment,
    entry_hash,
    first_break,
    link,
)

AT = "2026-03-02T01:00:00Z"


def stream_of(length: int, stream: str = "220100") -> list[Link]:
    links = [link(stream, 1, GENESIS, AT, {"kind": FIRST_KIND, "after": dict(ALGORITHMS)})]
    for seq in range(2, length + 1):
        links.append(link(stream, seq, links[-1].hash, AT, {"kind": "disbursement_approved", "after": {"n": str(seq)}}))
    return links


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (False, "false"),
        (0, "0"),
        (-7, "-7"),
        (LARGEST_INTEGER, "9007199254740991"),
        ("试点", '"试点"'),
        ([], "[]"),
        ((), "[]"),
        ({}, "{}"),
        ([1, "a", None, [True]], '[1,"a",null,[true]]'),
        ({"b": 1, "a": {"d": 2, "c": 3}}, '{"a":{"c":3,"d":2},"b":1}'),
        ('€$\u000f\nA\'B"\\\\"/', '"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"'),
        ("\b\t\f\r\x00\x1f\x7f\u2028", '"\\b\\t\\f\\r\\u0000\\u001f\x7f\u2028"'),
    ],
)
def test_a_value_has_one_canonical_text(value: Json, text: str) -> None:
    assert canonical(value) == text


def test_keys_are_sorted_by_utf16_code_units_as_in_the_example_of_rfc_8785() -> None:
    keys = ["\r", "1", "\x80", "ö", "€", "\U0001f600", "\ufb33"]
    text = canonical(dict.fromkeys(reversed(keys), 0))
    assert [text.index(canonical(key) + ":") for key in keys] == sorted(
        text.index(canonical(key) + ":") for key in keys
    )


@pytest.mark.parametrize("value", [1.0, float("nan"), b"x", {1, 2}, object(), {1: "a"}, [{"a": 0.5}]])
def test_what_json_does_not_have_is_refused(value: Any) -> None:
    with pytest.raises(TypeError):
        canonical(value)


@pytest.mark.parametrize("value", [LARGEST_INTEGER + 1, -LARGEST_INTEGER - 1, "\ud800", {"\udfff": 1}, ["a\udc00b"]])
def test_what_readers_would_not_agree_on_is_refused(value: Json) -> None:
    with pytest.raises(ValueError, match=r"surrogate|2\*\*53"):
        canonical(value)


def test_the_hash_is_of_the_utf8_bytes() -> None:
    assert entry_hash("试点") == hashlib.sha256("试点".encode()).hexdigest()


def test_a_link_holds_its_place_inside_the_payload() -> None:
    first, second = stream_of(2)
    assert first.payload == (
        '{"after":{"canonical":"rfc8785","hash":"sha-256"},"at":"2026-03-02T01:00:00Z","kind":"stream_opened",'
        f'"prev":"{GENESIS}","seq":"1","stream":"220100"}}'
    )
    assert f'"prev":"{first.hash}","seq":"2"' in second.payload
    assert second.hash == entry_hash(second.payload)


@pytest.mark.parametrize("name", ["stream", "seq", "prev", "at"])
def test_a_body_may_not_set_a_field_of_the_link(name: str) -> None:
    with pytest.raises(ValueError, match=name):
        link("220100", 1, GENESIS, AT, {"kind": FIRST_KIND, name: "x"})


@pytest.mark.parametrize(
    ("seq", "prev", "kind"),
    [
        (0, GENESIS, FIRST_KIND),
        (1, "a" * 64, FIRST_KIND),
        (2, GENESIS, "award_approved"),
        (1, GENESIS, "award_approved"),
        (2, "a" * 64, FIRST_KIND),
    ],
)
def test_a_stream_opens_once_and_at_its_start(seq: int, prev: str, kind: str) -> None:
    with pytest.raises(ValueError, match="alone"):
        link("220100", seq, prev, AT, {"kind": kind})


@pytest.mark.parametrize("length", [1, 2, 5])
def test_a_whole_stream_has_no_break(length: int) -> None:
    assert first_break(iter(stream_of(length)), "220100") is None


def test_an_empty_stream_has_no_break() -> None:
    assert first_break([], "220100") is None


@pytest.mark.parametrize("seq", range(1, 6))
def test_one_changed_character_of_any_entry_is_found(seq: int) -> None:
    links = stream_of(5)
    bad = links[seq - 1]
    links[seq - 1] = replace(bad, payload=bad.payload.replace("kind", "kimd"))
    found = first_break(links, "220100")
    assert found is not None
    assert (found.seq, found.reason, found.expected) == (seq, "hash", bad.hash)


def test_a_changed_entry_with_its_hash_made_anew_breaks_the_next_link() -> None:
    links = stream_of(5)
    forged = links[2].payload.replace('"n":"3"', '"n":"9"')
    links[2] = replace(links[2], payload=forged, hash=entry_hash(forged))
    found = first_break(links, "220100")
    assert found is not None
    assert (found.seq, found.reason, found.expected) == (4, "prev", links[2].hash)


def test_a_deleted_entry_is_found() -> None:
    links = stream_of(5)
    del links[2]
    found = first_break(links, "220100")
    assert found is not None
    assert (found.seq, found.reason, found.expected, found.found) == (3, "sequence", "3", "4")


def test_a_missing_first_entry_is_found() -> None:
    found = first_break(stream_of(3)[1:], "220100")
    assert found is not None
    assert (found.seq, found.reason) == (1, "sequence")


def test_two_swapped_entries_are_found_even_with_their_numbers_changed() -> None:
    links = stream_of(5)
    links[1], links[2] = replace(links[2], seq=2), replace(links[1], seq=3)
    found = first_break(links, "220100")
    assert found is not None
    assert (found.seq, found.reason, found.found) == (2, "seq", "3")


def test_entries_of_another_stream_are_found() -> None:
    other = stream_of(3, "220200")
    found = first_break(other, "220100")
    assert found is not None
    assert (found.seq, found.reason) == (1, "stream")
    moved = [replace(entry, stream="220100") for entry in other]
    found = first_break(moved, "220100")
    assert found is not None
    assert (found.seq, found.reason, found.found) == (1, "stream", "220200")


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        ("not json", "payload"),
        ("[]", "payload"),
        ("[" * 100_000, "payload"),
        (canonical({"stream": "220100", "seq": "1", "prev": GENESIS, "kind": "award_approved", "at": AT}), "kind"),
        (canonical({"stream": "220100", "seq": "1", "prev": GENESIS, "kind": FIRST_KIND, "at": AT}), "after"),
        (
            canonical(
                {
                    "stream": "220100",
                    "seq": "1",
                    "prev": GENESIS,
                    "kind": FIRST_KIND,
                    "after": dict(ALGORITHMS),
                    "at": 5,
                }
            ),
            "at",
        ),
    ],
)
def test_a_first_entry_that_is_no_opening_is_found(payload: str, reason: str) -> None:
    found = first_break([Link("220100", 1, entry_hash(payload), payload)], "220100")
    assert found is not None
    assert (found.seq, found.reason) == (1, reason)


def test_text_without_a_utf8_form_is_found_not_raised() -> None:
    found = first_break([Link("220100", 1, GENESIS, '{"a":"\ud800"}')], "220100")
    assert found is not None
    assert (found.reason, found.found) == ("hash", "not UTF-8")


def test_a_commitment_depends_on_where_the_salt_ends() -> None:
    assert commitment(b"ab", "c") != commitment(b"a", "bc")
    assert commitment(b"salt", "张三") == commitment(b"salt", "张三")
    assert commitment(b"salt", "张三") != commitment(b"tlas", "张三")
    framed = b"\0\0\0\0\0\0\0\x01s\0\0\0\0\0\0\0\x01v"
    assert commitment(b"s", "v") == hashlib.sha256(framed).hexdigest()


@pytest.mark.parametrize("words", ["", '"prev":"x","seq":"2"', "长春 😀 \\ \n"])
def test_a_payload_around_its_place_is_the_payload_with_its_place(words: str) -> None:
    body: dict[str, Json] = {
        "kind": "noted",
        "after": {"note": words, "prev": words, "seq": "2"},
        "subject": {"id": "7"},
    }
    before, between, after = around_link("220100", AT, body)
    previous = entry_hash("any")
    assert f"{before}{previous}{between}41{after}" == link("220100", 41, previous, AT, body).payload
