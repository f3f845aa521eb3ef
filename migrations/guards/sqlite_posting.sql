-- The position of an allocation moves by the difference of its newest entry, which lock_mark names by its rowid:
-- entries are never deleted, so these only grow. Counting all of them again at each act took longer with each act.
DROP TRIGGER allocation_position_counted
--;;
UPDATE allocation_position SET lock_mark = (SELECT coalesce(max(e.rowid), 0) FROM entry e
  WHERE e.tenant_code = allocation_position.tenant_code AND e.allocation_id = allocation_position.allocation_id)
--;;
CREATE TRIGGER allocation_position_counted BEFORE UPDATE ON allocation_position BEGIN
  SELECT RAISE(ABORT, 'ledger:exceeds_allocated') WHERE NEW.disbursed + NEW.waiting + NEW.recovered_undisbursed > NEW.allocated
    OR min(NEW.waiting, NEW.recovered_undisbursed, NEW.allocated) < 0;
  SELECT RAISE(ABORT, 'ledger:exceeds_disbursed') WHERE NEW.spent + NEW.recovered_disbursed > NEW.disbursed
    OR min(NEW.disbursed, NEW.recovered_disbursed) < 0;
  SELECT RAISE(ABORT, 'ledger:exceeds_spent') WHERE NEW.accepted > NEW.spent OR min(NEW.accepted, NEW.spent) < 0;
  SELECT RAISE(ABORT, 'ledger:immutable a position is what its entries add up to') WHERE NEW.waiting <> (
    SELECT coalesce(sum(w.amount), 0) FROM document w WHERE w.tenant_code = NEW.tenant_code
      AND w.allocation_id = NEW.allocation_id AND w.kind = 'disbursement' AND w.status = 'waiting');
  -- An entry moves it once: each is newer than the one before, and moves it by its own amount.
  SELECT RAISE(ABORT, 'ledger:immutable a position is what its entries add up to')
    WHERE NOT (NEW.lock_mark = OLD.lock_mark AND NEW.allocated = OLD.allocated AND NEW.disbursed = OLD.disbursed
      AND NEW.recovered_undisbursed = OLD.recovered_undisbursed AND NEW.spent = OLD.spent AND NEW.recovered_disbursed = OLD.recovered_disbursed AND NEW.accepted = OLD.accepted)
      AND NOT EXISTS (SELECT 1 FROM entry e WHERE e.rowid = NEW.lock_mark AND NEW.lock_mark > OLD.lock_mark
        AND e.tenant_code = NEW.tenant_code AND e.allocation_id = NEW.allocation_id
        AND NEW.allocated = OLD.allocated + CASE e.from_stage || '>' || e.to_stage WHEN 'awarded>allocated' THEN e.amount WHEN 'allocated>awarded' THEN -e.amount ELSE 0 END
        AND NEW.disbursed = OLD.disbursed + CASE e.from_stage || '>' || e.to_stage WHEN 'allocated>disbursed' THEN e.amount WHEN 'disbursed>allocated' THEN -e.amount ELSE 0 END
        AND NEW.recovered_undisbursed = OLD.recovered_undisbursed + CASE e.from_stage || '>' || e.to_stage WHEN 'allocated>recovered' THEN e.amount WHEN 'recovered>allocated' THEN -e.amount ELSE 0 END
        AND NEW.spent = OLD.spent + CASE e.from_stage || '>' || e.to_stage WHEN 'disbursed>spent' THEN e.amount WHEN 'spent>disbursed' THEN -e.amount ELSE 0 END
        AND NEW.recovered_disbursed = OLD.recovered_disbursed + CASE e.from_stage || '>' || e.to_stage WHEN 'disbursed>recovered' THEN e.amount WHEN 'recovered>disbursed' THEN -e.amount ELSE 0 END
        AND NEW.accepted = OLD.accepted + CASE e.from_stage || '>' || e.to_stage WHEN 'spent>accepted' THEN e.amount WHEN 'accepted>spent' THEN -e.amount ELSE 0 END);
END
--;;
DROP TRIGGER entry_posted
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
  UPDATE fund_line SET awarded = awarded + NEW.amount WHERE NEW.from_stage = 'fund_line' AND fiscal_year = NEW.fiscal_year;
END
