"""What is answered is what the description says: every name that it demands, and no name that it does not know."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from flask import Flask

from tests.api.conftest import Caller
from tests.factories import Factory

Call = Callable[[str], Caller]
TYPES = {"string": str, "integer": int, "array": list, "object": dict, "boolean": bool, "null": type(None)}


class Description:
    """Holds answers against the schemas of the description."""

    def __init__(self, app: Flask) -> None:
        answer = app.test_client().get("/api/v1/openapi.json")
        self.whole: dict[str, Any] = json.loads(answer.get_data())

    def of(self, path: str, status: str = "200", method: str = "get") -> dict[str, Any]:
        operation = self.whole["paths"][f"/api/v1{path}"][method]
        found: dict[str, Any] = operation["responses"][status]["content"]["application/json"]["schema"]
        return found

    def check(self, schema: dict[str, Any], value: Any, place: str) -> None:
        if "$ref" in schema:
            return self.check(self.whole["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]], value, place)
        if "oneOf" in schema:
            return self.check(self._chosen(schema["oneOf"], value), value, place)
        allowed = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        assert isinstance(value, tuple(TYPES[one] for one in allowed)), (place, value)
        if isinstance(value, dict):
            self._check_object(schema, value, place)
        elif isinstance(value, list):
            for number, one in enumerate(value):
                self.check(schema["items"], one, f"{place}.{number}")
        elif isinstance(value, str) and "pattern" in schema:
            assert re.fullmatch(schema["pattern"], value), (place, value)
        return None

    def _chosen(self, variants: list[dict[str, Any]], value: dict[str, Any]) -> dict[str, Any]:
        names = [one["$ref"].rsplit("/", 1)[1].lower() for one in variants]
        return variants[names.index(value["kind"])]

    def _check_object(self, schema: dict[str, Any], value: dict[str, Any], place: str) -> None:
        if "additionalProperties" in schema:
            for name, one in value.items():
                self.check(schema["additionalProperties"], one, f"{place}.{name}")
            return
        assert set(schema.get("required", [])) <= value.keys(), place
        for name, one in value.items():
            assert name in schema["properties"], f"{place}.{name}"
            self.check(schema["properties"][name], one, f"{place}.{name}")


def test_answers_are_as_described(app: Flask, call: Call, make: Factory) -> None:
    description = Description(app)
    pilot = make.allocated()
    document_id = make.disbursed(pilot, 100_00)
    reader = call("220100.finance_officer")
    sent = {"reason": "有误", "reversed_on": "2026-06-01"}
    reversal = reader.post(f"/t/220100/disbursements/{document_id}/reverse", sent)
    act = "/t/{tenant_code}/disbursements/{document_id}/reverse"
    description.check(description.of(act, "201", "post"), reversal.json, act)
    places = {
        "/t/{tenant_code}/awards/{document_id}": pilot.award_id,
        "/t/{tenant_code}/allocations/{document_id}": pilot.allocation_id,
        "/t/{tenant_code}/disbursements/{document_id}": document_id,
        "/t/{tenant_code}/pilots/{pilot_id}": pilot.id,
        "/t/{tenant_code}/pilots/{pilot_id}/position": pilot.id,
        "/t/{tenant_code}/pilots/{pilot_id}/entries": pilot.id,
        "/t/{tenant_code}/pilots": 0,
        "/t/{tenant_code}/awards": 0,
        "/t/{tenant_code}/allocations": 0,
        "/t/{tenant_code}/disbursements": 0,
        "/tenants": 0,
        "/totals": 0,
        "/journal": 0,
    }
    for path, number in places.items():
        called = re.sub(r"{\w+_id}", str(number), path.replace("{tenant_code}", "220100"))
        answer = reader.get(called)
        assert answer.status_code == 200, answer.json
        description.check(description.of(path), answer.json, path)
