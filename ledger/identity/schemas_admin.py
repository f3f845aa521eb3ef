"""Forms of the administrator's pages and of one's own."""

from __future__ import annotations

from typing import Any

from flask_babel import LazyString, lazy_gettext
from flask_babel import gettext as _
from marshmallow import ValidationError, fields, post_load, validates_schema

from ledger.domain.access import Role
from ledger.domain.amounts import BLANKS
from ledger.http.fields import Fault, FormSchema, IdField, SecretField, TextField, WholeField
from ledger.identity.commands import RegisterOffice, RegisterPerson
from ledger.identity.commands_accounts import ChangeOwnPassword, make_password
from ledger.identity.commands_erasure import LONGEST_VALUE, AskErasure
from ledger.identity.commands_offices import DeactivateOffice, ReactivateOffice
from ledger.identity.commands_roles import ConfirmRoles, ProposeRoles, RefuseRoles
from ledger.identity.commands_tokens import MOST_DAYS

_NAME, _USERNAME, _REASON = lazy_gettext("姓名"), lazy_gettext("用户名"), lazy_gettext("原因")


class RoleField(TextField):
    """A role by its code, as a box of the form sends it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(40, required=True, **options)

    def read(self, text: str) -> Any:
        if text not in set(Role):
            raise ValidationError([Fault(_("没有这个角色。请从列表中选择。"))])
        return Role(text)


class NamedField(TextField):
    """A required text whose summary line says what is missing: forms with several blanks read alike otherwise."""

    def __init__(self, limit: int, what: LazyString, **options: Any) -> None:
        super().__init__(limit, typed=True, required=True, **options)
        self.what = what

    def blank(self) -> Fault:
        return Fault(_("请填写%(what)s。", what=str(self.what)), "required")

    def read(self, text: str) -> str:
        if not text.strip(BLANKS):
            raise ValidationError([self.blank()])
        return super().read(text)


class OfficeField(IdField):
    """The office that a person works for."""

    def blank(self) -> Fault:
        return Fault(_("请选择单位。"), "required")


class RolesSchema(FormSchema):
    """The parent of forms with boxes of roles."""

    roles = fields.List(RoleField(typed=True), load_default=list)

    @validates_schema(skip_on_field_errors=False)
    def _check_roles(self, loaded: dict[str, Any], **_kw: Any) -> None:
        # No box ticked sends no field at all.
        if loaded.get("roles") == []:
            raise ValidationError({"roles": [Fault(_("请选择至少一个角色。"), "required")]})


class RegisterPersonSchema(RolesSchema):
    """登记人员: everything but the password, which is made here and shown once."""

    tenant = TextField(12, typed=True, required=True)
    office_id = OfficeField(typed=True, required=True)
    name = NamedField(40, _NAME)
    username = NamedField(80, _USERNAME)

    @post_load
    def _as_command(self, loaded: dict[str, Any], **_kw: Any) -> RegisterPerson:
        return RegisterPerson(
            loaded["tenant"],
            loaded["username"],
            loaded["name"],
            loaded["office_id"],
            tuple(loaded["roles"]),
            make_password(),
        )


class RegisterOfficeSchema(FormSchema):
    """登记单位: a DRC or finance bureau of one of the place's divisions."""

    tenant = TextField(12, typed=True, required=True)
    name = NamedField(60, lazy_gettext("单位名称"))
    kind = NamedField(12, lazy_gettext("单位类型"))
    division_code = NamedField(12, lazy_gettext("区划"))

    @post_load
    def _as_command(self, loaded: dict[str, Any], **_kw: Any) -> RegisterOffice:
        return RegisterOffice(loaded["tenant"], loaded["name"], loaded["kind"], loaded["division_code"])


class OfficeStateSchema(FormSchema):
    """停用 or 恢复 of one office; `act` is end or return."""

    tenant = TextField(12, typed=True, required=True)
    office_id = IdField(typed=True, required=True)
    act = TextField(12, typed=True, required=True)

    @post_load
    def _as_command(self, loaded: dict[str, Any], **_kw: Any) -> DeactivateOffice | ReactivateOffice:
        change = ReactivateOffice if loaded["act"] == "return" else DeactivateOffice
        return change(loaded["tenant"], loaded["office_id"])


class _OfPersonSchema(FormSchema):
    """The parent of forms about one person, who is named in the URL."""

    def __init__(self, *, tenant_code: str, person_id: int, **options: Any) -> None:
        super().__init__(**options)
        self.tenant_code, self.person_id = tenant_code, person_id


class ProposeRolesSchema(_OfPersonSchema, RolesSchema):
    """变更角色: the roles wanted, and why."""

    reason = NamedField(200, _REASON, lines=True)

    @post_load
    def _as_command(self, loaded: dict[str, Any], **_kw: Any) -> ProposeRoles:
        return ProposeRoles(self.tenant_code, self.person_id, tuple(loaded["roles"]), loaded["reason"])


class DecideRolesSchema(_OfPersonSchema):
    """A decision on a request: which one, so that nobody confirms what they have not seen."""

    request_id = IdField(typed=True, required=True)

    def __init__(self, *, confirms: bool, **options: Any) -> None:
        super().__init__(**options)
        self.confirms = confirms

    @post_load
    def _as_command(self, loaded: dict[str, Any], **_kw: Any) -> ConfirmRoles | RefuseRoles:
        decision = ConfirmRoles if self.confirms else RefuseRoles
        return decision(self.tenant_code, self.person_id, loaded["request_id"])


class AskErasureSchema(FormSchema):
    """删除个人信息: which value of which place, why, and by which document."""

    tenant = TextField(12, typed=True, required=True)
    content = NamedField(LONGEST_VALUE, lazy_gettext("要删除的个人信息"))
    reason = NamedField(200, _REASON, lines=True)
    document_no = NamedField(80, lazy_gettext("文号"))

    @post_load
    def _as_command(self, loaded: dict[str, Any], **_kw: Any) -> AskErasure:
        return AskErasure(loaded["tenant"], loaded["content"], loaded["reason"], loaded["document_no"])


class EmptySchema(FormSchema):
    """A form with a button and nothing else."""


class OwnPasswordSchema(FormSchema):
    """更改密码: the one in use, and the new one twice."""

    current = SecretField(typed=True, required=True)
    password = SecretField(typed=True, required=True)
    again = SecretField(typed=True, required=True)

    @validates_schema
    def _check_twice(self, loaded: dict[str, Any], **_kw: Any) -> None:
        if loaded.get("password") != loaded.get("again"):
            raise ValidationError({"again": [Fault(_("两次填写的新密码不一致。"))]})

    @post_load
    def _as_command(self, loaded: dict[str, Any], **_kw: Any) -> ChangeOwnPassword:
        return ChangeOwnPassword(loaded["current"], loaded["password"])


class IssueTokenSchema(FormSchema):
    """新令牌: for how many days."""

    days = WholeField(least=1, most=MOST_DAYS, typed=True, required=True)

    @post_load
    def _as_days(self, loaded: dict[str, Any], **_kw: Any) -> int:
        return int(loaded["days"])


class RevokeTokenSchema(FormSchema):
    """撤销: which token."""

    token_id = IdField(typed=True, required=True)

    @post_load
    def _as_id(self, loaded: dict[str, Any], **_kw: Any) -> int:
        return int(loaded["token_id"])
