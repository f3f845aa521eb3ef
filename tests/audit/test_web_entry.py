"""The page of one entry: where a printed code leads, what it shows of whom, and that reading others' is told."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ledger.audit.queries_journal import JournalItem, ListJournal
from ledger.dispatch import ask, execute
from ledger.domain.access import PROVINCE, SYSTEM, Actor, Role
from ledger.identity.commands import RegisterPerson
from ledger.identity.commands_erasure import AskErasure, ConfirmErasure
from ledger.identity.queries import ListOffices
from tests.audit.conftest import TENANT, Books
from tests.conftest import PASSWORD, Browser

Who = Callable[[str], Actor]
SignIn = Callable[[str], Browser]


def entries(kind: str, stream: str = TENANT) -> list[JournalItem]:
    return [one for one in ask(ListJournal(stream), SYSTEM).entries if one.kind == kind]


def page_of(person: Browser, url: str) -> str:
    answer = person.get(url)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return str(answer.get_data(as_text=True))


@pytest.mark.rule("RX.3")
def test_an_entry_shows_its_sentence_its_fields_and_its_hashes(books: Books, sign_in: SignIn) -> None:
    entry = entries("disbursement_approved")[0]
    page = page_of(sign_in(f"{TENANT}.finance_reviewer"), f"/t/{TENANT}/journal/{entry.seq}")
    for words in (entry.hash, entry.prev, "复核通过拨付", "400,000.00", "内容与哈希相符", "还没有检查点覆盖这一条"):
        assert words in page, words
    assert f'href="/t/{TENANT}/journal/{entry.seq - 1}"' in page
    assert f'href="/t/{TENANT}/documents/{books.disbursement_id}"' in page


@pytest.mark.rule("RX.3")
def test_reading_another_offices_entry_is_an_entry_and_reading_ones_own_is_none(
    books: Books, actor: Who, sign_in: SignIn
) -> None:
    entry = entries("disbursement_approved")[0]
    url = f"/t/{TENANT}/journal/{entry.seq}"
    before = len(entries("journal_read"))
    page_of(sign_in(f"{TENANT}.finance_officer"), url)
    assert len(entries("journal_read")) == before
    page_of(sign_in(f"{TENANT}.drc_officer"), url)
    assert len(entries("journal_read")) == before + 1
    page_of(sign_in("province.auditor"), url)
    assert [one.actor_id for one in entries("journal_read", PROVINCE)].count(actor("province.auditor").person_id) == 1


def test_another_tenants_entry_and_a_missing_one_are_not_found(books: Books, sign_in: SignIn) -> None:
    seq = entries("award_approved")[0].seq
    stranger, local = sign_in("220200.drc_officer"), sign_in(f"{TENANT}.drc_officer")
    assert stranger.get(f"/t/{TENANT}/journal/{seq}").status_code == 404
    assert stranger.get("/journal/1").status_code == 404
    assert local.get(f"/t/{TENANT}/journal/999999").status_code == 404
    assert local.get(f"/t/{TENANT}/journal/{seq}/proof").status_code == 404, "no checkpoint covers it yet"
    assert "记录 #1" in page_of(sign_in("province.auditor"), "/journal/1")


def test_personal_values_of_accounts_are_not_shown_here(actor: Who, sign_in: SignIn) -> None:
    office = ask(ListOffices(TENANT), SYSTEM)[0].office_id
    execute(RegisterPerson(TENANT, "zhang.san", "张三丰", office, (Role.DRC_OFFICER,), PASSWORD), actor("admin"))
    seq = entries("person_registered")[-1].seq
    page = page_of(sign_in("province.auditor"), f"/t/{TENANT}/journal/{seq}")
    main = page[page.index("证明") - 4000 : page.index("证明")]
    assert "个人信息，此处不显示" in main
    request_id = execute(AskErasure(TENANT, "张三丰", "本人申请", "长发改〔2026〕7号"), actor("admin")).subject_id
    execute(ConfirmErasure(TENANT, request_id), actor("admin.second"))
    page = page_of(sign_in("province.auditor"), f"/t/{TENANT}/journal/{seq}")
    assert "已删除" in page
    assert "内容与哈希相符" in page


def test_in_english_too(books: Books, sign_in: SignIn) -> None:
    seq = entries("award_approved")[0].seq
    assert sign_in("province.auditor").get(f"/t/{TENANT}/journal/{seq}?lang=en").status_code == 200
