"""A verification in a browser: followed by itself to its end, or by a link where no script runs."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from ledger.dispatch import execute
from ledger.domain.access import PROVINCE, SYSTEM
from ledger.jobs.commands import ClaimJob, KeepJob, ReleaseJob
from ledger.jobs.web_worker import work_off
from tests.browser.conftest import Browse
from tests.browser.visits import Books, Mode

pytestmark = pytest.mark.browser

ONE_DATABASE = pytest.mark.parametrize("database_urls", ["sqlite"], indirect=True)
"""What the browser alone decides is tried on one database."""


@ONE_DATABASE
@pytest.mark.parametrize("mode", [Mode.CDN, Mode.NO_SCRIPT, Mode.NARROW])
def test_a_verification_is_followed_to_its_end(browse: Browse, books: Books, mode: Mode) -> None:
    with browse(mode) as visit:
        visit.sign_in("province.auditor")
        visit.open("/audit/chain")
        visit.press("开始核验")
        visit.says("等待开始")
        job_id = int(visit.page.url.rsplit("/", 1)[1])
        execute(ClaimJob(PROVINCE, "mine"), SYSTEM)
        execute(KeepJob(PROVINCE, job_id, "mine", 30, 60), SYSTEM)
        if not mode.has_script:
            visit.follow("刷新")
        visit.says("已核验 30 条，共 60 条")
        execute(ReleaseJob(PROVINCE, job_id, "mine"), SYSTEM)
        work_off()
        if not mode.has_script:
            visit.follow("刷新")
        visit.says("逐条相接")
        # Its last answer asks no more.
        expect(visit.page.locator(f"#job-{job_id}[hx-trigger]")).to_have_count(0)
        if mode.has_script:
            expect(visit.page.locator("#live")).to_have_text("核验结束：完整")
            visit.follow("打开可打印的结果")
        expect(visit.page.locator(".paper")).to_have_count(1)
