DROP TRIGGER check_ins_stay ON check_ins;
DROP FUNCTION keep_check_in;
ALTER TABLE check_ins DROP COLUMN inside, DROP COLUMN corrects, DROP COLUMN reason, DROP COLUMN created_by, DROP COLUMN created_at;
