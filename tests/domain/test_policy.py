"""Policy versions: every question has a switch, and a version comes back as it was stored."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from datetime import date
from enum import StrEnum
from typing import Any, get_args, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.errors import Invalid, NotFound
from ledger.domain.money import Money
from ledger.domain.pilots import PilotKind
from ledger.domain.policy import PolicyVersion, Switches, from_json, to_json, version_in_force

HINTS = get_type_hints(Switches)


def _values(hint: Any) -> st.SearchStrategy[Any]:
    kinds = get_args(hint)
    if type(None) in kinds:
        return st.none() | _values(kinds[0])
    if kinds:
        return st.lists(_values(kinds[0]), max_size=4).map(tuple)
    if issubclass(hint, StrEnum):
        return st.sampled_from(list(hint))
    simple: dict[type, st.SearchStrategy[Any]] = {
        bool: st.booleans(),
        int: st.integers(0, 10**6),
        str: st.text(max_size=8),
        date: st.dates(),
        Money: st.integers(0, 10**15).map(Money),
    }
    return simple[hint]


switches = st.fixed_dictionaries({name: _values(hint) for name, hint in HINTS.items()}).map(lambda kw: Switches(**kw))


QUESTIONS = [f"Q{number}" for number in range(1, 33)]
ANSWERED = {item.metadata["question"] for item in fields(Switches)}


@pytest.mark.parametrize(
    "question", [pytest.param(question, marks=pytest.mark.rule(question)) for question in QUESTIONS]
)
def test_every_question_has_a_switch(question: str) -> None:
    assert question in ANSWERED


def test_a_switch_answers_a_question_or_sets_a_cap() -> None:
    assert {*QUESTIONS, "R8.3", "R8.4"} == ANSWERED


def test_every_switch_has_a_key_of_its_own() -> None:
    keys = [item.metadata["key"] for item in fields(Switches)]
    assert len(set(keys)) == len(keys)


def test_the_recommended_defaults() -> None:
    default = Switches()
    assert default.region_cap == Money(5_000_000_00)
    assert default.enterprise_cap == Money(1_000_000_00)
    assert (default.ban_months, default.ban_holiday_roll) == (24, False)
    assert (default.one_time_subject, default.one_time_mode) == ("legal_entity", "single_award")
    assert default.region_split
    assert default.revoke_disbursed == "review"
    assert default.needs_province == tuple(code for code in default.change_types if code not in {"C09", "C10", "C99"})
    assert default.city_gdp_min == Money(100 * 10**8 * 100)
    assert default.manufacturing_revenue_min == Money(3 * 10**8 * 100)
    assert default.service_revenue_min == Money(2000 * 10**4 * 100)
    assert default.park_revenue_min == Money(10 * 10**8 * 100)
    assert default.zone_gdp_min == Money(50 * 10**8 * 100)


@given(switches)
def test_switches_come_back_as_they_were_stored(stored: Switches) -> None:
    assert from_json(to_json(stored)) == stored


def test_defaults_come_back_and_are_kept_where_a_switch_is_newer() -> None:
    assert from_json(to_json(Switches())) == Switches()
    assert from_json('{"ban_months": 36}') == replace(Switches(), ban_months=36)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("surprise", 1),
        ("ban_months", "24"),
        ("ban_months", 24.0),
        ("ban_months", True),
        ("region_split", 1),
        ("region_split", None),
        ("region_cap", 5_000_000),
        ("region_cap", "5000000"),
        ("region_cap", "-1.00"),
        ("region_cap", "１.００"),
        ("one_time_subject", "household"),
        ("designated_from", "2026-02-30"),
        ("designated_from", 20260301),
        ("change_types", "C01"),
        ("change_types", [1]),
        ("halfyear_months", ["1"]),
    ],
)
def test_an_unknown_switch_or_value_is_refused_by_name(name: str, value: object) -> None:
    with pytest.raises(Invalid) as refused:
        from_json(json.dumps({name: value}))
    assert refused.value.field == name


@pytest.mark.parametrize("text", ["", "[]", "1", "null", "{", '"x"'])
def test_what_is_no_set_of_switches_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        from_json(text)


def _version(number: int, day: date, **changes: Any) -> PolicyVersion:
    return PolicyVersion(number, day, f"吉发改服务〔2026〕{number}号", replace(Switches(), **changes))


def test_the_version_in_force_is_the_latest_that_has_begun() -> None:
    first, second = _version(1, date(2026, 1, 1)), _version(2, date(2026, 7, 1))
    assert version_in_force([second, first], date(2026, 1, 1)) is first
    assert version_in_force([second, first], date(2026, 6, 30)) is first
    assert version_in_force([first, second], date(2026, 7, 1)) is second
    with pytest.raises(NotFound, match="2025-12-31"):
        version_in_force([first, second], date(2025, 12, 31))
    with pytest.raises(NotFound):
        version_in_force([], date(2026, 1, 1))


def test_of_two_versions_of_one_day_the_later_record_holds() -> None:
    first, second = _version(1, date(2026, 1, 1)), _version(2, date(2026, 1, 1))
    assert version_in_force([second, first], date(2026, 1, 1)) is second


@pytest.mark.rule("R8.3")
@pytest.mark.rule("R8.4")
def test_the_cap_follows_the_kind_and_the_version() -> None:
    version = _version(1, date(2026, 1, 1), region_cap=Money(4_000_000_00))
    assert version.cap_of(PilotKind.REGION) == Money(4_000_000_00)
    assert version.cap_of(PilotKind.ENTERPRISE) == Money(1_000_000_00)
