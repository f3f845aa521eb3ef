"""Each import contract fails when a violation is planted."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import config

PLANTED = [
    # Slices import one way; shared parts know no slice.
    ("pilots/store_planted.py", "from ledger.funds import models", "slices"),
    ("identity/queries_planted.py", "from ledger.pilots import models", "slices"),
    ("http/planted.py", "from ledger.funds import queries", "slices"),
    ("dispatch.py", "from ledger.identity import models", "slices"),
    ("planted.py", "from ledger import domain", "slices"),
    # Bands of one slice.
    ("funds/web_planted.py", "from ledger.funds import models", "bands"),
    ("funds/api_planted.py", "from ledger.funds import store", "bands"),
    ("funds/schemas_planted.py", "from ledger.funds import models", "bands"),
    ("funds/schemas_planted.py", "from ledger.funds import web", "bands"),
    ("funds/commands_planted.py", "from ledger.funds import api", "bands"),
    ("funds/commands_planted.py", "from ledger.funds import queries", "bands"),
    ("funds/queries_planted.py", "from ledger.funds import schemas", "bands"),
    ("funds/store_planted.py", "from ledger.funds import commands", "bands"),
    ("funds/models_planted.py", "from ledger.funds import store", "bands"),
    ("funds/helpers_planted.py", "", "bands"),
    ("exchange/workbook.py", "import flask", "bands"),
    ("exchange/rows.py", "from ledger.funds import queries", "bands"),
    # A higher slice calls no command and no face of a lower one.
    ("funds/commands_planted.py", "from ledger.pilots import commands", "bands"),
    ("funds/web_planted.py", "from ledger.pilots import web", "bands"),
    ("funds/web_planted.py", "from ledger.pilots import models", "bands"),
    # Use cases and persistence do not know how they are asked; faces do not know the database.
    ("funds/commands_planted.py", "import flask", "bands"),
    ("funds/commands_planted.py", "import sqlalchemy", "bands"),
    ("funds/queries_planted.py", "import marshmallow", "bands"),
    ("funds/store_planted.py", "import flask_login", "bands"),
    ("funds/models_planted.py", "from ledger import dispatch", "bands"),
    ("funds/commands_planted.py", "from ledger import http", "bands"),
    ("funds/web_planted.py", "from ledger import database", "bands"),
    ("funds/web_planted.py", "import sqlalchemy", "bands"),
    # The domain.
    ("domain/planted.py", "import flask", "domain"),
    ("domain/planted.py", "import sqlalchemy", "domain"),
    ("domain/planted.py", "from ledger import clock", "domain"),
]
PACKAGES = ("http", "identity", "pilots", "funds", "audit", "exchange")
MODULES = ("web", "api", "schemas", "commands", "queries", "store", "models")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the package, with an empty module where one is not written yet."""
    shutil.copytree(config.ROOT / "ledger", tmp_path / "ledger", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(config.ROOT / "scripts", tmp_path / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(config.ROOT / "pyproject.toml", tmp_path)
    for package in PACKAGES:
        (tmp_path / "ledger" / package).mkdir(exist_ok=True)
        (tmp_path / "ledger" / package / "__init__.py").touch()
    for package in ("identity", "pilots", "funds"):
        for module in MODULES:
            (tmp_path / "ledger" / package / f"{module}.py").touch()
    for module in ("dispatch", "database", "clock"):
        (tmp_path / "ledger" / f"{module}.py").touch()
    return tmp_path


def lint(tree: Path, *contracts: str) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", "--no-logo"]
    for contract in contracts:
        command += ["--contract", contract]
    return subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False)


def test_the_package_keeps_every_contract(tree: Path) -> None:
    done = lint(tree)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(("file", "line", "contract"), PLANTED)
def test_a_planted_violation_is_found(file: str, line: str, contract: str, tree: Path) -> None:
    planted = tree / "ledger" / file
    before = planted.read_text(encoding="utf-8") if planted.exists() else '"""Planted."""\n'
    planted.write_text(f"{before}\n{line}\n", encoding="utf-8")
    done = lint(tree, contract)
    assert done.returncode == 1, done.stdout + done.stderr
    # Its name is there: another fault of the package does not pass for this one.
    assert f"ledger.{file.removesuffix('.py').replace('/', '.')}" in done.stdout
