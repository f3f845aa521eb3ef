"""Stored values of baselines and reports in words; personal ones are read by their commitments. R10.2."""

from __future__ import annotations

from collections.abc import Mapping

from ledger.desk import Desk
from ledger.domain.baselines import FIELDS, BaselineField, from_json, shown
from ledger.domain.chain import Json
from ledger.tenancy import Constant

ERASED = "（已删除）"
"""What stands for a personal value that was erased."""
_PERSONAL = Constant(
    "SELECT commitment, content FROM personal_value WHERE tenant_code = :tenant_code AND commitment = :commitment"
)


def words_of(desk: Desk, field: BaselineField, stored: Json) -> str:
    """A stored value in words; a personal one by its commitment, or that it was erased."""
    if not isinstance(stored, Mapping):
        return shown(field, from_json(field, stored))
    found = desk.first(_PERSONAL, commitment=str(stored["commitment"]))
    return ERASED if found is None or not found.content else str(found.content)


def personal_values(desk: Desk, stored: Mapping[str, Json]) -> dict[str, str]:
    """The personal ones among stored values by field, in the clear; those that are empty are left out."""
    return {
        name: words_of(desk, FIELDS[name], value)
        for name, value in stored.items()
        if FIELDS[name].personal and value is not None
    }
