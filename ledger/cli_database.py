"""Make the ledger's PostgreSQL database and its five roles, once, as an administrator."""

from __future__ import annotations

import secrets
from typing import Final
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow

ROLES: Final = {
    "DATABASE_URL": "app",
    "DATABASE_OWNER_URL": "owner",
    "DATABASE_PROVINCE_URL": "province",
    "DATABASE_AUDIT_URL": "audit",
    "DATABASE_SIGNER_URL": "signer",
}
"""The variable that takes each role's address; the role is called `{name}_{suffix}`."""

_RIGHTS: Final = sql.SQL("LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB NOREPLICATION NOINHERIT")
_LONGEST_NAME: Final = 63 - len("_province")


class DatabaseExists(Exception):
    """A database of this name is there already; nothing was changed."""


def create_database(admin_url: str, name: str = "ledger") -> dict[str, str]:
    """Create database `name` and its roles; return each role's address by variable name.

    `admin_url` is a superuser's, `postgresql://` or `postgresql+psycopg://`; its host, port
    and options are kept in the addresses. Roles left over from a dropped database get new
    passwords.

    Raises:
        DatabaseExists: there is a database called `name`.
        ValueError: `name` is empty or too long, or `admin_url` is not PostgreSQL's.
        psycopg.Error: the server cannot be reached or refuses the administrator.

    Source: architecture of storage, roles.
    """
    if not name or len(name.encode()) > _LONGEST_NAME:
        raise ValueError(f"a database name has 1 to {_LONGEST_NAME} bytes")
    plain_url = _plain(admin_url)
    passwords = {suffix: secrets.token_urlsafe(24) for suffix in ROLES.values()}
    # CREATE DATABASE runs outside a transaction: what precedes it must be safe to repeat.
    with psycopg.connect(plain_url, autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            raise DatabaseExists(name)
        for suffix, password in passwords.items():
            _create_role(connection, f"{name}_{suffix}", password)
        _create_empty(connection, name)
    with psycopg.connect(plain_url, dbname=name) as connection:
        _prepare_schema(connection, name)
    return {variable: _address(plain_url, name, suffix, passwords[suffix]) for variable, suffix in ROLES.items()}


def _create_role(connection: psycopg.Connection[TupleRow], role: str, password: str) -> None:
    exists = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
    verb = sql.SQL("ALTER" if exists else "CREATE")
    # Hashed on this side: the password itself never reaches the server or its log.
    hashed = connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
    connection.execute(
        sql.SQL("{} ROLE {} {} PASSWORD {}").format(verb, sql.Identifier(role), _RIGHTS, sql.Literal(hashed))
    )


def _create_empty(connection: psycopg.Connection[TupleRow], name: str) -> None:
    database, owner = sql.Identifier(name), sql.Identifier(f"{name}_owner")
    connection.execute(
        sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8'").format(database, owner)
    )
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
    connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, _roles(name, *ROLES.values())))
    # Bulk imports go through a temporary table; row security refuses COPY into the real one.
    app = sql.Identifier(f"{name}_app")
    connection.execute(sql.SQL("GRANT TEMPORARY ON DATABASE {} TO {}").format(database, app))


def _prepare_schema(connection: psycopg.Connection[TupleRow], name: str) -> None:
    owner, app = sql.Identifier(f"{name}_owner"), sql.Identifier(f"{name}_app")
    others = _roles(name, *(suffix for suffix in ROLES.values() if suffix != "owner"))
    connection.execute(sql.SQL("ALTER SCHEMA public OWNER TO {}").format(owner))
    connection.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
    connection.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(others))
    # Requests end; the owner's migrations may take as long as they need.
    for setting, value in (("statement_timeout", "30s"), ("lock_timeout", "10s")):
        connection.execute(
            sql.SQL("ALTER ROLE {} IN DATABASE {} SET {} = {}").format(
                app, sql.Identifier(name), sql.Identifier(setting), sql.Literal(value)
            )
        )


def _roles(name: str, *suffixes: str) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(f"{name}_{suffix}") for suffix in suffixes)


def _plain(url: str) -> str:
    scheme, separator, rest = url.partition("://")
    if not separator or scheme not in ("postgresql", "postgres", "postgresql+psycopg"):
        raise ValueError("the administrator's address starts with postgresql://")
    return f"postgresql://{rest}"


def _address(url: str, name: str, suffix: str, password: str) -> str:
    """The role's address: the administrator's host, port and options with another user and database."""
    parts = urlsplit(url)
    hosts = parts.netloc.rpartition("@")[2]
    role = quote(f"{name}_{suffix}", safe="")
    options = [(key, value) for key, value in parse_qsl(parts.query) if key not in ("dbname", "user", "password")]
    netloc = f"{role}:{quote(password, safe='')}@{hosts}"
    return urlunsplit(("postgresql+psycopg", netloc, f"/{quote(name, safe='')}", urlencode(options, safe="/,:"), ""))
