-- The audit trail. Whatever changes a watched table, by whichever way in, leaves an event in audit.event that the
-- application can neither forge, change nor remove.
CREATE SCHEMA audit;

CREATE TABLE audit.event (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    transaction xid8 NOT NULL DEFAULT pg_current_xact_id(),
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    kind text NOT NULL CHECK (kind IN ('insert', 'update', 'delete', 'truncate', 'access', 'security')),
    subject text NOT NULL,
    row_id text,
    patient_id bigint,
    patient_ids bigint[],
    clinic_id bigint,
    old jsonb,
    new jsonb,
    actor_id bigint,
    roles text NOT NULL DEFAULT '',
    request_id text NOT NULL DEFAULT '',
    origin text NOT NULL DEFAULT '',
    reason text NOT NULL DEFAULT '',
    emergency_id bigint,
    software text NOT NULL DEFAULT '',
    protocol text NOT NULL DEFAULT '',
    database_user text NOT NULL DEFAULT session_user
);
CREATE INDEX event_of_patient ON audit.event (patient_id, id) WHERE patient_id IS NOT NULL;
CREATE INDEX event_of_patients ON audit.event USING gin (patient_ids) WHERE patient_ids IS NOT NULL;
CREATE INDEX event_of_clinic ON audit.event (clinic_id, at, id);
CREATE INDEX event_of_actor ON audit.event (actor_id, at);
CREATE INDEX event_of_row ON audit.event (subject, row_id);
CREATE INDEX event_of_transaction ON audit.event (transaction, id);

-- `reason` is empty where none is asked for. A deletion from a table that asks for one is refused without it, and an
-- entry that is superseded has its own; what is emptied by nobody's word says so: "no reason given".

-- Not even the owner of the tables changes what was written; for that the guard itself has to be taken away, which a
-- check of the trail then finds.
CREATE FUNCTION audit.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The audit trail is only ever added to.' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.event
    FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse();

-- Who acts, as the application said at the start of the transaction; an empty object where it said nothing.
CREATE FUNCTION audit.acting() RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT COALESCE(NULLIF(current_setting('myoline.acting', true), '')::jsonb, '{}'::jsonb)
$$;

-- The person's roles at this moment, by the number of the clinic: "nurse@3 doctor@4".
CREATE FUNCTION audit.roles_of(person bigint) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT COALESCE(string_agg(role || '@' || clinic_id, ' ' ORDER BY clinic_id), '')
    FROM public.patients_membership WHERE staff_id = person
$$;

-- One event that is not the change of a row: somebody looked, signed in, failed to. This and the triggers are the only
-- ways into audit.event for the application.
CREATE FUNCTION audit.record(
    kind text, subject text, patients bigint[], clinic bigint, particulars jsonb
) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    found jsonb := audit.acting();
    made bigint;
BEGIN
    IF kind NOT IN ('access', 'security') THEN
        RAISE EXCEPTION 'Only the triggers record changes.' USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO audit.event (
        kind, subject, patient_id, patient_ids, clinic_id, new,
        actor_id, roles, request_id, origin, reason, emergency_id, software, protocol
    ) VALUES (
        kind, subject,
        CASE WHEN cardinality(patients) = 1 THEN patients[1] END,
        CASE WHEN cardinality(patients) > 1 THEN patients END,
        COALESCE(clinic, CASE WHEN cardinality(patients) = 1 THEN
            (SELECT p.clinic_id FROM public.patients_patient p WHERE p.id = patients[1]) END),
        particulars,
        (found->>'actor_id')::bigint, audit.roles_of((found->>'actor_id')::bigint), COALESCE(found->>'request_id', ''),
        COALESCE(found->>'origin', ''), COALESCE(found->>'reason', ''), (found->>'emergency_id')::bigint,
        COALESCE(found->>'software', ''), COALESCE(found->>'protocol', '')
    ) RETURNING id INTO made;
    RETURN made;
END $$;

-- Puts the triggers on a table. `patient` and `clinic` are expressions over a row `r` that name whom it is about;
-- `masked` columns hold secrets, of which only the change is recorded; a change of `ignored` columns alone is none; `key`
-- is the column shown as the row's; `freely`: rows are deleted without a reason.
CREATE FUNCTION audit.watch(
    target regclass, patient text, clinic text, masked text[], ignored text[], key text, freely boolean
) RETURNS void LANGUAGE plpgsql AS $outer$
DECLARE
    subject text := (SELECT relname FROM pg_class WHERE oid = target);
    name text := format('audit.%I', 'capture_' || subject);
    own_type text := format('public.%I', subject);
    own_key text := (
        SELECT attname FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = indkey[0]
        WHERE indrelid = target AND indisprimary AND indnatts = 1
    );
    what text := 'kind, subject, row_id, patient_id, clinic_id, old, new, actor_id, roles, request_id, origin, reason, '
        'emergency_id, software, protocol';
    who text := $s$ actor, roles, request_id, origin, %s, emergency_id, software, protocol $s$;
    why text := '';
    changed text := '(nr *= before) IS NOT TRUE';
    hidden_old text := '';
    hidden_new text := '';
    words text;
    secret text;
BEGIN
    IF own_key IS NULL THEN
        RAISE EXCEPTION '% needs a primary key of one column to be watched.', target;
    END IF;
    -- The reason that the application gave, else the words that the row says since now, else what was said of the row
    -- whose place it takes.
    FOREACH words IN ARRAY ARRAY[
        'superseded_reason', 'override_reason', 'reason', 'end_reason', 'undone_reason', 'status_reason'
    ] LOOP
        IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = target AND attname = words AND NOT attisdropped) THEN
            why := why || format('CASE WHEN n->>%1$L IS DISTINCT FROM o->>%1$L THEN NULLIF(n->>%1$L, '''') END, ', words);
        END IF;
    END LOOP;
    IF 2 = (
        SELECT count(*) FROM pg_attribute
        WHERE attrelid = target AND attname IN ('replaces_id', 'superseded_reason') AND NOT attisdropped
    ) THEN
        why := why || format(
            'CASE WHEN o IS NULL AND (r).replaces_id IS NOT NULL THEN '
            '(SELECT p.superseded_reason FROM %s p WHERE p.id = (r).replaces_id) END, ', own_type);
    END IF;
    why := format('COALESCE(NULLIF(given, ''''), %s'''')', why);
    FOREACH secret IN ARRAY masked LOOP
        hidden_old := hidden_old || format(' || jsonb_build_object(%L, %L)', secret, 'not shown');
        hidden_new := hidden_new || format(
            ' || jsonb_build_object(%1$L, CASE WHEN o->>%1$L IS DISTINCT FROM n->>%1$L THEN %2$L ELSE %3$L END)',
            secret, 'changed', 'not shown');
    END LOOP;
    IF ignored <> '{}' THEN
        changed := format('(to_jsonb(nr) - %1$L::text[])::text IS DISTINCT FROM (to_jsonb(before) - %1$L::text[])::text',
            ignored);
    END IF;
    -- The settings make the JSON of a row the same whatever the session says. OFFSET 0: PostgreSQL would else make that
    -- JSON anew wherever it is named.
    EXECUTE format($make$
        CREATE FUNCTION %1$s() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
        SET search_path = pg_catalog, pg_temp SET TimeZone = 'UTC' SET DateStyle = 'ISO' SET IntervalStyle = 'iso_8601'
        SET bytea_output = 'hex' AS $body$
        DECLARE
            found jsonb := audit.acting();
            given text := COALESCE(found->>'reason', '');
            actor bigint := (found->>'actor_id')::bigint;
            roles text := audit.roles_of(actor);
            request_id text := COALESCE(found->>'request_id', '');
            origin text := COALESCE(found->>'origin', '');
            emergency_id bigint := (found->>'emergency_id')::bigint;
            software text := COALESCE(found->>'software', '');
            protocol text := COALESCE(found->>'protocol', '');
        BEGIN
            IF TG_OP = 'INSERT' THEN
                INSERT INTO audit.event (%2$s)
                SELECT 'insert', %3$L, n->>%4$L, %5$s, %6$s, NULL, n %7$s, %8$s
                FROM (SELECT r, to_jsonb(r), NULL::jsonb FROM new_rows r OFFSET 0) AS one(r, n, o);
            ELSIF TG_OP = 'DELETE' THEN
                IF given = '' AND NOT %12$L AND EXISTS (SELECT FROM old_rows) THEN
                    RAISE EXCEPTION 'Rows of %% are deleted only for a stated reason.', TG_TABLE_NAME
                        USING ERRCODE = 'check_violation', HINT = 'Say it with patients.acting.because(), or in '
                        'the setting myoline.acting: {"reason": "..."}.';
                END IF;
                INSERT INTO audit.event (%2$s)
                SELECT 'delete', %3$L, o->>%4$L, %5$s, %6$s, o %7$s, NULL, %13$s
                FROM (SELECT r, to_jsonb(r) FROM old_rows r OFFSET 0) AS one(r, o);
            ELSIF TG_OP = 'UPDATE' THEN
                INSERT INTO audit.event (%2$s)
                SELECT CASE WHEN o IS NULL THEN 'insert' WHEN n IS NULL THEN 'delete' ELSE 'update' END, %3$L,
                    COALESCE(n, o)->>%4$L, %5$s, %6$s, o %7$s, n %9$s, %8$s
                FROM (
                    SELECT CASE WHEN nr.%11$I IS NULL THEN before::%15$s ELSE nr::%15$s END, to_jsonb(nr), to_jsonb(before)
                    FROM new_rows nr FULL JOIN old_rows before ON nr.%11$I = before.%11$I WHERE %10$s
                    OFFSET 0
                ) AS one(r, n, o);
            ELSE
                INSERT INTO audit.event (%2$s)
                SELECT 'truncate', %3$L, NULL, NULL, NULL, NULL, NULL, %14$s;
            END IF;
            RETURN NULL;
        END $body$ $make$,
        name, what, subject, key, patient, clinic, hidden_old, format(who, why), hidden_new, changed, own_key, freely,
        format(who, 'given'), format(who, 'COALESCE(NULLIF(given, ''''), ''no reason given'')'), own_type);
    EXECUTE format('CREATE TRIGGER audit_insert AFTER INSERT ON %s REFERENCING NEW TABLE AS new_rows '
        'FOR EACH STATEMENT EXECUTE FUNCTION %s()', target, name);
    EXECUTE format('CREATE TRIGGER audit_update AFTER UPDATE ON %s REFERENCING OLD TABLE AS old_rows NEW TABLE AS '
        'new_rows FOR EACH STATEMENT EXECUTE FUNCTION %s()', target, name);
    EXECUTE format('CREATE TRIGGER audit_delete AFTER DELETE ON %s REFERENCING OLD TABLE AS old_rows '
        'FOR EACH STATEMENT EXECUTE FUNCTION %s()', target, name);
    EXECUTE format('CREATE TRIGGER audit_truncate AFTER TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION %s()',
        target, name);
END $outer$;

REVOKE ALL ON SCHEMA audit FROM PUBLIC;
