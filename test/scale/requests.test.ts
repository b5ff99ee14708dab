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
  }, 300_000);

  /** Of the whole command; its cache is empty the first time. */
  const requestsOf = async (...args: string[]) => {
    const cache = `${env.HOME}/${backups}-${args[0]}`;
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
});
