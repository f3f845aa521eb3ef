"""文件 of a pilot: its own, and those of every document and report about it."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from ledger.dispatch import ask
from ledger.domain.documents import DocumentKind
from ledger.files.queries import ListAttachments, ListPilotFiles
from ledger.files.schemas import subject_url
from ledger.funds.schemas_shown import kind_name
from ledger.http import actor

_KINDS = frozenset(DocumentKind)


def context(code: str, pilot_id: int) -> dict[str, Any]:
    """What is attached to the pilot itself, and to every document and report about it."""
    who = actor.current()
    found = ask(ListPilotFiles(tenant_code=code, pilot_id=pilot_id), who)
    others = [
        (one, _subject(one.subject_type), subject_url(code, one.subject_type, one.subject_id))
        for one in found
        if one.subject_type != "pilot"
    ]
    own = ListAttachments(tenant_code=code, subject_type="pilot", subject_id=pilot_id)
    return {"files": ask(own, who), "others": others}


def _subject(subject_type: str) -> str:
    return kind_name(DocumentKind(subject_type)) if subject_type in _KINDS else _("变更报备")
