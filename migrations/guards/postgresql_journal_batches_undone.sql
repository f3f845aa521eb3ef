DROP TRIGGER journal_chained ON journal_entry
--;;
DROP FUNCTION journal_chained()
--;;
CREATE FUNCTION journal_chained() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$ BEGIN
  UPDATE journal_head SET seq = NEW.seq, hash = NEW.hash WHERE tenant_code = NEW.tenant_code AND seq = NEW.seq - 1;
  IF NOT FOUND THEN RAISE EXCEPTION 'ledger:journal_sequence entry % of % does not follow the head', NEW.seq, NEW.tenant_code; END IF;
  RETURN NULL;
END $$
--;;
CREATE TRIGGER journal_chained AFTER INSERT ON journal_entry FOR EACH ROW EXECUTE FUNCTION journal_chained()
--;;
ALTER TABLE journal_entry ENABLE ALWAYS TRIGGER journal_chained
