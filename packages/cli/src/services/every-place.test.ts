import { BackuperError, type Context, type ErrorCode } from '@postgres-backuper/base';
import type { ResultOf } from '@postgres-backuper/hosts';
import type { Repository } from '@postgres-backuper/repository';
import { expect, test } from 'vitest';
import { endOfAll, everyPlace } from './every-place.ts';

const REPOSITORIES = ['/a', '/b', '/c'].map((location) => ({ storage: { location } }) as Repository);

/** What `look` throws in which repository; it returns the place else. */
function look(
  errors: Readonly<Record<string, ErrorCode>>,
  { signal = new AbortController().signal, names = ['app'] }: { signal?: AbortSignal; names?: string[] } = {},
) {
  return everyPlace<string>(
    {
      repositories: REPOSITORIES,
      names: async () => names,
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
  const end = await ended({ '/b': 'key-missing' });
  expect(end).toMatchObject({ result: { repositories: ['app in /a'] }, error: { code: 'key-missing' } });
});

test.each(['storage-denied', 'storage-unmounted', 'bucket-missing'] as const)(
  '%s ends one repository',
  async (code) => {
    const end = await ended({ '/a': code });
    expect(end).toMatchObject({ result: { repositories: ['app in /b', 'app in /c'] }, error: { code } });
  },
);

test('without any result it is the error alone; a cancel ends all', async () => {
  await expect(ended({ '/a': 'key-missing' })).rejects.toMatchObject({ code: 'key-missing', result: 'bad /a' });
  await expect(look({ '/a': 'prune-refused' }, { signal: AbortSignal.abort() })).rejects.toThrow('aborted');
});

test('a repository that is ended leaves all names of the others', async () => {
  const { seen, errors } = await look({ '/a': 'storage-denied' }, { names: ['app', 'shop'] });
  expect(seen.map(({ result }) => result)).toEqual(['app in /b', 'shop in /b', 'app in /c', 'shop in /c']);
  expect(errors).toHaveLength(1);
});
