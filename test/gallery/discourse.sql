-- As a Discourse forum: hstore, pg_trgm, partial unique indexes, tables kept by triggers, functions named without a schema.
CREATE ROLE discourse LOGIN;
CREATE EXTENSION hstore;
CREATE EXTENSION pg_trgm;
CREATE EXTENSION unaccent;
GRANT CREATE ON SCHEMA public TO discourse;
SET ROLE discourse;
CREATE TABLE users (id serial PRIMARY KEY, username varchar(60) NOT NULL, username_lower varchar(60) NOT NULL, trust_level int DEFAULT 0, admin boolean DEFAULT false);
CREATE UNIQUE INDEX index_users_on_username_lower ON users (username_lower);
CREATE TABLE topics (
  id serial PRIMARY KEY, title varchar NOT NULL, user_id int, archetype varchar DEFAULT 'regular', deleted_at timestamp,
  highest_post_number int DEFAULT 0, custom hstore DEFAULT ''
);
CREATE UNIQUE INDEX index_topics_on_title ON topics (lower(title)) WHERE deleted_at IS NULL AND archetype = 'regular';
CREATE INDEX index_topics_on_custom ON topics USING gin (custom);
CREATE TABLE posts (id serial PRIMARY KEY, user_id int, topic_id int NOT NULL, post_number int NOT NULL, raw text NOT NULL, cooked text NOT NULL, deleted_at timestamp);
CREATE UNIQUE INDEX index_posts_on_topic_id_and_post_number ON posts (topic_id, post_number);
-- as people write them: no schema before the function that is called
CREATE FUNCTION fold(text) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$ BEGIN RETURN unaccent('unaccent', lower($1)); END $$;
CREATE FUNCTION slug(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN regexp_replace(fold($1), '\W+', '-', 'g'); END $$;
CREATE INDEX index_topics_on_slug ON topics (slug(title));
CREATE INDEX index_topics_on_title_trgm ON topics USING gin (fold(title) gin_trgm_ops);
CREATE TABLE post_search_data (post_id int PRIMARY KEY, search_data tsvector, raw_data text, locale text);
CREATE INDEX idx_search_post ON post_search_data USING gin (search_data);
CREATE TABLE directory_items (period_type int NOT NULL, user_id int NOT NULL, likes_received int NOT NULL, UNIQUE (period_type, user_id));
CREATE MATERIALIZED VIEW badge_posts AS SELECT p.* FROM posts p JOIN topics t ON t.id = p.topic_id WHERE p.deleted_at IS NULL AND t.archetype = 'regular';
CREATE UNIQUE INDEX ON badge_posts (id);
CREATE FUNCTION raise_read_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'Discourse: % is readonly', TG_TABLE_NAME; END $$;
CREATE FUNCTION index_post() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN INSERT INTO post_search_data VALUES (new.id, to_tsvector('english', new.raw), new.raw, 'en'); RETURN new; END $$;
CREATE TRIGGER index_post AFTER INSERT ON posts FOR EACH ROW EXECUTE FUNCTION index_post();
INSERT INTO users (username, username_lower) SELECT 'User' || g, 'user' || g FROM generate_series(1, 100) g;
INSERT INTO topics (title, user_id, custom) SELECT 'Été at ' || g, g, hstore('n', g::text) FROM generate_series(1, 100) g;
INSERT INTO topics (title, deleted_at) SELECT 'Été at ' || g, '2026-01-01' FROM generate_series(1, 10) g;
INSERT INTO posts (user_id, topic_id, post_number, raw, cooked) SELECT 1 + g % 100, 1 + g % 100, g, 'raw ' || g, '<p>raw ' || g || '</p>' FROM generate_series(1, 1000) g;
INSERT INTO directory_items SELECT 1, id, id FROM users;
REFRESH MATERIALIZED VIEW badge_posts;
CREATE TRIGGER users_trust_level_readonly BEFORE INSERT OR UPDATE OF trust_level ON users FOR EACH ROW WHEN (new.trust_level IS NULL) EXECUTE FUNCTION raise_read_only();
