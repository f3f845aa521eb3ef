"""An entry of the journal as people read it: its parts, and what it names but does not hold."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final

from ledger.desk import Desk
from ledger.domain.documents import DocumentKind
from ledger.domain.money import Money
from ledger.tenancy import Constant, Reading, Row

COLUMNS: Final = (
    "e.tenant_code AS stream, e.seq, e.hash, e.payload, e.recorded_at, e.kind, e.subject_type, e.subject_id,"
    " e.pilot_id, e.office_id, e.actor_id, e.actor_name, o.name AS office_name, e.total, e.business_date,"
    " p.name AS pilot_name"
)
JOINED: Final = (
    " LEFT JOIN office o ON o.tenant_code = e.tenant_code AND o.id = e.office_id"
    " LEFT JOIN pilot p ON p.tenant_code = e.tenant_code AND p.id = e.pilot_id"
)
SHORT: Final = 8
"""How much of a hash is shown."""
REMEMBERED: Final = 2048
"""Entries that a process remembers as it has read them: they never change, and a page is often looked at again."""
_SAME: Final = (
    *("stream", "seq", "recorded_at", "kind", "actor_id", "actor_name", "office_id", "office_name", "subject_type"),
    *("subject_id", "business_date", "pilot_id", "pilot_name"),
)
_HAVE_FILES: Final = frozenset({*DocumentKind, "change_report", "pilot", "project"})
# Shown in the sentence or of no meaning to a reader: not among the changed fields.
UNTOLD: Final = frozenset(
    {
        *("id", "kind", "number", "uscc", "version", "lines", "office_id", "pilot_id", "policy_version_id"),
        *("award_id", "line_id", "project_id", "allocation_id", "disbursement_id", "reverses_id"),
        *("made_by", "made_at", "checked_by", "checked_at"),
    }
)


@dataclass(frozen=True, slots=True)
class Change:
    """A field that an act changed; None where it was or is empty."""

    field: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """A file that was attached to what an entry is about."""

    name: str
    attachment: str
    is_retired: bool = False


# One is the same as another only where it is that very one: so what was said of it can be remembered.
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Event:
    """One act with the parts of its sentence. `before` and `after` are the fact's own plain values.

    `commitments` and `persons` are what they only name: personal values, and persons by their ids.
    `personal` are the values behind the commitments: None where a value was erased. `people` are the
    names of the persons and offices that the fact names by id, as far as the reader's scope holds them.
    """

    stream: str
    seq: int
    short_hash: str
    recorded_at: datetime
    kind: str
    actor_id: int
    actor_name: str
    actor_tenant: str | None
    office_id: int
    office_name: str | None
    is_system: bool
    subject_type: str
    subject_id: str
    pilot_id: int | None
    pilot_name: str | None
    number: str | None
    amount: Money | None
    document_no: str | None
    voucher_no: str | None
    return_reason: str | None
    business_date: date | None
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    changes: tuple[Change, ...]
    commitments: tuple[str, ...] = ()
    persons: tuple[str, ...] = ()
    personal: Mapping[str, str | None]
    people: Mapping[str, str]
    evidence: tuple[Evidence, ...] = ()

    @property
    def stands_alone(self) -> bool:
        """Whether nothing was looked up for it: it is then the same each time it is read."""
        return not (self.personal or self.people or self.evidence)


@lru_cache(maxsize=REMEMBERED)
def event_of(row: Row) -> Event:
    """A row of `COLUMNS` as an event, with nothing looked up yet; nobody may change what it holds."""
    body = body_of(row.payload)
    before, after = fields_of(body, "before"), fields_of(body, "after")
    same: dict[str, Any] = {name: getattr(row, name) for name in _SAME}
    return Event(
        **same,
        number=text_of(after.get("number")),
        document_no=text_of(after.get("document_no")),
        voucher_no=text_of(after.get("voucher_no")),
        return_reason=text_of(after.get("return_reason")),
        short_hash=row.hash[:SHORT],
        actor_tenant=actor_tenant(body),
        is_system="system" in fields_of(body, "actor"),
        amount=row.total,
        before=before,
        after=after,
        changes=_changes(before, after),
        commitments=tuple(_committed([before, after])),
        persons=tuple(_persons(row.subject_type, row.subject_id, after)),
        personal={},
        people={},
    )


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Change, ...]:
    if not before:
        # A new document has no before: what it says is its sentence, not a change.
        return ()
    names = sorted(name for name in {*before, *after} - UNTOLD if before.get(name) != after.get(name))
    return tuple(Change(name, text_of(before.get(name)), text_of(after.get(name))) for name in names)


class Pair:
    """One statement for a stream in the asker's own scope, and for one of all that the province reads."""

    def __init__(self, sql: str, *, sqlite: str | None = None) -> None:
        def made(place: str, across: bool) -> Constant:
            other = None if sqlite is None else sqlite.replace("{of}", place)
            return Constant(sql.replace("{of}", place), sqlite=other, across=across)

        self._own, self._one = made(":tenant_code", False), made(":of_tenant", True)

    def reading(self, desk: Desk, stream: str, **parameters: Any) -> Reading:
        """The reading of `stream`, which the caller has found to be in reach."""
        if desk.scope.every_tenant:
            return self._one, {"of_tenant": stream, **parameters}
        return self._own, parameters


_IN_LIST = "json_array_elements_text(CAST(:listed AS json)) v"
_LISTED = "json_each(:listed) v"


def _listing(sql: str) -> Pair:
    return Pair(sql.replace("{listed}", _IN_LIST), sqlite=sql.replace("{listed}", _LISTED))


_PERSONAL = _listing(
    "SELECT commitment, content FROM personal_value WHERE tenant_code = {of}"
    " AND commitment IN (SELECT v.value FROM {listed}) ORDER BY commitment"
)
_PEOPLE = _listing(
    "SELECT id, name FROM person WHERE tenant_code = {of}"
    " AND id IN (SELECT CAST(v.value AS bigint) FROM {listed}) ORDER BY id"
)
_OFFICES = _listing(
    "SELECT id, name FROM office WHERE tenant_code = {of}"
    " AND id IN (SELECT CAST(v.value AS bigint) FROM {listed}) ORDER BY id"
)
_FILES_SQL = (
    "SELECT e.subject_type, e.subject_id, e.seq, e.kind, e.payload FROM {wanted} JOIN journal_entry e"
    " ON e.tenant_code = {of} AND e.subject_type = {type} AND e.subject_id = {id}"
    " WHERE e.kind IN ('file_attached', 'file_retired') ORDER BY e.seq"
)
_FILES = Pair(
    _FILES_SQL.replace("{wanted}", "json_array_elements(CAST(:listed AS json)) v")
    .replace("{type}", "(v.value ->> 0)")
    .replace("{id}", "(v.value ->> 1)"),
    # In this order alone: SQLite would read the whole stream to spare itself the sorting of a few files.
    sqlite=_FILES_SQL.replace("{wanted} JOIN", f"{_LISTED} CROSS JOIN")
    .replace("{type}", "json_extract(v.value, '$[0]')")
    .replace("{id}", "json_extract(v.value, '$[1]')"),
)


def completed(desk: Desk, events: Sequence[Event], *, has_files: bool = True) -> tuple[Event, ...]:
    """The events with the values, the names and the files that their facts only name, read in one exchange.

    Without `has_files` the caller knows that none was attached.
    """
    streams: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        streams[event.stream].append(event)
    asked = [one for stream, part in streams.items() for one in _asked(desk, stream, part, has_files)]
    if not asked:
        return tuple(events)
    rows = desk.read_all(*[reading for _stream, _what, reading in asked])
    known: dict[tuple[str, str], list[Row]] = {
        (stream, what): found for (stream, what, _reading), found in zip(asked, rows, strict=True)
    }
    whole = {stream: _Known(known, stream) for stream in streams}
    return tuple(whole[event.stream].complete(event) for event in events)


def _asked(desk: Desk, stream: str, events: Sequence[Event], has_files: bool) -> list[tuple[str, str, Reading]]:
    filed = [one for one in events if has_files and one.subject_type in _HAVE_FILES]
    wanted = (
        ("personal", _PERSONAL, sorted({one for event in events for one in event.commitments})),
        ("people", _PEOPLE, sorted({one for event in events for one in event.persons})),
        ("offices", _OFFICES, sorted({e.subject_id for e in events if e.subject_type == "office"})),
        ("files", _FILES, sorted({(e.subject_type, e.subject_id) for e in filed})),
    )
    return [
        (stream, what, statement.reading(desk, stream, listed=json.dumps(listed)))
        for what, statement, listed in wanted
        if listed
    ]


class _Known:
    """What was found of one stream's events."""

    def __init__(self, known: Mapping[tuple[str, str], Sequence[Row]], stream: str) -> None:
        self._personal = {row.commitment: row.content for row in known.get((stream, "personal"), ())}
        named = (*known.get((stream, "people"), ()), *known.get((stream, "offices"), ()))
        self._names = {str(row.id): row.name for row in named}
        self._files: dict[tuple[str, str], dict[str, Evidence]] = defaultdict(dict)
        for row in known.get((stream, "files"), ()):
            after = fields_of(body_of(row.payload), "after")
            key = str(after.get("attachment", row.seq))
            gone = row.kind == "file_retired"
            self._files[row.subject_type, row.subject_id][key] = Evidence(str(after.get("file", "")), key, gone)

    def complete(self, event: Event) -> Event:
        files = None if event.kind.startswith("file_") else self._files.get((event.subject_type, event.subject_id))
        personal = {one: self._personal.get(one) for one in event.commitments}
        people = {one: self._names[one] for one in (*event.persons, event.subject_id) if one in self._names}
        if not (files or personal or people):
            return event
        return replace(event, personal=personal, people=people, evidence=tuple(files.values()) if files else ())


def _committed(value: Any) -> Iterable[str]:
    if isinstance(value, dict):
        if set(value) == {"commitment"} and isinstance(value["commitment"], str):
            yield value["commitment"]
            return
        value = value.values()
    # Most values are texts: only what may hold others is looked into.
    for one in value:
        if isinstance(one, dict | list):
            yield from _committed(one)


def _persons(subject_type: str, subject_id: str, after: Mapping[str, Any]) -> Iterable[str]:
    named = [after.get("person")]
    if subject_type in ("person", "sign_in"):
        named.append(subject_id)
    # The subject of a failed sign-in may be the keyed hash of a name that nobody has.
    return (one for one in named if isinstance(one, str) and one.isascii() and one.isdecimal() and len(one) < 20)


def actor_tenant(body: Mapping[str, Any]) -> str | None:
    """The tenant whose person acted; None for the system."""
    return text_of(fields_of(body, "actor").get("tenant"))


def fields_of(body: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A part of a payload, empty where it is none."""
    found = body.get(name)
    return found if isinstance(found, dict) else {}


def text_of(value: Any) -> str | None:
    """A text, or None for anything else."""
    return value if isinstance(value, str) else None


def body_of(payload: str) -> dict[str, Any]:
    """A payload read; one that was tampered with is shown as far as it goes: verifying says what is wrong."""
    try:
        body = json.loads(payload)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
