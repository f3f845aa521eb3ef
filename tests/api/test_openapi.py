"""The description of the API: complete, and true of what is served."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from ledger.funds.schemas_documents import SCHEMAS
from ledger.http.errors import STATUS

METHODS = {"get", "post", "put", "patch", "delete"}


@pytest.fixture
def database_urls(sqlite_template: Path) -> dict[str, str]:
    """The description rests on no row: one database is enough, and nothing is written."""
    return {"DATABASE_URL": f"sqlite:///{sqlite_template}"}


@pytest.fixture
def description(app: Flask) -> dict[str, Any]:
    answer = app.test_client().get("/api/v1/openapi.json")
    assert answer.status_code == 200
    described: dict[str, Any] = json.loads(answer.get_data())
    return described


def operations(description: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in description["paths"].items():
        for method in METHODS & item.keys():
            yield path, method, item[method]


def refs(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if "$ref" in part:
            yield part["$ref"]
        for inner in part.values():
            yield from refs(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from refs(inner)


def test_it_is_openapi_3_1_and_open_to_all(description: dict[str, Any]) -> None:
    assert description["openapi"] == "3.1.0"
    assert description["paths"]["/api/v1/openapi.json"]["get"]["security"] == []
    assert description["security"] == [{"token": []}]
    assert description["components"]["securitySchemes"]["token"] == {"type": "http", "scheme": "bearer"}


def test_every_route_of_the_map_is_described_and_no_other(app: Flask, description: dict[str, Any]) -> None:
    served = {
        (re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule.rule), method.lower())
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert served == {(path, method) for path, method, _ in operations(description)}
    assert len(served) > 40


def test_every_reference_leads_somewhere(description: dict[str, Any]) -> None:
    for ref in refs(description):
        part: Any = description
        for name in ref.removeprefix("#/").split("/"):
            part = part[name]


def test_every_operation_names_its_path_its_words_and_its_refusals(description: dict[str, Any]) -> None:
    for path, method, operation in operations(description):
        item = description["paths"][path]
        named = {one["name"] for one in item.get("parameters", []) if one.get("in") == "path"}
        assert named == set(re.findall(r"{(\w+)}", path)), path
        assert operation["summary"], path
        if path.endswith("openapi.json"):
            continue
        wanted = {"400", "401", "403", "404", "422"} | ({"409", "413"} if method == "post" else set())
        assert wanted <= operation["responses"].keys(), path
        refusal = operation["responses"]["404"]["$ref"].rsplit("/", 1)[1]
        content = description["components"]["responses"][refusal]["content"]
        assert content["application/problem+json"]["schema"] == {"$ref": "#/components/schemas/Problem"}


def test_every_post_but_the_upload_demands_an_idempotency_key(description: dict[str, Any]) -> None:
    parameter = {"$ref": "#/components/parameters/IdempotencyKey"}
    for path, method, operation in operations(description):
        is_keyed = parameter in operation.get("parameters", [])
        assert is_keyed == (method == "post" and not path.endswith("{kind}")), path
    assert description["components"]["parameters"]["IdempotencyKey"]["in"] == "header"


def test_amounts_are_text_with_a_pattern(description: dict[str, Any]) -> None:
    schemas = description["components"]["schemas"]
    amount = schemas["RecordDisbursement"]["properties"]["amount"]
    assert amount["type"] == "string"
    for good in ("0.01", "1250000.00", "1250000", "9999999999999.99"):
        assert re.fullmatch(amount["pattern"], good)
    for bad in ("1,000", "-1", "0.001", "1e3", "１２", "01", "NaN", ""):
        assert not re.fullmatch(amount["pattern"], bad)
    assert schemas["Award"]["properties"]["lines"]["items"] == {"$ref": "#/components/schemas/Line"}
    assert set(schemas["Problem"]["properties"]["code"]["enum"]) >= STATUS.keys()


def test_the_upload_is_multipart(description: dict[str, Any]) -> None:
    operation = description["paths"]["/api/v1/imports/{kind}"]["post"]
    assert set(operation["requestBody"]["content"]) == {"multipart/form-data"}


def test_nothing_is_described_that_is_not_ours(description: dict[str, Any]) -> None:
    assert "PaginationMetadata" not in description["components"]["schemas"]
    assert description["components"]["schemas"]["Problem"]["properties"]["limit"]["type"] == "string"
    query = description["paths"]["/api/v1/t/{tenant_code}/disbursements"]["get"]["parameters"]
    by_name = {one["name"]: one["schema"] for one in query}
    assert by_name["per_page"] == {"type": "integer", "default": 50, "minimum": 1, "maximum": 200}
    assert "default" not in by_name["pilot_id"]
    assert by_name["status"]["enum"] == ["draft", "waiting", "returned", "posted", "reversed"]


def test_every_kind_of_document_is_described(description: dict[str, Any]) -> None:
    names = {schema.__name__.removesuffix("Schema") for schema in SCHEMAS.values()}
    assert names <= description["components"]["schemas"].keys()


def test_pages_keep_their_own_errors(app: Flask) -> None:
    client = app.test_client()
    assert client.get("/nowhere").mimetype == "text/html"
    missing = client.get("/api/v1/nowhere")
    assert (missing.status_code, missing.mimetype) == (404, "application/problem+json")
