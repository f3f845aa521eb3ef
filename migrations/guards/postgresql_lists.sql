-- A reversal stands in the list of the kind that it reverses; its own trigger says so, and nobody else.
CREATE FUNCTION reversal_listed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$ BEGIN
  INSERT INTO reversal_listing (tenant_code, kind, id)
    SELECT NEW.tenant_code, o.kind, NEW.id FROM document o WHERE o.tenant_code = NEW.tenant_code AND o.id = NEW.reverses_id;
  RETURN NULL;
END $$
--;;
REVOKE ALL ON FUNCTION reversal_listed() FROM PUBLIC
--;;
CREATE TRIGGER reversal_listed AFTER INSERT ON document FOR EACH ROW WHEN (NEW.kind = 'reversal') EXECUTE FUNCTION reversal_listed()
--;;
CREATE TRIGGER reversal_listing_kept BEFORE UPDATE OR DELETE ON reversal_listing FOR EACH ROW EXECUTE FUNCTION refuse_change()
--;;
CREATE TRIGGER reversal_listing_kept_whole BEFORE TRUNCATE ON reversal_listing FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
