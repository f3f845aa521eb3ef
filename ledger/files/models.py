"""Tables of evidence files: the bytes by their hash, and what each was attached to."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from ledger.database import Base
from ledger.tenancy import TenantOwned


class FileBlob(TenantOwned, Base):
    """Bytes in the store, once a tenant however often they were attached; `size` in bytes."""

    __tablename__ = "file_blob"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_code"], ["tenant.code"]),
        CheckConstraint("length(sha256) = 64", name="hash_whole"),
        CheckConstraint("size > 0", name="size_positive"),
    )

    sha256: Mapped[str] = mapped_column(primary_key=True)
    size: Mapped[int]
    media_type: Mapped[str]
    recorded_at: Mapped[datetime]


class Attachment(TenantOwned, Base):
    """A file beside a document, a report or a pilot. Retired with a reason, never deleted."""

    __tablename__ = "attachment"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_code", "sha256"], ["file_blob.tenant_code", "file_blob.sha256"]),
        CheckConstraint(
            "(retired_at IS NULL) = (retired_reason IS NULL) AND (retired_at IS NULL) = (retired_by IS NULL)"
            " AND (retired_at IS NULL) = (retired_by_name IS NULL)",
            name="retired_with_reason",
        ),
        Index(None, "tenant_code", "subject_type", "subject_id", "id"),
        Index(None, "tenant_code", "pilot_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sha256: Mapped[str]
    subject_type: Mapped[str]
    subject_id: Mapped[str]
    pilot_id: Mapped[int | None]
    name: Mapped[str]
    label: Mapped[str]
    made_by: Mapped[int]
    made_by_name: Mapped[str]
    made_at: Mapped[datetime]
    office_id: Mapped[int]
    office_name: Mapped[str]
    retired_at: Mapped[datetime | None]
    retired_reason: Mapped[str | None]
    retired_by: Mapped[int | None]
    retired_by_name: Mapped[str | None]
