import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { BackuperError } from '@postgres-backuper/base';
import { list, type RestoreResult, restore, verify } from '@postgres-backuper/core';
import { type Postgres, startPostgres } from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Contents, contentsOf } from '../golden/contents-of.ts';
import { ROLES } from '../golden/features.ts';
import { beginSecondReader } from '../recovery/second-reader.ts';
import { serverOf } from '../restore/harness.ts';
import { count, createRandom, isLong, ONCE, report, seed } from './form.ts';
import { type GoldenSet, type Objects, openGolden, silent } from './golden-set.ts';
import { type Mutation, mutate } from './mutate.ts';

const FEATURES = ['none', 'properties', 'key', 'signed', 'passphrase', 'large-objects', 'two-databases'];
/** Of each set. */
const TRIALS = { verify: count({ short: 30, long: 1200 }), restore: count({ short: 2, long: 30 }) };
const READER = count({ short: 3, long: 25 });
/** Those of the other sets take seconds each. */
const RESTORED = isLong ? FEATURES : ['none', 'key'];
const READ = isLong ? ['none', 'key', 'signed'] : ['none'];

type Problem = string | undefined;

const GOOD = 'said to be good';

/** Text around a signature's armor means nothing: where the signature holds, the rest is what was signed. */
function isStillSigned({ keys }: Mutation): boolean {
  return keys.every((key) => key.endsWith('.sig'));
}

/** Mutations that somebody did not notice, each with what was noticed instead. */
async function unnoticed(set: GoldenSet, trials: number, judge: (mutation: Mutation) => Promise<Problem>) {
  const random = createRandom(seed + set.feature.length);
  const found: string[] = [];
  for (let trial = 0; trial < trials; trial += 1) {
    const mutation = mutate(set.objects, random);
    const problem = await judge(mutation);
    if (problem === GOOD && isStillSigned(mutation)) continue;
    if (problem !== undefined) found.push(`${mutation.text}: ${problem}`);
  }
  return found;
}

/** The error of work that must not end well; `internal` is a defect, whatever it was given. */
async function failure(work: Promise<unknown>): Promise<{ readonly error?: BackuperError; readonly problem: Problem }> {
  try {
    await work;
    return { problem: GOOD };
  } catch (error) {
    if (!(error instanceof BackuperError) || error.code === 'internal') return { problem: `crash: ${error}` };
    return { error, problem: undefined };
  }
}

/** `verify --level content` of every name must end with 3; 1 where the commit is gone. */
async function verifyNotices({ manifest, repositoryOf }: GoldenSet, { objects }: Mutation): Promise<Problem> {
  const repository = await repositoryOf(objects);
  const problems: Problem[] = [];
  for (const { name } of manifest.backups) {
    const { error, problem } = await failure(
      verify({ name, target: { all: true }, level: 'content' }, { repository }, silent),
    );
    if (error !== undefined && error.exitStatus !== 3 && error.code !== 'backup-none') return `error ${error.code}`;
    if (problem?.startsWith('crash')) return problem;
    problems.push(problem);
  }
  return problems.every((problem) => problem !== undefined) ? problems[0] : undefined;
}

/** `list` shows what is damaged and fails only with an error of ours. */
async function listEnds({ repositoryOf }: GoldenSet, { objects }: Mutation): Promise<Problem> {
  const repository = await repositoryOf(objects);
  const { problem } = await failure(list({ retention: { keepMinimum: 1 } }, { repository }, silent));
  return problem?.startsWith('crash') ? problem : undefined;
}

/** As format('%I.%I') writes it. */
function quotedName({ schema, table }: { readonly schema: string; readonly table: string }): string {
  const quoted = (name: string): string => (/^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`);
  return `${quoted(schema)}.${quoted(table)}`;
}

describe.each(FEATURES)(`random mutations of the golden backups '%s' (PGBACKUPER_SEED=${seed})`, ONCE, (feature) => {
  let set: GoldenSet;
  beforeAll(async () => {
    set = await openGolden(feature);
  });

  test('verify finds none without them, and each of them; list goes on', { timeout: 900_000 }, async () => {
    expect(await verifyNotices(set, { text: '', keys: [], objects: set.objects })).toBe(GOOD);
    const found = await unnoticed(
      set,
      TRIALS.verify,
      async (mutation) => (await verifyNotices(set, mutation)) ?? listEnds(set, mutation),
    );
    const what = 'verify and list';
    await report({ kind: 'mutations', what, tried: TRIALS.verify, violations: found.length });
    expect(found).toEqual([]);
  });
});

describe(`restores of random mutations (PGBACKUPER_SEED=${seed})`, ONCE, () => {
  let server: Postgres;
  beforeAll(async () => {
    server = await startPostgres({ major: 18 });
    for (const role of ROLES) await server.createRole(role);
  });
  afterAll(() => server?.stop());

  /** Where the rows of some tables are damaged the others are kept: each has all of its rows, and those have none. */
  async function keptIsRight(error: BackuperError, contents: Contents): Promise<boolean> {
    const { notLoaded = [], tables = [] } = (error.result ?? {}) as Partial<RestoreResult>;
    const kept = await contentsOf(server, 'mutated');
    if (notLoaded.length === 0 || !('tables' in kept) || !('tables' in contents)) return false;
    const all = contents.tables;
    const whole = tables.map(quotedName).every((name) => name in all && kept.tables[name] === all[name]);
    return whole && notLoaded.map(quotedName).every((name) => kept.tables[name]?.startsWith('0 rows'));
  }

  /** A restore brings back what was there, or fails and leaves no database but one with whole tables. */
  async function restoreIsRight({ manifest, repositoryOf }: GoldenSet, { objects }: Mutation): Promise<Problem> {
    const repository = await repositoryOf(objects);
    for (const { name, label, contents } of manifest.backups) {
      await server.psql('DROP DATABASE IF EXISTS mutated');
      const request = { name, target: { label }, into: 'mutated', maintenanceDatabases: ['postgres'] };
      const work = restore(
        { ...request, jobs: 2, owner: true, privileges: true },
        { server: serverOf(server, 'postgres'), repository },
        { ...silent, tempDir: tmpdir() },
      );
      const { error, problem } = await failure(work);
      if (problem?.startsWith('crash')) return problem;
      const made = await server.psql("SELECT count(*) FROM pg_database WHERE datname = 'mutated'");
      if (error !== undefined && made !== '0' && !(await keptIsRight(error, contents)))
        return `a database is left after ${error.message}`;
      if (error !== undefined) continue;
      const restored = JSON.stringify(await contentsOf(server, 'mutated'));
      if (restored !== JSON.stringify(contents)) return `other contents: ${restored}`;
    }
    return undefined;
  }

  test.each(RESTORED)("of '%s' bring back what was there, or nothing", { timeout: 900_000 }, async (feature) => {
    const set = await openGolden(feature);
    expect(await restoreIsRight(set, { text: '', keys: [], objects: set.objects })).toBeUndefined();
    const found = await unnoticed(set, TRIALS.restore, (mutation) => restoreIsRight(set, mutation));
    const what = 'restore';
    await report({ kind: 'mutations', what, tried: TRIALS.restore, violations: found.length });
    expect(found).toEqual([]);
  });
});

describe(`the second reader and random mutations (PGBACKUPER_SEED=${seed})`, ONCE, () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mutations-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test.each(READ)(
    "reader.py names what is wrong with '%s' in one line",
    {
      timeout: 900_000,
    },
    async (feature) => {
      const set = await openGolden(feature);
      const { name, label } = set.manifest.backups[0] as GoldenSet['manifest']['backups'][number];
      const reader = await beginSecondReader(set.manifest, set.folder);
      const found = await unnoticed(set, READER, async ({ objects }) => {
        const place = await writeObjects(join(folder, feature), objects);
        const { status, stderr } = await reader.read('verify', place, name, label, ...reader.signed);
        if (status === 0) return GOOD;
        return status === 1 && stderr.trim().split('\n').length === 1 ? undefined : stderr;
      });
      await reader.end();
      await report({ kind: 'mutations', what: 'the second reader', tried: READER, violations: found.length });
      expect(found).toEqual([]);
    },
  );
});

async function writeObjects(place: string, objects: Objects): Promise<string> {
  await rm(place, { recursive: true, force: true });
  for (const [key, bytes] of objects) {
    await mkdir(dirname(join(place, key)), { recursive: true });
    await writeFile(join(place, key), bytes);
  }
  return place;
}
