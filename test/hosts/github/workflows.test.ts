import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import {
  type ActRun,
  createActProject,
  isMissing,
  type RunWorkflow,
  run as runProgram,
} from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { blocksOf, examplesOf, PATIENCE_SECONDS, settingsIn, settle } from '../../docs/start-page.ts';
import { fillLargeDatabase, holdReads, letLoadsWait, loadersIn, readersIn, sumsOfLarge } from '../../large-database.ts';
import { CANARIES, commands, createProject, createStage, outputs, type Stage, shown } from './harness.ts';

let stage: Stage;
let run: RunWorkflow;
const ends: ActRun[] = [];

describe.skipIf(isMissing('act'))('the documented workflows under act', () => {
  beforeAll(async () => {
    stage = await createStage();
    for (const name of ['app', 'crm']) {
      await stage.postgres.createDatabase(name);
      await stage.postgres.psql('CREATE TABLE a AS SELECT g FROM generate_series(1, 500) g', name);
    }
    const start = await createProject(stage, callers(stage));
    run = async (workflow, inputs) => {
      const end = await start(workflow, inputs);
      ends.push(end);
      return end;
    };
  });
  afterAll(() => stage?.remove());

  test('a nightly backup of several databases: phases, outputs, summaries', async () => {
    const end = await run('test-backup.yml');
    expect(end.status, said(end)).toBe(0);
    const labels = commands(end, 'set-output').filter(({ name }) => name === 'label');
    expect(labels.map(({ arg }) => arg)).toEqual([expect.stringMatching(LABEL), expect.stringMatching(LABEL)]);
    expect(outputs(end)).toMatchObject({ repository: 's3://backups/github' });
    expect(Number(outputs(end).size)).toBeGreaterThan(0);
    expect(Number(outputs(end).duration)).toBeGreaterThan(0);
    const groups = commands(end, 'group').map(({ arg }) => arg);
    expect(end.entries.map(({ msg }) => msg).join('')).toContain('checking server, keys and repository');
    expect(commands(end, 'endgroup')).toHaveLength(groups.length);
    const summaries = commands(end, 'summary').map(({ content = '' }) => content);
    for (const { arg = '' } of labels) expect(summaries.some((text) => text.includes(arg))).toBe(true);
    expect(commands(end, 'error')).toEqual([]);
  });

  test('the two files of the start, as they are: a backup, and its restore by the form', async () => {
    const made = await run('first-backup.yml');
    expect(made.status, said(made)).toBe(0);
    expect(outputs(made)).toMatchObject({ label: expect.stringMatching(LABEL), repository: 's3://backups/first' });
    await stage.postgres.psql('DROP DATABASE IF EXISTS app_first');
    const restored = await run('first-restore.yml', { backup: 'latest', into: 'app_first' });
    expect(restored.status, said(restored)).toBe(0);
    expect(await stage.postgres.psql('SELECT count(*) FROM a', 'app_first')).toBe('500');
  });

  test('the page of the start: what `init` makes and names is enough for a backup, which is proven', async () => {
    const { folder, minio, secrets, environment } = stage;
    const newcomer = await settle({ folder, examples: examplesOf(minio, 's3://backups/started', 'app') });
    const { stdout } = await newcomer.follow('GitHub', 0);
    const given = await settingsOfGh(settingsIn(stdout), newcomer.home);
    expect(given.secrets).toEqual(['DATABASE_URL', 'S3_ACCESS_KEY', 'S3_SECRET_KEY']);
    const file = '.github/workflows/postgres-backup.yml';
    expect(await blocksOf('GitHub')).toContain(`gh workflow run ${basename(file)}\n`);
    const start = await createActProject({
      ...{ folder: newcomer.project, environment, secrets, variables: given.variables },
      workflows: { [basename(file)]: await readFile(join(newcomer.project, file), 'utf8') },
      repositories: { 'OWNER/postgres-backuper@v1': stage.actions },
    });
    const made = await start(basename(file));
    ends.push(made);
    expect(made.status, said(made)).toBe(0);
    const proven = await newcomer.follow('Prove it');
    expect(proven.stdout).toContain(`${outputs(made).label}  every object was read, every hash is right`);
    console.log(`from nothing to a proven backup on GitHub (act): ${newcomer.seconds().toFixed(0)} s`);
    expect(newcomer.seconds()).toBeLessThan(PATIENCE_SECONDS);
    const forgejo = await newcomer.follow('Forgejo, Gitea', 0);
    const names = [...forgejo.stdout.matchAll(/(?:Secrets|Variables), (\w+): /g)].map(([, name]) => name);
    expect(names.sort()).toEqual([...given.secrets, ...Object.keys(given.variables)].sort());
    const ours = await readFile(join(newcomer.project, '.forgejo/workflows/postgres-backup.yml'), 'utf8');
    const same = ours
      .replace('https://forgejo.example/', '')
      .replace(/runs-on: docker\n +container:\n +image: .*/, 'runs-on: ubuntu-latest');
    expect(same).toBe(await readFile(join(newcomer.project, file), 'utf8'));
  });

  test('one database over several jobs: one backup, its summary has a line for each part, and several jobs bring it back', async () => {
    await stage.postgres.createDatabase('large');
    await fillLargeDatabase(stage.postgres, 'large');
    await letLoadsWait(stage.postgres, 'large');
    const held = holdReads(stage.postgres, 'large');
    const { DATABASE_URL = '' } = stage.secrets;
    const secrets = { ...stage.secrets, DATABASE_URL: DATABASE_URL.replace(/\/app$/, '/large') };
    const start = await createProject({ ...stage, secrets }, {});
    const made = await start('backup-in-parts.yml');
    ends.push(made);
    if (made.status !== 0)
      console.log(
        made.entries
          .filter((e) => e.command === 'error' || e.command === 'warning' || e.jobResult)
          .map((e) => JSON.stringify(e).slice(0, 600))
          .join('\n'),
      );
    expect(made.status, said(made)).toBe(0);
    const summaries = commands(made, 'summary').map(({ content = '' }) => content);
    const [whole = '', ...others] = summaries.filter((text) => text.includes('| Label |'));
    expect(others).toEqual([]);
    const readers = readersIn(whole);
    expect(readers).toHaveLength(5);
    expect(await held).toBe(true);
    expect(readers).toContain('another job');
    expect(summaries, 'the whole, and a summary of each part').toHaveLength(5);
    const { label: backup = '' } = outputs(made);
    const restored = await start('restore-in-parts.yml', { backup, into: 'large_restored' });
    ends.push(restored);
    expect(restored.status, said(restored)).toBe(0);
    const told = commands(restored, 'summary').map(({ content = '' }) => content);
    expect(told, 'of the whole, and of each job').toHaveLength(5);
    expect(told.flatMap(loadersIn)).not.toEqual([]);
    expect(await sumsOfLarge(stage.postgres, 'large_restored')).toBe(await sumsOfLarge(stage.postgres, 'large'));
  });

  test('the status of what was backed up, and of what never was', async () => {
    const good = await run('test-status.yml');
    expect(good.status, good.log).toBe(0);
    const bad = await run('test-status-none.yml');
    expect(bad.status).toBe(1);
    expect(commands(bad, 'error').map(({ kvPairs }) => kvPairs?.title)).toEqual(['PostgreSQL status failed']);
  });

  test('the label of the backup before a deployment reaches the other jobs', async () => {
    const end = await run('test-deploy.yml');
    expect(end.status, said(end)).toBe(0);
    expect(shown(end)).toContain(`rollback to ${outputs(end).label}`);
  });

  test('a restore by hand: a new database, named in the output', async () => {
    const end = await run('test-restore.yml');
    expect(end.status, said(end)).toBe(0);
    expect(outputs(end)).toMatchObject({ 'restored-database': 'app_copy' });
    expect(await stage.postgres.psql('SELECT count(*) FROM a', 'app_copy')).toBe('500');
  });

  test('one database fails: its job is red with the reason, the other one is backed up', async () => {
    const end = await run('test-one-missing.yml');
    expect(end.status).toBe(1);
    expect(commands(end, 'error').map(({ arg }) => arg)).toEqual([expect.stringContaining('"missing" does not exist')]);
    expect(outputs(end).label, said(end)).toMatch(LABEL);
  });

  test('check, a proven backup, a skipped one, list, prune and verify by their actions', async () => {
    const end = await run('test-others.yml');
    expect(end.status, said(end)).toBe(0);
    expect(outputs(end)).toMatchObject({ version: expect.stringMatching(/^18/), 'bin-dir': stage.postgres.binDir });
    expect(commands(end, 'notice').map(({ kvPairs }) => kvPairs?.title)).toEqual(['PostgreSQL backup skipped']);
    const summaries = commands(end, 'summary')
      .map(({ content = '' }) => content)
      .join('\n');
    for (const title of ['Check before a backup', 'Pruning of backups', 'Verification of backups', '## ✅ Backups']) {
      expect(summaries).toContain(title);
    }
    expect(summaries).toContain('| Proven | every object was read and decrypted');
    expect(JSON.parse(outputs(end).result ?? '')).toMatchObject({ command: 'verify', exit: 0 });
  });

  test('a name full of commands injects nothing', async () => {
    await stage.postgres.createDatabase(NASTY);
    await stage.postgres.psql(`CREATE TABLE "::error::in a table" AS SELECT 1 AS n`, NASTY);
    const end = await run('test-nasty.yml');
    expect(end.status, said(end)).toBe(0);
    const obeyed = new Set(end.entries.flatMap(({ command }) => command ?? []));
    const beside = ['endgroup', 'group']; // of a phase that lasts so long that it says more
    expect([...obeyed].filter((command) => !beside.includes(command)).sort()).toEqual([
      ...['add-mask', 'set-output', 'summary'],
    ]);
    expect(Object.keys(outputs(end)).sort()).toEqual(['duration', 'label', 'repository', 'result', 'size']);
    expect(end.entries.map(({ msg }) => msg).join('')).not.toContain('\u001b');
  });

  test('no secret is anywhere, in no form', () => {
    expect(ends.length).toBeGreaterThan(5);
    const { PRIVATE_KEY = '', S3_SECRET_KEY = '' } = stage.secrets;
    const lines = PRIVATE_KEY.split('\n').filter((line) => line.length > 20 && !line.startsWith('-----'));
    const words = [...Object.values(CANARIES), S3_SECRET_KEY];
    const key = PRIVATE_KEY.trim();
    const forms = [
      ...words.flatMap((text) => [text, encodeURIComponent(text), base64(text)]),
      ...[key, base64(key), ...lines], // not URL-encoded: act unescapes '%250A' now so, now so
    ];
    const masks = new Set(ends.flatMap((end) => commands(end, 'add-mask').map(({ arg }) => arg)));
    const places = forms.flatMap((form, index) => (masks.has(form) ? [] : [index]));
    expect(places, 'which forms are not masked').toEqual([]);
    const all = ends.map(shown).join('\n');
    for (const form of forms) expect(all.includes(form), 'a secret is shown').toBe(false);
  });
});

/** What the printed lines of GitHub's program set: secrets by their names, variables with their values. */
async function settingsOfGh(lines: readonly string[], home: string) {
  const gh = `gh() {
    if [ "$1" = secret ]; then jq -cn '$ARGS.positional' --args -- "$@"
    elif [ "\${4:-}" = --body ]; then jq -cn '$ARGS.positional' --args -- "$1" "$2" "$3" "$5"
    else jq -cn '$ARGS.positional' --args -- "$@" "$(cat)"; fi; }`;
  const env = { PATH: '/usr/bin:/bin', HOME: home };
  const set = (await runProgram('bash', ['-euc', [gh, ...lines].join('\n')], { env })).trim().split('\n');
  const calls = set.map((line) => JSON.parse(line) as readonly string[]);
  const of = (kind: string) => calls.filter(([one]) => one === kind);
  return {
    secrets: of('secret').map(([, , name = '']) => name),
    variables: Object.fromEntries(of('variable').map(([, , name = '', value = '']) => [name, value])),
  };
}

const LABEL = /^backup_\d{8}_\d{6}_[0-9a-f]+$/;
const NASTY = 'a::error::b\n::error::c\u001b[31m ##[error]d';

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

/** The thin callers: what users write with their own hosts and names. */
function callers({ postgres, minio, publicKey }: Stage): Readonly<Record<string, string>> {
  const place = { repository: 's3://backups/github', 's3-endpoint': minio.endpoint };
  const server = { host: postgres.host, port: String(postgres.port), user: postgres.user };
  const S3 = {
    ...place,
    's3-access-key': secret('S3_ACCESS_KEY'),
    's3-secret-key': secret('S3_SECRET_KEY'),
  };
  const reader = { 'private-key': secret('PRIVATE_KEY'), 'private-key-passphrase': secret('PRIVATE_KEY_PASSPHRASE') };
  const source = { ...server, password: secret('PG_PASSWORD'), ...S3, 'public-key': publicKey };
  const backup = { ...server, ...place, 'public-key': publicKey };
  return {
    'test-backup.yml': caller('backup.yml', { ...backup, databases: '["app", "crm"]' }),
    'test-one-missing.yml': caller('backup.yml', { ...backup, databases: '["missing", "crm"]' }),
    'test-status.yml': caller('status.yml', { ...place, databases: '["app", "crm"]' }),
    'test-status-none.yml': caller('status.yml', { ...place, databases: '["never"]' }),
    'test-restore.yml': caller('restore.yml', { ...server, ...place, name: 'app', into: 'app_copy' }),
    'test-deploy.yml': caller(
      'backup-before-deploy.yml',
      { ...place, 'public-key': publicKey },
      {
        deploy: {
          needs: 'called',
          'runs-on': 'ubuntu-latest',
          steps: [{ run: 'echo "rollback to $LABEL"', env: { LABEL: expression('needs.called.outputs.label') } }],
        },
      },
    ),
    'test-others.yml': workflow({
      steps: {
        'runs-on': 'ubuntu-latest',
        steps: [
          action('setup-client', { 'client-version': '18' }),
          action('check', { ...source, ...reader, dbname: 'app' }),
          action('backup', { ...source, ...reader, dbname: 'app', verify: 'content' }),
          action('backup', { ...source, dbname: 'app', 'skip-if-newer-than': '20h' }),
          { uses: 'OWNER/postgres-backuper@v1', with: { command: 'list', ...S3, name: 'app' } },
          action('prune', { ...S3, name: 'app', 'dry-run': 'true', 'keep-days': '1' }),
          action('verify', { ...source, ...reader, name: 'app', level: 'content', backup: 'latest' }),
        ],
      },
    }),
    'test-nasty.yml': workflow({
      steps: {
        'runs-on': 'ubuntu-latest',
        steps: [action('backup', { ...source, ...reader, dbname: JSON.stringify([NASTY]), verify: 'content' })],
      },
    }),
  };
}

/** The end of the log, for a test that fails. */
function said({ entries }: ActRun): string {
  return entries
    .map(({ msg }) => msg.trim().slice(0, 300))
    .slice(-25)
    .join('\n');
}

function caller(file: string, inputs: object, more: object = {}): string {
  return workflow({ called: { uses: `./.github/workflows/${file}`, with: inputs, secrets: 'inherit' }, ...more });
}

/** JSON is YAML. */
function workflow(jobs: object): string {
  return JSON.stringify({ on: 'workflow_dispatch', jobs });
}

function action(name: string, inputs: object): object {
  return { uses: `OWNER/postgres-backuper/actions/${name}@v1`, with: inputs };
}

function secret(name: string): string {
  return expression(`secrets.${name}`);
}

function expression(text: string): string {
  return `\${{ ${text} }}`;
}
