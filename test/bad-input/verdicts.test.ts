import { chmod, chown, copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Postgres, run, startPostgres } from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCli, serverVariables } from '../cli/run-cli.ts';

/** A server with TLS and a lock table for a few hundred tables. */
let server: Postgres;
let folder: string;
let env: Record<string, string>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'verdicts-'));
  server = await startPostgres({ major: 18, settings: { max_locks_per_transaction: '10', max_connections: '15' } });
  await makeCertificate('server');
  await makeCertificate('other');
  await giveToServer('server.crt', 'server.key');
  await server.psql('ALTER SYSTEM SET ssl = on');
  await server.restart();
  env = {
    ...{ HOME: folder, TMPDIR: folder, ...serverVariables(server), PG_HOST: 'localhost', PG_DB: 'postgres' },
    ...{ BACKUP_ENCRYPTION: 'none', BACKUP_REPOSITORY: join(folder, 'repository'), PGSSLMODE: 'require' },
  };
});
afterAll(async () => {
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function makeCertificate(name: string): Promise<void> {
  const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  const files = ['-keyout', join(folder, `${name}.key`), '-out', join(folder, `${name}.crt`)];
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  await run('openssl', ['req', '-x509', ...made, ...files, ...names]);
}

async function giveToServer(...names: readonly string[]): Promise<void> {
  for (const name of names) {
    const path = join(server.dataDir, name);
    await copyFile(join(folder, name), path);
    await chmod(path, 0o600);
    if (process.getuid?.() === 0) await chown(path, 65534, 65534);
  }
}

describe('what lasts is no reason to try again', () => {
  test('the server is good', async () => {
    const end = await runCli(['check'], {
      ...env,
      PGSSLMODE: 'verify-full',
      PGSSLROOTCERT: join(folder, 'server.crt'),
    });
    expect(end).toMatchObject({ status: 0 });
  });

  test.each<[string, () => Record<string, string>, RegExp]>([
    [
      'a root certificate that is not there',
      () => ({ PGSSLMODE: 'verify-ca', PGSSLROOTCERT: '/nowhere.pem' }),
      /PGSSLROOTCERT/,
    ],
    [
      'the certificate of another authority',
      () => ({ PGSSLMODE: 'verify-full', PGSSLROOTCERT: join(folder, 'other.crt') }),
      /certificate verify failed/,
    ],
    [
      "a host name that is not the certificate's",
      () => ({ PG_HOST: '127.0.0.1', PGSSLMODE: 'verify-full', PGSSLROOTCERT: join(folder, 'server.crt') }),
      /does not match host name/,
    ],
    [
      'a key that the group may read',
      () => ({ PGSSLCERT: join(folder, 'other.crt'), PGSSLKEY: join(folder, 'other.key') }),
      /private key file|permission/,
    ],
    ['a mode that libpq does not know', () => ({ PGSSLMODE: 'no-verify' }), /verify-full/],
    ['a service that is not defined', () => ({ PGSERVICE: 'nowhere', PG_HOST: '', PG_PORT: '' }), /nowhere|service/],
  ])('%s', async (_what, more, words) => {
    await chmod(join(folder, 'other.key'), 0o644);
    const end = await runCli(['check'], { ...env, ...more() });
    expect(end.stdout + end.stderr).toMatch(words);
    expect(end.status).toBe(2);
  });

  test('a lock table that is too small is named with its setting, by check and by the backup', async () => {
    await server.psql('DROP DATABASE IF EXISTS wide');
    await server.createDatabase('wide');
    const tables = Array.from(
      { length: 50 },
      (_, n) => `DO $$ BEGIN FOR g IN 1..100 LOOP
      EXECUTE format('CREATE TABLE table_with_a_long_name_${n}_%s (i int)', g); END LOOP; END $$;`,
    );
    await server.psql(tables.join('\n'), 'wide');
    const looked = await runCli(['check'], { ...env, PG_DB: 'wide' });
    expect(looked.stdout + looked.stderr).toContain('max_locks_per_transaction');
    const end = await runCli(['backup'], { ...env, PG_DB: 'wide' });
    expect(end.stderr).toContain('max_locks_per_transaction');
    expect(end.stderr.length).toBeLessThan(3000);
    expect(end.status).toBe(2);
  });
});
