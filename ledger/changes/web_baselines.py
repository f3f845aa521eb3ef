"""The versions of a baseline: as it stood on a day, any two beside each other, and each of them."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Response, make_response, render_template, request
from flask_babel import gettext as _

from ledger.changes.queries_baselines import BaselineAt, BaselinePage, CompareBaselines
from ledger.changes.schemas_shown import Changed, baseline_url, changed, field_label, report_url, words_of
from ledger.changes.web_pages import pages, tenant, whole
from ledger.dispatch import ask
from ledger.domain.baselines import SUBJECT_NAMES, BaselineSubject, from_json
from ledger.domain.changes import FIELDS, Value
from ledger.domain.dates import parse_typed_date
from ledger.domain.errors import BadValue, LedgerError
from ledger.http import actor
from ledger.http.locale import say
from ledger.http.paging import path, words_asked

_PAGE = "/t/<tenant:code>/baselines/<any(project, pilot):subject>/<id:of_id>"


@pages.get(_PAGE)
def show_baseline(code: str, subject: str, of_id: int) -> Response:
    """A baseline with its versions; `on` asks for a day, `a` and `b` for two versions, `version` for one."""
    of = BaselineSubject(subject)
    newest = ask(BaselineAt(tenant_code=code, subject=of, subject_id=of_id), actor.current())
    known = [one.version for one in newest.versions]
    on, fault = _day_asked()
    page: BaselinePage | None = newest
    if on is not None:
        try:
            page = ask(BaselineAt(tenant_code=code, subject=of, subject_id=of_id, on=on), actor.current())
        except LedgerError as refusal:
            page, fault = None, say(refusal)
    first, second = whole(request.args.get("a", "")), whole(request.args.get("b", ""))
    one = whole(request.args.get("version", ""))
    compared = first in known and second in known
    if compared or one in known:
        query = CompareBaselines(
            tenant_code=code,
            subject=of,
            subject_id=of_id,
            first=first if compared else one,
            second=second if compared else one,
        )
        page = ask(query, actor.current())
    return make_response(
        render_template(
            "changes/baseline.html",
            tenant=tenant(code),
            subject={
                "name": newest.name,
                "kind_name": _(SUBJECT_NAMES[of]),
                "pilot_name": newest.pilot.name,
                "pilot_url": path("t", code, "pilots", newest.pilot.id),
            },
            versions=_versions(code, newest),
            asked={
                "on": words_asked("on"),
                "a": first if compared else max(1, known[-1] - 1),
                "b": second if compared else known[-1],
            },
            fault=fault,
            shown=None if page is None or compared else _shown(page),
            compared=_compared(page, first, second) if compared and page else None,
        )
    )


def _day_asked() -> tuple[date | None, str]:
    text = words_asked("on")
    try:
        return (parse_typed_date(text, "on") if text else None), ""
    except BadValue as refusal:
        return None, say(refusal)


def _versions(code: str, page: BaselinePage) -> list[dict[str, Any]]:
    url = baseline_url(code, page.subject.value, page.subject_id)
    return [
        {
            "version": one.version,
            "effective_on": one.effective_on,
            "recorded_at": one.recorded_at,
            "number": one.report_number,
            "report_url": report_url(code, one.report_id) if one.report_id else None,
            "document_no": one.document_no,
            "url": f"{url}?version={one.version}",
        }
        for one in reversed(page.versions)
    ]


def _shown(page: BaselinePage) -> dict[str, Any]:
    return {
        "version": page.version.version,
        "effective_on": page.version.effective_on,
        "rows": [
            (
                field_label(line.field.name),
                line.text if line.field.personal else _words(page, line.field.name),
            )
            for line in page.lines
        ],
    }


def _words(page: BaselinePage, name: str) -> str:
    return words_of(FIELDS[name], _value(page.version.content, name))


def _value(content: Any, name: str) -> Value:
    return from_json(FIELDS[name], content.get(name))


def _compared(page: BaselinePage, first: int, second: int) -> dict[str, Any]:
    other = page.other or page.version
    rows: list[Changed] = [
        changed(
            line.field.name,
            _value(page.version.content, line.field.name),
            _value(other.content, line.field.name),
            line.text,
            line.other,
        )
        for line in page.lines
        if line.differs
    ]
    return {"a": first, "b": second, "rows": rows}
