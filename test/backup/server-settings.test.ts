import { appendFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Postgres, startPostgres, testMajors } from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../cli/run-cli.ts';

const RULE = 'host all "a b" 10.0.0.0/8 radius radiusservers="10.1.1.1" radiussecrets="s3cret"';

describe.each(testMajors())('the settings of a server of PostgreSQL %i', (major) => {
  let server: Postgres;
  let folder: string;
  beforeAll(async () => {
    server = await startPostgres({ major });
    await server.createDatabase('app');
    for (const one of [
      "work_mem = '5MB'",
      "statement_timeout = '55min'", // our sessions have another one
      "primary_conninfo = 'host=primary password=s3cret'",
    ])
      await server.psql(`ALTER SYSTEM SET ${one}`);
    await appendFile(join(server.dataDir, 'pg_hba.conf'), `${RULE}\n`);
    await appendFile(join(server.dataDir, 'postgresql.conf'), "app.key = 's3cret'\n");
    await server.restart();
    folder = await mkdtemp(join(tmpdir(), 'settings-'));
  });
  afterAll(async () => {
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  });
  const run = async (words: readonly string[], env = {}) => {
    const there = { HOME: folder, PGDATABASE: 'app', BACKUP_PG_BIN_DIR: server.binDir };
    const repository = { BACKUP_REPOSITORY: join(folder, 'repository'), BACKUP_ENCRYPTION: 'none' };
    const end = await runCli([...words, '--json'], { ...server.env, ...there, ...repository, ...env });
    expect(end.stdout + end.stderr).not.toContain('s3cret');
    return { ...end, result: JSON.parse(end.stdout).result };
  };

  it('are kept without their secrets, and exported to be read', async () => {
    expect(await run(['backup'])).toMatchObject({ status: 0 });
    const { result } = await run(['show', 'latest']);
    const found = (name: string) => result.serverSettings.find((one: { name: string }) => one.name === name);
    expect(found('statement_timeout')).toMatchObject({ value: '3300000ms', source: null });
    expect(found('work_mem')).toMatchObject({ value: '5MB', file: expect.stringContaining('auto.conf') });
    expect(found('primary_conninfo')).toMatchObject({ value: null });
    expect(found('app.key')).toBeUndefined(); // pg_settings has none of an extension that is not loaded
    expect(found('port')).toMatchObject({ value: String(server.port), source: 'command line', file: null });
    expect(found('search_path')).toBeUndefined();
    expect(result.hbaRules.at(-1)).toMatchObject({
      ...{ type: 'host', users: ['a b'], address: '10.0.0.0', method: 'radius' },
      options: expect.arrayContaining(['radiusservers=10.1.1.1', 'radiussecrets=']),
    });
    const out = join(folder, 'out');
    await rm(out, { recursive: true, force: true }); // of a first try
    expect((await run(['export', 'latest', out])).result.server).toBe(join(out, 'server.json'));
    expect((await stat(join(out, 'server.json'))).mode & 0o777).toBe(0o600);
    const { serverSettings, hbaRules } = JSON.parse(await readFile(join(out, 'server.json'), 'utf8'));
    expect({ serverSettings, hbaRules }).toEqual({ serverSettings: result.serverSettings, hbaRules: result.hbaRules });
    for (const name of await readdir(out)) expect(name).toMatch(/^(dump|globals\.sql|server\.json)$/);
  });

  it('are no failure where the role may not read them, and are left out with the roles', async () => {
    await server.psql("CREATE ROLE small LOGIN PASSWORD 'x'", 'app');
    const asked = ['backup', '--name', 'small'];
    const small = { PGUSER: 'small', PGPASSWORD: 'x' };
    const first = await run(asked, small);
    expect(first).toMatchObject({ status: 0, stderr: expect.stringContaining('the rules of pg_hba.conf') });
    const shown = async () => (await run(['show', 'latest', '--name', 'small'])).result;
    expect(await shown()).toMatchObject({ hbaRules: null, serverSettings: expect.any(Array) });
    await server.psql(
      `GRANT pg_read_all_settings TO small; GRANT SELECT ON pg_hba_file_rules TO small;
       GRANT EXECUTE ON FUNCTION pg_hba_file_rules() TO small`,
      'app',
    );
    expect((await run(asked, small)).stderr).not.toContain('could not be read');
    expect(await shown()).toMatchObject({ hbaRules: expect.any(Array) });
    await run([...asked, '--no-globals'], small);
    expect(await shown()).toMatchObject({ hbaRules: null, serverSettings: null });
  });

  it('are never a reason to fail: rules with errors, too large, or not known to the server', async () => {
    const path = join(server.dataDir, 'pg_hba.conf');
    const whole = await readFile(path, 'utf8');
    const rulesWith = async (text: string) => {
      await writeFile(path, `${whole}${text}`);
      const { status, stderr } = await run(['backup', '--name', 'odd']);
      return { status, stderr, rules: (await run(['show', 'latest', '--name', 'odd'])).result.hbaRules };
    };
    const rename = (from: string, to: string) =>
      server.psql(`SET allow_system_table_mods = on; ALTER VIEW pg_catalog.${from} RENAME TO ${to}`, 'app');
    await writeFile(join(server.dataDir, 'inner.conf'), 'host all inner 10.8.0.0/16 reject\n');
    await writeFile(join(server.dataDir, 'many'), Array.from({ length: 10_000 }, (_, id) => `user_${id}`).join('\n'));
    const inner = major < 16 ? 'host all inner 10.8.0.0/16 reject' : 'include inner.conf';
    const odd = await rulesWith(`${inner}\nhost all last 10.9.0.0/16 reject\nnonsense\n`);
    expect(odd).toMatchObject({ status: 0, stderr: expect.stringContaining('1 line of pg_hba.conf with an error') });
    expect(odd.rules.slice(-2)).toMatchObject([{ users: ['inner'] }, { users: ['last'] }]);
    const large = await rulesWith('host all @many 10.0.0.0/8 reject\n'.repeat(20));
    expect(large).toMatchObject({ status: 0, rules: null, stderr: expect.stringContaining('more than 1048576 bytes') });
    await rename('pg_hba_file_rules', 'pg_hba_other');
    expect(await rulesWith('')).toMatchObject({ status: 0, rules: null });
    await rename('pg_hba_other', 'pg_hba_file_rules');
  });
});
