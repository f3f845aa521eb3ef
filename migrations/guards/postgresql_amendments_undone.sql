DROP TRIGGER line_dropped ON award_line
--;;
DROP FUNCTION line_dropped()
--;;
DROP TRIGGER notice_followed ON document
--;;
DROP FUNCTION notice_followed()
--;;
DROP TRIGGER number_kept ON document
--;;
DROP FUNCTION number_kept()
