"""Tables of the imports: a file that was read and checked, waiting for its confirmation."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from ledger.database import Base
from ledger.tenancy import TenantOwned


class ImportFile(TenantOwned, Base):
    """An uploaded workbook with its report; nothing of it is in the ledger before the confirm."""

    __tablename__ = "import_file"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_code"], ["tenant.code"]),
        Index(None, "tenant_code", "sha256"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str]
    file_name: Mapped[str]
    sha256: Mapped[str]
    content: Mapped[bytes]
    target_code: Mapped[str | None]
    report: Mapped[str]
    status: Mapped[str]
    made_by: Mapped[int]
    made_by_name: Mapped[str]
    made_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
