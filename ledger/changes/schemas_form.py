"""The forms of change reports: what is typed becomes the command that it asks for."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from marshmallow import Schema, ValidationError, post_load

from ledger.changes.commands import FieldChange, SaveReport
from ledger.changes.commands_dispose import DisposeReport
from ledger.changes.commands_release import ReleaseHold
from ledger.changes.schemas_typed import entry, read_value, tick
from ledger.domain.amounts import BLANKS
from ledger.domain.changes import FIELDS, RULES, ChangeType, Disposition
from ledger.domain.errors import LedgerError
from ledger.http.fields import DayField, Fault, FormSchema, MoneyField, TextField, WholeField

LARGEST_VERSION = 10**9
LONGEST = 4000


class NamedDayField(DayField):
    """A date that must be there; `missing` says which one is not, since a summary lists it among others."""

    def __init__(self, *, missing: Any, **options: Any) -> None:
        super().__init__(typed=True, required=True, **options)
        self.missing_words = missing

    def blank(self) -> Fault:
        return Fault(str(self.missing_words), "required")

    def read(self, text: str) -> date:
        if not text.strip(BLANKS):
            raise ValidationError([self.blank()])
        return super().read(text)


class ReasonField(TextField):
    """Why a change came about."""

    def blank(self) -> Fault:
        return Fault(_("请填写变更原因。"), "required")

    def read(self, text: str) -> str:
        if not text.strip(BLANKS):
            raise ValidationError([self.blank()])
        return super().read(text)


class ReportFormSchema(FormSchema):
    """填写变更: a tick and a new value for each field of the type, the two dates and the reason.

    `now` are the present values as their inputs hold them: what is left as it was is no new value.
    """

    step = TextField(40, typed=True, load_default="")
    pilot = TextField(20, typed=True, load_default="")
    project = TextField(20, typed=True, load_default="")
    type = TextField(3, typed=True, load_default="")
    version = WholeField(least=1, most=LARGEST_VERSION, typed=True, load_default=0)
    occurred_on = NamedDayField(missing=lazy_gettext("请填写发生日期，例如 2026-03-05。"))
    told_on = NamedDayField(missing=lazy_gettext("请填写收到单位报告的日期，例如 2026-03-05。"))
    reason = ReasonField(2000, lines=True, typed=True, required=True)

    def __init__(self, *, tenant_code: str, place: dict[str, Any], now: dict[str, str], **options: Any) -> None:
        super().__init__(**options)
        self.tenant_code, self.place, self.now = tenant_code, place, now

    @post_load
    def _as_command(self, loaded: dict[str, Any], **_kw: Any) -> SaveReport:
        return SaveReport(
            tenant_code=self.tenant_code,
            version=loaded["version"],
            occurred_on=loaded["occurred_on"],
            told_on=loaded["told_on"],
            reason=loaded["reason"],
            changes=self._changes(loaded),
            **self.place,
        )

    def _changes(self, loaded: dict[str, Any]) -> tuple[FieldChange, ...]:
        faults: dict[str, list[Fault]] = {}
        found: list[FieldChange] = []
        names = RULES[self.place["type"]].fields
        for name in names:
            text = loaded[entry(name)]
            if not loaded[tick(name)]:
                if text.strip(BLANKS) not in ("", self.now[name].strip(BLANKS)):
                    faults[entry(name)] = [Fault(_("填了新值但没有勾选。要变更请勾选，不变更请清空。"), "invalid")]
                continue
            try:
                found.append(FieldChange(name, read_value(FIELDS[name], text)))
            except LedgerError as error:
                faults[entry(name)] = [Fault.of(error)]
        if not found and not faults:
            faults[tick(names[0])] = [Fault(_("请至少勾选一个要变更的字段。"), "required")]
        if faults:
            raise ValidationError(faults)
        return tuple(found)


def report_form(change: ChangeType) -> type[Schema]:
    """The form's schema with the fields of a type."""
    inputs: dict[str, Any] = {}
    for name in RULES[change].fields:
        inputs[tick(name)] = TextField(1, typed=True, load_default="")
        # Only its length is looked at here: what it says is read by its kind.
        inputs[entry(name)] = Kept(load_default="")
    return ReportFormSchema.from_dict(inputs, name="ReportForm")


class Kept(TextField):
    """A text exactly as it was typed, read later."""

    def __init__(self, **options: Any) -> None:
        super().__init__(LONGEST, lines=True, typed=True, **options)

    def read(self, text: str) -> str:
        if len(text) > LONGEST:
            raise ValidationError([Fault(_("内容太长，最多 %(n)s 个字。请精简，详细内容放在附件里。", n=LONGEST))])
        return text


class DispositionField(TextField):
    """A disposition, chosen from a list."""

    def blank(self) -> Fault:
        return Fault(_("请选择处置。"), "required")

    def read(self, text: str) -> Any:
        if text not in set(Disposition):
            raise ValidationError([self.blank()])
        return Disposition(text)


class ActSchema(FormSchema):
    """An act on one report, at the version that was on the screen; `confirmed_version` is of a baseline that moved."""

    version = WholeField(least=1, most=LARGEST_VERSION, typed=True, required=True)
    confirmed_version = WholeField(least=1, most=LARGEST_VERSION, typed=True, load_default=None)
    reason = TextField(2000, lines=True, typed=True, load_default="")

    def __init__(self, *, command: Callable[..., Any], place: dict[str, Any], names: Collection[str], **options: Any):
        super().__init__(**options)
        self.command, self.place, self.names = command, place, names

    @post_load
    def _as_command(self, loaded: dict[str, Any], **_kw: Any) -> Any:
        return self.command(**self.place, **{name: loaded[name] for name in self.names})


class DecideSchema(FormSchema):
    """变更处置: what the province decides, with its document."""

    step = TextField(40, typed=True, load_default="")
    version = WholeField(least=1, most=LARGEST_VERSION, typed=True, required=True)
    confirmed_version = WholeField(least=1, most=LARGEST_VERSION, typed=True, load_default=None)
    disposition = DispositionField(20, typed=True, required=True)
    document_no = TextField(64, typed=True, load_default="")
    disposed_on = DayField(typed=True, required=True)
    opinion = TextField(2000, lines=True, typed=True, load_default="")
    reduced_to = MoneyField(typed=True, load_default=None)
    recover_amount = MoneyField(typed=True, load_default=None)

    def __init__(self, *, tenant_code: str, report_id: int, **options: Any) -> None:
        super().__init__(**options)
        self.place: dict[str, Any] = {"tenant_code": tenant_code, "report_id": report_id}

    @post_load
    def _as_command(self, loaded: dict[str, Any], **_kw: Any) -> DisposeReport:
        disposition = loaded["disposition"]
        faults: dict[str, list[Fault]] = {}
        for name, wanted in (("reduced_to", Disposition.AGREE_REDUCED), ("recover_amount", Disposition.RECOVER)):
            if loaded[name] is not None and disposition != wanted:
                # A sum beside a decision that has none was meant for another one.
                faults[name] = [Fault(_("这一处置不填这个金额。请清空，或改选处置。"), "invalid")]
        if disposition is not Disposition.SUPPLEMENT and not loaded["document_no"].strip(BLANKS):
            faults["document_no"] = [Fault(_("请填写处置文号，例如 吉发改服务函〔2026〕31号。"), "required")]
        if faults:
            raise ValidationError(faults)
        return DisposeReport(**self.place, **{name: value for name, value in loaded.items() if name != "step"})


class ReleaseSchema(FormSchema):
    """解除暂停拨付: the document that ends it, and why."""

    document_no = TextField(64, typed=True, load_default="")
    reason = TextField(2000, lines=True, typed=True, load_default="")

    def __init__(self, *, tenant_code: str, hold_id: int, **options: Any) -> None:
        super().__init__(**options)
        self.place: dict[str, Any] = {"tenant_code": tenant_code, "hold_id": hold_id}

    @post_load
    def _as_command(self, loaded: dict[str, Any], **_kw: Any) -> ReleaseHold:
        return ReleaseHold(**self.place, **loaded)
