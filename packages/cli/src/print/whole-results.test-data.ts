import type { ResultKind, ResultKinds } from '@postgres-backuper/hosts';

/** A value with every field, also the optional ones. */
type Whole<Value> = Value extends readonly (infer Item)[]
  ? readonly Whole<Item>[]
  : Value extends object
    ? { readonly [Field in keyof Value]-?: Whole<Exclude<Value[Field], undefined>> }
    : Value;

const TOTALS = { tables: 2, rows: 7, rawBytes: 3000, storedBytes: 1000, segments: 1 };
const ENCRYPTION = { profile: 'openpgp', recipients: ['DF326DAA'], passphrase: false } as const;
const DECISION = { label: 'backup_1', action: 'delete', reasons: ['older than 30 days'] } as const;
const PLACE = { location: '/r', name: 'app' };
const NOT_RESTORED = {
  ...({ object: 'VIEW public v', lack: 'missing' } as const),
  ...{ reason: 'no t', sqlState: '42P01', statement: 'CREATE VIEW …;' },
} as const;
const NEWEST = {
  label: 'backup_2',
  startedAt: '2026-03-01T00:00:00Z',
  ageMs: 1,
  rawBytes: 3000,
  storedBytes: 1000,
  parent: 'backup_1',
  fullStoredBytes: 3000,
  note: 'before 2.0',
  expiresAt: '2026-04-01T00:00:00Z',
  verification: 'restore',
  verdict: 'degraded',
} as const;
const PASSED_OVER = { label: 'backup_3', flaw: 'damaged', why: 'its hash is wrong' } as const;
const LEFT_OVER = { label: 'backup_5', objects: 1, storedBytes: 10, action: 'delete', reason: 'no end' } as const;
const BRAKE = { brake: 'stale', text: 'too old', hint: 'look' } as const;
const ERROR = { code: 'partly-done', message: 'no', hint: 'do so' } as const;
const TABLE = { schema: 'public', table: 'a', rows: 7, bytes: 3000 };
const SAVED = { schema: 'public', table: 'a', bytes: 3000, newBytes: 30 };
const COUNTS = { rows: 7, bytes: 3000 };
const DIFFED = {
  ...{ name: 'app', label: 'backup_2', startedAt: '2026-03-01', database: 'shop' },
  ...{ serverVersion: '18.6', pgDumpVersion: '18.6' },
};
const DATABASE = {
  localeProvider: 'libc',
  ...{ name: 'shop', owner: 'app', encoding: 'UTF8', collate: 'C', ctype: 'C', locale: null },
  ...{ icuRules: null, tablespace: 'pg_default', connectionLimit: -1, isTemplate: false, comment: 'c' },
  ...{ securityLabels: [{ provider: 'p', label: 'l' }], acl: ['=c/app'], settings: [{ role: null, values: ['a=b'] }] },
} as const;
const HBA_RULE = {
  ...{ type: 'host', databases: ['all'], users: ['all'], address: '::', netmask: '::', method: 'cert' },
} as const;
const ITEM = {
  state: 'problem',
  what: 'database',
  text: 'is closed',
  hint: 'open it',
  code: 'check-failed',
  undecided: true,
} as const;

const ASSERTIONS = [true, false].map((ok) => ({ file: 'rows.sql', name: `are there ${ok}`, ok, detail: 'of 2024' }));

const LOGGED = {
  ...{ at: '2026-03-01T00:00:00.000Z', kind: 'deleted', labels: ['backup_1'], texts: ['backup_1: older than 30 days'] },
  ...{ user: 'jane', machine: 'runner-1', job: 'https://ci.example/1', signed: false },
};

/** The documents of these kinds have the command of another name. */
const COMMAND_OF: Readonly<Partial<Record<ResultKind, ResultKind>>> = {
  'restored part': 'restore',
  'planned restore': 'restore',
  'previewed backup': 'restore',
  'restored file': 'restore',
  'restored globals': 'restore',
  'listed files': 'list',
};

/** The command whose document has a result of this kind. */
export function commandOf(kind: ResultKind): ResultKind {
  return COMMAND_OF[kind] ?? kind;
}

/** A result of each kind with all fields, so that every place looks at all that it shows. */
const STATEMENT = {
  ...{ Sid: 'Find', Effect: 'Allow', Action: ['s3:ListBucket'], Resource: ['arn:aws:s3:::b'] },
  Condition: { StringLike: { 's3:prefix': ['p/*'] } },
};

export const WHOLE: { readonly [Kind in ResultKind]: Whole<ResultKinds[Kind]> } = {
  backup: {
    backups: [
      {
        ...{ label: 'backup_2', name: 'app', database: 'app', server: 'h:1', serverVersion: '18.6', durationMs: 1500 },
        ...{ startedAt: '', finishedAt: '', totals: TOTALS, encryption: ENCRYPTION, verification: 'content' },
        ...{ imported: true, warnings: ['slow'], exclusions: ['b'], missingData: [{ schema: 'public', table: 'u' }] },
        ...{ type: 'differential', parent: 'backup_1', whyFull: 'too old' },
        replayPausedMs: 2500,
        compression: { asked: 'auto', levels: [{ level: 9, segments: 7 }] },
        ...{ note: 'before 2.0', expiresAt: '2026-04-01T00:00:00Z' },
        saving: {
          fullStoredBytes: 4000,
          newBytes: 30,
          changedTables: [SAVED],
          sparedTables: [{ ...SAVED, table: 'b' }],
        },
        anomalies: [{ kind: 'smaller', text: 'only 1 B of data' }],
        afterProblem: 'it ended with status 1',
        parts: [
          {
            part: 1,
            machine: null,
            isHolder: true,
            tables: 1,
            largeObjects: false,
            rawBytes: 9,
            storedBytes: null,
            durationMs: 1,
          },
          {
            part: 2,
            machine: 'm',
            isHolder: false,
            tables: 1,
            largeObjects: true,
            rawBytes: 9,
            storedBytes: 3,
            durationMs: 1,
          },
        ],
        largestTables: [TABLE],
        destinations: [
          {
            ...{ location: '/r', committed: true, problem: null, deleted: ['backup_1'], freedBytes: 1000, kept: 1 },
            ...{ decisions: [DECISION], rotationProblem: null },
          },
          {
            ...{ location: '/s', committed: false, problem: 'full', deleted: [], freedBytes: 0, kept: 0 },
            ...{ decisions: [], rotationProblem: 'is full' },
          },
        ],
      },
    ],
    part: {
      ...{ label: 'backup_2', name: 'app', count: 2 },
      parts: [{ part: 1, tables: 1, largeObjects: true, rows: 2, rawBytes: 9, storedBytes: 3, durationMs: 1 }],
      leftOut: [{ part: 2, why: 'has the large objects, which this job leaves out' }],
    },
    ...{ skipped: ['b'], failures: [{ database: 'c', error: ERROR }], problems: ['no'] },
  },
  restore: {
    ...{ label: 'backup_2', database: 'new', durationMs: 1500, originChecked: true },
    ...{
      passedOver: [PASSED_OVER],
      leftOut: ['1 foreign key'],
      createdRoles: ['app'],
      transformed: ['mask.sql'],
      assertions: ASSERTIONS,
      replaced: 'new_before',
      oldDropped: true,
      rows: 'appended',
      intoSchema: 'old',
    },
    tables: [{ ...TABLE, expectedRows: 7, proof: 'counted' }],
    parts: [
      { worker: null, tableCount: 1, rows: 2, bytes: 9 },
      { worker: '2/4 m', tableCount: 1, rows: 2, bytes: 9 },
    ],
    ...{ encoding: 'UTF8', standardStrings: true },
    objects: [NOT_RESTORED],
    notLoaded: [{ schema: 'public', table: 'u', expectedRows: 9, reason: 'it is refused' }],
  },
  'previewed backup': { label: 'backup_2', passedOver: [PASSED_OVER] },
  'restored part': {
    ...{ label: 'backup_2', into: 'new', part: 2, count: 4, tables: 1, rows: 2, bytes: 9, indexes: 1, refused: 1 },
    durationMs: 1500,
  },
  'planned restore': {
    ...{ label: 'backup_2', into: 'new', serverVersion: '18.6' },
    estimate: { tables: 1, bytes: 10, leastMs: 1000, mostMs: 2000 },
    findings: [
      { kind: 'role', severity: 'blocks', code: 'role-missing', what: 'lacks a', solution: 'create a', names: ['a'] },
    ],
  },
  'restored file': {
    ...{ source: '/old.sql', database: 'new', bytes: 10, durationMs: 1500 },
    leftOut: [{ what: 'CREATE DATABASE', line: 7 }],
  },
  'restored globals': { source: '/old.sql', roles: ['r'], tablespaces: ['t'], leftOut: 1, durationMs: 1500 },
  list: {
    repositories: [
      {
        ...{ location: '/r', originChecked: true },
        backups: [
          {
            ...{
              label: 'backup_2',
              name: 'app',
              newSource: 'another server',
              serverVersion: '18.6',
              startedAt: '2026-03-01T00:00:00Z',
            },
            ...{
              ageMs: 1,
              durationMs: 1500,
              imported: false,
              totals: TOTALS,
              encryption: ENCRYPTION,
              warnings: 1,
              exclusions: 1,
            },
            ...{ type: 'differential', parent: 'backup_1', savedShare: 0.5, fullProblem: 'its full is gone' },
            ...{ note: 'before 2.0', expiresAt: '2026-04-01T00:00:00Z' },
            ...{ verification: { level: 'restore', verdict: 'degraded', ok: true, at: '' }, pinned: true },
            retention: { action: 'keep', reasons: ['young'] },
            database: { systemIdentifier: '1', oid: '5', name: 'shop', host: 'h' },
          },
        ],
        damaged: [{ name: 'app', label: 'backup_1', problem: 'no hash', hint: 'look' }],
      },
    ],
    problems: ['no'],
  },
  'listed files': {
    files: [{ source: '/old', location: '/', key: 'old', madeAt: '2024', sizeBytes: 10, compressed: true }],
  },
  verify: {
    repositories: [
      {
        ...{ location: '/r', name: 'app', level: 'restore', durationMs: 1500, originChecked: true },
        backups: [
          {
            ...{ label: 'backup_2', ok: true, objects: 3, damage: [], extra: ['x'], notTested: ['tablespaces'] },
            sample: { part: 3, parts: 20, segments: 12, ofSegments: 240 },
            ...{ verdict: 'degraded', inconclusive: false, notRestored: [NOT_RESTORED], assertions: ASSERTIONS },
            tables: [
              { ...TABLE, ok: true },
              { ...TABLE, expectedRows: 7, proof: 'exact' },
            ],
          },
          {
            ...{ label: 'backup_1', ok: false, objects: 3, tables: [], extra: [], notTested: [] },
            sample: null,
            ...{ verdict: 'failed', inconclusive: true, notRestored: [], assertions: [] },
            damage: [{ object: 'x', table: 'public.a', text: 'is missing' }],
          },
        ],
      },
    ],
    problems: ['no'],
  },
  prune: {
    repositories: [false, true].map((dryRun) => ({
      ...{ ...PLACE, dryRun, backups: [{ ...DECISION, startedAt: '', storedBytes: 1000, parent: null }] },
      damaged: [{ label: 'backup_0', problem: 'no hash' }],
      leftOvers: [LEFT_OVER],
      ...{ deleted: ['backup_1'], freedBytes: 1000, refusals: [BRAKE] },
    })),
    problems: ['no'],
  },
  log: {
    repositories: [{ ...PLACE, entries: [LOGGED], older: 3 }],
    problems: ['no'],
  },
  pin: {
    repositories: [{ ...PLACE, label: 'backup_2', pinned: true, parent: 'backup_1', changed: true }],
    problems: ['no'],
  },
  check: { items: [ITEM], problems: 1, warnings: 0, facts: null, databases: [null] },
  status: {
    repositories: (['ok', 'damaged'] as const).map((state) => ({
      ...{ ...PLACE, state, maxAgeMs: 1, newest: NEWEST, damaged: 1, failed: 1, passedOver: [PASSED_OVER] },
      held: { backups: 2, storedBytes: 2000, oldest: { label: 'backup_1', startedAt: '2026-02-01', ageMs: 5 } },
      ...{ freeBytes: 9000, needsFull: 'its full is gone', leftOvers: { runs: 2, storedBytes: 30 } },
      growth: { since: '2026-02-01T00:00:00.000Z', rawBytes: 1000 },
      forecast: { fullAt: '2026-06-01T00:00:00.000Z', daysUntilFull: 90, horizonDays: 180 },
    })),
    problems: ['no'],
  },
  report: {
    ...{ output: 'report.html', sizeBytes: 1000, problems: ['no'] },
    names: (['warning', 'ok'] as const).map((state) => ({
      ...{
        ...PLACE,
        state,
        warnings: ['half of it is gone'],
        label: 'backup_2',
        ageMs: 1,
        backups: 1,
        storedBytes: 10,
        rawBytes: 20,
        rawBytesWeekBefore: 10,
      },
    })),
  },
  keygen: { publicKeyFile: '/p', privateKeyFile: '/k', dedupSecretFile: '/d', fingerprint: 'DF326DAA' },
  init: {
    ...{ system: 'github', files: ['a.yml'], publicKeyFile: '/p', next: ['push'], problems: 1 },
    keys: { publicKeyFile: '/p', privateKeyFile: '/k', dedupSecretFile: '/d', fingerprint: 'DF326DAA' },
    settings: [{ name: 'DATABASE_URL', secret: true, how: 'gh secret set DATABASE_URL' }],
  },
  'setup-bucket': {
    ...{
      location: 's3://b/p',
      policies: [{ job: 'backup', policy: { Version: '2012-10-17', Statement: [STATEMENT] } }],
    },
    applied: {
      ...{ created: true, versioning: 'turned on', rule: 'added', ruleId: 'postgres-backuper/p' },
      ...{ noncurrentDays: 30, otherRules: 2, remarks: [{ text: 'the bucket keeps versions', hint: 'look' }] },
    },
  },
  'setup-role': { role: 'backup', database: 'app', statements: ['GRANT'], applied: true, passwordSet: true },
  'undo-swap': { database: 'app', from: 'app_before_1', kept: 'app_restored_1', durationMs: 1 },
  rekey: {
    repositories: [
      {
        ...{ ...PLACE, recipients: ['DF326DAA'], durationMs: 1 },
        backups: [null, 'backup_3'].map((newLabel) => ({
          ...{ label: 'backup_2', newLabel, parent: 'backup_1', segments: 2, storedBytes: 30, removed: true },
        })),
      },
    ],
    problems: ['no'],
  },
  copy: {
    ...{ name: 'app', label: 'backup_2', passedOver: [PASSED_OVER], from: '/a', to: '/b', durationMs: 1 },
    copied: [
      { label: 'backup_1', parent: null, objects: 5, sentObjects: 0, sentBytes: 0, wasThere: true },
      { label: 'backup_2', parent: 'backup_1', objects: 5, sentObjects: 3, sentBytes: 30, wasThere: false },
    ],
    originChecked: true,
  },
  export: {
    ...{
      label: 'backup_2',
      passedOver: [PASSED_OVER],
      dumpDirectory: '/d',
      largeObjects: '/l',
      globals: '/g',
      server: '/s',
    },
    ...{ files: 1, bytes: 10, durationMs: 1500 },
  },
  show: {
    ...{ name: 'app', label: 'backup_2', passedOver: [PASSED_OVER], originChecked: true, startedAt: '2026-03-01' },
    ...{ serverVersion: '18.6', pgDumpVersion: '18.6', encryption: ENCRYPTION, totals: TOTALS, database: DATABASE },
    ...{ note: 'before 2.0', expiresAt: '2026-04-01T00:00:00Z' },
    origin: { file: 'old.sql.gz', sizeBytes: 10, sha256: 'ab', serverVersion: '9.6.24' },
    tables: [{ ...TABLE, storedBytes: 1000, columns: ['id'], sha256: 'ab' }],
    extensions: [{ name: 'postgis', version: '3.4' }],
    roles: [{ name: 'app', uses: ['owner'] }],
    configuration: true,
    serverSettings: [{ name: 'port', value: '5433', source: 'configuration file', file: '/p' }],
    hbaRules: [{ ...HBA_RULE, options: ['map=m'] }],
    ...{ largeObjects: { bytes: 10, storedBytes: 5 }, globals: true, warnings: ['slow'], exclusions: ['b'] },
  },
  diff: {
    ...{ before: DIFFED, after: DIFFED, differs: true },
    tables: (['changed', 'new', 'gone'] as const).map((change) => ({
      ...{ schema: 'public', table: change, change, before: COUNTS, after: COUNTS },
      ...{ newColumns: ['a'], goneColumns: ['b'] },
    })),
    objects: [{ kind: 'VIEW', schema: 'public', name: 'v', change: 'new' }],
    extensions: [{ name: 'postgis', change: 'changed', before: '3.3', after: '3.4' }],
    roles: [{ name: 'app', change: 'gone' }],
    database: ['comment'],
  },
  cat: {
    ...{ label: 'backup_2', passedOver: [PASSED_OVER], tables: ['public.a'], columns: ['id'], encoding: 'UTF8' },
    ...{ whole: true, rows: 7, writtenBytes: 10, durationMs: 1500 },
  },
  notify: { services: [{ service: 'Slack at hooks.slack.com', ok: false, problem: 'no' }] },
  'setup-client': { binDir: '/b', version: '18.6', installed: true },
};
