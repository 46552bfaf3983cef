-- Takes back what rights.sql grants.
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'myoline_app') THEN
        REVOKE ALL ON ALL TABLES IN SCHEMA public FROM myoline_app;
        REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM myoline_app;
        ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON TABLES FROM myoline_app;
        ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON SEQUENCES FROM myoline_app;
        REVOKE USAGE ON SCHEMA public FROM myoline_app;
    END IF;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'myoline_reader') THEN
        REVOKE USAGE ON SCHEMA public FROM myoline_reader;
    END IF;
END $$;
