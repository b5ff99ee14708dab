import type { Postgres } from '@postgres-backuper/testing';

/** Makes a database of so many large objects of about 200 bytes, and one table. */
export async function createLargeObjectsDatabase(
  server: Pick<Postgres, 'psql' | 'createDatabase'>,
  { dbname, objects }: { readonly dbname: string; readonly objects: number },
): Promise<void> {
  await server.createDatabase(dbname, 'TEMPLATE template0');
  await server.psql(
    `SET synchronous_commit = off;
CREATE PROCEDURE make(objects int) LANGUAGE plpgsql AS $$ BEGIN
  FOR n IN 1..objects LOOP
    PERFORM lo_from_bytea(0, convert_to(repeat('large object ' || n || ' ', 10), 'UTF8'));
    IF n % 1000 = 0 THEN COMMIT; END IF; -- each takes a lock
  END LOOP;
END $$;
CALL make(${objects});
DROP PROCEDURE make;
CREATE TABLE one (n int);
INSERT INTO one VALUES (1);`,
    dbname,
  );
  await server.psql('CHECKPOINT');
}
