DROP TRIGGER project_follows
--;;
DROP TRIGGER pilot_follows
--;;
DROP TRIGGER entity_follows
--;;
DROP TRIGGER project_once
--;;
DROP TRIGGER pilot_once
--;;
DROP TRIGGER project_not_deleted
--;;
DROP TRIGGER pilot_not_deleted
--;;
DROP TRIGGER entity_not_deleted
--;;
DROP TRIGGER right_taken
--;;
CREATE TRIGGER right_taken BEFORE INSERT ON award_right WHEN EXISTS (SELECT 1 FROM award_right r WHERE r.subject_key = NEW.subject_key)
  OR NOT EXISTS (SELECT 1 FROM document d WHERE d.tenant_code = NEW.tenant_code AND d.id = NEW.award_id AND d.kind = 'award' AND d.status = 'waiting')
BEGIN SELECT RAISE(ABORT, 'award_right.subject_key the one-time right is used'); END
