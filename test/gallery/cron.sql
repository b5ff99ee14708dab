-- pg_cron: jobs of the database in which it is.
CREATE EXTENSION pg_cron;
CREATE TABLE done (at timestamptz DEFAULT now());
SELECT cron.schedule('nightly', '0 3 * * *', 'VACUUM');
SELECT cron.schedule('cleanup', '*/5 * * * *', $$DELETE FROM done WHERE at < now() - interval '1 day'$$);
INSERT INTO done SELECT '2026-01-01' FROM generate_series(1, 10);
