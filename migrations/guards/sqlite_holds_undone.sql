DROP TRIGGER money_held
