"""Fixtures of this folder: where the bytes lie, a document to attach to, and ways to send a file."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

import config
from tests.conftest import Browser
from tests.factories import Factory
from tests.fixtures_money import make

__all__ = ["make"]

OFFICER = "220100.finance_officer"


@pytest.fixture
def folder(app: Flask) -> Path:
    """The folder of the test's blobs."""
    settings: config.Settings = app.config["SETTINGS"]
    return Path(settings.files)


@pytest.fixture
def document_id(make: Factory) -> int:
    """A disbursement of 220100 that waits for its check."""
    return make.waiting(make.allocated(1000_00), 400_00)


def send(browser: Browser, url: str, content: bytes, name: str = "凭证.pdf", **fields: str) -> TestResponse:
    """Send a file as the form does."""
    form = {"csrf_token": browser.fresh_token(), "file": FileStorage(io.BytesIO(content), name), **fields}
    # Encoded here: the client itself would leave the temporary file of a long body open.
    boundary, body = encode_multipart(form)
    return browser.client.post(url, data=body, content_type=f"multipart/form-data; boundary={boundary}")


def place_of(document_id: int, kind: str = "disbursement", tenant_code: str = "220100") -> str:
    """Where files for a document are sent."""
    return f"/t/{tenant_code}/files/{kind}/{document_id}"


def blobs(folder: Path) -> list[Path]:
    """Every blob in the folder."""
    return sorted(path for path in folder.rglob("*") if path.is_file())
