import { constants, type Stats } from 'node:fs';
import { lstat, open } from 'node:fs/promises';
import { join } from 'node:path';
import { numberOf, say } from '@postgres-backuper/base';
import type { Remark } from '@postgres-backuper/repository';
import { ignoreMissing } from './file-error.ts';
import { ROOMS } from './remarks.ts';
import { entriesOf } from './walk.ts';

/** Most files that are named. */
const NAMED = 3;
/** What others may do. */
const OTHERS = 0o077;

interface Entry {
  /** Relative to the repository, whose own is ''; other folders end in '/'. */
  readonly key: string;
  readonly info: Stats;
}

/** Warns of files and folders that others may use or own. Errors: those of the system. */
export async function modeRemarks(base: string, signal?: AbortSignal): Promise<readonly Remark[]> {
  const [open, foreign]: [string[], string[]] = [[], []];
  for await (const { key, info } of entries(base, { signal })) {
    if (info.uid !== ownerOf(info)) foreign.push(`'${key}' (user ${info.uid})`);
    else if ((info.mode & OTHERS) !== 0) open.push(`'${key}' (mode ${(info.mode & 0o7777).toString(8)})`);
  }
  return [
    ...remarkOf(open, 'that others may use', `repair with ${say.option('repairModes')}, or: chmod -R go= '${base}'`),
    ...remarkOf(
      foreign,
      'of another user',
      `find out who stored them, then: chown -R ${process.geteuid?.()} '${base}'`,
    ),
  ];
}

/** Takes the rights of others from what is ours; returns how many files and folders it changed. Errors: those of the system. */
export async function repairModes(base: string, signal?: AbortSignal): Promise<number> {
  let repaired = 0;
  for await (const { key, info } of entries(base, { signal })) {
    if (info.uid !== ownerOf(info) || (info.mode & OTHERS) === 0) continue;
    const file = await open(pathOf(base, key), constants.O_RDONLY | constants.O_NOFOLLOW);
    await file.chmod(info.mode & 0o700).finally(() => file.close());
    repaired += 1;
  }
  return repaired;
}

/** The repository's own folder and what holds its backups; other files in it are not ours. No links. */
async function* entries(base: string, { signal }: { signal: AbortSignal | undefined }): AsyncGenerator<Entry> {
  yield* entry(base, '');
  for (const name of await entriesOf(base, '')) {
    const rooms = name.endsWith('/') ? (await entriesOf(base, name)).filter((key) => isRoom(key, name)) : [];
    if (rooms.length > 0) yield* entry(base, name);
    for (const room of rooms) yield* tree(base, room, signal);
  }
}

function isRoom(key: string, name: string): boolean {
  return ROOMS.some((room) => key === `${name}${room}/`);
}

/** A folder comes before what it holds, so that a repaired one lets nobody exchange its files. */
async function* tree(base: string, key: string, signal: AbortSignal | undefined): AsyncGenerator<Entry> {
  signal?.throwIfAborted();
  yield* entry(base, key);
  if (!key.endsWith('/')) return;
  for (const inside of await entriesOf(base, key)) yield* tree(base, inside, signal);
}

async function* entry(base: string, key: string): AsyncGenerator<Entry> {
  const info = await lstat(pathOf(base, key)).catch(ignoreMissing);
  if (info?.isFile() || info?.isDirectory()) yield { key, info };
}

/** Without a '/' at its end, which would follow a link. */
function pathOf(base: string, key: string): string {
  return join(base, key.replace(/\/$/, ''));
}

function ownerOf({ uid }: Stats): number {
  return process.geteuid?.() ?? uid;
}

function remarkOf(found: readonly string[], what: string, hint: string): readonly Remark[] {
  if (found.length === 0) return [];
  const more = found.length > NAMED ? ' and others' : '';
  return [{ text: `${numberOf(found.length, 'file')} ${what}: ${found.slice(0, NAMED).join(', ')}${more}`, hint }];
}
