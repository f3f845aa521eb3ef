"""单位: registered, ended and returned by administrators."""

from __future__ import annotations

import pytest

from ledger.dispatch import ask, execute
from ledger.domain.access import SYSTEM, Role
from ledger.domain.errors import Conflict, Invalid, NotFound
from ledger.identity.commands import RegisterOffice, RegisterPerson
from ledger.identity.commands_offices import DeactivateOffice, ReactivateOffice
from ledger.identity.queries import ListOffices
from ledger.identity.queries_offices import ListManagedOffices
from tests.identity.administering import SignIn, Who

NAME = "长春新区发展改革局"
FORM = {"tenant": "220100", "name": NAME, "kind": "drc", "division_code": "220102"}


def new_office(actor: Who) -> int:
    return execute(RegisterOffice("220100", NAME, "drc", "220102"), actor("admin")).subject_id


def test_an_office_is_registered_and_listed(sign_in: SignIn) -> None:
    admin = sign_in("admin")
    assert admin.post("/admin/offices", FORM).status_code == 303
    page = admin.get("/admin/offices?tenant=220100").get_data(as_text=True)
    assert NAME in page
    assert "南关区" in page
    assert "单位已登记" in page
    assert NAME in admin.get("/admin/users/new?tenant=220100").get_data(as_text=True)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"name": ""}, "请填写单位名称"),
        ({"kind": ""}, "请填写单位类型"),
        ({"kind": "school"}, "单位类型只能是"),
        ({"division_code": "220202"}, "该区划不属于本地区"),
        ({"name": "长春市财政局"}, "已有名为"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(sign_in: SignIn, changed: dict[str, str], words: str) -> None:
    answer = sign_in("admin").post("/admin/offices", FORM | changed)
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert words in page
    assert changed.get("name", NAME) in page


def test_an_office_ends_when_nobody_works_there_and_returns(actor: Who, sign_in: SignIn) -> None:
    admin, office_id = sign_in("admin"), new_office(actor)
    state = {"tenant": "220100", "office_id": str(office_id)}
    assert admin.post("/admin/offices/state", state | {"act": "end"}).status_code == 303
    assert office_id not in {one.office_id for one in ask(ListOffices("220100"), SYSTEM)}
    assert "恢复使用" in admin.get("/admin/offices?tenant=220100").get_data(as_text=True)
    with pytest.raises(Conflict):
        execute(DeactivateOffice("220100", office_id), actor("admin"))
    with pytest.raises(Invalid, match="该单位已停用"):
        execute(
            RegisterPerson("220100", "wang.hui", "王会计", office_id, (Role.FINANCE_OFFICER,), "long enough to guess"),
            actor("admin"),
        )
    assert admin.post("/admin/offices/state", state | {"act": "return"}).status_code == 303
    assert office_id in {one.office_id for one in ask(ListOffices("220100"), SYSTEM)}
    with pytest.raises(Conflict):
        execute(ReactivateOffice("220100", office_id), actor("admin"))


def test_an_office_with_people_does_not_end(actor: Who, sign_in: SignIn) -> None:
    busy = next(one for one in ask(ListManagedOffices("220100"), actor("admin")) if one.people)
    assert busy.people == 2
    state = {"tenant": "220100", "office_id": str(busy.office_id), "act": "end"}
    answer = sign_in("admin").post("/admin/offices/state", state)
    assert answer.status_code == 422
    assert "还有 2 位在用人员" in answer.get_data(as_text=True)


def test_both_changes_are_in_the_journal(actor: Who) -> None:
    office_id = new_office(actor)
    ended = execute(DeactivateOffice("220100", office_id), actor("admin"))
    returned = execute(ReactivateOffice("220100", office_id), actor("admin"))
    told = [(fact.kind, fact.before, fact.after) for receipt in (ended, returned) for fact in receipt.facts]
    assert told == [
        ("office_deactivated", {"active": True}, {"active": False}),
        ("office_reactivated", {"active": False}, {"active": True}),
    ]


def test_another_tenant_s_office_is_not_found(actor: Who) -> None:
    with pytest.raises(NotFound):
        execute(DeactivateOffice("220300", new_office(actor)), actor("admin"))
