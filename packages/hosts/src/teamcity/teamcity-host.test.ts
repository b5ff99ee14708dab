import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { documentWith, type Loose } from '../document.test-data.ts';
import { KEYS } from '../wording.test-data.ts';
import { createTeamCityHost } from './teamcity-host.ts';

const NASTY = "##teamcity[buildStop comment='x']\n##teamcity[y";

function opened(environment: Record<string, string> = {}) {
  const lines: string[] = [];
  let clock = 0;
  const write = (text: string) => lines.push(...text.split('\n').filter(Boolean));
  const host = createTeamCityHost({
    write,
    environment,
    wording: KEYS,
    verbose: false,
    elapsed: () => clock,
    now: () => 0,
  });
  const finish = (said: Loose, more: { text?: string } = {}) =>
    host.finish({ document: documentWith(said), text: '', ...more });
  return { host, lines, finish, wait: (ms: number) => (clock += ms) };
}

/** The variables of a result file that is there and of a summary that is not. */
async function files(name: string): Promise<Record<string, string>> {
  const folder = await mkdtemp(join(tmpdir(), 'teamcity-host-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, name), '{}');
  return { BACKUP_RESULT_FILE: join(folder, name), BACKUP_SUMMARY_FILE: join(folder, 'summary.md') };
}

const BACKUP = {
  ...{ label: '20260301T000000Z-ab', database: NASTY, durationMs: 1500, destinations: [] },
  totals: { rawBytes: 3000, storedBytes: 1000, tables: 2, rows: 7 },
  ...{ type: 'full', parent: null, whyFull: null, saving: null },
};

test('each phase with lines is a block, closed before the next one or at the end', async () => {
  const { host, lines, finish } = opened();
  host.emit({ type: 'phase', phase: 'check', text: 'checking' });
  host.emit({ type: 'warning', text: 'old' });
  host.emit({ type: 'phase', phase: 'snapshot', text: 'taking' });
  host.emit({ type: 'phase', phase: 'dump', text: `dumping '${NASTY}'` });
  host.emit({ type: 'warning', text: 'slow' });
  await finish({ command: 'check', exit: 0 });
  expect(lines.map((line) => line.split(' ', 2).join(' '))).toEqual([
    "##teamcity[progressMessage 'checking']",
    "##teamcity[blockOpened name='check'",
    "##teamcity[message text='old'",
    "##teamcity[blockClosed name='check']",
    "##teamcity[progressMessage 'taking']",
    "##teamcity[progressMessage 'dumping",
    "##teamcity[blockOpened name='dump'",
    "##teamcity[message text='slow'",
    "##teamcity[blockClosed name='dump']",
  ]);
});

test('notices and results that look like messages are plain lines; details need --verbose', async () => {
  const { host, lines, finish } = opened();
  host.emit({ type: 'notice', text: NASTY });
  host.emit({ type: 'detail', text: 'more' });
  await finish({ command: 'check', exit: 0 }, { text: `${NASTY}\n` });
  expect(lines).toHaveLength(4);
  expect(lines.filter((line) => line.includes('##teamcity'))).toEqual([]);
});

test('a warning with its hint is a message with the status WARNING', () => {
  const { host, lines } = opened();
  host.emit({ type: 'warning', text: "a 'b'", hint: 'do c' });
  expect(lines).toEqual(["##teamcity[message text='a |'b|': do c' status='WARNING']"]);
});

test('progress is told every ten seconds', () => {
  const { host, lines, wait } = opened();
  const progress = { rawBytes: 5, storedBytes: 1, tablesDone: 1, tablesTotal: 2, elapsedMs: 9, current: NASTY };
  host.emit({ type: 'progress', progress });
  wait(10_000);
  host.emit({ type: 'progress', progress });
  host.emit({ type: 'progress', progress });
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain('##teamcity|[y');
});

test('a backup leaves figures, its label as tag and parameter, a status text and the result file', async () => {
  const { lines, finish } = opened(await files('result [1].json'));
  const result = { backups: [BACKUP], skipped: [], failures: [] };
  expect(await finish({ command: 'backup', exit: 0, result })).toBe(0);
  expect(lines).toContain("##teamcity[buildStatisticValue key='postgresBackuper.ratio' value='3']");
  expect(lines).toContain("##teamcity[buildStatisticValue key='postgresBackuper.duration' value='1500']");
  expect(lines).toContain("##teamcity[addBuildTag '20260301T000000Z-ab']");
  expect(lines).toContain("##teamcity[setParameter name='postgresBackuper.label' value='20260301T000000Z-ab']");
  expect(lines.at(-1)).toMatch(/^##teamcity\[publishArtifacts '.*\/result \|\[1\|\]\.json'\]$/);
  expect(lines.filter((line) => line.includes('publishArtifacts'))).toHaveLength(1);
  expect(lines.filter((line) => line.includes('buildStatus'))).toHaveLength(1);
});

test('a differential shows what it saved, and no ratio: its stored bytes are of what changed', async () => {
  const { lines, finish } = opened();
  const saving = { fullStoredBytes: 4000, newBytes: 100, changedTables: [], sparedTables: [] };
  const made = { ...BACKUP, type: 'differential', parent: 'backup_1', saving };
  await finish({ command: 'backup', exit: 0, result: { backups: [made], skipped: [], failures: [] } });
  const text = lines.join('\n');
  expect(text).toContain("##teamcity[buildStatisticValue key='postgresBackuper.savedBytes' value='3000']");
  expect(text).not.toContain('postgresBackuper.ratio');
  expect(text).toMatch(/buildStatus.* \(differential: 25 % of its full\),/);
});

test('a failure is one build problem whose identity does not change with its text', async () => {
  const { lines, finish } = opened();
  const error = { code: 'dump-failed', message: `pg_dump said: ${NASTY}`, hint: 'look at it' };
  expect(await finish({ command: 'backup', exit: 1, error })).toBe(1);
  const [problem] = lines.filter((line) => line.startsWith('##teamcity'));
  expect(problem).toMatch(
    /^##teamcity\[buildProblem description='pg_dump said: .*; look at it' identity='postgres_backuper_backup_dump_failed'\]$/,
  );
});

test('each problem names the server, once', async () => {
  const failures = [{ database: 'a', error: { code: 'lock-unavailable', message: 'no', hint: 'do' } }];
  const server = '10.1.2.3:5432';
  const [problem] = await problems({ command: 'backup', exit: 4, server, result: { backups: [], failures } });
  expect(problem?.[0]).toBe("|'a|': no; do; server 10.1.2.3:5432");
  const error = { code: 'dump-failed', message: 'no', hint: 'do' };
  const [alone] = await problems({ command: 'backup', exit: 1, server, error });
  expect(alone?.[0]?.match(/10\.1\.2\.3/g)).toHaveLength(1);
});

test('a repository without the backup is a problem, and the figures are there all the same', async () => {
  const { lines, finish } = opened();
  const destinations = [
    { location: 's3://b', committed: false, problem: 'denied', deleted: [], rotationProblem: null },
  ];
  expect(await finish({ command: 'backup', exit: 4, result: { backups: [{ ...BACKUP, destinations }] } })).toBe(4);
  const [problem] = lines.filter((line) => line.startsWith('##teamcity[buildProblem'));
  expect(problem).toMatch(/description='not in s3:\/\/b: denied' identity='postgres_backuper_backup_not_stored_\w{8}'/);
  expect(lines.join('\n')).toContain('postgresBackuper.storedBytes');
});

/** Description and identity of each build problem. */
async function problems(said: Loose) {
  const { lines, finish } = opened();
  await finish(said);
  const found = lines.map((line) => /^##teamcity\[buildProblem description='(.*)' identity='(.*)'\]$/.exec(line));
  return found.flatMap((match) => (match === null ? [] : [[match[1], match[2]] as const]));
}

test('each thing that check found wrong is a problem of its own, whatever else is wrong', async () => {
  const keys = { state: 'problem', what: 'keys', text: 'none fits', hint: 'make one', code: 'key-missing' };
  const storage = (what: string) => ({ state: 'problem', what, text: 'denied', code: 'storage-denied' });
  const ok = { state: 'ok', what: 'connection', text: 'fine' };
  const checked = (...items: object[]) => problems({ command: 'check', exit: 2, result: { items } });
  const [one] = await checked(ok, keys);
  expect(one?.[0]).toBe('keys: none fits; make one');
  const all = await checked(storage('repository /a'), keys, storage('repository /b'));
  expect(all.map(([text]) => text)).toEqual(['repository /a: denied', one?.[0], 'repository /b: denied']);
  expect(all[1]?.[1]).toBe(one?.[1]);
  expect(new Set(all.map(([, identity]) => identity)).size).toBe(3);
});

test('each database without a backup is a problem, and the same one when it is alone', async () => {
  const failure = (database: string, code: string) => ({ database, error: { code, message: 'no', hint: 'do' } });
  const partly = (failures: object[]) => {
    const error = { code: 'partly-done', message: 'some have no backup' };
    return problems({ command: 'backup', exit: 4, error, result: { backups: [BACKUP], failures } });
  };
  const both = await partly([failure('a-b', 'lock-unavailable'), failure('a_b', 'lock-unavailable')]);
  expect(both.map(([text]) => text)).toEqual(["|'a-b|': no; do", "|'a_b|': no; do"]);
  expect(both[0]?.[1]).not.toBe(both[1]?.[1]);
  expect(await partly([failure('a_b', 'lock-unavailable')])).toEqual([both[1]]);
});

test('wrong settings are problems one by one', async () => {
  const error = { code: 'configuration-invalid', message: '2 settings are wrong', hint: 'see' };
  const document = { command: 'backup' as const, exit: 2, error };
  const two = await problems({ ...document, details: { problems: ['x is no number', 'y is no size'] } });
  expect(two.map(([text]) => text)).toEqual(['x is no number; see', 'y is no size; see']);
  expect(two[0]?.[1]).not.toBe(two[1]?.[1]);
});

test('skipped is a success that says so', async () => {
  const { lines, finish } = opened();
  expect(await finish({ command: 'backup', exit: 99, result: { backups: [], skipped: ['a'] } })).toBe(0);
  expect(lines).toEqual([
    "##teamcity[buildStatus text='{build.status.text}; skipped: the newest backup is young enough']",
  ]);
});

test('each verified table is a test, and a damaged one fails with all that is wrong', async () => {
  const { lines, finish } = opened();
  const tables = [
    { schema: 'public', table: 'good', rows: 1, bytes: 1, ok: true },
    { schema: 'a]', table: NASTY, rows: 1, bytes: 1, ok: false },
  ];
  const damage = [
    { table: `a].${NASTY}`, text: 'first' },
    { table: `a].${NASTY}`, text: 'second' },
    { object: 'k', text: 'lost' },
  ];
  const backup = {
    label: 'L',
    ok: false,
    objects: 1,
    damage,
    extra: [],
    tables,
    notTested: [],
    verdict: null,
    assertions: [],
    notRestored: [],
  };
  const repositories = [{ location: '/r', level: 'content', backups: [backup], durationMs: 1, originChecked: false }];
  const error = { code: 'verification-failed', message: 'damaged' };
  await finish({ command: 'verify', exit: 3, error, result: { repositories } });
  const names = lines.map((line) => /^##teamcity\[(test\w+)/.exec(line)?.[1]).filter(Boolean);
  expect(names).toEqual([
    ...['testSuiteStarted', 'testStarted', 'testFinished', 'testStarted', 'testFailed', 'testFinished'],
    ...['testStarted', 'testFailed', 'testFinished', 'testSuiteFinished'],
  ]);
  expect(lines.find((line) => line.includes('testFailed'))).toContain("message='first' details='first|nsecond'");
});

test('each object that a restore lacks is a problem and a failed test of its own', async () => {
  const object = (name: string) => ({ object: name, lack: 'missing', reason: 'no', sqlState: '', statement: '' });
  const result = {
    ...{ label: 'L', database: 'new', tables: [], leftOut: [], passedOver: [], durationMs: 1, originChecked: true },
    ...{ objects: [object('VIEW public b'), object('VIEW public a')], assertions: [], notLoaded: [] },
  };
  const document = {
    command: 'restore' as const,
    exit: 4,
    error: { code: 'restore-incomplete', message: 'no' },
    result,
  };
  const found = await problems(document);
  expect(found.map(([text]) => text)).toEqual(['no', 'VIEW public a (missing): no', 'VIEW public b (missing): no']);
  expect(new Set(found.map(([, identity]) => identity)).size).toBe(3);
  const { lines, finish } = opened();
  await finish(document);
  expect(lines.filter((line) => line.includes('testFailed')).length).toBe(2);
  expect(lines.join('')).toContain('2 objects not restored');
});

test('a stale status tells the age all the same', async () => {
  const { lines, finish } = opened();
  const newest = { label: 'L', ageMs: 7_200_000 };
  const held = { backups: 3, storedBytes: 30 };
  const result = { repositories: [{ name: 'a', location: '/r', newest, held, freeBytes: 500 }] };
  await finish({ command: 'status', exit: 1, error: { code: 'backup-stale', message: 'old' }, result });
  expect(lines).toContain("##teamcity[buildStatisticValue key='postgresBackuper.age' value='7200000']");
  expect(lines).toContain("##teamcity[buildStatisticValue key='postgresBackuper.freeBytes' value='500']");
});
