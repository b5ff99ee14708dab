-- A schema for each tenant, all alike; :tenants says how many.
CREATE ROLE tenant_app NOLOGIN;
CREATE TABLE public.tenants (id int PRIMARY KEY, name text UNIQUE);
CREATE FUNCTION public.touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN new.changed := '2026-01-01'; RETURN new; END $$;
SELECT format($make$
  CREATE SCHEMA tenant_%1$s;
  GRANT USAGE ON SCHEMA tenant_%1$s TO tenant_app;
  CREATE TABLE tenant_%1$s.users (id serial PRIMARY KEY, tenant int DEFAULT %1$s REFERENCES public.tenants, email text UNIQUE);
  CREATE TABLE tenant_%1$s.orders (id int PRIMARY KEY, user_id int REFERENCES tenant_%1$s.users, total numeric, changed date);
  CREATE TRIGGER touch BEFORE UPDATE ON tenant_%1$s.orders FOR EACH ROW EXECUTE FUNCTION public.touch();
  INSERT INTO public.tenants VALUES (%1$s, 'tenant %1$s');
  INSERT INTO tenant_%1$s.users (email) SELECT 'user' || g || '@tenant%1$s.example' FROM generate_series(1, 3) g;
  INSERT INTO tenant_%1$s.orders SELECT g, 1 + g %% 3, g * 1.5 FROM generate_series(1, 5) g;
$make$, tenant) FROM generate_series(1, :tenants) AS tenant \gexec
