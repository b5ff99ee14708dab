-- PostGIS: geometry columns with a type modifier, indexes, views of the extension, rows of users in its tables, functions in generated columns.
CREATE ROLE gis LOGIN;
CREATE EXTENSION postgis;
GRANT CREATE ON SCHEMA public TO gis;
INSERT INTO spatial_ref_sys (srid, auth_name, auth_srid, srtext, proj4text) VALUES (990001, 'ours', 990001, 'LOCAL_CS["ours"]', '+proj=longlat');
SET ROLE gis;
CREATE TABLE places (id serial PRIMARY KEY, name text, at geometry(Point, 4326), area geography(Polygon, 4326));
CREATE INDEX ON places USING gist (at);
CREATE INDEX ON places USING gist ((ST_Transform(at, 3857)));
CREATE INDEX ON places USING gist (area);
INSERT INTO places (name, at) SELECT 'place ' || g, ST_SetSRID(ST_MakePoint(g % 180, g % 80), 4326) FROM generate_series(1, 300) g;
UPDATE places SET area = ST_Buffer(at::geography, 1000) WHERE id < 20;
CREATE TABLE tracks (id int PRIMARY KEY, line geometry, length float8 GENERATED ALWAYS AS (ST_Length(line)) STORED, CHECK (ST_IsValid(line)));
INSERT INTO tracks SELECT g, ST_MakeLine(ST_MakePoint(0, 0), ST_MakePoint(g, g)) FROM generate_series(1, 50) g;
CREATE VIEW near AS SELECT a.id, count(*) FROM places a JOIN places b ON ST_DWithin(a.at, b.at, 1) GROUP BY a.id;
CREATE MATERIALIZED VIEW hull AS SELECT ST_ConvexHull(ST_Collect(at)) AS area FROM places;
