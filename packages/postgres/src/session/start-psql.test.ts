import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const SOURCES = join(import.meta.dirname, '../../..');

async function filesOf(folder: string): Promise<string[]> {
  return (await readdir(join(SOURCES, folder), { recursive: true })).map((name) => `${folder}/${name}`);
}

/** Source files of all packages that say `text`. */
async function filesWith(text: RegExp): Promise<string[]> {
  const packages = (await readdir(SOURCES)).filter((name) => name !== 'testing');
  const all = await Promise.all(packages.map((name) => filesOf(`${name}/src`))); // not node_modules
  const sources = all.flat().filter((name) => /(?<!\.test)\.ts$/.test(name));
  const read = async (name: string) => (text.test(await readFile(join(SOURCES, name), 'utf8')) ? [name] : []);
  return (await Promise.all(sources.map(read))).flat();
}

it('is the only place that starts psql, but for the question which commands it has, and a prompt for people', async () => {
  const places = [
    'cli/src/services/psql-prompt.ts',
    'postgres/src/session/programs.ts',
    'postgres/src/session/start-psql.ts',
  ];
  expect((await filesWith(/programs\.psql\b/)).sort()).toEqual(places);
});

it('has few users that write to psql: each sends Sql, rows of COPY, an old script or SQL of the user', async () => {
  expect((await filesWith(/\bstartPsql\(/)).sort()).toEqual([
    'core/src/restore/copy-session.ts',
    'postgres/src/session/psql.ts',
    'postgres/src/session/run-query.ts',
    'postgres/src/session/run-script.ts',
    'postgres/src/session/run-transform.ts',
    'postgres/src/session/start-psql.ts',
  ]);
});

it('leaves Sql to one place', async () => {
  expect(await filesWith(/\bas (unknown as )?Sql\b/)).toEqual([]);
});
