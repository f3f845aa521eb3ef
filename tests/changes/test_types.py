"""Every type of change, from the draft to the new baseline. Rules §7, Q19, Q20."""

from __future__ import annotations

from datetime import date

import pytest

from ledger import dispatch
from ledger.changes.commands import FieldChange
from ledger.changes.queries import PreviewReport
from ledger.domain.baselines import FIELDS, BaselineSubject, shown
from ledger.domain.changes import RULES, ChangeType, Disposition, Holds
from ledger.domain.errors import AlreadyAwarded, Invalid, ProjectMismatch, Required, UsccCheck
from ledger.domain.money import Money
from tests.changes.reporting import NEW_VALUES, Reports, another_code

BY_FILING = frozenset({ChangeType.C09, ChangeType.C10, ChangeType.C99})


def _rule(change: ChangeType) -> object:
    return pytest.param(change, marks=pytest.mark.rule(change.value), id=change.value)


@pytest.mark.rule("Q20")
@pytest.mark.rule("R10.2")
@pytest.mark.rule("R10.3")
@pytest.mark.parametrize("change", [_rule(change) for change in ChangeType])
def test_each_type_changes_its_fields_once_it_is_settled_and_not_before(reports: Reports, change: ChangeType) -> None:
    pilot = reports.pilot()
    before = {name: reports.text(pilot, name, change) for name in NEW_VALUES[change]}
    report_id = reports.sent(pilot, change)
    assert {name: reports.text(pilot, name, change) for name in NEW_VALUES[change]} == before
    assert bool(reports.page(report_id).holds) == (RULES[change].holds is not Holds.NOTHING)
    reports.pass_on(report_id)
    if change is ChangeType.C09:
        assert reports.status(report_id) == "checking"
        reports.check(report_id)
    elif change not in BY_FILING:
        assert reports.status(report_id) == "reported"
        assert {name: reports.text(pilot, name, change) for name in NEW_VALUES[change]} == before
        reports.settle(report_id, Disposition.AGREE)
    assert reports.status(report_id) == "settled"
    for name, value in NEW_VALUES[change].items():
        assert reports.text(pilot, name, change) == shown(FIELDS[name], value)
    page = reports.baseline(pilot, RULES[change].subject)
    assert [one.version for one in page.versions] == [1, 2]
    assert page.version.report_number == reports.page(report_id).report.number


@pytest.mark.rule("C01")
def test_a_name_alone_is_filed_and_a_code_is_not(reports: Reports) -> None:
    pilot = reports.pilot()
    report_id = reports.passed(pilot, ChangeType.C01, {"name": "新的项目名称"})
    assert reports.status(report_id) == "settled"


@pytest.mark.rule("C01")
@pytest.mark.rule("R8.2")
def test_a_new_code_is_that_of_the_award_from_then_on_and_funds_nobody_else(reports: Reports) -> None:
    pilot = reports.make.awarded(1_000_00)
    new = "2601-220100-04-01-900001"
    reports.settle(reports.passed(pilot, ChangeType.C01), Disposition.AGREE)
    officer = reports.make.actor("province.officer")
    with pytest.raises(ProjectMismatch):
        dispatch.execute(reports.make.allocation_command(pilot, 1_000), officer)
    dispatch.execute(reports.make.allocation_command(pilot, 1_000, project_code=new), officer)
    other = reports.make.pilot("220200", project_codes=(new,))
    with pytest.raises(ProjectMismatch):
        dispatch.execute(reports.make.award_command(other, 1_000), officer)


@pytest.mark.rule("C03")
def test_an_investment_that_changes_by_less_than_a_tenth_is_filed(reports: Reports) -> None:
    less = reports.passed(reports.pilot(), ChangeType.C03, {"investment": Money(1_099_999_99)})
    tenth = reports.passed(reports.pilot(), ChangeType.C03, {"investment": Money(1_100_000_00)})
    assert (reports.status(less), reports.status(tenth)) == ("settled", "reported")


@pytest.mark.rule("C06")
def test_completion_moved_by_six_months_is_filed_and_a_day_more_is_not(reports: Reports) -> None:
    six = reports.passed(reports.pilot(), ChangeType.C06, {"finish_on": date(2027, 12, 28)})
    more = reports.passed(reports.pilot(), ChangeType.C06, {"finish_on": date(2027, 12, 29)})
    assert (reports.status(six), reports.status(more)) == ("settled", "reported")


@pytest.mark.rule("R11.3")
@pytest.mark.rule("C06")
def test_the_acceptance_falls_due_three_months_after_the_new_completion(reports: Reports) -> None:
    report_id = reports.sent(reports.pilot(), ChangeType.C06)
    assert reports.page(report_id).acceptance_due_on == date(2028, 6, 1)


@pytest.mark.rule("C08")
def test_a_virement_keeps_its_sum(reports: Reports) -> None:
    pilot = reports.pilot()
    reports.settle(reports.passed(pilot, ChangeType.C08), Disposition.AGREE)
    moved = (("设备购置", Money(500_000_00)), ("软件", Money(500_000_00)))
    with pytest.raises(Invalid) as refused:
        reports.draft(pilot, ChangeType.C08, {"fund_use": (("设备购置", Money(1)),)})
    assert refused.value.numbers == {"limit": Money(1_000_000_00), "requested": Money(1)}
    reports.settle(reports.passed(pilot, ChangeType.C08, {"fund_use": moved}), Disposition.AGREE)


@pytest.mark.rule("C10")
def test_a_unit_that_takes_another_name_takes_it_as_owner_of_its_projects(reports: Reports) -> None:
    pilot = reports.pilot()
    report_id = reports.passed(pilot, ChangeType.C10)
    project = reports.baseline(pilot, BaselineSubject.PROJECT)
    assert project.version.content["owner_name"] == "长春新名称有限公司"
    assert project.version.report_number == reports.page(report_id).report.number


@pytest.mark.rule("C11")
def test_the_right_follows_the_unit_to_its_new_code(reports: Reports) -> None:
    pilot, other = reports.make.awarded(1000), reports.make.awarded(1000, tenant_code="220200")
    with pytest.raises(AlreadyAwarded):
        reports.draft(pilot, ChangeType.C11, {"uscc": other.uscc})
    empty = reports.make.pilot()
    reports.settle(reports.passed(empty, ChangeType.C11, {"uscc": another_code()}), Disposition.AGREE)
    third = reports.make.awarded(1000)
    reports.settle(reports.passed(third, ChangeType.C11), Disposition.AGREE)
    again = reports.make.pilot("220200", uscc="91350100M000100Y43")
    with pytest.raises(AlreadyAwarded):
        dispatch.execute(reports.make.award_command(again, 1000), reports.make.actor("province.officer"))


@pytest.mark.rule("Q19")
def test_fields_of_another_type_unknown_ones_and_no_news_are_refused(reports: Reports) -> None:
    pilot = reports.pilot()
    for after, refusal in (
        ({"investment": Money(1)}, Invalid),
        ({"nothing": "x"}, Invalid),
        ({"finish_on": date(2027, 6, 28)}, Invalid),
        ({"finish_on": date(2026, 3, 1)}, Invalid),
        ({"finish_on": None}, Required),
    ):
        with pytest.raises(refusal):
            reports.draft(pilot, ChangeType.C06, after)
    with pytest.raises(Required):
        dispatch.execute(reports.save_command(pilot, ChangeType.C06, changes=()), reports.drc)
    with pytest.raises(Required):
        dispatch.execute(reports.save_command(pilot, ChangeType.C06, project_id=None), reports.drc)
    with pytest.raises(UsccCheck):
        reports.draft(pilot, ChangeType.C11, {"uscc": "91350100M000100Y44"})
    changes = (FieldChange("finish_on", date(2029, 1, 1)), FieldChange("finish_on", date(2029, 1, 2)))
    with pytest.raises(Invalid):
        dispatch.execute(reports.save_command(pilot, ChangeType.C06, changes=changes), reports.drc)


@pytest.mark.rule("Q18")
@pytest.mark.rule("R13.1")
def test_a_late_report_is_marked_and_not_refused_and_keeps_its_policy(reports: Reports) -> None:
    pilot = reports.pilot()
    late = reports.passed(pilot, ChangeType.C99, occurred_on=date(2026, 11, 2), told_on=date(2026, 11, 20))
    early = reports.passed(pilot, ChangeType.C10, occurred_on=date(2026, 11, 9), told_on=date(2026, 11, 20))
    assert reports.page(late).report.late_days == 5
    assert reports.page(early).report.late_days == 0
    assert reports.page(late).report.policy_version_id is not None


@pytest.mark.rule("Q20")
def test_what_a_report_means_is_said_before_it_is_kept(reports: Reports) -> None:
    pilot = reports.pilot()
    open_id = reports.sent(pilot, ChangeType.C06)
    query = PreviewReport(
        tenant_code=pilot.tenant_code,
        pilot_id=pilot.id,
        project_id=reports.project_id(pilot),
        type=ChangeType.C06,
        occurred_on=date(2026, 11, 2),
        changes={"finish_on": date(2028, 1, 1)},
    )
    told = dispatch.ask(query, reports.drc)
    assert (told.province_first, told.late_days, told.problems) == (True, 5, [])
    assert [one.id for one in told.others] == [open_id]
