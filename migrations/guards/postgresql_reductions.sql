-- A reduction gives a part of an award's line back to the year's line; it rests on its award and is posted as every document is.
CREATE OR REPLACE FUNCTION document_guarded() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE parent document; BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF pg_trigger_depth() > 1 THEN RETURN NEW; END IF;
    IF OLD.status IN ('posted', 'reversed') OR NEW.status IN ('posted', 'reversed') THEN
      RAISE EXCEPTION 'ledger:conflict a document is posted by its entries and then never changes'; END IF;
    IF (OLD.status, NEW.status) NOT IN (('draft', 'draft'), ('draft', 'waiting'), ('returned', 'waiting'), ('waiting', 'draft'), ('waiting', 'returned')) THEN
      RAISE EXCEPTION 'ledger:conflict a document does not move from % to %', OLD.status, NEW.status; END IF;
    IF OLD.status = 'waiting' AND (NEW.amount, NEW.business_date, NEW.fiscal_year, NEW.voucher_no, NEW.payee_name,
        NEW.payee_account, NEW.purpose, NEW.reason, NEW.note) IS DISTINCT FROM (OLD.amount, OLD.business_date,
        OLD.fiscal_year, OLD.voucher_no, OLD.payee_name, OLD.payee_account, OLD.purpose, OLD.reason, OLD.note) THEN
      RAISE EXCEPTION 'ledger:conflict what waits for its check does not change under the checker'; END IF;
    RETURN NEW;
  END IF;
  IF NEW.status NOT IN ('draft', 'waiting') OR NEW.checked_by IS NOT NULL OR NEW.version <> 1 OR NEW.spent + NEW.recovered <> 0 THEN
    RAISE EXCEPTION 'ledger:conflict a new document is a draft or waits for its check'; END IF;
  IF NEW.kind NOT IN ('award', 'acceptance') THEN
    SELECT * INTO parent FROM document WHERE tenant_code = NEW.tenant_code
      AND id = CASE NEW.kind WHEN 'allocation' THEN NEW.award_id WHEN 'reduction' THEN NEW.award_id WHEN 'disbursement' THEN NEW.allocation_id
        WHEN 'reversal' THEN NEW.reverses_id ELSE coalesce(NEW.disbursement_id, NEW.allocation_id) END;
    IF parent.id IS NULL OR parent.status <> 'posted' OR parent.pilot_id <> NEW.pilot_id
      OR (NEW.kind = 'reduction' AND (parent.kind <> 'award' OR parent.fiscal_year <> NEW.fiscal_year OR NOT EXISTS (SELECT FROM award_line l
          WHERE l.tenant_code = NEW.tenant_code AND l.id = NEW.line_id AND l.award_id = parent.id AND l.project_id = NEW.project_id)))
      OR (NEW.kind = 'allocation' AND parent.kind <> 'award') OR (NEW.kind = 'disbursement' AND parent.kind <> 'allocation')
      OR (NEW.kind = 'reversal' AND (parent.amount <> NEW.amount OR parent.kind IN ('award', 'reduction', 'reversal')))
      OR (NEW.kind IN ('expenditure', 'recovery') AND NEW.disbursement_id IS NOT NULL
          AND (parent.kind <> 'disbursement' OR parent.allocation_id <> NEW.allocation_id))
      OR (NEW.kind = 'recovery' AND NEW.disbursement_id IS NULL AND parent.kind <> 'allocation') THEN
      RAISE EXCEPTION 'ledger:conflict the document that this one rests on is not posted'; END IF;
  END IF;
  RETURN NEW;
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
        WHEN 'reduction' THEN n.from_stage = 'awarded' AND n.to_stage = 'fund_line' AND n.line_id = d.line_id AND l.award_id = d.award_id
          AND n.fiscal_year = (SELECT a.fiscal_year FROM document a WHERE a.tenant_code = n.tenant_code AND a.id = d.award_id)
          AND n.amount = d.amount AND n.allocation_id IS NULL AND n.disbursement_id IS NULL
          AND n.reverses_id IS NULL
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
  IF EXISTS (SELECT FROM new_rows WHERE reverses_id IS NULL AND to_stage NOT IN ('awarded', 'accepted')
             GROUP BY tenant_code, document_id HAVING count(*) > 1) THEN
    RAISE EXCEPTION 'ledger:conflict the entries of a document add up to its amount'; END IF;

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
              coalesce(sum(CASE WHEN from_stage = 'fund_line' THEN amount ELSE -amount END)
                FILTER (WHERE 'fund_line' IN (from_stage, to_stage)), 0) AS awarded,
              coalesce(sum(CASE WHEN from_stage = 'awarded' THEN amount WHEN to_stage = 'awarded' THEN -amount END)
                FILTER (WHERE 'allocated' IN (from_stage, to_stage)), 0) AS allocated
            FROM new_rows WHERE 'awarded' IN (from_stage, to_stage) GROUP BY 1, 2) g
      WHERE p.tenant_code = g.tenant_code AND p.line_id = g.line_id;
  END IF;
  IF EXISTS (SELECT FROM new_rows WHERE to_stage = 'fund_line') THEN
    -- The cap stays that of the award, and so does the right; what waits for its check keeps its room.
    UPDATE pilot_position p SET awarded = p.awarded - g.amount
      FROM (SELECT tenant_code, pilot_id, sum(amount) AS amount FROM new_rows WHERE to_stage = 'fund_line' GROUP BY 1, 2) g
      WHERE p.tenant_code = g.tenant_code AND p.pilot_id = g.pilot_id;
    IF EXISTS (SELECT FROM new_rows n JOIN line_position p ON p.tenant_code = n.tenant_code AND p.line_id = n.line_id
               WHERE n.to_stage = 'fund_line' AND p.awarded < p.allocated + (SELECT coalesce(sum(w.amount), 0) FROM document w
                 WHERE w.tenant_code = p.tenant_code AND w.line_id = p.line_id AND w.kind = 'allocation' AND w.status = 'waiting')) THEN
      RAISE EXCEPTION 'ledger:exceeds_awarded allocations wait for their check'; END IF;
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
    FROM (SELECT fiscal_year, sum(CASE WHEN from_stage = 'fund_line' THEN amount ELSE -amount END) AS amount FROM new_rows
          WHERE 'fund_line' IN (from_stage, to_stage) GROUP BY 1) g
    WHERE f.fiscal_year = g.fiscal_year;
  IF NOT FOUND AND EXISTS (SELECT FROM new_rows WHERE 'fund_line' IN (from_stage, to_stage)) THEN
    RAISE EXCEPTION 'ledger:exceeds_fund_line the year has no fund line'; END IF;
  RETURN NULL;
END $$
