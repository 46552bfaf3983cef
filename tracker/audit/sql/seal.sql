-- The hash chain over the events. A link is one event's place in it; a seal closes a batch of links. What stands in
-- {{double braces}} comes from tracker/audit/canonical.py, so that sealing and checking speak of the same text.
CREATE TABLE audit.link (
    position bigint PRIMARY KEY,
    event_id bigint NOT NULL UNIQUE,
    digest bytea NOT NULL
);
CREATE TABLE audit.seal (
    id bigint PRIMARY KEY, -- 1, 2, 3 without a gap
    sealed_at timestamptz NOT NULL,
    first_position bigint NOT NULL,
    last_position bigint NOT NULL UNIQUE CHECK (last_position >= first_position),
    -- The server on which it was sealed: on another one transactions are numbered anew.
    cluster text NOT NULL,
    -- Every event whose (transaction, id) lies below these two has its link.
    until_transaction xid8 NOT NULL,
    until_event bigint NOT NULL,
    form smallint NOT NULL,
    guards bytea NOT NULL,
    head bytea NOT NULL
);
CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.seal
    FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse();
CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.link
    FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse();

-- Gives up to `most` events their place and closes them with one seal. Returns how many; NULL while another session
-- seals. All of it is one statement: killed anywhere, it has done nothing.
--
-- What is sealed is what can be seen, so transactions that have ended; the chain's order is the order of sealing. Below
-- the oldest transaction that is still open nothing can be added any more: up to there everything has its link then, and
-- the next seal begins its search there. No row of a long transaction is passed over because rows with higher numbers
-- were there before, and a transaction that never ends holds nothing up. On another server (a restored dump) the numbers
-- of transactions begin anew: then, once, every event without a link is looked for and sealed.
CREATE FUNCTION audit.seal_events(most integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
DECLARE
    last audit.seal;
    made audit.seal;
    ended xid8;
    e audit.event;
    digest bytea := '';
    place bigint := 0;
    moved boolean;
    found_one CURSOR (after_transaction xid8, after_event bigint) FOR
        SELECT * FROM audit.event c
        WHERE (c.transaction, c.id) >= (after_transaction, after_event)
            AND c.transaction < pg_snapshot_xmax(pg_current_snapshot())
            AND (SELECT l.event_id FROM audit.link l WHERE l.event_id = c.id) IS NULL
        ORDER BY c.transaction, c.id LIMIT most;
    found_all CURSOR FOR
        SELECT * FROM audit.event c
        WHERE NOT EXISTS (SELECT FROM audit.link l WHERE l.event_id = c.id) ORDER BY c.transaction, c.id;
BEGIN
    IF NOT pg_try_advisory_xact_lock({{lock}}) THEN
        RETURN NULL;
    END IF;
    ended := pg_snapshot_xmin(pg_current_snapshot());
    SELECT * INTO last FROM audit.seal ORDER BY id DESC LIMIT 1;
    made.cluster := (SELECT system_identifier FROM pg_control_system())::text;
    IF last.id IS NOT NULL THEN
        SELECT l.position, l.digest INTO STRICT place, digest FROM audit.link l WHERE l.position = last.last_position;
    END IF;
    moved := last.cluster <> made.cluster OR last.until_transaction > ended;
    made.id := COALESCE(last.id, 0) + 1;
    made.first_position := place + 1;
    IF moved THEN
        OPEN found_all;
    ELSE
        OPEN found_one (COALESCE(last.until_transaction, '0'), COALESCE(last.until_event, 0));
    END IF;
    LOOP
        IF moved THEN
            FETCH found_all INTO e;
        ELSE
            FETCH found_one INTO e;
        END IF;
        EXIT WHEN NOT FOUND;
        place := place + 1;
        digest := sha256(digest || convert_to({{event_text}}, 'UTF8'));
        INSERT INTO audit.link VALUES (place, e.id, digest);
        made.until_transaction := e.transaction;
        made.until_event := e.id + 1;
    END LOOP;
    -- From here on only the bounds of the seal: a full batch may have ended in the middle of a transaction.
    IF place < made.first_position THEN
        RETURN 0;
    END IF;
    IF moved OR place - made.first_position + 1 < most OR made.until_transaction >= ended THEN
        made.until_transaction := ended;
        made.until_event := 0;
    END IF;
    made.sealed_at := clock_timestamp();
    made.last_position := place;
    made.form := {{form}};
    made.guards := {{guards}};
    made.head := (
        SELECT sha256(COALESCE(last.head, '') || digest || convert_to({{seal_text}}, 'UTF8')) FROM (SELECT (made).*) AS s
    );
    INSERT INTO audit.seal SELECT (made).*;
    RETURN place - made.first_position + 1;
END $$;
REVOKE ALL ON FUNCTION audit.seal_events(integer) FROM PUBLIC;
