-- earthdistance: the domain earth and ll_to_earth name functions of cube without a schema (earthdistance before 1.2, and what people wrote).
CREATE EXTENSION cube;
CREATE EXTENSION earthdistance;
CREATE TABLE places (id int PRIMARY KEY, name text, lat float8, lon float8, at earth);
INSERT INTO places SELECT g, 'place ' || g, g % 90, g % 180, ll_to_earth(g % 90, g % 180) FROM generate_series(1, 500) g;
CREATE INDEX places_earth ON places USING gist (ll_to_earth(lat, lon));
CREATE FUNCTION near(float8, float8) RETURNS cube LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN earth_box(ll_to_earth($1, $2), 1000); END $$;
CREATE TABLE boxes (id int, lat float8, lon float8, box cube GENERATED ALWAYS AS (near(lat, lon)) STORED);
INSERT INTO boxes (id, lat, lon) SELECT id, lat, lon FROM places;
CREATE MATERIALIZED VIEW pairs AS SELECT a.id, count(*) FROM places a JOIN boxes b ON b.box @> ll_to_earth(a.lat, a.lon) WHERE a.id < 20 GROUP BY 1;
