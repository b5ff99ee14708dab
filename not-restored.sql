\restrict 8e21fafe7faf970c829d88e87d38916b
-- What 'r' lacks of 'backup_20261128_163258_b26f21'. Remove each reason, then run this file with psql.
SET client_encoding = 'UTF8';
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = off;

-- TABLE s inh (missing)
-- relation "public.secret" does not exist
SET LOCAL default_table_access_method = "heap";
CREATE TABLE s.inh (
)
INHERITS (public.secret);
ALTER TABLE "s"."inh" OWNER TO "postgres";

-- VIEW s v (missing)
-- relation "public.secret" does not exist
CREATE VIEW s.v AS
 SELECT i
   FROM public.secret;
ALTER VIEW "s"."v" OWNER TO "postgres";

-- ACL s TABLE inh (missing)
-- relation "s.inh" does not exist
GRANT SELECT ON TABLE s.inh TO lim2;

-- ACL s TABLE v (missing)
-- relation "s.v" does not exist
GRANT SELECT ON TABLE s.v TO lim2;

\unrestrict 8e21fafe7faf970c829d88e87d38916b
