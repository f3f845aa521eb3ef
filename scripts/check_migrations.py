"""Check the migrations' shape: numbered, one line from the first to one head, each with a way back."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

from alembic.config import Config
from alembic.script import Script, ScriptDirectory

ROOT = Path(__file__).resolve().parent.parent
# Run as a program, only scripts/ is on the path; migrations share `migrations.securing`.
sys.path.insert(0, str(ROOT))
NUMBERED = re.compile(r"\d{4}_[a-z0-9_]+")


def faults(folder: Path) -> list[str]:
    """What is wrong with the migrations below `folder`, one line each; none when all is well."""
    settings = Config()
    settings.set_main_option("script_location", str(folder))
    directory = ScriptDirectory.from_config(settings)
    found = []
    if len(heads := directory.get_heads()) != 1:
        found.append(f"{len(heads)} heads instead of one: {', '.join(sorted(heads)) or 'no migration'}")
    if len(bases := directory.get_bases()) > 1:
        found.append(f"{len(bases)} beginnings instead of one: {', '.join(sorted(bases))}")
    for script in directory.walk_revisions():
        found += script_faults(script)
    return found


def script_faults(script: Script) -> list[str]:
    """What is wrong with one migration file."""
    path = Path(script.path)
    found = []
    if not NUMBERED.fullmatch(path.stem):
        found.append(f"{path.name}: the name is not a number of four digits and words")
    functions = {
        node.name: node
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef)
    }
    for name in ("upgrade", "downgrade"):
        body = [node for node in functions[name].body if not is_empty(node)] if name in functions else []
        if not body:
            found.append(f"{path.name}: {name}() does nothing")
    return found


def is_empty(node: ast.stmt) -> bool:
    """Whether a statement is `pass` or a bare text."""
    return isinstance(node, ast.Pass) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))


def main() -> None:
    found = faults(ROOT / "migrations")
    for line in found:
        sys.stderr.write(f"{line}\n")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
