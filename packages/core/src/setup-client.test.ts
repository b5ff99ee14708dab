import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { rootPrefix } from './setup/system.ts';
import { setupClient } from './setup-client.ts';

/** A version that no machine has. */
const MAJOR = 97;
const context = {
  clock: {
    now: () => Date.now(),
    elapsed: () => performance.now(),
    sleep: (ms: number) => sleep(ms, undefined, { ref: false }),
  },
  emit: () => undefined,
  signal: new AbortController().signal,
  tempDir: tmpdir(),
  tool: 'test',
};
let dir: string;
let server: { env: Record<string, string>; binDirs: string[] };

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'setup-client-'));
  await mkdir(join(dir, 'installed'));
  server = { env: { PATH: `${dir}:${dir}/installed`, HOME: dir, PGPASSWORD: 'canary' }, binDirs: [] };
  await writeFile(join(dir, 'program'), `#!/bin/sh\n${says('97.3')}\n`);
  await chmod(join(dir, 'program'), 0o755);
  await script('sudo', 'shift; [ "$1" != env ] || exec /usr/bin/"$@"; exec "$@"');
});
afterEach(() => rm(dir, { recursive: true }));

/** A package manager of ours: it writes down how it was called, and what it saw. */
const script = async (name: string, body: string, folder = dir) => {
  await writeFile(
    join(folder, name),
    `#!/bin/sh\nPATH=/usr/bin:/bin\necho "$(basename "$0") $*" >> ${dir}/calls\nenv >> ${dir}/seen\n${body}\n`,
  );
  await chmod(join(folder, name), 0o755);
};
/** What a program of 97.x says to --version and to --help=commands. */
const says = (version: string, commands = '\\restrict KEY') =>
  `printf '%s\\n' 'pg_dump (PostgreSQL) ${version}' '${commands}'`;
const INSTALLS = 'for p in psql pg_dump pg_dumpall pg_restore; do cp DIR/program DIR/installed/$p; done';
const installs = () => INSTALLS.replaceAll('DIR', dir);
const calls = async () =>
  (await readFile(join(dir, 'calls'), 'utf8')).split('\n').filter((line) => !/^sudo|^pg_dump|^psql|^$/.test(line));
const setup = () => setupClient({ version: MAJOR }, { server }, context);

test('programs that are there are found, and nothing is installed', async () => {
  await script('apt-get', installs());
  for (const name of ['psql', 'pg_dump', 'pg_dumpall', 'pg_restore']) await script(name, says('97.1'));
  expect(await setup()).toEqual({ binDir: dir, version: '97.1', installed: false });
});

test('programs whose psql cannot be restricted do not count, whatever the packages bring', async () => {
  await script('apk', `echo known; ${installs()}`);
  await writeFile(join(dir, 'program'), `#!/bin/sh\n${says('97.3', 'no such command')}\n`);
  await expect(setup()).rejects.toMatchObject({
    code: 'program-outdated',
    message: expect.stringContaining('psql 97.3'),
  });
});

test.each([
  ['apt-get', 'apt-cache', 'postgresql-client-97'],
  ['dnf', 'dnf', 'postgresql97'],
  ['yum', 'yum', 'postgresql97'],
  ['apk', 'apk', 'postgresql97-client'],
  ['brew', 'brew', 'postgresql@97'],
])('with %s the package is installed and found', async (program, query, name) => {
  await script(query, `echo known`);
  await script(program, `echo known; case "$*" in *install*|*add*) ${installs()};; esac`);
  expect(await setup()).toEqual({ binDir: join(dir, 'installed'), version: '97.3', installed: true });
  expect((await calls()).at(-1)).toMatch(new RegExp(`^${program} .*(install|add) .*${name}$`));
});

test('a package manager sees no password and no setting of PostgreSQL', async () => {
  await script('apk', `echo known; ${installs()}`);
  await setup();
  expect(await readFile(join(dir, 'seen'), 'utf8')).not.toMatch(/canary|^PG/m);
});

test('stale lists are refreshed before anything is added', async () => {
  await script('apt-cache', `[ -e ${dir}/fresh ] && echo known`);
  await script('apt-get', `case "$*" in *update*) touch ${dir}/fresh;; *) ${installs()};; esac`);
  expect((await setup()).installed).toBe(true);
  expect((await calls()).map((line) => line.replace(/ -y.*=60/, ''))).toEqual([
    'apt-cache show --no-all-versions postgresql-client-97',
    'apt-get update',
    'apt-cache show --no-all-versions postgresql-client-97',
    'apt-get install --no-install-recommends postgresql-client-97',
  ]);
});

test('a package whose file is no longer there is installed with fresh lists', async () => {
  await script('apt-cache', 'echo known');
  await script(
    'apt-get',
    `case "$*" in *update*) touch ${dir}/fresh;; *) [ -e ${dir}/fresh ] || exit 100; ${installs()};; esac`,
  );
  expect((await setup()).installed).toBe(true);
});

test('a package that is nowhere: both that and what failed is said', async () => {
  await script('apt-cache', 'exit 100');
  await script(
    'apt-get',
    'case "$*" in *update*) exit 0;; esac; echo "E: Unable to fetch some archives" >&2; exit 100',
  );
  await expect(setup()).rejects.toMatchObject({
    code: 'program-missing',
    message: expect.stringMatching(
      /postgresql-client-97 is not among.*could not be added.*Unable to fetch some archives/,
    ),
    hint: expect.stringContaining('https://www.postgresql.org/download/linux/'),
  });
});

test('a repository of packages that cannot be reached is taken away again', async () => {
  await script('apt-cache', 'exit 100');
  await script(
    'apt-get',
    'case "$*" in *install*) echo "E: Failed to fetch x  Could not resolve y" >&2; exit 100;; esac',
  );
  await script('rm', 'exit 0');
  await expect(setup()).rejects.toThrow(/could not be added: E: Failed to fetch x {2}Could not resolve y$/);
  expect((await calls()).at(-1)).toMatch(/^rm -f .*pgdg/);
});

test('an installation that fails says why', async () => {
  await script('apk', 'case "$1" in add) echo "ERROR: disk full" >&2; exit 1;; *) echo known;; esac');
  await expect(setup()).rejects.toMatchObject({
    message: 'postgresql97-client could not be installed: apk ended with status 1: ERROR: disk full',
    hint: "run 'apk add postgresql97-client' to see why",
  });
});

test('without a package manager the hint says where to look', async () => {
  await expect(setup()).rejects.toMatchObject({
    code: 'program-missing',
    message: expect.stringContaining('no package manager'),
  });
});

test('who is not root needs sudo without a password', async () => {
  const env = { PATH: dir, HOME: dir, LC_ALL: 'C' };
  expect(await rootPrefix(env, context, 0)).toEqual([]);
  expect(await rootPrefix(env, context, 1000)).toEqual(['sudo', '-n', 'env', 'LC_ALL=C']);
  await writeFile(join(dir, 'program'), `#!/bin/sh\n${says('97.3')}\n`);
  await chmod(join(dir, 'program'), 0o755);
  await script('sudo', 'echo "sudo: a password is required" >&2; exit 1');
  expect(await rootPrefix(env, context, 1000)).toBeUndefined();
});
