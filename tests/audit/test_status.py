"""系统状态: what it says, to whom, and what it keeps to itself."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask

from ledger import database
from ledger.audit.queries_status import SystemStatus
from ledger.audit.queries_verify import Head, VerifyJournal
from ledger.dispatch import ask, execute
from ledger.domain.access import SYSTEM, Actor, Role
from ledger.domain.errors import NotPermitted
from ledger.identity.commands import RegisterPerson
from ledger.identity.queries import ListOffices
from tests.conftest import PASSWORD, Browser

Who = Callable[[str], Actor]
SignIn = Callable[[str], Browser]


@pytest.mark.parametrize("username", ["admin", "province.auditor"])
def test_the_page_says_how_the_database_and_every_stream_stand(username: str, sign_in: SignIn) -> None:
    page = sign_in(username).get("/status").get_data(as_text=True)
    server = "SQLite 3" if database.is_sqlite() else "PostgreSQL "
    for words in ("正常", "与程序一致", server, "长白山", "梅河口", "还没有核验过"):
        assert words in page
    assert not re.search(r"金额|万元|\d,\d{3}\.\d{2}", page[page.index("<main") : page.index("</main>")])
    assert ('href="/admin/users"' in page) is (username == "admin")


def test_streams_are_counted_in_tenant_order_with_their_last_instant(actor: Who) -> None:
    before = ask(SystemStatus(), actor("admin"))
    assert [stream.code for stream in before.streams][:2] == ["220000", "220100"]
    assert len(before.streams) == 12
    office = ask(ListOffices("220100"), SYSTEM)[0].office_id
    execute(RegisterPerson("220100", "wang", "王", office, (Role.DRC_OFFICER,), PASSWORD), actor("admin"))
    after = ask(SystemStatus(), actor("admin"))
    assert after.entries == before.entries + 1
    assert after.recorded_at is not None
    assert before.recorded_at is not None
    assert after.recorded_at >= before.recorded_at


def test_the_last_verification_is_told_with_its_break(actor: Who, sign_in: SignIn) -> None:
    auditor = actor("province.auditor")
    ask(VerifyJournal(), auditor)
    assert "完整" in sign_in("admin").get("/status").get_data(as_text=True)
    ask(VerifyJournal(checkpoint=(Head("220100", 10_000, "f" * 64),)), auditor)
    found = ask(SystemStatus(), auditor).verification
    assert found is not None
    assert not found.sound
    assert found.first_break.startswith("220100 ")
    page = sign_in("admin").get("/status").get_data(as_text=True)
    assert "核验发现断裂" in page
    assert "需要处理" in page


def test_an_administrator_of_a_tenant_sees_their_own_stream_alone(app: Flask, actor: Who) -> None:
    office = ask(ListOffices("220100"), SYSTEM)[0].office_id
    execute(RegisterPerson("220100", "local", "本地", office, (Role.ADMINISTRATOR,), PASSWORD), SYSTEM)
    assert [stream.code for stream in ask(SystemStatus(), actor("local")).streams] == ["220100"]


@pytest.mark.parametrize("username", ["province.officer", "province.reviewer", "220100.finance_officer"])
def test_nobody_else_reads_it(username: str, actor: Who, sign_in: SignIn) -> None:
    with pytest.raises(NotPermitted):
        ask(SystemStatus(), actor(username))
    assert sign_in(username).get("/status").status_code == 403
