"""Every rule that the code claims to follow is named by a test."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RULE = re.compile(r"\b(R\d{1,2}\.\d[a-e]?|RX\.\d)\b")


def test_every_rule_id_in_the_code_has_a_test_that_names_it() -> None:
    claimed: dict[str, set[str]] = {}
    for path in (ROOT / "ledger").rglob("*.py"):
        for rule in RULE.findall(path.read_text(encoding="utf-8")):
            claimed.setdefault(rule, set()).add(path.name)
    tested = {
        rule
        for path in (ROOT / "tests").rglob("test_*.py")
        for rule in re.findall(r"\brule\(\"([\w.]+)\"\)", path.read_text(encoding="utf-8"))
    }
    missing = {rule: sorted(files) for rule, files in sorted(claimed.items()) if rule not in tested}
    assert not missing
