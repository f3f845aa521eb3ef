"""The demo's books with something waiting of every kind, and where each of it is found."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

from flask import current_app

import config
from ledger.audit.commands_chain import StartVerification
from ledger.audit.queries_journal import ListJournal
from ledger.dispatch import ask, execute
from ledger.domain.access import PROVINCE, SYSTEM, Actor, Role
from ledger.domain.documents import DocumentKind
from ledger.domain.money import Money
from ledger.domain.pilots import Direction, PilotKind
from ledger.exchange.commands import CheckImport, ConfirmImport
from ledger.exchange.report import Upload
from ledger.exchange.templates import Kind
from ledger.files.commands import AttachFile, RetireFile, receive
from ledger.funds.commands_check import ReturnDocument, ReverseDocument
from ledger.funds.commands_spending import RecordAcceptance, RecordExpenditure, RecordRecovery
from ledger.funds.queries import ListOpenAllocations, OpenAllocation
from ledger.funds.queries_pilots import GetPilot
from ledger.identity.commands_erasure import AskErasure, ConfirmErasure
from ledger.identity.commands_roles import ProposeRoles
from ledger.identity.queries import FindActor
from ledger.jobs.web_worker import work_off
from ledger.pilots.commands import ConfirmDesignation, PilotDraft
from tests.browser.places_changes import furnish_changes
from tests.exchange.test_web_imports import book_of, row_of
from tests.factories import Designate, Factory, MadePilot, credit_code, project_code
from tests.files.samples import pdf

TENANT: Final = "220100"
EMPTY: Final = "JL-CBS"
"""A tenant whose pilots the demo does not have: every list of its own is empty."""
OFFICER, REVIEWER = f"{TENANT}.finance_officer", f"{TENANT}.finance_reviewer"
DRC_OFFICER, DRC_REVIEWER = f"{TENANT}.drc_officer", f"{TENANT}.drc_reviewer"
PROVINCE_OFFICER, PROVINCE_REVIEWER, AUDITOR = "province.officer", "province.reviewer", "province.auditor"
ADMINISTRATOR = "admin"
BOOKS: Final = config.ROOT / "demo" / "books"
FAULTY: Final = "05-disbursements-220100-faults.xlsx"
PAID_ON, SPENT_ON, ACCEPTED_ON = date(2026, 11, 18), date(2026, 11, 19), date(2026, 11, 20)


@dataclass(slots=True)
class Places:
    """Numbers that the paths of pages are filled with, by name."""

    ids: dict[str, int] = field(default_factory=dict)

    def path(self, template: str) -> str:
        """`/pilots/{pilot}` with the pilot's number in it."""
        return template.format_map(self.ids)


def find_actor(username: str) -> Actor:
    return ask(FindActor(username), SYSTEM)


def furnish() -> Places:
    """Add to the demo what its pages need to be seen full; needs an application context."""
    make, places = Factory(find_actor), Places()
    rich, firm = _pilot_with_room(1_000_000_00), _pilot_with_room(100_000_00, least=True)
    places.ids |= {"pilot": rich.id, "allocation": rich.allocation_id, "firm": firm.id}
    places.ids["person"] = find_actor(DRC_OFFICER).person_id
    places.ids["asked_person"] = find_actor(DRC_REVIEWER).person_id
    _disburse(make, rich, places)
    _follow_up(make, rich, places)
    _designate(make, places)
    _import(rich, places)
    places.ids |= furnish_changes(make, rich.id, firm.id)
    order = ProposeRoles(
        TENANT, places.ids["asked_person"], (Role.DRC_OFFICER, Role.DRC_REVIEWER), "长发改人〔2026〕12号 岗位调整"
    )
    execute(order, find_actor(ADMINISTRATOR))
    _attach(places)
    _prove(places)
    return places


def _attach(places: Places) -> None:
    """A voucher beside the posted disbursement, and one that was attached in error and retired."""
    officer = find_actor(OFFICER)

    def attach(name: str, label: str) -> int:
        file = receive(io.BytesIO(pdf(name)), name)
        order = AttachFile(
            tenant_code=TENANT, subject_type="disbursement", subject_id=places.ids["posted"], file=file, label=label
        )
        return int(str(execute(order, officer).facts[0].after["attachment"]))

    places.ids["file"] = attach("支付凭证 ZF-2026-1101.pdf", "银行回单")
    wrong = RetireFile(tenant_code=TENANT, attachment_id=attach("合同.pdf", ""), reason="附错了文件，正确的已另传")
    execute(wrong, officer)


def _prove(places: Places) -> None:
    """Checkpoints, a verification that ended and one that waits, a value that is erased and one that is to be."""
    auditor, drc = find_actor(AUDITOR), find_actor(DRC_OFFICER)
    runner = current_app.test_cli_runner()
    for words in (("signer-key", str(Path(current_app.instance_path) / "signer.key")), ("sign", "--once")):
        assert runner.invoke(args=["ledger", *words]).exit_code == 0
    places.ids["verification"] = execute(StartVerification(PROVINCE), auditor).subject_id
    places.ids["own_verification"] = execute(StartVerification(TENANT), drc).subject_id
    work_off()
    places.ids["asked_verification"] = execute(StartVerification(TENANT), drc).subject_id
    kinds = {one.kind: one.seq for one in ask(ListJournal(TENANT), auditor).entries}
    places.ids["entry"] = kinds["disbursement_approved"]
    for name, username in (("erased", OFFICER), ("erasure", DRC_OFFICER)):
        order = AskErasure(TENANT, find_actor(username).name, "本人书面申请", "长发改〔2026〕88号")
        places.ids[name] = execute(order, find_actor(ADMINISTRATOR)).subject_id
    execute(ConfirmErasure(TENANT, places.ids["erased"]), find_actor("admin.second"))


def _pilot_with_room(room: int, *, least: bool = False) -> MadePilot:
    """The first pilot of the tenant, or the last one, that has `room` fen to disburse."""
    found = ask(ListOpenAllocations(tenant_code=TENANT), find_actor(OFFICER))
    one: OpenAllocation = [each for each in found if each.position.available >= Money(room)][-1 if least else 0]
    pilot = ask(GetPilot(tenant_code=TENANT, pilot_id=one.pilot_id), find_actor(OFFICER))
    codes = tuple(project.code or project.name for project, _money in pilot.projects)
    return MadePilot(TENANT, one.pilot_id, pilot.pilot.uscc, one.pilot_name, codes, 0, one.allocation_id)


def _disburse(make: Factory, pilot: MadePilot, places: Places) -> None:
    numbers = (f"ZF-2026-11{number:02d}" for number in range(1, 20))

    def waiting(amount: int, **changes: Any) -> int:
        values = {"paid_on": PAID_ON, "voucher_no": next(numbers), "payee_account": "220012345678918821", **changes}
        return make.waiting(pilot, amount, **values)

    def approve(document_id: int) -> int:
        make.approve(TENANT, DocumentKind.DISBURSEMENT, document_id, REVIEWER)
        return document_id

    places.ids["posted"] = approve(waiting(200_000_00, note="一期"))
    places.ids["doubtful"] = approve(waiting(30_000_00))
    places.ids["waiting"] = waiting(125_000_50, note="二期")
    places.ids["draft"] = waiting(40_000_00, draft=True)
    places.ids["returned"] = waiting(60_000_00)
    act = ReturnDocument(
        tenant_code=TENANT,
        kind=DocumentKind.DISBURSEMENT,
        document_id=places.ids["returned"],
        reason="收款账号与核定的项目单位不一致，请核对",
    )
    execute(act, find_actor(REVIEWER))
    reverse = ReverseDocument(
        tenant_code=TENANT,
        kind=DocumentKind.DISBURSEMENT,
        document_id=places.ids["doubtful"],
        reason="凭证金额录错",
        reversed_on=ACCEPTED_ON,
    )
    places.ids["reversal"] = execute(reverse, find_actor(OFFICER)).subject_id


def _follow_up(make: Factory, pilot: MadePilot, places: Places) -> None:
    """What the project unit spent of a disbursement; more spending, an acceptance and a recovery wait."""
    finance, drc = find_actor(OFFICER), find_actor(DRC_OFFICER)

    def spend(amount: int, purpose: str) -> int:
        order = RecordExpenditure(
            tenant_code=TENANT,
            disbursement_id=places.ids["posted"],
            amount=Money(amount),
            spent_on=SPENT_ON,
            purpose=purpose,
        )
        return execute(order, finance).subject_id

    places.ids["spent"] = spend(90_000_00, "购置检测设备")
    make.approve(TENANT, DocumentKind.EXPENDITURE, places.ids["spent"], REVIEWER)
    places.ids["expenditure"] = spend(15_000_00, "设备安装调试")
    acceptance = RecordAcceptance(
        tenant_code=TENANT,
        pilot_id=pilot.id,
        project_code=pilot.project_codes[0],
        amount=Money(80_000_00),
        accepted_on=ACCEPTED_ON,
        document_no="长发改验〔2026〕8号",
    )
    places.ids["acceptance"] = execute(acceptance, drc).subject_id
    recovery = RecordRecovery(
        tenant_code=TENANT,
        allocation_id=pilot.allocation_id,
        amount=Money(10_000_00),
        recovered_on=ACCEPTED_ON,
        document_no="吉财建〔2026〕45号",
        reason="项目终止，结余资金缴回",
    )
    places.ids["recovery"] = execute(recovery, finance).subject_id


def _designate(make: Factory, places: Places) -> None:
    """Pilots before their award: not yet confirmed, confirmed, waiting for the award, awarded."""
    ids = places.ids
    ids["unconfirmed"] = _designated("长春市云帆软件园有限公司", confirm=False).id
    ids["designated"] = _designated("长春市松苑数字服务有限公司").id
    asked, awarded = _designated("长春市铁北冷链有限公司"), _designated("长春市合心研发设计有限公司")
    ids["asked_award"] = execute(make.award_command(asked, 300_000_00), find_actor(PROVINCE_OFFICER)).subject_id
    ids["open_award"] = execute(make.award_command(awarded, 500_000_00), find_actor(PROVINCE_OFFICER)).subject_id
    make.approve(TENANT, DocumentKind.AWARD, ids["open_award"], PROVINCE_REVIEWER)
    passed = MadePilot(TENANT, awarded.id, "", awarded.name, awarded.project_codes, ids["open_award"])
    order = make.allocation_command(passed, 200_000_00, document_no="吉财建指〔2026〕131号")
    ids["asked_allocation"] = execute(order, find_actor(PROVINCE_OFFICER)).subject_id


def _designated(name: str, *, confirm: bool = True) -> MadePilot:
    uscc, code = credit_code(), project_code()
    draft = PilotDraft(
        name=name,
        kind=PilotKind.ENTERPRISE,
        uscc=uscc,
        county_name="",
        direction=Direction("M1"),
        batch="2026年第二批",
        project_name="服务型制造示范项目",
        project_code=code,
        no_code_reason=None,
        investment=Money(2_000_000_00),
        start_on=date(2026, 9, 1),
        finish_on=date(2027, 10, 30),
        document_no="吉发改服务〔2026〕66号",
        designated_on=date(2026, 9, 16),
    )
    pilot_id = execute(Designate(TENANT, (draft,)), find_actor(PROVINCE_OFFICER)).subject_id
    if confirm:
        execute(ConfirmDesignation(tenant_code=TENANT, pilot_id=pilot_id), find_actor(PROVINCE_REVIEWER))
    return MadePilot(TENANT, pilot_id, uscc, name, (code,))


def _import(pilot: MadePilot, places: Places) -> None:
    """A workbook with faults, the same one stored as far as it is good, and one without a fault."""
    faulty = (BOOKS / FAULTY).read_bytes()
    places.ids["faulty_import"] = _checked(FAULTY, faulty)
    places.ids["stored_import"] = _checked(FAULTY, faulty)
    execute(ConfirmImport(import_id=places.ids["stored_import"], only_good=True), find_actor(OFFICER))
    good = book_of([row_of(pilot, number, number * 10_000, f"ZF-2026-12{number:02d}") for number in range(1, 7)])
    places.ids["good_import"] = _checked("拨付2026年11月.xlsx", good)


def _checked(name: str, content: bytes) -> int:
    order = CheckImport(kind=Kind.DISBURSEMENTS, upload=Upload(name, content))
    return execute(order, find_actor(OFFICER)).subject_id
