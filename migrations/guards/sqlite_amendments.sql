CREATE TRIGGER number_kept BEFORE UPDATE ON document
WHEN OLD.status NOT IN ('draft', 'returned') AND (NEW.document_no IS NOT OLD.document_no OR NEW.policy_version_id IS NOT OLD.policy_version_id)
BEGIN SELECT RAISE(ABORT, 'ledger:conflict the number of a document changes while it is a draft or returned'); END
--;;
CREATE TRIGGER notice_left AFTER UPDATE ON document WHEN NEW.kind = 'allocation' AND NEW.status <> OLD.status AND NEW.status IN ('draft', 'returned') BEGIN
  DELETE FROM allocation_notice WHERE document_no = OLD.document_no AND NOT EXISTS (SELECT 1 FROM document d
    WHERE d.kind = 'allocation' AND d.document_no = OLD.document_no AND d.status NOT IN ('draft', 'returned'));
END
--;;
CREATE TRIGGER notice_followed AFTER UPDATE ON document WHEN NEW.kind = 'allocation' AND NEW.status <> OLD.status AND NEW.status = 'waiting' BEGIN
  SELECT RAISE(ABORT, 'ledger:notice_date the number of this notice belongs to another date') FROM allocation_notice a
    WHERE a.document_no = NEW.document_no AND a.allocated_on <> NEW.business_date;
  INSERT INTO allocation_notice (document_no, allocated_on) SELECT NEW.document_no, NEW.business_date
    WHERE NOT EXISTS (SELECT 1 FROM allocation_notice a WHERE a.document_no = NEW.document_no);
END
--;;
DROP TRIGGER line_not_deleted
--;;
CREATE TRIGGER line_not_deleted BEFORE DELETE ON award_line
WHEN NOT EXISTS (SELECT 1 FROM document a WHERE a.tenant_code = OLD.tenant_code AND a.id = OLD.award_id AND a.status IN ('draft', 'returned'))
BEGIN SELECT RAISE(ABORT, 'ledger:immutable the lines of an award that waits or stands are never deleted'); END
--;;
DROP TRIGGER line_position_not_deleted
--;;
CREATE TRIGGER line_position_not_deleted BEFORE DELETE ON line_position
WHEN OLD.awarded + OLD.allocated <> 0 OR EXISTS (SELECT 1 FROM award_line l JOIN document a ON a.tenant_code = l.tenant_code AND a.id = l.award_id
  WHERE l.tenant_code = OLD.tenant_code AND l.id = OLD.line_id AND a.status NOT IN ('draft', 'returned'))
BEGIN SELECT RAISE(ABORT, 'ledger:immutable positions are never deleted'); END
--;;
CREATE TRIGGER line_dropped BEFORE DELETE ON award_line
WHEN EXISTS (SELECT 1 FROM document a WHERE a.tenant_code = OLD.tenant_code AND a.id = OLD.award_id AND a.status IN ('draft', 'returned'))
BEGIN DELETE FROM line_position WHERE tenant_code = OLD.tenant_code AND line_id = OLD.id; END
