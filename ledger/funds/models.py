"""Tables of the money: documents that people fill in, entries they post, positions kept by triggers."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from ledger.database import Base
from ledger.domain.money import Money
from ledger.tenancy import TenantOwned

_PAPERS = "kind IN ('award', 'allocation', 'acceptance', 'recovery', 'reduction')"


def _partial(name: str | None, where: str, *columns: str) -> Index:
    condition = text(where)
    return Index(name, *columns, sqlite_where=condition, postgresql_where=condition)


class FundLine(Base):
    """The fund line of one budget year; `awarded` is kept by the entries. R8.6."""

    __tablename__ = "fund_line"
    __table_args__ = (CheckConstraint("awarded >= 0 AND awarded <= total", name="exceeds_fund_line"),)

    fiscal_year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str]
    total: Mapped[Money]
    awarded: Mapped[Money] = mapped_column(default=Money(0))
    version: Mapped[int] = mapped_column(default=1)
    made_by: Mapped[int]
    checked_by: Mapped[int]
    recorded_at: Mapped[datetime]


class AwardRight(Base):
    """The one-time right, province-wide: written by the award's own trigger, freed by its return. R8.5, Q1, Q4."""

    __tablename__ = "award_right"

    subject_key: Mapped[str] = mapped_column(primary_key=True)
    tenant_code: Mapped[str]
    award_id: Mapped[int]
    document_no: Mapped[str]


class FundedProject(Base):
    """A project code that an award names: the same project is never funded twice. Q5, Q7."""

    __tablename__ = "funded_project"

    project_code: Mapped[str] = mapped_column(primary_key=True)
    tenant_code: Mapped[str]
    award_id: Mapped[int]


class AllocationNotice(Base):
    """A notice's number and date, province-wide: a number is never used for two notices."""

    __tablename__ = "allocation_notice"
    __table_args__ = (UniqueConstraint("document_no", "allocated_on"),)

    document_no: Mapped[str] = mapped_column(primary_key=True)
    allocated_on: Mapped[date]


class Document(TenantOwned, Base):
    """What people fill in: an award or its reduction, an allocation, disbursement and on, or a reversal."""

    __tablename__ = "document"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_code", "pilot_id"], ["pilot.tenant_code", "pilot.id"]),
        ForeignKeyConstraint(["tenant_code", "project_id"], ["project.tenant_code", "project.id"]),
        ForeignKeyConstraint(["tenant_code", "award_id"], ["document.tenant_code", "document.id"]),
        ForeignKeyConstraint(["tenant_code", "allocation_id"], ["document.tenant_code", "document.id"]),
        ForeignKeyConstraint(["tenant_code", "disbursement_id"], ["document.tenant_code", "document.id"]),
        ForeignKeyConstraint(["tenant_code", "reverses_id"], ["document.tenant_code", "document.id"]),
        UniqueConstraint("tenant_code", "number"),
        CheckConstraint("amount > 0", name="amount_positive"),
        CheckConstraint("status IN ('draft', 'waiting', 'returned', 'posted', 'reversed')", name="status_known"),
        CheckConstraint("checked_by IS NULL OR checked_by <> made_by", name="second_person"),
        CheckConstraint("status NOT IN ('posted', 'reversed') OR checked_by IS NOT NULL", name="checked_when_posted"),
        CheckConstraint("spent >= 0 AND recovered >= 0 AND spent + recovered <= amount", name="exceeds_disbursed"),
        CheckConstraint("status <> 'reversed' OR spent + recovered = 0", name="reversed_untouched"),
        CheckConstraint(
            "CASE kind"
            " WHEN 'award' THEN fiscal_year IS NOT NULL AND document_no IS NOT NULL"
            " WHEN 'allocation' THEN award_id IS NOT NULL AND line_id IS NOT NULL AND document_no IS NOT NULL"
            " WHEN 'disbursement' THEN allocation_id IS NOT NULL AND voucher_no IS NOT NULL"
            " AND payee_name IS NOT NULL AND payee_account IS NOT NULL AND fiscal_year IS NOT NULL"
            " WHEN 'expenditure' THEN disbursement_id IS NOT NULL AND purpose IS NOT NULL"
            " WHEN 'acceptance' THEN project_id IS NOT NULL AND document_no IS NOT NULL"
            " WHEN 'recovery' THEN allocation_id IS NOT NULL AND document_no IS NOT NULL AND reason IS NOT NULL"
            " WHEN 'reduction' THEN award_id IS NOT NULL AND line_id IS NOT NULL AND project_id IS NOT NULL"
            " AND fiscal_year IS NOT NULL AND document_no IS NOT NULL AND reason IS NOT NULL"
            " WHEN 'reversal' THEN reverses_id IS NOT NULL AND reason IS NOT NULL"
            " ELSE FALSE END",
            name="kind_complete",
        ),
        Index(None, "tenant_code", "pilot_id", "id"),
        Index(None, "tenant_code", "kind", "id"),
        Index(None, "tenant_code", "kind", "business_date", "id"),
        # What is not posted is little beside what is, and most of the work.
        _partial("ix_document_open", "status <> 'posted'", "tenant_code", "status", "kind", "id"),
        _partial(None, "allocation_id IS NOT NULL", "tenant_code", "allocation_id", "status"),
        _partial(None, "line_id IS NOT NULL", "tenant_code", "line_id", "status"),
        _partial(None, "disbursement_id IS NOT NULL", "tenant_code", "disbursement_id"),
        # A disbursement has its allocation's number, and is found by it.
        Index(
            "ix_document_document_no",
            "tenant_code",
            "document_no",
            sqlite_where=text(_PAPERS),
            postgresql_where=text(_PAPERS),
            postgresql_ops={"document_no": "text_pattern_ops"},
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str]
    number: Mapped[str]
    pilot_id: Mapped[int]
    office_id: Mapped[int]
    office_name: Mapped[str]
    status: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)
    amount: Mapped[Money]
    business_date: Mapped[date]
    fiscal_year: Mapped[int | None]
    document_no: Mapped[str | None]
    award_id: Mapped[int | None]
    line_id: Mapped[int | None]
    project_id: Mapped[int | None]
    allocation_id: Mapped[int | None]
    disbursement_id: Mapped[int | None]
    reverses_id: Mapped[int | None]
    voucher_no: Mapped[str | None]
    payee_name: Mapped[str | None]
    payee_account: Mapped[str | None]
    purpose: Mapped[str | None]
    reason: Mapped[str | None]
    note: Mapped[str] = mapped_column(default="")
    return_reason: Mapped[str | None]
    policy_version_id: Mapped[int] = mapped_column(ForeignKey("policy_version.id"))
    made_by: Mapped[int]
    made_by_name: Mapped[str]
    made_at: Mapped[datetime]
    checked_by: Mapped[int | None]
    checked_by_name: Mapped[str | None]
    checked_at: Mapped[datetime | None]
    spent: Mapped[Money] = mapped_column(default=Money(0))
    recovered: Mapped[Money] = mapped_column(default=Money(0))


class AwardLine(TenantOwned, Base):
    """An award's share for one project. R8.2, Q6."""

    __tablename__ = "award_line"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_code", "award_id"], ["document.tenant_code", "document.id"]),
        ForeignKeyConstraint(["tenant_code", "project_id"], ["project.tenant_code", "project.id"]),
        UniqueConstraint("tenant_code", "award_id", "project_id"),
        CheckConstraint("amount > 0", name="amount_positive"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    award_id: Mapped[int]
    project_id: Mapped[int]
    project_code: Mapped[str | None]
    amount: Mapped[Money]


class Entry(TenantOwned, Base):
    """One immutable movement of one amount from a stage to the next; a correction names what it reverses."""

    __tablename__ = "entry"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_code", "document_id"], ["document.tenant_code", "document.id"]),
        ForeignKeyConstraint(["tenant_code", "pilot_id"], ["pilot.tenant_code", "pilot.id"]),
        ForeignKeyConstraint(["tenant_code", "line_id"], ["award_line.tenant_code", "award_line.id"]),
        ForeignKeyConstraint(["tenant_code", "allocation_id"], ["document.tenant_code", "document.id"]),
        ForeignKeyConstraint(["tenant_code", "disbursement_id"], ["document.tenant_code", "document.id"]),
        ForeignKeyConstraint(["tenant_code", "reverses_id"], ["entry.tenant_code", "entry.id"]),
        UniqueConstraint("tenant_code", "reverses_id"),
        CheckConstraint("amount > 0", name="amount_positive"),
        Index(None, "tenant_code", "pilot_id", "business_date", "id"),
        Index(None, "tenant_code", "document_id"),
        Index(None, "tenant_code", "allocation_id"),
        Index(None, "fiscal_year", "to_stage"),
        Index(None, "business_date"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    document_id: Mapped[int]
    pilot_id: Mapped[int]
    line_id: Mapped[int]
    allocation_id: Mapped[int | None]
    disbursement_id: Mapped[int | None]
    from_stage: Mapped[str]
    to_stage: Mapped[str]
    amount: Mapped[Money]
    fiscal_year: Mapped[int]
    business_date: Mapped[date]
    recorded_at: Mapped[datetime]
    reverses_id: Mapped[int | None]
    document_version: Mapped[int]
    checked_by: Mapped[int]
    checked_by_name: Mapped[str]


class PilotPosition(TenantOwned, Base):
    """What a pilot was awarded, under its cap. R8.3, R8.4."""

    __tablename__ = "pilot_position"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_code", "pilot_id"], ["pilot.tenant_code", "pilot.id"]),
        CheckConstraint("awarded >= 0 AND awarded <= cap", name="cap_exceeded"),
    )

    pilot_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    cap: Mapped[Money]
    awarded: Mapped[Money] = mapped_column(default=Money(0))
    lock_mark: Mapped[int] = mapped_column(default=0)


class LinePosition(TenantOwned, Base):
    """What was allocated of an award's line for a project."""

    __tablename__ = "line_position"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_code", "line_id"], ["award_line.tenant_code", "award_line.id"]),
        CheckConstraint("allocated >= 0 AND allocated <= awarded", name="exceeds_awarded"),
        Index(None, "tenant_code", "pilot_id"),
    )

    line_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    pilot_id: Mapped[int]
    awarded: Mapped[Money] = mapped_column(default=Money(0))
    allocated: Mapped[Money] = mapped_column(default=Money(0))
    lock_mark: Mapped[int] = mapped_column(default=0)


class AllocationPosition(TenantOwned, Base):
    """What became of an allocation: waiting, disbursed, spent, accepted, recovered."""

    __tablename__ = "allocation_position"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_code", "allocation_id"], ["document.tenant_code", "document.id"]),
        CheckConstraint(
            "waiting >= 0 AND disbursed >= 0 AND recovered_undisbursed >= 0"
            " AND disbursed + waiting + recovered_undisbursed <= allocated",
            name="exceeds_allocated",
        ),
        CheckConstraint(
            "spent >= 0 AND recovered_disbursed >= 0 AND spent + recovered_disbursed <= disbursed",
            name="exceeds_disbursed",
        ),
        CheckConstraint("accepted >= 0 AND accepted <= spent", name="exceeds_spent"),
        Index(None, "tenant_code", "pilot_id"),
    )

    allocation_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    pilot_id: Mapped[int]
    allocated: Mapped[Money] = mapped_column(default=Money(0))
    waiting: Mapped[Money] = mapped_column(default=Money(0))
    disbursed: Mapped[Money] = mapped_column(default=Money(0))
    recovered_undisbursed: Mapped[Money] = mapped_column(default=Money(0))
    spent: Mapped[Money] = mapped_column(default=Money(0))
    recovered_disbursed: Mapped[Money] = mapped_column(default=Money(0))
    accepted: Mapped[Money] = mapped_column(default=Money(0))
    lock_mark: Mapped[int] = mapped_column(default=0)


class DocumentNumber(TenantOwned, Base):
    """The last number given to a kind of document in a year: FK-2026-0012 and on."""

    __tablename__ = "document_number"

    prefix: Mapped[str] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]


class ReversalListing(TenantOwned, Base):
    """A reversal in the list of the kind that it reverses; written by the reversal's own trigger."""

    __tablename__ = "reversal_listing"
    __table_args__ = (ForeignKeyConstraint(["tenant_code", "id"], ["document.tenant_code", "document.id"]),)

    kind: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
