import {
  freePort,
  isMissing,
  type Postgres,
  postgresBinaries,
  startPgBouncer,
  startPostgres,
} from '@postgres-backuper/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { cli, createWorkplace, filesBelow, untilGone, type Workplace } from './harness.ts';

describe('backup refuses before the first byte', () => {
  let server: Postgres;
  let workplace: Workplace;
  beforeAll(async () => {
    server = await startPostgres({ major: 18 });
    await server.psql("CREATE TABLE hidden (id int); CREATE ROLE reader LOGIN PASSWORD 'canary of the reader'");
    await server.createDatabase('guarded');
    await server.psql(
      'CREATE TABLE t (id int); ALTER TABLE t ENABLE ROW LEVEL SECURITY; GRANT SELECT ON t TO reader',
      'guarded',
    );
    await server.createDatabase('closed', 'ALLOW_CONNECTIONS false');
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    workplace = await createWorkplace(server);
  });
  afterEach(() => workplace.remove());

  /** Ends with the status, says each of the words, shows no password, leaves nothing. */
  const refuses = async (env: Record<string, string>, status: number, ...words: readonly string[]) => {
    const end = await cli(workplace, ['backup'], env);
    expect(end).toMatchObject({ status, stdout: '' });
    for (const word of words) expect(end.stderr).toContain(word);
    expect(end.stderr).not.toContain('canary');
    expect((await filesBelow(workplace.repository)).regular).toEqual([]);
    expect((await filesBelow(workplace.tempDir)).all).toEqual([]);
    await untilGone(workplace);
  };

  test('a wrong password', () =>
    refuses({ PGPASSWORD: 'a wrong canary' }, 2, 'password authentication failed', 'PGPASSWORD'));
  test('an unknown host', () => refuses({ PGHOST: 'no-such-host.invalid' }, 2, 'no-such-host.invalid', 'PGHOST'));
  test('a server that is down', async () => refuses({ PGPORT: String(await freePort()) }, 75, 'PGPORT'));
  test('an unknown database', () => refuses({ PGDATABASE: 'nowhere' }, 2, 'nowhere'));
  test('a database that allows no connections', () => refuses({ PGDATABASE: 'closed' }, 2, 'ALLOW_CONNECTIONS true'));
  test('a client that is older than the server', async () => {
    const { binDir } = await postgresBinaries(14);
    await refuses({ BACKUP_PG_BIN_DIR: binDir }, 2, '18 or newer', '--client-version 18');
  });
  test('no privilege on one table', () =>
    refuses(
      { PGUSER: 'reader', PGPASSWORD: 'canary of the reader' },
      2,
      "'public.hidden'",
      'GRANT SELECT ON TABLE "public"."hidden" TO "reader"',
    ));
  test('a policy that would hide rows', () =>
    refuses(
      { PGUSER: 'reader', PGPASSWORD: 'canary of the reader', PGDATABASE: 'guarded' },
      2,
      "'public.t'",
      'BYPASSRLS',
    ));
  test.skipIf(isMissing('pgbouncer'))('a pooler in transaction mode', async () => {
    const pooler = await startPgBouncer({ server, poolMode: 'transaction' });
    try {
      await refuses({ PGPORT: String(pooler.port) }, 2, 'pool_mode = session');
    } finally {
      await pooler.stop();
    }
  });
  test.skipIf(isMissing('pgbouncer'))('but not a pooler in session mode', async () => {
    const pooler = await startPgBouncer({ server, poolMode: 'session' });
    try {
      expect(await cli(workplace, ['backup'], { PGPORT: String(pooler.port) })).toMatchObject({ status: 0 });
    } finally {
      await pooler.stop();
    }
  });
});
