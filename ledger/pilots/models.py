"""Tables of policy, entities, pilots and projects."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ledger.database import Base
from ledger.domain.money import Money
from ledger.tenancy import TenantOwned


class PolicyVersionRow(Base):
    """A dated version of every switch; decisions keep the id of the version that they used. R13.1."""

    __tablename__ = "policy_version"
    __table_args__ = (CheckConstraint("region_cap > 0 AND enterprise_cap > 0", name="caps_positive"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    effective_from: Mapped[date]
    document_no: Mapped[str]
    region_cap: Mapped[Money]
    enterprise_cap: Mapped[Money]
    switches: Mapped[str]
    made_by: Mapped[int]
    checked_by: Mapped[int]
    recorded_at: Mapped[datetime]


class Entity(Base):
    """A legal person or region body, province-wide by its credit code: the subject of the one-time right."""

    __tablename__ = "entity"

    uscc: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    name: Mapped[str]
    recorded_at: Mapped[datetime]


class SubjectHold(Base):
    """A ban (R12.4) or freeze (R12.3) of a subject, whatever tenant it comes from."""

    __tablename__ = "subject_hold"
    __table_args__ = (CheckConstraint("kind IN ('ban', 'freeze')", name="kind_known"),)

    uscc: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    starts_on: Mapped[date] = mapped_column(primary_key=True)
    ends_on: Mapped[date | None]
    document_no: Mapped[str]


class Pilot(TenantOwned, Base):
    """A designated region or enterprise in one tenant. R1.1, R6.3."""

    __tablename__ = "pilot"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_code"], ["tenant.code"]),
        UniqueConstraint("tenant_code", "uscc"),
        CheckConstraint("kind IN ('region', 'enterprise')", name="kind_known"),
        CheckConstraint("checked_by IS NULL OR checked_by <> made_by", name="second_person"),
        CheckConstraint("status IN ('waiting', 'returned') OR checked_by IS NOT NULL", name="checked_when_active"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    uscc: Mapped[str] = mapped_column(ForeignKey("entity.uscc"))
    name: Mapped[str]
    kind: Mapped[str]
    direction: Mapped[str]
    batch: Mapped[str]
    county_name: Mapped[str]
    designation_document_no: Mapped[str]
    designated_on: Mapped[date]
    status: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)
    policy_version_id: Mapped[int] = mapped_column(ForeignKey("policy_version.id"))
    made_by: Mapped[int]
    made_by_name: Mapped[str]
    made_at: Mapped[datetime]
    checked_by: Mapped[int | None]
    checked_by_name: Mapped[str | None]
    checked_at: Mapped[datetime | None]
    return_reason: Mapped[str | None]


class Project(TenantOwned, Base):
    """A project that the pilot applied with; `code` is its GB/T 40058 code or None with a reason. R8.2."""

    __tablename__ = "project"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_code", "pilot_id"], ["pilot.tenant_code", "pilot.id"]),
        CheckConstraint("code IS NOT NULL OR no_code_reason IS NOT NULL", name="code_or_reason"),
        CheckConstraint("investment >= 0", name="investment_not_negative"),
        Index(None, "tenant_code", "pilot_id"),
        Index(None, "tenant_code", "code"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    pilot_id: Mapped[int]
    name: Mapped[str]
    code: Mapped[str | None]
    no_code_reason: Mapped[str | None]
    owner_name: Mapped[str]
    owner_uscc: Mapped[str]
    investment: Mapped[Money]
    start_on: Mapped[date | None]
    finish_on: Mapped[date | None]
