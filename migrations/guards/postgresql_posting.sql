-- The posting of one disbursement, leaner: what most acts do is done by key, and what changes nothing is not called.
CREATE OR REPLACE FUNCTION document_made() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE one document; BEGIN
  -- One disbursement alone, the most common act: by key, without sets.
  SELECT * INTO one FROM new_rows WHERE (SELECT count(*) FROM new_rows) = 1;
  IF one.kind = 'disbursement' THEN
    UPDATE allocation_position p SET waiting = p.waiting + one.amount
      WHERE one.status = 'waiting' AND p.tenant_code = one.tenant_code AND p.allocation_id = one.allocation_id;
    RETURN NULL;
  END IF;
  UPDATE allocation_position p SET waiting = p.waiting + g.waited
    FROM (SELECT tenant_code, allocation_id, sum(amount) AS waited FROM new_rows
          WHERE kind = 'disbursement' AND status = 'waiting' GROUP BY 1, 2) g
    WHERE p.tenant_code = g.tenant_code AND p.allocation_id = g.allocation_id;
  IF EXISTS (SELECT FROM new_rows WHERE kind IN ('award', 'allocation')) THEN
    INSERT INTO award_right (subject_key, tenant_code, award_id, document_no)
      SELECT p.uscc, n.tenant_code, n.id, n.document_no FROM new_rows n
      JOIN pilot p ON p.tenant_code = n.tenant_code AND p.id = n.pilot_id
      WHERE n.kind = 'award' AND n.status = 'waiting' ORDER BY p.uscc;
    INSERT INTO allocation_notice (document_no, allocated_on)
      SELECT DISTINCT document_no, business_date FROM new_rows WHERE kind = 'allocation' ON CONFLICT DO NOTHING;
    IF EXISTS (SELECT FROM new_rows n JOIN allocation_notice a USING (document_no)
               WHERE n.kind = 'allocation' AND a.allocated_on <> n.business_date) THEN
      RAISE EXCEPTION 'ledger:notice_date the number of this notice belongs to another date'; END IF;
    INSERT INTO allocation_position (tenant_code, allocation_id, pilot_id, allocated, waiting, disbursed,
        recovered_undisbursed, spent, recovered_disbursed, accepted, lock_mark)
      SELECT tenant_code, id, pilot_id, 0, 0, 0, 0, 0, 0, 0, 0 FROM new_rows WHERE kind = 'allocation';
  END IF;
  RETURN NULL;
END $$
--;;
CREATE OR REPLACE FUNCTION entries_posted() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE one entry; BEGIN
  -- One disbursement alone, the most common act: by key, without sets. It asks what the sets below ask.
  SELECT * INTO one FROM new_rows WHERE (SELECT count(*) FROM new_rows) = 1;
  IF one.from_stage = 'allocated' AND one.to_stage = 'disbursed' AND one.reverses_id IS NULL THEN
    -- What becomes posted leaves the waiting sum together with its entry, in one update.
    UPDATE allocation_position p SET waiting = p.waiting - one.amount, disbursed = p.disbursed + one.amount
      WHERE p.tenant_code = one.tenant_code AND p.allocation_id = one.allocation_id;
    UPDATE document d SET status = 'posted', version = d.version + 1, checked_by = one.checked_by,
        checked_by_name = one.checked_by_name, checked_at = one.recorded_at
      WHERE d.tenant_code = one.tenant_code AND d.id = one.document_id AND d.kind = 'disbursement' AND d.status = 'waiting'
        AND d.version = one.document_version AND d.pilot_id = one.pilot_id AND d.allocation_id = one.allocation_id
        AND d.id = one.disbursement_id AND d.amount = one.amount;
    IF NOT FOUND THEN
      RAISE EXCEPTION 'ledger:conflict an entry does not follow from a waiting document'; END IF;
    RETURN NULL;
  END IF;
  IF EXISTS (
    SELECT FROM new_rows n
    LEFT JOIN document d ON d.tenant_code = n.tenant_code AND d.id = n.document_id
    LEFT JOIN entry o ON o.tenant_code = n.tenant_code AND o.id = n.reverses_id
    LEFT JOIN award_line l ON l.tenant_code = n.tenant_code AND l.id = n.line_id
    WHERE d.status IS DISTINCT FROM 'waiting' OR d.version <> n.document_version OR d.pilot_id <> n.pilot_id OR l.id IS NULL
      OR NOT CASE d.kind
        WHEN 'award' THEN n.from_stage = 'fund_line' AND n.to_stage = 'awarded' AND l.award_id = d.id AND n.amount = l.amount
          AND n.fiscal_year = d.fiscal_year AND n.allocation_id IS NULL AND n.reverses_id IS NULL
        WHEN 'allocation' THEN n.from_stage = 'awarded' AND n.to_stage = 'allocated' AND n.allocation_id = d.id
          AND n.line_id = d.line_id AND n.amount = d.amount AND n.reverses_id IS NULL
        WHEN 'disbursement' THEN n.from_stage = 'allocated' AND n.to_stage = 'disbursed' AND n.allocation_id = d.allocation_id
          AND n.disbursement_id = d.id AND n.amount = d.amount AND n.reverses_id IS NULL
        WHEN 'expenditure' THEN n.from_stage = 'disbursed' AND n.to_stage = 'spent' AND n.allocation_id = d.allocation_id
          AND n.disbursement_id = d.disbursement_id AND n.amount = d.amount AND n.reverses_id IS NULL
        WHEN 'acceptance' THEN n.from_stage = 'spent' AND n.to_stage = 'accepted' AND n.allocation_id IS NOT NULL
          AND l.project_id = d.project_id AND n.reverses_id IS NULL
        WHEN 'recovery' THEN n.from_stage = CASE WHEN d.disbursement_id IS NULL THEN 'allocated' ELSE 'disbursed' END
          AND n.to_stage = 'recovered' AND n.allocation_id = d.allocation_id AND n.amount = d.amount
          AND n.disbursement_id IS NOT DISTINCT FROM d.disbursement_id AND n.reverses_id IS NULL
        WHEN 'reversal' THEN o.id IS NOT NULL AND o.reverses_id IS NULL AND o.document_id = d.reverses_id AND o.amount = n.amount
          AND o.from_stage = n.to_stage AND o.to_stage = n.from_stage AND o.line_id = n.line_id
          AND o.allocation_id IS NOT DISTINCT FROM n.allocation_id AND o.disbursement_id IS NOT DISTINCT FROM n.disbursement_id
        ELSE FALSE END) THEN
    RAISE EXCEPTION 'ledger:conflict an entry does not follow from a waiting document'; END IF;

  IF EXISTS (SELECT FROM new_rows WHERE 'awarded' IN (from_stage, to_stage)) THEN
    UPDATE pilot_position p SET awarded = p.awarded + g.amount,
        cap = (SELECT CASE q.kind WHEN 'region' THEN v.region_cap ELSE v.enterprise_cap END FROM policy_version v, pilot q
               WHERE v.id = g.policy_version_id AND q.tenant_code = p.tenant_code AND q.id = p.pilot_id)
      FROM (SELECT n.tenant_code, n.pilot_id, max(d.policy_version_id) AS policy_version_id, sum(n.amount) AS amount
            FROM new_rows n JOIN document d ON d.tenant_code = n.tenant_code AND d.id = n.document_id
            WHERE n.from_stage = 'fund_line' GROUP BY 1, 2) g
      WHERE p.tenant_code = g.tenant_code AND p.pilot_id = g.pilot_id;
    UPDATE line_position p SET awarded = p.awarded + g.awarded, allocated = p.allocated + g.allocated
      FROM (SELECT tenant_code, line_id,
              coalesce(sum(amount) FILTER (WHERE from_stage = 'fund_line'), 0) AS awarded,
              coalesce(sum(CASE WHEN from_stage = 'awarded' THEN amount WHEN to_stage = 'awarded' THEN -amount END)
                FILTER (WHERE 'allocated' IN (from_stage, to_stage)), 0) AS allocated
            FROM new_rows WHERE 'awarded' IN (from_stage, to_stage) GROUP BY 1, 2) g
      WHERE p.tenant_code = g.tenant_code AND p.line_id = g.line_id;
  END IF;
  UPDATE allocation_position p SET
      allocated = p.allocated + g.allocated, waiting = p.waiting - g.waited, disbursed = p.disbursed + g.disbursed,
      recovered_undisbursed = p.recovered_undisbursed + g.recovered_undisbursed, spent = p.spent + g.spent,
      recovered_disbursed = p.recovered_disbursed + g.recovered_disbursed, accepted = p.accepted + g.accepted
    FROM (SELECT n.tenant_code, n.allocation_id,
            sum(CASE WHEN (n.from_stage, n.to_stage) = ('awarded', 'allocated') THEN n.amount
                     WHEN (n.from_stage, n.to_stage) = ('allocated', 'awarded') THEN -n.amount ELSE 0 END) AS allocated,
            sum(CASE WHEN (n.from_stage, n.to_stage) = ('allocated', 'disbursed') THEN n.amount ELSE 0 END) AS waited,
            sum(CASE WHEN (n.from_stage, n.to_stage) = ('allocated', 'disbursed') THEN n.amount
                     WHEN (n.from_stage, n.to_stage) = ('disbursed', 'allocated') THEN -n.amount ELSE 0 END) AS disbursed,
            sum(CASE WHEN (n.from_stage, n.to_stage) = ('allocated', 'recovered') THEN n.amount
                     WHEN (n.from_stage, n.to_stage) = ('recovered', 'allocated') THEN -n.amount ELSE 0 END) AS recovered_undisbursed,
            sum(CASE WHEN (n.from_stage, n.to_stage) = ('disbursed', 'spent') THEN n.amount
                     WHEN (n.from_stage, n.to_stage) = ('spent', 'disbursed') THEN -n.amount ELSE 0 END) AS spent,
            sum(CASE WHEN (n.from_stage, n.to_stage) = ('disbursed', 'recovered') THEN n.amount
                     WHEN (n.from_stage, n.to_stage) = ('recovered', 'disbursed') THEN -n.amount ELSE 0 END) AS recovered_disbursed,
            sum(CASE WHEN (n.from_stage, n.to_stage) = ('spent', 'accepted') THEN n.amount
                     WHEN (n.from_stage, n.to_stage) = ('accepted', 'spent') THEN -n.amount ELSE 0 END) AS accepted
          FROM new_rows n WHERE n.allocation_id IS NOT NULL GROUP BY 1, 2) g
    WHERE p.tenant_code = g.tenant_code AND p.allocation_id = g.allocation_id;
  IF EXISTS (SELECT FROM new_rows WHERE 'spent' IN (from_stage, to_stage) OR 'recovered' IN (from_stage, to_stage)) THEN
    UPDATE document d SET spent = d.spent + g.spent, recovered = d.recovered + g.recovered
      FROM (SELECT tenant_code, disbursement_id,
              sum(CASE WHEN to_stage = 'spent' THEN amount WHEN from_stage = 'spent' THEN -amount ELSE 0 END) AS spent,
              sum(CASE WHEN to_stage = 'recovered' THEN amount WHEN from_stage = 'recovered' THEN -amount ELSE 0 END) AS recovered
            FROM new_rows WHERE disbursement_id IS NOT NULL AND ('spent' IN (from_stage, to_stage) OR 'recovered' IN (from_stage, to_stage))
            GROUP BY 1, 2) g
      WHERE d.tenant_code = g.tenant_code AND d.id = g.disbursement_id;
  END IF;
  UPDATE document d SET status = 'posted', version = d.version + 1, checked_by = g.checked_by,
      checked_by_name = g.checked_by_name, checked_at = g.recorded_at
    FROM (SELECT DISTINCT ON (n.tenant_code, n.document_id) n.tenant_code, n.document_id, n.checked_by, n.checked_by_name,
            n.recorded_at, (SELECT sum(e.amount) FROM entry e WHERE e.tenant_code = n.tenant_code AND e.document_id = n.document_id) AS posted
          FROM new_rows n) g
    WHERE d.tenant_code = g.tenant_code AND d.id = g.document_id AND d.amount <= g.posted;
  IF EXISTS (SELECT FROM new_rows WHERE reverses_id IS NOT NULL) THEN
    UPDATE document d SET status = 'reversed', version = d.version + 1
      FROM new_rows n JOIN entry o ON o.tenant_code = n.tenant_code AND o.id = n.reverses_id
      WHERE n.reverses_id IS NOT NULL AND d.tenant_code = o.tenant_code AND d.id = o.document_id AND d.status = 'posted';
  END IF;
  -- The year's line last: the row that most decisions share is held for the shortest time.
  UPDATE fund_line f SET awarded = f.awarded + g.amount
    FROM (SELECT fiscal_year, sum(amount) AS amount FROM new_rows WHERE from_stage = 'fund_line' GROUP BY 1) g
    WHERE f.fiscal_year = g.fiscal_year;
  IF NOT FOUND AND EXISTS (SELECT FROM new_rows WHERE from_stage = 'fund_line') THEN
    RAISE EXCEPTION 'ledger:exceeds_fund_line the year has no fund line'; END IF;
  RETURN NULL;
END $$
--;;
DROP TRIGGER document_moved ON document
--;;
-- What a trigger moves (to posted, to reversed, what is spent) never changes what waits.
CREATE TRIGGER document_moved AFTER UPDATE ON document REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT WHEN (pg_trigger_depth() < 1) EXECUTE FUNCTION document_moved()
--;;
DROP TRIGGER document_guarded ON document
--;;
CREATE TRIGGER document_guarded BEFORE INSERT ON document FOR EACH ROW EXECUTE FUNCTION document_guarded()
--;;
CREATE TRIGGER document_guarded_move BEFORE UPDATE ON document FOR EACH ROW WHEN (pg_trigger_depth() < 1) EXECUTE FUNCTION document_guarded()
--;;
CREATE FUNCTION subject_held(subject text, day date) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$ BEGIN RETURN EXISTS (SELECT FROM subject_hold h WHERE h.uscc = subject AND h.starts_on <= day AND (h.ends_on IS NULL OR h.ends_on >= day)); END $$
--;;
-- Whoever asks for a key holds it to the end of the transaction: a second one waits here, and then sees the answer.
CREATE FUNCTION key_taken(code text, wanted text, OUT fingerprint text, OUT answer text) LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$ BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended(code || ' ' || wanted, 0));
  SELECT k.fingerprint, k.answer INTO key_taken.fingerprint, key_taken.answer FROM idempotency_key k
    WHERE k.tenant_code = code AND k.idempotency_key = wanted;
END $$
