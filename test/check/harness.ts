import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock, Context } from '@postgres-backuper/base';
import { type CheckItem, type CheckResult, check } from '@postgres-backuper/core';
import { createPlainCipher } from '@postgres-backuper/openpgp';
import type { Repository } from '@postgres-backuper/repository';
import { createLocalStorage } from '@postgres-backuper/storage-local';
import type { CheckRequest } from '../../packages/core/src/check.ts';

export const realClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  sleep: (delayMs, { signal, idle = false } = {}) =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(resolve, delayMs);
      if (idle) timer.unref();
      signal?.addEventListener('abort', () => {
        clearTimeout(timer);
        reject(signal.reason);
      });
    }),
};

export const context: Context = {
  clock: realClock,
  emit: () => undefined,
  signal: new AbortController().signal,
  tempDir: tmpdir(),
  tool: 'postgres-backuper test',
};

/** A folder with an unencrypted repository in it. */
export async function createRepository(): Promise<Repository & { readonly dir: string; remove(): Promise<void> }> {
  const dir = await mkdtemp(join(tmpdir(), 'check-'));
  const storage = createLocalStorage({ directory: join(dir, 'repository') });
  return {
    dir,
    storage,
    cipher: createPlainCipher(),
    encryption: 'none',
    remove: () => rm(dir, { recursive: true, force: true }),
  };
}

export interface Place {
  readonly env: Readonly<Record<string, string>>;
  readonly binDirs: readonly string[];
}

/** `check` of a server, with a throw-away repository unless destinations are given. */
export async function look(
  { env, binDirs }: Place,
  request: Partial<CheckRequest> = {},
  destinations?: readonly Repository[],
): Promise<CheckResult> {
  const own = await createRepository();
  try {
    const services = { server: { env, binDirs }, destinations: destinations ?? [own] };
    return await check({ name: 'app', segmentSizeBytes: 8 * 1024 ** 2, ...request }, services, context);
  } finally {
    await own.remove();
  }
}

export function problems(result: CheckResult): readonly CheckItem[] {
  return result.items.filter((item) => item.state === 'problem');
}

export function item(result: CheckResult, what: string): CheckItem | undefined {
  return result.items.find((each) => each.what === what);
}
