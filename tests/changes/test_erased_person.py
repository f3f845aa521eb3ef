"""A legal representative who is erased: gone from every page, while chain, export and baselines still hold."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ledger.audit.queries_export import ExportJournal
from ledger.audit.queries_verify import VerifyJournal
from ledger.dispatch import ask, execute
from ledger.domain.access import SYSTEM
from ledger.domain.changes import ChangeType
from ledger.identity.commands_erasure import AskErasure, ConfirmErasure
from ledger.identity.queries_erasure import GetErasure
from tests.changes.reporting import Reports

SCRIPT = Path(__file__).resolve().parents[2] / "verify_journal.py"
NAME = "李四"


@pytest.mark.rule("RX.3")
@pytest.mark.rule("C10")
def test_an_erased_legal_representative_is_shown_nowhere_and_everything_still_holds(
    reports: Reports, tmp_path: Path
) -> None:
    pilot = reports.pilot()
    report_id = reports.passed(pilot, ChangeType.C10)
    assert reports.page(report_id).shown.personal == {"legal_representative": NAME}
    admin, second = reports.make.actor("admin"), reports.make.actor("admin.second")
    request_id = execute(AskErasure("220100", NAME, "本人书面申请", "长发改〔2026〕88号"), admin).subject_id
    committed = ask(GetErasure("220100", request_id), second).committed
    assert all(one.content == NAME and one.uses for one in committed)
    execute(ConfirmErasure("220100", request_id), second)
    assert NAME not in str(reports.page(report_id))
    assert "已删除" in reports.text(pilot, "legal_representative", ChangeType.C10)
    assert ask(VerifyJournal(), SYSTEM).sound
    file = tmp_path / "journal.jsonl"
    ask(ExportJournal(file), SYSTEM)
    assert NAME not in file.read_text(encoding="utf-8")
    done = subprocess.run([sys.executable, "-I", SCRIPT, file, "--json"], check=False, capture_output=True, text=True)
    assert json.loads(done.stdout)["problems"] == []
