import { type ActRun, isMissing, type Postgres, startPostgres } from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commands, createProject, createStage, documentedWorkflows, outputs, type Stage } from './harness.ts';

const FILE = 'restore-drill.yml';

let stage: Stage;
let scratch: Postgres;
let run: (workflow: string) => Promise<ActRun>;

describe.skipIf(isMissing('act'))('the documented drill under act', () => {
  beforeAll(async () => {
    [stage, scratch] = await Promise.all([createStage(), startPostgres({ major: 18, password: 'scratch' })]);
    await stage.postgres.createDatabase('shop');
    await stage.postgres.psql('CREATE TABLE a AS SELECT g FROM generate_series(1, 500) g', 'shop');
    const { [FILE]: text = '' } = await documentedWorkflows();
    run = await createProject(stage, { [FILE]: besideContainer(text, scratch), ...callers(stage) });
  });
  afterAll(async () => {
    await Promise.allSettled([stage?.remove(), scratch?.stop()]);
  });

  test('a backup is restored into the scratch server, compared, and the server is left empty', async () => {
    const made = await run('test-backup.yml');
    expect(made.status, made.log.slice(-3000)).toBe(0);
    const drill = await run('test-drill.yml');
    expect(drill.status, drill.log.slice(-3000)).toBe(0);
    expect(outputs(drill).label).toBe(outputs(made).label);
    const [{ level, backups }] = JSON.parse(outputs(drill).result ?? '').result.repositories;
    expect(level).toBe('restore');
    expect(backups).toEqual([expect.objectContaining({ ok: true, tables: [expect.objectContaining({ rows: 500 })] })]);
    expect(await scratch.psql("SELECT count(*) FROM pg_database WHERE datname NOT LIKE 'template%'", 'postgres')).toBe(
      '1',
    );
    expect(await stage.postgres.psql('SELECT count(*) FROM pg_database', 'postgres')).toBe('4');
  });

  test('without a backup it fails, with what to do', async () => {
    const drill = await run('test-drill-none.yml');
    expect(drill.status).toBe(1);
    expect(commands(drill, 'error').map(({ kvPairs }) => kvPairs?.title)).toEqual(['PostgreSQL verify failed']);
  });
});

/** act has no service containers here: the server of the drill is one that runs already, on a port of its own. */
function besideContainer(text: string, { host, port }: Postgres): string {
  const changed = text
    .replace(/\n {4}services:\n(?: {6}.*\n)+/, '\n')
    .replace('          host: 127.0.0.1\n', `          host: ${host}\n          port: '${port}'\n`);
  expect(changed).not.toContain('services:');
  expect(changed).toContain('port:');
  return changed;
}

function callers({ postgres, minio, publicKey }: Stage): Readonly<Record<string, string>> {
  const place = { repository: 's3://backups/drill', 's3-endpoint': minio.endpoint };
  const server = { host: postgres.host, port: String(postgres.port), user: postgres.user };
  const backup = { ...server, ...place, 'public-key': publicKey, databases: '["shop"]' };
  return {
    'test-backup.yml': caller('backup.yml', backup),
    'test-drill.yml': caller(FILE, { ...place, name: 'shop' }),
    'test-drill-none.yml': caller(FILE, { ...place, name: 'never' }),
  };
}

/** JSON is YAML. */
function caller(file: string, inputs: object): string {
  const called = { uses: `./.github/workflows/${file}`, with: inputs, secrets: 'inherit' };
  return JSON.stringify({ on: 'workflow_dispatch', jobs: { called } });
}
