"""填写变更: which pilot and which change, then the ticked fields with their new values, kept as a draft."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import request
from flask_babel import gettext as _

from ledger.changes.commands import SaveReport
from ledger.changes.queries import PreviewReport, ReportPage, ReportPreview, StoredReport
from ledger.changes.queries_choose import GetSubject, Subject
from ledger.changes.schemas_form import report_form
from ledger.changes.schemas_shown import (
    PLACES,
    About,
    Changed,
    about,
    changed,
    field_label,
    labels,
    report_url,
    status_name,
    type_name,
    words_of,
)
from ledger.changes.schemas_typed import entry, is_ticked, read_value, tick, typed_as
from ledger.changes.web_pages import Tenant, tenant
from ledger.dispatch import ask
from ledger.domain import dates
from ledger.domain.changes import FIELDS, RULES, ChangeType, FieldKind, ReportStatus, Value, check_changes
from ledger.domain.errors import LedgerError
from ledger.http import actor, forms
from ledger.http.fields import Fault
from ledger.http.locale import say
from ledger.http.paging import path

_LONG = frozenset({FieldKind.LONG_TEXT, FieldKind.LINES})


@dataclass(frozen=True, slots=True)
class Input:
    """A field that may be changed, as the form shows it."""

    name: str
    tick: str
    label: str
    kind: str
    now: str
    hint: str
    options: Sequence[tuple[str, str]] = ()
    rows: int = 3


@dataclass(frozen=True, slots=True)
class Other:
    """Another report on one of the same fields that is not settled yet."""

    number: str
    url: str
    state: str
    made_by: str
    fields: str


@dataclass(frozen=True, slots=True)
class Look:
    """What is said at once of what is typed so far; advice."""

    rows: list[Changed]
    problems: list[str]
    about: About
    late_days: int
    others: list[Other]


class ReportEntry:
    """A report in the making, or the mending of `report`; made anew for each request.

    Raises:
        NotFound: the pilot or the project is unknown, or another tenant's.
    """

    def __init__(self, code: str, change: ChangeType, subject: Subject, page: ReportPage | None = None) -> None:
        self.tenant: Tenant = tenant(code)
        self.change, self.page, self.about_subject = change, page, subject
        self.now, self.texts = subject.values, subject.texts
        self.action = request.path
        self.cancel_url = path("t", code, "changes")
        self.crumbs: list[tuple[str, str]] = [(_("变更报备"), self.cancel_url)]
        self.hidden = {"pilot": str(subject.pilot_id), "type": change.value}
        if subject.project_id is not None:
            self.hidden["project"] = str(subject.project_id)
        if page is not None:
            self.cancel_url = report_url(code, page.report.id)
            self.crumbs.append((page.report.number, self.cancel_url))

    @classmethod
    def of(
        cls, code: str, change: ChangeType, pilot_id: int, project_id: int | None, page: ReportPage | None = None
    ) -> ReportEntry:
        """A new report, or the mending of the one that `page` shows."""
        query = GetSubject(tenant_code=code, pilot_id=pilot_id, project_id=project_id, type=change)
        return cls(code, change, ask(query, actor.current()), page)

    @property
    def title(self) -> str:
        """The heading."""
        return str(_("报备变更") if self.page is None else _("修改变更报备"))

    @property
    def type_label(self) -> str:
        """The type's code and name."""
        return f"{self.change.value} {type_name(self.change)}"

    @property
    def subject(self) -> str:
        """Whose change it is."""
        return " · ".join(one for one in (self.about_subject.pilot_name, self.about_subject.project_name) if one)

    @property
    def return_reason(self) -> str | None:
        """Why it came back."""
        report = self.page.report if self.page else None
        if report is None:
            return None
        return report.opinion if report.status is ReportStatus.SUPPLEMENT else report.return_reason

    @property
    def inputs(self) -> list[Input]:
        """The fields of the type with their present values."""
        return [self._input(name) for name in RULES[self.change].fields]

    def _input(self, name: str) -> Input:
        field, now = FIELDS[name], self.now.get(name)
        words = self.texts[name] if field.personal else words_of(field, now)
        kind = "choice" if field.kind is FieldKind.PLACE else field.kind.value
        options = PLACES if field.kind is FieldKind.PLACE else [(code, _(label)) for code, label in field.choices]
        rows = min(10, max(3, words.count("\n") + len(words) // 40 + 2))
        return Input(entry(name), tick(name), field_label(name), kind, words, _hint(field.kind), options, rows)

    @property
    def prefilled(self) -> dict[str, str]:
        """The present values as the inputs hold them: long texts alone, which are mended rather than written anew."""
        return {
            name: typed_as(self.now.get(name)) if FIELDS[name].kind in _LONG else ""
            for name in RULES[self.change].fields
        }

    def load(self) -> SaveReport:
        """The command that the sent form asks for.

        Raises:
            FormRefused: something is missing or cannot be read.
        """
        subject = self.about_subject
        place: dict[str, Any] = {"pilot_id": subject.pilot_id, "project_id": subject.project_id, "type": self.change}
        if self.page is not None:
            place["report_id"] = self.page.report.id
        command: SaveReport = forms.load(
            report_form(self.change), request.form, tenant_code=self.tenant.code, place=place, now=self.prefilled
        )
        return command

    def blank(self) -> forms.Form:
        """The form as it is opened: with long texts to be mended, and the only field ticked."""
        names = RULES[self.change].fields
        typed = {"occurred_on": "", "told_on": "", "reason": ""}
        for name in names:
            typed |= {tick(name): "1" if len(names) == 1 else "", entry(name): self.prefilled[name]}
        return forms.Form(typed)

    def own(self) -> forms.Form:
        """The form with what the kept report says."""
        if self.page is None:
            return self.blank()
        report, form = self.page.report, self.blank()
        form.typed |= {tick(name): "" for name in RULES[self.change].fields}
        form.typed |= {
            "occurred_on": report.occurred_on.isoformat(),
            "told_on": report.told_on.isoformat(),
            "reason": report.reason,
            "version": str(report.version),
        }
        for name, value in report.after.items():
            wanted = self.page.shown.personal.get(name) or typed_as(value)
            form.typed |= {tick(name): "1", entry(name): wanted}
        return form

    def look(self, form: forms.Form) -> Look:
        """What is said of the form as it stands."""
        problems: list[str] = []
        rows: list[Changed] = []
        after: dict[str, Value] = {}
        for name in RULES[self.change].fields:
            if not is_ticked(form.typed, name):
                continue
            try:
                after[name] = read_value(FIELDS[name], form.typed.get(entry(name), ""))
            except LedgerError as error:
                problems.append(field_label(name) + _("：") + say(error))
                continue
            if form.typed.get(entry(name), "").strip():
                rows.append(self._changed(name, after[name]))
        preview = self._preview(form, after)
        if not problems:
            problems += [say(one) for one in preview.problems if rows]
        told = about(self.change, preview.province_first if rows else None)
        return Look(rows, problems, told, preview.late_days, others_of(self.tenant.code, preview.others))

    def _changed(self, name: str, after: Value) -> Changed:
        return changed(name, self.now.get(name), after, self.texts.get(name, ""), typed_as(after))

    def _preview(self, form: forms.Form, after: Mapping[str, Value]) -> ReportPreview:
        try:
            occurred_on = dates.parse_typed_date(form.typed.get("occurred_on", ""), "occurred_on")
        except LedgerError:
            occurred_on = None
        query = PreviewReport(
            tenant_code=self.tenant.code,
            pilot_id=self.about_subject.pilot_id,
            project_id=self.about_subject.project_id,
            type=self.change,
            occurred_on=occurred_on,
            changes=after,
            except_id=self.page.report.id if self.page else 0,
        )
        return ask(query, actor.current())

    def look_over(self, form: forms.Form) -> None:
        """Put beside the new values what is wrong with them, where the rest of the form was refused already."""
        after: dict[str, Value] = {}
        try:
            for name in RULES[self.change].fields:
                if is_ticked(form.typed, name):
                    after[name] = read_value(FIELDS[name], form.typed.get(entry(name), ""))
            check_changes(self.change, self.now, after)
        except LedgerError as refusal:
            form.add(self.field_of(refusal.field or ""), Fault.of(refusal))

    def field_of(self, name: str) -> str:
        """The input that a refusal of `name` stands beside."""
        if name == "changes":
            return tick(RULES[self.change].fields[0])
        return entry(name) if name in FIELDS else name


def _hint(kind: FieldKind) -> str:
    if kind is FieldKind.LINES:
        return str(_("每行一项用途，空一格，再写金额（元），例如：设备购置 1,200,000.00"))
    if kind is FieldKind.LONG_TEXT:
        return str(_("下面是现值，直接改成新的内容"))
    return str(_("只填数字，单位是元，可带两位小数")) if kind is FieldKind.MONEY else ""


def others_of(code: str, found: Sequence[StoredReport]) -> list[Other]:
    """Other open reports, as pages show them."""
    return [
        Other(
            one.number,
            report_url(code, one.id),
            status_name(one.status),
            one.made_by_name,
            labels(each.field for each in one.changes),
        )
        for one in found
    ]
