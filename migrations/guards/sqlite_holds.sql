-- Money on its way to a project that a change report holds stays where it is; what brings money back goes on.
CREATE TRIGGER money_held BEFORE INSERT ON entry
WHEN NEW.reverses_id IS NULL AND NEW.to_stage IN ('awarded', 'allocated', 'disbursed') AND EXISTS (SELECT 1 FROM project_hold h
  WHERE h.tenant_code = NEW.tenant_code AND h.pilot_id = NEW.pilot_id AND h.released_at IS NULL
    AND (h.kind <> 'account' OR NEW.to_stage = 'disbursed')
    AND (h.project_id IS NULL OR h.project_id = (SELECT l.project_id FROM award_line l
      WHERE l.tenant_code = NEW.tenant_code AND l.id = NEW.line_id)))
BEGIN SELECT RAISE(ABORT, 'ledger:held a change report holds the money of the project'); END
