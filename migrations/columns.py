"""Columns and constraints of a tenant's table, named as the models name theirs."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from migrations.securing import INSTANT


def key(table: str) -> list[Any]:
    """The key of a tenant's table: whose row it is, and its number."""
    return [
        sa.Column("tenant_code", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("tenant_code", "id", name=op.f(f"pk_{table}")),
    ]


def of(table: str, column: str, parent: list[str]) -> sa.ForeignKeyConstraint:
    """A foreign key within the tenant."""
    name = f"fk_{table}_tenant_code_{column}_{parent[0].split('.')[0]}"
    return sa.ForeignKeyConstraint(["tenant_code", column], parent, name=op.f(name))


def text(name: str, *, empty: bool = False) -> sa.Column[Any]:
    """A column of text."""
    return sa.Column(name, sa.Text(), nullable=empty)


def number(name: str, *, empty: bool = False) -> sa.Column[Any]:
    """A column of whole numbers: ids and fen."""
    return sa.Column(name, sa.BigInteger(), nullable=empty)


def day(name: str, *, empty: bool = False) -> sa.Column[Any]:
    """A column of dates."""
    return sa.Column(name, sa.Date(), nullable=empty)


def person(name: str, *, empty: bool = True) -> list[sa.Column[Any]]:
    """Who did it, by number and by name, and when."""
    instant = sa.Column(f"{name.removesuffix('_by')}_at", INSTANT, nullable=empty)
    return [number(name, empty=empty), text(f"{name}_name", empty=empty), instant]


def check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    """A check constraint under its full name."""
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))
