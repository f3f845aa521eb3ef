"""The invariants of single documents and entries as SQL, and those between documents and the journal."""

from __future__ import annotations

from ledger.audit.queries_check_rules import Invariant, invariant

_PARENT = (
    "CASE WHEN d.kind IN ('allocation', 'reduction') THEN d.award_id WHEN d.kind = 'disbursement' THEN d.allocation_id"
    " WHEN d.kind = 'reversal' THEN d.reverses_id ELSE coalesce(d.disbursement_id, d.allocation_id) END"
)
_BY_SUBJECT = "CAST(d.id AS text) = j.subject_id"
_KINDS = "'award', 'allocation', 'disbursement', 'expenditure', 'acceptance', 'recovery', 'reduction', 'reversal'"


def _rule(rule: str, place: str, select: str, source: str, broken: str, *, key: str = "d.id") -> Invariant:
    """Rows of `source` that are `broken`, named by `key`."""
    owner = key.partition(".")[0]
    sql = f"SELECT {owner}.tenant_code, {key} AS id, {select} FROM {source} WHERE {broken}"
    sql += f" ORDER BY {owner}.tenant_code, {key}"
    # SQLite finds the row by its key; PostgreSQL hashes, and would stumble over an id that is no number.
    return invariant(rule, place, sql, sql.replace(_BY_SUBJECT, "d.id = CAST(j.subject_id AS integer)"))


_DOCUMENTS = (
    _rule("9.13", "document.amount", "'> 0' AS expected, d.amount AS found", "document d", "d.amount <= 0"),
    _rule("9.13", "award_line.amount", "'> 0' AS expected, d.amount AS found", "award_line d", "d.amount <= 0"),
    _rule("9.13", "entry.amount", "'> 0' AS expected, e.amount AS found", "entry e", "e.amount <= 0", key="e.id"),
    _rule(
        "9.1",
        "document.amount",
        "coalesce(l.amount, 0) AS expected, d.amount AS found",
        "document d LEFT JOIN (SELECT tenant_code, award_id, sum(amount) AS amount FROM award_line"
        " GROUP BY tenant_code, award_id) l ON l.tenant_code = d.tenant_code AND l.award_id = d.id",
        "d.kind = 'award' AND coalesce(l.amount, 0) <> d.amount",
    ),
    _rule(
        "9.9",
        "document.amount",
        "coalesce(e.amount, 0) AS expected, d.amount AS found",
        "document d LEFT JOIN (SELECT tenant_code, document_id, sum(amount) AS amount FROM entry"
        " GROUP BY tenant_code, document_id) e ON e.tenant_code = d.tenant_code AND e.document_id = d.id",
        "d.status IN ('posted', 'reversed') AND coalesce(e.amount, 0) <> d.amount",
    ),
    _rule(
        "9.9",
        "entry.document_id",
        "'a posted document' AS expected, d.status AS found",
        "entry e LEFT JOIN document d ON d.tenant_code = e.tenant_code AND d.id = e.document_id",
        "d.status IS NULL OR d.status NOT IN ('posted', 'reversed')",
        key="e.id",
    ),
    _rule(
        "9.12",
        "entry.business_date",
        "d.business_date AS expected, e.business_date AS found",
        "entry e JOIN document d ON d.tenant_code = e.tenant_code AND d.id = e.document_id",
        "e.business_date <> d.business_date",
        key="e.id",
    ),
    _rule(
        "9.12",
        "entry.business_date",
        "[e.recorded_at] AS expected, e.business_date AS found",
        "entry e",
        "e.business_date > [e.recorded_at]",
        key="e.id",
    ),
    _rule(
        "9.15",
        "entry.pilot_id",
        "d.pilot_id AS expected, e.pilot_id AS found",
        "entry e JOIN document d ON d.tenant_code = e.tenant_code AND d.id = e.document_id",
        "e.pilot_id <> d.pilot_id",
        key="e.id",
    ),
    _rule(
        "9.15",
        "document.pilot_id",
        "'a pilot of the tenant' AS expected, d.pilot_id AS found",
        "document d LEFT JOIN pilot p ON p.tenant_code = d.tenant_code AND p.id = d.pilot_id",
        "p.id IS NULL",
    ),
    _rule(
        "9.15",
        "document.pilot_id",
        "a.pilot_id AS expected, d.pilot_id AS found",
        f"document d LEFT JOIN document a ON a.tenant_code = d.tenant_code AND a.id = {_PARENT}",
        "d.kind NOT IN ('award', 'acceptance') AND (a.id IS NULL OR a.pilot_id <> d.pilot_id)",
    ),
    _rule(
        "9.11",
        "document.checked_by",
        "'another person' AS expected, d.checked_by AS found",
        "document d",
        "d.checked_by = d.made_by",
    ),
    _rule(
        "9.11",
        "entry.checked_by",
        "d.checked_by AS expected, e.checked_by AS found",
        "entry e JOIN document d ON d.tenant_code = e.tenant_code AND d.id = e.document_id",
        "e.checked_by = d.made_by OR e.checked_by <> d.checked_by",
        key="e.id",
    ),
    _rule(
        "9.11",
        "pilot.checked_by",
        "'another person' AS expected, d.checked_by AS found",
        "pilot d",
        "d.checked_by = d.made_by",
    ),
    _rule(
        "9.14",
        "document.voucher_no",
        "'once' AS expected, v.times AS found",
        "document d JOIN (SELECT tenant_code, max(id) AS last_id, count(*) AS times FROM document"
        " WHERE kind = 'disbursement' AND status IN ('waiting', 'posted') GROUP BY tenant_code, office_id, voucher_no,"
        " substr(CAST(business_date AS text), 1, 4)) v ON v.tenant_code = d.tenant_code AND v.last_id = d.id",
        "v.times > 1",
    ),
)
_REVERSALS = (
    _rule(
        "9.10",
        "entry.amount",
        "o.amount AS expected, e.amount AS found",
        "entry e JOIN entry o ON o.tenant_code = e.tenant_code AND o.id = e.reverses_id",
        "e.amount <> o.amount OR e.from_stage <> o.to_stage OR e.to_stage <> o.from_stage OR e.line_id <> o.line_id"
        " OR o.reverses_id IS NOT NULL",
        key="e.id",
    ),
    _rule(
        "9.10",
        "document.status",
        "CASE r.times WHEN 1 THEN 'reversed' ELSE 'reversed at most once' END AS expected, d.status AS found",
        "document d JOIN (SELECT tenant_code, reverses_id, count(*) AS times FROM document WHERE kind = 'reversal'"
        " AND status = 'posted' GROUP BY tenant_code, reverses_id) r"
        " ON r.tenant_code = d.tenant_code AND r.reverses_id = d.id",
        "d.status <> 'reversed' OR r.times <> 1",
    ),
    _rule(
        "9.10",
        "document.status",
        "'posted' AS expected, d.status AS found",
        "document d",
        "d.status = 'reversed' AND NOT EXISTS (SELECT 1 FROM document r WHERE r.tenant_code = d.tenant_code"
        " AND r.reverses_id = d.id AND r.kind = 'reversal' AND r.status = 'posted')",
    ),
)
_FACT = (
    "SELECT 1 FROM journal_entry j WHERE j.tenant_code = d.tenant_code AND j.subject_type = d.kind"
    " AND j.subject_id = CAST(d.id AS text) AND j.kind"
)
_JOURNAL = (
    _rule(
        "RX.3",
        "document.id",
        "'a journal entry of its making' AS expected, 'none' AS found",
        "document d",
        f"NOT EXISTS ({_FACT} IN (d.kind || '_recorded', d.kind || '_drafted'))",
    ),
    _rule(
        "RX.3",
        "document.status",
        "'a journal entry of its approval' AS expected, d.status AS found",
        "document d",
        f"d.status IN ('posted', 'reversed') AND NOT EXISTS ({_FACT} = d.kind || '_approved')",
    ),
    _rule(
        "RX.3",
        "journal_entry.subject_id",
        "'a posted document' AS expected, d.status AS found",
        "journal_entry j LEFT JOIN document d ON d.tenant_code = j.tenant_code AND d.kind = j.subject_type"
        f" AND {_BY_SUBJECT}",
        f"j.subject_type IN ({_KINDS}) AND j.kind = j.subject_type || '_approved'"
        " AND (d.status IS NULL OR d.status NOT IN ('posted', 'reversed'))",
        key="j.seq",
    ),
    _rule(
        "RX.3",
        "journal_entry.subject_id",
        "'a document' AS expected, j.subject_id AS found",
        "journal_entry j LEFT JOIN document d ON d.tenant_code = j.tenant_code AND d.kind = j.subject_type"
        f" AND {_BY_SUBJECT}",
        f"j.subject_type IN ({_KINDS}) AND d.id IS NULL",
        key="j.seq",
    ),
    _rule(
        "RX.3",
        "journal_head.hash",
        "e.hash AS expected, h.hash AS found",
        "journal_head h LEFT JOIN journal_entry e ON e.tenant_code = h.tenant_code AND e.seq = h.seq",
        "e.hash IS NULL OR e.hash <> h.hash OR EXISTS (SELECT 1 FROM journal_entry n"
        " WHERE n.tenant_code = h.tenant_code AND n.seq > h.seq)",
        key="h.tenant_code",
    ),
)
ROWS = (*_DOCUMENTS, *_REVERSALS, *_JOURNAL)
"""Documents, entries, reversals, and the journal beside them."""
