"""核验 in the browser: a job with its progress, what it found as evidence, and the runs before it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from ledger.audit.queries_journal import ListJournal
from ledger.dispatch import ask, execute
from ledger.domain.access import PROVINCE, SYSTEM, Actor
from ledger.jobs.commands import ClaimJob, KeepJob
from ledger.jobs.web_worker import work_off
from tests.audit.conftest import TENANT, Books
from tests.conftest import Browser

Who = Callable[[str], Actor]
SignIn = Callable[[str], Browser]
Tamper = Callable[..., None]
BROKEN = 'UPDATE journal_entry SET payload = replace(payload, \'"status":"posted"\', \'"status":"Posted"\')'


def started(person: Browser, place: str = "/audit/chain") -> str:
    answer = person.post(place, {"idempotency_key": "verify-now"})
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return str(answer.headers["Location"])


def text_of(person: Browser, url: str, *, htmx: bool = False) -> str:
    answer = person.get(url, htmx=htmx)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return str(answer.get_data(as_text=True))


@pytest.mark.rule("RX.3")
def test_a_verification_is_followed_to_its_end_and_asked_for_no_more(books: Books, sign_in: SignIn) -> None:
    auditor = sign_in("province.auditor")
    assert "还没有在这里核验过" in text_of(auditor, "/audit/chain")
    url = started(auditor)
    job_id = url.rsplit("/", 1)[1]
    waiting = text_of(auditor, url, htmx=True)
    assert f'id="job-{job_id}"' in waiting
    assert 'hx-trigger="every 2s"' in waiting
    assert "<html" not in waiting
    execute(ClaimJob(PROVINCE, "mine"), SYSTEM)
    execute(KeepJob(PROVINCE, int(job_id), "mine", 40, 120), SYSTEM)
    running = text_of(auditor, url)
    assert '<progress class="job" max="120" value="40"' in running
    assert "已核验 40 条，共 120 条" in running
    assert f'href="{url}"' in running, "without JavaScript the page is renewed by a link"


def test_what_was_found_is_shown_listed_and_printed(books: Books, sign_in: SignIn) -> None:
    auditor = sign_in("province.auditor")
    url = started(auditor)
    assert [one.state for one in work_off()] == ["done"]
    over = text_of(auditor, url, htmx=True)
    assert "every 2s" not in over
    assert "完整" in over
    page = text_of(auditor, url)
    assert "长春市" in page
    assert "服务业发展专项资金台账留痕核验记录" in page
    assert len(re.findall(r"<code class=\"hash\">[0-9a-f]{64}</code>", page)) == 2 * 12
    listed = text_of(auditor, "/audit/chain")
    assert url in listed
    kinds = [entry.kind for entry in ask(ListJournal(PROVINCE), SYSTEM).entries]
    assert kinds.count("job_asked") == 1
    assert kinds.count("journal_verified") == 1


@pytest.mark.rule("RX.3")
def test_the_first_bad_entry_is_named_with_both_hashes(books: Books, tamper: Tamper, sign_in: SignIn) -> None:
    tamper("journal_entry", f"{BROKEN} WHERE tenant_code = '{TENANT}' AND kind = 'award_approved'")
    entry = next(one for one in ask(ListJournal(TENANT), SYSTEM).entries if one.kind == "award_approved")
    auditor = sign_in("province.auditor")
    url = started(auditor)
    work_off()
    page = text_of(auditor, url)
    assert "不完整" in page
    assert f"长春市 第 {entry.seq} 条" in page
    assert entry.hash in page
    assert "内容与它的哈希不符" in page
    assert f'href="/t/{TENANT}/journal/{entry.seq}"' in page
    assert "断裂" in text_of(auditor, "/audit/chain")
    bad = text_of(auditor, f"/t/{TENANT}/journal/{entry.seq}")
    assert "内容与哈希不符" in bad


def test_people_of_a_tenant_verify_their_own_stream_alone(books: Books, sign_in: SignIn) -> None:
    local = sign_in(f"{TENANT}.drc_officer")
    assert local.get("/audit/chain").status_code == 403
    assert local.post("/audit/chain").status_code == 403
    assert local.get("/t/220300/journal/verify").status_code == 404
    url = started(local, f"/t/{TENANT}/journal/verify")
    work_off()
    page = text_of(local, url)
    assert "长春市" in page
    assert "四平市" not in page
    assert sign_in("220300.drc_officer").get(url).status_code == 404
    assert sign_in("admin").get("/audit/chain").status_code == 403


def test_a_second_one_is_led_to_the_one_under_way(sign_in: SignIn) -> None:
    auditor, officer = sign_in("province.auditor"), sign_in("province.officer")
    url = started(auditor)
    refused = officer.post("/audit/chain", {"idempotency_key": "another"})
    assert refused.status_code == 409
    page = refused.get_data(as_text=True)
    assert "已有一项核验正在进行" in page
    assert url in page


def test_both_languages(books: Books, sign_in: SignIn) -> None:
    auditor = sign_in("province.auditor")
    url = started(auditor)
    work_off()
    assert auditor.get(f"{url}?lang=en").status_code == 200
