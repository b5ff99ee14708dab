import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runProgram } from '@postgres-backuper/base';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { dumpingPrograms, type FoundPrograms, findPrograms, fittingPrograms, newestPrograms } from './programs.ts';

const context = {
  clock: { now: () => 0, elapsed: () => 0, sleep: (ms: number) => sleep(ms, undefined, { ref: false }) },
  signal: new AbortController().signal,
};
let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'programs-'));
});
afterEach(() => rm(dir, { recursive: true }));

/** Programs that say what those of a version say; `commands` is what `psql --help=commands` writes. */
async function find(...versions: readonly (readonly [version: string, commands: string])[]): Promise<FoundPrograms> {
  for (const [version, commands] of versions) {
    await mkdir(join(dir, version));
    for (const name of ['psql', 'pg_dump', 'pg_dumpall', 'pg_restore']) {
      const says = name === 'psql' ? commands : `pg_dump (PostgreSQL) ${version}`;
      await writeFile(join(dir, version, name), `#!/bin/sh\nprintf '%s' '${says}'\n`);
      await chmod(join(dir, version, name), 0o755);
    }
  }
  return findPrograms({ env: { PATH: '/usr/bin:/bin' }, binDirs: versions.map(([name]) => join(dir, name)) }, context);
}
const NEW = '  \\restrict RESTRICT_KEY\n';
const OLD = '  \\q quit\n';

it('takes no programs whose psql knows no restriction, but those beside them', async () => {
  const found = await find(['15.13', OLD], ['16.10', NEW]);
  expect(fittingPrograms(found, 14).version).toBe('16.10');
  expect(newestPrograms(found).version).toBe('16.10');
});

it.each([
  [14, '18.6'],
  [18, '18.6'],
  [19, '19.1'],
])('dumps a server %i with the newest known version, %s', async (server, version) => {
  const found = await find(['14.23', NEW], ['18.6', NEW], ['19.1', NEW]);
  expect(dumpingPrograms(found, server).version).toBe(version);
  expect(() => dumpingPrograms(found, 20)).toThrow(/20 or newer are needed/);
});

it('names the minor version that is needed where all that fit are too old', async () => {
  const found = await find(['15.14', NEW], ['16.9', OLD]);
  expect(() => fittingPrograms(found, 16)).toThrow(
    expect.objectContaining({
      code: 'program-outdated',
      message: expect.stringMatching(
        /^psql 16\.9 in '.*' cannot be kept from running .*: 16\.10 is the first that can$/,
      ),
      hint: expect.stringContaining('to 16.10 or newer'),
    }),
  );
  expect(() => fittingPrograms(found, 17)).toThrow(/programs 17 or newer are needed, only 15\.14 was found/);
});

it.each([
  ['12.22', '14.19'],
  ['13.21', '13.22'],
  ['14.18', '14.19'],
  ['15.13', '15.14'],
  ['17.5', '17.6'],
])('says for %s alone that %s is the first', async (version, first) => {
  const found = await find([version, OLD]);
  expect(() => newestPrograms(found)).toThrow(`: ${first} is the first that can`);
});

it('asks the programs of a folder once, and none that only start those of another', async () => {
  await find(['98.1', NEW], ['share', NEW]);
  await symlink(join(dir, '98.1'), join(dir, 'link'));
  await mkdir(join(dir, 'debian'));
  await writeFile(join(dir, 'share', 'pg_wrapper'), '');
  await chmod(join(dir, 'share', 'pg_wrapper'), 0o755);
  for (const name of ['psql', 'pg_dump', 'pg_dumpall', 'pg_restore'])
    await symlink(join(dir, 'share', 'pg_wrapper'), join(dir, 'debian', name));
  const asked: string[] = [];
  const run: typeof runProgram = (request, services) => {
    asked.push(request.file);
    return runProgram(request, services);
  };
  const PATH = ['link', '98.1', 'debian'].map((name) => join(dir, name)).join(':');
  const found = await findPrograms({ env: { PATH }, binDirs: [] }, { ...context, run });
  expect(asked.filter((file) => file.startsWith(dir))).toEqual([join(dir, 'link/pg_dump'), join(dir, 'link/psql')]);
  expect(newestPrograms(found)).toMatchObject({ version: '98.1', binDir: join(dir, 'link') });
});
