"""The database refuses a dose, an outcome or an infusion dated before its course, which a check constraint cannot see."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION regimens_refuse_before_course() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    day date := (to_jsonb(NEW) ->> TG_ARGV[0])::date;
    course record;
BEGIN
    -- FOR SHARE: the course's start cannot move while this row is on its way in.
    SELECT start_on, never_given INTO course FROM regimens_course WHERE id = NEW.course_id FOR SHARE;
    IF day < course.start_on THEN
        RAISE EXCEPTION 'a row of % dated % is before its course, which started %', TG_TABLE_NAME, day, course.start_on
            USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
    END IF;
    IF course.never_given AND TG_TABLE_NAME <> 'regimens_outcome' THEN
        RAISE EXCEPTION 'a row of % belongs to a drug that was never given', TG_TABLE_NAME
            USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION regimens_refuse_start_after_rows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM regimens_doseperiod WHERE course_id = NEW.id AND from_on < NEW.start_on)
        OR EXISTS (SELECT 1 FROM regimens_outcome WHERE course_id = NEW.id AND "on" < NEW.start_on)
        OR EXISTS (SELECT 1 FROM regimens_infusion WHERE course_id = NEW.id AND first_on < NEW.start_on)
    THEN
        RAISE EXCEPTION 'the course has doses, outcomes or infusions before %', NEW.start_on
            USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER regimens_doseperiod_not_before_course BEFORE INSERT OR UPDATE ON regimens_doseperiod
    FOR EACH ROW EXECUTE FUNCTION regimens_refuse_before_course('from_on');
CREATE TRIGGER regimens_outcome_not_before_course BEFORE INSERT OR UPDATE ON regimens_outcome
    FOR EACH ROW EXECUTE FUNCTION regimens_refuse_before_course('on');
CREATE TRIGGER regimens_infusion_not_before_course BEFORE INSERT OR UPDATE ON regimens_infusion
    FOR EACH ROW EXECUTE FUNCTION regimens_refuse_before_course('first_on');
CREATE TRIGGER regimens_course_start_not_after_rows BEFORE UPDATE OF start_on ON regimens_course
    FOR EACH ROW EXECUTE FUNCTION regimens_refuse_start_after_rows();
"""

BACKWARD = """
DROP TRIGGER regimens_course_start_not_after_rows ON regimens_course;
DROP TRIGGER regimens_infusion_not_before_course ON regimens_infusion;
DROP TRIGGER regimens_outcome_not_before_course ON regimens_outcome;
DROP TRIGGER regimens_doseperiod_not_before_course ON regimens_doseperiod;
DROP FUNCTION regimens_refuse_start_after_rows();
DROP FUNCTION regimens_refuse_before_course();
"""


class Migration(migrations.Migration):
    dependencies = [("regimens", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
