import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../cli/run-cli.ts';
import { type LargeRepositories, startLargeRepositories } from './large-repository.ts';
import type { Requests } from './request-counter.ts';

/** docs/scale.md states these formulas. */
const PAGE = 1000;
const pages = (objects: number): number => Math.max(1, Math.ceil(objects / PAGE));

let repositories: LargeRepositories;
beforeAll(async () => {
  repositories = await startLargeRepositories();
});
afterAll(() => repositories?.stop());

describe.each([
  { names: 50, backups: 200 },
  { names: 1, backups: 1100 },
])('requests on S3 for $backups backups over $names names', ({ names, backups }) => {
  const each = backups / names;
  const isKnown = { cold: 0, warm: 1 };
  let env: Readonly<Record<string, string>>;
  beforeAll(async () => {
    env = await repositories.fill({ names, backups, now: Date.now() });
  });

  /** Of the whole command; its cache is empty the first time. */
  const requestsOf = async (...args: string[]) => {
    const cache = `${env.HOME}/${backups}-${args[0]}`;
    await rm(cache, { recursive: true, force: true }); // of a first try
    const made: Record<'cold' | 'warm', Requests | undefined> = { cold: undefined, warm: undefined };
    for (const state of ['cold', 'warm'] as const) {
      repositories.counter.take();
      const end = await runCli([...args, '--cache-dir', cache], env);
      expect(end.stderr).not.toContain('✗');
      expect(end.status).toBe(0);
      made[state] = repositories.counter.take();
    }
    return made;
  };
  const bothWith = (rest: Omit<Requests, 'gets' | 'others'>, commits: number) =>
    Object.fromEntries(
      Object.entries(isKnown).map(([state, known]) => [state, { ...rest, gets: known ? 0 : commits, others: 0 }]),
    );

  it('list: the names, commits and records of each name, and each commit once', async () => {
    const lists = names * (pages(each) + 1); // 1100 backups have fewer than 1000 records
    expect(await requestsOf('list')).toEqual(bothWith({ lists, folders: pages(names) }, backups));
  });

  it('status of a name: its commits and records, each commit once, and the folders of its data and records', async () => {
    const asked = requestsOf('status', '--name', 'database-000', '--max-age', '26h');
    expect(await asked).toEqual(bothWith({ lists: pages(each) + 1, folders: pages(each) + 1 }, each));
  });

  it('prune --dry-run of a name: the folders of its data and records too', async () => {
    const asked = requestsOf('prune', '--name', 'database-000', '--dry-run', '--keep-days', '30');
    expect(await asked).toEqual(bothWith({ lists: pages(each) + 1, folders: pages(each) + 1 }, each));
  });

  it.runIf(each >= 32)(
    'after two prunes a name of 1,100 backups is listed with a GET for each 256 commits',
    async () => {
      const cache = `${env.HOME}/gathered-${Date.now()}`;
      const before = await runCli(['list', '--json', '--cache-dir', `${cache}-before`], env);
      const keepAll = ['prune', '--name', 'database-000', '--keep-days', '9999'];
      for (const run of [1, 2]) expect((await runCli(keepAll, env)).stderr, `run ${run}`).not.toContain('✗');
      repositories.counter.take();
      const after = await runCli(['list', '--json', '--cache-dir', `${cache}-after`], env);
      expect(repositories.counter.take().gets).toBe(5); // 4 of 256, and the last 76
      expect(labelsOf(after.stdout)).toEqual(labelsOf(before.stdout));
      expect(labelsOf(after.stdout)).toHaveLength(backups);
    },
  );
});

interface Listed {
  readonly label: string;
  readonly totals: object;
}

function labelsOf(json: string): readonly string[] {
  const { result } = JSON.parse(json) as { result: { repositories: { backups: Listed[] }[] } };
  const all = result.repositories.flatMap(({ backups }) => backups);
  return all.map(({ label, totals }) => `${label} ${JSON.stringify(totals)}`);
}
