"""Identifiers and names: normalised, checked, and compared with a second implementation."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc

from ledger.domain.errors import Invalid, Required, UsccCheck
from ledger.domain.identifiers import (
    ALPHABET,
    check_project_code,
    check_uscc,
    clean_text,
    likeness,
    normalise_document_no,
    normalise_uscc,
)

VALID = ["91110000600037341L", "91350100M000100Y43", "91220100GX6WWWDJ10"]
bodies = st.builds(
    str.__add__,
    st.text("0123456789", min_size=8, max_size=8),
    st.text(ALPHABET, min_size=9, max_size=9),
)


@pytest.mark.rule("R4.3")
@pytest.mark.parametrize("code", VALID)
def test_known_credit_codes_pass(code: str) -> None:
    check_uscc(code)
    assert uscc.is_valid(code)


@pytest.mark.rule("R4.3")
@given(bodies)
def test_exactly_one_check_character_is_right_and_stdnum_agrees(body: str) -> None:
    accepted = [character for character in ALPHABET if _is_accepted(body + character)]
    assert accepted == [uscc.calc_check_digit(body)]


def _is_accepted(code: str) -> bool:
    try:
        check_uscc(code)
    except UsccCheck:
        return False
    return True


@pytest.mark.parametrize("code", VALID)
def test_every_single_wrong_character_is_found(code: str) -> None:
    for place, right in enumerate(code):
        for wrong in ALPHABET:
            if wrong != right:
                assert not _is_accepted(code[:place] + wrong + code[place + 1 :])


@pytest.mark.parametrize(
    "code",
    [
        *("9111000060003734", "91110000600037341LL", "9111000060003734IL", "91110000600037341l", "９1110000600037341L"),
        *("91110000600037341\u200bL", "91110000600O37341L", "<script>alert</scr"),
    ],
)
def test_a_malformed_credit_code_is_refused(code: str) -> None:
    with pytest.raises(UsccCheck) as refused:
        check_uscc(code)
    assert refused.value.field == "uscc"


def test_a_missing_credit_code_is_required() -> None:
    with pytest.raises(Required):
        check_uscc("")


@pytest.mark.parametrize(
    "text",
    [
        *("91110000600037341l", " 9111 0000 6000 37341L ", "９１１１００００６０００３７３４１Ｌ"),
        "９1110000600037341ｌ\u3000",
    ],
)
def test_a_typed_credit_code_is_normalised(text: str) -> None:
    assert normalise_uscc(text) == "91110000600037341L"


@pytest.mark.parametrize("text", ["91110000600037341\u0141", "91110000ﬀ0037341L", "91110000600ı37341L"])
def test_letters_of_other_alphabets_are_not_folded_into_a_code(text: str) -> None:
    assert not _is_accepted(normalise_uscc(text))


@pytest.mark.parametrize(
    "text",
    [
        *("吉财建指〔2026〕118号", "吉财建指[2026]118号", "吉财建指【2026】118号", "吉财建指（2026）118号"),
        *(
            "吉财建指(2026)118号",
            "吉财建指［２０２６］１１８号",
            " 吉财建指 〔 2026 〕 118 号 ",
            "吉财建指﹝2026﹞118号",
        ),
        *("吉财建指〖2026〗118号", "吉财建指{2026}118号", "吉财建指\u3000[2026]118号"),
    ],
)
def test_bracket_kinds_of_a_document_number_are_one(text: str) -> None:
    assert normalise_document_no(text) == "吉财建指〔2026〕118号"


def test_brackets_around_anything_else_stay() -> None:
    assert normalise_document_no("吉发改（服务）〔2026〕35号") == "吉发改（服务）〔2026〕35号"


def test_the_form_of_a_project_code() -> None:
    check_project_code("2604-220102-04-01-123456")
    with pytest.raises(Required):
        check_project_code("")


@pytest.mark.parametrize(
    "code",
    [
        *("2613-220102-04-01-123456", "2600-220102-04-01-123456", "2604-020102-04-01-123456"),
        *("2604-22010-04-01-1234567", "2604-220102-04-01-12345", "2604-220102-04-01-1234567"),
        *("260422010204 01123456", "2604-220102-04-01-12345X"),
        *("2604-220102-04-01-123456\n", "２604-220102-04-01-123456", "2604—220102—04—01—123456"),
    ],
)
def test_another_form_of_a_project_code_is_refused(code: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_project_code(code)
    assert refused.value.field == "project_code"


@pytest.mark.parametrize(
    "hidden",
    [
        *("\x00", "\x01", "\x07", "\x1b", "\x7f", "\x85", "\r", "\n", "\t", "\u200b", "\u200c", "\u200d", "\u2060"),
        *("\ufeff", "\u00ad", "\u202a", "\u202e", "\u2066", "\u2069", "\u200e", "\u200f", "\u061c", "\u2028", "\u2029"),
        *("\ud800", "\udfff", "\ufffe", "\uffff", "\U0010ffff", "\u3164", "\u2800", "\U000e0041"),
    ],
)
def test_characters_that_hide_or_control_are_refused(hidden: str) -> None:
    with pytest.raises(Invalid) as refused:
        clean_text(f"某某{hidden}公司", "name", 100)
    assert refused.value.field == "name"
    assert f"U+{ord(hidden):04X}" in str(refused.value)


@pytest.mark.parametrize(
    "name",
    ["𠮷林公司", "𬭎业", "㐂乐", "\ue863", "\U0002ebf0", "葛\U000e0100城", "Müller（中国）", "🎿", "a{b}%s"],
)
def test_rare_characters_are_kept(name: str) -> None:
    assert clean_text(name, "name", 100) == unicodedata.normalize("NFC", name)


def test_text_is_composed_and_stripped() -> None:
    assert clean_text("\u3000 Cafe\u0301 \u00a0", "name", 4) == "Caf\u00e9"


def test_the_length_limit_of_a_text() -> None:
    assert clean_text("字" * 9, "name", 10) == "字" * 9
    assert clean_text("𠮷" * 10, "name", 10) == "𠮷" * 10
    with pytest.raises(Invalid, match="最多 10 个字"):
        clean_text("字" * 11, "name", 10)


def test_blank_text_is_refused_only_where_required() -> None:
    assert clean_text(" ", "note", 10) == ""
    with pytest.raises(Required):
        clean_text("\u3000", "reason", 10, required=True)


def test_notes_keep_their_lines() -> None:
    assert clean_text("一\r\n二\t三\n", "note", 10, lines=True) == "一\n二 三"
    with pytest.raises(Invalid):
        clean_text("一\x0b二", "note", 10, lines=True)


@given(st.text(max_size=20))
def test_cleaning_twice_changes_nothing(text: str) -> None:
    try:
        cleaned = clean_text(text, "name", 40)
    except Invalid:
        return
    assert clean_text(cleaned, "name", 40) == cleaned


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("吉林启衡（集团）有限公司", "吉林启衡(集团) 有限公司"),
        ("ABC科技", "АВС科技"),
        ("ABC科技", "ａｂｃ科技"),
        ("长春-汽车园", "长春汽车园"),
        ("Café", "Cafe\u0301"),
    ],
)
def test_near_duplicate_names_share_a_key(one: str, other: str) -> None:
    assert likeness(one) == likeness(other)


def test_different_names_have_different_keys() -> None:
    assert likeness("启衡科技") != likeness("启恒科技")
