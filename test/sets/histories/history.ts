import { pin, prune, unpin, verify } from '@postgres-backuper/core';
import { deriveChunkKeys } from '@postgres-backuper/format';
import { listBackups } from '@postgres-backuper/repository';
import type { Postgres } from '@postgres-backuper/testing';
import { expect } from 'vitest';
import { untilGone, type Workplace } from '../../bad-input/harness.ts';
import type { Random } from '../../faults/form.ts';
import type { Kill } from '../../faults/killer.ts';
import { bringBack, makeBackup, type Place } from '../../restore/harness.ts';
import { nextChange, noTables } from './changes.ts';
import { type Contents, contentsOf } from './contents.ts';

/** Those of backups that are not encrypted: killed runs are of the command line. */
const KEYS = deriveChunkKeys(Buffer.alloc(32));
const FULL_EVERY_MS = 86_400_000;
const KEEP_LAST = 3;

/** So that most differentials are small enough for another one. */
const UNCHANGED = `CREATE TABLE unchanged AS SELECT g AS id, md5(g::text) AS note FROM generate_series(1, 30000) g`;

/** Runs of the command line that are killed at a random moment. */
export interface Kills {
  readonly backup: Kill;
  readonly prune: Kill;
}

export const KILLED = {
  backup: ['backup', '--incremental', '--no-prune'],
  prune: ['prune', '--keep-days=0', `--keep-last=${KEEP_LAST}`, '--keep-minimum=1', '--force'],
} as const;

/** A database, the backups of it, and what each of them must hold. */
export interface History {
  readonly name: string;
  readonly server: Postgres;
  readonly place: Place;
  readonly workplace: Workplace;
  readonly random: Random;
  /** What was done, in its order. */
  readonly steps: string[];
}

const STEPS = [
  ...['change', 'change', 'change', 'differential', 'differential', 'differential', 'full', 'prune', 'prune'],
  ...['pin', 'unpin', 'killed backup', 'killed prune'],
] as const;
type Step = (typeof STEPS)[number];

/** How many backups a history made, killed and restored. */
export interface Done {
  fulls: number;
  differentials: number;
  hits: number;
  restored: number;
}

/** Does random steps, and holds what is left against what each backup was made of. */
export async function runHistory(history: History, count: number, kills: Kills): Promise<Done> {
  const { server, place, workplace, random, name, steps } = history;
  const tables = noTables();
  const made = new Map<string, Contents>();
  const done: Done = { fulls: 0, differentials: 0, hits: 0, restored: 0 };
  let pinned: string | undefined;

  const present = async () => {
    const { backups, damaged } = await listBackups({ name }, place.repository);
    expect(damaged).toEqual([]);
    return backups;
  };
  const change = async () => {
    const { what, sql } = nextChange(tables, random);
    steps.push(what);
    await server.psql(sql, name);
  };
  const backup = async (incremental: boolean) => {
    const contents = await contentsOf(server, name);
    const settings = {
      segmentBytes: random.pick([64 * 1024, 256 * 1024, 1024 ** 2]),
      jobs: random.pick([1, 2, 3]),
      splitFromBytes: random.pick([undefined, undefined, 128 * 1024]),
    };
    const set = { keys: KEYS, fullEveryMs: FULL_EVERY_MS, incremental };
    const label = await makeBackup(server, { dbname: name, name, set, ...settings }, place);
    made.set(label, contents);
    const isFull = (await present()).find((one) => one.label === label)?.commit.type === 'full';
    done[isFull ? 'fulls' : 'differentials'] += 1;
    steps.push(`${isFull ? 'full' : 'differential'} ${label}`);
  };
  const rotate = async () => {
    const before = await present();
    const retention = { keepLast: KEEP_LAST, keepMinimum: 1 };
    const asked = { name, dryRun: false, force: true, acceptNewServer: false, retention };
    const { deleted } = await prune(asked, place, place.context());
    steps.push(`prune deleted ${deleted.join()}`);
    await requireKept(before.map(({ label }) => label));
  };
  const requireKept = async (before: readonly string[]) => {
    const left = (await present()).map(({ label }) => label);
    expect(before).toEqual(expect.arrayContaining(left));
    expect(left.length).toBeGreaterThanOrEqual(Math.min(KEEP_LAST, before.length));
    if (pinned !== undefined) expect(left).toContain(pinned);
  };
  const kill = async (which: keyof Kills) => {
    const before = (await present()).map(({ label }) => label);
    const contents = await contentsOf(server, name);
    const isHit = await kills[which](workplace);
    await untilGone(workplace);
    done.hits += isHit ? 1 : 0;
    const after = (await present()).map(({ label }) => label);
    const added = after.filter((label) => !before.includes(label));
    steps.push(`${isHit ? 'killed' : 'whole'} ${which} added ${added.join()}`);
    expect(added.length).toBeLessThanOrEqual(which === 'backup' ? 1 : 0);
    for (const label of added) made.set(label, contents);
    if (which === 'prune') await requireKept(before);
  };
  const setPin = async (isPinned: boolean) => {
    const label = random.pick((await present()).map((one) => one.label)) as string | undefined;
    const chosen = isPinned ? label : pinned;
    if (chosen === undefined || (isPinned && pinned !== undefined)) return;
    await (isPinned ? pin : unpin)({ name, label: chosen }, place, place.context());
    pinned = isPinned ? chosen : undefined;
    steps.push(`${isPinned ? 'pin' : 'unpin'} ${chosen}`);
  };
  /** Each backup that is there was made, and every byte of it is right. */
  const proveAll = async () => {
    const backups = await present();
    expect([...made.keys()]).toEqual(expect.arrayContaining(backups.map(({ label }) => label)));
    if (backups.length > 0) await verify({ name, target: { all: true }, level: 'content' }, place, place.context());
    return backups;
  };
  const acts: Record<Step, () => Promise<unknown>> = {
    change,
    differential: () => backup(true),
    full: () => backup(false),
    prune: rotate,
    pin: () => setPin(true),
    unpin: () => setPin(false),
    'killed backup': () => kill('backup'),
    'killed prune': () => kill('prune'),
  };
  await server.psql(UNCHANGED, name);
  for (let first = 0; first < 4; first += 1) await change();
  await backup(false);
  await backup(true); // the random steps may have none
  for (let step = 0; step < count; step += 1) {
    const kind = random.pick(STEPS);
    await acts[kind]();
    if (/prune|killed/.test(kind)) await proveAll();
  }
  for (const { label } of await proveAll()) {
    await server.psql(`DROP DATABASE IF EXISTS "${name} copy"`);
    const { error } = await bringBack({ name, target: { label } }, server, place);
    expect(error).toBeUndefined();
    expect(await contentsOf(server, `${name} copy`), label).toEqual(made.get(label));
    done.restored += 1;
  }
  return done;
}
