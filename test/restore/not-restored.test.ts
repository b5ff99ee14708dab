import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BackuperError } from '@postgres-backuper/base';
import { type RestoreResult, restore } from '@postgres-backuper/core';
import { type Postgres, run, startPostgres, testMajors } from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { notRestoredScript } from '../../packages/cli/src/not-restored-file.ts';
import { createPlace, makeBackup, type Place, serverOf } from './harness.ts';

/** psql would run it if it took a part of a name or of a definition for a line of its own. */
const TRAP = String.raw`\! touch trace`;
const NAME = `é\n${TRAP}\n`;

describe.each(testMajors())('the file of what is not restored, on PostgreSQL %i', (major) => {
  let postgres: Postgres;
  let place: Place;
  beforeAll(async () => {
    [postgres, place] = await Promise.all([startPostgres({ major }), createPlace()]);
  });
  afterAll(async () => {
    await postgres?.stop();
    await place?.remove();
  });

  /** Refused in any other database than that of the backup. */
  const make = async (name: string, settings: string) => {
    await postgres.createDatabase(name, `TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'`);
    await postgres.psql(
      `SET client_encoding = 'UTF8'; ${settings}
       CREATE FUNCTION guard(t text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS
         $$ BEGIN IF current_database() <> '${name}' THEN RAISE EXCEPTION 'not é here'; END IF; RETURN t; END $$;
       CREATE TABLE "t${NAME}" (i int PRIMARY KEY, "c${NAME}" text); INSERT INTO "t${NAME}" VALUES (1, 'é');
       CREATE INDEX "i${NAME}" ON "t${NAME}" (public.guard("c${NAME}")) WHERE "c${NAME}" <> E'\\\\\\n${TRAP.replace('\\', '\\\\')}\\n''';
       COMMENT ON INDEX "i${NAME}" IS E'é \\\\\\n${TRAP.replace('\\', '\\\\')}\\n''';
       CREATE MATERIALIZED VIEW "m${NAME}" AS SELECT public.guard("c${NAME}") AS c FROM "t${NAME}";
       CREATE TABLE child (i int); INSERT INTO child VALUES (2);
       ALTER TABLE child ADD CONSTRAINT "k${NAME}" FOREIGN KEY (i) REFERENCES "t${NAME}" NOT VALID;
       UPDATE pg_constraint SET convalidated = true WHERE conrelid = 'child'::regclass;`,
      name,
    );
    await makeBackup(postgres, { dbname: name }, place);
  };
  const bring = async (name: string): Promise<RestoreResult> => {
    const request = {
      name,
      target: { latest: true } as const,
      into: `${name} copy`,
      maintenanceDatabases: ['postgres'],
      jobs: 2,
    };
    const services = { server: serverOf(postgres, 'postgres'), repository: place.repository };
    const error = await restore({ ...request, owner: true, privileges: true }, services, place.context()).catch(
      (thrown) => thrown,
    );
    expect(error).toMatchObject({ code: 'restore-incomplete' });
    return (error as BackuperError).result as RestoreResult;
  };
  /** In a folder of its own, which a shell would change. */
  const runFile = async (name: string, file: string) =>
    run(join(postgres.binDir, 'psql'), ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', file], {
      env: { ...postgres.env, PGDATABASE: `${name} copy` },
      cwd: place.directory,
    });

  it.each([
    ['standard', ''],
    ['older', "ALTER DATABASE older SET standard_conforming_strings = 'off';"],
  ])('brings it back where strings are %s, and runs no command in it', async (name, settings) => {
    await make(name, settings);
    const result = await bring(name);
    const file = join(place.directory, `${name}.sql`);
    await writeFile(file, notRestoredScript(result));
    expect(result.objects.map(({ object, lack }) => [object.split(' ')[0], lack]).sort()).toEqual([
      ['COMMENT', 'missing'],
      ['FK', 'not-valid'],
      ['INDEX', 'missing'],
      ['MATERIALIZED', 'not-populated'],
    ]);
    await expect(runFile(name, file)).rejects.toThrow(/ERROR: {2}not .* here/);
    await postgres.psql(
      `CREATE OR REPLACE FUNCTION guard(t text) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT t'; DELETE FROM child`,
      `${name} copy`,
    );
    await postgres.psql(`ALTER DATABASE "${name} copy" RESET ALL`);
    await runFile(name, file);
    const look = (database: string) =>
      postgres.psql(
        `SET standard_conforming_strings = on; SELECT pg_get_indexdef(indexrelid), obj_description(indexrelid) FROM pg_index WHERE indrelid = (SELECT oid FROM pg_class WHERE relname LIKE 't%' AND relkind = 'r') ORDER BY 1;
         SELECT relispopulated FROM pg_class WHERE relkind = 'm'; SELECT convalidated FROM pg_constraint WHERE contype = 'f'`,
        database,
      );
    expect(await look(`${name} copy`)).toBe(await look(name));
    expect(await readdir(place.directory)).not.toContain('trace');
  });
});
