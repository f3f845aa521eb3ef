DROP TRIGGER money_held ON entry
--;;
DROP FUNCTION money_held()
