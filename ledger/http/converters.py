"""The parts of URLs: `<tenant:code>` is one of the eleven, `<id:document_id>` is a number; all else is a 404."""

from __future__ import annotations

from flask import Flask
from werkzeug.routing import BaseConverter, ValidationError

from ledger.identity.store_reference import TENANT_CODES

LARGEST_ID = 2**63 - 1
# Named one by one: a code that only looked right would answer 405 where a missing one answers 404.
TENANT_PATTERN = "(?:" + "|".join(sorted(TENANT_CODES)) + ")"
"""Any tenant's code in a regular expression: not every one is six digits."""


class TenantConverter(BaseConverter):
    """The code of a prefecture-level tenant; the province has no pages below `/t/`."""

    regex = TENANT_PATTERN


class IdConverter(BaseConverter):
    """A row's id in decimal digits, without leading zeros."""

    regex = r"[1-9][0-9]{0,18}"

    def to_python(self, value: str) -> int:
        if not value.isascii() or int(value) > LARGEST_ID:
            raise ValidationError
        return int(value)

    def to_url(self, value: object) -> str:
        return str(value)


def register(app: Flask) -> None:
    """Make both converters known to the URL map."""
    app.url_map.converters.update(tenant=TenantConverter, id=IdConverter)
