-- What the application's role may do, and what a role that only reads may see. Both exist before (tracker/database/
-- roles.py, docker/roles.sh); without them the migrating role is the application's, and a check warns of it.
--
-- PostgreSQL lets everybody execute a new function. Here nobody may: whoever could call one that captures might put it
-- on a table of their own and have it write what they like.
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA audit FROM PUBLIC;
DO $$
DECLARE
    deletable text;
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'myoline_app') THEN
        GRANT USAGE ON SCHEMA public, audit TO myoline_app;
        GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO myoline_app;
        GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO myoline_app;
        REVOKE INSERT, UPDATE ON public.django_migrations FROM myoline_app;
        ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE ON TABLES TO myoline_app;
        ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO myoline_app;
        GRANT SELECT ON audit.event, audit.seal, audit.link TO myoline_app;
        GRANT EXECUTE ON FUNCTION audit.record(text, text, bigint[], bigint, jsonb) TO myoline_app;
        GRANT EXECUTE ON FUNCTION audit.seal_events(integer) TO myoline_app;
        -- Nothing clinical is ever deleted. What may go: caches, what belongs to signing in, somebody's own settings and
        -- drafts. A table that a later migration makes is not there yet when the first one runs this.
        FOREACH deletable IN ARRAY ARRAY[
            'django_session', 'account_emailaddress', 'account_emailconfirmation', 'socialaccount_socialaccount',
            'socialaccount_socialtoken', 'mfa_authenticator', 'usersessions_usersession', 'knox_authtoken',
            'patients_membership', 'patients_staff_groups', 'patients_staff_user_permissions', 'monitoring_dueitem',
            'monitoring_reminder', 'monitoring_notworkedout', 'monitoring_savedview', 'tracker_reportchunk',
            'patients_draft'
        ] LOOP
            IF to_regclass('public.' || deletable) IS NOT NULL THEN
                EXECUTE format('GRANT DELETE ON public.%I TO myoline_app', deletable);
            END IF;
        END LOOP;
    END IF;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'myoline_reader') THEN
        GRANT USAGE ON SCHEMA public, audit TO myoline_reader;
        GRANT SELECT ON audit.event, audit.seal, audit.link TO myoline_reader;
    END IF;
END $$;
