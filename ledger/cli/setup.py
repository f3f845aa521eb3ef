"""Setting a ledger up: its database, what it starts with, the fund line, tokens."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

import click
import psycopg
from flask import current_app

import config
from ledger import dispatch, schema
from ledger.cli.answers import DONE, REFUSED, Answer, command, person
from ledger.cli.books import import_book
from ledger.cli_database import DatabaseExists
from ledger.cli_database import create_database as make_database
from ledger.domain.access import SYSTEM
from ledger.domain.amounts import parse_typed
from ledger.domain.errors import NotFound, NotPermitted
from ledger.domain.money import Money, yuan
from ledger.exchange.commands import ImportBook
from ledger.exchange.queries import IsConfirmed
from ledger.exchange.report import Upload
from ledger.exchange.templates import Kind
from ledger.funds.commands_fund_line import SetFundLine
from ledger.funds.queries_fund_line import FundLineTotal
from ledger.identity.commands_setup import OpenOffices, OpenStreams, RegisterAdministrator, SetUpAccounts
from ledger.identity.commands_tokens import DEFAULT_DAYS, make_token
from ledger.identity.queries import TENANTS, FindActor
from ledger.identity.store_reference import demo_usernames, load_reference
from ledger.pilots.commands_policy import OpenPolicy

BOOKS = config.ROOT / "demo" / "books"
DEMO_YEAR, DEMO_TOTAL = 2026, Money(200_000_000_00)
OFFICER, REVIEWER = "province.officer", "province.reviewer"


@command("create-database", needs_settings=False)
@click.option("--admin-url", required=True, help="A superuser's address, postgresql://…")
@click.option("--name", default="ledger", show_default=True)
def create_database(admin_url: str, name: str) -> Answer:
    """Make the PostgreSQL database and its roles, once; prints the address of each role."""
    try:
        urls = make_database(admin_url, name)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    except DatabaseExists:
        return _failed("exists", f"数据库 {name} 已经存在，没有改动。")
    except psycopg.Error as error:
        return _failed("database", f"数据库服务器拒绝：{error}")
    return Answer(urls, "\n".join(f"{variable}={url}" for variable, url in urls.items()))


def _failed(code: str, message: str) -> Answer:
    return Answer({"error": {"code": code, "message": message}}, message, REFUSED)


@command("fund-line")
@click.argument("year", type=click.IntRange(2000, 2999))
@click.argument("total")
@click.option("--as", "maker", metavar="USER", required=True, help="Who sets it.")
@click.option("--checked-by", "checker", metavar="USER", required=True, help="The second person.")
def fund_line(year: int, total: str, maker: str, checker: str) -> Answer:
    """Set YEAR's TOTAL of the fund line, in yuan."""
    order = SetFundLine(fiscal_year=year, total=parse_typed(total, "total"), checker=person(checker))
    dispatch.execute(order, person(maker))
    return Answer({"year": year, "total_fen": order.total.fen}, f"{year} 年专项资金总额 {yuan(order.total)} 元")


@command("token")
@click.argument("user")
@click.option("--days", type=int, default=DEFAULT_DAYS, show_default=True)
def token(user: str, days: int) -> Answer:
    """Make an API token for USER; it is shown once."""
    made = make_token(person(user), days)
    return Answer({"token": made, "user": user, "days": days}, made)


@command("administrator")
@click.argument("user")
@click.argument("name")
def administrator(user: str, name: str) -> Answer:
    """Register one of the first two administrators; the password is shown once."""
    password = secrets.token_urlsafe(12)
    dispatch.execute(RegisterAdministrator(user, name, password), SYSTEM)
    return Answer({"user": user, "password": password}, f"{user} 的口令：{password}")


@command("init")
@click.option("--accounts", is_flag=True, help="Add the demo's accounts and the 2026 fund line.")
@click.option("--demo", is_flag=True, help="Add the accounts, the 2026 fund line and the demo's books.")
def init(*, accounts: bool, demo: bool) -> Answer:
    """Migrate the database and give it what a ledger starts with. Safe to repeat."""
    settings: config.Settings = current_app.config["SETTINGS"]
    if settings.is_production and (accounts or demo):
        raise NotPermitted("正式环境不建立演示账号。请去掉 --accounts 和 --demo。")
    schema.migrate(settings.database_owner_url)
    load_reference(settings.database_owner_url)
    dispatch.execute(OpenStreams(), SYSTEM)
    dispatch.execute(OpenOffices(), SYSTEM)
    dispatch.execute(OpenPolicy(), SYSTEM)
    plain: dict[str, Any] = {"version": schema.head(), "tenants": [tenant.code for tenant in TENANTS]}
    lines = [f"数据库已就绪（{plain['version']}）"]
    if accounts or demo:
        password = _accounts(settings)
        plain |= {"accounts": demo_usernames(), "password": password, "fund_line": _fund_line()}
        lines.append(f"演示账号 {len(plain['accounts'])} 个，口令 {password or '未改'}")
    if demo:
        plain["books"] = [_book(*book) for book in _books()]
        lines += [f"{book['file']}：{'已导入过' if book['skipped'] else book['stored']}" for book in plain["books"]]
    refused = any(book["refused"] for book in plain.get("books", ()))
    return Answer(plain, "\n".join(lines), REFUSED if refused else DONE)


def _accounts(settings: config.Settings) -> str | None:
    """Set the accounts up; their password, or None where they are there and none was chosen."""
    password = settings.demo_password
    if password is None:
        try:
            dispatch.ask(FindActor(OFFICER), SYSTEM)
        except NotFound:
            password = secrets.token_urlsafe(9)
        else:
            return None
    dispatch.execute(SetUpAccounts(password), SYSTEM)
    return password


def _fund_line() -> int:
    """Set the demo's fund line where the year has none; its total in fen."""
    officer = person(OFFICER)
    total = dispatch.ask(FundLineTotal(DEMO_YEAR), officer)
    if total is None:
        total = DEMO_TOTAL
        dispatch.execute(SetFundLine(fiscal_year=DEMO_YEAR, total=total, checker=person(REVIEWER)), officer)
    return total.fen


def _books() -> list[tuple[Kind, Path, str, str]]:
    """The demo's books in order, with who imports and who checks each."""
    books = [
        (Kind.DESIGNATION, BOOKS / "01-designation.xlsx", OFFICER, REVIEWER),
        (Kind.AWARDS, BOOKS / "02-awards.xlsx", OFFICER, REVIEWER),
        (Kind.ALLOCATIONS, BOOKS / "03-allocations.xlsx", OFFICER, REVIEWER),
    ]
    for tenant in TENANTS:
        path = BOOKS / f"04-disbursements-{tenant.code}.xlsx"
        people = (f"{tenant.code}.finance_officer", f"{tenant.code}.finance_reviewer")
        books.append((Kind.DISBURSEMENTS, path, *people))
    return books


def _book(kind: Kind, path: Path, maker: str, checker: str) -> dict[str, Any]:
    """Import one book of the demo, unless this very file was imported before."""
    upload, importer = Upload(path.name, path.read_bytes()), person(maker)
    if dispatch.ask(IsConfirmed(upload.sha256), importer):
        return {"file": path.name, "rows": 0, "stored": 0, "refused": [], "skipped": True}
    report, _ = import_book(ImportBook(kind=kind, upload=upload, checker=person(checker)), importer)
    plain = report.plain()
    return {"file": path.name, "skipped": False, **{name: plain[name] for name in ("rows", "stored", "refused")}}


COMMANDS = (create_database, fund_line, administrator, init, token)
