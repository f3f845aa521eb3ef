"""The other side of the figure of pages: what Flask does when it is asked for nothing but 25 rows.

A plain view of a plain application: no session, no sign-in, no roles, no row security, no
form token, no language, no headers. `gunicorn 'bench.pages_bare:made()'`, the address in BARE_URL.
"""

from __future__ import annotations

import os
from datetime import date

from flask import Flask, render_template
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import BigInteger, Date, Text, select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

ROWS = 25
OWNERS = 400

TABLE = (
    "CREATE TABLE bare_row (id bigint PRIMARY KEY, owner_id bigint NOT NULL, number text NOT NULL, name text NOT NULL,"
    " amount bigint NOT NULL, paid_on date NOT NULL)"
)
INDEX = "CREATE INDEX bare_row_of_owner ON bare_row (owner_id, id)"
FILL = (
    "INSERT INTO bare_row SELECT n, n % {owners}, 'ZF' || n, '试点企业' || n, n * 100, date '2026-01-01'"
    " FROM generate_series(1, {rows}) n"
)


class _Base(DeclarativeBase):
    pass


_db = SQLAlchemy(model_class=_Base)


class BareRow(_Base):
    """A row of a table that belongs to nobody."""

    __tablename__ = "bare_row"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    owner_id: Mapped[int] = mapped_column(BigInteger)
    number: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    amount: Mapped[int] = mapped_column(BigInteger)
    paid_on: Mapped[date] = mapped_column(Date)


def made() -> Flask:
    """The bare application on the database that BARE_URL names."""
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = os.environ["BARE_URL"]
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"pool_size": 10, "max_overflow": 10}
    _db.init_app(app)

    @app.get("/<int:owner_id>")
    def rows(owner_id: int) -> str:
        """One indexed read, one small template."""
        query = select(BareRow).where(BareRow.owner_id == owner_id).order_by(BareRow.id).limit(ROWS)
        return render_template("bare.html", owner_id=owner_id, rows=_db.session.scalars(query).all())

    return app
