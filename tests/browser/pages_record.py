"""The record of changes: of a prefecture, of one's own office, of the province; narrowed, paged and empty."""

from __future__ import annotations

from typing import Final

from tests.browser.places import AUDITOR, DRC_OFFICER, EMPTY, OFFICER
from tests.browser.sights import Sight

_RECORD: Final = "/t/220100/record"

SIGHTS: Final[tuple[Sight, ...]] = (
    Sight(
        "record",
        OFFICER,
        _RECORD,
        "变更台账",
        "变更台账. Every act of a prefecture from the journal itself: who, which office, when, and what was before.\n"
        "Its filters are in the address, its sums count each document once, and it prints as a form.",
    ),
    Sight("record-narrow", OFFICER, f"{_RECORD}?kind=disbursement&on_from=2026-01-01&amount_from=1", "变更台账"),
    Sight("record-all-kinds", OFFICER, f"{_RECORD}?kind=every&per_page=20", "变更台账"),
    Sight("record-nothing", DRC_OFFICER, f"{_RECORD}?amount_from=99999999999", "变更台账"),
    Sight("record-wrong-day", DRC_OFFICER, f"{_RECORD}?from=soon&unit=yuan", "变更台账"),
    Sight("record-empty", f"{EMPTY}.drc_officer", f"/t/{EMPTY}/record?kind=award", "变更台账"),
    Sight(
        "record-province",
        AUDITOR,
        "/record",
        "变更台账",
        "变更台账 of the province: all prefectures in one order, or one of them.\n"
        "Reading another office's record, and taking it away as a file, is itself on record.",
    ),
    Sight("record-people", AUDITOR, "/record?kind=people&tenant=220200", "变更台账"),
)
