"""The JSON API of one pilot: its designation, and the check of it."""

from __future__ import annotations

from typing import Any

from flask import Response

from ledger.dispatch import ask, execute
from ledger.domain.access import Permission
from ledger.http.actor import current
from ledger.http.api import ApiBlueprint, answer, sent_key
from ledger.pilots.commands import ConfirmDesignation, ReturnDesignation
from ledger.pilots.queries_projects import GetDesignation
from ledger.pilots.schemas_api import ConfirmDesignationSchema, PilotSchema, ReturnDesignationSchema, pilot_json

api = ApiBlueprint("pilots", __name__, "Pilots (试点)")
_PILOT = "/t/<tenant:tenant_code>/pilots/<id:pilot_id>"


@api.endpoint(_PILOT, Permission.PILOT_READ, PilotSchema)
def get_pilot(tenant_code: str, pilot_id: int) -> Response:
    """One pilot with its projects."""
    found = ask(GetDesignation(tenant_code=tenant_code, pilot_id=pilot_id), current())
    return answer(pilot_json(found.pilot, found.projects))


@api.endpoint(f"{_PILOT}/approve", Permission.DESIGNATION_CHECK, PilotSchema, body=ConfirmDesignationSchema, keyed=True)
def approve_pilot(_sent: dict[str, Any], tenant_code: str, pilot_id: int) -> Response:
    """Check a waiting designation as the second person (province_reviewer)."""
    return _checked(ConfirmDesignation(tenant_code=tenant_code, pilot_id=pilot_id))


@api.endpoint(f"{_PILOT}/return", Permission.DESIGNATION_CHECK, PilotSchema, body=ReturnDesignationSchema, keyed=True)
def return_pilot(sent: dict[str, Any], tenant_code: str, pilot_id: int) -> Response:
    """Return a waiting designation with the reason (province_reviewer)."""
    return _checked(ReturnDesignation(tenant_code=tenant_code, pilot_id=pilot_id, reason=sent["reason"]))


def _checked(command: ConfirmDesignation | ReturnDesignation) -> Response:
    receipt = execute(command, current(), sent_key())
    found = ask(GetDesignation(tenant_code=command.tenant_code, pilot_id=command.pilot_id), current())
    # The first result again for a key that was used, whatever became of the pilot since.
    return answer(pilot_json(found.pilot, found.projects, status=receipt.facts[0].after["status"]))
