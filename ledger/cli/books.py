"""Workbooks in: the import of the command line."""

from __future__ import annotations

from pathlib import Path

import click

from ledger import dispatch
from ledger.cli.answers import DONE, REFUSED, Answer, command, person
from ledger.domain.access import Actor
from ledger.domain.identifiers import clean_text
from ledger.exchange.commands import ImportBook, NotStored
from ledger.exchange.queries import ImportReport
from ledger.exchange.report import Report, Upload
from ledger.exchange.templates import Kind

SHOWN = 50
"""Refused rows that are printed; the JSON has them all."""

LONGEST_NAME = 200
"""Characters of a file's name, which is kept beside its report."""

FILE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)


def import_book(order: ImportBook, maker: Actor) -> tuple[Report, bool]:
    """Import a workbook; its report, and whether anything was stored."""
    try:
        receipt = dispatch.execute(order, maker)
    except NotStored as refused:
        return refused.report, False
    return dispatch.ask(ImportReport(receipt.subject_id), maker).report, True


@command("import")
@click.argument("kind", type=click.Choice([kind.value for kind in Kind]))
@click.argument("file", type=FILE)
@click.option("--as", "maker", metavar="USER", required=True, help="Who imports.")
@click.option("--checked-by", "checker", metavar="USER", help="Who checks: the rows are posted at once.")
@click.option("--dry-run", is_flag=True, help="Check everything and store nothing.")
@click.option("--only-good", is_flag=True, help="Store the rows without faults.")
@click.option("--tenant", "target_code", metavar="CODE", help="Keep to one tenant.")
def import_workbook(
    kind: str,
    file: Path,
    maker: str,
    checker: str | None,
    *,
    dry_run: bool,
    only_good: bool,
    target_code: str | None,
) -> Answer:
    """Import a workbook in the official template: all rows or none. KIND says which template."""
    order = ImportBook(
        kind=Kind(kind),
        upload=Upload(clean_text(file.name, "file", LONGEST_NAME, required=True), file.read_bytes()),
        target_code=target_code,
        dry_run=dry_run,
        only_good=only_good,
        checker=None if checker is None else person(checker),
    )
    report, _ = import_book(order, person(maker))
    return Answer(report.plain(), lines_of(report), REFUSED if report.refused else DONE)


def lines_of(report: Report) -> str:
    """A report for people: the counts, the warnings, the first refused rows."""
    lines = [f"共 {report.rows} 行，可导入 {report.accepted} 行，已导入 {report.stored} 行"]
    lines += [f"提醒：{warning}" for warning in report.warnings]
    lines += [f"第 {f.row} 行 {f.column}“{f.value}”：{f.message}（{f.code}）" for f in report.refused[:SHOWN]]
    if len(report.refused) > SHOWN:
        lines.append(f"……还有 {len(report.refused) - SHOWN} 行有错")
    return "\n".join(lines)


COMMANDS = (import_workbook,)
