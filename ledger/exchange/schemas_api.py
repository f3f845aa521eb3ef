"""What the JSON API takes to import a workbook, and its report."""

from __future__ import annotations

from typing import Any, ClassVar

from flask_smorest.fields import Upload
from marshmallow import EXCLUDE, Schema, fields

from ledger.exchange.queries import ImportView
from ledger.exchange.report import Report
from ledger.http.api import AnswerSchema
from ledger.http.fields import FormSchema, IdField
from ledger.http.locale import tell


class UploadSchema(Schema):
    """A workbook in one of the official formats."""

    class Meta:
        unknown = EXCLUDE

    location: ClassVar[str] = "files"
    file = Upload(required=True)


class FlagField(fields.Boolean):
    """`true` or `false`; a number is neither, although Python takes 1 for `True`."""

    def _deserialize(self, value: Any, *_place: Any, **_kw: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


class ConfirmSchema(FormSchema):
    """Store a checked workbook; `only_good` leaves out the rows with faults."""

    only_good = FlagField(load_default=False)


class RowFaultSchema(AnswerSchema):
    """Why a row is refused: the sheet's own row number and header."""

    row = fields.Integer(required=True)
    column = fields.String(required=True)
    code = fields.String(required=True)
    message = fields.String(required=True)
    value = fields.String(required=True)


class SpellingSchema(AnswerSchema):
    """A cell that was not taken as it stood."""

    row = fields.Integer(required=True)
    column = fields.String(required=True)
    value = fields.String(required=True)
    read = fields.String(required=True)


class ImportSchema(AnswerSchema):
    """The report of an import: `accepted` counts faultless rows, `stored` what was written."""

    id = IdField(required=True)
    kind = fields.String(required=True)
    file_name = fields.String(required=True)
    sha256 = fields.String(required=True)
    status = fields.String(required=True, metadata={"enum": ["checked", "confirmed"]})
    rows = fields.Integer(required=True)
    accepted = fields.Integer(required=True)
    stored = fields.Integer(required=True)
    refused = fields.List(fields.Nested(RowFaultSchema), required=True)
    warnings = fields.List(fields.String(), required=True)
    normalised = fields.List(fields.Nested(SpellingSchema), required=True)


def import_json(view: ImportView) -> dict[str, object]:
    """An import with its report as plain JSON."""
    about = {"id": str(view.id), "kind": view.kind.value, "file_name": view.file_name, "sha256": view.sha256}
    return {**about, "status": view.status, **report_json(view.report)}


def report_json(report: Report) -> dict[str, Any]:
    """A report as plain JSON, its words in the reader's language."""
    return report.plain(lambda words: tell(words.template, words.values))
