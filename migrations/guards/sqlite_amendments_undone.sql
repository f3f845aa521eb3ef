DROP TRIGGER line_dropped
--;;
DROP TRIGGER line_position_not_deleted
--;;
CREATE TRIGGER line_position_not_deleted BEFORE DELETE ON line_position BEGIN SELECT RAISE(ABORT, 'ledger:immutable positions are never deleted'); END
--;;
DROP TRIGGER line_not_deleted
--;;
CREATE TRIGGER line_not_deleted BEFORE DELETE ON award_line BEGIN SELECT RAISE(ABORT, 'ledger:immutable lines are never deleted'); END
--;;
DROP TRIGGER notice_followed
--;;
DROP TRIGGER notice_left
--;;
DROP TRIGGER number_kept
