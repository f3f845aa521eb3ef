"""The identity pages alone: what they promise does not rest on the other slices."""

from __future__ import annotations

import pytest
from flask import Flask

from ledger import faces


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> None:
    def register(app: Flask) -> None:
        from ledger.identity import web

        app.register_blueprint(web.pages)

    monkeypatch.setattr(faces, "register", register)
