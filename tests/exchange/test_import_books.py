"""The demo's books go in by the one import, to the fen; the book of faults gives exactly its faults."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask import Flask

import config
from ledger import dispatch, faces
from ledger.audit.queries_totals import Totals
from ledger.domain.access import SYSTEM, Actor
from ledger.domain.errors import Conflict, LedgerError, MakerIsChecker, NotFound, NotPermitted
from ledger.domain.money import Money
from ledger.domain.policy import Switches
from ledger.exchange.commands import CheckImport, ConfirmImport, ImportBook, NotStored
from ledger.exchange.queries import ErrorsBook, ImportReport, IsConfirmed
from ledger.exchange.queries_mine import MyImports
from ledger.exchange.report import Report, Upload
from ledger.exchange.templates import Kind
from ledger.funds.commands_fund_line import SetFundLine
from ledger.pilots.commands_policy import PublishPolicy

BOOKS = config.ROOT / "demo" / "books"
EXPECTED = json.loads((BOOKS / "expected.json").read_text(encoding="utf-8"))
SUMS = ("awarded", "allocated", "disbursed")
FAULTS = "05-disbursements-220100-faults.xlsx"
People = Callable[[str], Actor]


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faces, "register", lambda _app: None)


@pytest.fixture
def people(app: Flask, actor: People) -> People:
    """People of a ledger that has a policy and the fund line of 2026."""
    officer, reviewer = actor("province.officer"), actor("province.reviewer")
    policy = PublishPolicy(
        effective_from=date(2026, 1, 1), document_no="吉发改服务〔2026〕1号", switches=Switches(), checker=reviewer
    )
    dispatch.execute(policy, officer)
    dispatch.execute(SetFundLine(fiscal_year=2026, total=Money(200_000_000_00), checker=reviewer), officer)
    return actor


def upload(name: str, folder: Path = BOOKS) -> Upload:
    return Upload(name, (folder / name).read_bytes())


def import_book(kind: str, book: Upload, maker: Actor, checker: Actor | None, **how: Any) -> Report:
    """The report of the command line's import, whether it stored or refused."""
    try:
        done = dispatch.execute(ImportBook(kind=Kind(kind), upload=book, checker=checker, **how), maker)
    except NotStored as refused:
        return refused.report
    return dispatch.ask(ImportReport(done.subject_id), maker).report


def import_province(people: People, folder: Path = BOOKS, first: int = 0, last: int = 3) -> list[Report]:
    names = ("01-designation", "02-awards", "03-allocations")[first:last]
    officer, reviewer = people("province.officer"), people("province.reviewer")
    return [import_book(name.partition("-")[2], upload(f"{name}.xlsx", folder), officer, reviewer) for name in names]


def import_payments(people: People, code: str, folder: Path = BOOKS) -> Report:
    maker, checker = people(f"{code}.finance_officer"), people(f"{code}.finance_reviewer")
    return import_book("disbursements", upload(f"04-disbursements-{code}.xlsx", folder), maker, checker)


@pytest.fixture
def books(people: People) -> People:
    """The province's books and Changchun's disbursements are in."""
    for report in [*import_province(people), import_payments(people, "220100")]:
        assert report.refused == ()
    return people


def totals() -> tuple[dict[str, dict[str, int]], dict[str, dict[str, int]]]:
    book = dispatch.ask(Totals(), SYSTEM)
    tenants = {line.code: {name: getattr(line.sums, name).fen for name in SUMS} for line in book.tenants}
    return tenants, {line.uscc: {name: getattr(line.sums, name).fen for name in SUMS} for line in book.pilots}


def test_the_demo_leads_to_the_expected_fen(people: People) -> None:
    reports = import_province(people)
    reports += [import_payments(people, code) for code in EXPECTED["tenants"]]
    assert [report.refused for report in reports] == [()] * 14
    assert all(report.rows == report.accepted == report.stored for report in reports)
    tenants, pilots = totals()
    wanted = {code: {name: line[name] for name in SUMS} for code, line in EXPECTED["tenants"].items()}
    assert tenants == wanted
    assert pilots == {uscc: {name: line[name] for name in SUMS} for uscc, line in EXPECTED["pilots"].items()}


def faults_of(people: People, **how: Any) -> Report:
    return import_book("disbursements", upload(FAULTS), people("220100.finance_officer"), None, **how)


def test_the_book_of_faults_is_refused_whole(books: People) -> None:
    before = totals()
    report = faults_of(books)
    wanted = [(fault["excel_row"], fault["column"], fault["code"]) for fault in EXPECTED["faults"]]
    assert [(fault.row, fault.column, fault.code) for fault in report.refused] == wanted
    assert (report.rows, report.accepted, report.stored) == (22, 4, 0)
    assert totals() == before
    sheet = openpyxl.load_workbook(BOOKS / FAULTS).active
    headers = {cell.value: cell.column for cell in sheet[3]}
    for fault in report.refused:
        held = sheet.cell(fault.row, headers[fault.column]).value
        assert fault.value == ("" if held is None else str(held))


def test_the_rows_without_faults_go_in_on_demand_and_wait(books: People) -> None:
    report = faults_of(books, only_good=True)
    assert (report.rows, report.accepted, report.stored, len(report.refused)) == (22, 4, 4, 18)
    book = dispatch.ask(Totals(), SYSTEM)
    here = next(line for line in book.tenants if line.code == "220100")
    assert here.sums.waiting == Money(sum(EXPECTED["fault_book_good_rows"]["amounts_fen"]))
    assert {spelling.read for spelling in report.normalised} >= {"2026-09-01", "10,000.50", "2026-09-02"}


def test_a_dry_run_stores_nothing_and_keeps_nothing(books: People) -> None:
    officer = books("220100.finance_officer")
    kept = dispatch.ask(MyImports(), officer).total
    assert faults_of(books, dry_run=True).stored == 0
    other, reviewer = books("220200.finance_officer"), books("220200.finance_reviewer")
    report = import_book("disbursements", upload("04-disbursements-220200.xlsx"), other, reviewer, dry_run=True)
    assert (report.refused, report.stored) == ((), 0)
    assert report.accepted == report.rows > 0
    assert dispatch.ask(MyImports(), officer).total == kept
    assert dispatch.ask(MyImports(), other).total == 0


def test_check_then_confirm_is_the_same_import(books: People) -> None:
    officer = books("220100.finance_officer")
    before = totals()
    checked = dispatch.execute(CheckImport(kind=Kind.DISBURSEMENTS, upload=upload(FAULTS)), officer)
    view = dispatch.ask(ImportReport(checked.subject_id), officer)
    assert (view.status, view.report.accepted, view.report.stored) == ("checked", 4, 0)
    assert totals() == before
    with pytest.raises(NotStored) as refused:
        dispatch.execute(ConfirmImport(import_id=checked.subject_id), officer)
    assert len(refused.value.report.refused) == 18
    confirmed = dispatch.execute(ConfirmImport(import_id=checked.subject_id, only_good=True), officer)
    assert confirmed.subject_id == checked.subject_id
    view = dispatch.ask(ImportReport(checked.subject_id), officer)
    assert (view.status, view.report.stored) == ("confirmed", 4)
    with pytest.raises(Conflict):
        dispatch.execute(ConfirmImport(import_id=checked.subject_id, only_good=True), officer)
    assert dispatch.ask(IsConfirmed(view.sha256), officer)
    again = dispatch.execute(CheckImport(kind=Kind.DISBURSEMENTS, upload=upload(FAULTS)), officer)
    report = dispatch.ask(ImportReport(again.subject_id), officer).report
    assert report.accepted == 0
    assert "导入过" in str(report.warnings[0])


def test_the_errors_workbook_has_the_words_beside_the_rows(books: People) -> None:
    officer = books("220100.finance_officer")
    checked = dispatch.execute(CheckImport(kind=Kind.DISBURSEMENTS, upload=upload(FAULTS)), officer)
    book = dispatch.ask(ErrorsBook(checked.subject_id), officer)
    sheet = openpyxl.load_workbook(BytesIO(book.content)).active
    assert sheet.cell(3, 11).value == "错误说明"
    assert [row for row in range(4, 26) if sheet.cell(row, 11).value] == [f["excel_row"] for f in EXPECTED["faults"]]


def test_nobody_else_sees_or_confirms_an_import(books: People) -> None:
    checked = dispatch.execute(
        CheckImport(kind=Kind.DISBURSEMENTS, upload=upload(FAULTS)), books("220100.finance_officer")
    )
    # Another tenant's clerk, and a colleague of one's own.
    for other in (books("220200.finance_officer"), replace(books("220100.finance_officer"), person_id=1)):
        for query in (ImportReport(checked.subject_id), ErrorsBook(checked.subject_id)):
            with pytest.raises(NotFound):
                dispatch.ask(query, other)
        with pytest.raises(NotFound):
            dispatch.execute(ConfirmImport(import_id=checked.subject_id), other)


@pytest.mark.parametrize(
    ("kind", "maker", "checker", "refusal"),
    [
        ("awards", "220100.finance_officer", None, NotPermitted),
        ("disbursements", "province.officer", None, NotPermitted),
        ("designation", "province.reviewer", None, NotPermitted),
        ("designation", "province.officer", "province.officer", NotPermitted),
        ("designation", "province.officer", "220100.finance_reviewer", NotFound),
        ("disbursements", "220100.finance_officer", "220200.finance_reviewer", NotFound),
    ],
)
def test_only_the_right_two_people_import(
    kind: str, maker: str, checker: str | None, refusal: type[LedgerError], people: People
) -> None:
    name = {"awards": "02-awards", "designation": "01-designation", "disbursements": "04-disbursements-220100"}[kind]
    command = ImportBook(
        kind=Kind(kind), upload=upload(f"{name}.xlsx"), checker=people(checker) if checker else None, only_good=True
    )
    with pytest.raises(refusal):
        dispatch.execute(command, people(maker))


def test_another_tenant_cannot_be_named(books: People) -> None:
    command = ImportBook(kind=Kind.DISBURSEMENTS, upload=upload(FAULTS), target_code="220200")
    with pytest.raises(NotFound):
        dispatch.execute(command, books("220100.finance_officer"))


def test_the_province_may_keep_to_one_tenant(people: People) -> None:
    officer = people("province.officer")
    report = import_book(
        "designation", upload("01-designation.xlsx"), officer, None, target_code="220100", only_good=True
    )
    assert report.stored == EXPECTED["tenants"]["220100"]["pilots"]
    assert {(fault.column, fault.code) for fault in report.refused} == {("市（州）", "not_found")}


def test_maker_and_checker_are_two(people: People) -> None:
    officer = people("province.officer")
    both = Actor(officer.person_id, officer.tenant_code, officer.office_id, people("province.reviewer").roles, "甲")
    command = ImportBook(kind=Kind.DESIGNATION, upload=upload("01-designation.xlsx"), checker=both)
    with pytest.raises(MakerIsChecker):
        dispatch.execute(command, officer)
