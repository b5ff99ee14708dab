import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BACKUPER_PROGRAM, type Postgres, run, startPostgres, testMajors, tryRun } from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

/** Names that end a string, a name, a dollar quote or a format too early. */
const ODD_ROLE = `o'dd "r$$o%s\\le`;
const ODD_DATABASE = `d"a't $$a`;
const PASSWORD = `it's a "pass\\word" %`;

describe.each(testMajors())('setup-role on PostgreSQL %i', (major) => {
  let server: Postgres;
  let home: string;
  beforeAll(async () => {
    [server, home] = await Promise.all([startPostgres({ major }), mkdtemp(join(tmpdir(), 'role-'))]);
    await run(join(server.binDir, 'createdb'), [ODD_DATABASE], { env: server.env });
    await sql("CREATE TABLE t (a int); INSERT INTO t VALUES (1); SELECT lo_from_bytea(4711, 'large')");
  });
  afterAll(async () => {
    await server?.stop();
    await rm(home, { recursive: true });
  });

  const there = () => ({ ...server.env, PGDATABASE: ODD_DATABASE, BACKUP_PG_BIN_DIR: server.binDir });
  const sql = (text: string, ...more: readonly string[]) =>
    run(join(server.binDir, 'psql'), ['-XqAt', '-v', 'ON_ERROR_STOP=1', '-c', text, ...more], { env: there() });
  const backuper = (words: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    tryRun(process.execPath, [BACKUPER_PROGRAM, ...words], { cwd: home, env: { ...there(), HOME: home, ...env } });
  const backup = (role: string, password: string) =>
    backuper(
      ['backup', '--name', 'app', '--repository', join(home, 'backups'), '--encryption', 'none', '--ci', 'none'],
      {
        PGUSER: role,
        PGPASSWORD: password,
      },
    );

  test('the role that it makes backs up, and nothing is changed the second time', async () => {
    const args = ['setup-role', ODD_ROLE, '--apply', '--skip-unchanged'];
    const first = await backuper(args, { BACKUP_ROLE_PASSWORD: PASSWORD });
    expect(first).toMatchObject({ status: 0, stdout: expect.stringContaining('its password was set') });
    expect(first.stdout + first.stderr).not.toContain(PASSWORD);
    const whole = await backup(ODD_ROLE, PASSWORD);
    expect(whole).toMatchObject({ status: 0 });
    expect(whole.stderr).not.toMatch(/cannot read|left out/);
    const roles = () => sql('SELECT pg_authid, (SELECT count(*) FROM pg_auth_members) FROM pg_authid ORDER BY rolname');
    const before = await roles();
    expect(await backuper(args)).toMatchObject({ status: 0, stdout: expect.stringContaining('\\password') });
    expect(await roles()).toBe(before);
    expect(before).toContain('SCRAM-SHA-256');
  });

  test('what it prints makes the same role in psql, without a connection of its own', async () => {
    const printed = await backuper(['setup-role'], { PGHOST: '127.0.0.1', PGPORT: '1' });
    expect(printed).toMatchObject({ status: 0, stderr: '' });
    await writeFile(join(home, 'role.sql'), printed.stdout);
    for (const _ of [1, 2]) {
      await run(join(server.binDir, 'psql'), ['-Xq', '-v', 'ON_ERROR_STOP=1', '-f', join(home, 'role.sql')], {
        env: { ...there(), PGDATABASE: 'postgres' }, // the script connects to its database itself
      });
    }
    await sql("ALTER ROLE backup PASSWORD 'x'");
    expect(await backup('backup', 'x')).toMatchObject({ status: 0 });
  });

  test('a role that may not make roles changes nothing, and a superuser is left alone', async () => {
    await sql("CREATE ROLE nobody LOGIN PASSWORD 'x'");
    const refused = await backuper(['setup-role', 'other', '--apply'], { PGUSER: 'nobody', PGPASSWORD: 'x' });
    expect(refused.status).not.toBe(0);
    expect(refused.stderr).toContain('permission denied');
    expect(await sql("SELECT count(*) FROM pg_roles WHERE rolname = 'other'")).toBe('0\n');
    const before = await sql('SELECT rolpassword FROM pg_authid WHERE rolsuper');
    const superuser = (await sql('SELECT current_user')).trim();
    const own = await backuper(['setup-role', superuser, '--apply'], { BACKUP_ROLE_PASSWORD: 'new' });
    expect([own.status, own.stderr]).toEqual([2, expect.stringContaining('is a superuser')]);
    expect(await sql('SELECT rolpassword FROM pg_authid WHERE rolsuper')).toBe(before);
  });

  test('what cannot be meant is refused', async () => {
    for (const [words, env, said] of [
      [['setup-role', 'x'.repeat(64)], {}, 'more than 63 bytes'],
      [['setup-role', 'pg_backup'], {}, "PostgreSQL keeps the name 'pg_backup'"],
      [['setup-role', 'back\u200bup'], {}, 'invisible characters: back\\u200bup'],
      [['setup-role', 'a', '--dbname', 'b', '--dbname', 'c'], {}, 'one database'],
      [['setup-role'], { BACKUP_ROLE_PASSWORD: 'x' }, '--apply'],
      [['setup-role', '--apply'], { BACKUP_ROLE_PASSWORD: 'ä' }, 'printable ASCII'],
    ] as const) {
      const { status, stderr } = await backuper(words, env);
      expect([status, stderr]).toEqual([2, expect.stringContaining(said)]);
    }
  });
});
