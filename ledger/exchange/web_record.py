"""变更台账 as a file: the entries that the URL's filters find, as xlsx or csv."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from flask import Response, send_file
from flask_babel import gettext as _

from ledger import clock
from ledger.audit.queries_record import ExportProvinceRecord, ExportRecord
from ledger.audit.schemas_record import Told, told
from ledger.audit.schemas_record_filters import asked
from ledger.audit.schemas_sentences_values import place_name
from ledger.dispatch import ask
from ledger.domain.access import Permission, check_permission
from ledger.domain.errors import NotPermitted
from ledger.exchange.record_book import Cell, write_table_book, write_table_csv
from ledger.exchange.web_pages import XLSX, pages
from ledger.http import actor
from ledger.identity.queries import PROVINCE_ROW, TENANTS

CSV = "text/csv; charset=utf-8"
_CODES = {row.code for row in (PROVINCE_ROW, *TENANTS)}


@pages.get("/t/<tenant:code>/record.<any(xlsx, csv):ending>")
def export_record(code: str, ending: str) -> Response:
    """One tenant's record as a file."""
    wanted = asked()
    query = ExportRecord(tenant_code=code, filters=wanted.filters, format=ending)
    return _file(ask(query, actor.current()), ending, place_name(code))


@pages.get("/record.<any(xlsx, csv):ending>")
def export_province_record(ending: str) -> Response:
    """The record of all tenants and of the province, or of one of them, as a file."""
    check_permission(actor.current(), Permission.JOURNAL_READ)
    if not actor.current().is_province:
        raise NotPermitted("全省变更台账由省级人员查看。请从导航进入本地区的变更台账。")
    wanted = asked()
    tenant = wanted.tenant if wanted.tenant in _CODES else ""
    query = ExportProvinceRecord(of_tenant=tenant, filters=wanted.filters, format=ending)
    return _file(ask(query, actor.current()), ending, place_name(tenant) if tenant else _("全省"))


def _file(events: Any, ending: str, place: str) -> Response:
    # A file leaves the ledger: what may still be erased here stays a commitment there.
    rows = [_row(told(event, shows_personal=False)) for event in events]
    title = _("变更台账")
    content = write_table_book(title, _header(), rows) if ending == "xlsx" else write_table_csv(_header(), rows)
    name = f"{title}-{place}-{clock.today().isoformat()}.{ending}"
    kind = XLSX if ending == "xlsx" else CSV
    return send_file(BytesIO(content), kind, as_attachment=True, download_name=name)


def _header() -> list[str]:
    return [
        _("记录时间"),
        _("地区"),
        _("记录编号"),
        _("单位"),
        _("人员"),
        _("事项"),
        _("单号"),
        _("试点"),
        _("金额（元）"),
        _("发生日期"),
        _("文号"),
        _("凭证号"),
        _("原因"),
        _("变更内容"),
        _("依据"),
        _("校验"),
    ]


def _row(one: Told) -> list[Cell]:
    changes = "\n".join(f"{each.label}：{each.before or '—'} → {each.after or '—'}" for each in one.changes)
    files = "\n".join(each.name for each in one.files if not each.is_retired)
    return [
        one.at,
        one.place,
        one.seq,
        one.office,
        one.who,
        one.text,
        one.number,
        one.pilot,
        one.amount,
        one.on,
        one.document_no,
        one.voucher_no,
        one.reason,
        changes,
        files,
        one.digest,
    ]
