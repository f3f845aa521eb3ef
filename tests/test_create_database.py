"""The database and its roles, made on a real server."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import errors, sql
from sqlalchemy import create_engine, text

from ledger.cli_database import ROLES, DatabaseExists, create_database
from tests.postgres import Server, running_server

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running_server() as server:
        yield server


@pytest.fixture(scope="module")
def urls(server: Server) -> dict[str, str]:
    return create_database(server.admin_url, "books")


def connect(url: str) -> psycopg.Connection:
    return psycopg.connect(url.replace("+psycopg", ""), autocommit=True)


def test_there_is_one_address_for_each_variable(urls: dict[str, str]) -> None:
    assert set(urls) == set(ROLES)
    assert len({url.partition("@")[0] for url in urls.values()}) == 5
    for variable, url in urls.items():
        assert url.startswith("postgresql+psycopg://")
        engine = create_engine(url)
        with engine.connect() as connection:
            assert connection.scalar(text("SELECT current_user")) == f"books_{ROLES[variable]}"
            assert connection.scalar(text("SELECT current_database()")) == "books"
        engine.dispose()


def test_no_role_has_a_right_that_skips_row_security(server: Server, urls: dict[str, str]) -> None:
    with connect(server.admin_url) as admin:
        rows = admin.execute(
            "SELECT rolname, rolcanlogin, rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication,"
            " rolpassword LIKE 'SCRAM-SHA-256$%%' FROM pg_authid WHERE rolname LIKE 'books\\_%%' ORDER BY 1"
        ).fetchall()
        members = admin.execute(
            "SELECT count(*) FROM pg_auth_members WHERE roleid::regrole::text LIKE 'books\\_%%'"
            " OR member::regrole::text LIKE 'books\\_%%'"
        ).fetchone()
    assert rows == [(f"books_{suffix}", True, False, True) for suffix in sorted(ROLES.values())]
    assert members == (0,)


def test_only_the_owner_makes_tables(urls: dict[str, str]) -> None:
    with connect(urls["DATABASE_OWNER_URL"]) as owner:
        owner.execute("CREATE TABLE kept (id bigint)")
    for variable in set(ROLES) - {"DATABASE_OWNER_URL"}:
        with connect(urls[variable]) as other:
            with pytest.raises(errors.InsufficientPrivilege):
                other.execute("CREATE TABLE mine (id bigint)")
            with pytest.raises(errors.InsufficientPrivilege):
                other.execute("SELECT * FROM kept")


def test_a_stranger_cannot_connect(server: Server, urls: dict[str, str]) -> None:
    with connect(server.admin_url) as admin:
        admin.execute("CREATE ROLE stranger LOGIN PASSWORD 'word'")
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        psycopg.connect(host="127.0.0.1", port=server.port, user="stranger", password="word", dbname="books")


def test_a_role_needs_its_own_password(server: Server, urls: dict[str, str]) -> None:
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(host="127.0.0.1", port=server.port, user="books_app", password="word", dbname="books")


def test_requests_end_and_migrations_may_take_their_time(urls: dict[str, str]) -> None:
    for variable, expected in (("DATABASE_URL", ("30s", "10s")), ("DATABASE_OWNER_URL", ("0", "0"))):
        with connect(urls[variable]) as connection:
            shown = [connection.execute(sql.SQL("SHOW {}").format(sql.Identifier(name))).fetchone()
                     for name in ("statement_timeout", "lock_timeout")]  # fmt: skip
        assert shown == [(value,) for value in expected]


def test_text_is_utf8_and_the_application_may_use_temporary_tables(urls: dict[str, str]) -> None:
    with connect(urls["DATABASE_URL"]) as app:
        assert app.execute("SHOW server_encoding").fetchone() == ("UTF8",)
        app.execute("CREATE TEMPORARY TABLE rows (name text)")


def test_a_second_time_is_refused_and_changes_no_password(server: Server, urls: dict[str, str]) -> None:
    with pytest.raises(DatabaseExists):
        create_database(server.admin_url, "books")
    for url in urls.values():
        connect(url).close()


def test_roles_of_a_dropped_database_get_new_passwords(server: Server) -> None:
    first = create_database(server.admin_url, "again")
    with connect(server.admin_url) as admin:
        admin.execute("DROP DATABASE again")
        admin.execute("ALTER ROLE again_app SUPERUSER")
    second = create_database(server.admin_url, "again")
    assert first["DATABASE_URL"] != second["DATABASE_URL"]
    with connect(second["DATABASE_URL"]) as app:
        assert app.execute("SELECT current_setting('is_superuser')").fetchone() == ("off",)
    with pytest.raises(psycopg.OperationalError):
        connect(first["DATABASE_URL"])


def test_a_name_that_needs_quoting_is_quoted(server: Server) -> None:
    name = 'Fund "2026"; -- 台账'
    with connect(create_database(server.admin_url, name)["DATABASE_URL"]) as app:
        assert app.execute("SELECT current_database(), current_user").fetchone() == (name, f"{name}_app")


@pytest.mark.parametrize("name", ["", "x" * 60, "台" * 20])
def test_a_name_that_postgresql_would_cut_is_refused(name: str, server: Server) -> None:
    with pytest.raises(ValueError, match="database name"):
        create_database(server.admin_url, name)


def test_a_socket_and_the_drivers_scheme_are_kept(server: Server) -> None:
    made = create_database(server.socket_url.replace("postgresql:", "postgresql+psycopg:"), "bysocket")
    assert made["DATABASE_URL"].endswith(f"@/bysocket?host={server.folder}&port={server.port}")
    engine = create_engine(made["DATABASE_URL"])
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT inet_server_addr()")) is None
    engine.dispose()


def test_an_address_of_something_else_is_refused() -> None:
    with pytest.raises(ValueError, match="postgresql://"):
        create_database("sqlite:///ledger.db")


def test_the_server_ends_with_its_folder() -> None:
    with running_server() as server:
        assert server.process.poll() is None
    assert server.process.poll() is not None
    assert not server.folder.exists()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(server.admin_url, connect_timeout=2)
