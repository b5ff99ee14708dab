import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BACKUPER_PROGRAM, type Postgres, startPostgres, tryRun } from '@postgres-backuper/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';

const TENANTS = 2000;
const GALLERY = join(import.meta.dirname, '../gallery/tenants.sql');
const PATIENCE = 1_800_000;

let server: Postgres;
let folder: string;
beforeAll(async () => {
  server = await startPostgres({ major: 18 });
  folder = await mkdtemp(join(tmpdir(), 'tenants-'));
  await server.createDatabase('tenants', 'TEMPLATE template0');
  // each schema commits for itself: no more locks are held than the server has room for
  await server.psql(`\\set tenants ${TENANTS}\n${await readFile(GALLERY, 'utf8')}`, 'tenants');
  await server.createRole('restorer', "LOGIN CREATEDB PASSWORD 'x'");
}, PATIENCE);
afterAll(async () => {
  await server?.stop('immediate');
  await rm(folder, { recursive: true, force: true });
});

it(`${TENANTS} schemas of tenants are backed up and restored by an ordinary role`, { timeout: PATIENCE }, async () => {
  const env = { ...server.env, PG_BIN_DIR: server.binDir, TMPDIR: folder, PGDATABASE: 'tenants' };
  const repository = { BACKUP_REPOSITORY: join(folder, 'repository'), BACKUP_ENCRYPTION: 'none' };
  const cli = async (more: Record<string, string>, ...args: string[]) => {
    const end = await tryRun(process.execPath, [BACKUPER_PROGRAM, ...args], {
      env: { ...env, ...repository, ...more },
    });
    expect(end.stderr).not.toContain('✗');
    expect(end.status).toBe(0);
    return JSON.parse(end.stdout).result;
  };
  await server.psql('GRANT pg_read_all_data TO restorer');
  const role = { PGUSER: 'restorer', PGPASSWORD: 'x' };
  const [made] = (await cli(role, 'backup', '--json')).backups;
  expect(made.totals).toMatchObject({ tables: 2 * TENANTS + 1, rows: 9 * TENANTS });
  await cli(
    role,
    'restore',
    'latest',
    '--name',
    'tenants',
    '--into',
    'again',
    '--no-owner',
    '--no-privileges',
    '--json',
  );
  const facts = `SELECT (SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'tenant\\_%'), (SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal),
    (SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND convalidated), (SELECT sum(last_value) FROM pg_sequences)`;
  expect(await server.psql(facts, 'again')).toBe(await server.psql(facts, 'tenants'));
});
