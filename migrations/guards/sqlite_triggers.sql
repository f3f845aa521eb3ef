CREATE TRIGGER entry_not_updated BEFORE UPDATE ON entry BEGIN SELECT RAISE(ABORT, 'ledger:immutable entries are never changed'); END
--;;
CREATE TRIGGER entry_not_deleted BEFORE DELETE ON entry BEGIN SELECT RAISE(ABORT, 'ledger:immutable entries are never deleted'); END
--;;
CREATE TRIGGER journal_not_updated BEFORE UPDATE ON journal_entry BEGIN SELECT RAISE(ABORT, 'ledger:immutable journal entries are never changed'); END
--;;
CREATE TRIGGER journal_not_deleted BEFORE DELETE ON journal_entry BEGIN SELECT RAISE(ABORT, 'ledger:immutable journal entries are never deleted'); END
--;;
CREATE TRIGGER journal_follows BEFORE INSERT ON journal_entry
WHEN NOT EXISTS (SELECT 1 FROM journal_head h WHERE h.tenant_code = NEW.tenant_code AND h.seq = NEW.seq - 1)
BEGIN SELECT RAISE(ABORT, 'ledger:journal_sequence the entry does not follow the head'); END
--;;
CREATE TRIGGER journal_chained AFTER INSERT ON journal_entry BEGIN
  UPDATE journal_head SET seq = NEW.seq, hash = NEW.hash WHERE tenant_code = NEW.tenant_code;
END
--;;
CREATE TRIGGER journal_head_kept BEFORE UPDATE ON journal_head
WHEN (NEW.seq <> OLD.seq OR NEW.hash <> OLD.hash) AND NOT EXISTS (SELECT 1 FROM journal_entry j
  WHERE j.tenant_code = NEW.tenant_code AND j.seq = NEW.seq AND j.hash = NEW.hash AND NEW.seq = OLD.seq + 1)
BEGIN SELECT RAISE(ABORT, 'ledger:immutable a head is moved by its entries'); END
--;;
CREATE TRIGGER journal_head_not_deleted BEFORE DELETE ON journal_head BEGIN SELECT RAISE(ABORT, 'ledger:immutable heads are never deleted'); END
--;;
CREATE TRIGGER journal_head_not_replaced BEFORE INSERT ON journal_head
WHEN EXISTS (SELECT 1 FROM journal_head h WHERE h.tenant_code = NEW.tenant_code) OR NEW.seq <> 0
BEGIN SELECT RAISE(ABORT, 'ledger:immutable heads are never replaced'); END
--;;
CREATE TRIGGER document_not_deleted BEFORE DELETE ON document BEGIN SELECT RAISE(ABORT, 'ledger:immutable documents are never deleted'); END
--;;
CREATE TRIGGER document_begins BEFORE INSERT ON document
WHEN EXISTS (SELECT 1 FROM document d WHERE d.tenant_code = NEW.tenant_code AND d.id = NEW.id)
  OR NEW.status NOT IN ('draft', 'waiting') OR NEW.checked_by IS NOT NULL OR NEW.version <> 1 OR NEW.spent + NEW.recovered <> 0
BEGIN SELECT RAISE(ABORT, 'ledger:conflict a new document is a draft or waits for its check'); END
--;;
CREATE TRIGGER document_rests_on BEFORE INSERT ON document
WHEN NEW.kind NOT IN ('award', 'acceptance') AND NOT EXISTS (SELECT 1 FROM document p
  WHERE p.tenant_code = NEW.tenant_code AND p.status = 'posted' AND p.pilot_id = NEW.pilot_id
    AND p.id = CASE NEW.kind WHEN 'allocation' THEN NEW.award_id WHEN 'disbursement' THEN NEW.allocation_id
      WHEN 'reversal' THEN NEW.reverses_id ELSE coalesce(NEW.disbursement_id, NEW.allocation_id) END
    AND CASE NEW.kind WHEN 'allocation' THEN p.kind = 'award' WHEN 'disbursement' THEN p.kind = 'allocation'
      WHEN 'reversal' THEN p.amount = NEW.amount AND p.kind NOT IN ('award', 'reversal')
      WHEN 'expenditure' THEN p.kind = 'disbursement' AND p.allocation_id = NEW.allocation_id
      WHEN 'recovery' THEN CASE WHEN NEW.disbursement_id IS NULL THEN p.kind = 'allocation'
        ELSE p.kind = 'disbursement' AND p.allocation_id = NEW.allocation_id END END)
BEGIN SELECT RAISE(ABORT, 'ledger:conflict the document that this one rests on is not posted'); END
--;;
CREATE TRIGGER document_made AFTER INSERT ON document BEGIN
  SELECT RAISE(ABORT, 'ledger:notice_date the number of this notice belongs to another date') FROM allocation_notice a
    WHERE NEW.kind = 'allocation' AND a.document_no = NEW.document_no AND a.allocated_on <> NEW.business_date;
  INSERT INTO allocation_notice (document_no, allocated_on) SELECT NEW.document_no, NEW.business_date
    WHERE NEW.kind = 'allocation' AND NOT EXISTS (SELECT 1 FROM allocation_notice a WHERE a.document_no = NEW.document_no);
  INSERT INTO allocation_position (tenant_code, allocation_id, pilot_id, allocated, waiting, disbursed, recovered_undisbursed,
      spent, recovered_disbursed, accepted, lock_mark)
    SELECT NEW.tenant_code, NEW.id, NEW.pilot_id, 0, 0, 0, 0, 0, 0, 0, 0 WHERE NEW.kind = 'allocation';
  INSERT INTO award_right (subject_key, tenant_code, award_id, document_no)
    SELECT p.uscc, NEW.tenant_code, NEW.id, NEW.document_no FROM pilot p
    WHERE NEW.kind = 'award' AND NEW.status = 'waiting' AND p.tenant_code = NEW.tenant_code AND p.id = NEW.pilot_id;
  UPDATE allocation_position SET waiting = waiting + NEW.amount
    WHERE NEW.kind = 'disbursement' AND NEW.status = 'waiting' AND tenant_code = NEW.tenant_code AND allocation_id = NEW.allocation_id;
END
--;;
CREATE TRIGGER document_moves BEFORE UPDATE ON document
WHEN NOT (
  (OLD.status IN ('draft', 'returned', 'waiting') AND NEW.status IN ('draft', 'returned', 'waiting')
    AND OLD.status || '>' || NEW.status IN ('draft>draft', 'draft>waiting', 'returned>waiting', 'waiting>draft', 'waiting>returned')
    AND (OLD.status <> 'waiting' OR (NEW.amount = OLD.amount AND NEW.business_date = OLD.business_date
      AND NEW.fiscal_year IS OLD.fiscal_year AND NEW.voucher_no IS OLD.voucher_no AND NEW.payee_name IS OLD.payee_name
      AND NEW.payee_account IS OLD.payee_account AND NEW.purpose IS OLD.purpose AND NEW.reason IS OLD.reason AND NEW.note = OLD.note))
    AND NEW.spent = OLD.spent AND NEW.recovered = OLD.recovered)
  OR (OLD.status = 'waiting' AND NEW.status = 'posted' AND NEW.amount = OLD.amount AND NEW.amount =
      (SELECT sum(e.amount) FROM entry e WHERE e.tenant_code = NEW.tenant_code AND e.document_id = NEW.id))
  OR (OLD.status = 'posted' AND NEW.status = 'reversed' AND NEW.amount = OLD.amount AND EXISTS (SELECT 1 FROM entry e
      JOIN entry o ON o.tenant_code = e.tenant_code AND o.id = e.reverses_id
      WHERE o.tenant_code = NEW.tenant_code AND o.document_id = NEW.id))
  OR (OLD.status = 'posted' AND NEW.status = 'posted' AND NEW.version = OLD.version AND NEW.amount = OLD.amount
    AND NEW.business_date = OLD.business_date AND NEW.document_no IS OLD.document_no AND NEW.voucher_no IS OLD.voucher_no
    AND NEW.payee_name IS OLD.payee_name AND NEW.payee_account IS OLD.payee_account AND NEW.checked_by = OLD.checked_by
    AND EXISTS (SELECT 1 FROM disbursement_recount r WHERE r.tenant_code = NEW.tenant_code AND r.disbursement_id = NEW.id
      AND r.spent = NEW.spent AND r.recovered = NEW.recovered)))
  OR NEW.id <> OLD.id OR NEW.tenant_code <> OLD.tenant_code OR NEW.kind <> OLD.kind OR NEW.pilot_id <> OLD.pilot_id
  OR NEW.allocation_id IS NOT OLD.allocation_id OR NEW.award_id IS NOT OLD.award_id OR NEW.line_id IS NOT OLD.line_id
  OR NEW.disbursement_id IS NOT OLD.disbursement_id OR NEW.reverses_id IS NOT OLD.reverses_id OR NEW.made_by <> OLD.made_by
BEGIN SELECT RAISE(ABORT, 'ledger:conflict a document is posted by its entries and then never changes'); END
--;;
CREATE TRIGGER document_moved AFTER UPDATE ON document WHEN NEW.status <> OLD.status AND NEW.status IN ('draft', 'returned', 'waiting') BEGIN
  UPDATE allocation_position SET waiting = waiting + CASE WHEN NEW.status = 'waiting' THEN NEW.amount ELSE 0 END
      - CASE WHEN OLD.status = 'waiting' THEN OLD.amount ELSE 0 END
    WHERE NEW.kind = 'disbursement' AND tenant_code = NEW.tenant_code AND allocation_id = NEW.allocation_id;
  DELETE FROM award_right WHERE NEW.kind = 'award' AND NEW.status IN ('draft', 'returned')
    AND tenant_code = NEW.tenant_code AND award_id = NEW.id;
  DELETE FROM funded_project WHERE NEW.kind = 'award' AND NEW.status IN ('draft', 'returned')
    AND tenant_code = NEW.tenant_code AND award_id = NEW.id;
  INSERT INTO award_right (subject_key, tenant_code, award_id, document_no)
    SELECT p.uscc, NEW.tenant_code, NEW.id, NEW.document_no FROM pilot p
    WHERE NEW.kind = 'award' AND NEW.status = 'waiting' AND p.tenant_code = NEW.tenant_code AND p.id = NEW.pilot_id;
  INSERT INTO funded_project (project_code, tenant_code, award_id)
    SELECT l.project_code, NEW.tenant_code, NEW.id FROM award_line l
    WHERE NEW.kind = 'award' AND NEW.status = 'waiting' AND l.tenant_code = NEW.tenant_code AND l.award_id = NEW.id AND l.project_code IS NOT NULL;
END
--;;
CREATE TRIGGER right_taken BEFORE INSERT ON award_right WHEN EXISTS (SELECT 1 FROM award_right r WHERE r.subject_key = NEW.subject_key)
  OR NOT EXISTS (SELECT 1 FROM document d WHERE d.tenant_code = NEW.tenant_code AND d.id = NEW.award_id AND d.kind = 'award' AND d.status = 'waiting')
BEGIN SELECT RAISE(ABORT, 'award_right.subject_key the one-time right is used'); END
--;;
CREATE TRIGGER right_kept BEFORE DELETE ON award_right WHEN EXISTS (SELECT 1 FROM document d
  WHERE d.tenant_code = OLD.tenant_code AND d.id = OLD.award_id AND d.status IN ('waiting', 'posted'))
BEGIN SELECT RAISE(ABORT, 'ledger:immutable a right is freed by the return of its award alone'); END
--;;
CREATE TRIGGER right_fixed BEFORE UPDATE ON award_right BEGIN SELECT RAISE(ABORT, 'ledger:immutable a right does not change'); END
--;;
CREATE TRIGGER funded_once BEFORE INSERT ON funded_project WHEN EXISTS (SELECT 1 FROM funded_project f WHERE f.project_code = NEW.project_code)
BEGIN SELECT RAISE(ABORT, 'funded_project.project_code the project is funded already'); END
--;;
CREATE TRIGGER line_made AFTER INSERT ON award_line BEGIN
  SELECT RAISE(ABORT, 'ledger:conflict a line belongs to an award that is not posted yet') WHERE NOT EXISTS (SELECT 1 FROM document a
    WHERE a.tenant_code = NEW.tenant_code AND a.id = NEW.award_id AND a.kind = 'award' AND a.status IN ('draft', 'waiting'));
  INSERT INTO line_position (tenant_code, line_id, pilot_id, awarded, allocated, lock_mark)
    SELECT NEW.tenant_code, NEW.id, a.pilot_id, 0, 0, 0 FROM document a WHERE a.tenant_code = NEW.tenant_code AND a.id = NEW.award_id;
  INSERT INTO funded_project (project_code, tenant_code, award_id)
    SELECT NEW.project_code, NEW.tenant_code, NEW.award_id FROM document a
    WHERE NEW.project_code IS NOT NULL AND a.tenant_code = NEW.tenant_code AND a.id = NEW.award_id AND a.status = 'waiting';
END
--;;
CREATE TRIGGER line_fixed BEFORE UPDATE ON award_line BEGIN SELECT RAISE(ABORT, 'ledger:immutable lines are never changed'); END
--;;
CREATE TRIGGER line_not_deleted BEFORE DELETE ON award_line BEGIN SELECT RAISE(ABORT, 'ledger:immutable lines are never deleted'); END
--;;
CREATE TRIGGER line_once BEFORE INSERT ON award_line WHEN EXISTS (SELECT 1 FROM award_line l WHERE l.tenant_code = NEW.tenant_code AND l.id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'ledger:immutable lines are never replaced'); END
--;;
CREATE TRIGGER pilot_made AFTER INSERT ON pilot BEGIN
  INSERT INTO pilot_position (tenant_code, pilot_id, cap, awarded, lock_mark)
    SELECT NEW.tenant_code, NEW.id, CASE NEW.kind WHEN 'region' THEN v.region_cap ELSE v.enterprise_cap END, 0, 0
    FROM policy_version v WHERE v.id = NEW.policy_version_id;
END
--;;
CREATE TRIGGER pilot_position_counted BEFORE UPDATE ON pilot_position BEGIN
  SELECT RAISE(ABORT, 'ledger:cap_exceeded') WHERE NEW.awarded > NEW.cap OR NEW.awarded < 0;
  SELECT RAISE(ABORT, 'ledger:immutable a position is what its entries add up to') WHERE NOT EXISTS (SELECT 1 FROM pilot_recount r
    WHERE r.tenant_code = NEW.tenant_code AND r.pilot_id = NEW.pilot_id AND r.awarded = NEW.awarded AND (NEW.cap = OLD.cap OR r.cap = NEW.cap));
END
--;;
CREATE TRIGGER line_position_counted BEFORE UPDATE ON line_position BEGIN
  SELECT RAISE(ABORT, 'ledger:exceeds_awarded') WHERE NEW.allocated > NEW.awarded OR NEW.allocated < 0;
  SELECT RAISE(ABORT, 'ledger:immutable a position is what its entries add up to') WHERE NOT EXISTS (SELECT 1 FROM line_recount r
    WHERE r.tenant_code = NEW.tenant_code AND r.line_id = NEW.line_id AND r.awarded = NEW.awarded AND r.allocated = NEW.allocated);
END
--;;
CREATE TRIGGER allocation_position_counted BEFORE UPDATE ON allocation_position BEGIN
  SELECT RAISE(ABORT, 'ledger:exceeds_allocated') WHERE NEW.disbursed + NEW.waiting + NEW.recovered_undisbursed > NEW.allocated
    OR min(NEW.waiting, NEW.recovered_undisbursed, NEW.allocated) < 0;
  SELECT RAISE(ABORT, 'ledger:exceeds_disbursed') WHERE NEW.spent + NEW.recovered_disbursed > NEW.disbursed
    OR min(NEW.disbursed, NEW.recovered_disbursed) < 0;
  SELECT RAISE(ABORT, 'ledger:exceeds_spent') WHERE NEW.accepted > NEW.spent OR min(NEW.accepted, NEW.spent) < 0;
  SELECT RAISE(ABORT, 'ledger:immutable a position is what its entries add up to') WHERE NOT EXISTS (SELECT 1 FROM allocation_recount r
    WHERE r.tenant_code = NEW.tenant_code AND r.allocation_id = NEW.allocation_id AND r.allocated = NEW.allocated
      AND r.waiting = NEW.waiting AND r.disbursed = NEW.disbursed AND r.recovered_undisbursed = NEW.recovered_undisbursed
      AND r.spent = NEW.spent AND r.recovered_disbursed = NEW.recovered_disbursed AND r.accepted = NEW.accepted);
END
--;;
CREATE TRIGGER fund_line_counted BEFORE UPDATE ON fund_line BEGIN
  SELECT RAISE(ABORT, 'ledger:exceeds_fund_line') WHERE NEW.awarded > NEW.total OR NEW.awarded < 0;
  SELECT RAISE(ABORT, 'ledger:immutable a position is what its entries add up to') WHERE NOT EXISTS (SELECT 1 FROM fund_line_recount r
    WHERE r.fiscal_year = NEW.fiscal_year AND r.awarded = NEW.awarded);
END
--;;
CREATE TRIGGER fund_line_begins BEFORE INSERT ON fund_line
WHEN NEW.awarded <> 0 OR EXISTS (SELECT 1 FROM fund_line f WHERE f.fiscal_year = NEW.fiscal_year)
BEGIN SELECT RAISE(ABORT, 'ledger:immutable a fund line begins with nothing awarded, once'); END
--;;
CREATE TRIGGER entry_follows BEFORE INSERT ON entry
WHEN EXISTS (SELECT 1 FROM entry e WHERE e.tenant_code = NEW.tenant_code AND e.id = NEW.id)
  OR (NEW.reverses_id IS NOT NULL AND EXISTS (SELECT 1 FROM entry e WHERE e.tenant_code = NEW.tenant_code AND e.reverses_id = NEW.reverses_id))
  OR NOT EXISTS (SELECT 1 FROM document d
    JOIN award_line l ON l.tenant_code = NEW.tenant_code AND l.id = NEW.line_id
    LEFT JOIN entry o ON o.tenant_code = NEW.tenant_code AND o.id = NEW.reverses_id
    WHERE d.tenant_code = NEW.tenant_code AND d.id = NEW.document_id AND d.status = 'waiting' AND d.version = NEW.document_version
      AND d.pilot_id = NEW.pilot_id AND d.made_by <> NEW.checked_by
      AND CASE d.kind
        WHEN 'award' THEN NEW.from_stage = 'fund_line' AND NEW.to_stage = 'awarded' AND l.award_id = d.id AND NEW.amount = l.amount
          AND NEW.fiscal_year = d.fiscal_year AND NEW.allocation_id IS NULL AND NEW.reverses_id IS NULL
        WHEN 'allocation' THEN NEW.from_stage = 'awarded' AND NEW.to_stage = 'allocated' AND NEW.allocation_id = d.id
          AND NEW.line_id = d.line_id AND NEW.amount = d.amount AND NEW.reverses_id IS NULL
        WHEN 'disbursement' THEN NEW.from_stage = 'allocated' AND NEW.to_stage = 'disbursed' AND NEW.allocation_id = d.allocation_id
          AND NEW.disbursement_id = d.id AND NEW.amount = d.amount AND NEW.reverses_id IS NULL
        WHEN 'expenditure' THEN NEW.from_stage = 'disbursed' AND NEW.to_stage = 'spent' AND NEW.allocation_id = d.allocation_id
          AND NEW.disbursement_id = d.disbursement_id AND NEW.amount = d.amount AND NEW.reverses_id IS NULL
        WHEN 'acceptance' THEN NEW.from_stage = 'spent' AND NEW.to_stage = 'accepted' AND NEW.allocation_id IS NOT NULL
          AND l.project_id = d.project_id AND NEW.reverses_id IS NULL
        WHEN 'recovery' THEN NEW.from_stage = CASE WHEN d.disbursement_id IS NULL THEN 'allocated' ELSE 'disbursed' END
          AND NEW.to_stage = 'recovered' AND NEW.allocation_id = d.allocation_id AND NEW.amount = d.amount
          AND NEW.disbursement_id IS d.disbursement_id AND NEW.reverses_id IS NULL
        WHEN 'reversal' THEN o.id IS NOT NULL AND o.reverses_id IS NULL AND o.document_id = d.reverses_id AND o.amount = NEW.amount
          AND o.from_stage = NEW.to_stage AND o.to_stage = NEW.from_stage AND o.line_id = NEW.line_id
          AND o.allocation_id IS NEW.allocation_id AND o.disbursement_id IS NEW.disbursement_id
        ELSE 0 END)
BEGIN SELECT RAISE(ABORT, 'ledger:conflict an entry does not follow from a waiting document'); END
--;;
CREATE TRIGGER entry_posted AFTER INSERT ON entry BEGIN
  SELECT RAISE(ABORT, 'ledger:conflict the entries of a document add up to its amount') FROM document d
    WHERE d.tenant_code = NEW.tenant_code AND d.id = NEW.document_id AND d.amount <
      (SELECT sum(e.amount) FROM entry e WHERE e.tenant_code = NEW.tenant_code AND e.document_id = NEW.document_id);
  SELECT RAISE(ABORT, 'ledger:exceeds_fund_line the year has no fund line') WHERE NEW.from_stage = 'fund_line'
    AND NOT EXISTS (SELECT 1 FROM fund_line f WHERE f.fiscal_year = NEW.fiscal_year);
  UPDATE document SET status = 'posted', version = version + 1, checked_by = NEW.checked_by, checked_by_name = NEW.checked_by_name,
      checked_at = NEW.recorded_at
    WHERE tenant_code = NEW.tenant_code AND id = NEW.document_id AND amount =
      (SELECT sum(e.amount) FROM entry e WHERE e.tenant_code = NEW.tenant_code AND e.document_id = NEW.document_id);
  UPDATE document SET (spent, recovered) = (SELECT r.spent, r.recovered FROM disbursement_recount r
      WHERE r.tenant_code = NEW.tenant_code AND r.disbursement_id = NEW.disbursement_id)
    WHERE tenant_code = NEW.tenant_code AND id = NEW.disbursement_id AND status = 'posted'
      AND (NEW.from_stage IN ('spent', 'recovered') OR NEW.to_stage IN ('spent', 'recovered'));
  UPDATE document SET status = 'reversed', version = version + 1
    WHERE NEW.reverses_id IS NOT NULL AND status = 'posted' AND tenant_code = NEW.tenant_code
      AND id = (SELECT o.document_id FROM entry o WHERE o.tenant_code = NEW.tenant_code AND o.id = NEW.reverses_id);
  SELECT RAISE(ABORT, 'ledger:exceeds_disbursed reversed_untouched') FROM document d JOIN entry o
      ON o.tenant_code = d.tenant_code AND o.document_id = d.id
    WHERE o.tenant_code = NEW.tenant_code AND o.id = NEW.reverses_id AND d.status = 'reversed' AND d.spent + d.recovered > 0;
  UPDATE pilot_position SET (awarded, cap) = (SELECT r.awarded, r.cap FROM pilot_recount r
      WHERE r.tenant_code = NEW.tenant_code AND r.pilot_id = NEW.pilot_id)
    WHERE NEW.from_stage = 'fund_line' AND tenant_code = NEW.tenant_code AND pilot_id = NEW.pilot_id;
  UPDATE line_position SET (awarded, allocated) = (SELECT r.awarded, r.allocated FROM line_recount r
      WHERE r.tenant_code = NEW.tenant_code AND r.line_id = NEW.line_id)
    WHERE (NEW.from_stage = 'awarded' OR NEW.to_stage = 'awarded') AND tenant_code = NEW.tenant_code AND line_id = NEW.line_id;
  UPDATE allocation_position SET (allocated, waiting, disbursed, recovered_undisbursed, spent, recovered_disbursed, accepted) =
      (SELECT r.allocated, r.waiting, r.disbursed, r.recovered_undisbursed, r.spent, r.recovered_disbursed, r.accepted
       FROM allocation_recount r WHERE r.tenant_code = NEW.tenant_code AND r.allocation_id = NEW.allocation_id)
    WHERE tenant_code = NEW.tenant_code AND allocation_id = NEW.allocation_id;
  UPDATE fund_line SET awarded = awarded + NEW.amount WHERE NEW.from_stage = 'fund_line' AND fiscal_year = NEW.fiscal_year;
END
--;;
CREATE TRIGGER allocation_position_begins BEFORE INSERT ON allocation_position
WHEN EXISTS (SELECT 1 FROM allocation_position p WHERE p.tenant_code = NEW.tenant_code AND p.allocation_id = NEW.allocation_id)
  OR NEW.allocated + NEW.waiting + NEW.disbursed + NEW.recovered_undisbursed + NEW.spent + NEW.recovered_disbursed + NEW.accepted <> 0
BEGIN SELECT RAISE(ABORT, 'ledger:immutable a position begins at nothing, once'); END
--;;
CREATE TRIGGER line_position_begins BEFORE INSERT ON line_position
WHEN EXISTS (SELECT 1 FROM line_position p WHERE p.tenant_code = NEW.tenant_code AND p.line_id = NEW.line_id) OR NEW.awarded + NEW.allocated <> 0
BEGIN SELECT RAISE(ABORT, 'ledger:immutable a position begins at nothing, once'); END
--;;
CREATE TRIGGER pilot_position_begins BEFORE INSERT ON pilot_position
WHEN EXISTS (SELECT 1 FROM pilot_position p WHERE p.tenant_code = NEW.tenant_code AND p.pilot_id = NEW.pilot_id) OR NEW.awarded <> 0
  OR NOT EXISTS (SELECT 1 FROM pilot_recount r WHERE r.tenant_code = NEW.tenant_code AND r.pilot_id = NEW.pilot_id AND r.cap = NEW.cap)
BEGIN SELECT RAISE(ABORT, 'ledger:immutable a position begins at nothing, once'); END
--;;
CREATE TRIGGER allocation_position_not_deleted BEFORE DELETE ON allocation_position BEGIN SELECT RAISE(ABORT, 'ledger:immutable positions are never deleted'); END
--;;
CREATE TRIGGER line_position_not_deleted BEFORE DELETE ON line_position BEGIN SELECT RAISE(ABORT, 'ledger:immutable positions are never deleted'); END
--;;
CREATE TRIGGER pilot_position_not_deleted BEFORE DELETE ON pilot_position BEGIN SELECT RAISE(ABORT, 'ledger:immutable positions are never deleted'); END
--;;
CREATE TRIGGER fund_line_not_deleted BEFORE DELETE ON fund_line BEGIN SELECT RAISE(ABORT, 'ledger:immutable fund lines are never deleted'); END
--;;
CREATE TRIGGER person_not_deleted BEFORE DELETE ON person BEGIN SELECT RAISE(ABORT, 'ledger:immutable people are deactivated, never deleted'); END
