import { hash } from 'node:crypto';
import { mkdir, open, readFile, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { CachedObject, CommitCache } from '@postgres-backuper/repository';

/** A larger file is started anew, because it is read into memory as a whole, bytes: about 37,000 commits. */
const MAX_BYTES = 48 * 1024 * 1024;

/**
 * Keeps commits of one repository in one private file (0600), one line each: key, identity of the object,
 * SHA-256, base64. Whole lines are appended in one write, so several runs may share it; a line torn by a crash is
 * ignored.
 */
export function createCommitCacheFile(file: string): CommitCache {
  const append = createAppender(file);
  return {
    load: () => loadFrom(file),
    save: (key, object) => append(`\n${lineOf(key, object)}\n`),
  };
}

async function loadFrom(file: string): Promise<ReadonlyMap<string, CachedObject>> {
  const entries = new Map<string, CachedObject>();
  if (!(await isUsable(file))) return entries;
  const bytes = await readFile(file);
  for (let start = 0, end = 0; start < bytes.length; start = end + 1) {
    end = bytes.indexOf('\n', start);
    if (end < 0) end = bytes.length;
    const [key, identity, digest, text] = bytes.toString('latin1', start, end).split(' ');
    if (key === undefined || identity === undefined || digest === undefined || text === undefined) continue;
    const body = Buffer.from(text, 'base64');
    if (digestOf(identity, body) === digest) entries.set(key, { identity: decodeURIComponent(identity), body });
  }
  return entries;
}

/** False for another user's file, and for one that is too large, which is removed. */
async function isUsable(file: string): Promise<boolean> {
  const info = await stat(file).catch(() => undefined);
  if (info === undefined || info.uid !== process.geteuid?.()) return false;
  if (info.size <= MAX_BYTES) return true;
  await rm(file, { force: true });
  return false;
}

/** Lines that arrive during a write are appended together by the next one. */
function createAppender(file: string): (line: string) => Promise<void> {
  let waiting: string[] = [];
  let next: Promise<void> | undefined;
  let last = Promise.resolve();
  let isPrepared = false;
  return (line) => {
    waiting.push(line);
    if (next === undefined) {
      next = last.then(() => {
        const text = waiting.join('');
        [waiting, next] = [[], undefined];
        return append(file, { text, isPrepared });
      });
      next.then(
        () => (isPrepared = true),
        () => (isPrepared = false),
      );
      last = next.catch(() => undefined);
    }
    return next;
  };
}

async function append(
  file: string,
  { text, isPrepared }: { readonly text: string; readonly isPrepared: boolean },
): Promise<void> {
  if (!isPrepared) await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const handle = await open(file, 'a', 0o600);
  try {
    if (!isPrepared) await handle.chmod(0o600);
    await handle.write(text);
  } finally {
    await handle.close();
  }
}

function lineOf(key: string, { identity, body }: CachedObject): string {
  const encoded = encodeURIComponent(identity);
  return [key, encoded, digestOf(encoded, body), Buffer.from(body).toString('base64')].join(' ');
}

function digestOf(identity: string, body: Uint8Array): string {
  return hash('sha256', Buffer.concat([Buffer.from(`${identity} `), body]));
}
