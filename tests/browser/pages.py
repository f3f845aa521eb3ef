"""Every page: who opens it, where, what must be on it, and what it is for. Tests and the tour read this table.

A page of the URL map without a line here fails `test_page_table.py`. A line without `about` has no picture.
"""

from __future__ import annotations

from typing import Final

from tests.browser import (
    pages_changes,
    pages_files,
    pages_local,
    pages_money,
    pages_proof,
    pages_province,
    pages_record,
)
from tests.browser.sights import Sight

SIGHTS: Final[tuple[Sight, ...]] = (
    *pages_local.SIGHTS,
    *pages_money.SIGHTS,
    *pages_province.SIGHTS,
    *pages_proof.SIGHTS,
    *pages_files.SIGHTS,
    *pages_changes.SIGHTS,
    *pages_record.SIGHTS,
)
