"""Tables of change reports and of the province's demands for money back. R10.2, R10.3."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ledger.database import Base
from ledger.domain.money import Money
from ledger.tenancy import TenantOwned

_STATUSES = (
    "status IN ('draft', 'reviewing', 'returned', 'reported', 'checking', 'proposed', 'supplement', 'settled',"
    " 'withdrawn')"
)
_DISPOSITIONS = (
    "disposition IN ('file', 'agree', 'agree_reduced', 'supplement', 'refuse', 'suspend', 'recover', 'refer')"
)


class ChangeReport(TenantOwned, Base):
    """A local DRC's report of a change, from its draft to the province's disposition. R10.2, R10.3.

    `changes` is canonical JSON: a list of {"field", "before", "after"}. `project_id` is None where
    the type changes the pilot itself. `seen_version` is the baseline version that the maker saw.
    """

    __tablename__ = "change_report"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_code", "pilot_id"], ["pilot.tenant_code", "pilot.id"]),
        ForeignKeyConstraint(["tenant_code", "project_id"], ["project.tenant_code", "project.id"]),
        UniqueConstraint("tenant_code", "number"),
        CheckConstraint(_STATUSES, name="status_known"),
        CheckConstraint(_DISPOSITIONS, name="disposition_known"),
        CheckConstraint("passed_by IS NULL OR passed_by <> made_by", name="second_person_passes"),
        CheckConstraint("confirmed_by IS NULL OR confirmed_by <> disposed_by", name="second_person_confirms"),
        CheckConstraint(
            "status IN ('draft', 'reviewing', 'returned', 'withdrawn') OR passed_by IS NOT NULL", name="passed"
        ),
        CheckConstraint("status <> 'settled' OR disposition IS NOT NULL", name="settled_by_disposition"),
        CheckConstraint(
            "status <> 'settled' OR disposition NOT IN ('agree_reduced', 'suspend', 'recover')"
            " OR confirmed_by IS NOT NULL",
            name="confirmed_where_money_moves",
        ),
        CheckConstraint(
            "disposed_by IS NULL OR disposition = 'supplement' OR disposition_document_no IS NOT NULL",
            name="disposed_with_number",
        ),
        Index(None, "tenant_code", "pilot_id", "id"),
        Index(None, "tenant_code", "project_id", "id"),
        Index(None, "tenant_code", "status", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[str]
    pilot_id: Mapped[int]
    project_id: Mapped[int | None]
    type: Mapped[str]
    status: Mapped[str]
    version: Mapped[int]
    occurred_on: Mapped[date]
    told_on: Mapped[date]
    filed_on: Mapped[date | None]
    late_days: Mapped[int | None]
    reason: Mapped[str]
    changes: Mapped[str]
    seen_version: Mapped[int]
    province_first: Mapped[bool]
    policy_version_id: Mapped[int | None]
    disposition: Mapped[str | None]
    disposition_document_no: Mapped[str | None]
    disposed_on: Mapped[date | None]
    opinion: Mapped[str | None]
    reduced_to: Mapped[Money | None]
    recover_amount: Mapped[Money | None]
    return_reason: Mapped[str | None]
    office_id: Mapped[int]
    office_name: Mapped[str]
    made_by: Mapped[int]
    made_by_name: Mapped[str]
    made_at: Mapped[datetime]
    passed_by: Mapped[int | None]
    passed_by_name: Mapped[str | None]
    passed_at: Mapped[datetime | None]
    checked_by: Mapped[int | None]
    checked_by_name: Mapped[str | None]
    checked_at: Mapped[datetime | None]
    disposed_by: Mapped[int | None]
    disposed_by_name: Mapped[str | None]
    disposed_at: Mapped[datetime | None]
    confirmed_by: Mapped[int | None]
    confirmed_by_name: Mapped[str | None]
    confirmed_at: Mapped[datetime | None]


class RecoveryDemand(TenantOwned, Base):
    """Money that the province wants back from a project; settled when recoveries since then reach it. R10.3."""

    __tablename__ = "recovery_demand"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_code", "pilot_id"], ["pilot.tenant_code", "pilot.id"]),
        ForeignKeyConstraint(["tenant_code", "project_id"], ["project.tenant_code", "project.id"]),
        ForeignKeyConstraint(["tenant_code", "report_id"], ["change_report.tenant_code", "change_report.id"]),
        UniqueConstraint("tenant_code", "report_id"),
        CheckConstraint("amount > 0", name="amount_positive"),
        CheckConstraint("checked_by <> made_by", name="second_person"),
        Index(None, "tenant_code", "project_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    pilot_id: Mapped[int]
    project_id: Mapped[int]
    report_id: Mapped[int]
    report_number: Mapped[str]
    amount: Mapped[Money]
    basis: Mapped[str]
    document_no: Mapped[str]
    demanded_on: Mapped[date]
    made_by: Mapped[int]
    checked_by: Mapped[int]
    recorded_at: Mapped[datetime]
