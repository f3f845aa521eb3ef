"""Every kind of fact in the product has a sentence and a group: none is found in the code that has not."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from ledger import dispatch
from ledger.audit.queries_journal import Timeline
from ledger.audit.queries_record_entries import Event
from ledger.audit.queries_record_kinds import GROUPS, QUIET, VERBS, kinds_chosen
from ledger.audit.schemas_record import told
from ledger.audit.schemas_record_filters import GROUP_LABELS, kind_groups
from ledger.audit.schemas_sentences import COMMAND_LABELS, SENTENCE_LABELS, is_told, sentence
from ledger.domain.documents import DocumentKind
from ledger.http.locale import speaking
from tests.audit.conftest import TENANT, Books
from tests.factories import Factory

LEDGER = Path(__file__).resolve().parents[2] / "ledger"
TREES = {path: ast.parse(path.read_text("utf-8")) for path in sorted(LEDGER.rglob("*.py"))}
DYNAMIC = {"ledger/funds/store.py", "ledger/idempotency.py"}
"""Where the kind is put together (a document's kind and its verb), or read back from what was stored."""
CONSTANTS = {
    target.id: node.value.value
    for tree in TREES.values()
    for node in tree.body
    if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Constant)
    for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
    if isinstance(target, ast.Name) and isinstance(node.value.value, str)
}
"""Texts that modules name."""
KINDS = sorted({kind for kinds in GROUPS.values() for kind in kinds})


def _texts(node: ast.expr) -> list[str] | None:
    """The texts that an expression may be; None where it is none that can be read."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.Name) and node.id in CONSTANTS:
        return [CONSTANTS[node.id]]
    if isinstance(node, ast.IfExp):
        first, second = _texts(node.body), _texts(node.orelse)
        return None if first is None or second is None else [*first, *second]
    if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
        begins = str(node.values[0].value)
        return [kind for kind in KINDS if kind.startswith(begins)] or None
    return None


def _given(tree: ast.Module, function: str, parameter: str) -> list[str]:
    """What every call in the module hands to a function's parameter."""
    found: list[str] = []
    names = {
        node.name: [each.arg for each in node.args.args if each.arg not in ("self", "cls")]
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == function:
            place = names[function].index(parameter)
            handed = [each.value for each in node.keywords if each.arg == parameter] + node.args[place : place + 1]
            found += [text for each in handed for text in _texts(each) or []]
    return found


def _facts(path: Path, tree: ast.Module) -> Iterator[tuple[str, list[str]]]:
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        for node in ast.walk(function):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Fact":
                kind = next((each.value for each in node.keywords if each.arg == "kind"), None) or node.args[0]
                texts = _texts(kind)
                if texts is None and isinstance(kind, ast.Name):
                    texts = _given(tree, function.name, kind.id)
                yield f"{path.relative_to(LEDGER.parent)}:{node.lineno}", texts or []


def test_every_fact_in_the_code_has_a_sentence_and_a_group(app: Flask) -> None:
    unread, untold = [], []
    for path, tree in TREES.items():
        for place, kinds in _facts(path, tree):
            if not kinds and place.partition(":")[0] not in DYNAMIC:
                unread.append(place)
            with app.test_request_context("/"):
                untold += [(place, kind) for kind in kinds if not is_told(kind) or kind not in KINDS]
    assert unread == [], "kinds that this test cannot read"
    assert untold == []


def test_every_verb_of_a_document_is_known() -> None:
    verbs = set()
    for path, tree in TREES.items():
        for node in ast.walk(tree):
            is_fact = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "fact"
            if is_fact and path.parts[-2] in ("funds", "changes") and len(node.args) > 1:  # type: ignore[attr-defined]
                verbs |= {(path.parts[-2], verb) for verb in _texts(node.args[1]) or []}  # type: ignore[attr-defined]
    assert {verb for home, verb in verbs if home == "funds"} <= set(VERBS)
    assert {f"change_report_{verb}" for home, verb in verbs if home == "changes"} <= set(KINDS)
    assert verbs >= {("funds", "recorded"), ("funds", "reversed"), ("changes", "sent"), ("changes", "settled")}


def test_every_refused_command_is_named() -> None:
    refusing = set()
    for tree in TREES.values():
        classes = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}

        def records(name: str, known: dict[str, ast.ClassDef] = classes) -> bool:
            if name not in known:
                return False
            body = known[name].body
            named = [getattr(getattr(each, "target", each), "id", getattr(each, "name", "")) for each in body]
            bases = [getattr(each, "id", "") for each in known[name].bases]
            return "records_refusal" in named or any(records(base) for base in bases)

        refusing |= {name for name in classes if records(name) and not name.startswith("_")}
    refusing -= {"Command"}
    assert refusing - set(COMMAND_LABELS) == set()


def test_a_group_has_a_name_and_a_kind_stands_in_one_group_alone(app: Flask) -> None:
    with app.test_request_context("/"):
        named = {name for name, _label in kind_groups()}
    assert set(GROUPS) <= named
    assert set(GROUPS) == {*GROUP_LABELS, *DocumentKind}
    every = [kind for kinds in GROUPS.values() for kind in kinds]
    assert len(every) == len(set(every))
    assert kinds_chosen("nonsense") == ()
    assert kinds_chosen("disbursement_returned") == ("disbursement_returned",)
    assert set(QUIET) <= set(every)


def made(kind: str, **changes: Any) -> Event:
    """An event of a kind whose fact says nothing."""
    values: dict[str, Any] = {
        "stream": TENANT,
        "seq": 7,
        "short_hash": "0" * 8,
        "recorded_at": datetime(2026, 11, 23, 2, 0, tzinfo=UTC),
        "kind": kind,
        "actor_id": 5,
        "actor_name": "王会计",
        "actor_tenant": TENANT,
        "office_id": 6,
        "office_name": "长春市财政局",
        "is_system": False,
        "subject_type": "change_report" if kind.startswith("change_report") else "disbursement",
        "subject_id": "9",
        "pilot_id": None,
        "pilot_name": None,
        "number": None,
        "amount": None,
        "document_no": None,
        "voucher_no": None,
        "return_reason": None,
        "business_date": date(2026, 11, 20),
        "before": {},
        "after": {},
        "changes": (),
        "personal": {},
        "people": {},
    }
    return Event(**(values | changes))


@pytest.mark.parametrize("kind", KINDS)
def test_a_fact_that_says_little_still_makes_a_sentence(app: Flask, kind: str) -> None:
    with app.test_request_context("/"):
        text = sentence(made(kind))
        assert text
        assert "%(" not in text
        assert kind not in text
        assert told(made(kind)).line.startswith("王会计（长春市财政局）")


def test_a_system_step_carries_the_system_s_name(app: Flask) -> None:
    event = made("sign_in_failed", is_system=True, actor_name="系统", after={"failures": "3", "address": "10.0.0.8"})
    with app.test_request_context("/"):
        one = told(replace(event, subject_type="sign_in", subject_id="f" * 64))
        assert (one.who, one.office) == ("系统", "")
        assert one.line == "系统：登录失败：未知用户，第 3 次，地址 10.0.0.8"


@pytest.mark.rule("R10.2")
def test_a_change_report_tells_its_fields_before_and_after(app: Flask) -> None:
    after = {
        "number": "BG-2026-0003",
        "type": "C06",
        "status": "reviewing",
        "reason": "设备到货推迟",
        "changes": [
            {"field": "finish_on", "before": "2026-12-31", "after": "2027-06-30"},
            {"field": "fund_use", "before": [["设备", "100000"]], "after": [["设备", "60000"], ["安装", "40000"]]},
            {"field": "legal_representative", "before": None, "after": {"commitment": "a" * 64}},
            {"field": "construction_state", "before": "building", "after": "stopped"},
        ],
    }
    event = made("change_report_sent", after=after, number="BG-2026-0003", personal={"a" * 64: None})
    with app.test_request_context("/"):
        one = told(event)
        assert one.text == "送审变更报备 BG-2026-0003：C06 工期或竣工日期变更"
        assert one.reason == "设备到货推迟"
        rows = {each.label: (each.before, each.after) for each in one.changes}
    assert rows["完工日期"] == ("2026-12-31", "2027-06-30")
    assert rows["补助资金用途明细"] == ("设备 1,000.00", "设备 600.00\n安装 400.00")
    assert rows["法定代表人"] == ("", "已删除")
    assert rows["建设状态"] == ("在建", "停建")


def test_a_baseline_tells_only_what_changed(app: Flask) -> None:
    event = made(
        "baseline_changed",
        subject_type="project",
        before={"version": "1", "values": {"investment": "10000"}},
        after={"version": "2", "values": {"investment": "20000"}, "report": "BG-2026-0003", "document_no": "文1号"},
        document_no="文1号",
    )
    with app.test_request_context("/"):
        one = told(event)
        assert one.text == "更新项目基线至第 2 版，依据变更报备 BG-2026-0003"
        assert [(each.label, each.before, each.after) for each in one.changes] == [("总投资", "100.00", "200.00")]
        assert one.grounds == "文1号"


def test_a_personal_value_is_shown_while_it_is_kept_and_never_taken_away_in_a_file(app: Flask) -> None:
    event = made("roles_proposed", after={"reason": {"commitment": "b" * 64}}, personal={"b" * 64: "王某调离"})
    with app.test_request_context("/"):
        assert told(event).reason == "王某调离"
        assert told(event, shows_personal=False).reason == "〔bbbbbbbb…〕"
        assert told(replace(event, personal={"b" * 64: None})).reason == "已删除"


def test_a_refusal_is_told_with_its_words_and_amounts(app: Flask) -> None:
    words = "最多还可填 {available} 元。{other}"
    after = {"code": "exceeds_allocated", "words": words, "numbers": {"available": "80000000"}}
    event = made("attempt_refused", subject_type="RecordDisbursement", after=after)
    with app.test_request_context("/"):
        assert told(event).text == "登记拨付没有成功：最多还可填 800,000.00 元。…"


def test_the_timeline_of_a_pilot_says_the_same(app: Flask, make: Factory, books: Books) -> None:
    clerk = make.actor(f"{TENANT}.drc_officer")
    events = dispatch.ask(Timeline(TENANT, books.pilot.id, limit=100), clerk).items
    with app.test_request_context("/"):
        lines = [told(event).line for event in events]
        with speaking("en"):
            said = [told(event).text for event in events]
    assert any(re.fullmatch(r".+（长春市财政局）：登记拨付 FK-2026-\d+", line) for line in lines)
    assert any(line.endswith("：登记认定") for line in lines)
    assert "Designation recorded" in said
    assert len(SENTENCE_LABELS) > 40
