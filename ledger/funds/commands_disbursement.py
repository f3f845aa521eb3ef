"""Disbursements (拨付): money leaves the finance bureau for the project's owner. RX.1, RX.2."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, ClassVar

from ledger.desk import Desk
from ledger.domain.access import Permission
from ledger.domain.dates import check_not_future
from ledger.domain.documents import Act, DocumentKind, Status, next_status
from ledger.domain.errors import Conflict, NotFound, VoucherDuplicate
from ledger.domain.funds import check_disbursement, check_not_before_allocation, check_payee
from ledger.domain.money import ZERO, Money
from ledger.funds import store, store_positions
from ledger.funds.store import StoredDocument
from ledger.funds.store_positions import AllocationContext
from ledger.funds.store_versions import check_maker, check_version
from ledger.funds.store_vouchers import check_voucher_free, voucher_reading, vouchers_of_year
from ledger.journal import Fact
from ledger.pilots.store import check_holds
from ledger.pilots.store_holds import check_project_holds
from ledger.tenancy import Constant, Row

_AMEND = Constant(
    "UPDATE document SET status = :status, version = version + 1, amount = :amount, business_date = :business_date,"
    " voucher_no = :voucher_no, payee_name = :payee_name, payee_account = :payee_account, note = :note,"
    " return_reason = NULL, checked_by = NULL, checked_by_name = NULL, checked_at = NULL"
    " WHERE tenant_code = :tenant_code AND id = :id AND version = :version"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DisbursementDraft:
    """One disbursement as it was entered; `payee_account` is recorded and compared, not refused."""

    allocation_id: int
    amount: Money
    paid_on: date
    voucher_no: str
    payee_name: str
    payee_account: str
    note: str = ""


class DisbursementBook:
    """Checks disbursement drafts one after another, each in sight of those before it, and stores them.

    `many` reads the year's vouchers once instead of asking for each, and locks no allocation
    before `lock`: whoever stores the drafts calls it first. `takes_number` takes the number of the
    one document that is planned together with what its rules read.
    """

    def __init__(self, desk: Desk, *, many: bool = False, takes_number: bool = False) -> None:
        self._desk = desk
        self._many = many
        self._takes_number = takes_number
        self._series = (store.PREFIXES[DocumentKind.DISBURSEMENT], desk.today.year)
        self._number = ""
        self._contexts: dict[int, AllocationContext] = {}
        self._asked: dict[int, Money] = {}
        self._vouchers: dict[int, set[str]] = {}

    def plan(self, draft: DisbursementDraft, *, except_id: int = 0) -> StoredDocument:
        """Check one draft; `except_id` is the document that it amends.

        Raises:
            FutureDate, NotFound, Frozen, BeforeAllocation, PayeeMismatch, VoucherDuplicate, ExceedsAllocated.
        """
        self.check(draft, except_id=except_id)
        return self.document(draft, number=self._number)

    def check(self, draft: DisbursementDraft, *, except_id: int = 0) -> None:
        """Check one draft, and keep room for it among those that follow. Raises what `plan` raises."""
        check_not_future(draft.paid_on, self._desk.today, "paid_on")
        context, vouchers = self._look(draft, except_id)
        check_not_before_allocation(draft.paid_on, context.allocated_on)
        check_payee(draft.payee_name, context.owner_name)
        self._check_voucher(draft, vouchers)
        asked = self._asked.get(context.allocation_id, ZERO)
        position = context.position
        check_disbursement(replace(position, waiting=position.waiting + asked), draft.amount)
        self._asked[context.allocation_id] = asked + draft.amount
        self._vouchers.setdefault(draft.paid_on.year, set()).add(draft.voucher_no)

    def document(self, draft: DisbursementDraft, **named: Any) -> StoredDocument:
        """The document of a draft that was checked; `named` are its id and number, where it has them already."""
        context = self._contexts[draft.allocation_id]
        return store.new_document(
            self._desk,
            DocumentKind.DISBURSEMENT,
            pilot_id=context.pilot_id,
            amount=draft.amount,
            business_date=draft.paid_on,
            fiscal_year=context.fiscal_year,
            document_no=context.document_no,
            line_id=context.line_id,
            project_id=context.project_id,
            allocation_id=context.allocation_id,
            voucher_no=draft.voucher_no,
            payee_name=draft.payee_name,
            payee_account=draft.payee_account,
            note=draft.note,
            policy_version_id=context.policy_version_id,
            uscc=context.uscc,
            project_code=context.project_code,
            **named,
        )

    def _look(self, draft: DisbursementDraft, except_id: int) -> tuple[AllocationContext, Sequence[Row]]:
        """The draft's allocation, and whoever has its voucher number: both in one exchange."""
        if self._many:
            if draft.allocation_id not in self._contexts:
                self._keep(store_positions.allocation(self._desk, draft.allocation_id, lock=False))
            return self._contexts[draft.allocation_id], ()
        allocations, vouchers, *numbers = self._desk.read_all(
            store_positions.allocation_reading(self._desk, draft.allocation_id),
            voucher_reading(self._desk, draft.voucher_no, draft.paid_on, except_id),
            *([store.number_reading(*self._series)] if self._takes_number else ()),
        )
        self._number = store.numbers_found(numbers[0], *self._series)[0] if numbers else ""
        if draft.allocation_id not in self._contexts:
            self._keep(store_positions.allocation_found(allocations))
        return self._contexts[draft.allocation_id], vouchers

    def _keep(self, context: AllocationContext) -> None:
        if context.held:
            check_holds(self._desk, context.uscc, DocumentKind.DISBURSEMENT)
        if context.project_held:
            check_project_holds(self._desk, context.pilot_id, [context.project_id], DocumentKind.DISBURSEMENT)
        self._contexts[context.allocation_id] = context

    def _check_voucher(self, draft: DisbursementDraft, found: Sequence[Row]) -> None:
        year = draft.paid_on.year
        check_voucher_free(found, draft.voucher_no, draft.paid_on)
        if self._many and year not in self._vouchers:
            self._vouchers[year] = vouchers_of_year(self._desk, year)
        if draft.voucher_no in self._vouchers.get(year, ()):
            raise VoucherDuplicate(
                "凭证号 {voucher} 在 {year} 年已登记或在本文件中重复。请核对凭证号。",
                voucher=draft.voucher_no,
                year=year,
            )

    def lock(self) -> None:
        """Lock every allocation that the drafts are paid out of, in key order, and check their sums again.

        Raises:
            ExceedsAllocated: money left one since it was read.
        """
        for allocation_id in sorted(self._asked):
            check_disbursement(
                store_positions.allocation(self._desk, allocation_id).position, self._asked[allocation_id]
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordDisbursement(DisbursementDraft):
    """Record a disbursement: it waits for its check, or stays a draft that reserves nothing."""

    permission: ClassVar[Permission] = Permission.DISBURSEMENT_RECORD
    records_refusal: ClassVar[bool] = True
    tenant_code: str
    draft: bool = False

    def plan(self, desk: Desk) -> StoredDocument:
        """The document, once its rules hold; nothing is stored. Raises what `DisbursementBook.plan` raises."""
        return self._planned(DisbursementBook(desk))

    def run(self, desk: Desk) -> list[Fact]:
        planned = self._planned(DisbursementBook(desk, takes_number=True))
        store.write_documents(desk, [planned])
        return [store.fact(planned, "drafted" if self.draft else "recorded")]

    def _planned(self, book: DisbursementBook) -> StoredDocument:
        planned = book.plan(self)
        return replace(planned, status=Status.DRAFT) if self.draft else planned


@dataclass(frozen=True, slots=True, kw_only=True)
class AmendDisbursement(DisbursementDraft):
    """Mend a draft or returned disbursement and send it to its check again; its maker alone may."""

    permission: ClassVar[Permission] = Permission.DISBURSEMENT_RECORD
    records_refusal: ClassVar[bool] = True
    tenant_code: str
    document_id: int
    version: int

    def run(self, desk: Desk) -> list[Fact]:
        before = store.load_document(desk, self.document_id, lock=True)
        if before.kind is not DocumentKind.DISBURSEMENT or before.allocation_id != self.allocation_id:
            raise NotFound()
        check_version(desk, before, self.version)
        check_maker(desk, before)
        planned = DisbursementBook(desk).plan(self, except_id=before.id)
        after = replace(
            before,
            status=next_status(before.status, Act.SEND),
            version=before.version + 1,
            return_reason=None,
            checked_by=None,
            checked_by_name=None,
            checked_at=None,
            **{name: getattr(planned, name) for name in _AMENDED},
        )
        values = {name: getattr(after, name) for name in ("id", "status", *_AMENDED)}
        if desk.write(_AMEND, version=before.version, **values) != 1:
            raise Conflict()
        return [store.fact(after, "amended", before=before)]


_AMENDED = ("amount", "business_date", "voucher_no", "payee_name", "payee_account", "note")
