CREATE TRIGGER baseline_follows BEFORE INSERT ON baseline_version
WHEN EXISTS (SELECT 1 FROM baseline_version b WHERE b.tenant_code = NEW.tenant_code AND b.id = NEW.id)
  OR NEW.version <> 1 + coalesce((SELECT max(b.version) FROM baseline_version b WHERE b.tenant_code = NEW.tenant_code
    AND b.subject_type = NEW.subject_type AND b.subject_id = NEW.subject_id), 0)
BEGIN SELECT RAISE(ABORT, 'ledger:conflict a version of a baseline follows the last one'); END
--;;
CREATE TRIGGER baseline_begins BEFORE INSERT ON baseline_version WHEN NEW.version = 1 AND NOT CASE NEW.subject_type
  WHEN 'project' THEN EXISTS (SELECT 1 FROM project j WHERE j.tenant_code = NEW.tenant_code AND j.id = NEW.subject_id
    AND j.name IS json_extract(NEW.content, '$.name') AND j.code IS json_extract(NEW.content, '$.code')
    AND j.no_code_reason IS json_extract(NEW.content, '$.no_code_reason')
    AND j.owner_name IS json_extract(NEW.content, '$.owner_name') AND j.owner_uscc IS json_extract(NEW.content, '$.owner_uscc')
    AND j.investment IS CAST(json_extract(NEW.content, '$.investment') AS INTEGER)
    AND j.start_on IS json_extract(NEW.content, '$.start_on') AND j.finish_on IS json_extract(NEW.content, '$.finish_on'))
  ELSE EXISTS (SELECT 1 FROM pilot p WHERE p.tenant_code = NEW.tenant_code AND p.id = NEW.subject_id
    AND p.name IS json_extract(NEW.content, '$.unit_name') AND p.uscc IS json_extract(NEW.content, '$.uscc')) END
BEGIN SELECT RAISE(ABORT, 'ledger:immutable a baseline begins as its subject was designated'); END
--;;
CREATE TRIGGER baseline_reported BEFORE INSERT ON baseline_version WHEN NEW.version > 1 AND NOT EXISTS (
  SELECT 1 FROM change_report r
  JOIN baseline_version l ON l.tenant_code = NEW.tenant_code AND l.subject_type = NEW.subject_type
    AND l.subject_id = NEW.subject_id AND l.version = NEW.version - 1
  WHERE r.tenant_code = NEW.tenant_code AND r.id = NEW.report_id AND r.status = 'settled'
    AND r.disposition NOT IN ('refuse', 'supplement')
    AND NOT EXISTS (SELECT 1 FROM baseline_version b WHERE b.tenant_code = NEW.tenant_code AND b.report_id = NEW.report_id
      AND b.subject_type = NEW.subject_type AND b.subject_id = NEW.subject_id)
    AND (SELECT count(*) FROM json_each(NEW.content)) = (SELECT count(*) FROM json_each(l.content))
    AND CASE
      WHEN (NEW.subject_type = 'project' AND r.project_id = NEW.subject_id)
        OR (NEW.subject_type = 'pilot' AND r.project_id IS NULL AND r.pilot_id = NEW.subject_id)
      THEN NOT EXISTS (SELECT 1 FROM json_each(NEW.content) n
        LEFT JOIN json_each(l.content) o ON o.key = n.key
        LEFT JOIN json_each(r.changes) c ON json_extract(c.value, '$.field') = n.key
        WHERE o.key IS NULL
          OR n.value IS NOT CASE WHEN c.key IS NULL THEN o.value ELSE json_extract(c.value, '$.after') END)
      WHEN NEW.subject_type = 'project' AND r.project_id IS NULL AND r.type IN ('C10', 'C11')
      THEN EXISTS (SELECT 1 FROM project j JOIN pilot p ON p.tenant_code = j.tenant_code AND p.id = j.pilot_id
        JOIN baseline_version pb ON pb.tenant_code = p.tenant_code AND pb.subject_type = 'pilot' AND pb.subject_id = p.id
          AND pb.report_id = r.id
        JOIN baseline_version pw ON pw.tenant_code = p.tenant_code AND pw.subject_type = 'pilot' AND pw.subject_id = p.id
          AND pw.version = pb.version - 1
        WHERE j.tenant_code = NEW.tenant_code AND j.id = NEW.subject_id AND p.id = r.pilot_id
          AND j.owner_uscc = json_extract(pw.content, '$.uscc')
          AND NOT EXISTS (SELECT 1 FROM json_each(NEW.content) n LEFT JOIN json_each(l.content) o ON o.key = n.key
            WHERE o.key IS NULL OR n.value IS NOT CASE n.key WHEN 'owner_name' THEN p.name WHEN 'owner_uscc' THEN p.uscc ELSE o.value END))
      ELSE 0 END)
BEGIN SELECT RAISE(ABORT, 'ledger:immutable a baseline changes as a settled report says, once'); END
--;;
CREATE TRIGGER baseline_kept BEFORE UPDATE ON baseline_version
BEGIN SELECT RAISE(ABORT, 'ledger:immutable versions of a baseline are never changed'); END
--;;
CREATE TRIGGER baseline_not_deleted BEFORE DELETE ON baseline_version
BEGIN SELECT RAISE(ABORT, 'ledger:immutable versions of a baseline are never deleted'); END
--;;
DROP TRIGGER right_taken
--;;
CREATE TRIGGER right_taken BEFORE INSERT ON award_right WHEN EXISTS (SELECT 1 FROM award_right r WHERE r.subject_key = NEW.subject_key)
  OR NOT EXISTS (SELECT 1 FROM document d JOIN pilot p ON p.tenant_code = d.tenant_code AND p.id = d.pilot_id
    WHERE d.tenant_code = NEW.tenant_code AND d.id = NEW.award_id AND d.kind = 'award' AND d.status IN ('waiting', 'posted')
      AND p.uscc = NEW.subject_key)
BEGIN SELECT RAISE(ABORT, 'award_right.subject_key the one-time right is used'); END
--;;
CREATE TRIGGER baseline_applied_to_project AFTER INSERT ON baseline_version WHEN NEW.version > 1 AND NEW.subject_type = 'project' BEGIN
  INSERT INTO funded_project (project_code, tenant_code, award_id)
    SELECT json_extract(NEW.content, '$.code'), f.tenant_code, f.award_id FROM project j
    JOIN funded_project f ON f.project_code = j.code
    WHERE j.tenant_code = NEW.tenant_code AND j.id = NEW.subject_id AND json_extract(NEW.content, '$.code') <> j.code;
  UPDATE project SET name = json_extract(NEW.content, '$.name'), code = json_extract(NEW.content, '$.code'),
      no_code_reason = json_extract(NEW.content, '$.no_code_reason'), owner_name = json_extract(NEW.content, '$.owner_name'),
      owner_uscc = json_extract(NEW.content, '$.owner_uscc'),
      investment = CAST(json_extract(NEW.content, '$.investment') AS INTEGER),
      start_on = json_extract(NEW.content, '$.start_on'), finish_on = json_extract(NEW.content, '$.finish_on')
    WHERE tenant_code = NEW.tenant_code AND id = NEW.subject_id;
END
--;;
CREATE TRIGGER baseline_applied_to_pilot AFTER INSERT ON baseline_version WHEN NEW.version > 1 AND NEW.subject_type = 'pilot' BEGIN
  INSERT INTO entity (uscc, kind, name, recorded_at)
    SELECT json_extract(NEW.content, '$.uscc'), p.kind, json_extract(NEW.content, '$.unit_name'), NEW.recorded_at FROM pilot p
    WHERE p.tenant_code = NEW.tenant_code AND p.id = NEW.subject_id
      AND NOT EXISTS (SELECT 1 FROM entity e WHERE e.uscc = json_extract(NEW.content, '$.uscc'));
  UPDATE pilot SET name = json_extract(NEW.content, '$.unit_name'), uscc = json_extract(NEW.content, '$.uscc')
    WHERE tenant_code = NEW.tenant_code AND id = NEW.subject_id;
  UPDATE entity SET name = json_extract(NEW.content, '$.unit_name') WHERE uscc = json_extract(NEW.content, '$.uscc')
    AND name <> json_extract(NEW.content, '$.unit_name');
  INSERT INTO award_right (subject_key, tenant_code, award_id, document_no)
    SELECT json_extract(NEW.content, '$.uscc'), r.tenant_code, r.award_id, r.document_no FROM award_right r
    JOIN baseline_version l ON l.tenant_code = NEW.tenant_code AND l.subject_type = 'pilot' AND l.subject_id = NEW.subject_id
      AND l.version = NEW.version - 1 AND json_extract(l.content, '$.uscc') = r.subject_key
    WHERE r.subject_key <> json_extract(NEW.content, '$.uscc');
  INSERT INTO subject_hold (uscc, kind, starts_on, ends_on, document_no)
    SELECT json_extract(NEW.content, '$.uscc'), h.kind, h.starts_on, h.ends_on, h.document_no FROM subject_hold h
    JOIN baseline_version l ON l.tenant_code = NEW.tenant_code AND l.subject_type = 'pilot' AND l.subject_id = NEW.subject_id
      AND l.version = NEW.version - 1 AND json_extract(l.content, '$.uscc') = h.uscc
    WHERE h.uscc <> json_extract(NEW.content, '$.uscc') AND NOT EXISTS (SELECT 1 FROM subject_hold o
      WHERE o.uscc = json_extract(NEW.content, '$.uscc') AND o.kind = h.kind AND o.starts_on = h.starts_on);
END
--;;
CREATE TRIGGER project_follows BEFORE UPDATE ON project
WHEN (NEW.tenant_code, NEW.id, NEW.pilot_id) IS NOT (OLD.tenant_code, OLD.id, OLD.pilot_id) OR NOT EXISTS (
  SELECT 1 FROM (SELECT b.content FROM baseline_version b WHERE b.tenant_code = NEW.tenant_code AND b.subject_type = 'project'
    AND b.subject_id = NEW.id ORDER BY b.version DESC LIMIT 1) l
  WHERE NEW.name IS json_extract(l.content, '$.name') AND NEW.code IS json_extract(l.content, '$.code')
    AND NEW.no_code_reason IS json_extract(l.content, '$.no_code_reason')
    AND NEW.owner_name IS json_extract(l.content, '$.owner_name') AND NEW.owner_uscc IS json_extract(l.content, '$.owner_uscc')
    AND NEW.investment IS CAST(json_extract(l.content, '$.investment') AS INTEGER)
    AND NEW.start_on IS json_extract(l.content, '$.start_on') AND NEW.finish_on IS json_extract(l.content, '$.finish_on'))
BEGIN SELECT RAISE(ABORT, 'ledger:immutable a baseline changes only through a settled change report'); END
--;;
CREATE TRIGGER pilot_follows BEFORE UPDATE ON pilot
WHEN (NEW.tenant_code, NEW.id, NEW.kind, NEW.direction, NEW.batch, NEW.county_name, NEW.designation_document_no, NEW.designated_on)
    IS NOT (OLD.tenant_code, OLD.id, OLD.kind, OLD.direction, OLD.batch, OLD.county_name, OLD.designation_document_no, OLD.designated_on)
  OR ((NEW.name, NEW.uscc) IS NOT (OLD.name, OLD.uscc) AND NOT EXISTS (
    SELECT 1 FROM (SELECT b.content FROM baseline_version b WHERE b.tenant_code = NEW.tenant_code AND b.subject_type = 'pilot'
      AND b.subject_id = NEW.id ORDER BY b.version DESC LIMIT 1) l
    WHERE NEW.name IS json_extract(l.content, '$.unit_name') AND NEW.uscc IS json_extract(l.content, '$.uscc')))
BEGIN SELECT RAISE(ABORT, 'ledger:immutable a baseline changes only through a settled change report'); END
--;;
CREATE TRIGGER entity_follows BEFORE UPDATE ON entity WHEN (NEW.uscc, NEW.kind, NEW.recorded_at) IS NOT (OLD.uscc, OLD.kind, OLD.recorded_at)
  OR NOT EXISTS (SELECT 1 FROM pilot p WHERE p.uscc = NEW.uscc AND p.name = NEW.name)
BEGIN SELECT RAISE(ABORT, 'ledger:immutable a baseline changes only through a settled change report'); END
--;;
CREATE TRIGGER project_once BEFORE INSERT ON project WHEN EXISTS (SELECT 1 FROM project j WHERE j.tenant_code = NEW.tenant_code AND j.id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'ledger:immutable projects are never replaced'); END
--;;
CREATE TRIGGER pilot_once BEFORE INSERT ON pilot WHEN EXISTS (SELECT 1 FROM pilot p WHERE p.tenant_code = NEW.tenant_code AND p.id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'ledger:immutable pilots are never replaced'); END
--;;
CREATE TRIGGER project_not_deleted BEFORE DELETE ON project BEGIN SELECT RAISE(ABORT, 'ledger:immutable projects are never deleted'); END
--;;
CREATE TRIGGER pilot_not_deleted BEFORE DELETE ON pilot BEGIN SELECT RAISE(ABORT, 'ledger:immutable pilots are never deleted'); END
--;;
CREATE TRIGGER entity_not_deleted BEFORE DELETE ON entity BEGIN SELECT RAISE(ABORT, 'ledger:immutable legal persons are never deleted'); END
--;;
CREATE TRIGGER report_begins BEFORE INSERT ON change_report
WHEN NEW.status <> 'draft' OR NEW.version <> 1 OR NEW.passed_by IS NOT NULL OR NEW.disposed_by IS NOT NULL OR NEW.confirmed_by IS NOT NULL
  OR NEW.checked_by IS NOT NULL OR NEW.disposition IS NOT NULL
  OR EXISTS (SELECT 1 FROM change_report r WHERE r.tenant_code = NEW.tenant_code AND r.id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'ledger:conflict a report begins as a draft'); END
--;;
CREATE TRIGGER report_moves BEFORE UPDATE ON change_report
WHEN NEW.version <> OLD.version + 1 OR (OLD.status, NEW.status) NOT IN (VALUES ('draft', 'draft'), ('draft', 'reviewing'), ('draft', 'withdrawn'),
    ('returned', 'returned'), ('returned', 'reviewing'), ('returned', 'withdrawn'), ('supplement', 'supplement'), ('supplement', 'reviewing'),
    ('reviewing', 'withdrawn'), ('reviewing', 'returned'), ('reviewing', 'settled'), ('reviewing', 'reported'), ('reviewing', 'checking'),
    ('checking', 'settled'), ('checking', 'returned'), ('reported', 'withdrawn'), ('reported', 'settled'), ('reported', 'proposed'),
    ('reported', 'supplement'), ('proposed', 'settled'), ('proposed', 'reported'), ('settled', 'settled'), ('settled', 'proposed'))
  OR (OLD.status = 'reviewing' AND NEW.status = 'settled' AND (OLD.province_first OR OLD.type = 'C09'))
  OR (OLD.status IN ('reported', 'settled') AND NEW.status IN ('settled', 'proposed', 'supplement') AND NEW.disposed_by IS NULL)
  OR (OLD.status = 'settled' AND OLD.province_first)
  OR (OLD.status = 'proposed' AND NEW.status = 'settled' AND NEW.confirmed_by IS NULL AND (OLD.province_first OR NEW.disposed_by IS NOT NULL))
  OR (OLD.status = 'checking' AND NEW.status = 'settled' AND NEW.checked_by IS NULL)
BEGIN SELECT RAISE(ABORT, 'ledger:conflict a report does not move like that'); END
--;;
CREATE TRIGGER report_fixed BEFORE UPDATE ON change_report
WHEN (NEW.tenant_code, NEW.id, NEW.number, NEW.made_by, NEW.office_id) IS NOT (OLD.tenant_code, OLD.id, OLD.number, OLD.made_by, OLD.office_id)
  OR (OLD.status NOT IN ('draft', 'returned', 'supplement')
    AND (NEW.pilot_id, NEW.project_id, NEW.type, NEW.occurred_on, NEW.told_on, NEW.reason, NEW.changes, NEW.seen_version, NEW.province_first,
        NEW.filed_on, NEW.late_days, NEW.policy_version_id)
      IS NOT (OLD.pilot_id, OLD.project_id, OLD.type, OLD.occurred_on, OLD.told_on, OLD.reason, OLD.changes, OLD.seen_version,
        OLD.province_first, OLD.filed_on, OLD.late_days, OLD.policy_version_id))
BEGIN SELECT RAISE(ABORT, 'ledger:conflict what was sent does not change under those who decide on it'); END
--;;
CREATE TRIGGER report_not_deleted BEFORE DELETE ON change_report
BEGIN SELECT RAISE(ABORT, 'ledger:immutable change reports are never deleted'); END
--;;
CREATE TRIGGER hold_begins BEFORE INSERT ON project_hold
WHEN NEW.released_at IS NOT NULL OR NEW.release_made_by IS NOT NULL OR NEW.released_by_report IS NOT NULL
  OR EXISTS (SELECT 1 FROM project_hold h WHERE h.tenant_code = NEW.tenant_code AND h.id = NEW.id)
  OR NOT EXISTS (SELECT 1 FROM change_report r WHERE r.tenant_code = NEW.tenant_code AND r.id = NEW.report_id AND r.pilot_id = NEW.pilot_id)
BEGIN SELECT RAISE(ABORT, 'ledger:conflict a hold is placed by a report'); END
--;;
CREATE TRIGGER hold_fixed BEFORE UPDATE ON project_hold
WHEN OLD.released_at IS NOT NULL
  OR (NEW.tenant_code, NEW.id, NEW.pilot_id, NEW.project_id, NEW.kind, NEW.report_id, NEW.report_number, NEW.report_type, NEW.held_at)
    IS NOT (OLD.tenant_code, OLD.id, OLD.pilot_id, OLD.project_id, OLD.kind, OLD.report_id, OLD.report_number, OLD.report_type, OLD.held_at)
BEGIN SELECT RAISE(ABORT, 'ledger:immutable a hold is released once and never changed'); END
--;;
CREATE TRIGGER hold_not_deleted BEFORE DELETE ON project_hold BEGIN SELECT RAISE(ABORT, 'ledger:immutable holds are never deleted'); END
--;;
CREATE TRIGGER demand_once BEFORE INSERT ON recovery_demand
WHEN EXISTS (SELECT 1 FROM recovery_demand d WHERE d.tenant_code = NEW.tenant_code AND d.id = NEW.id)
  OR NOT EXISTS (SELECT 1 FROM change_report r WHERE r.tenant_code = NEW.tenant_code AND r.id = NEW.report_id AND r.status = 'settled'
    AND r.disposition = 'recover' AND r.recover_amount = NEW.amount)
BEGIN SELECT RAISE(ABORT, 'ledger:conflict money is asked back by a settled report'); END
--;;
CREATE TRIGGER demand_kept BEFORE UPDATE ON recovery_demand BEGIN SELECT RAISE(ABORT, 'ledger:immutable demands are never changed'); END
--;;
CREATE TRIGGER demand_not_deleted BEFORE DELETE ON recovery_demand BEGIN SELECT RAISE(ABORT, 'ledger:immutable demands are never deleted'); END
