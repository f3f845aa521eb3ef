"""How a route is asked: as one person, with a body that is whole enough to reach the permission."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.conftest import Browser
from tests.factories import MadePilot

BOOK = Path(__file__).resolve().parents[2] / "demo" / "books" / "05-disbursements-220100-faults.xlsx"


@dataclass
class World:
    """Ids that routes are asked with: one waiting document of each kind in 220100."""

    pilot: MadePilot
    waiting_pilot: MadePilot
    documents: dict[str, int]
    paid_id: int
    imports: dict[str, int] = field(default_factory=dict)
    person_id: int = 0
    attachment_id: int = 0
    job_ids: dict[str, int] = field(default_factory=dict)
    erasure_id: int = 0
    changes: dict[str, int] = field(default_factory=dict)
    """A change report and a hold, by the names that routes have for them."""


@dataclass(frozen=True)
class Question:
    """One request: an endpoint with its values, and the roles that it serves."""

    name: str
    method: str
    path: str
    roles: frozenset[str]

    @property
    def is_api(self) -> bool:
        return self.path.startswith("/api/")


class Asker:
    """Asks a question as one person, with a body that is whole enough to reach the permission."""

    def __init__(self, browser: Browser | None, api: FlaskClient, world: World) -> None:
        self.browser, self.api, self.world = browser, api, world

    def ask(self, question: Question) -> TestResponse:
        if question.is_api:
            return self._ask_api(question)
        if self.browser is None:
            return self.api.open(question.path, method=question.method)
        if question.method == "GET":
            return self.browser.get(question.path)
        return self.browser.post(question.path, _form(question, self.world))

    def _ask_api(self, question: Question) -> TestResponse:
        if question.method == "GET":
            return self.api.get(question.path)
        headers = {"Idempotency-Key": f"{question.name} {question.path}"}
        if question.name == "POST api_imports.check_import":
            files = {"file": (io.BytesIO(BOOK.read_bytes()), "x.xlsx")}
            return self.api.post(question.path, data=files, content_type="multipart/form-data", headers=headers)
        return self.api.post(question.path, json=_body(question, self.world), headers=headers)


def _form(question: Question, world: World) -> dict[str, str]:
    forms = {
        "funds.act_on_document": {"version": "1", "reason": "错误"},
        "funds.reverse_document": {"version": "2", "reason": "错误", "reversed_on": "2026-08-01"},
        "pilots.return_designation": {"reason": "错误"},
    }
    sent = dict(forms.get(question.name.split(" ")[1], {}))
    if question.name.startswith("POST changes."):
        sent |= {"version": "1", "type": "C99", "pilot": str(world.pilot.id), "reason": "错误"}
    if question.name == "POST funds.record_disbursement" or question.path.endswith("/change"):
        sent |= _disbursement(world) | {"step": "send", "version": "1"}
    if not question.path.endswith("/return") and question.name == "POST funds.act_on_document":
        sent.pop("reason")
    return sent | {"idempotency_key": f"{question.path}"}


def _disbursement(world: World) -> dict[str, str]:
    return {
        "allocation_id": str(world.pilot.allocation_id),
        "amount": "1.00",
        "paid_on": "2026-05-20",
        "voucher_no": "ZF-ROUTES",
        "payee_name": world.pilot.name,
        "payee_account": "220012345678901",
        "note": "",
    }


def _body(question: Question, world: World) -> dict[str, Any] | None:
    act = question.path.rsplit("/", 1)[1]
    if act == "approve":
        return {}
    if act == "return":
        return {"reason": "错误"}
    if act == "reverse":
        return {"reason": "错误", "reversed_on": "2026-08-01"}
    if act == "confirm":
        return {"only_good": False}
    project = world.pilot.project_codes[0]
    day, document = "2026-08-01", "文〔2026〕9号"
    bodies: dict[str, dict[str, Any]] = {
        "awards": {
            "pilot_id": str(world.pilot.id),
            "lines": [{"project_code": project, "amount": "1.00"}],
            "fiscal_year": 2026,
            "document_no": document,
            "decided_on": day,
        },
        "allocations": {
            "award_id": str(world.pilot.award_id),
            "project_code": project,
            "amount": "1.00",
            "document_no": document,
            "allocated_on": day,
        },
        "disbursements": _disbursement(world),
        "expenditures": {
            "disbursement_id": str(world.paid_id),
            "amount": "1.00",
            "spent_on": day,
            "purpose": "设备",
        },
        "acceptances": {
            "pilot_id": str(world.pilot.id),
            "project_code": project,
            "amount": "1.00",
            "accepted_on": day,
            "document_no": document,
        },
        "recoveries": {
            "allocation_id": str(world.pilot.allocation_id),
            "amount": "1.00",
            "recovered_on": day,
            "document_no": document,
            "reason": "终止",
        },
    }
    return bodies[act]
