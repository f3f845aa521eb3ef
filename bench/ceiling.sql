-- The ceiling: the rows of one act, written by one function, in the product's own tables with their keys, checks,
-- row-level security and triggers. Nothing is asked that the rows do not need: no rule, no permission, no fingerprint.
CREATE TABLE bench_target AS
  SELECT row_number() OVER (ORDER BY d.tenant_code, d.id) AS target, d.tenant_code, d.id AS allocation_id, d.pilot_id, d.line_id,
    d.project_id, d.fiscal_year, d.document_no, p.name AS payee_name, maker.id AS maker_id, maker.name AS maker_name,
    checker.id AS checker_id, checker.name AS checker_name, o.id AS office_id, o.name AS office_name
  FROM document d
  JOIN pilot p ON p.tenant_code = d.tenant_code AND p.id = d.pilot_id
  JOIN person_role r ON r.tenant_code = d.tenant_code AND r.role = 'finance_officer'
  JOIN person maker ON maker.tenant_code = r.tenant_code AND maker.id = r.person_id
  JOIN office o ON o.tenant_code = maker.tenant_code AND o.id = maker.office_id
  JOIN person_role s ON s.tenant_code = d.tenant_code AND s.role = 'finance_reviewer'
  JOIN person checker ON checker.tenant_code = s.tenant_code AND checker.id = s.person_id
  WHERE d.kind = 'allocation' AND d.status = 'posted';
--;;
ALTER TABLE bench_target ADD PRIMARY KEY (target);
--;;
-- The texts that the product wrote for one act of each kind, the words that differ from act to act replaced.
CREATE TABLE bench_text AS
  SELECT j.kind, k.fingerprint,
    replace(replace(replace(j.payload, j.prev, '@PREV'), '"seq":"' || j.seq, '"seq":"@SEQ'), j.subject_id, '@ID') AS payload,
    replace(k.answer, j.subject_id, '@ID') AS answer
  FROM (SELECT *, payload::json ->> 'prev' AS prev FROM journal_entry
        WHERE kind IN ('disbursement_recorded', 'disbursement_approved')) j
  JOIN idempotency_key k ON k.tenant_code = j.tenant_code AND k.answer LIKE '%"kind":"' || j.kind || '"%';
--;;
ALTER TABLE bench_text ADD PRIMARY KEY (kind);
--;;
CREATE FUNCTION bench_id() RETURNS bigint LANGUAGE sql
AS $$ SELECT ((extract(epoch FROM clock_timestamp()) * 1000)::bigint << 21) | (random() * 1048575)::bigint $$;
--;;
CREATE FUNCTION bench_journal(t bench_target, x bench_text, act_at timestamptz, document bigint, person bigint, name text)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE head record; body text; BEGIN
  SELECT seq, hash INTO head FROM journal_head WHERE tenant_code = t.tenant_code FOR UPDATE;
  body := replace(replace(replace(x.payload, '@ID', document::text), '@SEQ', (head.seq + 1)::text), '@PREV', head.hash);
  INSERT INTO journal_entry (tenant_code, seq, hash, payload, recorded_at, kind, subject_type, subject_id, pilot_id, office_id,
      actor_id, actor_name, total, business_date)
    VALUES (t.tenant_code, head.seq + 1, encode(sha256(convert_to(body, 'UTF8')), 'hex'), body, act_at, x.kind, 'disbursement',
      document::text, t.pilot_id, t.office_id, person, name, 1, DATE '2026-05-20');
END $$;
--;;
CREATE FUNCTION bench_record(wanted bigint) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE t bench_target; x bench_text; made bigint := bench_id(); made_at timestamptz := clock_timestamp(); serial bigint; BEGIN
  SELECT * INTO t FROM bench_target WHERE target = wanted;
  SELECT * INTO x FROM bench_text WHERE kind = 'disbursement_recorded';
  PERFORM set_config('app.tenant', t.tenant_code, true);
  INSERT INTO idempotency_key (tenant_code, idempotency_key, fingerprint, answer, recorded_at)
    VALUES (t.tenant_code, gen_random_uuid()::text, x.fingerprint, replace(x.answer, '@ID', made::text), made_at);
  INSERT INTO document_number (tenant_code, prefix, year, last) VALUES (t.tenant_code, 'FK', 2026, 1)
    ON CONFLICT (tenant_code, prefix, year) DO UPDATE SET last = document_number.last + 1 RETURNING last INTO serial;
  INSERT INTO document (tenant_code, id, kind, number, pilot_id, office_id, office_name, status, version, amount, business_date,
      fiscal_year, document_no, line_id, project_id, allocation_id, voucher_no, payee_name, payee_account, note,
      policy_version_id, made_by, made_by_name, made_at, spent, recovered)
    VALUES (t.tenant_code, made, 'disbursement', 'FK-2026-' || lpad(serial::text, 4, '0'), t.pilot_id, t.office_id,
      t.office_name, 'waiting', 1, 1, DATE '2026-05-20', t.fiscal_year, t.document_no, t.line_id, t.project_id,
      t.allocation_id, 'ZF' || made::text, t.payee_name, '220012345678901', '', 1, t.maker_id, t.maker_name, made_at, 0, 0);
  PERFORM bench_journal(t, x, made_at, made, t.maker_id, t.maker_name);
  RETURN made;
END $$;
--;;
CREATE FUNCTION bench_approve(wanted bigint, document bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE t bench_target; x bench_text; act_at timestamptz := clock_timestamp(); BEGIN
  SELECT * INTO t FROM bench_target WHERE target = wanted;
  SELECT * INTO x FROM bench_text WHERE kind = 'disbursement_approved';
  PERFORM set_config('app.tenant', t.tenant_code, true);
  INSERT INTO idempotency_key (tenant_code, idempotency_key, fingerprint, answer, recorded_at)
    VALUES (t.tenant_code, gen_random_uuid()::text, x.fingerprint, replace(x.answer, '@ID', document::text), act_at);
  INSERT INTO entry (tenant_code, id, document_id, pilot_id, line_id, allocation_id, disbursement_id, from_stage, to_stage, amount,
      fiscal_year, business_date, recorded_at, document_version, checked_by, checked_by_name)
    VALUES (t.tenant_code, bench_id(), document, t.pilot_id, t.line_id, t.allocation_id, document, 'allocated', 'disbursed', 1,
      t.fiscal_year, DATE '2026-05-20', act_at, 1, t.checker_id, t.checker_name);
  PERFORM bench_journal(t, x, act_at, document, t.checker_id, t.checker_name);
END $$;
--;;
GRANT SELECT ON bench_target, bench_text TO ledger_app;
