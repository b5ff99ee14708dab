import { randomBytes } from 'node:crypto';
import { postgresBinaries } from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  createLargeDatabase,
  createLargeObjects,
  LATER_SEGMENT,
  newLabel,
  type PartsBench,
  startBench,
} from './bench.ts';

describe.each([14, 18] as const)('a backup in parts of PostgreSQL %i', (major) => {
  let bench: PartsBench;
  beforeAll(async () => {
    bench = await startBench(major);
    await createLargeDatabase(bench.postgres);
    await createLargeObjects(bench.postgres);
  });
  afterAll(() => bench?.stop());

  test('is read by four jobs, has a line for each part, and is verified, restored and exported as any other', async () => {
    const label = newLabel();
    const jobs = await Promise.all([
      bench.run(['backup', '--json', '--parts', '4', '--no-holder-works', '--label', label]),
      ...[1, 2, 3, 4].map((part) => bench.run(['backup', '--json', '--part', `${part}/4`, '--label', label])),
    ]);
    for (const { status, stderr } of jobs) expect(status, stderr).toBe(0);
    const [holder, ...workers] = jobs.map(({ stdout }) => JSON.parse(stdout).result);
    const [made] = holder.backups;
    expect(made.label).toBe(label);
    const facts = made.parts.map((one: { part: number; isHolder: boolean }) => [one.part, one.isHolder]);
    expect(facts).toEqual([1, 2, 3, 4].map((part) => [part, false]));
    for (const [index, { backups, part }] of workers.entries()) {
      expect([backups, part.label, part.count]).toEqual([[], label, 4]);
      expect(part.parts).toMatchObject([{ part: index + 1, largeObjects: index === 0 }]);
    }
    const names = await bench.namesOfData(label);
    expect(names.filter((name) => !/^(segment-\d{8}\.tar|catalog\.json|objects\.json)/.test(name))).toEqual([]);
    await bench.proves(label, `proven_${major}`);
  });

  test('is made by the holder alone where no job comes, and by others as far as they come', async () => {
    const alone = await bench.run(['backup', '--json', '--parts', '3']);
    expect(alone.status, alone.stderr).toBe(0);
    const [made] = JSON.parse(alone.stdout).result.backups;
    expect(made.parts.every((one: { isHolder: boolean }) => one.isHolder)).toBe(true);
    const label = newLabel();
    const [holder, next] = await Promise.all([
      bench.run(['backup', '--json', '--parts', '8', '--label', label]),
      bench.run(['backup', '--json', '--part', 'next/8', '--label', label]),
    ]);
    expect([holder.status, next.status], holder.stderr + next.stderr).toEqual([0, 0]);
    await bench.proves(label, `mixed_${major}`);
  });

  test('has the large objects of a worker that was killed in their midst from another one that may read them', async () => {
    const label = newLabel();
    const holder = bench.run(['backup', '--json', '--parts', '2', '--no-holder-works', '--label', label]);
    const killed = await bench.beginHeld(['backup', '--part', '1/2', '--label', label], LATER_SEGMENT);
    killed.signal('SIGKILL');
    expect((await killed.ended).status).toBeNull();
    const newer = { PG_BIN_DIR: (await postgresBinaries(18)).binDir };
    const others: unknown[] = [];
    for (const more of [major === 14 ? newer : { BACKUP_NO_LARGE_OBJECTS: 'true' }, {}]) {
      const { status, stdout, stderr } = await bench.run(
        ['backup', '--json', '--part', 'next/2', '--label', label],
        more,
      );
      expect(status, stderr).toBe(0);
      others.push(...JSON.parse(stdout).result.part.parts);
    }
    expect(others).toMatchObject([
      { part: 2, largeObjects: false },
      { part: 1, largeObjects: true, tables: 0, rows: 0 },
    ]);
    const end = await holder;
    expect(end.status, end.stderr).toBe(0);
    await bench.proves(label, `objects_${major}`);
  });
});

describe('where jobs end', () => {
  let bench: PartsBench;
  beforeAll(async () => {
    bench = await startBench(18);
    await createLargeDatabase(bench.postgres, 12);
  });
  afterAll(() => bench?.stop());

  test('a part of a worker that was killed is read by another one, in a range of its own', async () => {
    const label = newLabel();
    const holder = bench.run(['backup', '--json', '--parts', '2', '--no-holder-works', '--label', label]);
    const killed = await bench.beginHeld(['backup', '--part', '1/2', '--label', label], LATER_SEGMENT);
    const next = bench.run(['backup', '--json', '--part', 'next/2', '--label', label]);
    await bench.until(label, /^part-0002/);
    killed.signal('SIGKILL');
    expect((await killed.ended).status).toBeNull();
    const other = await next;
    expect(other.status, other.stderr).toBe(0);
    expect(JSON.parse(other.stdout).result.part.parts).toMatchObject([{ part: 2 }, { part: 1 }]);
    const end = await holder;
    expect(end.status, end.stderr).toBe(0);
    await bench.proves(label, 'after_kill');
  });

  test('of a holder that was killed: workers end with 75, no backup is there, and its label is refused', async () => {
    const label = newLabel();
    const holder = bench.begin(['backup', '--parts', '2', '--no-holder-works', '--label', label]);
    const worker = await bench.beginHeld(['backup', '--json', '--part', '1/2', '--label', label], LATER_SEGMENT);
    holder.signal('SIGKILL');
    expect((await holder.ended).status).toBeNull();
    const begun = performance.now();
    const end = await worker.ended;
    expect(end.status, end.stderr).toBe(75);
    expect(JSON.parse(end.stdout).error.code).toBe('holder-gone');
    expect(performance.now() - begun).toBeLessThan(60_000);
    const late = await bench.run(['backup', '--json', '--part', '2/2', '--label', label]);
    expect([late.status, JSON.parse(late.stdout).error.code], late.stderr).toEqual([75, 'holder-gone']);
    const again = await bench.run(['backup', '--json', '--parts', '2', '--label', label]);
    expect([again.status, JSON.parse(again.stdout).error.code], again.stderr).toEqual([2, 'backup-exists']);
    expect(await bench.labels()).not.toContain(label);
  });

  test('two workers with one part read it once, and a label that is a backup is refused and stays whole', async () => {
    const label = newLabel();
    const ends = await Promise.all([
      bench.run(['backup', '--json', '--parts', '2', '--no-holder-works', '--label', label]),
      ...['1/2', '1/2', '2/2', '2/2'].map((part) => bench.run(['backup', '--json', '--part', part, '--label', label])),
    ]);
    for (const { status, stderr } of ends) expect(status, stderr).toBe(0);
    const read = ends.slice(1).flatMap(({ stdout }) => JSON.parse(stdout).result.part.parts);
    expect(read.map(({ part }: { part: number }) => part).sort()).toEqual([1, 2]);
    const again = await bench.run(['backup', '--json', '--parts', '2', '--label', label]);
    expect([again.status, JSON.parse(again.stdout).error.code], again.stderr).toEqual([2, 'backup-exists']);
    const late = await bench.run(['backup', '--json', '--part', '1/2', '--label', label]);
    expect([late.status, JSON.parse(late.stdout).result.part.parts], late.stderr).toEqual([0, []]);
    await bench.proves(label, 'once');
  });

  test('what does not fit is refused, and leaves no backup', async () => {
    const label = newLabel();
    const holder = bench.run(['backup', '--json', '--parts', '2', '--no-holder-works', '--label', label]);
    const refusals = await Promise.all([
      bench.run(['backup', '--json', '--part', '1/3', '--label', label]),
      bench.run(['backup', '--json', '--part', '1/2', '--label', label], {
        BACKUP_DEDUP_SECRET: randomBytes(32).toString('base64'),
      }),
      bench.run(['backup', '--json', '--part', '3/2', '--label', label]),
      bench.run(['backup', '--json', '--part', '1/2']),
      bench.run(['backup', '--json', '--parts', '2', '--incremental', '--skip-unchanged']),
      bench.run(['backup', '--json', '--parts', '2', '--label', 'yesterday']),
    ]);
    for (const { status, stdout, stderr } of refusals)
      expect([status, JSON.parse(stdout).error.code], stderr).toEqual([2, 'configuration-invalid']);
    await Promise.all([1, 2].map((part) => bench.run(['backup', '--part', `${part}/2`, '--label', label])));
    expect((await holder).status).toBe(0);
  });

  test('nobody reads a part: the holder ends with 75 and removes what it stored', async () => {
    const label = newLabel();
    const words = ['--parts', '2', '--no-holder-works', '--part-timeout', '2s', '--label', label];
    const end = await bench.run(['backup', '--json', ...words]);
    expect([end.status, JSON.parse(end.stdout).error.code], end.stderr).toEqual([75, 'parts-missing']);
    expect(await bench.namesOfData(label)).toEqual([]);
    const again = await bench.run(['backup', '--json', ...words]);
    expect([again.status, JSON.parse(again.stdout).error.code], again.stderr).toEqual([2, 'backup-exists']);
  });
});
