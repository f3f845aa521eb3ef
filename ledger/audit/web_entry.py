"""留痕的一条: an entry with its sentence, its fields, its hashes, and the proof that it is in the log."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

from flask import Response, make_response, render_template, send_file

from ledger import clock
from ledger.audit.queries_entry import Checkpoint, EntryShown, GetEntry, NewestCheckpoint
from ledger.audit.queries_proof import ProveInclusion
from ledger.audit.queries_record_entries import body_of
from ledger.audit.schemas_chain import STREAM_NAMES
from ledger.audit.schemas_entry import Line, fields_of, lines_of
from ledger.audit.schemas_proof import proof_text
from ledger.audit.schemas_sentences import sentence
from ledger.audit.web_pages import pages
from ledger.dispatch import ask
from ledger.domain.access import PROVINCE
from ledger.domain.documents import DocumentKind
from ledger.http import actor
from ledger.http.paging import path

_KINDS = frozenset(DocumentKind)


@pages.get("/t/<tenant:code>/journal/<id:seq>")
def show_entry(code: str, seq: int) -> Response:
    """One entry of a tenant's stream; the code on printed forms leads here."""
    return _page(code, ask(GetEntry(code, seq), actor.current()))


@pages.get("/journal/<id:seq>")
def show_province_entry(seq: int) -> Response:
    """One entry of the province's own stream."""
    return _page(PROVINCE, ask(GetEntry(PROVINCE, seq), actor.current()))


@pages.get("/t/<tenant:code>/journal/<id:seq>/proof")
def entry_proof(code: str, seq: int) -> Response:
    """The file by which a unit shows, without us, that an entry of a tenant's stream is in the log."""
    return _proof(code, seq)


@pages.get("/journal/<id:seq>/proof")
def province_entry_proof(seq: int) -> Response:
    """The same of the province's own stream."""
    return _proof(PROVINCE, seq)


def _proof(code: str, seq: int) -> Response:
    text = proof_text(ask(ProveInclusion(code, seq), actor.current()))
    name = f"proof-{code}-{seq}.json"
    return send_file(BytesIO(text.encode()), "application/json", as_attachment=True, download_name=name)


@pages.app_template_global("newest_checkpoint")
def newest_checkpoint(code: str) -> Checkpoint | None:
    """The newest checkpoint of a stream, for the forms that carry it to where we cannot change it."""
    return ask(NewestCheckpoint(code), actor.current())


def _page(code: str, entry: EntryShown) -> Response:
    event = entry.event
    page = render_template(
        "audit/entry.html",
        entry=entry,
        event=event,
        place=STREAM_NAMES[code],
        sentence=sentence(event),
        subject_url=_subject_url(code, event.subject_type, event.subject_id, event.pilot_id),
        fields=fields_of(event),
        postings=_postings(entry),
        url=entry_url(code, event.seq),
        previous_url=entry_url(code, event.seq - 1) if event.seq > 1 else None,
        next_url=entry_url(code, event.seq + 1) if event.seq < entry.last_seq else None,
        verify_url=path("audit", "chain") if code == PROVINCE else path("t", code, "journal", "verify"),
        now=clock.now(),
    )
    return make_response(page)


def entry_url(code: str, seq: int, *more: str) -> str:
    """The page of an entry, or what lies below it."""
    return path("journal", seq, *more) if code == PROVINCE else path("t", code, "journal", seq, *more)


def _postings(entry: EntryShown) -> Sequence[Line]:
    rows = body_of(entry.payload).get("entries")
    return lines_of(entry.event, {"lines": rows}) if isinstance(rows, list) else ()


def _subject_url(code: str, subject_type: str, subject_id: str, pilot_id: int | None) -> str | None:
    """The page of what the entry is about, where it has one."""
    if code == PROVINCE:
        return None
    if subject_type in _KINDS:
        return path("t", code, "documents", subject_id)
    if subject_type == "change_report":
        return path("t", code, "changes", subject_id)
    return None if pilot_id is None else path("t", code, "pilots", pilot_id)
