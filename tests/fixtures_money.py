"""The fixture of tests that need money: a policy in force, this year's fund line, and the factory."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from ledger import dispatch
from ledger.domain.access import Actor
from ledger.domain.money import Money
from ledger.domain.policy import Switches
from ledger.funds.commands_fund_line import SetFundLine
from ledger.pilots.commands_policy import PublishPolicy
from tests.factories import Factory

FUND_LINE = Money(200_000_000_00)


@pytest.fixture
def make(actor: Callable[[str], Actor]) -> Factory:
    """The factory, on a database with the first policy version and the fund line of 2026."""
    officer, reviewer = actor("province.officer"), actor("province.reviewer")
    policy = PublishPolicy(
        effective_from=date(2026, 1, 1), document_no="吉发改服务〔2026〕1号", switches=Switches(), checker=reviewer
    )
    dispatch.execute(policy, officer)
    dispatch.execute(SetFundLine(fiscal_year=2026, total=FUND_LINE, checker=reviewer), officer)
    return Factory(actor)
