import { verify } from '@postgres-backuper/core';
import { createTrapDatabase, type Postgres, startPostgres, TRAPS, testMajors } from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { backedUp, type Made } from '../backup/split-harness.ts';
import { createPlace, type Place, serverOf } from './harness.ts';

// that each comes back, row by row, is in test/end-to-end/traps.test.ts
describe.each(testMajors())('on PostgreSQL %i', (major) => {
  let postgres: Postgres;
  let place: Place;
  beforeAll(async () => {
    postgres = await startPostgres({ major, settings: { timezone: 'Asia/Tokyo' } });
    place = await createPlace();
  });
  afterAll(async () => {
    await postgres?.stop();
    await place?.remove();
  });

  describe.each(TRAPS)('$title', ({ dbname, ...trap }) => {
    const isOfExtension = trap.needsTrapExtension === true;
    let whole: Made;
    beforeAll(async () => {
      if (isOfExtension && !postgres.hasTrapExtension) throw new Error('the server lacks the test extension');
      await createTrapDatabase(postgres, { dbname, ...trap });
      whole = await backedUp(postgres, { dbname, place });
    });

    it('is proven by a drill', async () => {
      const drill = { where: 'given', maintenanceDatabases: ['postgres'], jobs: 2 } as const;
      const { backups } = await verify(
        { name: dbname, target: { label: whole.label }, level: 'restore', drill },
        { repository: place.repository, server: serverOf(postgres, 'postgres') },
        place.context(),
      );
      const notExact = backups[0]?.tables.filter((table) => !('proof' in table && table.proof === 'exact')) ?? [];
      expect(notExact.length > 0).toBe(isOfExtension || trap.title.includes('through their root'));
      const scratch = "SELECT datname FROM pg_database WHERE datname LIKE 'pgbackuper%'";
      expect(await postgres.psql(scratch)).toBe('');
    });

    if (isOfExtension) return;
    it('is what pg_dump writes when its tables are read in ranges', async () => {
      const split = await backedUp(postgres, { dbname, splitFromBytes: 1, place });
      expect(split.catalog.tables).toEqual(whole.catalog.tables);
      expect(split.toc.equals(whole.toc)).toBe(true);
    });
  });
});
