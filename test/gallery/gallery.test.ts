import { join } from 'node:path';
import { testMajors } from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GALLERIES } from './galleries.ts';
import { keyOf, page, type Seen } from './page.ts';
import { startTrial, type Trial } from './trial.ts';

const PAGE = join(import.meta.dirname, '../../docs/reliability/gallery.md');
const seen = new Map<string, Seen>();

describe.each(testMajors())('the gallery on PostgreSQL %i', (major) => {
  let trial: Trial;
  beforeAll(async () => {
    trial = await startTrial({ major });
  });
  afterAll(() => trial?.stop());

  it.each(GALLERIES.map((one) => [one.name, one] as const))('brings back %s', async (_, gallery) => {
    for (const [way, one] of await trial.bring(gallery)) seen.set(keyOf(gallery, major, way), one);
  });
});

it.skipIf(testMajors().join() !== '14,18')('the page says what was seen (write it anew: vitest --update)', async () => {
  await expect(page(seen, testMajors())).toMatchFileSnapshot(PAGE);
});
