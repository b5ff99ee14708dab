import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { connectionEnvironment } from './connection-environment.ts';

const PACKAGES = join(import.meta.dirname, '../../..');

it('asks the source for each program; without one the environment is unchanged', async () => {
  let asked = 0;
  const askPassword = async () => `p${++asked}`;
  expect(await connectionEnvironment({ askPassword }, { PGUSER: 'u' })).toEqual({ PGUSER: 'u', PGPASSWORD: 'p1' });
  expect(await connectionEnvironment({ askPassword }, { PGUSER: 'u' })).toEqual({ PGUSER: 'u', PGPASSWORD: 'p2' });
  expect(await connectionEnvironment({}, { PGUSER: 'u' })).toEqual({ PGUSER: 'u' });
});

it('asks where a tunnel is for each program, and keeps the name of the host', async () => {
  const openTunnel = async () => ({ PGHOSTADDR: '127.0.0.1', PGPORT: '40000' });
  const env = { PGHOST: 'db', PGPORT: '5432' };
  expect(await connectionEnvironment({ openTunnel }, env)).toEqual({ PGHOST: 'db', ...(await openTunnel()) });
});

it('is used wherever a client program is started that connects', async () => {
  const withoutConnection = [
    'legacy/src/files/archive-script.ts', // pg_restore of a file to text
    'postgres/src/session/programs.ts', // --version
  ];
  const names = await Promise.all(
    ['postgres', 'core', 'legacy', 'cli'].map(async (name) =>
      (await readdir(join(PACKAGES, name, 'src'), { recursive: true })).map((file) => `${name}/src/${file}`),
    ),
  );
  const starting: string[] = [];
  for (const name of names.flat().filter((file) => /(?<!\.test)\.ts$/.test(file))) {
    const text = await readFile(join(PACKAGES, name), 'utf8');
    const starts = /\b(?:startProgram|runProgram|run|spawn)\(/.test(text);
    if (!starts || !/\bprograms\.(?:psql|pgDump|pgDumpall|pgRestore)\b/.test(text)) continue;
    starting.push(name);
    if (!withoutConnection.includes(name)) expect(text, name).toContain('await connectionEnvironment(');
  }
  expect(starting).toEqual(expect.arrayContaining(withoutConnection));
  expect(starting.length).toBeGreaterThan(7);
});
