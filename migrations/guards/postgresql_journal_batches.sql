DROP TRIGGER journal_chained ON journal_entry
--;;
DROP FUNCTION journal_chained()
--;;
CREATE FUNCTION journal_chained() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE moved bigint; one journal_entry; BEGIN
  -- One entry alone, as most acts leave: by key.
  SELECT * INTO one FROM new_rows WHERE (SELECT count(*) FROM new_rows) = 1;
  IF FOUND THEN
    UPDATE journal_head SET seq = one.seq, hash = one.hash WHERE tenant_code = one.tenant_code AND seq = one.seq - 1;
    IF NOT FOUND THEN
      RAISE EXCEPTION 'ledger:journal_sequence entry % of % does not follow the head', one.seq, one.tenant_code; END IF;
    RETURN NULL;
  END IF;
  -- All rows of one statement at once: they follow the head, without a gap, and the last becomes the head.
  UPDATE journal_head h SET seq = g.last, hash = g.hash
    FROM (SELECT tenant_code, min(seq) AS first, max(seq) AS last, count(*) AS entries,
            (array_agg(hash ORDER BY seq DESC))[1] AS hash FROM new_rows GROUP BY tenant_code) g
    WHERE h.tenant_code = g.tenant_code AND h.seq = g.first - 1 AND g.last = h.seq + g.entries;
  GET DIAGNOSTICS moved = ROW_COUNT;
  IF moved <> (SELECT count(DISTINCT tenant_code) FROM new_rows) THEN
    RAISE EXCEPTION 'ledger:journal_sequence the entries do not follow the head'; END IF;
  RETURN NULL;
END $$
--;;
CREATE TRIGGER journal_chained AFTER INSERT ON journal_entry REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION journal_chained()
--;;
ALTER TABLE journal_entry ENABLE ALWAYS TRIGGER journal_chained
