import { join } from 'node:path';
import { HOST_NAMES } from '@postgres-backuper/hosts';
import { isMissing } from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CASES } from './cases.ts';
import { HOSTS } from './hosts.ts';
import type { CliEnd } from './job.ts';
import { keyOf, page } from './page.ts';
import { createScene, type Scene } from './scene.ts';

const PAGE = join(import.meta.dirname, '../../../docs/hosts/README.md');

/** Databases, each with tables of the others' names; the last one does not exist. */
const PLAIN = ['plain1', 'plain2', 'plain3'];
const NASTY = [
  'a::error::b\n::error::c##[error]d\n##teamcity[x]\r##teamcity[y]',
  'section_start:1:x\r\u001b[0K\u001b[31mred\u001b[2J\n::group::e',
  '\n::error::##[error]\n##teamcity[y]\rsection_end:1:z\r\u001b[0K',
];

/** All but those that this machine lacks. */
const HERE = HOST_NAMES.filter((host) => ![HOSTS[host].part ?? []].flat().some(isMissing));

let scene: Scene;
const ends = new Map<string, CliEnd>();

beforeAll(async () => {
  scene = await createScene();
});
afterAll(() => scene?.stop());

describe.each(CASES)('$title', (one) => {
  test.each(HERE)('on %s ends as the exit status says', async (host) => {
    const end = await scene.run(one, host);
    ends.set(keyOf(one, host), end);
    expect(end.log).not.toContain('internal');
    expect(HOSTS[host].read(end).shows.length, end.log).toBeGreaterThan(0);
  });
});

test.skipIf(HERE.length < HOST_NAMES.length)(
  'the page says what was seen (write it anew: vitest --update)',
  async () => {
    expect(ends.size).toBe(CASES.length * HOST_NAMES.length);
    await expect(page(ends, scene.folder)).toMatchFileSnapshot(PAGE);
  },
);

describe('names full of commands', () => {
  beforeAll(async () => {
    const { createDatabase, psql } = scene.postgres;
    for (const names of [PLAIN, NASTY]) {
      const tables = names.map((name) => `CREATE TABLE "${name}" AS SELECT 1 AS n;`).join('\n');
      for (const name of names.slice(0, -1)) {
        await createDatabase(name);
        await psql(tables, name);
      }
    }
  });

  test.each(HERE)('%s obeys no more than it does with plain names', async (host) => {
    const { read } = HOSTS[host];
    const plain = await scene.runNames(PLAIN, host);
    const nasty = await scene.runNames(NASTY, host);
    expect(nasty.map(({ status }) => status)).toEqual([4, 0, 0]);
    const obeyed = (all: readonly CliEnd[]) => all.map((end) => read(end).obeyed);
    expect(obeyed(nasty)).toEqual(obeyed(plain));
  });
});
