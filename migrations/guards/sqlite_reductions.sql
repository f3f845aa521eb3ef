-- A reduction gives a part of an award's line back to the year's line; it rests on its award and is posted as every document is.
DROP TRIGGER document_rests_on
--;;
CREATE TRIGGER document_rests_on BEFORE INSERT ON document
WHEN NEW.kind NOT IN ('award', 'acceptance') AND NOT EXISTS (SELECT 1 FROM document p
  WHERE p.tenant_code = NEW.tenant_code AND p.status = 'posted' AND p.pilot_id = NEW.pilot_id
    AND p.id = CASE NEW.kind WHEN 'allocation' THEN NEW.award_id WHEN 'reduction' THEN NEW.award_id WHEN 'disbursement' THEN NEW.allocation_id
      WHEN 'reversal' THEN NEW.reverses_id ELSE coalesce(NEW.disbursement_id, NEW.allocation_id) END
    AND CASE NEW.kind WHEN 'allocation' THEN p.kind = 'award'
      WHEN 'reduction' THEN p.kind = 'award' AND p.fiscal_year = NEW.fiscal_year AND EXISTS (SELECT 1 FROM award_line l
        WHERE l.tenant_code = p.tenant_code AND l.id = NEW.line_id AND l.award_id = p.id AND l.project_id = NEW.project_id)
      WHEN 'disbursement' THEN p.kind = 'allocation'
      WHEN 'reversal' THEN p.amount = NEW.amount AND p.kind NOT IN ('award', 'reduction', 'reversal')
      WHEN 'expenditure' THEN p.kind = 'disbursement' AND p.allocation_id = NEW.allocation_id
      WHEN 'recovery' THEN CASE WHEN NEW.disbursement_id IS NULL THEN p.kind = 'allocation'
        ELSE p.kind = 'disbursement' AND p.allocation_id = NEW.allocation_id END END)
BEGIN SELECT RAISE(ABORT, 'ledger:conflict the document that this one rests on is not posted'); END
--;;
-- No entries at all add up to nothing, and not to an amount that nobody knows.
DROP TRIGGER document_moves
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
      (SELECT coalesce(sum(e.amount), 0) FROM entry e WHERE e.tenant_code = NEW.tenant_code AND e.document_id = NEW.id))
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
DROP TRIGGER entry_follows
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
        WHEN 'reduction' THEN NEW.from_stage = 'awarded' AND NEW.to_stage = 'fund_line' AND NEW.line_id = d.line_id AND l.award_id = d.award_id
          AND NEW.fiscal_year = (SELECT a.fiscal_year FROM document a WHERE a.tenant_code = NEW.tenant_code AND a.id = d.award_id)
          AND NEW.amount = d.amount AND NEW.allocation_id IS NULL AND NEW.disbursement_id IS NULL
          AND NEW.reverses_id IS NULL
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
DROP TRIGGER entry_posted
--;;
CREATE TRIGGER entry_posted AFTER INSERT ON entry BEGIN
  SELECT RAISE(ABORT, 'ledger:conflict the entries of a document add up to its amount') FROM document d
    WHERE d.tenant_code = NEW.tenant_code AND d.id = NEW.document_id AND d.amount <
      (SELECT sum(e.amount) FROM entry e WHERE e.tenant_code = NEW.tenant_code AND e.document_id = NEW.document_id);
  SELECT RAISE(ABORT, 'ledger:exceeds_fund_line the year has no fund line') WHERE 'fund_line' IN (NEW.from_stage, NEW.to_stage)
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
    WHERE 'fund_line' IN (NEW.from_stage, NEW.to_stage) AND tenant_code = NEW.tenant_code AND pilot_id = NEW.pilot_id;
  UPDATE line_position SET (awarded, allocated) = (SELECT r.awarded, r.allocated FROM line_recount r
      WHERE r.tenant_code = NEW.tenant_code AND r.line_id = NEW.line_id)
    WHERE (NEW.from_stage = 'awarded' OR NEW.to_stage = 'awarded') AND tenant_code = NEW.tenant_code AND line_id = NEW.line_id;
  -- What waits for its check keeps its room.
  SELECT RAISE(ABORT, 'ledger:exceeds_awarded allocations wait for their check') FROM line_position p
    WHERE NEW.to_stage = 'fund_line' AND p.tenant_code = NEW.tenant_code AND p.line_id = NEW.line_id
      AND p.awarded < p.allocated + (SELECT coalesce(sum(w.amount), 0) FROM document w WHERE w.tenant_code = NEW.tenant_code
        AND w.line_id = NEW.line_id AND w.kind = 'allocation' AND w.status = 'waiting');
  UPDATE allocation_position SET
      allocated = allocated + CASE NEW.from_stage || '>' || NEW.to_stage WHEN 'awarded>allocated' THEN NEW.amount WHEN 'allocated>awarded' THEN -NEW.amount ELSE 0 END,
      disbursed = disbursed + CASE NEW.from_stage || '>' || NEW.to_stage WHEN 'allocated>disbursed' THEN NEW.amount WHEN 'disbursed>allocated' THEN -NEW.amount ELSE 0 END,
      recovered_undisbursed = recovered_undisbursed + CASE NEW.from_stage || '>' || NEW.to_stage WHEN 'allocated>recovered' THEN NEW.amount WHEN 'recovered>allocated' THEN -NEW.amount ELSE 0 END,
      spent = spent + CASE NEW.from_stage || '>' || NEW.to_stage WHEN 'disbursed>spent' THEN NEW.amount WHEN 'spent>disbursed' THEN -NEW.amount ELSE 0 END,
      recovered_disbursed = recovered_disbursed + CASE NEW.from_stage || '>' || NEW.to_stage WHEN 'disbursed>recovered' THEN NEW.amount WHEN 'recovered>disbursed' THEN -NEW.amount ELSE 0 END,
      accepted = accepted + CASE NEW.from_stage || '>' || NEW.to_stage WHEN 'spent>accepted' THEN NEW.amount WHEN 'accepted>spent' THEN -NEW.amount ELSE 0 END,
      waiting = (SELECT coalesce(sum(w.amount), 0) FROM document w WHERE w.tenant_code = NEW.tenant_code
        AND w.allocation_id = NEW.allocation_id AND w.kind = 'disbursement' AND w.status = 'waiting'),
      lock_mark = NEW.rowid
    WHERE tenant_code = NEW.tenant_code AND allocation_id = NEW.allocation_id;
  UPDATE fund_line SET awarded = awarded + CASE NEW.from_stage WHEN 'fund_line' THEN NEW.amount ELSE -NEW.amount END
    WHERE 'fund_line' IN (NEW.from_stage, NEW.to_stage) AND fiscal_year = NEW.fiscal_year;
END
