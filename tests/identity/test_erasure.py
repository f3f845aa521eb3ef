"""Personal values are erased by two administrators; the journal stays whole and says 已删除."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import text

from ledger.audit.queries_journal import ListJournal
from ledger.audit.queries_verify import VerifyJournal
from ledger.dispatch import ask, execute
from ledger.domain.access import SYSTEM, Actor, Role
from ledger.domain.errors import Conflict, Invalid, MakerIsChecker, NotFound, NotPermitted
from ledger.identity.commands import RegisterPerson
from ledger.identity.commands_erasure import AskErasure, ConfirmErasure, RefuseErasure
from ledger.identity.queries import ListOffices
from ledger.identity.queries_erasure import GetErasure
from tests.conftest import PASSWORD, Browser
from tests.faults.raw import refused, session_of

Who = Callable[[str], Actor]
SignIn = Callable[[str], Browser]
TENANT, NAME = "220100", "欧阳慕雪"


@pytest.fixture
def registered(actor: Who) -> int:
    """The number of the entry that commits to a name."""
    office = ask(ListOffices(TENANT), SYSTEM)[0].office_id
    execute(RegisterPerson(TENANT, "ouyang", NAME, office, (Role.DRC_OFFICER,), PASSWORD), actor("admin"))
    return ask(ListJournal(TENANT), SYSTEM).size


def asked(who: Who, content: str = NAME, tenant: str = TENANT) -> int:
    return execute(AskErasure(tenant, content, "本人申请", "长发改〔2026〕77号"), who("admin")).subject_id


@pytest.mark.rule("RX.3")
def test_two_administrators_erase_a_value_and_the_chain_stays_whole(actor: Who, registered: int) -> None:
    request_id = asked(actor)
    (one,) = ask(GetErasure(TENANT, request_id), actor("admin.second")).committed
    assert one.content == NAME
    assert [use.seq for use in one.uses] == [registered]
    execute(ConfirmErasure(TENANT, request_id), actor("admin.second"))
    (one,) = ask(GetErasure(TENANT, request_id), actor("admin.second")).committed
    assert one.content is None
    assert ask(VerifyJournal(), SYSTEM).sound
    entry = ask(ListJournal(TENANT), SYSTEM).entries[-1]
    assert entry.kind == "personal_value_erased"
    assert NAME not in entry.payload
    assert "本人申请" not in entry.payload
    assert json.loads(entry.payload)["after"]["erased"] == "1"
    with pytest.raises(Invalid):
        asked(actor)


@pytest.mark.rule("RX.2")
def test_nobody_erases_alone_and_nothing_twice(actor: Who, registered: int) -> None:
    request_id = asked(actor)
    with pytest.raises(MakerIsChecker):
        execute(ConfirmErasure(TENANT, request_id), actor("admin"))
    with pytest.raises(Conflict):
        asked(actor)
    execute(ConfirmErasure(TENANT, request_id), actor("admin.second"))
    for command in (ConfirmErasure(TENANT, request_id), RefuseErasure(TENANT, request_id)):
        with pytest.raises(Conflict):
            execute(command, actor("admin.second"))


def test_a_request_that_is_refused_or_withdrawn_deletes_nothing(actor: Who, registered: int) -> None:
    execute(RefuseErasure(TENANT, asked(actor)), actor("admin.second"))
    request_id = asked(actor)
    execute(RefuseErasure(TENANT, request_id), actor("admin"))
    detail = ask(GetErasure(TENANT, request_id), actor("admin"))
    assert detail.request.status == "withdrawn"
    assert detail.committed[0].content == NAME


def test_others_may_not_and_another_tenants_value_is_not_found(actor: Who, registered: int) -> None:
    with pytest.raises(NotPermitted):
        execute(AskErasure(TENANT, NAME, "x", "x"), actor("province.officer"))
    with pytest.raises(Invalid):
        asked(actor, tenant="220200")
    with pytest.raises(NotFound):
        ask(GetErasure("220200", asked(actor)), actor("admin"))


@pytest.mark.rule("RX.3")
def test_the_database_keeps_a_decided_request(app: Flask, actor: Who, registered: int) -> None:
    request_id = asked(actor)
    execute(ConfirmErasure(TENANT, request_id), actor("admin.second"))
    with session_of(app, TENANT) as connection:
        assert refused(connection, "UPDATE erasure_request SET status = 'waiting', decided_by = NULL")
        assert refused(connection, "DELETE FROM erasure_request")


@pytest.mark.rule("RX.3")
def test_the_database_deletes_no_personal_value_without_a_confirmed_request(
    app: Flask, actor: Who, registered: int
) -> None:
    request_id = asked(actor)
    with session_of(app, TENANT) as connection:
        assert refused(connection, "DELETE FROM personal_value")
        assert refused(connection, "DELETE FROM personal_value WHERE content = :name", name=NAME)
        assert refused(connection, "UPDATE personal_value SET content = '' WHERE content = :name", name=NAME)
    execute(ConfirmErasure(TENANT, request_id), actor("admin.second"))
    with session_of(app, TENANT) as connection:
        assert connection.execute(text("SELECT count(*) FROM personal_value")).scalar_one() > 0
        assert refused(connection, "DELETE FROM personal_value")


def test_the_pages_lead_through_it(sign_in: SignIn, actor: Who, registered: int) -> None:
    first, second = sign_in("admin"), sign_in("admin.second")
    form = {"tenant": TENANT, "content": NAME, "reason": "本人申请", "document_no": "长发改(2026)77号"}
    wrong = first.post("/admin/erasures", {**form, "content": "没有这个人"})
    assert wrong.status_code == 422
    assert "没有这条个人信息" in wrong.get_data(as_text=True)
    assert first.post("/admin/erasures", {"tenant": TENANT}).status_code == 422
    made = first.post("/admin/erasures", form)
    assert made.status_code == 303
    url = made.headers["Location"]
    own = first.get(url).get_data(as_text=True)
    assert "确认删除" not in own
    assert "撤回申请" in own
    page = second.get(url).get_data(as_text=True)
    assert NAME in page
    assert "确认删除" in page
    assert second.post(f"{url}/confirm").status_code == 303
    page = second.get(url).get_data(as_text=True)
    assert NAME not in page
    assert "已删除" in page
    assert "已删除" in second.get("/admin/erasures?lang=zh").get_data(as_text=True)
