"""The invariants as SQL: each statement answers the rows that break it, and nothing when all hold."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ledger.tenancy import Constant

_INSTANT = re.compile(r"\[(\w+\.\w+)\]")


@dataclass(frozen=True, slots=True)
class Invariant:
    """A rule over rows of `table`; the statement gives tenant_code, id, expected and found of each that breaks it."""

    rule: str
    table: str
    field: str
    statement: Constant


def invariant(rule: str, place: str, sql: str, sqlite: str | None = None) -> Invariant:
    """An invariant over `place` (table.field); `[x]` in its SQL is the date in Shanghai of the instant x."""
    table, _, field = place.partition(".")
    postgresql = _INSTANT.sub(r"CAST(\1 AT TIME ZONE 'Asia/Shanghai' AS date)", sql)
    # Shanghai has kept one offset since 1991.
    sqlite = _INSTANT.sub(r"date(substr(\1, 1, 19), '+8 hours')", sqlite or sql)
    return Invariant(rule, table, field, Constant(postgresql, sqlite=sqlite, across=True))


def _recount(table: str, key: str, view: str, view_key: str, columns: str) -> list[Invariant]:
    return [
        invariant(
            "9.16",
            f"{table}.{column}",
            f"SELECT r.tenant_code, r.{view_key} AS id, r.{column} AS expected, p.{column} AS found FROM {view} r"
            f" LEFT JOIN {table} p ON p.tenant_code = r.tenant_code AND p.{key} = r.{view_key}"
            f" WHERE p.{column} IS NULL OR p.{column} <> r.{column} ORDER BY r.tenant_code, r.{view_key}",
        )
        for column in columns.split()
    ]


def _at_most(rule: str, view: str, key: str, place: str, used: str, limit: str) -> Invariant:
    return invariant(
        rule,
        place,
        f"SELECT tenant_code, {key} AS id, {limit} AS expected, {used} AS found FROM {view}"
        f" WHERE {used} > {limit} ORDER BY tenant_code, {key}",
    )


_NUMBERED = "(SELECT tenant_code, number FROM document UNION ALL SELECT tenant_code, number FROM change_report) d"
_SERIES = "n.prefix || '-' || CAST(n.year AS text)"
_RECOUNTS = [
    *_recount("pilot_position", "pilot_id", "pilot_recount", "pilot_id", "cap awarded"),
    *_recount("line_position", "line_id", "line_recount", "line_id", "awarded allocated"),
    *_recount(
        "allocation_position", "allocation_id", "allocation_recount", "allocation_id",
        "allocated waiting disbursed recovered_undisbursed spent recovered_disbursed accepted",
    ),
    *_recount("document", "id", "disbursement_recount", "disbursement_id", "spent recovered"),
    invariant(
        "9.16",
        "fund_line.awarded",
        "SELECT '220000' AS tenant_code, f.fiscal_year AS id, r.awarded AS expected, f.awarded AS found"
        " FROM fund_line f JOIN fund_line_recount r ON r.fiscal_year = f.fiscal_year WHERE r.awarded <> f.awarded"
        " ORDER BY f.fiscal_year",
    ),
    # Lists are counted by the last numbers given, and find reversals by their listing.
    invariant(
        "9.16",
        "document_number.last",
        "SELECT c.tenant_code, c.series AS id, c.made AS expected, n.last AS found FROM (SELECT tenant_code,"
        f" substr(number, 1, 7) AS series, count(*) AS made FROM {_NUMBERED}"
        " GROUP BY tenant_code, substr(number, 1, 7)) c"
        f" LEFT JOIN document_number n ON n.tenant_code = c.tenant_code AND {_SERIES} = c.series"
        " WHERE n.last IS NULL OR n.last <> c.made ORDER BY c.tenant_code, c.series",
    ),
    invariant(
        "9.16",
        "document_number.last",
        f"SELECT n.tenant_code, {_SERIES} AS id, 0 AS expected, n.last AS found FROM document_number n"
        f" WHERE n.last <> 0 AND NOT EXISTS (SELECT 1 FROM {_NUMBERED} WHERE d.tenant_code = n.tenant_code"
        f" AND substr(d.number, 1, 7) = {_SERIES}) ORDER BY n.tenant_code, n.prefix, n.year",
    ),
    invariant(
        "9.16",
        "reversal_listing.kind",
        "SELECT d.tenant_code, d.id, o.kind AS expected, r.kind AS found FROM document d"
        " JOIN document o ON o.tenant_code = d.tenant_code AND o.id = d.reverses_id"
        " LEFT JOIN reversal_listing r ON r.tenant_code = d.tenant_code AND r.id = d.id"
        " WHERE d.kind = 'reversal' AND (r.kind IS NULL OR r.kind <> o.kind) ORDER BY d.tenant_code, d.id",
    ),
    invariant(
        "9.16",
        "reversal_listing.id",
        "SELECT r.tenant_code, r.id, 'a reversal' AS expected, d.kind AS found FROM reversal_listing r"
        " LEFT JOIN document d ON d.tenant_code = r.tenant_code AND d.id = r.id"
        " WHERE d.kind IS NULL OR d.kind <> 'reversal' ORDER BY r.tenant_code, r.id",
    ),
]  # fmt: skip
_LIMITS = [
    invariant(
        "R8.6",
        "fund_line.awarded",
        "SELECT '220000' AS tenant_code, fiscal_year AS id, total AS expected, awarded AS found FROM fund_line"
        " WHERE awarded > total ORDER BY fiscal_year",
    ),
    invariant(
        "9.1",
        "document.amount",
        "SELECT d.tenant_code, d.id, CASE p.kind WHEN 'region' THEN v.region_cap ELSE v.enterprise_cap END AS expected,"
        " s.used AS found FROM document d"
        " JOIN pilot p ON p.tenant_code = d.tenant_code AND p.id = d.pilot_id"
        " JOIN policy_version v ON v.id = d.policy_version_id"
        " JOIN (SELECT q.uscc, sum(a.amount) AS used FROM document a"
        " JOIN pilot q ON q.tenant_code = a.tenant_code AND q.id = a.pilot_id"
        " WHERE a.kind = 'award' AND a.status = 'posted' GROUP BY q.uscc) s ON s.uscc = p.uscc"
        " WHERE d.kind = 'award' AND d.status = 'posted'"
        " AND s.used > CASE p.kind WHEN 'region' THEN v.region_cap ELSE v.enterprise_cap END"
        " ORDER BY d.tenant_code, d.id",
    ),
    invariant(
        "9.2",
        "award_right.award_id",
        "SELECT d.tenant_code, d.id, d.id AS expected, r.award_id AS found FROM document d"
        " JOIN pilot p ON p.tenant_code = d.tenant_code AND p.id = d.pilot_id"
        " LEFT JOIN award_right r ON r.subject_key = p.uscc WHERE d.kind = 'award'"
        " AND d.status IN ('waiting', 'posted')"
        " AND (r.award_id IS NULL OR r.award_id <> d.id OR r.tenant_code <> d.tenant_code)"
        " ORDER BY d.tenant_code, d.id",
    ),
    invariant(
        "9.2",
        "award_right.award_id",
        "SELECT r.tenant_code, r.subject_key AS id, 'an award of the subject' AS expected, d.status AS found"
        " FROM award_right r LEFT JOIN document d ON d.tenant_code = r.tenant_code AND d.id = r.award_id"
        " WHERE d.status IS NULL OR d.kind <> 'award' OR d.status NOT IN ('waiting', 'posted')"
        " ORDER BY r.subject_key",
    ),
    _at_most("9.3", "line_recount", "line_id", "line_position.allocated", "allocated", "awarded"),
    _at_most("9.4", "allocation_recount", "allocation_id", "allocation_position.disbursed",
             "disbursed + waiting + recovered_undisbursed", "allocated"),
    _at_most("9.5", "allocation_recount", "allocation_id", "allocation_position.spent",
             "spent + recovered_disbursed", "disbursed"),
    _at_most("9.6", "allocation_recount", "allocation_id", "allocation_position.recovered_disbursed",
             "recovered_disbursed", "disbursed"),
    _at_most("9.5", "allocation_recount", "allocation_id", "allocation_position.accepted", "accepted", "spent"),
    *(
        invariant(
            rule,
            "document.checked_at",
            "SELECT d.tenant_code, d.id, h.document_no AS expected, d.status AS found FROM document d"
            " JOIN pilot p ON p.tenant_code = d.tenant_code AND p.id = d.pilot_id"
            f" JOIN subject_hold h ON h.uscc = p.uscc AND h.kind = '{held}'"
            f" WHERE d.kind IN ({kinds}) AND d.status IN ('posted', 'reversed')"
            # A hold that began on the very day may have come after the posting.
            " AND h.starts_on < [d.checked_at] AND (h.ends_on IS NULL OR h.ends_on >= [d.checked_at])"
            " ORDER BY d.tenant_code, d.id",
        )
        for rule, held, kinds in (
            ("9.8", "ban", "'award'"),
            ("9.7", "freeze", "'award', 'allocation', 'disbursement'"),
        )
    ),
    invariant(
        "9.7",
        "document.checked_at",
        "SELECT d.tenant_code, d.id, h.report_number AS expected, d.status AS found FROM document d"
        " JOIN project_hold h ON h.tenant_code = d.tenant_code AND h.pilot_id = d.pilot_id"
        " AND (h.project_id IS NULL OR h.project_id = d.project_id) WHERE d.kind IN ('allocation', 'disbursement')"
        " AND d.status IN ('posted', 'reversed') AND (h.kind <> 'account' OR d.kind = 'disbursement')"
        # As above: on the days that a hold begins and ends, what was posted may have come before or after it.
        " AND [h.held_at] < [d.checked_at] AND (h.released_at IS NULL OR [h.released_at] > [d.checked_at])"
        " ORDER BY d.tenant_code, d.id",
    ),
]  # fmt: skip
BALANCES = (*_RECOUNTS, *_LIMITS)
"""Positions against the entries, and the limits of the Measures."""
