"""What happened to a report, as rows of a timeline."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from flask_babel import gettext as _

from ledger.changes.queries_story import ReportEvent

_EVENT_NAMES: Final = {
    "change_report_drafted": "起草变更报备",
    "change_report_amended": "修改变更报备",
    "change_report_sent": "送审变更报备",
    "change_report_passed": "属地审核通过",
    "change_report_returned": "退回变更报备",
    "change_report_withdrawn": "撤回变更报备",
    "change_report_proposed": "提出处置",
    "change_report_supplement": "要求补正",
    "change_report_sent_back": "退回处置",
    "change_report_settled": "变更报备办结",
    "change_report_checked": "财务核对账户，变更报备办结",
    "file_attached": "上传附件",
    "file_retired": "停用附件",
}


def events_of(story: Sequence[ReportEvent]) -> list[dict[str, Any]]:
    """Rows as pilots/_events.html takes them."""
    return [
        {
            "at": event.recorded_at,
            "text": _(_EVENT_NAMES.get(event.kind, event.kind)),
            "number": None,
            "url": None,
            "amount": None,
            "status": "",
            "waiting_days": None,
            "told": " · ".join(one for one in (event.actor_name, event.note) if one),
            "changes": [],
            "seq": f"{event.seq:,}",
            "digest": event.short_hash,
        }
        for event in story
    ]
