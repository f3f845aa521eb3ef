"""An entry of the record as pages, paper and files show it: who, what, when, before and after, and on what grounds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final

from flask import request
from flask_babel import gettext as _

from ledger.audit.queries_record_entries import REMEMBERED, UNTOLD, Event
from ledger.audit.schemas_sentences import role_names, sentence
from ledger.audit.schemas_sentences_values import baseline_label, baseline_value, place_name, told_money, told_value
from ledger.domain.access import PROVINCE
from ledger.domain.changes import DISPOSITION_NAMES, STATUS_NAMES
from ledger.domain.documents import DocumentKind
from ledger.domain.money import Money
from ledger.funds.schemas_shown import field_label
from ledger.http import locale
from ledger.http.navigation import is_there
from ledger.http.paging import path

FIELD_LABELS: Final[dict[str, str]] = {
    "active": "在用",
    "disposition": "处置",
    "disposition_document_no": "处置文号",
    "opinion": "意见",
    "occurred_on": "发生日期",
    "told_on": "告知日期",
    "filed_on": "报备日期",
    "disposed_on": "处置日期",
    "province_first": "须省级先行处置",
    "late_days": "逾期工作日",
    "reduced_to_fen": "调减后金额",
    "recover_amount_fen": "收回金额",
    "roles": "角色",
    "switches": "政策参数",
    "total_fen": "年度总额",
    "awarded_fen": "核定金额",
    "first_break": "第一处不一致",
    "asked": "查看条件",
    "effective_on": "生效日期",
    "released_at": "解除时间",
}
"""Fields of facts that no document and no baseline has."""
_SILENT: Final = UNTOLD | {
    *("status", "checked_by_name", "return_reason", "changes", "values", "version", "report", "report_number"),
    *("baselines", "projects", "sound", "entries", "record", "after", "streams", "sessions", "tokens", "person"),
    *("made_by_name", "office_name", "request", "maker", "checker", "number", "type", "seen_version"),
    *("passed_by", "passed_at", "disposed_by", "disposed_at", "confirmed_by", "confirmed_at", "retired_reason"),
    *("pilot", "project", "by_report"),
    *("expires_on", "file", "sha256", "size", "label", "attachment"),
}
_OWN_CHANGES: Final = ("drafted", "amended", "sent", "settled")
"""Acts on a change report that show what it changes; the others refer to it by its number."""
_REASONS: Final = ("reason", "return_reason", "retired_reason", "opinion", "note")
_REASON_OF: Final = {
    "change_report_returned": "return_reason",
    "change_report_sent_back": "return_reason",
    "change_report_proposed": "opinion",
    "change_report_settled": "opinion",
}
"""What an act on a change report gives as its own reason, before that of the report."""
_KINDS: Final = frozenset(DocumentKind)


@dataclass(frozen=True, slots=True)
class ToldChange:
    """A field before and after; empty text where it was or is nothing."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ToldFile:
    """A file of evidence, with the link to it where it is served."""

    name: str
    url: str | None
    is_retired: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An entry in the reader's language. `text` says what was done; `number` and `amount` are what it was done to."""

    stream: str
    place: str
    seq: int
    digest: str
    url: str | None
    at: datetime
    on: date | None
    who: str
    office: str
    is_system: bool
    person_id: int
    office_id: int
    text: str
    number: str | None
    number_url: str | None
    amount: Money | None
    pilot_id: int | None
    pilot: str | None
    document_no: str | None
    voucher_no: str | None
    reason: str
    changes: tuple[ToldChange, ...]
    files: tuple[ToldFile, ...]

    @property
    def line(self) -> str:
        """The whole as one sentence: who, of which office, did what to which document."""
        what = self.text if not self.number or self.number in self.text else f"{self.text} {self.number}"
        who = self.who if not self.office else str(_("%(who)s（%(office)s）", who=self.who, office=self.office))
        return str(_("%(who)s：%(what)s", who=who, what=what))

    @property
    def grounds(self) -> str:
        """Document number, voucher number and reason, as far as there are any."""
        said = [self.document_no, self.voucher_no, _("原因：%(reason)s", reason=self.reason) if self.reason else None]
        return " · ".join(str(one) for one in said if one)


def told(event: Event, *, shows_personal: bool = True) -> Told:
    """An event in the reader's language; without `shows_personal` a personal value is its commitment's beginning."""
    if event.stands_alone:
        return _remembered(event, locale.language(), request.script_root)
    return _told(event, event if shows_personal else _veiled(event))


@lru_cache(maxsize=REMEMBERED)
def _remembered(event: Event, _language: str, _script_root: str) -> Told:
    return _told(event, event)


def _told(event: Event, shown: Event) -> Told:
    has_page = event.subject_type in _KINDS
    return Told(
        stream=event.stream,
        place=place_name(event.stream),
        seq=event.seq,
        digest=event.short_hash,
        url=_there("journal", event.seq, stream=event.stream),
        at=event.recorded_at,
        on=event.business_date,
        who=str(_("系统")) if event.is_system else event.actor_name,
        office="" if event.is_system else event.office_name or place_name(event.actor_tenant),
        is_system=event.is_system,
        person_id=event.actor_id,
        office_id=event.office_id,
        text=sentence(shown),
        number=event.number,
        number_url=path("t", event.stream, "documents", event.subject_id) if has_page else _report_url(event),
        amount=event.amount,
        pilot_id=event.pilot_id,
        pilot=event.pilot_name,
        document_no=event.document_no or _text(event.after.get("disposition_document_no")),
        voucher_no=event.voucher_no,
        reason=_reason(shown),
        changes=tuple(_changes(shown)),
        files=tuple(ToldFile(one.name, _file_url(event.stream, one.attachment), one.is_retired)
                    for one in event.evidence),
    )  # fmt: skip


def _veiled(event: Event) -> Event:
    """The event with each personal value as what the journal itself holds of it."""
    return replace(event, personal={one: f"〔{one[:8]}…〕" for one in event.personal})


def _reason(event: Event) -> str:
    names: Sequence[str] = _REASONS
    if event.subject_type in _KINDS:
        # A document keeps why it was sent back; what was done after that has no such reason.
        names = ("return_reason",) if event.kind.endswith("_returned") else ("reason",)
    elif event.kind in _REASON_OF:
        names = (_REASON_OF[event.kind], "reason")
    found = [told_value(event, event.after.get(name)) for name in names]
    return next((one for one in found if one), "")


def _changes(event: Event) -> Iterator[ToldChange]:
    verb = event.kind.removeprefix("change_report_")
    if event.kind == "baseline_changed":
        before, after = _dict(event.before.get("values")), _dict(event.after.get("values"))
        for name in after:
            yield _baseline(event, name, before.get(name), after[name])
        return
    if verb != event.kind and verb in _OWN_CHANGES:
        for one in event.after.get("changes") or ():
            if isinstance(one, dict):
                yield _baseline(event, str(one.get("field", "")), one.get("before"), one.get("after"))
    if not event.before:
        return
    is_amended = event.kind.endswith("_amended")
    for name in {**event.before, **event.after}:
        was, now = event.before.get(name), event.after.get(name)
        # What an act rests on stands beside it; it is a change where it was another one before.
        is_said = name in _REASONS or (name == "document_no" and was is None)
        if was != now and name not in _SILENT and (is_amended or not is_said):
            yield ToldChange(_label(name), _value(event, name, was), _value(event, name, now))


def _baseline(event: Event, name: str, before: Any, after: Any) -> ToldChange:
    return ToldChange(baseline_label(name), baseline_value(event, name, before), baseline_value(event, name, after))


def _label(name: str) -> str:
    return str(_(FIELD_LABELS[name])) if name in FIELD_LABELS else field_label(name)


def _value(event: Event, name: str, value: Any) -> str:
    if value in (None, ""):
        return ""
    if name.endswith("_fen"):
        return told_money(value)
    if name == "roles":
        return role_names(value)
    if name == "disposition" and value in DISPOSITION_NAMES:
        return str(_(DISPOSITION_NAMES[value]))
    if name == "status" and value in STATUS_NAMES:
        return str(_(STATUS_NAMES[value]))
    return told_value(event, value)


def _report_url(event: Event) -> str | None:
    if event.subject_type != "change_report":
        return None
    return _there("changes", event.subject_id, stream=event.stream)


def _file_url(stream: str, attachment: str) -> str | None:
    return _there("files", attachment, stream=stream) if attachment.isascii() and attachment.isdecimal() else None


def _there(kind: str, key: object, *, stream: str) -> str | None:
    """The page of one of a kind, where this application has such pages; the province's own stand at the top."""
    place = () if stream == PROVINCE else ("t", stream)
    # Asked for one of its kind, not for each: what is there is remembered by its address.
    return path(*place, kind, key) if is_there("/".join(("", *place, kind, "1"))) else None


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
