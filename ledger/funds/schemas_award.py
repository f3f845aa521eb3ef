"""The forms 资金核定 and 指标下达: what is typed becomes the command that it asks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from marshmallow import Schema, ValidationError, post_load
from marshmallow.fields import Field

from ledger.domain.dates import FIRST_YEAR, LAST_YEAR
from ledger.funds.commands_allocation import RecordAllocation
from ledger.funds.commands_award import AwardLineDraft, RecordAward
from ledger.funds.schemas_money import MoneyFormSchema, NumberField, entered, unlisted
from ledger.http.fields import DayField, Fault, IdField, MoneyField, WholeField


class AwardFormSchema(MoneyFormSchema):
    """An award as the form sends it: `projects` maps the input of each amount to its project's code or name."""

    fiscal_year = WholeField(least=FIRST_YEAR, most=LAST_YEAR, typed=True, required=True)
    document_no = NumberField()
    decided_on = DayField(typed=True, required=True)

    def __init__(self, *, tenant_code: str, pilot_id: int, projects: Mapping[str, str], **options: Any) -> None:
        super().__init__(**options)
        self.tenant_code, self.pilot_id, self.projects = tenant_code, pilot_id, projects

    @post_load
    def _as_command(self, loaded: dict[str, Any], **_kw: Any) -> RecordAward:
        lines = tuple(
            AwardLineDraft(code, loaded[name]) for name, code in self.projects.items() if loaded[name] is not None
        )
        if not lines:
            fault = Fault(_("请至少填写一个项目的核定金额。"), "required")
            raise ValidationError([fault], field_name=next(iter(self.projects), "_schema"))
        rest = {name: value for name, value in entered(loaded).items() if name not in self.projects}
        return RecordAward(tenant_code=self.tenant_code, pilot_id=self.pilot_id, lines=lines, **rest)


def award_form(projects: Mapping[str, str]) -> type[Schema]:
    """The award's schema with an amount for each of `projects`; of several, some may be left out."""
    options: dict[str, Any] = {"required": True} if len(projects) == 1 else {"load_default": None}
    amounts: dict[str, Field[Any]] = {name: MoneyField(typed=True, **options) for name in projects}
    return AwardFormSchema.from_dict(amounts, name="AwardForm")


class AllocationFormSchema(MoneyFormSchema):
    """One line of a notice; `lines` maps an award line's id to its award and its project's code or name."""

    line_id = IdField(typed=True, required=True)
    amount = MoneyField(typed=True, required=True)
    document_no = NumberField()
    allocated_on = DayField(typed=True, required=True)

    def __init__(self, *, tenant_code: str, lines: Mapping[int, tuple[int, str]], **options: Any) -> None:
        super().__init__(**options)
        self.tenant_code, self.lines = tenant_code, lines

    @post_load
    def _as_command(self, loaded: dict[str, Any], **_kw: Any) -> RecordAllocation:
        rest = entered(loaded)
        line = self.lines.get(rest.pop("line_id"))
        if line is None:
            raise ValidationError([unlisted()], field_name="line_id")
        return RecordAllocation(tenant_code=self.tenant_code, award_id=line[0], project_code=line[1], **rest)
