"""A workbook of 100,000 disbursements, checked and posted by the command line, beside the same rows one by one."""

from __future__ import annotations

import json
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import xlsxwriter

import config
from bench.measure import Figure, interleaved, medians, ratio, shown
from bench.server import Database, Place, actor
from ledger import clock
from ledger.dispatch import execute
from ledger.domain.documents import DocumentKind
from ledger.domain.money import Money, plain
from ledger.exchange.templates import FAULT_HEADER, TEMPLATES, VERSION, Kind, Unit
from ledger.funds.commands_check import ApproveDocument
from ledger.funds.commands_disbursement import RecordDisbursement
from tests.conftest import SECRET_KEY, STARTS_AT
from tests.factories import PAID_ON, Factory, MadePilot

ROWS = 100_000
SAMPLE = 500
"""Rows that go in one by one in each slice: the first ones of the workbook, then those after them."""
PILOTS = 20
TENANT = "220100"
MAKER, CHECKER = f"{TENANT}.finance_officer", f"{TENANT}.finance_reviewer"


@dataclass(frozen=True, slots=True)
class Payment:
    """One row, for both sides."""

    pilot: MadePilot
    paid_on: date
    account: str
    voucher_no: str
    amount: Money


def figures(place: Place) -> list[Figure]:
    """Rows a second of the import over those of single acts, and the memory of the import's process."""
    books = place.database("imports_books")
    with books.opened():
        make = Factory(actor)
        pilots = [make.allocated(900_000_00, tenant_code=TENANT) for _ in range(PILOTS)]
        payments = _payments(pilots)
    path = place.folder / "disbursements.xlsx"
    _write_book(path, payments)
    single = place.database("imports_single", of=books.name)
    peaks: list[float] = []
    bulk, by_row = interleaved(_bulk(place, books, path, peaks), _single(single, payments))
    return [
        Figure(
            name=f"import of {ROWS:,} rows, checked and posted, over single acts",
            ratio=ratio(bulk, by_row),
            must=3,
            aim=8,
            at_least=True,
            sides=medians("import", bulk, f"one by one ({SAMPLE} of the rows a slice)", by_row, "rows a second"),
            bound="One core reads, checks and seals the rows, the other one keeps their indexes and foreign keys.",
        ),
        Figure(
            name=f"memory of the import of {ROWS:,} rows",
            ratio=max(peaks),
            must=400,
            aim=200,
            at_least=False,
            sides=f"highest {shown(max(peaks))}, median {shown(statistics.median(peaks))} MB (VmHWM of its process)",
            bound="The program itself takes half; the reader of workbooks holds a whole sheet.",
            unit=" MB",
        ),
    ]


def _payments(pilots: Sequence[MadePilot]) -> list[Payment]:
    chance = random.Random(1)
    return [
        Payment(
            pilot=chance.choice(pilots),
            paid_on=PAID_ON + timedelta(days=chance.randrange(150)),
            account=f"22001450100059{chance.randrange(50):06d}",
            voucher_no=f"记-{number:06d}",
            amount=Money(chance.randrange(1_00, 9_00)),
        )
        for number in range(1, ROWS + 1)
    ]


def _write_book(path: Path, payments: Sequence[Payment]) -> None:
    """The official template, filled in: dates as dates, amounts as numbers, all else as text."""
    template = TEMPLATES[Kind.DISBURSEMENTS]
    headers = [column.header for column in template.columns if column.header != FAULT_HEADER]
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet(template.title)
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_string(0, 0, template.title)
        sheet.write_string(1, 0, f"模板版本：{VERSION}")
        sheet.write_string(1, len(headers) - 1, f"单位：{Unit.YUAN.value}")
        for at, header in enumerate(headers):
            sheet.write_string(2, at, header)
        for row, payment in enumerate(payments, start=3):
            pilot = payment.pilot
            texts = (pilot.name, pilot.uscc, pilot.project_codes[0], pilot.name, payment.account)
            sheet.write_number(row, 0, row - 2)
            sheet.write_datetime(row, 1, payment.paid_on, day)
            for at, text in enumerate((*texts, "吉财建指〔2026〕118号", payment.voucher_no), start=2):
                sheet.write_string(row, at, text)
            sheet.write_number(row, len(headers) - 1, float(plain(payment.amount)))


def _bulk(place: Place, books: Database, path: Path, peaks: list[float]) -> Callable[[], float]:
    """`ledger import disbursements` in its own process, each time into a fresh copy; rows a second."""
    words = ["import", "disbursements", str(path), "--as", MAKER, "--checked-by", CHECKER, "--json"]

    def run() -> float:
        copy = place.database(f"imports_{len(peaks)}", of=books.name)
        environment = {
            **os.environ,
            **copy.urls,
            "LEDGER_ENV": "test",
            "LEDGER_SECRET_KEY": SECRET_KEY,
            "LEDGER_NOW": STARTS_AT.isoformat(),
        }
        began = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "bench.imports_child", *words],
            check=True,
            capture_output=True,
            text=True,
            cwd=config.ROOT,
            env=environment,
        )
        took = time.perf_counter() - began
        stored = json.loads(done.stdout)["stored"]
        if stored != ROWS:
            raise RuntimeError(f"{stored} rows were stored")
        peaks.append(int(done.stderr.splitlines()[-1]) * 1024 / 1e6)
        return ROWS / took

    return run


def _single(database: Database, payments: Sequence[Payment]) -> Callable[[], float]:
    """The same rows through `dispatch.execute`, each recorded and then approved; rows a second."""
    done = 0

    def run() -> float:
        nonlocal done
        rows = payments[done : done + SAMPLE]
        done += SAMPLE
        with database.opened():
            clock.configure(STARTS_AT)
            maker, checker = actor(MAKER), actor(CHECKER)
            began = time.perf_counter()
            for row in rows:
                recorded = execute(_command(row), maker)
                approval = ApproveDocument(
                    tenant_code=TENANT, kind=DocumentKind.DISBURSEMENT, document_id=recorded.subject_id
                )
                execute(approval, checker)
            return len(rows) / (time.perf_counter() - began)

    return run


def _command(row: Payment) -> RecordDisbursement:
    return RecordDisbursement(
        tenant_code=TENANT,
        allocation_id=row.pilot.allocation_id,
        amount=row.amount,
        paid_on=row.paid_on,
        voucher_no=row.voucher_no,
        payee_name=row.pilot.name,
        payee_account=row.account,
    )
