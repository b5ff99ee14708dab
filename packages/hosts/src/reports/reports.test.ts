import { expect, test } from 'vitest';
import { documentWith } from '../document.test-data.ts';
import type { CommandDocument } from '../host.ts';
import { dotenvReport } from './dotenv.ts';
import { junitReport } from './junit.ts';

const NASTY = 'a"b\\c\n<d>&\u001b[31m\u0000]]>';
const DAMAGE = [{ table: `public.${NASTY}`, text: `rows of ${NASTY}` }, { text: 'object gone' }];

function verified(damaged: boolean): CommandDocument {
  const tables = [
    { schema: 'public', table: 'good', rows: 1, bytes: 2, ok: true },
    { schema: 'public', table: NASTY, rows: 1, bytes: 2, ok: !damaged },
  ];
  const found = {
    damage: damaged ? DAMAGE : [],
    tables,
    notTested: [],
    notRestored: [],
    assertions: [],
    verdict: null,
  };
  const backup = { label: 'backup_1', ok: !damaged, objects: 3, extra: [], ...found };
  const place = { location: '/r', name: 'shop' };
  const repository = { ...place, level: 'content', backups: [backup], durationMs: 1500, originChecked: false };
  const error = { code: 'verification-failed', message: 'damaged' };
  return documentWith({
    command: 'verify',
    exit: damaged ? 3 : 0,
    result: { repositories: [repository] },
    ...(damaged ? { error } : {}),
  });
}

const LACKING = {
  objects: [
    { object: `VIEW public ${NASTY}`, lack: 'missing', reason: 'no t', sqlState: '42P01', statement: 'CREATE VIEW' },
    { object: 'FK CONSTRAINT public c k', lack: 'not-valid', reason: 'orphans', sqlState: '23503', statement: 'ALTER' },
  ],
  assertions: [],
  notLoaded: [{ schema: 'public', table: 'u', expectedRows: 9, reason: 'refused' }],
};
/** A restore that is not whole. */
const PARTLY = documentWith({
  command: 'restore',
  exit: 1,
  error: { code: 'rows-missing', message: 'lacks' },
  result: {
    ...{ label: 'backup_1', database: 'new', durationMs: 1500, originChecked: true, passedOver: [], leftOut: [] },
    ...{ tables: [{ schema: 'public', table: 't', rows: 1, expectedRows: 1, bytes: 2, proof: 'counted' }], ...LACKING },
  },
});

const BACKUP = documentWith({
  command: 'backup',
  exit: 0,
  result: {
    backups: [
      {
        ...{ label: 'backup_1', name: NASTY, database: NASTY, durationMs: 1500 },
        totals: { tables: 2, rows: 3, rawBytes: 4000, storedBytes: 1000 },
        ...{ type: 'full', parent: null, whyFull: null, saving: null },
        destinations: [{ location: 's3://b', committed: true }],
      },
    ],
  },
});

const FAILED: CommandDocument = { command: 'backup', exit: 2, error: { code: 'x', message: NASTY, hint: 'do this' } };

test('each verified table is a test case; damage fails it, and nothing else is said twice', () => {
  expect(junitReport(verified(true))).toMatchInlineSnapshot(`
    "<?xml version="1.0" encoding="UTF-8"?>
    <testsuites>
      <testsuite name="verify content" tests="3" failures="2" errors="0">
        <testcase classname="verify content" name="public.good" />
        <testcase classname="verify content" name="public.a&quot;b\\c\\n&lt;d&gt;&amp;\\x1b[31m\\x00]]&gt;">
          <failure message="rows of a&quot;b\\c\\n&lt;d&gt;&amp;\\x1b[31m\\x00]]&gt;">rows of a&quot;b\\c\\n&lt;d&gt;&amp;\\x1b[31m\\x00]]&gt;</failure>
        </testcase>
        <testcase classname="verify content" name="objects of the backup">
          <failure message="object gone">object gone</failure>
        </testcase>
      </testsuite>
    </testsuites>
    "
  `);
  expect(junitReport(verified(false))).not.toMatch(/<failure|<error/);
});

test('each object and table that a restore lacks is a failed test case', () => {
  const report = junitReport(PARTLY);
  expect(report).toContain('<testsuite name="restore" tests="4" failures="3" errors="0">');
  expect(report).toContain('name="TABLE DATA public t" />');
  expect(report).toMatch(/name="TABLE DATA public u">\n +<failure message="9 rows missing: refused"/);
  expect(report).toMatch(/name="FK CONSTRAINT public c k">\n +<failure message="there for new rows, NOT VALID/);
});

test('what a drill could not try is skipped, not failed', () => {
  const document = verified(false);
  const [one] = (document.result as unknown as { repositories: { backups: object[] }[] }).repositories;
  Object.assign(one?.backups[0] ?? {}, {
    verdict: 'degraded',
    notTested: ['tablespaces'],
    notRestored: LACKING.objects,
  });
  const report = junitReport(document);
  expect(report).toContain('tests="6" failures="0" errors="0" skipped="3">');
  expect(report).toMatch(/name="tablespaces">\n +<skipped message="the server of the drill lacks/);
});

test('a command that failed before there was anything to test is a test case with an error', () => {
  expect(junitReport(FAILED)).toMatchInlineSnapshot(`
    "<?xml version="1.0" encoding="UTF-8"?>
    <testsuites>
      <testsuite name="backup" tests="1" failures="0" errors="1">
        <testcase classname="backup" name="backup">
          <error message="a&quot;b\\c\\n&lt;d&gt;&amp;\\x1b[31m\\x00]]&gt;">a&quot;b\\c\\n&lt;d&gt;&amp;\\x1b[31m\\x00]]&gt;
    do this</error>
        </testcase>
      </testsuite>
    </testsuites>
    "
  `);
});

test('an error names its single problems', () => {
  const error = { code: 'configuration-invalid', message: '2 settings are wrong', hint: 'see' };
  const report = junitReport({ command: 'backup', exit: 2, error, details: { problems: ['x is no number', 'y'] } });
  expect(report).toContain('2 settings are wrong\nx is no number\ny\nsee</error>');
});

test('a backup is a test case', () => {
  expect(junitReport(BACKUP)).toContain('tests="1" failures="0" errors="0"');
});

test('variables for later jobs are single lines, and nothing of a name begins one', () => {
  expect(dotenvReport(BACKUP)).toMatchInlineSnapshot(`
    "BACKUP_LABEL=backup_1
    BACKUP_LOCATION=s3://b
    BACKUP_SIZE=1000
    BACKUP_DURATION=1.5
    "
  `);
  const restored = documentWith({
    command: 'restore',
    exit: 0,
    result: { label: 'backup_1', database: `x\nA=1 ${NASTY}` },
  });
  expect(
    dotenvReport(restored)
      .split('\n')
      .filter((line) => !/^BACKUP_[A-Z_]+=.*$/.test(line)),
  ).toEqual(['']);
});

test('of several databases each has a variable of its own, and no label is one of two', () => {
  const backup = (name: string, label: string) => ({
    ...{ label, name, database: name, durationMs: 1 },
    totals: { tables: 2, rows: 3, rawBytes: 4000, storedBytes: 1000 },
    ...{ type: 'full', parent: null, whyFull: null, saving: null },
    destinations: [{ location: 's3://b', committed: true }],
  });
  const linesOf = (result: object) =>
    dotenvReport(documentWith({ command: 'backup', exit: 0, result })).match(/^BACKUP_LABEL.*$/gm);
  const shop = backup('shop', 'backup_1');
  const others = [backup('my-crm', 'backup_2'), backup('a.b', 'backup_3'), backup('a-b', 'backup_4')];
  expect(linesOf({ backups: [shop, ...others, backup('магазин', 'backup_5')] })).toEqual([
    'BACKUP_LABEL_SHOP=backup_1',
    'BACKUP_LABEL_MY_CRM=backup_2',
    'BACKUP_LABELS={"shop":"backup_1","my-crm":"backup_2","a.b":"backup_3","a-b":"backup_4","магазин":"backup_5"}',
  ]);
  // the one that is there is not the label of what was asked for
  expect(linesOf({ backups: [shop], failures: [{ database: 'crm' }] })).toEqual([
    'BACKUP_LABEL_SHOP=backup_1',
    'BACKUP_LABELS={"shop":"backup_1"}',
  ]);
  expect(linesOf({ backups: [shop] })).toEqual(['BACKUP_LABEL=backup_1']);
});

test('the variables stay below what GitLab takes of a file, 5 KiB', () => {
  const long = 'ж'.repeat(900); // two bytes each
  const result = { label: long, database: long, durationMs: 1 };
  expect(dotenvReport(documentWith({ command: 'restore', exit: 0, result }))).not.toContain(long);
  const short = { ...result, database: 'ж'.repeat(500) };
  expect(dotenvReport(documentWith({ command: 'restore', exit: 0, result: short }))).toContain(`=${'ж'.repeat(500)}\n`);
});

test('server and databases are told', () => {
  const junit = junitReport({ ...FAILED, server: 'h:5432', databases: ['shop'] });
  expect(junit).toContain('hostname="h:5432"');
  expect(junit).toContain("server h:5432, database 'shop'</error>");
});

test('each watched name is a test case', () => {
  const common = { location: '/r', maxAgeMs: 3_600_000, damaged: 0, failed: 0, passedOver: [] };
  const newest = { label: 'backup_1', startedAt: '', ageMs: 7_200_000, verification: null };
  const repositories = [
    { ...common, name: 'a', state: 'ok', newest },
    { ...common, name: 'b', state: 'stale', newest },
    { ...common, name: 'c', state: 'none', newest: null },
  ];
  const report = junitReport(
    documentWith({
      command: 'status',
      exit: 1,
      error: { code: 'backup-stale', message: 'no' },
      result: { repositories },
    }),
  );
  expect(report).toContain('<testsuite name="status" tests="3" failures="2" errors="0">');
  expect(report).toContain('<failure message="backup_1 is 2 h 00 min old, more than 1 h 00 min">');
});
