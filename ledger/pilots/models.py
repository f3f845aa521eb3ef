"""Tables of policy, entities, pilots and projects, the versions of their baselines, and holds on projects."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
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


class BaselineVersion(TenantOwned, Base):
    """A version of everything that a baseline holds; the newest one is what the subject's columns say. R10.3.

    `content` is canonical JSON of all fields. Rows are only ever added, from the second version on by
    a settled report, and a trigger carries their values into pilot, project and entity: these columns
    change in no other way.
    """

    __tablename__ = "baseline_version"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_code", "report_id"], ["change_report.tenant_code", "change_report.id"]),
        UniqueConstraint("tenant_code", "subject_type", "subject_id", "version"),
        CheckConstraint("subject_type IN ('project', 'pilot')", name="subject_known"),
        CheckConstraint("(version = 1) = (report_id IS NULL)", name="report_from_the_second_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    subject_type: Mapped[str]
    subject_id: Mapped[int]
    version: Mapped[int]
    content: Mapped[str]
    effective_on: Mapped[date]
    report_id: Mapped[int | None]
    document_no: Mapped[str | None]
    recorded_at: Mapped[datetime]


_OPEN = text("released_at IS NULL")


class ProjectHold(TenantOwned, Base):
    """What holds the money of a project, or of every project of a pilot (`project_id` None). R10.2, R10.3.

    A report's own settlement releases it, or an act of the province with a document by two people.
    """

    __tablename__ = "project_hold"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_code", "pilot_id"], ["pilot.tenant_code", "pilot.id"]),
        ForeignKeyConstraint(["tenant_code", "project_id"], ["project.tenant_code", "project.id"]),
        ForeignKeyConstraint(["tenant_code", "report_id"], ["change_report.tenant_code", "change_report.id"]),
        CheckConstraint("kind IN ('change', 'stopped', 'account', 'suspension')", name="kind_known"),
        CheckConstraint(
            "released_at IS NULL OR released_by_report IS NOT NULL"
            " OR (release_checked_by IS NOT NULL AND document_no IS NOT NULL)",
            name="released_by_an_act",
        ),
        CheckConstraint("release_checked_by IS NULL OR release_checked_by <> release_made_by", name="second_person"),
        Index(
            "uq_project_hold_open", "tenant_code", "report_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN
        ),
        Index(None, "tenant_code", "pilot_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    pilot_id: Mapped[int]
    project_id: Mapped[int | None]
    kind: Mapped[str]
    report_id: Mapped[int]
    report_number: Mapped[str]
    report_type: Mapped[str]
    held_at: Mapped[datetime]
    document_no: Mapped[str | None]
    release_reason: Mapped[str | None]
    release_made_by: Mapped[int | None]
    release_made_by_name: Mapped[str | None]
    release_made_at: Mapped[datetime | None]
    release_checked_by: Mapped[int | None]
    release_checked_by_name: Mapped[str | None]
    released_at: Mapped[datetime | None]
    released_by_report: Mapped[int | None]
