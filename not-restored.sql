\restrict 358d5b8dbfc96f91cd62c191c7df2334
-- What 'r' lacks of 'backup_20261128_162131_e56296'. Remove each reason, then run this file with psql.
SET client_encoding = 'UTF8';
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = off;

-- VIEW public v (missing)
-- relation "sales.b" does not exist
CREATE VIEW public.v AS
 SELECT b.i,
    b.x
   FROM sales.b;
ALTER VIEW "public"."v" OWNER TO "postgres";

\unrestrict 358d5b8dbfc96f91cd62c191c7df2334
