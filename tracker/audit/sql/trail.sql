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

-- The hash chain over the events, made by the sealing task.
CREATE TABLE audit.seal (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sealed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    first_position bigint NOT NULL,
    last_position bigint NOT NULL CHECK (last_position >= first_position),
    head bytea NOT NULL
);
CREATE TABLE audit.link (
    position bigint PRIMARY KEY,
    event_id bigint NOT NULL UNIQUE,
    digest bytea NOT NULL
);

-- Not even the owner of the tables changes what was written; for that the guard itself has to be taken away, which a
-- check of the trail then finds.
CREATE FUNCTION audit.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The audit trail is only ever added to.' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.event
    FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse();
CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.seal
    FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse();
CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.link
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
-- `masked` columns hold secrets, of which only the change is recorded; a change of `ignored` columns alone is none.
CREATE FUNCTION audit.watch(
    target regclass, patient text, clinic text, masked text[], ignored text[], key text
) RETURNS void LANGUAGE plpgsql AS $outer$
DECLARE
    name text := 'audit.capture_' || (SELECT relname FROM pg_class WHERE oid = target);
    subject text := (SELECT relname FROM pg_class WHERE oid = target);
    who text := $s$ (found->>'actor_id')::bigint, audit.roles_of((found->>'actor_id')::bigint),
        COALESCE(found->>'request_id', ''), COALESCE(found->>'origin', ''), %s, (found->>'emergency_id')::bigint,
        COALESCE(found->>'software', ''), COALESCE(found->>'protocol', '') $s$;
    -- The reason that the application gave, else the one that the row itself carries.
    why text := $s$ COALESCE(NULLIF(found->>'reason', ''), j->>'superseded_reason', '') $s$;
    columns text := 'kind, subject, row_id, patient_id, clinic_id, old, new, actor_id, roles, request_id, origin, '
        'reason, emergency_id, software, protocol';
    hidden_new text := '';
    hidden_old text := '';
    secret text;
BEGIN
    FOREACH secret IN ARRAY masked LOOP
        hidden_old := hidden_old || format(' || jsonb_build_object(%L, %L)', secret, 'not shown');
        hidden_new := hidden_new || format(
            ' || jsonb_build_object(%1$L, CASE WHEN o->>%1$L IS DISTINCT FROM n->>%1$L THEN %2$L ELSE %3$L END)',
            secret, 'changed', 'not shown');
    END LOOP;
    EXECUTE format($make$
        CREATE FUNCTION %1$s() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
        SET search_path = pg_catalog, public, pg_temp AS $body$
        DECLARE found jsonb := audit.acting();
        BEGIN
            IF TG_OP = 'INSERT' THEN
                INSERT INTO audit.event (%2$s)
                SELECT 'insert', %3$L, (j->>%4$L), %5$s, %6$s, NULL, j %7$s, %8$s
                FROM (SELECT r, to_jsonb(r) AS j FROM new_rows r) AS each_row(r, j);
            ELSIF TG_OP = 'DELETE' THEN
                INSERT INTO audit.event (%2$s)
                SELECT 'delete', %3$L, (j->>%4$L), %5$s, %6$s, j %7$s, NULL, %8$s
                FROM (SELECT r, to_jsonb(r) AS j FROM old_rows r) AS each_row(r, j);
            ELSIF TG_OP = 'UPDATE' THEN
                INSERT INTO audit.event (%2$s)
                SELECT 'update', %3$L, (j->>%4$L), %5$s, %6$s, o %7$s, j %9$s, %8$s
                FROM (
                    SELECT nr AS r, to_jsonb(nr) AS j, to_jsonb(nr) AS n, to_jsonb(orow) AS o
                    FROM new_rows nr FULL JOIN old_rows orow USING (%4$I)
                ) AS each_row
                WHERE (COALESCE(n, '{}') - %10$L::text[]) IS DISTINCT FROM (COALESCE(o, '{}') - %10$L::text[]);
            ELSE
                INSERT INTO audit.event (%2$s)
                SELECT 'truncate', %3$L, NULL, NULL, NULL, NULL, NULL, %8$s FROM (SELECT NULL::jsonb AS j) AS none;
            END IF;
            RETURN NULL;
        END $body$ $make$,
        name, columns, subject, key, patient, clinic, hidden_old, format(who, why), hidden_new, ignored);
    EXECUTE format('CREATE TRIGGER audit_insert AFTER INSERT ON %s REFERENCING NEW TABLE AS new_rows '
        'FOR EACH STATEMENT EXECUTE FUNCTION %s()', target, name);
    EXECUTE format('CREATE TRIGGER audit_update AFTER UPDATE ON %s REFERENCING OLD TABLE AS old_rows NEW TABLE AS '
        'new_rows FOR EACH STATEMENT EXECUTE FUNCTION %s()', target, name);
    EXECUTE format('CREATE TRIGGER audit_delete AFTER DELETE ON %s REFERENCING OLD TABLE AS old_rows '
        'FOR EACH STATEMENT EXECUTE FUNCTION %s()', target, name);
    EXECUTE format('CREATE TRIGGER audit_truncate AFTER TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION %s()',
        target, name);
    EXECUTE format('REVOKE ALL ON FUNCTION %s() FROM PUBLIC', name);
END $outer$;

REVOKE ALL ON SCHEMA audit FROM PUBLIC;
REVOKE ALL ON FUNCTION audit.record(text, text, bigint[], bigint, jsonb) FROM PUBLIC;
REVOKE ALL ON FUNCTION audit.watch(regclass, text, text, text[], text[], text) FROM PUBLIC;
