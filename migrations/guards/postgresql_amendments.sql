CREATE FUNCTION number_kept() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$ BEGIN
  RAISE EXCEPTION 'ledger:conflict the number of a document changes while it is a draft or returned'; END $$
--;;
CREATE TRIGGER number_kept BEFORE UPDATE ON document FOR EACH ROW
  WHEN (OLD.status NOT IN ('draft', 'returned') AND (NEW.document_no, NEW.policy_version_id) IS DISTINCT FROM (OLD.document_no, OLD.policy_version_id))
  EXECUTE FUNCTION number_kept()
--;;
CREATE FUNCTION notice_followed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$ BEGIN
  IF NEW.status <> 'waiting' THEN
    -- The date of a notice is fixed by what waits or stands under its number, not by what came back.
    DELETE FROM allocation_notice a WHERE a.document_no = OLD.document_no AND NOT EXISTS (SELECT FROM document d
      WHERE d.kind = 'allocation' AND d.document_no = OLD.document_no AND d.status NOT IN ('draft', 'returned'));
    RETURN NULL;
  END IF;
  INSERT INTO allocation_notice (document_no, allocated_on) VALUES (NEW.document_no, NEW.business_date) ON CONFLICT DO NOTHING;
  IF EXISTS (SELECT FROM allocation_notice a WHERE a.document_no = NEW.document_no AND a.allocated_on <> NEW.business_date) THEN
    RAISE EXCEPTION 'ledger:notice_date the number of this notice belongs to another date'; END IF;
  RETURN NULL;
END $$
--;;
CREATE TRIGGER notice_followed AFTER UPDATE ON document FOR EACH ROW
  WHEN (NEW.kind = 'allocation' AND NEW.status <> OLD.status AND NEW.status IN ('draft', 'returned', 'waiting'))
  EXECUTE FUNCTION notice_followed()
--;;
CREATE FUNCTION line_dropped() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$ BEGIN
  IF NOT EXISTS (SELECT FROM document a WHERE a.tenant_code = OLD.tenant_code AND a.id = OLD.award_id AND a.status IN ('draft', 'returned')) THEN
    RAISE EXCEPTION 'ledger:immutable the lines of an award that waits or stands are never deleted'; END IF;
  DELETE FROM line_position p WHERE p.tenant_code = OLD.tenant_code AND p.line_id = OLD.id;
  RETURN OLD;
END $$
--;;
CREATE TRIGGER line_dropped BEFORE DELETE ON award_line FOR EACH ROW EXECUTE FUNCTION line_dropped()
--;;
ALTER TABLE document ENABLE ALWAYS TRIGGER number_kept
--;;
ALTER TABLE document ENABLE ALWAYS TRIGGER notice_followed
--;;
ALTER TABLE award_line ENABLE ALWAYS TRIGGER line_dropped
