"""Tables of tenants, offices, people and their ways in."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from ledger.database import Base
from ledger.tenancy import TenantOwned


class Tenant(Base):
    """A prefecture (市州), or the province itself under its own code; in division-code order."""

    __tablename__ = "tenant"

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    short_name: Mapped[str]
    kind: Mapped[str]
    position: Mapped[int]


class Division(Base):
    """A county-level or prefecture-level unit of GB/T 2260 and the tenant that it reports to."""

    __tablename__ = "division"

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    level: Mapped[str]
    tenant_code: Mapped[str | None] = mapped_column(ForeignKey("tenant.code"))
    note: Mapped[str] = mapped_column(default="")


class Office(TenantOwned, Base):
    """A DRC or finance bureau of a prefecture or county: every record says which one made it."""

    __tablename__ = "office"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_code"], ["tenant.code"]),
        UniqueConstraint("tenant_code", "name"),
        CheckConstraint("kind IN ('drc', 'finance')", name="kind_known"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str]
    kind: Mapped[str]
    division_code: Mapped[str]
    active: Mapped[bool] = mapped_column(default=True)


class Person(TenantOwned, Base):
    """Someone with an account. Deactivated when they leave, never deleted: their name signs records."""

    __tablename__ = "person"
    __table_args__ = (ForeignKeyConstraint(["tenant_code", "office_id"], ["office.tenant_code", "office.id"]),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    office_id: Mapped[int]
    username: Mapped[str]
    name: Mapped[str]
    password_hash: Mapped[str]
    active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)
    made_at: Mapped[datetime]
    deactivated_at: Mapped[datetime | None]


class PersonRole(TenantOwned, Base):
    """A role that a person holds now; what they held before is in the journal."""

    __tablename__ = "person_role"
    __table_args__ = (ForeignKeyConstraint(["tenant_code", "person_id"], ["person.tenant_code", "person.id"]),)

    person_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    role: Mapped[str] = mapped_column(primary_key=True)


class LoginName(Base):
    """Where a user name leads. Asked by key through `find_login`; the application role cannot list it."""

    __tablename__ = "login_name"

    username: Mapped[str] = mapped_column(primary_key=True)
    tenant_code: Mapped[str]
    person_id: Mapped[int]


class SignInThrottle(Base):
    """Failed sign-ins of one user name at one address, or of one address; a hash, not the name."""

    __tablename__ = "sign_in_throttle"

    subject: Mapped[str] = mapped_column(primary_key=True)
    failures: Mapped[int]
    first_failed_at: Mapped[datetime]
    locked_until_at: Mapped[datetime | None]


class SignInSession(TenantOwned, Base):
    """A signed-in browser. The cookie holds the secret, the row its hash; sign-out ends the row."""

    __tablename__ = "sign_in_session"
    __table_args__ = (ForeignKeyConstraint(["tenant_code", "person_id"], ["person.tenant_code", "person.id"]),)

    secret_hash: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[int]
    started_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class ApiToken(TenantOwned, Base):
    """A token of the JSON API; shown once, stored hashed."""

    __tablename__ = "api_token"
    __table_args__ = (ForeignKeyConstraint(["tenant_code", "person_id"], ["person.tenant_code", "person.id"]),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    person_id: Mapped[int]
    secret_hash: Mapped[str]
    expires_on: Mapped[date]
    made_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class RoleRequest(TenantOwned, Base):
    """Roles that one administrator proposes for a person; they count once another one has confirmed them.

    `roles` and `roles_before` are names of roles with a space between.
    """

    __tablename__ = "role_request"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_code", "person_id"], ["person.tenant_code", "person.id"]),
        CheckConstraint("status IN ('waiting', 'confirmed', 'refused', 'withdrawn')", name="status_known"),
        CheckConstraint("(status = 'waiting') = (decided_by IS NULL)", name="decided_by_somebody"),
        CheckConstraint("status NOT IN ('confirmed', 'refused') OR decided_by <> made_by", name="second_person"),
        # Of two proposals nobody could say which one was confirmed.
        Index(
            "uq_role_request_waiting",
            "tenant_code",
            "person_id",
            unique=True,
            sqlite_where=text("status = 'waiting'"),
            postgresql_where=text("status = 'waiting'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    person_id: Mapped[int]
    roles: Mapped[str]
    roles_before: Mapped[str]
    reason: Mapped[str]
    status: Mapped[str]
    made_by: Mapped[int]
    made_by_name: Mapped[str]
    made_at: Mapped[datetime]
    decided_by: Mapped[int | None]
    decided_by_name: Mapped[str | None]
    decided_at: Mapped[datetime | None]


class ErasureRequest(TenantOwned, Base):
    """Personal values that one administrator asks to erase; they are gone once another one has confirmed it.

    `commitments` are what the journal holds of them, with a space between: the values themselves stand nowhere here.
    """

    __tablename__ = "erasure_request"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_code"], ["tenant.code"]),
        CheckConstraint("status IN ('waiting', 'confirmed', 'refused', 'withdrawn')", name="status_known"),
        CheckConstraint("(status = 'waiting') = (decided_by IS NULL)", name="decided_by_somebody"),
        CheckConstraint("status NOT IN ('confirmed', 'refused') OR decided_by <> made_by", name="second_person"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    commitments: Mapped[str]
    reason: Mapped[str]
    document_no: Mapped[str]
    status: Mapped[str]
    made_by: Mapped[int]
    made_by_name: Mapped[str]
    made_at: Mapped[datetime]
    decided_by: Mapped[int | None]
    decided_by_name: Mapped[str | None]
    decided_at: Mapped[datetime | None]
