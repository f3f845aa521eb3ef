"""The statements that copy each tenant's model pilot and its disbursement; braces are filled with counts.

What is copied stands in plain tables of the schema `filling`, for two sessions to write from at once.
"""

from __future__ import annotations

from ledger import schema

PLAIN_INDEXES = (
    "SELECT indrelid::regclass::text, indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index"
    " WHERE indrelid IN ('document'::regclass, 'entry'::regclass, 'journal_entry'::regclass)"
    " AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid) ORDER BY 1"
)
"""Indexes that no constraint needs: built once at the end instead of row by row."""

TABLES = (
    "entity", "pilot", "project", "document", "award_line", "entry", "pilot_position", "line_position",
    "allocation_position", "award_right", "funded_project", "journal_entry", "journal_head", "document_number",
    "fund_line",
)  # fmt: skip
OWN_TRIGGERS = (
    "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'A' ORDER BY 1, 2"
)
BUSY = "SELECT tenant_code, pilot_id FROM filling.twin WHERE k < 25 ORDER BY tenant_code, k"

_MODEL = """
CREATE UNLOGGED TABLE filling.model AS
SELECT d.tenant_code, row_number() OVER (ORDER BY d.tenant_code) AS place, p.id AS of_pilot, p.uscc AS of_uscc,
  p.name AS of_name, j.id AS of_project, j.code AS of_code, a.id AS of_award, a.number AS of_award_number,
  l.id AS of_line, b.id AS of_allocation, b.number AS of_allocation_number, d.id AS of_payment,
  d.number AS of_payment_number, d.voucher_no AS of_voucher, d.business_date AS of_day,
  e.id AS of_payment_entry, ea.id AS of_award_entry, eb.id AS of_allocation_entry,
  (SELECT max(id) + 16 FROM document) AS base
FROM document d
JOIN pilot p ON p.tenant_code = d.tenant_code AND p.id = d.pilot_id
JOIN project j ON j.tenant_code = p.tenant_code AND j.pilot_id = p.id
JOIN document b ON b.tenant_code = d.tenant_code AND b.id = d.allocation_id
JOIN document a ON a.tenant_code = b.tenant_code AND a.id = b.award_id
JOIN award_line l ON l.tenant_code = a.tenant_code AND l.award_id = a.id
JOIN entry e ON e.tenant_code = d.tenant_code AND e.document_id = d.id
JOIN entry ea ON ea.tenant_code = a.tenant_code AND ea.document_id = a.id
JOIN entry eb ON eb.tenant_code = b.tenant_code AND eb.document_id = b.id
WHERE d.kind = 'disbursement' AND d.voucher_no = 'MODEL-' || d.tenant_code
"""
# The model itself stands in the table of twins as number 0.
_TWIN = """
CREATE UNLOGGED TABLE filling.twin AS
SELECT m.*, k,
  CASE k WHEN 0 THEN of_pilot ELSE base + (k * 16 + place) * 8 END AS pilot_id,
  CASE k WHEN 0 THEN of_uscc ELSE '91229900' || lpad((place * 10000 + k)::text, 9, '0') || '0' END AS uscc,
  CASE k WHEN 0 THEN of_project ELSE base + (k * 16 + place) * 8 + 1 END AS project_id,
  CASE k WHEN 0 THEN of_code ELSE '2699-' || tenant_code || '-04-01-' || lpad((place * 10000 + k)::text, 6, '0')
    END AS project_code,
  CASE k WHEN 0 THEN of_award ELSE base + (k * 16 + place) * 8 + 2 END AS award_id,
  CASE k WHEN 0 THEN of_line ELSE base + (k * 16 + place) * 8 + 3 END AS line_id,
  CASE k WHEN 0 THEN of_allocation ELSE base + (k * 16 + place) * 8 + 4 END AS allocation_id,
  base + (k * 16 + place) * 8 + 5 AS award_entry, base + (k * 16 + place) * 8 + 6 AS allocation_entry
FROM filling.model m CROSS JOIN generate_series(0, {pilots}) k
"""
_NAME = "replace(t.of_name, substr(t.of_uscc, 9, 9), substr(t.uscc, 9, 9))"
_FUNCTIONS = f"""
CREATE FUNCTION filling.numbered(of text, k bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT left(of, 8) || CASE WHEN n < 10000 THEN lpad(n::text, 4, '0') ELSE n::text END
  FROM (SELECT substr(of, 9)::bigint + k AS n) s $$;
CREATE FUNCTION filling.twinned(told text, t filling.twin) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(told,
    t.of_uscc, t.uscc), t.of_name, {_NAME}), t.of_pilot::text, t.pilot_id::text),
    t.of_project::text, t.project_id::text), t.of_code, t.project_code), t.of_award::text, t.award_id::text),
    t.of_line::text, t.line_id::text), t.of_allocation::text, t.allocation_id::text),
    t.of_award_number, filling.numbered(t.of_award_number, t.k)),
    t.of_allocation_number, filling.numbered(t.of_allocation_number, t.k)),
    t.of_award_entry::text, t.award_entry::text), t.of_allocation_entry::text, t.allocation_entry::text) $$
"""
_PAYMENT = """
CREATE UNLOGGED TABLE filling.payment AS
SELECT m.tenant_code, k, base + 1000000 + (k * 16 + place) * 2 AS id, m.of_payment,
  m.of_payment_entry, filling.numbered(m.of_payment_number, k) AS number, m.of_payment_number,
  'PZ-2026-' || k AS voucher_no, m.of_voucher, m.of_day, m.of_day + (k * 7 % 160)::integer AS day,
  CASE WHEN k <= {busy} * {busy_payments} THEN k % least({busy}, {pilots} + 1) ELSE k % ({pilots} + 1) END AS twin
FROM filling.model m CROSS JOIN generate_series(1, {payments}) k
"""


def _copies(table: str, of: str, source: str, **changed: str) -> str:
    """Rows of `table` (o, met by `of`) once for each row of `source`, with some columns `changed`."""
    columns = [column.name for column in schema.metadata().tables[table].columns]
    values = ", ".join(changed.get(column, f"o.{column}") for column in columns)
    return f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM {source} JOIN {table} o ON {of}"


_TWINS = "(SELECT * FROM filling.twin WHERE k > 0) t"
_PAYMENTS = "filling.payment y JOIN filling.twin t ON t.tenant_code = y.tenant_code AND t.k = y.twin"


def _is(column: str, of: str) -> str:
    return f"o.tenant_code = t.tenant_code AND o.{column} = {of}"


def _kept(**columns: str) -> dict[str, str]:
    """References that a copy has where its model has one."""
    return {name: f"CASE WHEN o.{name} IS NOT NULL THEN {value} END" for name, value in columns.items()}


_REFERENCES = _kept(
    award_id="t.award_id", line_id="t.line_id", project_id="t.project_id", allocation_id="t.allocation_id"
)
_STORY = """
INSERT INTO journal_entry (tenant_code, seq, hash, payload, recorded_at, kind, subject_type, subject_id, pilot_id,
  office_id, actor_id, actor_name, total, business_date)
SELECT n.tenant_code, h.seq + n.at, encode(sha256(convert_to(n.payload, 'UTF8')), 'hex'), n.payload, n.recorded_at,
  n.kind, n.subject_type, n.subject_id, n.pilot_id, n.office_id, n.actor_id, n.actor_name, n.total, n.business_date
FROM (
"""
_PILOT_STORY = f"""{_STORY}
  SELECT o.tenant_code, row_number() OVER (PARTITION BY o.tenant_code ORDER BY t.k, o.seq) AS at,
    filling.twinned(o.payload, t) AS payload, o.recorded_at, o.kind, o.subject_type,
    filling.twinned(o.subject_id, t) AS subject_id, CASE WHEN o.pilot_id IS NOT NULL THEN t.pilot_id END AS pilot_id,
    o.office_id, o.actor_id, o.actor_name, o.total, o.business_date
  FROM filling.twin t JOIN journal_entry o ON o.tenant_code = t.tenant_code
    AND o.subject_id IN (t.of_pilot::text, t.of_award::text, t.of_allocation::text) WHERE t.k > 0
) n JOIN journal_head h ON h.tenant_code = n.tenant_code
"""
# As format() takes them: it fills in a payment's words in one pass.
_PAYMENT_MODELS = """
CREATE UNLOGGED TABLE filling.told AS
SELECT t.tenant_code, t.k AS twin, t.pilot_id, o.seq, row_number() OVER (PARTITION BY t.tenant_code, t.k ORDER BY o.seq)
    AS step, o.recorded_at, o.kind, o.subject_type, o.office_id, o.actor_id, o.actor_name, o.total,
  replace(replace(replace(replace(replace(replace(filling.twinned(o.payload, t), '%', '%%'),
    y.of_payment::text, '%1$s'), y.of_payment_entry::text, '%2$s'), y.of_payment_number, '%3$s'),
    y.of_voucher, '%4$s'), y.of_day::text, '%5$s') AS payload
FROM filling.twin t JOIN journal_entry o ON o.tenant_code = t.tenant_code AND o.subject_id = t.of_payment::text
JOIN filling.payment y ON y.tenant_code = t.tenant_code AND y.k = 1
"""
# Of a payment whose pilot's page no one opens: the words that tell it from the others, or the texts would take longer
# to write than all else.
SHORT = '{{"document":"%1$s","entry":"%2$s","number":"%3$s","voucher":"%4$s","day":"%5$s"}}'
_PAYMENT_STORY = f"""{_STORY}
  SELECT y.tenant_code, 2 * y.k + o.step AS at,
    format(CASE WHEN y.k <= {{busy}} * {{busy_payments}} THEN o.payload ELSE '{SHORT}' END,
      y.id, y.id + 1, y.number, y.voucher_no, y.day) AS payload,
    o.recorded_at, o.kind, o.subject_type, y.id::text AS subject_id, o.pilot_id, o.office_id, o.actor_id, o.actor_name,
    o.total, y.day AS business_date
  FROM filling.payment y JOIN filling.told o ON o.tenant_code = y.tenant_code AND o.twin = y.twin
) n JOIN journal_head h ON h.tenant_code = n.tenant_code
"""
_HEADS = """
UPDATE journal_head h SET seq = e.seq, hash = e.hash FROM journal_entry e
WHERE e.tenant_code = h.tenant_code
  AND e.seq = (SELECT max(l.seq) FROM journal_entry l WHERE l.tenant_code = h.tenant_code)
"""
_PAID = """
UPDATE allocation_position p SET disbursed = coalesce(s.amount, 0)
FROM allocation_position q LEFT JOIN (SELECT tenant_code, allocation_id, sum(amount) AS amount FROM entry
    WHERE to_stage = 'disbursed' GROUP BY 1, 2) s USING (tenant_code, allocation_id)
WHERE q.tenant_code = p.tenant_code AND q.allocation_id = p.allocation_id
"""
_YEAR = """
UPDATE fund_line f SET awarded = (SELECT coalesce(sum(e.amount), 0) FROM entry e
  WHERE e.fiscal_year = f.fiscal_year AND e.to_stage = 'awarded')
"""
_NUMBERS = """
UPDATE document_number n SET last = s.made
FROM (SELECT tenant_code, left(number, 7) AS series, count(*) AS made FROM document GROUP BY 1, 2) s
WHERE s.tenant_code = n.tenant_code AND s.series = n.prefix || '-' || n.year
"""
# fmt: off
SETTINGS = (
    # What is filled in is made durable at the end, by the checkpoint.
    "SET synchronous_commit = off",
    "SET work_mem = '256MB'",
    "SET maintenance_work_mem = '512MB'",
    "SET default_toast_compression = 'lz4'",
)
"""Of each session that fills."""
PILOTS = (
    "CREATE SCHEMA filling",
    _MODEL,
    _TWIN,
    _FUNCTIONS,
    _PAYMENT,
    "ANALYZE filling.twin",
    _copies("entity", "o.uscc = t.of_uscc", _TWINS, uscc="t.uscc", name=_NAME),
    _copies("pilot", _is("id", "t.of_pilot"), _TWINS, id="t.pilot_id", uscc="t.uscc", name=_NAME),
    _copies(
        "project", _is("id", "t.of_project"), _TWINS, id="t.project_id", pilot_id="t.pilot_id", code="t.project_code",
        owner_name=f"replace(o.owner_name, t.of_name, {_NAME})", owner_uscc="replace(o.owner_uscc, t.of_uscc, t.uscc)",
    ),
    _copies(
        "document", _is("id", "t.of_award"), _TWINS, id="t.award_id", pilot_id="t.pilot_id",
        number="filling.numbered(o.number, t.k)", **_REFERENCES,
    ),
    _copies(
        "award_line", _is("id", "t.of_line"), _TWINS, id="t.line_id", award_id="t.award_id", project_id="t.project_id",
        project_code="t.project_code",
    ),
    _copies(
        "document", _is("id", "t.of_allocation"), _TWINS, id="t.allocation_id", pilot_id="t.pilot_id",
        number="filling.numbered(o.number, t.k)", **_REFERENCES,
    ),
    _copies(
        "entry", _is("id", "t.of_award_entry"), _TWINS, id="t.award_entry", document_id="t.award_id",
        pilot_id="t.pilot_id", line_id="t.line_id",
    ),
    _copies(
        "entry", _is("id", "t.of_allocation_entry"), _TWINS, id="t.allocation_entry", document_id="t.allocation_id",
        pilot_id="t.pilot_id", line_id="t.line_id", allocation_id="t.allocation_id",
    ),
    _copies("pilot_position", _is("pilot_id", "t.of_pilot"), _TWINS, pilot_id="t.pilot_id"),
    _copies("line_position", _is("line_id", "t.of_line"), _TWINS, line_id="t.line_id", pilot_id="t.pilot_id"),
    _copies(
        "allocation_position", _is("allocation_id", "t.of_allocation"), _TWINS, allocation_id="t.allocation_id",
        pilot_id="t.pilot_id",
    ),
    _copies("award_right", "o.subject_key = t.of_uscc", _TWINS, subject_key="t.uscc", award_id="t.award_id"),
    _copies(
        "funded_project", "o.project_code = t.of_code", _TWINS, project_code="t.project_code", award_id="t.award_id"
    ),
    _PILOT_STORY,
    _HEADS,
    _PAYMENT_MODELS,
    "ANALYZE filling.payment",
    "ANALYZE filling.told",
)
"""What is copied, then the pilots with all that is theirs but their payments."""
DOCUMENTS = (
    _copies(
        "document", "o.tenant_code = y.tenant_code AND o.id = y.of_payment", _PAYMENTS, id="y.id", number="y.number",
        pilot_id="t.pilot_id", voucher_no="y.voucher_no", business_date="y.day",
        payee_name=f"replace(o.payee_name, t.of_name, {_NAME})", **_REFERENCES,
    ),
    _copies(
        "entry", "o.tenant_code = y.tenant_code AND o.id = y.of_payment_entry", _PAYMENTS, id="y.id + 1",
        document_id="y.id", disbursement_id="y.id", pilot_id="t.pilot_id", line_id="t.line_id",
        allocation_id="t.allocation_id", business_date="y.day",
    ),
    _NUMBERS,
    _PAID,
    _YEAR,
)
"""The payments, and what the rows come to."""
JOURNAL = (_PAYMENT_STORY, _HEADS)
"""The payments' journal entries; another session writes them at the same time."""
DONE = "DROP SCHEMA filling CASCADE"
# fmt: on
