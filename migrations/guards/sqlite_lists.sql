-- A reversal stands in the list of the kind that it reverses; its own trigger says so, and nobody else.
CREATE TRIGGER reversal_listing_begins BEFORE INSERT ON reversal_listing
WHEN EXISTS (SELECT 1 FROM reversal_listing r WHERE r.tenant_code = NEW.tenant_code AND r.kind = NEW.kind AND r.id = NEW.id)
  OR NOT EXISTS (SELECT 1 FROM document d JOIN document o ON o.tenant_code = d.tenant_code AND o.id = d.reverses_id
    WHERE d.tenant_code = NEW.tenant_code AND d.id = NEW.id AND d.kind = 'reversal' AND o.kind = NEW.kind)
BEGIN SELECT RAISE(ABORT, 'ledger:immutable a reversal is listed once, with what it reverses'); END
--;;
CREATE TRIGGER reversal_listing_fixed BEFORE UPDATE ON reversal_listing BEGIN SELECT RAISE(ABORT, 'ledger:immutable listings are never changed'); END
--;;
CREATE TRIGGER reversal_listing_not_deleted BEFORE DELETE ON reversal_listing BEGIN SELECT RAISE(ABORT, 'ledger:immutable listings are never deleted'); END
--;;
CREATE TRIGGER reversal_listed AFTER INSERT ON document WHEN NEW.kind = 'reversal' BEGIN
  INSERT INTO reversal_listing (tenant_code, kind, id)
    SELECT NEW.tenant_code, o.kind, NEW.id FROM document o WHERE o.tenant_code = NEW.tenant_code AND o.id = NEW.reverses_id;
END
