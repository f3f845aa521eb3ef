"""Every odd value of a form comes back beside its field with the words that mend it, and nothing is stored."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import Browser
from tests.factories import Factory, MadePilot
from tests.faults.bad_input import HIDDEN, LIVELY, NEW, OFFICER, holds, nothing_stored

SignIn = Callable[[str], Browser]


@pytest.fixture
def pilot(make: Factory) -> MadePilot:
    return make.allocated(1_000_000_00)


def typed(of: MadePilot, /, **changes: Any) -> dict[str, Any]:
    values = {
        "allocation_id": str(of.allocation_id),
        "amount": "125,000.50",
        "paid_on": "2026-05-20",
        "voucher_no": "PZ-0001",
        "payee_name": of.name,
        "payee_account": "6222000012348821",
        "note": "一期",
        "step": "send",
    }
    return {name: value for name, value in (values | changes).items() if value is not ...}


AMOUNTS = {
    "NaN": "请只填数字", "Infinity": "请只填数字", "-Infinity": "请只填数字", "1e3": "请只填数字", "1E3": "请只填数字",
    "1_000": "请只填数字", "12,34.00": "请只填数字", "1,0000": "请只填数字", ",100": "请只填数字", "-0": "负数",
    "-5": "负数", "−5": "负数", "0": "不能是零", "0.00": "不能是零", "0.001": "两位小数", "100.005": "两位小数",
    "9" * 40: "请只填数字", "9" * 5000: "请只填数字", "0." + "9" * 5000: "两位小数", "": "请填写金额",
    "   ": "请填写金额",
    "\u3000": "请填写金额", "\u200f100": "请只填数字", "1\u200f00": "请只填数字", "500万": "5,000,000.00",
    "５００万元": "5,000,000.00", "1" * 5000 + "万": "请只填数字", "+5": "请只填数字", "0x10": "请只填数字",
    "💰": "请只填数字", "1💰": "请只填数字", "١٢٣": "请只填数字", "௧": "请只填数字", "²": "请只填数字",
    "½": "请只填数字",
    "1 000": "请只填数字", "¥100": "请只填数字", "100元": "100.00", "01": "请只填数字", "1.": "请只填数字",
    ".5": "请只填数字", "1..5": "请只填数字", "100\x00": "请只填数字", "true": "请只填数字", "null": "请只填数字",
    "{}": "请只填数字", "[100]": "请只填数字", "<b>1</b>": "请只填数字", "1;2": "请只填数字", "壹佰": "请只填数字",
}  # fmt: skip


def test_an_odd_amount_comes_back_as_it_was_typed(sign_in: SignIn, pilot: MadePilot) -> None:
    browser = sign_in(OFFICER)
    with nothing_stored():
        for amount, words in AMOUNTS.items():
            for step in ("send", "draft", "check"):
                answer = browser.post(NEW, typed(pilot, amount=amount, step=step))
                page = answer.get_data(as_text=True)
                assert answer.status_code == 422, (amount[:30], step)
                assert 'href="#amount"' in page, amount[:30]
                assert words in page, (amount[:30], words)
                assert holds(page, amount), amount[:30]
                assert "6222000012348821" in page


@pytest.mark.parametrize("amount", ["１２５，０００．５０", " 125,000.50 ", "\u3000125000.5\t", "125000.50\r\n"])
def test_what_people_mean_is_read_and_shown(amount: str, sign_in: SignIn, pilot: MadePilot) -> None:
    page = sign_in(OFFICER).post(NEW, typed(pilot, amount=amount, step="check")).get_data(as_text=True)
    assert "人民币壹拾贰万伍仟元零伍角整" in page


DATES = {
    "2026-02-30": "没有 2 月 30 日", "2026-13-01": "没有 13 月 1 日", "0000-00-00": "2000 到 2100",
    "99999-01-01": "年-月-日", "1999-12-31": "2000 到 2100", "2101-01-01": "2000 到 2100", "2026-11-24": "晚于今天",
    "2100-01-01": "晚于今天", "2026-04-27": "不能早于指标下达日期 2026-04-28", "": "请填写日期", " ": "请填写日期",
    "2026-03": "年-月-日", "20260305": "年-月-日", "2026-3/5": "年-月-日", "05.03.2026": "年-月-日",
    "2026-03-05T00:00:00": "年-月-日", "today": "年-月-日", "NaN": "年-月-日", "46000": "年-月-日",
    "2026-05-20\x00": "年-月-日", "\u200f2026-05-20": "年-月-日", "-2026-05-20": "年-月-日",
    "2026-02-29": "没有 2 月 29 日",
    "2" * 5000: "年-月-日", "<i>2026-05-20</i>": "年-月-日", "٢٠٢٦-٠٥-٢٠": "年-月-日",
}  # fmt: skip


def test_an_odd_date_comes_back_as_it_was_typed(sign_in: SignIn, pilot: MadePilot) -> None:
    browser = sign_in(OFFICER)
    with nothing_stored():
        for day, words in DATES.items():
            answer = browser.post(NEW, typed(pilot, paid_on=day))
            page = answer.get_data(as_text=True)
            assert answer.status_code == 422, day[:30]
            assert 'href="#paid_on"' in page, day[:30]
            assert words in page, day[:30]
            assert holds(page, day), day[:30]


@pytest.mark.parametrize("day", ["2026/5/20", "2026.5.20", "2026年5月20日", "２０２６－０５－２０", " 2026-05-20 "])
def test_the_spellings_of_a_date_are_read_and_shown(day: str, sign_in: SignIn, pilot: MadePilot) -> None:
    answer = sign_in(OFFICER).post(NEW, typed(pilot, paid_on=day, step="check"))
    assert answer.status_code == 200
    assert 'name="paid_on" value="2026-05-20"' in answer.get_data(as_text=True)


@pytest.mark.parametrize("field", ["voucher_no", "payee_name", "payee_account", "note"])
def test_a_text_that_hides_something_is_refused_beside_its_field(field: str, sign_in: SignIn, pilot: MadePilot) -> None:
    browser = sign_in(OFFICER)
    with nothing_stored():
        for text in HIDDEN:
            for headers in ({}, {"HX-Target": "capcheck"}):
                answer = browser.post(NEW, typed(pilot, **{field: text}), htmx=bool(headers), headers=headers)
                assert answer.status_code == (200 if headers else 422), ascii(text)
            page = browser.post(NEW, typed(pilot, **{field: text})).get_data(as_text=True)
            assert f'href="#{field}"' in page, ascii(text)
            assert "看不见的控制字符（U+" in page, ascii(text)
            assert holds(page, text), ascii(text)


@pytest.mark.parametrize("field", ["voucher_no", "payee_name", "payee_account", "note"])
def test_a_text_that_is_too_long_is_refused_and_kept(field: str, sign_in: SignIn, pilot: MadePilot) -> None:
    browser = sign_in(OFFICER)
    with nothing_stored():
        for text in ("长" * 10_000, "𠮷" * 201, "a\r\n" * 5000):
            page = browser.post(NEW, typed(pilot, **{field: text})).get_data(as_text=True)
            assert f'href="#{field}"' in page
            assert "请精简" in page or "控制字符" in page
            assert holds(page, text)


@pytest.mark.parametrize("field", ["voucher_no", "payee_account", "note"])
def test_what_looks_like_an_instruction_is_text(field: str, sign_in: SignIn, pilot: MadePilot, make: Factory) -> None:
    browser = sign_in(OFFICER)
    for number, text in enumerate((*LIVELY, "𠮷野家😀", "=1+1", "@x", "e\u0301")):
        changes = {"voucher_no": f"V-{number}", "amount": "10000", field: f"  {text}\u3000"}
        check = browser.post(NEW, typed(pilot, **changes, step="check"))
        assert check.status_code == 200, (text, check.get_data(as_text=True))
        sent = browser.post(NEW, typed(pilot, **changes))
        assert sent.status_code == 303, text
        page = browser.get(sent.location).get_data(as_text=True)
        assert holds(page, text.replace("e\u0301", "\u00e9")), text
        assert "<script>alert" not in page
        for url in ("/t/220100/disbursements", f"/t/220100/pilots/{pilot.id}", "/", sent.location):
            assert "<script>alert" not in browser.get(url).get_data(as_text=True)


def test_a_payee_that_is_none_of_ours_is_text_in_its_refusal(sign_in: SignIn, pilot: MadePilot) -> None:
    browser = sign_in(OFFICER)
    with nothing_stored():
        for name in (*LIVELY, "𠮷野家"):
            answer = browser.post(NEW, typed(pilot, payee_name=name))
            page = answer.get_data(as_text=True)
            assert answer.status_code == 422
            assert 'href="#payee_name"' in page
            assert holds(page, name), name
            assert "<script>alert" not in page


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("allocation_id", "请选择一项"), ("amount", "请填写金额"), ("paid_on", "请填写日期"),
        ("voucher_no", "请填写支付凭证号"), ("payee_name", "请填写收款单位"), ("payee_account", "请填写收款账号"),
    ],
)  # fmt: skip
def test_a_field_that_is_not_sent_is_asked_for(field: str, words: str, sign_in: SignIn, pilot: MadePilot) -> None:
    with nothing_stored():
        answer = sign_in(OFFICER).post(NEW, typed(pilot, **{field: ...}))
        page = answer.get_data(as_text=True)
        assert answer.status_code == 422
        assert f'href="#{field}"' in page
        assert words in page
