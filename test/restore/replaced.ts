import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { isBackuperError } from '@postgres-backuper/base';
import { type RestoreRequest, restore, undoSwap } from '@postgres-backuper/core';
import type { Postgres } from '@postgres-backuper/testing';
import { type Place, serverOf } from './harness.ts';

/** Databases that replace one another, on a server of the tests. */
export function replacing(postgres: () => Postgres, place: () => Place) {
  const services = () => ({ server: serverOf(postgres(), 'postgres'), repository: place().repository });
  const databases = async () =>
    (await postgres().psql("SELECT datname FROM pg_database WHERE datname LIKE 'app%' ORDER BY 1"))
      .split('\n')
      .filter(Boolean);
  /** A database `app` whose table says what it is, and no other of these names. */
  const again = async (what: string) => {
    for (const name of await databases()) await postgres().psql(`DROP DATABASE "${name}" WITH (FORCE)`);
    await postgres().psql('CREATE DATABASE app OWNER app_owner TEMPLATE template0');
    await postgres().psql(
      `CREATE TABLE t AS SELECT '${what}'::text AS what, g FROM generate_series(1, 20000) g; CREATE INDEX ON t (g)`,
      'app',
    );
  };
  const asked = (request: Partial<RestoreRequest> = {}) => ({
    ...{ name: 'app', target: { latest: true } as const, replace: 'app', maintenanceDatabases: ['app', 'postgres'] },
    ...{ jobs: 2, owner: true, privileges: true, policies: true, tablespaces: true, ...request },
  });
  const bring = (request: Partial<RestoreRequest> = {}, context = place().context()) =>
    restore(asked(request), services(), context);
  const undo = (request: Partial<Parameters<typeof undoSwap>[0]> = {}, env = services().server.env) => {
    const whole = { name: 'app', disconnect: false, maintenanceDatabases: ['app', 'postgres'], ...request };
    return undoSwap(whole, { server: { ...services().server, env } }, place().context());
  };
  /** A session that stays until it is ended. */
  const stay = async (dbname = 'app') => {
    const { env } = serverOf(postgres(), dbname);
    const psql = spawn(
      `${postgres().binDir}/psql`,
      ['-XAt', '-c', 'SELECT pg_backend_pid()', '-c', 'SELECT pg_sleep(60)'],
      {
        env: { ...env, PATH: process.env.PATH },
        stdio: ['ignore', 'pipe', 'ignore'],
      },
    );
    const [pid] = await once(psql.stdout, 'data');
    const ended = once(psql, 'exit');
    const end = async () => {
      await postgres().psql(`SELECT pg_terminate_backend(${pid}, 5000)`);
      await ended;
    };
    return { end, isThere: () => psql.exitCode === null, ended };
  };
  return {
    ...{ services, databases, again, asked, bring, undo, stay },
    what: (name = 'app') => postgres().psql('SELECT what FROM t LIMIT 1', name),
    refusal: (request: Partial<RestoreRequest> = {}) => refused(bring(request)),
  };
}

/** The error; undefined if there is none. */
export function refused(work: Promise<unknown>) {
  return work.then(
    () => undefined,
    (error: unknown) => {
      if (isBackuperError(error)) return error;
      throw error;
    },
  );
}
