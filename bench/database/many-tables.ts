import type { Postgres } from '@postgres-backuper/testing';

/** Makes a database of so many tables, each with a primary key and 20 rows. */
export async function createTablesDatabase(
  server: Pick<Postgres, 'psql' | 'createDatabase'>,
  { dbname, tables }: { readonly dbname: string; readonly tables: number },
): Promise<void> {
  await server.createDatabase(dbname, 'TEMPLATE template0');
  await server.psql(
    `SET synchronous_commit = off;
CREATE PROCEDURE make(tables int) LANGUAGE plpgsql AS $$ BEGIN
  FOR n IN 1..tables LOOP
    EXECUTE format('CREATE TABLE table_%s (id int PRIMARY KEY, name text NOT NULL)', n);
    EXECUTE format('INSERT INTO table_%s SELECT g, ''row '' || g * %s FROM generate_series(1, 20) g', n, n);
    IF n % 500 = 0 THEN COMMIT; END IF; -- locks are kept until the end of a transaction
  END LOOP;
END $$;
CALL make(${tables});
DROP PROCEDURE make;
ANALYZE pg_catalog.pg_class;`,
    dbname,
  );
  await server.psql('CHECKPOINT');
}
