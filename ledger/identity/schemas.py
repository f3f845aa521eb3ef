"""The form of the sign-in."""

from __future__ import annotations

from typing import Any

from marshmallow import post_load

from ledger.http.fields import FormSchema, SecretField, TextField


class SignInSchema(FormSchema):
    """What the sign-in page sends: a user name, a password, and where to go on to."""

    username = TextField(80, typed=True, required=True)
    password = SecretField(typed=True, required=True)
    next = TextField(2000, typed=True, load_default="")

    @post_load
    def _as_tuple(self, loaded: dict[str, Any], **_kw: Any) -> tuple[str, str, str]:
        return loaded["username"], loaded["password"], loaded["next"]
