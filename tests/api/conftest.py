"""The JSON API alone, on both databases, with a factory of pilots and money."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import Headers
from werkzeug.test import TestResponse

from ledger import api as ledger_api
from ledger import faces
from tests.fixtures_money import make

__all__ = ["make"]

_keys = itertools.count(1)


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faces, "register", ledger_api.register)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of the API, read."""

    status_code: int
    mimetype: str
    headers: Headers
    raw: bytes

    @classmethod
    def of(cls, response: TestResponse) -> Answer:
        return cls(response.status_code, response.mimetype or "", response.headers, response.get_data())

    @property
    def json(self) -> Any:
        return json.loads(self.raw)


class Caller:
    """Calls the API as one person; each POST has a key of its own unless it is given one."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, path: str, **query: Any) -> Answer:
        return Answer.of(self.client.get(f"/api/v1{path}", query_string=query))

    def post(self, path: str, body: Any = None, *, key: str | None = "", **sent: Any) -> Answer:
        """POST `body` as JSON, or what `sent` says as werkzeug's client takes it."""
        headers = {} if key is None else {"Idempotency-Key": key or f"key-{next(_keys)}"}
        if body is not None:
            sent["json"] = body
        return Answer.of(self.client.post(f"/api/v1{path}", headers=headers, **sent))


@pytest.fixture
def call(app: Flask, api: Callable[[str], FlaskClient]) -> Callable[[str], Caller]:
    """Make a caller of the API by user name."""
    return lambda username: Caller(api(username))
