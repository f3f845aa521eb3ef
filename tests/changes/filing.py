"""A change report filed through the browser, without a script, as the right people; every default is a valid one."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from ledger.changes.queries import GetReport, ReportPage
from ledger.dispatch import ask
from ledger.funds.queries_pilots import GetPilot
from tests.conftest import Browser
from tests.factories import Factory, MadePilot

SignIn = Callable[[str], Browser]
NEW = "/t/220100/changes/new"
MAKER, REVIEWER, FINANCE = "220100.drc_officer", "220100.drc_reviewer", "220100.finance_reviewer"
OFFICER, SECOND = "province.officer", "province.reviewer"


def project_of(make: Factory, pilot: MadePilot) -> int:
    return int(ask(GetPilot(tenant_code="220100", pilot_id=pilot.id), make.actor(MAKER)).projects[0][0].id)


def typed(make: Factory, pilot: MadePilot, **changes: Any) -> dict[str, Any]:
    values = {
        "pilot": str(pilot.id),
        "project": str(project_of(make, pilot)),
        "type": "C06",
        "tick_finish_on": "1",
        "new_finish_on": "2028年6月30日",
        "new_start_on": "",
        "occurred_on": "2026-11-18",
        "told_on": "2026-11-19",
        "reason": "主要设备到货推迟",
        "step": "check",
    }
    return {name: value for name, value in (values | changes).items() if value is not None}


def kept(sign_in: SignIn, make: Factory, pilot: MadePilot, **changes: Any) -> str:
    """The URL of a report that was filled in and kept."""
    answer = sign_in(MAKER).post(NEW, typed(make, pilot, **changes))
    assert answer.status_code == 303, answer.get_data(as_text=True)
    found = re.match(r"/t/220100/changes/[0-9]+", answer.location)
    assert found
    return found[0]


def page_of(make: Factory, url: str) -> ReportPage:
    return ask(GetReport(tenant_code="220100", report_id=int(url.rsplit("/", 1)[1])), make.actor(MAKER))


def act(sign_in: SignIn, make: Factory, who: str, url: str, name: str, **form: Any) -> Any:
    return sign_in(who).post(f"{url}/{name}", {"version": page_of(make, url).report.version, **form})


def filed(sign_in: SignIn, make: Factory, pilot: MadePilot, **changes: Any) -> str:
    """The URL of a report that its office's reviewer passed."""
    url = kept(sign_in, make, pilot, **changes)
    for who, name in ((MAKER, "send"), (REVIEWER, "pass")):
        answer = act(sign_in, make, who, url, name)
        assert answer.status_code == 303, answer.get_data(as_text=True)
    return url


def decided(**changes: Any) -> dict[str, Any]:
    values = {
        "disposition": "agree",
        "document_no": "吉发改服务函[2026]31号",
        "disposed_on": "2026-11-20",
        "opinion": "同意延期",
        "reduced_to": "",
        "recover_amount": "",
        "step": "send",
    }
    return values | changes
