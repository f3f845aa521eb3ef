"""The JSON API of a tenant's pilots, filtered and sorted as the page is."""

from __future__ import annotations

from typing import Any

from flask import Response

from ledger.dispatch import ask
from ledger.domain.access import Permission
from ledger.funds.queries_pilots import ListPilots
from ledger.funds.schemas_api import PilotQuery
from ledger.http.actor import current
from ledger.http.api import ApiBlueprint, list_answer, list_of
from ledger.pilots.queries_projects import ListProjects
from ledger.pilots.schemas_api import PilotSchema, pilot_json

api = ApiBlueprint("pilot_lists", __name__, "Lists of pilots (试点)")


@api.endpoint("/t/<tenant:tenant_code>/pilots", Permission.PILOT_READ, list_of(PilotSchema), query=PilotQuery)
def list_pilots(asked: dict[str, Any], tenant_code: str) -> Response:
    """The pilots of a tenant with their projects."""
    found = ask(ListPilots(tenant_code=tenant_code, **asked), current())
    ids = [pilot.id for pilot in found.items] or [0]
    projects = ask(ListProjects(tenant_code=tenant_code, first_id=min(ids), last_id=max(ids)), current())
    items = [pilot_json(pilot, projects.get(pilot.id, ())) for pilot in found.items]
    return list_answer(items, found.total, found.page, found.per_page)
