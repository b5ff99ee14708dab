import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createStage, type Stage } from './harness.ts';
import { startStep } from './runner.ts';

/** The role has no database of its own name. */
const ROLE = 'no_database_is_called_so';

let stage: Stage;

beforeAll(async () => {
  stage = await createStage();
  for (const name of ['app', 'crm']) await stage.postgres.createDatabase(name);
});
afterAll(() => stage?.remove());

test('lines of an input are several values, and outputs of several backups are lines', async () => {
  const end = await backup({ dbname: 'app\ncrm\n' });
  expect(end.status, end.log).toBe(0);
  expect(end.outputs).toMatch(/^label<<(\S+)\nbackup_\w+\nbackup_\w+\n\1\n/);
});

test('secrets that no input gave are masked, too, and before anything else is said', async () => {
  const config = { repository: join(stage.folder, 'of-config'), 's3-secret-key-file': { env: 'CANARY_OF_CONFIG' } };
  await writeFile(join(stage.folder, 'config.json'), JSON.stringify(config));
  await writeFile(join(stage.folder, 'password'), `${stage.postgres.password}\n`);
  const more = {
    BACKUP_PASSWORD_FILE: join(stage.folder, 'password'),
    BACKUP_CONFIG: join(stage.folder, 'config.json'),
    CANARY_OF_CONFIG: 'canary-of-the-config',
    AWS_SESSION_TOKEN: 'canary-of-the-session',
  };
  const end = await backup({ dbname: 'app', password: '', repository: '', 's3-access-key': 'an-id' }, more);
  const lines = end.log.trimEnd().split('\n');
  const said = lines.findIndex((line) => !line.startsWith('::add-mask::'));
  for (const secret of [stage.postgres.password, 'canary-of-the-config', 'canary-of-the-session', 'an-id']) {
    expect(lines.slice(0, said)).toContain(`::add-mask::${secret}`);
    expect(lines.slice(said).join('\n')).not.toContain(secret);
  }
  expect(end.status, lines.slice(said).join('\n')).toBe(0);
});

test('an empty input leaves its say to the variable of the option', async () => {
  const end = await backup({ dbname: '' }, { PGDATABASE: 'crm' });
  expect(end.status, end.log).toBe(0);
  expect(end.summary).toContain('| Database | crm |');
  expect(end.summary, 'the next step').toMatch(/actions\/restore@v1\n {2}with:\n[\s\S]* {4}into: crm_restored\n/);
});

describe('two that name a database', () => {
  const urlOf = (database: string) => {
    const { user, password, host, port } = stage.postgres;
    return `postgres://${user}:${encodeURIComponent(password)}@${host}:${port}/${database}`;
  };
  const none = { host: '', port: '', user: '', password: '' };

  test('the input dbname of a matrix wins over the database of the input database-url', async () => {
    const end = await backup({ ...none, 'database-url': urlOf('app'), dbname: 'crm' });
    expect(end.status, end.log).toBe(0);
    expect(end.summary).toContain('| Database | crm |');
  });

  test("the inputs win over a DATABASE_URL of the application's tests, and over variables of the job", async () => {
    const test = 'postgres://tester:canary-of-the-tests@tests.invalid/app';
    const end = await backup({ dbname: 'crm' }, { DATABASE_URL: test, PGHOST: 'tests.invalid', PGDATABASE: 'app' });
    expect(end.status, end.log).toBe(0);
    expect(end.summary).toContain('| Database | crm |');
    expect(end.log).toContain("DATABASE_URL names the server 'tests.invalid' and is not used");
    const url = await backup({ ...none, 'database-url': urlOf('crm') }, { BACKUP_DBNAME: 'app', PG_DB: 'app' });
    expect(url.summary).toContain('| Database | crm |');
  });

  test('inputs that name two servers end with both names', async () => {
    const end = await backup({ 'database-url': 'postgres://other.invalid/app', dbname: 'crm' });
    expect(end.status).toBe(2);
    expect(end.log).toMatch(
      /names the server 'other.invalid', but the input 'host' names '127.0.0.1:\d+': leave one of them out/,
    );
    expect(end.outputs).not.toContain('label');
  });

  test('a rotation and a watch mean the same database', async () => {
    for (const action of ['status', 'prune']) {
      const asked = { 'database-url': urlOf('app'), dbname: 'gone', repository: join(stage.folder, 'repository') };
      const end = await startStep(stage, { action, inputs: { ...asked, encryption: 'none' } }).then(
        ({ ended }) => ended,
      );
      expect(end.log, action).toContain("'gone'");
      expect(end.log, action).not.toContain("'app'");
    }
  });
});

test('a restore without the input backup takes the latest', async () => {
  const { postgres, folder } = stage;
  const repository = join(folder, 'repository-none');
  const made = await backup({ dbname: 'app', repository, encryption: 'none', 'public-key': '' });
  const label = /^backup_\w+$/m.exec(made.outputs)?.[0];
  const server = { host: postgres.host, port: String(postgres.port), user: postgres.user, password: postgres.password };
  const into = `restored_${Date.now()}`; // a retry finds the first one
  const inputs = { ...server, dbname: 'app', repository, encryption: 'none', into };
  const end = await startStep(stage, { action: 'restore', inputs }).then(({ ended }) => ended);
  expect(end.status, end.log).toBe(0);
  expect(end.outputs).toContain(label);
});

test('what an input must not be is said with its name', async () => {
  const end = await backup({ dbname: 'app', 'keep-days': 'many' });
  expect(end.status).toBe(2);
  expect(end.log).toMatch(/^::error title=PostgreSQL backup failed::the input 'keep-days'/m);
});

describe('the action at the root', () => {
  const start = (inputs: Readonly<Record<string, string>>) => {
    const { postgres, publicKey, folder } = stage;
    const all = {
      ...{ host: postgres.host, port: String(postgres.port), user: postgres.user, password: postgres.password },
      ...{ repository: join(folder, 'of-the-root'), 'public-key': publicKey, ...inputs },
    };
    return startStep(stage, { action: '.', inputs: all }).then(({ ended }) => ended);
  };

  test('runs the command of its input, and its post step says how that ended', async () => {
    const end = await start({ command: 'backup', dbname: 'app' });
    expect(end.status, end.log).toBe(0);
    expect(end.outputs).toMatch(/^label<</);
    const after = await startStep(stage, { action: '.', script: 'post', more: end.state }).then(({ ended }) => ended);
    expect(after.log).toContain('backup ended well');
  });

  test.each([
    [{ command: 'bakcup' }, "the input 'command' must be one of: backup, "],
    [{ command: 'backup', 'max-age': '26h' }, "backup takes no input 'max-age'"],
  ])('%o: nothing runs', async (inputs, text) => {
    const end = await start({ dbname: 'app', ...inputs });
    expect(end).toMatchObject({ status: 2, outputs: '' });
    expect(end.log).toBe(`::error title=PostgreSQL step failed::${end.log.split('::')[2]}`);
    expect(end.log).toContain(text);
    const after = await startStep(stage, { action: '.', script: 'post', more: end.state }).then(({ ended }) => ended);
    expect(after).toMatchObject({ status: 0, log: '' });
  });
});

describe('no database has to be there to find the client programs', () => {
  const server = () => {
    const { host, port } = stage.postgres;
    return { host, port: String(port), user: ROLE, password: 'sesame' };
  };
  beforeAll(() => stage.postgres.createRole(ROLE, "SUPERUSER LOGIN PASSWORD 'sesame'"));

  test.each([{}, { dbname: 'nowhere' }, { dbname: 'nowhere\napp' }, { 'maintenance-db': 'crm' }])(
    'by setup-client with %o',
    async (inputs) => {
      const { ended } = await startStep(stage, { action: 'setup-client', inputs: { ...server(), ...inputs } });
      const end = await ended;
      expect(end.status, end.log).toBe(0);
      expect(end.outputs).toContain('18.');
    },
  );

  test('by a backup of all databases, and by the restore of one that is gone', async () => {
    const { postgres, folder, secrets } = stage;
    await postgres.psql('DROP DATABASE IF EXISTS gone WITH (FORCE)');
    await postgres.createDatabase('gone');
    const common = { ...server(), repository: join(folder, 'gone'), 'install-client': 'true' };
    const made = await backup({ ...common, 'all-databases': 'true' });
    expect(made.status, made.log).toBe(0);
    await postgres.psql('DROP DATABASE gone');
    const reader = {
      'private-key': secrets.PRIVATE_KEY as string,
      'private-key-passphrase': secrets.PRIVATE_KEY_PASSPHRASE as string,
    };
    const inputs = { ...common, ...reader, backup: 'latest', dbname: 'gone', into: 'gone' };
    const restored = await (await startStep(stage, { action: 'restore', inputs })).ended;
    expect(restored.status, restored.log).toBe(0);
    expect(restored.outputs).toContain('gone');
  });
});

function backup(inputs: Readonly<Record<string, string>>, more: Readonly<Record<string, string>> = {}) {
  const { postgres, publicKey, folder } = stage;
  const all = {
    ...{ host: postgres.host, port: String(postgres.port), user: postgres.user, password: postgres.password },
    ...{ repository: join(folder, 'repository'), 'public-key': publicKey, ...inputs },
  };
  return startStep(stage, { action: 'backup', inputs: all, more }).then(({ ended }) => ended);
}
