"""Constant SQL statements: compiled once for both drivers, values converted by type, columns by name.

They go to the driver's own cursor: for the few statements of an act, or of a page, what
SQLAlchemy does around each of them would cost more than the database does.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from operator import itemgetter
from typing import TYPE_CHECKING, Any, ClassVar, Final

from ledger.database import instant_text
from ledger.domain.money import Money

TENANT: Final = "tenant_code"
_NAME = re.compile(r"(?<![:\w]):(\w+)")
_INSERT = re.compile(r"INSERT INTO (\w+) \(([^()]+)\) VALUES \(([^()]+)\)")
_WRITES = re.compile(r"\b(INSERT|UPDATE|DELETE)\b")
_LOCK = re.compile(r"\s+FOR (UPDATE|SHARE)( OF \w+)?")
_MONEY: Final = frozenset(
    [
        "amount",
        "cap",
        "awarded",
        "allocated",
        "waiting",
        "disbursed",
        "spent",
        "accepted",
        "recovered",
        "recovered_undisbursed",
        "recovered_disbursed",
        "total",
        "investment",
        "available",
        "region_cap",
        "enterprise_cap",
        "balance",
        "reduced_to",
    ]
)
_TRUTHS: Final = frozenset(["active", "held", "project_held", "taken", "province_first"])

Parameters = Mapping[str, Any]
Convert = Callable[[Any], Any]


class OutOfScope(RuntimeError):
    """A programmer's mistake: a statement without a scope, or one that leaves it."""


class Row(tuple[Any, ...]):
    """A row of a constant statement: a tuple whose columns are attributes, too."""

    __slots__ = ()
    _fields: ClassVar[tuple[str, ...]] = ()

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...

    @property
    def _mapping(self) -> dict[str, Any]:
        """The columns by name, in order."""
        return dict(zip(self._fields, self, strict=True))


class Constant:
    """One constant SQL statement of a slice's store or queries, for both databases.

    It names `:tenant_code` unless it is declared `province_wide` (a table without
    tenants) or `across` (a reading of every tenant by the province's role). Types of
    parameters and columns follow from their names, as style demands of names.
    """

    def __init__(
        self, sql: str, *, sqlite: str | None = None, province_wide: bool = False, across: bool = False
    ) -> None:
        if not province_wide and not across and f":{TENANT}" not in sql:
            raise OutOfScope(f"a statement without its tenant predicate: {sql}")
        self.sql = sql
        self.across = across
        self.writes = _WRITES.search(_LOCK.sub("", sql)) is not None
        self.takes_tenant = f":{TENANT}" in sql
        self.postgresql = Variant.for_postgresql(sql)
        # What only reads takes no row lock: advice makes nobody wait.
        self.unlocked = Variant.for_postgresql(_LOCK.sub("", sql)) if _LOCK.search(sql) else self.postgresql
        self.sqlite = Variant.for_sqlite(_LOCK.sub("", sqlite or sql))
        self.batch = _batch(sql)
        REGISTERED.append(self)


def _batch(sql: str) -> str | None:
    """A plain insert as one statement over the rows of a JSON array, for PostgreSQL; None for any other statement."""
    found = _INSERT.fullmatch(sql)
    if found is None or found[3].replace(":", "") != found[2]:
        # Columns are found in the JSON by name: each value must be called as its column is.
        return None
    table, columns = found[1], found[2]
    rows = f"json_populate_recordset(CAST(NULL AS {table}), CAST($1 AS json))"
    return f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {rows}"


def rows_in_json(rows: Sequence[Parameters]) -> str:
    """What the batch of a statement is given for its rows."""
    return _ENCODE(rows)


REGISTERED: list[Constant] = []
"""Every constant statement, for the test that reads their SQL."""


class Variant:
    """A statement as one driver takes it. `sql` has the driver's own placeholders."""

    __slots__ = ("_make", "_names", "_outward", "_positional", "_row", "sql")

    def __init__(self, sql: str, names: Sequence[str], *, postgresql: bool) -> None:
        self.sql = sql
        self._names = tuple(names)
        self._positional = postgresql
        self._outward = _to_postgresql if postgresql else _to_sqlite
        self._make = _row_maker if postgresql else _sqlite_row_maker
        self._row: Callable[[Sequence[Any]], Row] | None = None

    @classmethod
    def for_postgresql(cls, sql: str) -> Variant:
        """With `$1` for each name: one number a name, cast where the name tells its type."""
        names = list(dict.fromkeys(_NAME.findall(sql)))

        def numbered(found: re.Match[str]) -> str:
            return f"${names.index(found[1]) + 1}{_cast(found[1])}"

        return cls(_NAME.sub(numbered, sql), names, postgresql=True)

    @classmethod
    def for_sqlite(cls, sql: str) -> Variant:
        """As it is: the driver takes names."""
        return cls(sql, tuple(dict.fromkeys(_NAME.findall(sql))), postgresql=False)

    def values(self, given: Parameters) -> Any:
        """What the driver is given for `given`, in its own types."""
        outward = self._outward
        found = [value if type(value := given[name]) in _PLAIN else outward(value) for name in self._names]
        return found if self._positional else dict(zip(self._names, found, strict=True))

    def rows(self, columns: Callable[[], tuple[str, ...]], found: Sequence[Sequence[Any]]) -> list[Row]:
        """Rows as they came from the driver, with their names and types; `columns` is asked for the names once."""
        if not found:
            return []
        if self._row is None:
            self._row = self._make(columns())
        make = self._row
        return [make(one) for one in found]


def containing(words: str) -> str:
    """The pattern of `lower(column) LIKE :like ESCAPE '!'`: `words` anywhere in it, whatever they hold."""
    escaped = words.lower().replace("!", "!!").replace("%", "!%").replace("_", "!_")
    return f"%{escaped}%"


def _is_date(name: str) -> bool:
    return name.endswith(("_on", "_from")) or name in ("business_date", "as_of")


def _is_money(name: str) -> bool:
    return name in _MONEY or name.endswith("_amount")


def _cast(name: str) -> str:
    # The driver says no type for None: where the server could not tell, the name does.
    if _is_money(name):
        return "::bigint"
    if _is_date(name):
        return "::date"
    if name.endswith("_at"):
        return "::timestamptz"
    return "::boolean" if name in _TRUTHS else ""


_PLAIN: Final = frozenset([str, type(None), bool, bytes])
_BIGGEST: Final = 2**63 - 1


def _to_postgresql(value: Any) -> Any:
    if type(value) is int:
        # As BIGINT it would be refused; as NUMERIC it is a number that no row has.
        return value if abs(value) <= _BIGGEST else Decimal(value)
    if isinstance(value, Money):
        return value.fen
    if isinstance(value, datetime):
        _check_zone(value)
    return value.value if isinstance(value, Enum) else value


def _to_sqlite(value: Any) -> Any:
    if type(value) is int:
        return value
    if isinstance(value, Money):
        return value.fen
    if isinstance(value, datetime):
        _check_zone(value)
        return instant_text(value)
    if isinstance(value, date):
        return value.isoformat()
    return value.value if isinstance(value, Enum) else value


def _in_json(value: Any) -> Any:
    if isinstance(value, Money):
        return value.fen
    if isinstance(value, datetime):
        _check_zone(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    raise TypeError(f"{type(value).__name__} is no parameter of a batch")


_ENCODE: Final = json.JSONEncoder(ensure_ascii=False, default=_in_json).encode


def _check_zone(value: datetime) -> None:
    if value.tzinfo is None:
        raise TypeError("an instant must carry its zone")


def _money(value: Any) -> Money:
    return Money(int(value))


def _in_utc(value: datetime) -> datetime:
    return value.astimezone(UTC)


def _instant(value: str) -> datetime:
    return datetime.fromisoformat(value).astimezone(UTC)


def _from_postgresql(name: str) -> Convert | None:
    if _is_money(name):
        return _money
    return _in_utc if name.endswith("_at") else None


def _from_sqlite(name: str) -> Convert | None:
    if _is_money(name):
        return _money
    if _is_date(name):
        return date.fromisoformat
    if name.endswith("_at"):
        return _instant
    return bool if name in _TRUTHS else None


def _row_maker(names: tuple[str, ...], convert_of: Callable[[str], Convert | None] = _from_postgresql) -> Any:
    made = _row_class(names)
    converts = [(place, convert) for place, name in enumerate(names) if (convert := convert_of(name)) is not None]
    if not converts:
        return made

    def make(values: Sequence[Any]) -> Row:
        inward = list(values)
        for place, convert in converts:
            if inward[place] is not None:
                inward[place] = convert(inward[place])
        return made(inward)

    return make


def _sqlite_row_maker(names: tuple[str, ...]) -> Any:
    return _row_maker(names, _from_sqlite)


@cache
def _row_class(names: tuple[str, ...]) -> type[Row]:
    columns = {name: property(itemgetter(place)) for place, name in enumerate(names)}
    return type("Row", (Row,), {"__slots__": (), "_fields": names, **columns})
