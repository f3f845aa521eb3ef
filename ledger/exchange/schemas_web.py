"""The forms of the import's pages, and the words for kinds of workbooks."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from marshmallow import ValidationError, fields

from ledger.exchange.templates import Kind
from ledger.http.fields import Fault, FormSchema, TextField


class KindField(TextField):
    """The kind of a workbook, chosen from a list."""

    def blank(self) -> Fault:
        return Fault(_("请选择要导入的表。"), "required")

    def read(self, text: str) -> str:
        if text not in set(Kind):
            raise ValidationError([self.blank()])
        return text


class UploadFormSchema(FormSchema):
    """A workbook and its kind; the file itself is no text, and the page reads it apart."""

    kind = KindField(20, typed=True, required=True)
    file = fields.Raw(load_default=None)


class ConfirmFormSchema(FormSchema):
    """Store a checked workbook; `only_good` is `1` where the rows with faults are left out."""

    only_good = TextField(1, typed=True, load_default="")


_NAMES = {
    Kind.DESIGNATION: lazy_gettext("试点名单"),
    Kind.AWARDS: lazy_gettext("资金安排表"),
    Kind.ALLOCATIONS: lazy_gettext("指标下达表"),
    Kind.DISBURSEMENTS: lazy_gettext("拨付台账"),
}


def book_name(kind: Kind) -> str:
    """A kind of workbook in the reader's language."""
    return str(_NAMES[kind])
