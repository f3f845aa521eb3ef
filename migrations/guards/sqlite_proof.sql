CREATE TRIGGER checkpoint_goes_on BEFORE INSERT ON checkpoint
WHEN EXISTS (SELECT 1 FROM checkpoint c WHERE c.tenant_code = NEW.tenant_code AND (c.size >= NEW.size OR c.signed_at >= NEW.signed_at))
BEGIN SELECT RAISE(ABORT, 'ledger:conflict a checkpoint goes on from the last one'); END
--;;
CREATE TRIGGER checkpoint_is_held BEFORE INSERT ON checkpoint
WHEN NOT EXISTS (SELECT 1 FROM journal_entry j WHERE j.tenant_code = NEW.tenant_code AND j.seq = NEW.size AND j.hash = NEW.hash)
BEGIN SELECT RAISE(ABORT, 'ledger:conflict a checkpoint is of an entry that the journal holds'); END
--;;
CREATE TRIGGER checkpoint_not_updated BEFORE UPDATE ON checkpoint BEGIN SELECT RAISE(ABORT, 'ledger:immutable checkpoints are never changed'); END
--;;
CREATE TRIGGER checkpoint_not_deleted BEFORE DELETE ON checkpoint BEGIN SELECT RAISE(ABORT, 'ledger:immutable checkpoints are never deleted'); END
--;;
CREATE TRIGGER journal_node_not_updated BEFORE UPDATE ON journal_node BEGIN SELECT RAISE(ABORT, 'ledger:immutable nodes are never changed'); END
--;;
CREATE TRIGGER journal_node_not_deleted BEFORE DELETE ON journal_node BEGIN SELECT RAISE(ABORT, 'ledger:immutable nodes are never deleted'); END
--;;
CREATE TRIGGER journal_node_not_replaced BEFORE INSERT ON journal_node
WHEN EXISTS (SELECT 1 FROM journal_node n WHERE n.tenant_code = NEW.tenant_code AND n.level = NEW.level AND n.place = NEW.place AND n.hash <> NEW.hash)
BEGIN SELECT RAISE(ABORT, 'ledger:immutable nodes are never replaced'); END
--;;
CREATE TRIGGER signing_refusal_not_updated BEFORE UPDATE ON signing_refusal BEGIN SELECT RAISE(ABORT, 'ledger:immutable refusals are never changed'); END
--;;
CREATE TRIGGER signing_refusal_not_deleted BEFORE DELETE ON signing_refusal BEGIN SELECT RAISE(ABORT, 'ledger:immutable refusals are never deleted'); END
