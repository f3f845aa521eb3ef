"""Where changes are seen: in lists, on the first page of who settles them, on the pilot's page; and how one begins."""

from __future__ import annotations

from datetime import date

import pytest

from ledger.dispatch import ask
from ledger.funds.queries_entry import CountWork
from tests.changes.filing import (
    FINANCE,
    MAKER,
    NEW,
    OFFICER,
    REVIEWER,
    SECOND,
    SignIn,
    act,
    decided,
    filed,
    kept,
    page_of,
    project_of,
)
from tests.factories import Factory, MadePilot


@pytest.fixture
def pilot(make: Factory) -> MadePilot:
    return make.allocated(1_000_000_00)


def test_the_list_is_filtered_by_the_url(sign_in: SignIn, make: Factory, pilot: MadePilot) -> None:
    late = filed(sign_in, make, pilot, occurred_on="2026-09-01", told_on="2026-09-02")
    draft = kept(sign_in, make, pilot)
    browser = sign_in(MAKER)
    assert draft in browser.get("/t/220100/changes").get_data(as_text=True)
    assert draft not in sign_in(REVIEWER).get("/t/220100/changes").get_data(as_text=True)
    page = browser.get("/t/220100/changes?late=1&type=C06&status=reported").get_data(as_text=True)
    assert late in page
    assert draft not in page
    assert "迟报" in page
    assert "没有符合条件" in browser.get("/t/220100/changes?late=0&status=reported").get_data(as_text=True)
    assert late in sign_in(OFFICER).get("/changes?tenant=220100&q=融合发展").get_data(as_text=True)
    assert sign_in(MAKER).get("/changes").status_code == 403


def test_the_first_questions_lead_to_the_form(sign_in: SignIn, make: Factory) -> None:
    pilot = make.pilot(projects=2)
    browser = sign_in(MAKER)
    assert "报备变更" in browser.get(NEW).get_data(as_text=True)
    asked = browser.get(f"{NEW}?pilot={pilot.id}&type=C06&go=1")
    assert asked.status_code == 422
    assert 'id="project"' in asked.get_data(as_text=True)
    form = browser.get(f"{NEW}?pilot={pilot.id}&type=C06&project={project_of(make, pilot)}&go=1")
    assert 'name="new_finish_on"' in form.get_data(as_text=True)
    of_unit = browser.get(f"{NEW}?pilot={pilot.id}&type=C10&go=1").get_data(as_text=True)
    assert 'name="new_legal_representative"' in of_unit
    assert date(2027, 6, 28).isoformat() in form.get_data(as_text=True)


def test_what_waits_is_on_the_first_page_of_who_settles_it(sign_in: SignIn, make: Factory, pilot: MadePilot) -> None:
    def home(who: str, box: str = "") -> str:
        return sign_in(who).get(f"/?box={box}" if box else "/").get_data(as_text=True)

    def waiting(who: str) -> int:
        return ask(CountWork(), make.actor(who))

    url = kept(sign_in, make, pilot)
    assert url in home(MAKER, "returned")
    act(sign_in, make, MAKER, url, "send")
    assert url in home(MAKER, "sent")
    assert (url in home(REVIEWER), waiting(REVIEWER), waiting(OFFICER)) == (True, 1, 0)
    act(sign_in, make, REVIEWER, url, "pass")
    assert (url in home(OFFICER), waiting(REVIEWER), waiting(OFFICER)) == (True, 0, 1)
    act(sign_in, make, OFFICER, url, "decide", **decided(disposition="suspend"))
    assert (url in home(SECOND), waiting(OFFICER), waiting(SECOND)) == (True, 0, 1)
    act(sign_in, make, SECOND, url, "confirm")
    assert (waiting(SECOND), waiting("province.auditor")) == (0, 0)
    release = f"/t/220100/holds/{page_of(make, url).holds[0].id}/release"
    sign_in(OFFICER).post(release, {"document_no": "吉发改服务函〔2026〕40号", "reason": "已整改"})
    assert (release in home(SECOND), waiting(SECOND), waiting(OFFICER)) == (True, 1, 0)


def test_the_pilot_s_page_leads_to_its_changes(sign_in: SignIn, make: Factory, pilot: MadePilot) -> None:
    url = filed(sign_in, make, pilot)
    page = f"/t/220100/pilots/{pilot.id}"
    assert f"/t/220100/changes/new?pilot={pilot.id}" in sign_in(MAKER).get(page).get_data(as_text=True)
    assert f"/t/220100/changes/new?pilot={pilot.id}" not in sign_in(FINANCE).get(page).get_data(as_text=True)
    changes = sign_in(FINANCE).get(f"{page}?tab=changes").get_data(as_text=True)
    assert url in changes
    assert f"/t/220100/baselines/project/{project_of(make, pilot)}" in changes
