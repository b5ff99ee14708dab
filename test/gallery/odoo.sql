-- As an Odoo database: one owner, many tables of one form that refer to each other, inheritance, unaccent behind a wrapper.
CREATE ROLE odoo LOGIN CREATEDB PASSWORD 'x';
SELECT format('ALTER DATABASE %I OWNER TO odoo', current_database()) \gexec
GRANT ALL ON SCHEMA public TO odoo;
CREATE EXTENSION unaccent;
CREATE EXTENSION pg_trgm;
SET ROLE odoo;
CREATE FUNCTION public.unaccent_immutable(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT public.unaccent('public.unaccent'::regdictionary, $1) $$;
CREATE FUNCTION public.stripped(text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT AS $$ BEGIN RETURN unaccent_immutable(lower($1)); END $$;
CREATE TABLE res_users (id serial PRIMARY KEY, login varchar NOT NULL CONSTRAINT res_users_login_key UNIQUE, active boolean DEFAULT true);
CREATE TABLE res_partner (
  id serial PRIMARY KEY, name varchar, complete_name jsonb, parent_id int REFERENCES res_partner ON DELETE SET NULL,
  user_id int REFERENCES res_users ON DELETE SET NULL, create_date timestamp, write_date timestamp
);
CREATE INDEX res_partner_name_index ON res_partner USING gin (unaccent_immutable(name) gin_trgm_ops);
CREATE INDEX res_partner_stripped ON res_partner (stripped(name));
CREATE INDEX res_partner_translated ON res_partner USING gin (jsonb_path_query_array(complete_name, '$.*') jsonb_path_ops);
COMMENT ON TABLE res_partner IS 'Contact';
INSERT INTO res_users (login) SELECT 'user' || g FROM generate_series(1, 10) g;
INSERT INTO res_partner (name, complete_name, user_id) SELECT 'Société Générale №' || g, jsonb_build_object('fr_FR', 'Société ' || g), 1 + g % 10 FROM generate_series(1, 300) g;
UPDATE res_partner SET parent_id = id - 1 WHERE id % 3 = 0;
-- a table for each model, with an owner, a partner and the model before it
SELECT format($make$
  CREATE TABLE x_model_%1$s (
    id serial PRIMARY KEY, name varchar NOT NULL, sequence int DEFAULT 10, state varchar DEFAULT 'draft', amount numeric,
    partner_id int REFERENCES res_partner ON DELETE RESTRICT, create_uid int REFERENCES res_users ON DELETE SET NULL
  );
  COMMENT ON TABLE x_model_%1$s IS 'Model %1$s';
  COMMENT ON COLUMN x_model_%1$s.state IS 'Status';
  CREATE INDEX ON x_model_%1$s (partner_id) WHERE partner_id IS NOT NULL;
  INSERT INTO x_model_%1$s (name, partner_id, create_uid) SELECT 'record ' || g, g, 1 + g %% 10 FROM generate_series(1, 5) g;
$make$, model) FROM generate_series(1, 60) AS model \gexec
CREATE TABLE x_rel (a int NOT NULL REFERENCES x_model_1 ON DELETE CASCADE, b int NOT NULL REFERENCES x_model_2 ON DELETE CASCADE, PRIMARY KEY (a, b));
INSERT INTO x_rel SELECT id, id FROM x_model_1;
-- inheritance of older versions
CREATE TABLE ir_actions (id serial PRIMARY KEY, name varchar, type varchar);
CREATE TABLE ir_act_window (PRIMARY KEY (id), res_model varchar) INHERITS (ir_actions);
CREATE TABLE ir_act_url (PRIMARY KEY (id), url text) INHERITS (ir_actions);
INSERT INTO ir_act_window (name, type, res_model) SELECT 'window ' || g, 'ir.actions.act_window', 'x' FROM generate_series(1, 20) g;
INSERT INTO ir_act_url (name, type, url) VALUES ('site', 'ir.actions.act_url', '/');
CREATE SEQUENCE ir_sequence_001 INCREMENT 5 START 100 CYCLE MAXVALUE 100000;
SELECT nextval('ir_sequence_001');
CREATE VIEW report_partner AS SELECT p.id, p.name, count(m.id) AS records FROM res_partner p LEFT JOIN x_model_1 m ON m.partner_id = p.id GROUP BY p.id;
