"""A disposition with three field changes and a money effect beside a plain disbursement, each by its two people."""

from __future__ import annotations

import statistics
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from itertools import count

from bench.measure import Figure, interleaved, medians, percentile, ratio, shown
from bench.server import Place, actor
from ledger.changes.commands import FieldChange, SaveReport, SendReport
from ledger.changes.commands_dispose import ConfirmDisposition, DisposeReport
from ledger.changes.commands_review import PassReport
from ledger.dispatch import Command, execute
from ledger.domain.access import Actor
from ledger.domain.changes import ChangeType, Disposition
from ledger.domain.documents import DocumentKind
from ledger.domain.money import Money
from ledger.domain.pilots import PilotKind
from ledger.funds.commands_check import ApproveDocument
from tests.factories import Factory, MadePilot

CODES = ("220100", "220300", "222400")
PILOTS_A_TENANT = 4
A_SLICE = 40
ROUNDS = 9
MILLISECONDS = 1_000.0
DAY = date(2026, 11, 20)
"""A Friday before the bench's Monday: nothing is late."""
AWARDED, ALLOCATED, STEP = Money(5_000_000_00), Money(1_000_000_00), Money(1_00)
"""What a pilot has, and what each disposition takes from its award."""

Ready = tuple[Command, Actor]


def figures(place: Place) -> list[Figure]:
    """How much longer the province's two people wait for a disposition than finance's two for a disbursement."""
    books = place.database("dispositions")
    with books.opened():
        desks = _Desks()
        desks.slice(desks.disposition)
        desks.slice(desks.disbursement)
        ours, plain = interleaved(
            lambda: desks.slice(desks.disposition), lambda: desks.slice(desks.disbursement), ROUNDS
        )
    last, posted = (MILLISECONDS * statistics.median(desks.last[name]) for name in ("disposition", "disbursement"))
    return [
        Figure(
            name="a disposition with three fields and a reduction ÷ a disbursement, p95",
            ratio=ratio(ours, plain),
            must=2.0,
            aim=1.5,
            at_least=False,
            sides=(
                f"{medians('the disposition', ours, 'the disbursement', plain, 'ms')}, both acts of each;"
                f" the second person's alone takes {shown(last)} and {shown(posted)} ms in the median"
            ),
            bound=(
                "C16 with 同意并调减, disposed of and confirmed (report, baseline version, holds, reduction with its"
                f" entry, positions, four journal entries) beside a disbursement recorded and approved, {A_SLICE} of"
                " each a slice, one after the other; each act has its key and is one durable commit. Bound by the rows"
                " that the confirmation writes: four entries of the journal instead of one, and a posting in three"
                " positions."
            ),
        )
    ]


class _Desks:
    """The people at work; `last` keeps the seconds of each second person's act."""

    def __init__(self) -> None:
        self.last: dict[str, list[float]] = {"disposition": [], "disbursement": []}
        self._turn = count(1)
        self._done = 0
        self._people: dict[str, Actor] = {}
        self._make = Factory(self._of)
        self._pilots = [self._pilot(code) for code in CODES for _ in range(PILOTS_A_TENANT)]
        self._left = dict.fromkeys([pilot.id for pilot in self._pilots], AWARDED)

    def slice(self, prepare: Callable[[], Iterator[Ready]]) -> float:
        """The 95th percentile, in milliseconds, of both acts of `A_SLICE` pairs that `prepare` leads to."""
        taken, last = [], self.last[prepare.__name__]
        for _ in range(A_SLICE):
            steps = []
            for command, person in prepare():
                key = str(uuid.uuid4())
                began = time.perf_counter()
                self._done = execute(command, person, key).subject_id
                steps.append(time.perf_counter() - began)
            taken.append(sum(steps))
            last.append(steps[-1])
        return percentile(taken, 95) * MILLISECONDS

    def disposition(self) -> Iterator[Ready]:
        """Of a report of three fields: the province's officer agrees with a smaller award, the reviewer confirms."""
        pilot, number = self._next()
        code = pilot.tenant_code
        saved = SaveReport(
            tenant_code=code,
            pilot_id=pilot.id,
            type=ChangeType.C16,
            occurred_on=DAY,
            told_on=DAY,
            reason="管理机构调整",
            changes=(
                FieldChange("boundary", f"东至第{number}号路，西至铁路，南至河，北至{number}号桥"),
                FieldChange("managing_body", f"第{number}管理委员会"),
                FieldChange("leading_industry", f"汽车电子与第{number}类服务"),
            ),
        )
        local, reviewer = self._of(f"{code}.drc_officer"), self._of(f"{code}.drc_reviewer")
        report_id = execute(saved, local).subject_id
        execute(SendReport(tenant_code=code, report_id=report_id, version=1), local)
        execute(PassReport(tenant_code=code, report_id=report_id, version=2), reviewer)
        self._left[pilot.id] -= STEP
        disposed = DisposeReport(
            tenant_code=code,
            report_id=report_id,
            version=3,
            disposition=Disposition.AGREE_REDUCED,
            document_no=f"吉发改服务函〔2026〕{number}号",
            reduced_to=self._left[pilot.id],
            disposed_on=DAY,
        )
        yield disposed, self._of("province.officer")
        yield ConfirmDisposition(tenant_code=code, report_id=report_id, version=4), self._of("province.reviewer")

    def disbursement(self) -> Iterator[Ready]:
        """A disbursement: recorded by one person, approved by another."""
        pilot, _number = self._next()
        officer, reviewer = (self._of(f"{pilot.tenant_code}.finance_{role}") for role in ("officer", "reviewer"))
        yield self._make.disbursement_command(pilot, 1), officer
        kind = DocumentKind.DISBURSEMENT
        yield ApproveDocument(tenant_code=pilot.tenant_code, kind=kind, document_id=self._done), reviewer

    def _pilot(self, code: str) -> MadePilot:
        made = self._make.awarded(AWARDED.fen, tenant_code=code, kind=PilotKind.REGION)
        command = self._make.allocation_command(made, ALLOCATED.fen)
        allocation_id = execute(command, self._of("province.officer")).subject_id
        self._make.approve(code, DocumentKind.ALLOCATION, allocation_id, "province.reviewer")
        return replace(made, allocation_id=allocation_id)

    def _next(self) -> tuple[MadePilot, int]:
        number = next(self._turn)
        return self._pilots[number % len(self._pilots)], number

    def _of(self, username: str) -> Actor:
        if username not in self._people:
            self._people[username] = actor(username)
        return self._people[username]
