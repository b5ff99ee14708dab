import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { tryRun } from '@postgres-backuper/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { DEBIAN_GALLERIES } from './galleries.ts';
import { debianPage, keyOf, type Seen } from './page.ts';
import { startTrial } from './trial.ts';

/** Debian 12: its PostgreSQL, with the packages postgresql-15-postgis-3, postgresql-15-partman, postgresql-15-cron. */
const MAJOR = 15;
const BIN_DIR = process.env.PG_BIN_DIR ?? `/usr/lib/postgresql/${MAJOR}/bin`;
const PAGE = join(import.meta.dirname, '../../docs/reliability/gallery-debian.md');

const share = (await tryRun(join(BIN_DIR, 'pg_config'), ['--sharedir'], {}).catch(() => undefined))?.stdout.trim();
const isThere = (name: string) => existsSync(join(share ?? '/nowhere', 'extension', `${name}.control`));
const hasAll = ['postgis', 'pg_partman', 'pg_cron'].every(isThere);

describe.runIf(hasAll)('extensions of Debian', () => {
  const before = process.env.PG_BIN_DIR;
  process.env.PG_BIN_DIR = BIN_DIR;
  afterAll(() => {
    if (before === undefined) delete process.env.PG_BIN_DIR;
  });
  const seen = new Map<string, Seen>();

  it.each(DEBIAN_GALLERIES.map((one) => [one.name, one] as const))('bring back %s', async (_, gallery) => {
    const trial = await startTrial({ major: MAJOR, settings: gallery.settings ?? {} });
    try {
      for (const [way, one] of await trial.bring(gallery)) seen.set(keyOf(gallery, MAJOR, way), one);
    } finally {
      await trial.stop();
    }
  });

  it('the page says what was seen (write it anew: vitest --update)', async () => {
    await expect(debianPage(seen, MAJOR)).toMatchFileSnapshot(PAGE);
  });
});
