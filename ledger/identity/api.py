"""The JSON API of tenants."""

from __future__ import annotations

from typing import Any

from flask import Response

from ledger.dispatch import ask
from ledger.domain.access import Permission
from ledger.http.actor import current
from ledger.http.api import ApiBlueprint, ListQuery, list_answer, list_of
from ledger.identity.queries_tenants import ListTenants
from ledger.identity.schemas_api import TenantSchema

api = ApiBlueprint("tenants", __name__, "Tenants (市州)")


@api.endpoint("/tenants", Permission.SIGNED_IN, list_of(TenantSchema), query=ListQuery)
def list_tenants(asked: dict[str, Any]) -> Response:
    """The tenants that the asker reaches, in division order."""
    page, per_page = asked["page"], asked["per_page"]
    rows = ask(ListTenants(), current())
    shown = rows[(page - 1) * per_page : page * per_page]
    return list_answer(TenantSchema(many=True).dump(shown), len(rows), page, per_page)
