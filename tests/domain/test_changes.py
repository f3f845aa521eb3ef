"""Types of change, lateness, what needs the province and a second person, and every move of a report."""

from __future__ import annotations

from datetime import date
from itertools import product

import pytest

from ledger.domain.baselines import (
    FIELDS,
    BaselineSubject,
    FieldKind,
    Value,
    clean_value,
    from_json,
    new_content,
    to_json,
)
from ledger.domain.changes import (
    ALLOWED,
    GROUPS,
    RULES,
    ChangeType,
    Disposition,
    HoldReason,
    ReportAct,
    ReportStatus,
    applies,
    calendar_known,
    deadline,
    hold_after,
    late_days,
    needs_province,
    needs_second,
    next_state,
)
from ledger.domain.errors import Conflict, Invalid
from ledger.domain.money import Money
from ledger.domain.policy import CHANGE_TYPES
from ledger.domain.workdays import is_workday


@pytest.mark.rule("Q19")
def test_every_type_of_the_list_has_a_rule_a_group_and_fields_of_one_subject() -> None:
    assert tuple(ChangeType) == CHANGE_TYPES == tuple(RULES)
    assert sorted(one for group in GROUPS.values() for one in group) == sorted(ChangeType)
    for change, rule in RULES.items():
        assert {FIELDS[name].subject for name in rule.fields} == {rule.subject}
        assert change.label
        assert change.group in GROUPS


def test_every_field_belongs_to_exactly_one_type() -> None:
    changed = [name for rule in RULES.values() for name in rule.fields]
    assert sorted(changed) == sorted(FIELDS)


@pytest.mark.rule("Q18")
@pytest.mark.parametrize(
    ("occurred_on", "filed_on", "late"),
    [
        (date(2026, 11, 2), date(2026, 11, 2), 0),
        (date(2026, 11, 2), date(2026, 11, 16), 0),
        (date(2026, 11, 2), date(2026, 11, 17), 1),
        (date(2026, 11, 2), date(2026, 11, 22), 4),
        (date(2026, 11, 7), date(2026, 11, 20), 0),
        (date(2026, 11, 7), date(2026, 11, 23), 1),
        (date(2026, 9, 28), date(2026, 10, 16), 0),
        (date(2026, 9, 28), date(2026, 10, 17), 0),
        (date(2026, 9, 28), date(2026, 10, 19), 1),
        (date(2026, 2, 9), date(2026, 2, 28), 0),
        (date(2026, 2, 9), date(2026, 3, 2), 1),
    ],
)
def test_ten_working_days_after_the_event_are_in_time(occurred_on: date, filed_on: date, late: int) -> None:
    assert late_days(occurred_on, filed_on) == late


@pytest.mark.rule("Q18")
def test_moved_working_days_count_and_an_unpublished_year_has_weekdays_alone() -> None:
    assert [is_workday(date(2026, 10, day)) for day in (10, 1)] == [True, False]
    assert [is_workday(date(2027, 10, day)) for day in (1, 2)] == [True, False]
    assert calendar_known(date(2026, 1, 1), date(2026, 12, 31))
    assert not calendar_known(date(2026, 12, 31), date(2027, 1, 1))
    assert deadline(date(2026, 11, 2), 10) == date(2026, 11, 16)


@pytest.mark.rule("Q20")
@pytest.mark.parametrize(
    ("change", "before", "after", "needed"),
    [
        (ChangeType.C01, {"name": "甲"}, {"name": "乙"}, False),
        (ChangeType.C01, {"code": None}, {"code": "2601-220100-04-01-000001"}, True),
        (ChangeType.C02, {}, {"content": "x"}, True),
        (ChangeType.C03, {"investment": Money(1000)}, {"investment": Money(1099)}, False),
        (ChangeType.C03, {"investment": Money(1000)}, {"investment": Money(1100)}, True),
        (ChangeType.C03, {"investment": Money(1000)}, {"investment": Money(900)}, True),
        (ChangeType.C03, {"investment": Money(1000)}, {"investment": Money(901)}, False),
        (ChangeType.C06, {"finish_on": date(2026, 8, 31)}, {"finish_on": date(2027, 2, 28)}, False),
        (ChangeType.C06, {"finish_on": date(2026, 8, 31)}, {"finish_on": date(2027, 3, 1)}, True),
        (ChangeType.C06, {"finish_on": date(2027, 3, 1)}, {"finish_on": date(2026, 8, 31)}, True),
        (ChangeType.C06, {"finish_on": None}, {"finish_on": date(2026, 8, 31)}, True),
        (ChangeType.C06, {"start_on": None}, {"start_on": date(2026, 8, 31)}, False),
        (ChangeType.C09, {}, {"payee_account": "1"}, False),
        (ChangeType.C10, {}, {"unit_name": "x"}, False),
        (ChangeType.C99, {}, {"other_matter": "x"}, False),
    ],
)
def test_what_waits_for_the_province(change: ChangeType, before: dict, after: dict, needed: bool) -> None:  # type: ignore[type-arg]
    assert needs_province(change, before, after) is needed


@pytest.mark.rule("Q20")
def test_the_province_may_put_a_type_on_its_list_or_take_it_off() -> None:
    assert needs_province(ChangeType.C10, {}, {"unit_name": "x"}, codes=("C10",))
    assert not needs_province(ChangeType.C02, {}, {"content": "x"}, codes=())


@pytest.mark.rule("R10.3")
def test_a_second_person_confirms_where_money_or_standing_moves() -> None:
    always = {Disposition.AGREE_REDUCED, Disposition.SUSPEND, Disposition.RECOVER}
    moving = {"C05", "C07", "C08", "C11", "C13", "C14"}
    for disposition, change in product(Disposition, ChangeType):
        expected = disposition in always or (change in moving and disposition is not Disposition.SUPPLEMENT)
        assert needs_second(disposition, change) is expected, (disposition, change)


@pytest.mark.rule("R10.3")
def test_a_fact_stands_whatever_the_province_does_about_the_money_and_a_wish_does_not() -> None:
    for disposition in Disposition:
        agreed = disposition in (Disposition.FILE, Disposition.AGREE, Disposition.AGREE_REDUCED)
        answered = disposition in (Disposition.SUSPEND, Disposition.RECOVER, Disposition.REFER)
        assert applies(disposition, ChangeType.C05) is agreed
        assert applies(disposition, ChangeType.C13) is (agreed or answered)


@pytest.mark.rule("R10.3")
def test_what_holds_the_money_once_a_report_is_settled() -> None:
    stopped, building = {"construction_state": "stopped"}, {"construction_state": "building"}
    assert hold_after(Disposition.AGREE, ChangeType.C05, {"owner_name": "x"}) is None
    assert hold_after(Disposition.AGREE, ChangeType.C07, stopped) is HoldReason.STOPPED
    assert hold_after(Disposition.AGREE, ChangeType.C07, building) is None
    assert hold_after(Disposition.REFUSE, ChangeType.C07, stopped) is None
    assert hold_after(Disposition.AGREE, ChangeType.C13, {"standing": "bankrupt"}) is HoldReason.STOPPED
    assert hold_after(Disposition.SUSPEND, ChangeType.C10, {}) is HoldReason.SUSPENSION
    assert hold_after(Disposition.RECOVER, ChangeType.C05, {}) is HoldReason.SUSPENSION
    assert hold_after(Disposition.REFER, ChangeType.C14, {}) is HoldReason.SUSPENSION
    assert hold_after(Disposition.REFER, ChangeType.C15, {}) is None


@pytest.mark.rule("R10.2")
@pytest.mark.parametrize(("status", "act"), list(product(ReportStatus, ReportAct)))
def test_every_move_that_is_not_listed_is_refused(status: ReportStatus, act: ReportAct) -> None:
    if (status, act) in ALLOWED:
        assert next_state(status, act) is ALLOWED[status, act]
        return
    with pytest.raises(Conflict):
        next_state(status, act)


def test_values_go_to_json_and_back() -> None:
    values: dict[str, Value] = {
        "investment": Money(125_050),
        "finish_on": date(2027, 6, 30),
        "fund_use": (("设备", Money(100)), ("软件", Money(25))),
        "content": "三条产线",
        "code": None,
    }
    for name, value in values.items():
        assert from_json(FIELDS[name], to_json(value)) == value
    content = new_content(BaselineSubject.PROJECT, values)
    assert content["investment"] == "125050"
    assert content["construction_state"] == "building"
    assert content["fund_use"] == [["设备", "100"], ["软件", "25"]]
    assert set(content) == {one.name for one in FIELDS.values() if one.subject is BaselineSubject.PROJECT}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("place", "110000"),
        ("place", "22018"),
        ("construction_state", "flying"),
        ("owner_uscc", "123"),
        ("code", "x"),
        ("investment", Money(-1)),
        ("investment", "12"),
        ("finish_on", "2027-01-01"),
        ("content", Money(1)),
        ("content", "字" * 4001),
        ("site", "藏\u202e字"),
        ("fund_use", (("设备", Money(0)),)),
        ("fund_use", (("设备", Money(1)),) * 51),
    ],
)
def test_bad_values_are_refused_by_the_kind_of_their_field(name: str, value: object) -> None:
    with pytest.raises(Exception) as refused:  # noqa: PT011  the class depends on the kind
        clean_value(FIELDS[name], value)  # type: ignore[arg-type]
    assert isinstance(refused.value, Invalid) or getattr(refused.value, "code", "") == "uscc_check"


def test_typed_text_is_normalised() -> None:
    assert clean_value(FIELDS["uscc"], " 91350100m000100y43 ") == "91350100M000100Y43"
    assert clean_value(FIELDS["content"], "  一\r\n二 ") == "一\n二"
    assert clean_value(FIELDS["site"], "   ") is None
    assert clean_value(FIELDS["fund_use"], None) == ()
    assert FIELDS["place"].kind is FieldKind.PLACE
