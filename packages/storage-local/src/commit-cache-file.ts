import { createHash } from 'node:crypto';
import { mkdir, open, readFile, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { CommitCache } from '@postgres-backuper/core';

/** A file that grew beyond this starts anew, bytes. */
const MAX_BYTES = 256 * 1024 * 1024;

/**
 * Keeps commits of one repository in one private file (0600), one line each: key, SHA-256, base64. Lines are only ever
 * appended, each in one write, so several runs may share it; a line torn by a crash is passed over.
 */
export function createCommitCacheFile(file: string): CommitCache {
  return {
    load: () => loadFrom(file),
    save: (key, body) => append(file, `\n${key} ${sha256(body)} ${Buffer.from(body).toString('base64')}\n`),
  };
}

async function loadFrom(file: string): Promise<ReadonlyMap<string, Uint8Array>> {
  const entries = new Map<string, Uint8Array>();
  if (!(await isUsable(file))) return entries;
  for (const line of (await readFile(file, 'latin1')).split('\n')) {
    const [key, digest, text] = line.split(' ');
    if (key === undefined || digest === undefined || text === undefined) continue;
    const body = Buffer.from(text, 'base64');
    if (sha256(body) === digest) entries.set(key, body);
  }
  return entries;
}

/** Not another user's, and not grown too large: that one is removed. */
async function isUsable(file: string): Promise<boolean> {
  const info = await stat(file).catch(() => undefined);
  if (info === undefined || info.uid !== process.geteuid?.()) return false;
  if (info.size <= MAX_BYTES) return true;
  await rm(file, { force: true });
  return false;
}

async function append(file: string, line: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const handle = await open(file, 'a', 0o600);
  try {
    await handle.chmod(0o600);
    await handle.write(line);
  } finally {
    await handle.close();
  }
}

function sha256(body: Uint8Array): string {
  return createHash('sha256').update(body).digest('hex');
}
