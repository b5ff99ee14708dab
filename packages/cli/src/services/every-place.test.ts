import { BackuperError, type Context, type ErrorCode } from '@postgres-backuper/base';
import type { ResultOf } from '@postgres-backuper/hosts';
import type { Repository } from '@postgres-backuper/repository';
import { expect, test } from 'vitest';
import { endOfAll, everyPlace } from './every-place.ts';

const REPOSITORIES = ['/a', '/b', '/c'].map((location) => ({ storage: { location } }) as Repository);

/** What `look` throws in which repository; it returns the place else. */
function look(errors: Readonly<Record<string, ErrorCode>>, signal = new AbortController().signal) {
  return everyPlace<string>(
    {
      repositories: REPOSITORIES,
      names: async () => ['app'],
      look: async (name, { storage: { location } }) => {
        const code = errors[location];
        if (code !== undefined) throw new BackuperError(code, 'no', { result: `bad ${location}` });
        return `${name} in ${location}`;
      },
      verdicts: ['prune-refused'],
    },
    { signal } as Context,
  );
}

async function ended(errors: Readonly<Record<string, ErrorCode>>) {
  const all = await look(errors);
  const result = { repositories: all.seen.map((one) => one.result) } as unknown as ResultOf<'prune'>;
  return endOfAll<'prune'>(all, { result, text: 'text' }, (bad) => `${bad.length} refused`);
}

test('a refusal is a result, and the others are looked at', async () => {
  const end = await ended({ '/a': 'prune-refused' });
  expect(end).toMatchObject({
    text: 'text',
    result: { repositories: ['bad /a', 'app in /b', 'app in /c'] },
    error: { code: 'prune-refused', message: 'no' },
  });
});

test('several are told in one sentence, each with its place', async () => {
  const end = await ended({ '/a': 'prune-refused', '/c': 'prune-refused' });
  expect(end.error?.message).toBe('2 refused');
  expect(end.result).toMatchObject({ problems: ["'app' in /a: no", "'app' in /c: no"] });
});

test('what lasts decides, not what may pass', async () => {
  const end = await ended({ '/a': 'storage-unreachable', '/b': 'prune-refused' });
  expect(end).toMatchObject({ result: { repositories: ['bad /b', 'app in /c'] }, error: { code: 'prune-refused' } });
});

test('an error of the settings ends it, and what was seen before is kept', async () => {
  const end = await ended({ '/b': 'storage-denied' });
  expect(end).toMatchObject({ result: { repositories: ['app in /a'] }, error: { code: 'storage-denied' } });
});

test('without any result it is the error alone; a cancel ends all', async () => {
  await expect(ended({ '/a': 'key-missing' })).rejects.toMatchObject({ code: 'key-missing', result: 'bad /a' });
  await expect(look({ '/a': 'prune-refused' }, AbortSignal.abort())).rejects.toThrow('aborted');
});
