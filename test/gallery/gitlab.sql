-- As a GitLab database: partitions by range, list and hash, some in schemas of their own, triggers on partitioned tables, keys that are
-- NOT VALID, loose foreign keys, exclusion constraints with btree_gist.
CREATE ROLE gitlab LOGIN;
CREATE EXTENSION btree_gist;
CREATE EXTENSION pg_trgm;
CREATE EXTENSION amcheck;
CREATE SCHEMA gitlab_partitions_dynamic AUTHORIZATION gitlab;
CREATE SCHEMA gitlab_partitions_static AUTHORIZATION gitlab;
GRANT CREATE ON SCHEMA public TO gitlab;
SET ROLE gitlab;
COMMENT ON SCHEMA gitlab_partitions_dynamic IS 'Schema to hold partitions managed dynamically from the application, e.g. for time space partitioning.';
CREATE TABLE projects (id bigserial PRIMARY KEY, name varchar, path varchar, description text, CONSTRAINT check_name CHECK (char_length(name) <= 255) NOT VALID);
CREATE INDEX index_projects_on_name_trigram ON projects USING gin (name gin_trgm_ops);
INSERT INTO projects (name, path) SELECT 'Project ' || g, 'group/project-' || g FROM generate_series(1, 100) g;
CREATE TABLE issues (id bigserial PRIMARY KEY, project_id bigint, title varchar, iid int);
INSERT INTO issues (project_id, title, iid) SELECT 1 + g % 100, 'Issue ' || g, g FROM generate_series(1, 500) g;
INSERT INTO issues (project_id, title, iid) VALUES (4711, 'of a project that is gone', 1);
ALTER TABLE issues ADD CONSTRAINT fk_899c8f3231 FOREIGN KEY (project_id) REFERENCES projects ON DELETE CASCADE NOT VALID;

CREATE TABLE loose_foreign_keys_deleted_records (
  id bigserial, partition bigint NOT NULL DEFAULT 1, primary_key_value bigint NOT NULL, fully_qualified_table_name text NOT NULL, PRIMARY KEY (partition, id)
) PARTITION BY LIST (partition);
CREATE TABLE gitlab_partitions_static.loose_foreign_keys_deleted_records_1 PARTITION OF loose_foreign_keys_deleted_records FOR VALUES IN (1);
CREATE FUNCTION insert_into_loose_foreign_keys_deleted_records() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN INSERT INTO loose_foreign_keys_deleted_records (fully_qualified_table_name, primary_key_value)
       SELECT TG_TABLE_SCHEMA || '.' || TG_TABLE_NAME, old_table.id FROM old_table; RETURN NULL; END $$;
CREATE TRIGGER projects_loose_fk_trigger AFTER DELETE ON projects REFERENCING OLD TABLE AS old_table FOR EACH STATEMENT
  EXECUTE FUNCTION insert_into_loose_foreign_keys_deleted_records();
DELETE FROM projects WHERE id > 98;
DELETE FROM issues WHERE project_id IN (99, 100);

CREATE TABLE audit_events (
  id bigserial, author_id bigint NOT NULL, details text, created_at timestamp NOT NULL, PRIMARY KEY (id, created_at)
) PARTITION BY RANGE (created_at);
CREATE TABLE audit_events_archived (id bigint, author_id bigint, created_at timestamp);
CREATE FUNCTION table_sync_function() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN IF TG_OP = 'INSERT' THEN INSERT INTO audit_events_archived VALUES (new.id, new.author_id, new.created_at); END IF; RETURN NULL; END $$;
CREATE TRIGGER table_sync_trigger AFTER INSERT OR DELETE OR UPDATE ON audit_events FOR EACH ROW EXECUTE FUNCTION table_sync_function();
SELECT format('CREATE TABLE gitlab_partitions_dynamic.audit_events_2026%1$s PARTITION OF audit_events FOR VALUES FROM (%2$L) TO (%3$L)',
  lpad(m::text, 2, '0'), make_date(2026, m, 1), make_date(2026, m, 1) + interval '1 month') FROM generate_series(1, 11) m \gexec
INSERT INTO audit_events (author_id, created_at) SELECT g, '2026-01-01'::timestamp + g * interval '6 hours' FROM generate_series(1, 1000) g;
CREATE INDEX index_audit_events_on_author ON audit_events (author_id, created_at DESC);

CREATE TYPE status AS ENUM ('created', 'running', 'done');
CREATE TABLE issue_search_data (project_id bigint, issue_id bigint REFERENCES issues ON DELETE CASCADE, status status, search_vector tsvector, PRIMARY KEY (project_id, issue_id))
  PARTITION BY HASH (project_id);
SELECT format('CREATE TABLE gitlab_partitions_static.issue_search_data_%1$s PARTITION OF issue_search_data FOR VALUES WITH (MODULUS 8, REMAINDER %2$s)',
  lpad(r::text, 2, '0'), r) FROM generate_series(0, 7) r \gexec
INSERT INTO issue_search_data SELECT project_id, id, 'created', to_tsvector('simple', title) FROM issues;
CREATE INDEX index_issue_search_data ON issue_search_data USING gin (search_vector);
CREATE TABLE by_status (id int, status status) PARTITION BY HASH (status);
CREATE TABLE gitlab_partitions_static.by_status_0 PARTITION OF by_status FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE gitlab_partitions_static.by_status_1 PARTITION OF by_status FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO by_status SELECT g, (ARRAY['created', 'running', 'done']::status[])[1 + g % 3] FROM generate_series(1, 90) g;

CREATE TABLE ci_builds (id bigint, partition_id bigint, project_id bigint, name text, PRIMARY KEY (id, partition_id)) PARTITION BY LIST (partition_id);
CREATE TABLE gitlab_partitions_dynamic.ci_builds_100 (LIKE ci_builds INCLUDING ALL);
ALTER TABLE ci_builds ATTACH PARTITION gitlab_partitions_dynamic.ci_builds_100 FOR VALUES IN (100, 101);
CREATE TABLE gitlab_partitions_dynamic.ci_builds_default PARTITION OF ci_builds DEFAULT;
INSERT INTO ci_builds SELECT g, 100 + g % 4, 1 + g % 90, 'build ' || g FROM generate_series(1, 400) g;
CREATE TABLE ci_build_needs (id int PRIMARY KEY, build_id bigint, partition_id bigint, FOREIGN KEY (build_id, partition_id) REFERENCES ci_builds ON UPDATE CASCADE);
INSERT INTO ci_build_needs SELECT id, id, partition_id FROM ci_builds WHERE id % 2 = 0;
CREATE TABLE oncall_shifts (
  id int PRIMARY KEY, rotation_id bigint, starts_at timestamptz, ends_at timestamptz,
  EXCLUDE USING gist (rotation_id WITH =, tstzrange(starts_at, ends_at) WITH &&)
);
INSERT INTO oncall_shifts SELECT g, g % 5, '2026-01-01 00:00+00'::timestamptz + g * interval '1 day', '2026-01-01 00:00+00'::timestamptz + (g + 1) * interval '1 day' FROM generate_series(1, 50) g;
CREATE FUNCTION set_has_issues() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE projects SET description = 'has' WHERE id = new.project_id; RETURN NULL; END $$;
CREATE TRIGGER trigger_has_issues AFTER INSERT ON ci_builds FOR EACH ROW EXECUTE FUNCTION set_has_issues();
ALTER TABLE ci_build_needs REPLICA IDENTITY FULL;
