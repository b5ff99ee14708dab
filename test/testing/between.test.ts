import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  isMissing,
  type Postgres,
  startPgBouncer,
  startPostgres,
  startTcpProxy,
  tryRun,
} from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

let server: Postgres;
beforeAll(async () => {
  server = await startPostgres({ major: 18 });
});
afterAll(() => server.stop());

const psql = (port: number, sql: string) =>
  tryRun(join(server.binDir, 'psql'), ['-XqAtw'], { env: { ...server.env, PGPORT: String(port) }, input: sql });

describe('the TCP proxy', () => {
  const large = "SELECT repeat('x', 1000) FROM generate_series(1, 5000)";

  test('passes everything on until told otherwise', async () => {
    const proxy = await startTcpProxy(server);
    const answer = await psql(proxy.port, large);
    expect(answer.stdout).toHaveLength(5000 * 1001);
    expect(proxy.connections).toBe(1);
    await proxy.stop();
  });

  test('cuts a connection after the asked number of bytes, and heals', async () => {
    const proxy = await startTcpProxy(server, { cutAfterBytes: 100_000 });
    const answer = await psql(proxy.port, large);
    expect(answer.status).not.toBe(0);
    expect(answer.stderr).toMatch(/server closed the connection|connection reset/i);
    proxy.set({});
    expect((await psql(proxy.port, 'SELECT 1')).stdout).toBe('1\n');
    await proxy.stop();
  });

  test('swallows everything as a black hole', async () => {
    const proxy = await startTcpProxy(server, { blackHole: true });
    const env = { ...server.env, PGPORT: String(proxy.port), PGCONNECT_TIMEOUT: '2' };
    const answer = await tryRun(join(server.binDir, 'psql'), ['-XqAtwc', 'SELECT 1'], { env });
    expect(answer.stderr).toContain('timeout expired');
    await proxy.stop();
  });

  test('delays, and cuts what is open on demand', async () => {
    const proxy = await startTcpProxy(server, { delayMs: 100 });
    const begin = Date.now();
    expect((await psql(proxy.port, 'SELECT 1')).stdout).toBe('1\n');
    expect(Date.now() - begin).toBeGreaterThan(300);
    const sleeping = psql(proxy.port, 'SELECT pg_sleep(600)');
    await server.until("EXISTS (SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep')");
    proxy.cut();
    expect((await sleeping).status).not.toBe(0);
    await proxy.stop();
  });
});

describe.skipIf(isMissing('pgbouncer'))('PgBouncer', () => {
  test.each([
    ['transaction', true],
    ['session', false],
  ] as const)('in %s mode lends a session that waits to another client: %s', async (poolMode, lends) => {
    const pooler = await startPgBouncer({ server, poolMode });
    const folder = await mkdtemp(join(tmpdir(), 'between-'));
    const [begun, gate] = [join(folder, 'begun'), join(folder, 'gate')];
    const wait = `touch ${begun}; until [ -e ${gate} ]; do sleep 0.05; done`;
    const waiting = psql(pooler.port, `SELECT pg_backend_pid();\n\\! ${wait}\nSELECT pg_backend_pid();`);
    await expect.poll(() => existsSync(begun)).toBe(true);
    const second = await psql(pooler.port, 'SELECT pg_backend_pid()');
    await writeFile(gate, '');
    const [first] = (await waiting).stdout.split('\n');
    expect(second.stdout.trim() === first).toBe(lends);
    await pooler.stop();
    await rm(folder, { recursive: true });
  });
});
