"""What a signer leaves in the database: checkpoints, the nodes of the tree behind them, and what it refused."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ledger.database import Base
from ledger.tenancy import TenantOwned


class JournalCheckpoint(TenantOwned, Base):
    """How far a stream had come when it was signed; `note` is the signed text, as others hold it too."""

    __tablename__ = "checkpoint"
    __table_args__ = (CheckConstraint("size > 0 AND length(root) = 64 AND length(hash) = 64", name="whole"),)

    size: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    root: Mapped[str]
    hash: Mapped[str]
    note: Mapped[str]
    signed_at: Mapped[datetime]


class JournalNode(TenantOwned, Base):
    """The hash of a perfect subtree of 256 entries and more; smaller ones are made from the entries."""

    __tablename__ = "journal_node"
    __table_args__ = (CheckConstraint("level >= 8 AND place >= 0 AND length(hash) = 64", name="whole"),)

    level: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    hash: Mapped[str]


class SigningRefusal(TenantOwned, Base):
    """What a signer refused to sign; an empty `reason` says that it could sign again. The newest row counts."""

    __tablename__ = "signing_refusal"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    reason: Mapped[str]
    expected: Mapped[str]
    found: Mapped[str]
    refused_at: Mapped[datetime]
