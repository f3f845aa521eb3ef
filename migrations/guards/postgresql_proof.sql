CREATE FUNCTION checkpoint_goes_on() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$ BEGIN
  IF EXISTS (SELECT 1 FROM checkpoint c WHERE c.tenant_code = NEW.tenant_code
      AND (c.size >= NEW.size OR c.signed_at >= NEW.signed_at)) THEN
    RAISE EXCEPTION 'ledger:conflict a checkpoint goes on from the last one'; END IF;
  IF NOT EXISTS (SELECT 1 FROM journal_entry j WHERE j.tenant_code = NEW.tenant_code AND j.seq = NEW.size AND j.hash = NEW.hash) THEN
    RAISE EXCEPTION 'ledger:conflict a checkpoint is of an entry that the journal holds'; END IF;
  RETURN NEW;
END $$
--;;
CREATE TRIGGER checkpoint_goes_on BEFORE INSERT ON checkpoint FOR EACH ROW EXECUTE FUNCTION checkpoint_goes_on()
--;;
CREATE TRIGGER checkpoint_kept BEFORE UPDATE OR DELETE ON checkpoint FOR EACH ROW EXECUTE FUNCTION refuse_change()
--;;
CREATE TRIGGER checkpoint_kept_whole BEFORE TRUNCATE ON checkpoint FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
--;;
CREATE TRIGGER journal_node_kept BEFORE UPDATE OR DELETE ON journal_node FOR EACH ROW EXECUTE FUNCTION refuse_change()
--;;
CREATE TRIGGER journal_node_kept_whole BEFORE TRUNCATE ON journal_node FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
--;;
CREATE TRIGGER signing_refusal_kept BEFORE UPDATE OR DELETE ON signing_refusal FOR EACH ROW EXECUTE FUNCTION refuse_change()
--;;
CREATE TRIGGER signing_refusal_kept_whole BEFORE TRUNCATE ON signing_refusal FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
