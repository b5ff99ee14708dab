import { say } from '@postgres-backuper/base';
import { describe, expect, it } from 'vitest';
import { blockingError, type Finding } from './finding.ts';
import { judge } from './judge.ts';
import { facts, ordinary, wanted } from './target.test-data.ts';
import type { KnownRole, TargetFacts } from './target-facts.ts';
import type { Wanted } from './wanted.ts';

/** Without the size, which every plan has. */
const found = (asked: Wanted, server: TargetFacts): readonly Finding[] =>
  judge(asked, server).filter(({ kind }) => kind !== 'size' && kind !== 'space');
const whatOf = (asked: Wanted, server: TargetFacts) =>
  found(asked, server).map(({ severity, what }) => `${severity}: ${what}`);

it('nothing but the size is said where everything fits', () => {
  expect(judge(wanted({}), facts()).map(({ kind, severity }) => [kind, severity])).toEqual([['size', 'note']]);
});

it('everything that blocks is in one error, whose code is that of the first', () => {
  const asked = wanted({
    roles: [{ name: 'gone', uses: ['owner'] }],
    extensions: [{ name: 'postgis', version: '3.4' }],
    database: { tablespace: 'fast' },
  });
  const error = blockingError(found(asked, facts({ isTaken: true })));
  expect(error?.code).toBe('database-exists');
  for (const name of ["'copy'", "'gone'", "'fast'", "'postgis'"]) expect(error?.message).toContain(name);
  expect(error?.result).toMatchObject({ problems: { length: 4 } });
});

it('a restore that is continued needs its database, any other one must not find it', () => {
  const codeOf = (resume: boolean, isTaken: boolean) =>
    blockingError(found(wanted({}, [], { resume }), facts({ isTaken })))?.code;
  expect([codeOf(true, false), codeOf(false, true)]).toEqual(['nothing-to-resume', 'database-exists']);
  expect([codeOf(true, true), codeOf(false, false)]).toEqual([undefined, undefined]);
});

it('a single thing that blocks is the error itself', () => {
  const error = blockingError(found(wanted({ extensions: [{ name: 'postgis', version: '3.4' }] }), facts()));
  expect(error).toMatchObject({
    code: 'extension-missing',
    message: "the server lacks the extensions that the backup needs: 'postgis'",
    hint: expect.stringContaining('install'),
  });
});

describe('roles', () => {
  const owners = wanted({ roles: [{ name: 'other', uses: ['owner'] }] }, [{ owner: 'other' }]);
  const roles = new Map([
    ['shop_owner', { isMember: true }],
    ['other', { isMember: false }],
  ]);

  it('that the restoring one is no member of do not get their objects; the owner of the database must be one', () => {
    expect(found(owners, ordinary({ roles }))).toMatchObject([
      {
        kind: 'owner',
        severity: 'missing',
        solution: expect.stringContaining(say.option('noOwner')),
      },
    ]);
    const owned = new Map([['shop_owner', { isMember: false }]]);
    expect(found(wanted({}), ordinary({ roles: owned }))).toMatchObject([
      { kind: 'owner', severity: 'blocks', code: 'privilege-missing', names: ['shop_owner'] },
    ]);
    expect(found(owners, facts({ roles }))).toEqual([]);
    expect(found(wanted({ roles: [] }, [{ owner: 'other' }], { owner: false }), ordinary({ roles }))).toEqual([]);
  });

  it('of superusers get no new members for a restore', () => {
    const bySuperuser = new Map<string, KnownRole>([...roles, ['other', { isMember: false, isSuperuser: true }]]);
    const solutionOf = (of: TargetFacts['roles']) => found(owners, ordinary({ roles: of }))[0]?.solution;
    expect(solutionOf(roles)).toContain('GRANT "other" TO "me"');
    expect(solutionOf(bySuperuser)).not.toContain('GRANT');
    expect(solutionOf(bySuperuser)).toContain(say.option('roleMap', 'other=me'));
  });

  it('that are missing can be created on request, by a role that may', () => {
    const asked = wanted({ roles: [{ name: 'gone', uses: ['owner'] }] }, [], { createRoles: 'no-login' });
    expect(whatOf(asked, facts())).toEqual(["note: these roles will be created without the right to log in: 'gone'"]);
    expect(found(asked, ordinary())).toMatchObject([{ kind: 'role', severity: 'blocks', code: 'privilege-missing' }]);
    const own = wanted({ roles: [{ name: 'pg_maintain', uses: ['owner'] }] }, [], { createRoles: 'no-login' });
    expect(found(own, facts())).toMatchObject([{ severity: 'blocks', code: 'role-missing' }]);
  });

  it('without CREATEDB cannot restore', () => {
    expect(whatOf(wanted({}), ordinary({ createsDatabases: false }))).toEqual([
      "blocks: database 'copy' cannot be created: role 'me' has no CREATEDB",
    ]);
  });
});

describe('settings', () => {
  const asked = wanted({
    database: { settings: [{ role: null, values: ['log_min_duration_statement=1s', 'work_mem=1MB'] }] },
  });
  const settings = (isGranted: boolean) =>
    new Map([
      ['log_min_duration_statement', { context: 'superuser', isGranted }],
      ['work_mem', { context: 'user', isGranted: false }],
    ]);

  it('that only superusers may give are named, unless they were granted', () => {
    expect(whatOf(asked, ordinary({ settings: settings(false) }))).toEqual([
      "missing: role 'me' may not set settings of the database: 'log_min_duration_statement'",
    ]);
    expect(found(asked, ordinary({ settings: settings(true) }))).toEqual([]);
    expect(found(asked, facts({ settings: settings(false) }))).toEqual([]);
  });

  it('that the server does not know are named; those of libraries may be set by superusers', () => {
    const other = wanted({ database: { settings: [{ role: null, values: ['transaction_timeout=1', 'cron.x=2'] }] } });
    const unknown = { context: null, isGranted: false };
    const known = new Map([
      ['transaction_timeout', unknown],
      ['cron.x', unknown],
    ]);
    expect(whatOf(other, facts({ settings: known }))).toEqual([
      "missing: the server does not know settings of the database: 'transaction_timeout'",
    ]);
    expect(whatOf(other, ordinary({ settings: known }))).toContainEqual(expect.stringContaining("'cron.x'"));
  });

  it('of other roles need CREATEROLE, and the roles', () => {
    const ofRole = wanted({ database: { settings: [{ role: 'app', values: ['work_mem=1MB'] }] } });
    const owner = ['shop_owner', { isMember: true }] as const;
    const known = { settings: settings(false), roles: new Map([owner, ['app', { isMember: true }]]) };
    expect(whatOf(ofRole, ordinary(known))).toEqual([
      "missing: role 'me' may not give other roles settings in the database: 'app'",
    ]);
    expect(found(ofRole, facts(known))).toEqual([]);
    expect(whatOf(ofRole, ordinary({ ...known, roles: new Map([owner]) }))).toContainEqual(
      "missing: the server lacks roles that have settings in the database: 'app'",
    );
  });

  it('of tablespaces are not looked at where these are left out', () => {
    const settingOf = [{ role: null, values: ['default_tablespace=fast'] }];
    expect(wanted({ database: { settings: settingOf } }, [], { tablespaces: false }).settings).toEqual([]);
  });
});

describe('extensions', () => {
  const asked = wanted({ extensions: [{ name: 'pg_cron', version: '1.6' }] });
  const has = (given: object) => new Map([['pg_cron', { version: '1.6', needsSuperuser: true, ...given }]]);

  it('need their library', () => {
    expect(whatOf(asked, facts({ extensions: has({}) }))).toEqual([
      "missing: extension 'pg_cron' cannot be created: the server did not load its library",
    ]);
    expect(found(asked, facts({ extensions: has({}), preloaded: 'a, pg_cron' }))).toEqual([]);
    expect(found(asked, facts({ extensions: has({}), preloaded: null }))).toMatchObject([{ severity: 'note' }]);
  });

  it('of another version are a note', () => {
    expect(whatOf(asked, facts({ extensions: has({ version: '1.7' }), preloaded: 'pg_cron' }))).toEqual([
      "note: extensions have another version here: 'pg_cron' (1.6, here 1.7)",
    ]);
  });

  it('that are not trusted need a superuser, or the leave of a provider', () => {
    const server = { extensions: has({}), preloaded: 'pg_cron' };
    expect(found(asked, ordinary(server))).toMatchObject([{ kind: 'extension', severity: 'missing' }]);
    expect(found(asked, ordinary({ ...server, providerRole: 'rds_superuser' }))).toMatchObject([{ severity: 'note' }]);
    expect(found(asked, ordinary({ ...server, extensions: has({ needsSuperuser: false }) }))).toEqual([]);
  });
});

it('an extension that is left out is not needed; a name that the backup does not have is told', () => {
  const asked = wanted({ extensions: [{ name: 'postgis', version: '3.4' }] }, [], {
    excludeExtensions: ['postgis', 'postgiss'],
  });
  expect(whatOf(asked, facts())).toEqual([
    "note: the backup has no extensions 'postgiss', so none is left out by these names",
  ]);
});

describe('locale', () => {
  it('is a reason to stop where the server does not know it', () => {
    expect(found(wanted({}), facts({ localeProblem: 'no such locale', knowsEncoding: false }))).toMatchObject([
      { kind: 'encoding', severity: 'blocks', code: 'restore-failed' },
      { kind: 'locale', severity: 'blocks', code: 'restore-failed' },
    ]);
    const builtin = wanted({ database: { localeProvider: 'builtin' } }, [], { toOlder: true });
    expect(found(builtin, facts({ serverMajor: 16 }))).toMatchObject([{ severity: 'blocks' }, { severity: 'note' }]);
  });
});

it('a standby, an older server and too few connections are told', () => {
  expect(
    found(wanted({}, [], { jobs: 4, toOlder: true }), facts({ isStandby: true, serverMajor: 14, freeConnections: 3 })),
  ).toMatchObject([
    { kind: 'server', severity: 'blocks' },
    { kind: 'connections', severity: 'note', solution: `give ${say.option('jobs', '1')}` },
    { kind: 'server', severity: 'note', solution: 'restore to PostgreSQL 18 or newer' },
  ]);
});

it('an older server blocks unless it is asked for, and what is lost is listed in both cases', () => {
  const entries = [
    { description: 'VIEW', tag: 'v', definition: "CREATE VIEW v WITH (security_invoker='true') AS SELECT 1;" },
    { tag: 't', definition: 'CREATE TABLE public.t (a integer GENERATED ALWAYS AS (1));' },
  ];
  const lost = [
    "missing: the server does not know views with security_invoker: 'public.v'",
    "note: virtual generated columns are stored, since the server does not know them: 'public.t'",
  ];
  const older = facts({ serverMajor: 14 });
  expect(whatOf(wanted({}, entries), older)).toEqual([expect.stringMatching(/^blocks: .*older/), ...lost]);
  expect(blockingError(found(wanted({}, entries), older))?.code).toBe('server-older');
  const asked = whatOf(wanted({}, entries, { toOlder: true }), older);
  expect(asked).toEqual(expect.arrayContaining(lost));
  expect(asked.filter((text) => text.startsWith('blocks'))).toEqual([]);
});

it('a table access method that the server lacks is said, unless the backup makes it', () => {
  const table = { tag: 't', accessMethod: 'columnar' };
  expect(whatOf(wanted({}, [table]), facts())).toEqual([
    "missing: tables need access methods that the server does not have: 'columnar'",
  ]);
  const made = { description: 'ACCESS METHOD', tag: 'columnar' };
  expect(whatOf(wanted({}, [table, made]), facts())).toEqual([]);
});

it('room is counted by file system, and too little of it is a warning', () => {
  const tables = [
    { schema: 'public', table: 'a', bytes: 3 * 1024 ** 2 },
    { schema: 'public', table: 'b', bytes: 2 * 1024 ** 2 },
  ] as unknown as Wanted['catalog']['tables'];
  const entries = [
    { tag: 'a', tablespace: 'fast' },
    { tag: 'b', tablespace: '' },
  ];
  const space = new Map([
    ['pg_default', { device: '1', freeBytes: 1024 ** 2 }],
    ['fast', { device: '2', freeBytes: 8 * 1024 ** 2 }],
  ]);
  const roomOf = (request: object, room = space) =>
    judge(wanted({ tables }, entries, request), facts({ space: room, tablespaces: new Map([['fast', true]]) }))
      .filter(({ kind }) => kind === 'space')
      .map(({ severity, what }) => `${severity}: ${what}`);
  expect(roomOf({})).toEqual([
    'missing: 1.0 MiB are free on the file system of the server, for 2.0 MiB of rows',
    "note: 8.0 MiB are free on the file system of the server's tablespaces 'fast', for 3.0 MiB of rows",
  ]);
  expect(roomOf({ tablespaces: false })).toEqual([
    'missing: 1.0 MiB are free on the file system of the server, for 5.0 MiB of rows',
  ]);
  const one = new Map([...space].map(([name]) => [name, { device: '1', freeBytes: 6 * 1024 ** 2 }]));
  expect(roomOf({}, one)).toEqual([
    "note: 6.0 MiB are free on the file system of the server's tablespaces 'fast', for 5.0 MiB of rows",
  ]);
});
