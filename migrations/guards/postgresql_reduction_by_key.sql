  IF one.from_stage = 'awarded' AND one.to_stage = 'fund_line' AND one.reverses_id IS NULL THEN
    -- One reduction alone, as each disposition makes it: by key, asking what the sets below ask.
    UPDATE pilot_position p SET awarded = p.awarded - one.amount
      WHERE p.tenant_code = one.tenant_code AND p.pilot_id = one.pilot_id;
    UPDATE line_position p SET awarded = p.awarded - one.amount
      WHERE p.tenant_code = one.tenant_code AND p.line_id = one.line_id;
    -- Asked once the line is ours: one statement would count waiting allocations as they stood before it waited for the line.
    IF EXISTS (SELECT FROM line_position p WHERE p.tenant_code = one.tenant_code AND p.line_id = one.line_id
               AND p.awarded < p.allocated + (SELECT coalesce(sum(w.amount), 0) FROM document w
                 WHERE w.tenant_code = p.tenant_code AND w.line_id = p.line_id AND w.kind = 'allocation' AND w.status = 'waiting')) THEN
      RAISE EXCEPTION 'ledger:exceeds_awarded allocations wait for their check'; END IF;
    UPDATE document d SET status = 'posted', version = d.version + 1, checked_by = one.checked_by,
        checked_by_name = one.checked_by_name, checked_at = one.recorded_at
      WHERE d.tenant_code = one.tenant_code AND d.id = one.document_id AND d.kind = 'reduction' AND d.status = 'waiting'
        AND d.version = one.document_version AND d.pilot_id = one.pilot_id AND d.line_id = one.line_id AND d.amount = one.amount
        AND one.allocation_id IS NULL AND one.disbursement_id IS NULL
        AND EXISTS (SELECT FROM award_line l JOIN document a ON a.tenant_code = l.tenant_code AND a.id = l.award_id
          WHERE l.tenant_code = one.tenant_code AND l.id = one.line_id AND l.award_id = d.award_id AND a.fiscal_year = one.fiscal_year);
    IF NOT FOUND THEN
      RAISE EXCEPTION 'ledger:conflict an entry does not follow from a waiting document'; END IF;
    -- The year's line last: the row that most decisions share is held for the shortest time.
    UPDATE fund_line f SET awarded = f.awarded - one.amount WHERE f.fiscal_year = one.fiscal_year;
    IF NOT FOUND THEN
      RAISE EXCEPTION 'ledger:exceeds_fund_line the year has no fund line'; END IF;
    RETURN NULL;
  END IF;
