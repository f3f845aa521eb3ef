CREATE FUNCTION app_tenant() RETURNS text LANGUAGE sql STABLE
AS $$ SELECT nullif(current_setting('app.tenant', true), '') $$
--;;
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'ledger:immutable rows of % are never changed or deleted', TG_TABLE_NAME;
END $$
--;;
CREATE TRIGGER entry_kept BEFORE UPDATE OR DELETE ON entry FOR EACH ROW EXECUTE FUNCTION refuse_change()
--;;
CREATE TRIGGER entry_kept_whole BEFORE TRUNCATE ON entry FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
--;;
CREATE TRIGGER journal_kept BEFORE UPDATE OR DELETE ON journal_entry FOR EACH ROW EXECUTE FUNCTION refuse_change()
--;;
CREATE TRIGGER journal_kept_whole BEFORE TRUNCATE ON journal_entry FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
--;;
CREATE TRIGGER document_not_deleted BEFORE DELETE ON document FOR EACH ROW EXECUTE FUNCTION refuse_change()
--;;
CREATE FUNCTION journal_chained() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$ BEGIN
  UPDATE journal_head SET seq = NEW.seq, hash = NEW.hash WHERE tenant_code = NEW.tenant_code AND seq = NEW.seq - 1;
  IF NOT FOUND THEN RAISE EXCEPTION 'ledger:journal_sequence entry % of % does not follow the head', NEW.seq, NEW.tenant_code; END IF;
  RETURN NULL;
END $$
--;;
CREATE TRIGGER journal_chained AFTER INSERT ON journal_entry FOR EACH ROW EXECUTE FUNCTION journal_chained()
--;;
CREATE FUNCTION document_guarded() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
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
      AND id = CASE NEW.kind WHEN 'allocation' THEN NEW.award_id WHEN 'disbursement' THEN NEW.allocation_id
        WHEN 'reversal' THEN NEW.reverses_id ELSE coalesce(NEW.disbursement_id, NEW.allocation_id) END;
    IF parent.id IS NULL OR parent.status <> 'posted' OR parent.pilot_id <> NEW.pilot_id
      OR (NEW.kind = 'allocation' AND parent.kind <> 'award') OR (NEW.kind = 'disbursement' AND parent.kind <> 'allocation')
      OR (NEW.kind = 'reversal' AND (parent.amount <> NEW.amount OR parent.kind IN ('award', 'reversal')))
      OR (NEW.kind IN ('expenditure', 'recovery') AND NEW.disbursement_id IS NOT NULL
          AND (parent.kind <> 'disbursement' OR parent.allocation_id <> NEW.allocation_id))
      OR (NEW.kind = 'recovery' AND NEW.disbursement_id IS NULL AND parent.kind <> 'allocation') THEN
      RAISE EXCEPTION 'ledger:conflict the document that this one rests on is not posted'; END IF;
  END IF;
  RETURN NEW;
END $$
--;;
CREATE TRIGGER document_guarded BEFORE INSERT OR UPDATE ON document FOR EACH ROW EXECUTE FUNCTION document_guarded()
--;;
CREATE FUNCTION document_made() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$ BEGIN
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
CREATE TRIGGER document_made AFTER INSERT ON document REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION document_made()
--;;
CREATE FUNCTION document_moved() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$ BEGIN
  -- What becomes posted leaves the waiting sum together with its entry, in one update.
  UPDATE allocation_position p SET waiting = p.waiting + g.waited
    FROM (SELECT n.tenant_code, n.allocation_id,
            sum(CASE WHEN n.status = 'waiting' THEN n.amount ELSE 0 END - CASE WHEN o.status = 'waiting' THEN o.amount ELSE 0 END) AS waited
          FROM new_rows n JOIN old_rows o ON o.tenant_code = n.tenant_code AND o.id = n.id
          WHERE n.kind = 'disbursement' AND n.status <> 'posted' AND (n.status = 'waiting') <> (o.status = 'waiting')
          GROUP BY 1, 2) g
    WHERE p.tenant_code = g.tenant_code AND p.allocation_id = g.allocation_id;
  IF EXISTS (SELECT FROM new_rows WHERE kind = 'award') THEN
    DELETE FROM award_right r USING new_rows n WHERE n.kind = 'award' AND n.status IN ('draft', 'returned')
      AND r.award_id = n.id AND r.tenant_code = n.tenant_code;
    DELETE FROM funded_project f USING new_rows n WHERE n.kind = 'award' AND n.status IN ('draft', 'returned')
      AND f.award_id = n.id AND f.tenant_code = n.tenant_code;
    INSERT INTO award_right (subject_key, tenant_code, award_id, document_no)
      SELECT p.uscc, n.tenant_code, n.id, n.document_no FROM new_rows n
      JOIN old_rows o ON o.tenant_code = n.tenant_code AND o.id = n.id
      JOIN pilot p ON p.tenant_code = n.tenant_code AND p.id = n.pilot_id
      WHERE n.kind = 'award' AND n.status = 'waiting' AND o.status <> 'waiting';
    INSERT INTO funded_project (project_code, tenant_code, award_id)
      SELECT l.project_code, n.tenant_code, n.id FROM new_rows n
      JOIN old_rows o ON o.tenant_code = n.tenant_code AND o.id = n.id
      JOIN award_line l ON l.tenant_code = n.tenant_code AND l.award_id = n.id
      WHERE n.kind = 'award' AND n.status = 'waiting' AND o.status <> 'waiting' AND l.project_code IS NOT NULL;
  END IF;
  RETURN NULL;
END $$
--;;
CREATE TRIGGER document_moved AFTER UPDATE ON document REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION document_moved()
--;;
CREATE FUNCTION line_made() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$ BEGIN
  IF EXISTS (SELECT FROM new_rows n LEFT JOIN document a ON a.tenant_code = n.tenant_code AND a.id = n.award_id AND a.kind = 'award'
             WHERE a.status IS NULL OR a.status NOT IN ('draft', 'waiting')) THEN
    RAISE EXCEPTION 'ledger:conflict a line belongs to an award that is not posted yet'; END IF;
  INSERT INTO line_position (tenant_code, line_id, pilot_id, awarded, allocated, lock_mark)
    SELECT n.tenant_code, n.id, a.pilot_id, 0, 0, 0 FROM new_rows n
    JOIN document a ON a.tenant_code = n.tenant_code AND a.id = n.award_id;
  INSERT INTO funded_project (project_code, tenant_code, award_id)
    SELECT n.project_code, n.tenant_code, n.award_id FROM new_rows n
    JOIN document a ON a.tenant_code = n.tenant_code AND a.id = n.award_id
    WHERE a.status = 'waiting' AND n.project_code IS NOT NULL ORDER BY n.project_code;
  RETURN NULL;
END $$
--;;
CREATE TRIGGER line_made AFTER INSERT ON award_line REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION line_made()
--;;
CREATE FUNCTION pilot_made() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$ BEGIN
  INSERT INTO pilot_position (tenant_code, pilot_id, cap, awarded, lock_mark)
    SELECT n.tenant_code, n.id, CASE n.kind WHEN 'region' THEN v.region_cap ELSE v.enterprise_cap END, 0, 0
    FROM new_rows n JOIN policy_version v ON v.id = n.policy_version_id;
  RETURN NULL;
END $$
--;;
CREATE TRIGGER pilot_made AFTER INSERT ON pilot REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION pilot_made()
--;;
CREATE FUNCTION entries_posted() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$ BEGIN
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
  UPDATE document d SET spent = d.spent + g.spent, recovered = d.recovered + g.recovered
    FROM (SELECT tenant_code, disbursement_id,
            sum(CASE WHEN to_stage = 'spent' THEN amount WHEN from_stage = 'spent' THEN -amount ELSE 0 END) AS spent,
            sum(CASE WHEN to_stage = 'recovered' THEN amount WHEN from_stage = 'recovered' THEN -amount ELSE 0 END) AS recovered
          FROM new_rows WHERE disbursement_id IS NOT NULL AND ('spent' IN (from_stage, to_stage) OR 'recovered' IN (from_stage, to_stage))
          GROUP BY 1, 2) g
    WHERE d.tenant_code = g.tenant_code AND d.id = g.disbursement_id;
  UPDATE document d SET status = 'posted', version = d.version + 1, checked_by = g.checked_by,
      checked_by_name = g.checked_by_name, checked_at = g.recorded_at
    FROM (SELECT DISTINCT ON (n.tenant_code, n.document_id) n.tenant_code, n.document_id, n.checked_by, n.checked_by_name,
            n.recorded_at, (SELECT sum(e.amount) FROM entry e WHERE e.tenant_code = n.tenant_code AND e.document_id = n.document_id) AS posted
          FROM new_rows n) g
    WHERE d.tenant_code = g.tenant_code AND d.id = g.document_id AND d.amount <= g.posted;
  UPDATE document d SET status = 'reversed', version = d.version + 1
    FROM new_rows n JOIN entry o ON o.tenant_code = n.tenant_code AND o.id = n.reverses_id
    WHERE n.reverses_id IS NOT NULL AND d.tenant_code = o.tenant_code AND d.id = o.document_id AND d.status = 'posted';
  -- The year's line last: the row that most decisions share is held for the shortest time.
  UPDATE fund_line f SET awarded = f.awarded + g.amount
    FROM (SELECT fiscal_year, sum(amount) AS amount FROM new_rows WHERE from_stage = 'fund_line' GROUP BY 1) g
    WHERE f.fiscal_year = g.fiscal_year;
  IF NOT FOUND AND EXISTS (SELECT FROM new_rows WHERE from_stage = 'fund_line') THEN
    RAISE EXCEPTION 'ledger:exceeds_fund_line the year has no fund line'; END IF;
  RETURN NULL;
END $$
--;;
CREATE TRIGGER entries_posted AFTER INSERT ON entry REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION entries_posted()
--;;
CREATE FUNCTION posted_whole() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$ BEGIN
  IF (SELECT sum(e.amount) FROM entry e WHERE e.tenant_code = NEW.tenant_code AND e.document_id = NEW.document_id)
     <> (SELECT d.amount FROM document d WHERE d.tenant_code = NEW.tenant_code AND d.id = NEW.document_id) THEN
    RAISE EXCEPTION 'ledger:conflict the entries of a document add up to its amount'; END IF;
  RETURN NULL;
END $$
--;;
CREATE CONSTRAINT TRIGGER posted_whole AFTER INSERT ON entry DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
  WHEN (NEW.to_stage IN ('awarded', 'accepted', 'spent')) EXECUTE FUNCTION posted_whole()
--;;
CREATE FUNCTION award_right_of(subject text, OUT document_no text, OUT own boolean) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$ SELECT r.document_no, r.tenant_code IS NOT DISTINCT FROM app_tenant() FROM award_right r WHERE r.subject_key = subject $$
--;;
CREATE FUNCTION project_funded(code text) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$ SELECT EXISTS (SELECT FROM funded_project f WHERE f.project_code = code) $$
--;;
CREATE FUNCTION hold_of(subject text, held text, day date, OUT ends_on date, OUT document_no text) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$ SELECT h.ends_on, h.document_no FROM subject_hold h WHERE h.uscc = subject AND h.kind = held AND h.starts_on <= day
  AND (h.ends_on IS NULL OR h.ends_on >= day) ORDER BY h.ends_on DESC NULLS FIRST LIMIT 1 $$
--;;
CREATE FUNCTION notice_date_of(number text) RETURNS date LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$ SELECT n.allocated_on FROM allocation_notice n WHERE n.document_no = number $$
--;;
CREATE FUNCTION find_login(name text, OUT tenant_code text, OUT person_id bigint) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$ SELECT l.tenant_code, l.person_id FROM login_name l WHERE l.username = name $$
