-- pg_partman: partitions that it made, its configuration, a template table.
CREATE SCHEMA partman;
CREATE EXTENSION pg_partman SCHEMA partman;
CREATE TABLE public.events (id bigint, at timestamptz NOT NULL, what text) PARTITION BY RANGE (at);
CREATE INDEX ON public.events (at);
SELECT partman.create_parent('public.events', 'at', 'native', 'monthly', p_start_partition := '2026-01-01');
UPDATE partman.part_config SET retention = '12 months', infinite_time_partitions = true WHERE parent_table = 'public.events';
INSERT INTO public.events SELECT g, '2026-01-01 00:00+00'::timestamptz + g * interval '6 hours', 'event ' || g FROM generate_series(1, 1000) g;
