-- Money on its way to a project that a change report holds stays where it is; what brings money back goes on.
CREATE FUNCTION money_held() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$ BEGIN
  IF EXISTS (SELECT FROM new_rows n
      JOIN project_hold h ON h.tenant_code = n.tenant_code AND h.pilot_id = n.pilot_id AND h.released_at IS NULL
      WHERE n.reverses_id IS NULL AND n.to_stage IN ('awarded', 'allocated', 'disbursed')
        AND (h.kind <> 'account' OR n.to_stage = 'disbursed')
        AND (h.project_id IS NULL OR h.project_id = (SELECT l.project_id FROM award_line l
          WHERE l.tenant_code = n.tenant_code AND l.id = n.line_id))) THEN
    RAISE EXCEPTION 'ledger:held a change report holds the money of the project'; END IF;
  RETURN NULL;
END $$
--;;
REVOKE ALL ON FUNCTION money_held() FROM PUBLIC
--;;
CREATE TRIGGER money_held AFTER INSERT ON entry REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION money_held()
--;;
ALTER TABLE entry ENABLE ALWAYS TRIGGER money_held
