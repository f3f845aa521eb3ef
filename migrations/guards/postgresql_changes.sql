CREATE FUNCTION baseline_guarded() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE j project; p pilot; last baseline_version; r change_report; own boolean; before text; wanted jsonb; c jsonb := NEW.content::jsonb; BEGIN
  -- The subject's row is locked: two versions never follow the same one.
  IF NEW.subject_type = 'project' THEN
    SELECT * INTO j FROM project WHERE tenant_code = NEW.tenant_code AND id = NEW.subject_id FOR UPDATE;
  ELSE
    SELECT * INTO p FROM pilot WHERE tenant_code = NEW.tenant_code AND id = NEW.subject_id FOR UPDATE;
  END IF;
  IF NOT FOUND THEN RAISE EXCEPTION 'ledger:conflict a baseline has a subject'; END IF;
  SELECT * INTO last FROM baseline_version WHERE tenant_code = NEW.tenant_code AND subject_type = NEW.subject_type
    AND subject_id = NEW.subject_id ORDER BY version DESC LIMIT 1;
  IF NEW.version <> coalesce(last.version, 0) + 1 THEN RAISE EXCEPTION 'ledger:conflict a version of a baseline follows the last one'; END IF;
  IF NEW.version = 1 THEN
    IF (NEW.subject_type = 'project' AND (j.name, j.code, j.no_code_reason, j.owner_name, j.owner_uscc, j.investment, j.start_on, j.finish_on)
        IS DISTINCT FROM (c->>'name', c->>'code', c->>'no_code_reason', c->>'owner_name', c->>'owner_uscc', (c->>'investment')::bigint,
          (c->>'start_on')::date, (c->>'finish_on')::date))
      OR (NEW.subject_type = 'pilot' AND (p.name, p.uscc) IS DISTINCT FROM (c->>'unit_name', c->>'uscc')) THEN
      RAISE EXCEPTION 'ledger:immutable a baseline begins as its subject was designated'; END IF;
    RETURN NEW;
  END IF;
  SELECT * INTO r FROM change_report WHERE tenant_code = NEW.tenant_code AND id = NEW.report_id;
  IF r.id IS NULL OR r.status <> 'settled' OR r.disposition IN ('refuse', 'supplement')
    OR EXISTS (SELECT FROM baseline_version b WHERE b.tenant_code = NEW.tenant_code AND b.report_id = NEW.report_id
      AND b.subject_type = NEW.subject_type AND b.subject_id = NEW.subject_id) THEN
    RAISE EXCEPTION 'ledger:immutable a baseline changes as a settled report says, once'; END IF;
  own := CASE NEW.subject_type WHEN 'project' THEN r.project_id = NEW.subject_id ELSE r.project_id IS NULL AND r.pilot_id = NEW.subject_id END;
  IF own THEN
    SELECT last.content::jsonb || coalesce(jsonb_object_agg(one->>'field', one->'after'), '{}') INTO wanted
      FROM jsonb_array_elements(r.changes::jsonb) one;
  ELSIF NEW.subject_type = 'project' AND r.project_id IS NULL AND r.type IN ('C10', 'C11') AND j.pilot_id = r.pilot_id THEN
    -- A unit that takes another name or code takes it as the owner of its projects, too.
    SELECT * INTO p FROM pilot WHERE tenant_code = NEW.tenant_code AND id = j.pilot_id;
    SELECT w.content::jsonb->>'uscc' INTO before FROM baseline_version b JOIN baseline_version w ON w.tenant_code = b.tenant_code
        AND w.subject_type = 'pilot' AND w.subject_id = b.subject_id AND w.version = b.version - 1
      WHERE b.tenant_code = NEW.tenant_code AND b.report_id = r.id AND b.subject_type = 'pilot' AND b.subject_id = p.id;
    IF before = j.owner_uscc THEN
      wanted := last.content::jsonb || jsonb_build_object('owner_name', p.name, 'owner_uscc', p.uscc); END IF;
  END IF;
  IF wanted IS NULL OR wanted <> c THEN RAISE EXCEPTION 'ledger:immutable a baseline changes as a settled report says, once'; END IF;
  RETURN NEW;
END $$
--;;
CREATE TRIGGER baseline_guarded BEFORE INSERT ON baseline_version FOR EACH ROW EXECUTE FUNCTION baseline_guarded()
--;;
CREATE FUNCTION baseline_applied() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE p pilot; c jsonb := NEW.content::jsonb; BEGIN
  IF NEW.subject_type = 'project' THEN
    INSERT INTO funded_project (project_code, tenant_code, award_id)
      SELECT c->>'code', f.tenant_code, f.award_id FROM project j JOIN funded_project f ON f.project_code = j.code
      WHERE j.tenant_code = NEW.tenant_code AND j.id = NEW.subject_id AND c->>'code' <> j.code;
    UPDATE project SET name = c->>'name', code = c->>'code', no_code_reason = c->>'no_code_reason', owner_name = c->>'owner_name',
        owner_uscc = c->>'owner_uscc', investment = (c->>'investment')::bigint, start_on = (c->>'start_on')::date,
        finish_on = (c->>'finish_on')::date
      WHERE tenant_code = NEW.tenant_code AND id = NEW.subject_id;
    RETURN NULL;
  END IF;
  SELECT * INTO p FROM pilot WHERE tenant_code = NEW.tenant_code AND id = NEW.subject_id;
  INSERT INTO entity (uscc, kind, name, recorded_at) VALUES (c->>'uscc', p.kind, c->>'unit_name', NEW.recorded_at) ON CONFLICT DO NOTHING;
  UPDATE pilot SET name = c->>'unit_name', uscc = c->>'uscc' WHERE tenant_code = NEW.tenant_code AND id = NEW.subject_id;
  UPDATE entity SET name = c->>'unit_name' WHERE uscc = c->>'uscc' AND name <> c->>'unit_name';
  IF p.uscc <> c->>'uscc' THEN
    -- What the Measures tie to the legal person goes with it: its one-time right, and its bans.
    INSERT INTO award_right (subject_key, tenant_code, award_id, document_no)
      SELECT c->>'uscc', r.tenant_code, r.award_id, r.document_no FROM award_right r WHERE r.subject_key = p.uscc;
    INSERT INTO subject_hold (uscc, kind, starts_on, ends_on, document_no)
      SELECT c->>'uscc', h.kind, h.starts_on, h.ends_on, h.document_no FROM subject_hold h WHERE h.uscc = p.uscc ON CONFLICT DO NOTHING;
  END IF;
  RETURN NULL;
END $$
--;;
CREATE TRIGGER baseline_applied AFTER INSERT ON baseline_version FOR EACH ROW WHEN (NEW.version > 1) EXECUTE FUNCTION baseline_applied()
--;;
CREATE TRIGGER baseline_kept BEFORE UPDATE OR DELETE ON baseline_version FOR EACH ROW EXECUTE FUNCTION refuse_change()
--;;
CREATE TRIGGER baseline_kept_whole BEFORE TRUNCATE ON baseline_version FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
--;;
CREATE FUNCTION project_follows() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE c jsonb; BEGIN
  SELECT b.content::jsonb INTO c FROM baseline_version b WHERE b.tenant_code = NEW.tenant_code AND b.subject_type = 'project'
    AND b.subject_id = NEW.id ORDER BY b.version DESC LIMIT 1;
  IF (NEW.tenant_code, NEW.id, NEW.pilot_id) IS DISTINCT FROM (OLD.tenant_code, OLD.id, OLD.pilot_id)
    OR (NEW.name, NEW.code, NEW.no_code_reason, NEW.owner_name, NEW.owner_uscc, NEW.investment, NEW.start_on, NEW.finish_on)
      IS DISTINCT FROM (c->>'name', c->>'code', c->>'no_code_reason', c->>'owner_name', c->>'owner_uscc', (c->>'investment')::bigint,
        (c->>'start_on')::date, (c->>'finish_on')::date) THEN
    RAISE EXCEPTION 'ledger:immutable a baseline changes only through a settled change report'; END IF;
  RETURN NEW;
END $$
--;;
CREATE TRIGGER project_follows BEFORE UPDATE ON project FOR EACH ROW EXECUTE FUNCTION project_follows()
--;;
CREATE FUNCTION pilot_follows() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE c jsonb; BEGIN
  IF (NEW.tenant_code, NEW.id, NEW.kind, NEW.direction, NEW.batch, NEW.county_name, NEW.designation_document_no, NEW.designated_on)
    IS DISTINCT FROM (OLD.tenant_code, OLD.id, OLD.kind, OLD.direction, OLD.batch, OLD.county_name, OLD.designation_document_no,
      OLD.designated_on) THEN
    RAISE EXCEPTION 'ledger:immutable a designation does not change'; END IF;
  IF (NEW.name, NEW.uscc) IS DISTINCT FROM (OLD.name, OLD.uscc) THEN
    SELECT b.content::jsonb INTO c FROM baseline_version b WHERE b.tenant_code = NEW.tenant_code AND b.subject_type = 'pilot'
      AND b.subject_id = NEW.id ORDER BY b.version DESC LIMIT 1;
    IF (NEW.name, NEW.uscc) IS DISTINCT FROM (c->>'unit_name', c->>'uscc') THEN
      RAISE EXCEPTION 'ledger:immutable a baseline changes only through a settled change report'; END IF;
  END IF;
  RETURN NEW;
END $$
--;;
CREATE TRIGGER pilot_follows BEFORE UPDATE ON pilot FOR EACH ROW EXECUTE FUNCTION pilot_follows()
--;;
CREATE FUNCTION entity_follows() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$ BEGIN
  IF (NEW.uscc, NEW.kind, NEW.recorded_at) IS DISTINCT FROM (OLD.uscc, OLD.kind, OLD.recorded_at)
    OR NOT EXISTS (SELECT FROM pilot p WHERE p.uscc = NEW.uscc AND p.name = NEW.name) THEN
    RAISE EXCEPTION 'ledger:immutable a baseline changes only through a settled change report'; END IF;
  RETURN NEW;
END $$
--;;
CREATE TRIGGER entity_follows BEFORE UPDATE ON entity FOR EACH ROW EXECUTE FUNCTION entity_follows()
--;;
CREATE TRIGGER project_not_deleted BEFORE DELETE ON project FOR EACH ROW EXECUTE FUNCTION refuse_change()
--;;
CREATE TRIGGER pilot_not_deleted BEFORE DELETE ON pilot FOR EACH ROW EXECUTE FUNCTION refuse_change()
--;;
CREATE TRIGGER entity_not_deleted BEFORE DELETE ON entity FOR EACH ROW EXECUTE FUNCTION refuse_change()
--;;
CREATE FUNCTION report_guarded() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$ BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.status <> 'draft' OR NEW.version <> 1 OR coalesce(NEW.passed_by, NEW.disposed_by, NEW.confirmed_by, NEW.checked_by) IS NOT NULL
      OR NEW.disposition IS NOT NULL THEN
      RAISE EXCEPTION 'ledger:conflict a report begins as a draft'; END IF;
    RETURN NEW;
  END IF;
  IF NEW.version <> OLD.version + 1 OR (OLD.status, NEW.status) NOT IN (('draft', 'draft'), ('draft', 'reviewing'), ('draft', 'withdrawn'),
      ('returned', 'returned'), ('returned', 'reviewing'), ('returned', 'withdrawn'), ('supplement', 'supplement'), ('supplement', 'reviewing'),
      ('reviewing', 'withdrawn'), ('reviewing', 'returned'), ('reviewing', 'settled'), ('reviewing', 'reported'), ('reviewing', 'checking'),
      ('checking', 'settled'), ('checking', 'returned'), ('reported', 'withdrawn'), ('reported', 'settled'), ('reported', 'proposed'),
      ('reported', 'supplement'), ('proposed', 'settled'), ('proposed', 'reported'), ('settled', 'settled'), ('settled', 'proposed'))
    OR (OLD.status = 'reviewing' AND NEW.status = 'settled' AND (OLD.province_first OR OLD.type = 'C09'))
    OR (OLD.status IN ('reported', 'settled') AND NEW.status IN ('settled', 'proposed', 'supplement') AND NEW.disposed_by IS NULL)
    OR (OLD.status = 'settled' AND OLD.province_first)
    OR (OLD.status = 'proposed' AND NEW.status = 'settled' AND NEW.confirmed_by IS NULL AND (OLD.province_first OR NEW.disposed_by IS NOT NULL))
    OR (OLD.status = 'checking' AND NEW.status = 'settled' AND NEW.checked_by IS NULL) THEN
    RAISE EXCEPTION 'ledger:conflict a report does not move from % to % like that', OLD.status, NEW.status; END IF;
  IF (NEW.tenant_code, NEW.id, NEW.number, NEW.made_by, NEW.office_id) IS DISTINCT FROM (OLD.tenant_code, OLD.id, OLD.number, OLD.made_by, OLD.office_id)
    OR (OLD.status NOT IN ('draft', 'returned', 'supplement')
      AND (NEW.pilot_id, NEW.project_id, NEW.type, NEW.occurred_on, NEW.told_on, NEW.reason, NEW.changes, NEW.seen_version, NEW.province_first,
          NEW.filed_on, NEW.late_days, NEW.policy_version_id)
        IS DISTINCT FROM (OLD.pilot_id, OLD.project_id, OLD.type, OLD.occurred_on, OLD.told_on, OLD.reason, OLD.changes, OLD.seen_version,
          OLD.province_first, OLD.filed_on, OLD.late_days, OLD.policy_version_id)) THEN
    RAISE EXCEPTION 'ledger:conflict what was sent does not change under those who decide on it'; END IF;
  RETURN NEW;
END $$
--;;
CREATE TRIGGER report_guarded BEFORE INSERT OR UPDATE ON change_report FOR EACH ROW EXECUTE FUNCTION report_guarded()
--;;
CREATE TRIGGER report_not_deleted BEFORE DELETE ON change_report FOR EACH ROW EXECUTE FUNCTION refuse_change()
--;;
CREATE FUNCTION hold_guarded() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$ BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.released_at IS NOT NULL OR NEW.release_made_by IS NOT NULL OR NEW.released_by_report IS NOT NULL
      OR NOT EXISTS (SELECT FROM change_report r WHERE r.tenant_code = NEW.tenant_code AND r.id = NEW.report_id AND r.pilot_id = NEW.pilot_id) THEN
      RAISE EXCEPTION 'ledger:conflict a hold is placed by a report'; END IF;
    RETURN NEW;
  END IF;
  IF OLD.released_at IS NOT NULL
    OR (NEW.tenant_code, NEW.id, NEW.pilot_id, NEW.project_id, NEW.kind, NEW.report_id, NEW.report_number, NEW.report_type, NEW.held_at)
      IS DISTINCT FROM (OLD.tenant_code, OLD.id, OLD.pilot_id, OLD.project_id, OLD.kind, OLD.report_id, OLD.report_number, OLD.report_type, OLD.held_at)
  THEN RAISE EXCEPTION 'ledger:immutable a hold is released once and never changed'; END IF;
  RETURN NEW;
END $$
--;;
CREATE TRIGGER hold_guarded BEFORE INSERT OR UPDATE ON project_hold FOR EACH ROW EXECUTE FUNCTION hold_guarded()
--;;
CREATE TRIGGER hold_not_deleted BEFORE DELETE ON project_hold FOR EACH ROW EXECUTE FUNCTION refuse_change()
--;;
CREATE FUNCTION demand_guarded() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$ BEGIN
  IF NOT EXISTS (SELECT FROM change_report r WHERE r.tenant_code = NEW.tenant_code AND r.id = NEW.report_id AND r.status = 'settled'
      AND r.disposition = 'recover' AND r.recover_amount = NEW.amount) THEN
    RAISE EXCEPTION 'ledger:conflict money is asked back by a settled report'; END IF;
  RETURN NEW;
END $$
--;;
CREATE TRIGGER demand_guarded BEFORE INSERT ON recovery_demand FOR EACH ROW EXECUTE FUNCTION demand_guarded()
--;;
CREATE TRIGGER demand_kept BEFORE UPDATE OR DELETE ON recovery_demand FOR EACH ROW EXECUTE FUNCTION refuse_change()
