"""Baselines as they are looked at: every version, any two of them, and how it stood on a day. R10.3."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from ledger.changes.queries_shown import words_of
from ledger.desk import Desk
from ledger.domain.access import Permission
from ledger.domain.baselines import BaselineField, BaselineSubject, fields_of
from ledger.domain.errors import NotFound
from ledger.pilots.store import StoredPilot, load_pilot
from ledger.pilots.store_baselines import StoredBaseline, versions
from ledger.tenancy import Constant

_PILOT_OF = Constant("SELECT pilot_id FROM project WHERE tenant_code = :tenant_code AND id = :id")


@dataclass(frozen=True, slots=True)
class FieldLine:
    """A field of a baseline in words; beside another version's, and whether they differ."""

    field: BaselineField
    text: str
    other: str = ""
    differs: bool = False


@dataclass(frozen=True, slots=True)
class BaselinePage:
    """A version of a baseline, with all that there are (the first one first), of a pilot or one of its projects."""

    pilot: StoredPilot
    subject: BaselineSubject
    subject_id: int
    name: str
    version: StoredBaseline
    versions: Sequence[StoredBaseline]
    lines: Sequence[FieldLine]
    other: StoredBaseline | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineAt:
    """A baseline as it stood at the end of a day; without a day, as it stands.

    Raises:
        NotFound: unknown, another tenant's, or not designated yet on that day.
    """

    permission: ClassVar[Permission] = Permission.PILOT_READ
    tenant_code: str
    subject: BaselineSubject
    subject_id: int
    on: date | None = None

    def run(self, desk: Desk) -> BaselinePage:
        found = versions(desk, self.subject, self.subject_id)
        stood = [one for one in found if self.on is None or one.effective_on <= self.on]
        if not stood:
            raise NotFound("{day} 该项目或单位尚未认定，没有基础数据。请改选日期。", day=str(self.on), field="on")
        return _page(desk, found, stood[-1], None)


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareBaselines:
    """Two versions of a baseline field by field; `first` and `second` are version numbers.

    Raises:
        NotFound: unknown, another tenant's, or no such version.
    """

    permission: ClassVar[Permission] = Permission.PILOT_READ
    tenant_code: str
    subject: BaselineSubject
    subject_id: int
    first: int
    second: int

    def run(self, desk: Desk) -> BaselinePage:
        found = versions(desk, self.subject, self.subject_id)
        by_number = {one.version: one for one in found}
        if self.first not in by_number or self.second not in by_number:
            raise NotFound()
        return _page(desk, found, by_number[self.first], by_number[self.second])


def _page(
    desk: Desk, found: Sequence[StoredBaseline], version: StoredBaseline, other: StoredBaseline | None
) -> BaselinePage:
    subject, subject_id = version.subject, version.subject_id
    pilot_id = subject_id
    if subject is BaselineSubject.PROJECT:
        row = desk.first(_PILOT_OF, id=subject_id)
        pilot_id = 0 if row is None else row.pilot_id
    name = version.content.get("name") or version.content.get("unit_name") or ""
    return BaselinePage(
        load_pilot(desk, pilot_id),
        subject,
        subject_id,
        str(name),
        version,
        found,
        [_line(desk, field, version, other) for field in fields_of(subject)],
        other,
    )


def _line(desk: Desk, field: BaselineField, version: StoredBaseline, other: StoredBaseline | None) -> FieldLine:
    value = version.content.get(field.name)
    if other is None:
        return FieldLine(field, words_of(desk, field, value))
    second = other.content.get(field.name)
    return FieldLine(field, words_of(desk, field, value), words_of(desk, field, second), value != second)
