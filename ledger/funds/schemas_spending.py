"""The forms 登记支出, 验收金额 and 收回: what is typed becomes the command that it asks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _
from marshmallow import ValidationError, post_load

from ledger.funds.commands_spending import RecordAcceptance, RecordExpenditure, RecordRecovery
from ledger.funds.schemas_money import MoneyFormSchema, NamedField, NumberField, entered, unlisted
from ledger.http.fields import DayField, IdField, MoneyField

_WORDS = 200


class ExpenditureFormSchema(MoneyFormSchema):
    """What the project unit spent of one disbursement."""

    amount = MoneyField(typed=True, required=True)
    spent_on = DayField(typed=True, required=True)
    purpose = NamedField(_WORDS, lines=True, missing=_("请填写支出用途，应为批复的资金用途。"))

    def __init__(self, *, tenant_code: str, disbursement_id: int, **options: Any) -> None:
        super().__init__(**options)
        self.place: dict[str, Any] = {"tenant_code": tenant_code, "disbursement_id": disbursement_id}

    @post_load
    def _as_command(self, loaded: dict[str, Any], **_kw: Any) -> RecordExpenditure:
        return RecordExpenditure(**self.place, **entered(loaded))


class AcceptanceFormSchema(MoneyFormSchema):
    """What an acceptance recognised for a project; `projects` maps an id to the project's code or name."""

    project_id = IdField(typed=True, required=True)
    amount = MoneyField(typed=True, required=True)
    accepted_on = DayField(typed=True, required=True)
    document_no = NumberField()

    def __init__(self, *, tenant_code: str, pilot_id: int, projects: Mapping[int, str], **options: Any) -> None:
        super().__init__(**options)
        self.place: dict[str, Any] = {"tenant_code": tenant_code, "pilot_id": pilot_id}
        self.projects = projects

    @post_load
    def _as_command(self, loaded: dict[str, Any], **_kw: Any) -> RecordAcceptance:
        rest = entered(loaded)
        code = self.projects.get(rest.pop("project_id"))
        if code is None:
            raise ValidationError([unlisted()], field_name="project_id")
        return RecordAcceptance(**self.place, project_code=code, **rest)


class RecoveryFormSchema(MoneyFormSchema):
    """What is taken back, of an allocation or of a disbursement: one of the two ids."""

    amount = MoneyField(typed=True, required=True)
    recovered_on = DayField(typed=True, required=True)
    document_no = NumberField()
    reason = NamedField(_WORDS, lines=True, missing=_("请填写收回原因。"))

    def __init__(
        self, *, tenant_code: str, allocation_id: int | None, disbursement_id: int | None, **options: Any
    ) -> None:
        super().__init__(**options)
        self.place: dict[str, Any] = {
            "tenant_code": tenant_code,
            "allocation_id": allocation_id,
            "disbursement_id": disbursement_id,
        }

    @post_load
    def _as_command(self, loaded: dict[str, Any], **_kw: Any) -> RecordRecovery:
        return RecordRecovery(**self.place, **entered(loaded))
